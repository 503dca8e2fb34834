"""The worker: in-memory ticks that call functions; our rows hold what is due, the scheduler holds nothing.

Any number of workers may run: a tick's work is claimed row by row, and a daily job by its `job_run` row.
"""

import logging
import signal
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import delete, update

from engine.errors import Conflict, Unavailable
from engine.incidents import open_incident
from engine.journal import seal, sign_head
from engine.records import job_run
from engine.time import day_of, utcnow
from engine.timers import fire_due
from engine.transactions import Store

ABANDONED = timedelta(hours=2)  # a daily job that began so long ago and never ended died with its process
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """Something to do every so many seconds; with `daily`, done once a Vietnamese day."""

    name: str
    seconds: float
    do: Callable[[Store, datetime], object]
    daily: bool = False


def _fire(store: Store, now: datetime) -> object:
    return fire_due(store, now)


def _seal(store: Store, now: datetime) -> object:
    with store.transaction() as tx:
        return seal(tx)


def _sign(store: Store, now: datetime) -> object:
    with store.transaction() as tx:
        sign_head(tx, day_of(now))
    return None


ENGINE_JOBS = (
    Job("timers", 10, _fire),
    Job("seal_journal", 30, _seal),
    Job("sign_journal", 600, _sign, daily=True),
)


def run_worker(
    store: Store,
    jobs: Iterable[Job],
    *,
    stop: threading.Event | None = None,
    clock: Callable[[], datetime] = utcnow,
) -> None:
    """Runs the jobs until `stop` is set or the process is told to end; then finishes what is under way."""
    stop = stop or _until_told_to_end()
    # One thread: on SQLite two would only wait for each other's write lock.
    threads = ThreadPoolExecutor(1)  # type: ignore[no-untyped-call]
    scheduler: Any = BackgroundScheduler(  # type: ignore[no-untyped-call]
        executors={"default": threads}, timezone="UTC"
    )
    for job in jobs:
        scheduler.add_job(
            run_job,
            "interval",
            args=(store, job, clock),
            seconds=job.seconds,
            jitter=min(3, job.seconds / 4),
            next_run_time=clock(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            id=job.name,
        )
    scheduler.start()
    stop.wait()
    scheduler.shutdown(wait=True)


def run_job(store: Store, job: Job, clock: Callable[[], datetime] = utcnow) -> bool:
    """Does a job now, once; True if it was done. Trouble becomes an incident and never ends the worker."""
    now = clock()
    try:
        if job.daily:
            return _once_a_day(store, job, now)
        job.do(store, now)
        return True
    except (Conflict, Unavailable) as error:
        log.warning("job %s: %s", job.name, type(error).__name__)  # the next tick tries again
    except Exception as error:
        log.exception("job %s", job.name)
        _keep_incident(store, job, error, now)
    return False


def _once_a_day(store: Store, job: Job, now: datetime) -> bool:
    day = day_of(now)
    if not _claim(store, job.name, day, now):
        return False
    ours = (job_run.c.name == job.name, job_run.c.day == day)
    try:
        job.do(store, now)
    except BaseException:
        with store.transaction() as tx:
            tx.execute(delete(job_run).where(*ours))
        raise
    with store.transaction() as tx:
        tx.execute(update(job_run).where(*ours).values(done_at=now))
    return True


def _claim(store: Store, name: str, day: date, now: datetime) -> bool:
    with store.transaction() as tx:
        if tx.insert_new(job_run, [{"name": name, "day": day, "at": now}]):
            return True
        abandoned = update(job_run).where(
            job_run.c.name == name,
            job_run.c.day == day,
            job_run.c.done_at.is_(None),
            job_run.c.at < now - ABANDONED,
        )
        return tx.execute(abandoned.values(at=now)).rowcount == 1


def _keep_incident(store: Store, job: Job, error: Exception, now: datetime) -> None:
    cause = f"{type(error).__name__}: {error}"
    try:
        with store.transaction() as tx:
            open_incident(tx, "job", case_id=None, element=job.name, cause=cause, now=now)
    except Unavailable:
        log.warning("job %s: its incident could not be kept", job.name)


def _until_told_to_end() -> threading.Event:
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    return stop
