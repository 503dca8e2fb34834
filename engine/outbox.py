"""What people are to be told: a row written with the act, delivered afterwards by the worker.

The key is unique, so the same thing is told once however often a verb or a job asks. Delivery is at least
once: one transaction an item, looked at again inside it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, or_, select, update

from engine.errors import Unavailable
from engine.incidents import open_incident
from engine.records import outbox
from engine.transactions import Store, Transaction

TELL_AFTER = 5  # attempts, then an operator is told
LONGEST_WAIT = timedelta(hours=6)


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
    row = {
        "key": key,
        "kind": kind,
        "to_user": to_user,
        "to_organisation": to_organisation,
        "case_id": case_id,
        "facts": dict(facts),
        "created_at": now,
    }
    return tx.insert_new(outbox, [row]) == 1


def deliver(
    store: Store, send: Callable[[Row[Any]], None], *, now: datetime, limit: int = 100
) -> tuple[int, int]:
    """Hands waiting messages to `send`, oldest first; gives how many were delivered and how many failed."""
    ready = or_(outbox.c.retry_at.is_(None), outbox.c.retry_at <= now)
    with store.transaction(writing=False) as tx:
        waiting = select(outbox.c.id).where(outbox.c.sent_at.is_(None), ready).order_by(outbox.c.id)
        ids = list(tx.execute(waiting.limit(limit)).scalars())
    sent = failed = 0
    for message_id in ids:
        try:
            sent += _deliver_one(store, send, message_id, now)
        except Unavailable:
            raise
        except Exception as error:  # one message that cannot be sent must not stop the others
            _put_off(store, message_id, error, now)
            failed += 1
    return sent, failed


def _deliver_one(store: Store, send: Callable[[Row[Any]], None], message_id: int, now: datetime) -> bool:
    with store.transaction() as tx:
        one = select(outbox).where(outbox.c.id == message_id, outbox.c.sent_at.is_(None))
        row = tx.execute(one.with_for_update(skip_locked=True)).first()
        if row is None:
            return False  # another worker was first
        send(row)
        tx.execute(update(outbox).where(outbox.c.id == message_id).values(sent_at=now))
        return True


def _put_off(store: Store, message_id: int, error: Exception, now: datetime) -> None:
    with store.transaction() as tx:
        row = tx.execute(select(outbox).where(outbox.c.id == message_id)).one()
        attempts = row.attempts + 1
        wait = min(timedelta(minutes=2**attempts), LONGEST_WAIT)
        cause = f"{type(error).__name__}: {error}"
        tx.execute(
            update(outbox)
            .where(outbox.c.id == message_id)
            .values(attempts=attempts, retry_at=now + wait, last_error=cause)
        )
        if attempts >= TELL_AFTER:
            open_incident(tx, "outbox", case_id=row.case_id, element=row.kind, cause=cause, now=now)
