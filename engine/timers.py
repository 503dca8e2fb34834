"""Fires the timers whose moment has come: one transaction each, exactly once, the oldest first.

The claim and the effect are one transaction, so a crash leaves the row due again and nothing half done. On
PostgreSQL busy cases are skipped (SKIP LOCKED); on SQLite the write lock is the claim. A timer that fails
waits longer each time and is shown to an operator; it never stops the others.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from engine.cases import fire_timer
from engine.errors import Conflict, Unavailable
from engine.incidents import open_incident
from engine.records import case, timer
from engine.transactions import Store, Transaction

TELL_AFTER = 3  # attempts, then an operator is told
LONGEST_WAIT = timedelta(hours=12)


@dataclass
class Swept:
    """What one sweep came to."""

    fired: int = 0
    failed: int = 0
    left: bool = False  # more were due when the limit or the time was reached


def fire_due(store: Store, now: datetime, limit: int = 200, budget_s: float = 5.0) -> Swept:
    """Fires up to `limit` due timers within about `budget_s` seconds."""
    ready = or_(timer.c.retry_at.is_(None), timer.c.retry_at <= now)
    oldest = select(timer.c.id).where(timer.c.due_at <= now, ready).order_by(timer.c.due_at, timer.c.id)
    with store.transaction(writing=False) as tx:
        due = list(tx.execute(oldest.limit(limit)).scalars())
    swept = Swept(left=len(due) == limit)
    end = time.monotonic() + budget_s
    for timer_id in due:
        if time.monotonic() > end:
            swept.left = True
            break
        _fire_one(store, timer_id, now, swept)
    return swept


def _fire_one(store: Store, timer_id: int, now: datetime, swept: Swept) -> None:
    try:
        with store.transaction(now=now) as tx:
            if _claim(tx, timer_id):
                swept.fired += fire_timer(tx, timer_id, now=now)
    except Unavailable:
        raise
    except Conflict:
        return  # somebody moved the case; the next sweep sees whether the timer is still there
    except Exception as error:  # one broken case must not stop the sweep
        swept.failed += 1
        _put_off(store, timer_id, error, now)


def _claim(tx: Transaction, timer_id: int) -> bool:
    """Takes the case of a timer, unless somebody has it now. Only the case, as users do: one lock order."""
    query = select(timer.c.id).join(case, case.c.id == timer.c.case_id).where(timer.c.id == timer_id)
    return tx.execute(query.with_for_update(of=case, skip_locked=True)).first() is not None


def _put_off(store: Store, timer_id: int, error: Exception, now: datetime) -> None:
    with store.transaction() as tx:
        row = tx.execute(select(timer).where(timer.c.id == timer_id)).first()
        if row is None:
            return
        attempts = row.attempts + 1
        cause = f"{type(error).__name__}: {error}"
        wait = min(timedelta(minutes=2**attempts), LONGEST_WAIT)
        later = {"attempts": attempts, "retry_at": now + wait, "last_error": cause}
        tx.execute(update(timer).where(timer.c.id == timer_id).values(later))
        if attempts >= TELL_AFTER:
            open_incident(tx, "timer", case_id=row.case_id, element=row.name, cause=cause, now=now)
