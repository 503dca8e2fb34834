"""Telling people: once for a key; one that cannot be delivered does not hold up the rest."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.errors import Undelivered
from engine.incidents import incidents
from engine.outbox import CLAIMED, TELL_AFTER, deliver, tell
from engine.records import outbox
from tests.engine.library import NOW, Library


def tell_one(library: Library, key: str, **more: Any) -> bool:
    with library.tx() as tx:
        return tell(tx, key, "book_back", to_user=1, facts={"book": key}, now=NOW, **more)


def test_the_same_key_is_told_once(library: Library) -> None:
    assert tell_one(library, "a")
    assert not tell_one(library, "a")
    assert tell_one(library, "b", to_organisation=2)
    sent: list[str] = []
    assert deliver(library.store, lambda row: sent.append(row.key), now=NOW) == (2, 0)
    assert deliver(library.store, lambda row: sent.append(row.key), now=NOW) == (0, 0)
    assert sent == ["a", "b"]


def test_what_an_undone_act_told_was_never_told(library: Library) -> None:
    with pytest.raises(ZeroDivisionError), library.tx() as tx:
        tell(tx, "a", "book_back", to_user=1, facts={}, now=NOW)
        raise ZeroDivisionError
    assert tell_one(library, "a")


def test_one_that_cannot_be_sent_waits_and_is_told_while_the_others_go_out(library: Library) -> None:
    tell_one(library, "bad")
    tell_one(library, "good")
    sent: list[str] = []

    def send(row: Any) -> None:
        if row.key == "bad":
            raise Undelivered("no post office")
        sent.append(row.key)

    assert deliver(library.store, send, now=NOW) == (1, 1)
    assert deliver(library.store, send, now=NOW) == (0, 0), "not before its next try"
    for day in range(1, TELL_AFTER):
        assert deliver(library.store, send, now=NOW + timedelta(days=day)) == (0, 1)
    with library.tx(writing=False) as tx:
        [row] = tx.execute(select(outbox).where(outbox.c.sent_at.is_(None))).all()
        [told] = incidents(tx)
    assert (row.attempts, told.kind, told.cause) == (TELL_AFTER, "outbox", "Undelivered: no post office")
    assert sent == ["good"]


def test_of_an_error_that_nobody_foresaw_its_words_are_not_kept(library: Library) -> None:
    tell_one(library, "a")

    def send(_row: Any) -> None:
        raise UnicodeEncodeError("ascii", "nguyễn.an@noi.vn", 4, 5, "an address in it")

    for day in range(TELL_AFTER):
        assert deliver(library.store, send, now=NOW + timedelta(days=day)) == (0, 1)
    with library.tx(writing=False) as tx:
        kept = [tx.execute(select(outbox.c.last_error)).scalar_one(), incidents(tx)[0].cause]
    assert all(one.startswith("UnicodeEncodeError (") and "address" not in one for one in kept)


def test_a_message_whose_sender_died_goes_out_again_after_a_while(library: Library) -> None:
    tell_one(library, "a")

    def die(row: Any) -> None:
        raise KeyboardInterrupt  # as a killed process: nothing after it runs

    with pytest.raises(KeyboardInterrupt):
        deliver(library.store, die, now=NOW)
    sent: list[str] = []
    assert deliver(library.store, lambda row: sent.append(row.key), now=NOW) == (0, 0)
    assert deliver(library.store, lambda row: sent.append(row.key), now=NOW + CLAIMED) == (1, 0)
    assert sent == ["a"]


def test_sending_holds_no_transaction(library: Library) -> None:
    tell_one(library, "a")

    def send(row: Any) -> None:
        library.lend()  # would wait for the write lock in vain

    assert deliver(library.store, send, now=NOW) == (1, 0)
