"""Fires the timers whose moment has come: each once, the oldest first, several in a short transaction.

The claim and the effect are one transaction, so a crash leaves the rows due again and nothing half done. On
PostgreSQL busy cases are skipped (SKIP LOCKED); on SQLite the write lock is the claim. Where one of several
fails, all are undone and fired one by one: what fails waits longer each time and is shown to an operator.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update

from engine.cases import fire_held, fire_timer
from engine.errors import Conflict, Unavailable
from engine.incidents import open_incident, words_of
from engine.records import case, timer
from engine.stepping import hold_free, waiting_timers
from engine.sweeping import told_to_end
from engine.transactions import Store, Transaction
from engine.turns import Turn, longest

TELL_AFTER = 3  # attempts, then an operator is told
LONGEST_WAIT = timedelta(hours=12)
TOGETHER = 20  # timers in a transaction, if it does not grow too long


@dataclass
class Swept:
    """What one sweep came to."""

    fired: int = 0
    failed: int = 0
    left: bool = False  # more were due when the limit or the time was reached
    idle: set[int] = field(default_factory=set)  # came to nothing just now; not asked again in this sweep

    @property
    def seen(self) -> int:
        return self.fired + self.failed + len(self.idle)


class _Undone(Exception):
    """One of several failed: takes them all back without an incident, since each is tried again alone."""


def fire_due(store: Store, now: datetime, limit: int = 200, budget_s: float = 5.0) -> Swept:
    """Fires up to `limit` due timers within about `budget_s` seconds."""
    swept, turn, end = Swept(), Turn(store), time.monotonic() + budget_s
    while swept.seen < limit and time.monotonic() < end and not told_to_end():
        wanted = min(TOGETHER, limit - swept.seen)
        if _fire_some(store, now, wanted, swept) < wanted:
            return swept
        turn.rest()
    swept.left = True
    return swept


def _fire_some(store: Store, now: datetime, count: int, swept: Swept) -> int:
    """Gives how many were due and free; `count` where its time was up before all of them were fired."""
    taken: dict[int, int] = {}
    fired: dict[int, bool] = {}
    try:
        with store.transaction(now=now) as tx:
            taken = _claim(tx, now, count, swept.idle)
            fired = _fire_together(tx, taken, now, time.monotonic() + longest(store))
    except Unavailable:
        raise
    except (_Undone, Conflict):
        for timer_id in taken:
            _fire_alone(store, timer_id, now, swept)
        return len(taken)
    swept.fired += sum(fired.values())
    swept.idle |= {timer_id for timer_id, moved in fired.items() if not moved}
    return len(taken) if len(fired) == len(taken) else count


def _claim(tx: Transaction, now: datetime, count: int, idle: set[int]) -> dict[int, int]:
    """The oldest timers with their cases, which are held from now on, unless somebody has them now.

    Only the cases are locked, as by users: one lock order. The timers are read when the locks are held.
    """
    query = select(timer.c.id, timer.c.case_id).join(case, case.c.id == timer.c.case_id).where(*_ready(now))
    if idle:
        query = query.where(timer.c.id.not_in(idle))
    query = query.order_by(timer.c.due_at, timer.c.id).limit(count)
    found = tx.execute(query.with_for_update(of=case, skip_locked=True))
    taken = {int(row.id): int(row.case_id) for row in found}
    hold_free(tx, taken.values())
    return taken


def _ready(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Due, and not waiting after a failure. A wait longer than the longest is of a clock set back."""
    waiting = timer.c.retry_at
    return timer.c.due_at <= now, or_(waiting.is_(None), waiting <= now, waiting > now + LONGEST_WAIT)


def _fire_together(tx: Transaction, taken: Mapping[int, int], now: datetime, end: float) -> dict[int, bool]:
    """Says of each whether it moved, until the time is up; those that are left stay due. Of one case only
    the first is fired: it may end or move the others."""
    fired, moved = dict[int, bool](), set[int]()
    if not taken:
        return fired
    tx.registry.ahead(tx, [held.row for held in tx.held.values()])
    try:
        for waiting in waiting_timers(tx, taken):
            if waiting.case_id in moved:
                continue
            moved.add(waiting.case_id)
            fired[waiting.id] = fire_held(tx, waiting, now=now)
            if time.monotonic() > end:
                break
    except Unavailable:
        raise
    except Exception as error:
        raise _Undone from error
    return fired


def _fire_alone(store: Store, timer_id: int, now: datetime, swept: Swept) -> None:
    try:
        with store.transaction(now=now) as tx:
            fired = _is_free(tx, timer_id) and fire_timer(tx, timer_id, now=now)
    except Unavailable:
        raise
    except Conflict:
        fired = False  # somebody moved the case; the next sweep sees whether the timer is still there
    except Exception as error:  # one broken case must not stop the sweep
        swept.failed += 1
        _put_off(store, timer_id, error, now)
        return
    swept.fired += fired
    if not fired:
        swept.idle.add(timer_id)


def _is_free(tx: Transaction, timer_id: int) -> bool:
    query = select(timer.c.id).join(case, case.c.id == timer.c.case_id).where(timer.c.id == timer_id)
    return tx.execute(query.with_for_update(of=case, skip_locked=True)).first() is not None


def _put_off(store: Store, timer_id: int, error: Exception, now: datetime) -> None:
    with store.transaction() as tx:
        row = tx.execute(select(timer).where(timer.c.id == timer_id)).first()
        if row is None:
            return
        attempts = row.attempts + 1
        cause = words_of(error)
        wait = min(timedelta(minutes=2**attempts), LONGEST_WAIT)
        later = {"attempts": attempts, "retry_at": now + wait, "last_error": cause}
        tx.execute(update(timer).where(timer.c.id == timer_id).values(later))
        if attempts >= TELL_AFTER:
            open_incident(tx, "timer", case_id=row.case_id, element=row.name, cause=cause, now=now)
