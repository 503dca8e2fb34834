"""The journal only grows, and shows when somebody changed it behind our back."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from engine.journal import append, entries, seal, sign_head, verify
from engine.records import journal, read_log
from engine.transactions import Transaction
from tests.engine.library import BY, NOW, TODAY, Library


def test_entries_are_numbered_within_their_case_and_apart_from_it(library: Library) -> None:
    first, second = library.lend(1), library.lend(2)
    with library.tx() as tx:
        assert append(tx, None, "signed_in", on=TODAY, by=BY, now=NOW) == 0
        assert append(tx, first.id, "note", on=TODAY, by=BY, now=NOW, facts={"said": "chờ"}) == 2
        assert append(tx, second.id, "note", on=TODAY, by=BY, now=NOW) == 2
        assert [row.seq for row in entries(tx, first.id)] == [1, 2]
        assert [row.kind for row in entries(tx, None)] == ["signed_in"]
        noted = entries(tx, first.id)[1]
    assert (noted.facts, noted.inputs, noted.on, noted.recorded_at) == ({"said": "chờ"}, None, TODAY, NOW)


def test_an_act_keeps_who_for_whom_when_and_under_which_edition(library: Library) -> None:
    opened = library.lend()
    [row] = library.tasks(opened.id)
    done = library.do(
        row.id, "chosen", edition="2026-07", on_behalf_of=3, on=TODAY - timedelta(2), facts={"n": 1}
    )
    with library.tx(writing=False) as tx:
        entry = entries(tx, opened.id)[done.seq - 1]
    assert (entry.element, entry.by, entry.on_behalf_of, entry.edition) == ("request_book", BY, 3, "2026-07")
    assert (entry.on, entry.recorded_at, entry.facts) == (TODAY - timedelta(2), NOW, {"n": 1})
    assert (
        entry.inputs["outcome"] == "chosen" and ["service", "shelf_state", "free"] in entry.inputs["answers"]
    )
    assert entry.inputs["trail"][0] == "request_book"


@pytest.mark.parametrize("statement", [update(journal).values(by=8), delete(journal), delete(read_log)])
def test_the_database_refuses_to_change_or_delete_an_entry(library: Library, statement: object) -> None:
    library.lend()
    with library.tx() as tx:
        tx.execute(
            read_log.insert(),
            {"subject_kind": "reader", "subject_id": 1, "fields": [], "purpose": "x", "at": NOW},
        )
    with pytest.raises(DBAPIError, match="append-only"), library.tx() as tx:
        tx.execute(statement)  # type: ignore[call-overload]


def test_sealing_in_batches_makes_one_whole_chain(library: Library) -> None:
    for reader in range(4):
        library.walk(library.lend(reader).id)
    with library.tx() as tx:
        assert seal(tx, limit=5) == 5
    with library.tx() as tx:
        while seal(tx, limit=7):
            pass
        sign_head(tx, TODAY)
        sign_head(tx, TODAY)
    library.lend(9)
    with library.tx(writing=False) as tx:
        verdict = verify(tx, batch=3)
    assert verdict.whole and verdict.sealed > 20 and verdict.unsealed == 1


def test_a_sealed_entry_cannot_be_sealed_anew(library: Library) -> None:
    library.lend()
    with library.tx() as tx:
        seal(tx)
    with pytest.raises(DBAPIError, match="append-only"), library.tx() as tx:
        tx.execute(update(journal).values(position=99))


def without_guards(tx: Transaction, statement: str) -> None:
    """What somebody with the key and a tool could do."""
    if tx.dialect == "sqlite":
        tx.execute(text("DROP TRIGGER journal_no_update"))
        tx.execute(text("DROP TRIGGER journal_no_delete"))
        tx.execute(text(statement))
    else:
        tx.execute(text("ALTER TABLE journal DISABLE TRIGGER USER"))
        tx.execute(text(statement))
        tx.execute(text("ALTER TABLE journal ENABLE TRIGGER USER"))


@pytest.mark.parametrize(
    ("statement", "shows_in"),
    [
        ("UPDATE journal SET by = 8 WHERE position = 3", "broken_entries"),
        ("""UPDATE journal SET facts = '{"for": 9}' WHERE position = 3""", "broken_entries"),
        ("DELETE FROM journal WHERE position = 3", "broken_entries"),
        ("DELETE FROM journal WHERE position > 3", "broken_heads"),
        ("UPDATE journal_head SET signature = hash", "broken_heads"),
    ],
)
def test_a_change_behind_our_back_shows(library: Library, statement: str, shows_in: str) -> None:
    library.walk(library.lend().id)
    with library.tx() as tx:
        seal(tx)
        sign_head(tx, TODAY)
        assert verify(tx).whole
    with library.tx() as tx:
        without_guards(tx, statement)
        verdict = verify(tx)
    assert not verdict.whole and getattr(verdict, shows_in)
