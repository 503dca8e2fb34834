"""What people are to be told: a row written with the act, delivered afterwards by the worker.

The key is unique, so the same thing is told once however often a verb or a job asks. Delivery is at least
once: a message is taken in one transaction, sent outside of any, and marked in another.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select, update

from engine.incidents import open_incident, words_of
from engine.records import outbox
from engine.transactions import Store, Transaction

TELL_AFTER = 5  # attempts, then an operator is told
LONGEST_WAIT = timedelta(hours=6)
CLAIMED = timedelta(minutes=10)  # whoever took a message and died gives it back by then


def tell(
    tx: Transaction,
    key: str,
    kind: str,
    *,
    facts: Mapping[str, Any],
    now: datetime,
    to_user: int | None = None,
    to_organisation: int | None = None,
    case_id: int | None = None,
) -> bool:
    """Leaves a message for a user or an organisation; False where this key was used before."""
    row = message(
        key,
        kind,
        facts=facts,
        now=now,
        to_user=to_user,
        to_organisation=to_organisation,
        case_id=case_id,
    )
    return tell_all(tx, [row]) == 1


def tell_all(tx: Transaction, messages: Sequence[Mapping[str, Any]]) -> int:
    """Leaves many messages at once; gives how many of them were new."""
    return tx.insert_new(outbox, messages)


def message(
    key: str,
    kind: str,
    *,
    facts: Mapping[str, Any],
    now: datetime,
    to_user: int | None = None,
    to_organisation: int | None = None,
    case_id: int | None = None,
) -> dict[str, Any]:
    """A message that waits to be told."""
    return {
        "key": key,
        "kind": kind,
        "to_user": to_user,
        "to_organisation": to_organisation,
        "case_id": case_id,
        "facts": dict(facts),
        "created_at": now,
    }


def deliver(
    store: Store,
    send: Callable[[Row[Any]], None],
    *,
    now: datetime,
    limit: int = 100,
    kinds: Collection[str] | None = None,
) -> tuple[int, int]:
    """Hands waiting messages (of these kinds, or all) to `send`, oldest first; gives how many were delivered
    and how many failed."""
    with store.transaction(writing=False) as tx:
        waiting = select(outbox.c.id).where(*ready(now)).order_by(outbox.c.id)
        if kinds is not None:
            waiting = waiting.where(outbox.c.kind.in_(kinds))
        ids = list(tx.execute(waiting.limit(limit)).scalars())
    sent = failed = 0
    for message_id in ids:
        row = _claim(store, message_id, now)
        if row is None:
            continue  # another worker has it
        try:
            send(row)
        except Exception as error:  # one message that cannot be sent must not stop the others
            _put_off(store, row, error, now)
            failed += 1
        else:
            _mark(store, message_id, {"sent_at": now})
            sent += 1
    return sent, failed


def ready(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Not sent, and not waiting; a wait longer than the longest is of a clock set back."""
    waiting = outbox.c.retry_at
    free = or_(waiting.is_(None), waiting <= now, waiting > now + LONGEST_WAIT)
    return outbox.c.sent_at.is_(None), free


def _claim(store: Store, message_id: int, now: datetime) -> Row[Any] | None:
    """Takes a message for a while: sending happens outside of any transaction, and a crash gives it back."""
    with store.transaction() as tx:
        one = select(outbox).where(outbox.c.id == message_id, *ready(now))
        row = tx.execute(one.with_for_update(skip_locked=True)).first()
        if row is not None:
            taken = {"retry_at": now + CLAIMED, "attempts": row.attempts + 1}
            tx.execute(update(outbox).where(outbox.c.id == message_id).values(taken))
        return row


def _put_off(store: Store, row: Row[Any], error: Exception, now: datetime) -> None:
    attempts, cause = row.attempts + 1, words_of(error)
    wait = min(timedelta(minutes=2**attempts), LONGEST_WAIT)
    _mark(store, row.id, {"retry_at": now + wait, "last_error": cause})
    if attempts >= TELL_AFTER:
        with store.transaction() as tx:
            open_incident(tx, "outbox", case_id=row.case_id, element=row.kind, cause=cause, now=now)


def _mark(store: Store, message_id: int, values: Mapping[str, Any]) -> None:
    with store.transaction() as tx:
        tx.execute(update(outbox).where(outbox.c.id == message_id).values(**values))
