"""The worker: in-memory ticks that call functions; our rows hold what is due, the scheduler holds nothing.

Any number of workers may run, on any number of machines: what is due is claimed row by row in the transaction
that does it, and what one worker at a time does is claimed by its row in `job_state` (engine.runs).
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from queue import Empty, SimpleQueue
from typing import Any

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from engine import runs
from engine.errors import Conflict, Failure, Unavailable
from engine.incidents import cause_of, open_incident, trace_of
from engine.jobs import Done, Job
from engine.journal import SEALED_AT_ONCE, seal, sign_head
from engine.runs import Hand, Run, Taken
from engine.sweeping import ended_by
from engine.time import day_of, utcnow
from engine.timers import fire_due
from engine.transactions import Store

__all__ = ["ENGINE_JOBS", "Done", "Happened", "Job", "run_job", "run_worker", "until_told_to_end"]

BEAT = 20  # seconds between signs of life
LISTEN = 3  # seconds between looks whether somebody asks for a job
HEED = 0.2  # seconds until a worker that is told to end begins to
QUIET = 60  # seconds for which runs that found nothing to do are kept together as one
log = logging.getLogger(__name__)
# That a tick finds its job still at work is meant; the library would warn an operator of each.
logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Happened:
    """What a worker tells whoever looks on: a run that did something, or failed."""

    job: Job
    run: Run


def _fire(store: Store, now: datetime) -> Done:
    swept = fire_due(store, now)
    return Done(swept.fired, swept.failed, int(swept.left))


def _seal(store: Store, now: datetime) -> Done:
    with store.transaction() as tx:
        sealed = seal(tx)
    return Done(sealed, left=int(sealed == SEALED_AT_ONCE))


def _sign(store: Store, now: datetime) -> None:
    with store.transaction() as tx:
        sign_head(tx, day_of(now))


ENGINE_JOBS = (
    Job("timers", 10, _fire, label="Chạy mốc thời gian đã đến"),
    Job("seal_journal", 30, _seal, alone=True, label="Niêm phong nhật ký"),
    Job("sign_journal", 600, _sign, daily=True, label="Ký nhật ký trong ngày"),
    Job("forget_runs", 3600, runs.forget_runs, daily=True, label="Dọn lịch sử việc nền"),
)


def run_worker(
    store: Store,
    jobs: Iterable[Job],
    *,
    stop: threading.Event | None = None,
    clock: Callable[[], datetime] = utcnow,
    hand: Hand | None = None,
    tell: Callable[[Happened], None] = lambda happened: None,
) -> None:
    """Runs the jobs until `stop` is set or the process is told to end; then finishes what is under way."""
    stop, hand, by_name = stop or until_told_to_end(), hand or Hand(), {job.name: job for job in jobs}
    hand.ending = stop
    # Short work does not wait for a long sweep. One thread each: on SQLite more would wait for one another.
    threads = {name: ThreadPoolExecutor(1) for name in ("default", "long", "beat")}  # type: ignore[no-untyped-call]
    scheduler: Any = BackgroundScheduler(executors=threads, timezone="UTC")  # type: ignore[no-untyped-call]
    often = {"trigger": "interval", "max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    for job in by_name.values():
        scheduler.add_job(
            run_job,
            args=(store, job, clock),
            kwargs={"hand": hand, "tell": tell},
            seconds=job.seconds,
            jitter=min(3, job.seconds / 4),
            next_run_time=utcnow(),
            executor="long" if job.claimed else "default",
            id=job.name,
            **often,
        )

    # Asked of the scheduler from here alone: it holds its locks while it waits for its threads to end.
    soon: SimpleQueue[str] = SimpleQueue()

    def again(event: Any) -> None:
        if isinstance(event.retval, Done) and event.retval.left:
            soon.put(event.job_id)

    scheduler.add_listener(again, EVENT_JOB_EXECUTED)
    scheduler.add_job(_beat, args=(store, hand), seconds=BEAT, executor="beat", id=" beat", **often)
    scheduler.add_job(
        _listen, args=(store, hand, soon.put), seconds=LISTEN, executor="beat", id=" listen", **often
    )
    with _at_work(store, hand):
        scheduler.start()
        while not stop.is_set():
            with suppress(Empty):
                name = soon.get(timeout=HEED)
                if name in by_name:
                    scheduler.modify_job(name, next_run_time=utcnow())
        scheduler.shutdown(wait=True)


def run_job(
    store: Store,
    job: Job,
    clock: Callable[[], datetime] = utcnow,
    *,
    hand: Hand | None = None,
    tell: Callable[[Happened], None] = lambda happened: None,
) -> Done | None:
    """Does a job now, once; None if it was not to be done, or failed. Trouble never ends the worker."""
    now, hand = clock(), hand or Hand()
    if hand.astray:
        return None
    with _trouble_kept(store, job, now), ended_by(lambda: _is_over(job, hand)):
        if not job.claimed:
            return _run(store, job, hand, now, tell)
        taken = runs.take(store, job, hand, now)
        return _run(store, job, hand, now, tell, taken) if taken else None
    return None


def _run(
    store: Store,
    job: Job,
    hand: Hand,
    now: datetime,
    tell: Callable[[Happened], None],
    taken: Taken | None = None,
) -> Done:
    """Runs it for each day that is due; what came of it is kept even where it broke."""
    whole, broken = Run(now, 0.0, runs=0), None
    try:
        for day in (taken and taken.days) or (None,):
            run, broken = _measured(store, job, day or day_of(now), now)
            if day is not None:
                runs.keep_day(store, job, day, run, hand)
            whole = whole.and_then(run)
            if broken or run.done.left:
                break
        kept = _worth_keeping(job, whole, hand)
        if kept:
            runs.keep_run(store, job, kept, hand, now)
    finally:
        hand.holds.pop(job.name, None)  # a claim that could not be let go is free once it is silent
    if whole.error or any(whole.done):
        tell(Happened(job, whole))
    if broken:
        raise broken
    return whole.done


def _measured(store: Store, job: Job, day: date, now: datetime) -> tuple[Run, Exception | None]:
    began, broken, result = time.monotonic(), None, None
    try:
        result = job.do(store, now, day) if job.every_day else job.do(store, now)
    except Exception as error:
        broken = error
    done = result if isinstance(result, Done) else Done(result if isinstance(result, int) else 0)
    name = type(broken).__name__ if broken else None
    return Run(now, time.monotonic() - began, done, name), broken


def _worth_keeping(job: Job, run: Run, hand: Hand) -> Run | None:
    """Runs every few seconds that found nothing to do are kept once a minute, together."""
    if job.claimed:
        return run
    waiting, kept_at = hand.quiet.get(job.name, (0, -QUIET))
    if not (run.error or any(run.done)) and time.monotonic() < kept_at + QUIET:
        hand.quiet[job.name] = (waiting + 1, kept_at)
        return None
    hand.quiet[job.name] = (0, time.monotonic())
    return replace(run, runs=run.runs + waiting)


def _is_over(job: Job, hand: Hand) -> bool:
    return hand.ending.is_set() or (job.claimed and job.name not in hand.holds)


def _beat(store: Store, hand: Hand) -> None:
    with _trouble_logged("signs of life"):
        runs.still_ours(store, hand)


def _listen(store: Store, hand: Hand, at_once: Callable[[str], None]) -> None:
    with _trouble_logged("what is asked for"):
        with store.transaction(writing=False) as tx:
            asked = runs.asked_for(tx)
        for name in asked:
            hand.quiet.pop(name, None)
            at_once(name)


@contextmanager
def _at_work(store: Store, hand: Hand) -> Iterator[None]:
    runs.begin_work(store, hand)
    try:
        yield
    finally:
        with _trouble_logged("the end of work"):
            runs.end_work(store, hand)


@contextmanager
def _trouble_logged(what: str) -> Iterator[None]:
    try:
        yield
    except Failure as error:
        log.warning("%s: %s", what, type(error).__name__)
    except Exception as error:
        log.error("%s: %s", what, trace_of(error))


@contextmanager
def _trouble_kept(store: Store, job: Job, now: datetime) -> Iterator[None]:
    try:
        yield
    except (Conflict, Unavailable) as error:
        log.warning("job %s: %s", job.name, type(error).__name__)  # the next tick tries again
    except Exception as error:
        log.error("job %s: %s", job.name, trace_of(error))
        with _trouble_logged(f"the incident of job {job.name}"), store.transaction() as tx:
            open_incident(tx, "job", case_id=None, element=job.name, cause=cause_of(error), now=now)


def until_told_to_end() -> threading.Event:
    """From now on SIGTERM and Ctrl+C set what is given, instead of ending the process."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    return stop
