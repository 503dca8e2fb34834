"""The worker as an operator sees it: each job with its last run and its next, and the processes that work."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from engine import runs
from engine.errors import NotFound, Text
from engine.jobs import Job
from engine.transactions import Transaction
from workflows.jobs import JOBS, drawing_job, post_job
from workflows.people.records import user_account

DAYS_SHOWN: Final = 60
WORKERS_SHOWN: Final = 12
GRACE: Final = timedelta(minutes=10)  # a job that is behind by less says nothing

# How a job stands, the worst first.
DIED, RUNNING, ASKED, FAILED, LATE, NEVER, FINE = (
    "died",
    "running",
    "asked",
    "failed",
    "late",
    "never",
    "fine",
)
ALIVE, ASTRAY, SILENT, STOPPED = "alive", "astray", "silent", "stopped"


class Line(NamedTuple):
    """A job with what is kept of it (None: it never ran)."""

    job: Job
    standing: str
    row: Any
    asked_by: str | None = None


class Worker(NamedTuple):
    """A worker process."""

    name: str
    standing: str
    started_at: datetime
    seen_at: datetime


def lines(tx: Transaction, *, now: datetime, wall: datetime) -> list[Line]:
    """Every job of this program, and sending mail where a worker does it."""
    kept = runs.states(tx)
    return [_line(job, kept, now, wall) for job in _known() if job in JOBS or job.name in kept]


def line(tx: Transaction, name: str, *, now: datetime, wall: datetime) -> Line:
    """One job; NotFound."""
    found = _line(job_of(name), runs.states(tx), now, wall)
    if found.row is None or found.row.asked_by is None:
        return found
    who = tx.execute(select(user_account.c.name).where(user_account.c.id == found.row.asked_by)).scalar()
    return found._replace(asked_by=who)


def job_of(name: str) -> Job:
    found = next((job for job in _known() if job.name == name), None)
    if found is None:
        raise NotFound(Text("Không có việc nền mang tên này."))
    return found


def _known() -> tuple[Job, ...]:
    return (*JOBS, drawing_job(_draws_nothing), post_job(_no_line))


def _draws_nothing(_store: Any, _now: Any) -> Any:
    raise NotImplementedError("a page draws nothing")


def _no_line() -> Any:
    raise NotImplementedError("a page sends nothing")


def _line(job: Job, kept: Mapping[str, Any], now: datetime, wall: datetime) -> Line:
    row = kept.get(job.name)
    return Line(job, _standing(job, row, now, wall), row)


def _standing(job: Job, row: Any, now: datetime, wall: datetime) -> str:
    if row is None:
        return NEVER
    held, behind = row.worker is not None, max(GRACE, 2 * timedelta(seconds=job.seconds))
    table = (
        (DIED, held and runs.is_silent(row.seen_at, wall)),
        (RUNNING, held),
        (ASKED, row.asked_at is not None),
        (FAILED, row.last_error is not None),
        (NEVER, row.last_at is None),
        (LATE, row.next_at is not None and row.next_at + behind < now),
    )
    return next((standing for standing, holds in table if holds), FINE)


def history(tx: Transaction, name: str) -> list[Any]:
    """What a job came to, a row a day, the latest first."""
    return runs.recent_days(tx, name, DAYS_SHOWN)


def workers(tx: Transaction, *, wall: datetime) -> list[Worker]:
    """The processes that work, then those that worked last."""
    rows = runs.workers(tx, WORKERS_SHOWN)
    found = [Worker(row.name, _standing_of(row, wall), row.started_at, row.seen_at) for row in rows]
    return sorted(found, key=lambda one: one.standing != ALIVE)


def _standing_of(row: Any, wall: datetime) -> str:
    if row.stopped_at is not None:
        return STOPPED
    if runs.is_silent(row.seen_at, wall) and not row.astray:
        return SILENT
    return ASTRAY if row.astray else ALIVE
