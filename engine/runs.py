"""The rows of the worker's jobs: claims with a sign of life, results, the days done, and what was asked for.

A claim is taken over when its sign of life is old: signs of life follow the clock on the wall, whatever clock
the jobs follow.
"""

import os
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from engine.incidents import open_incident
from engine.jobs import Done, Job, days_due, next_moment
from engine.records import job_run, job_state, worker
from engine.time import day_of, utcnow
from engine.transactions import Store, Transaction

SILENT = timedelta(seconds=90)  # without a sign of life for so long, a claim is free and a worker dead
APART = timedelta(minutes=2)
KEPT_DAYS = 400  # rows of each job: more than a missed summer, and than a clock a year ahead
KEPT_WORKERS = 50
NOTHING = Done()


@dataclass
class Hand:
    """A process that works: its name on the rows, the claims it holds, the wall's clock for signs of life."""

    name: str = field(default_factory=lambda: f"{socket.gethostname()[:100]}:{os.getpid()}")
    wall: Callable[[], datetime] = utcnow
    holds: dict[str, datetime] = field(default_factory=dict)  # job -> when it was claimed
    quiet: dict[str, tuple[int, float]] = field(default_factory=dict)  # job -> runs not kept yet, last kept
    astray: bool = False  # the database server's clock says another time: it works no more until they agree
    ending: threading.Event = field(default_factory=threading.Event)
    row_id: int | None = None


@dataclass(frozen=True)
class Taken:
    """A job that is now ours to do: for these days, or (none) because somebody asked."""

    days: tuple[date, ...]
    asked: bool = False


@dataclass(frozen=True)
class Run:
    """One run as it is kept."""

    at: datetime
    seconds: float
    done: Done = NOTHING
    error: str | None = None
    runs: int = 1

    def and_then(self, other: "Run") -> "Run":
        """Both as one."""
        seconds, runs = self.seconds + other.seconds, self.runs + other.runs
        return Run(self.at, seconds, self.done + other.done, other.error, runs)


def take(store: Store, job: Job, hand: Hand, now: datetime) -> Taken | None:
    """Claims a job that is due or asked for; None where there is nothing to do or another worker has it."""
    with store.transaction(writing=False) as tx:
        if _wanted(tx, job, now) is None:
            return None
    with store.transaction() as tx:
        if not _claim(tx, job.name, hand):
            return None
        taken = _wanted(tx, job, now)  # another may have done it between our look and our claim
        if taken is None:
            _let_go(tx, job.name, hand)
        return taken


def _wanted(tx: Transaction, job: Job, now: datetime) -> Taken | None:
    asked = tx.execute(select(job_state.c.asked_at).where(job_state.c.name == job.name)).scalar() is not None
    if not job.by_day:
        return Taken((), asked)
    days = days_due(job, _days_done(tx, job.name), now, lambda day: tx.registry.is_worked(tx, day))
    return Taken(tuple(days), asked) if days or asked else None


def _days_done(tx: Transaction, name: str) -> list[date]:
    """In the order in which they were done."""
    query = select(job_run.c.day).where(job_run.c.name == name, job_run.c.done_at.is_not(None))
    return list(tx.execute(query.order_by(job_run.c.id)).scalars())


def _claim(tx: Transaction, name: str, hand: Hand) -> bool:
    tx.insert_new(job_state, [{"name": name}])
    seen = hand.wall()
    mine = update(job_state).where(job_state.c.name == name, _free(seen))
    if tx.execute(mine.values(worker=hand.name, began_at=seen, seen_at=seen)).rowcount != 1:
        return False
    hand.holds[name] = seen
    return True


def _free(wall: datetime) -> ColumnElement[bool]:
    """Nobody has it, or who had it is silent; a sign of life from the future is one of a clock set back."""
    seen = job_state.c.seen_at
    return or_(job_state.c.worker.is_(None), seen < wall - SILENT, seen > wall + SILENT)


def _ours(name: str, hand: Hand) -> tuple[ColumnElement[bool], ...]:
    """A name is not enough: a container gives every process the same number."""
    mine = hand.holds.get(name)
    return job_state.c.name == name, job_state.c.worker == hand.name, job_state.c.began_at == mine


def _let_go(tx: Transaction, name: str, hand: Hand, **values: Any) -> bool:
    let_go = update(job_state).where(*_ours(name, hand))
    return tx.execute(let_go.values(worker=None, began_at=None, seen_at=None, **values)).rowcount == 1


def still_ours(store: Store, hand: Hand) -> None:
    """A sign of life for what this process holds, and for itself; forgets what another has taken over."""
    with store.transaction() as tx:
        seen = hand.wall()
        for name in list(hand.holds):
            if not tx.execute(update(job_state).where(*_ours(name, hand)).values(seen_at=seen)).rowcount:
                hand.holds.pop(name, None)
        if hand.row_id is not None:
            _look_at_clock(tx, hand)
            alive = {"seen_at": seen, "astray": hand.astray}
            tx.execute(update(worker).where(worker.c.id == hand.row_id).values(alive))


def _look_at_clock(tx: Transaction, hand: Hand) -> None:
    """Machines that share a server go by its clock: one a year ahead would fire everybody's timers."""
    if tx.dialect == "sqlite":
        return  # one machine, one clock
    apart = abs(tx.execute(select(func.clock_timestamp())).scalar_one() - hand.wall())
    if apart > APART and not hand.astray:
        cause = f"{hand.name}: {round(apart.total_seconds())} s"
        open_incident(tx, "job", case_id=None, element="clock", cause=cause, now=hand.wall())
    hand.astray = apart > APART


def keep_day(store: Store, job: Job, day: date, run: Run, hand: Hand) -> None:
    """Adds a run to its day; a daily job that left nothing is done for the day with it."""
    whole = job.by_day and run.error is None and not run.done.left
    with store.transaction() as tx:
        if whole:  # done once already, by a clock that was ahead: this time counts
            done = job_run.c.done_at.is_not(None)
            tx.execute(delete(job_run).where(job_run.c.name == job.name, job_run.c.day == day, done))
        _add(tx, job, day, run, hand, done_at=run.at + timedelta(seconds=run.seconds) if whole else None)


def _add(tx: Transaction, job: Job, day: date, run: Run, hand: Hand, *, done_at: datetime | None) -> None:
    tx.insert_new(job_run, [{"name": job.name, "day": day, "at": run.at}])
    sums: dict[str, Any] = {
        "runs": job_run.c.runs + run.runs,
        "items": job_run.c["items"] + run.done.items,
        "failed": job_run.c.failed + run.done.failed,
        "seconds": job_run.c.seconds + run.seconds,
        "worker": hand.name,
    }
    if run.error or done_at:
        sums |= {"error": run.error, "done_at": done_at}
    tx.execute(update(job_run).where(job_run.c.name == job.name, job_run.c.day == day).values(sums))


def keep_run(store: Store, job: Job, run: Run, hand: Hand, now: datetime) -> None:
    """Says what the last run came to and when the next is due; lets go of the claim."""
    with store.transaction() as tx:
        values: dict[str, Any] = {
            "last_at": run.at,
            "last_seconds": run.seconds,
            "last_worker": hand.name,
            "last_items": run.done.items,
            "last_failed": run.done.failed,
            "last_left": run.done.left,
            "last_error": run.error,
            "next_at": _next(tx, job, run, now),
        }
        if not job.claimed:
            tx.insert_new(job_state, [{"name": job.name}])
            tx.execute(update(job_state).where(job_state.c.name == job.name).values(values))
            _add(tx, job, day_of(now), run, hand, done_at=None)
        elif job.by_day:
            _let_go(tx, job.name, hand, **values)
        elif _let_go(tx, job.name, hand, **values):
            _add(tx, job, day_of(now), run, hand, done_at=None)
        answered = update(job_state).where(job_state.c.name == job.name, job_state.c.asked_at <= run.at)
        tx.execute(answered.values(asked_at=None, asked_by=None))
    hand.holds.pop(job.name, None)


def _next(tx: Transaction, job: Job, run: Run, now: datetime) -> datetime | None:
    later = now if run.done.left else now + timedelta(seconds=job.seconds)
    if not job.by_day:
        return later
    due = next_moment(job, _days_done(tx, job.name), now, lambda day: tx.registry.is_worked(tx, day))
    return later if due == now else due


def ask(tx: Transaction, name: str, *, by: int, now: datetime) -> bool:
    """Asks the workers to do a job now; False where that was asked already."""
    tx.insert_new(job_state, [{"name": name}])
    asking = update(job_state).where(job_state.c.name == name, job_state.c.asked_at.is_(None))
    return tx.execute(asking.values(asked_at=now, asked_by=by)).rowcount == 1


def asked_for(tx: Transaction) -> list[str]:
    """The jobs that somebody asks for."""
    query = select(job_state.c.name).where(job_state.c.asked_at.is_not(None))
    return list(tx.execute(query.order_by(job_state.c.asked_at)).scalars())


def begin_work(store: Store, hand: Hand) -> None:
    """Says that this process works from now on."""
    with store.transaction() as tx:
        seen = hand.wall()
        _look_at_clock(tx, hand)
        row = {"name": hand.name, "started_at": seen, "seen_at": seen, "astray": hand.astray}
        hand.row_id = tx.insert(worker, row)


def end_work(store: Store, hand: Hand) -> None:
    """Says that it stops, in good order."""
    with store.transaction() as tx:
        seen = hand.wall()
        ours = update(worker).where(worker.c.id == hand.row_id)
        tx.execute(ours.values(seen_at=seen, stopped_at=seen))


def states(tx: Transaction) -> Mapping[str, Any]:
    """What is kept of each job, by name."""
    return {row.name: row for row in tx.execute(select(job_state))}


def recent_days(tx: Transaction, name: str, limit: int) -> list[Any]:
    """What a job came to, the latest day first."""
    query = select(job_run).where(job_run.c.name == name).order_by(job_run.c.day.desc()).limit(limit)
    return list(tx.execute(query))


def workers(tx: Transaction, limit: int) -> list[Any]:
    """The latest worker processes, those that work first."""
    query = select(worker).order_by(worker.c.stopped_at.is_not(None), worker.c.seen_at.desc())
    return list(tx.execute(query.limit(limit)))


def is_silent(seen_at: datetime, wall: datetime) -> bool:
    """Whether whoever gave this sign of life is taken for dead."""
    return not wall - SILENT <= seen_at <= wall + SILENT


def forget_runs(store: Store, now: datetime) -> int:
    """Keeps so many days of each job, and so many workers; counted in rows, since clocks can be wrong."""
    with store.transaction(now=now) as tx:
        names = list(tx.execute(select(job_run.c.name).distinct()).scalars())
        gone = sum(_forget(tx, job_run, KEPT_DAYS, job_run.c.name == name) for name in names)
        return gone + _forget(tx, worker, KEPT_WORKERS)


def _forget(tx: Transaction, table: Any, kept: int, *of: ColumnElement[bool]) -> int:
    newest = select(table.c.id).where(*of).order_by(table.c.id.desc()).offset(kept).limit(1)
    last = tx.execute(newest).scalar()
    return 0 if last is None else tx.execute(delete(table).where(table.c.id <= last, *of)).rowcount
