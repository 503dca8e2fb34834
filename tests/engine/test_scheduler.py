"""The worker: ticks on several threads and processes, each piece of work done once, ending in good order."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.incidents import incidents
from engine.records import job_run, journal
from engine.scheduler import ABANDONED, ENGINE_JOBS, Job, run_job, run_worker
from tests.engine.library import NOW, Library


def test_a_daily_job_is_done_once_a_vietnamese_day_however_often_it_is_looked_at(library: Library) -> None:
    done: list[object] = []
    job = Job("report", 600, lambda store, now: done.append(now), daily=True)
    late = NOW.replace(hour=16, minute=59)
    moments = [NOW, NOW, late, late + timedelta(minutes=2)]  # 17:00 UTC is midnight in Vietnam
    clock = iter(moments).__next__
    assert [run_job(library.store, job, clock) for _ in moments] == [True, False, False, True]
    assert done == [moments[0], moments[3]]


def test_a_daily_job_that_failed_is_told_and_done_again_the_same_day(library: Library) -> None:
    tries: list[int] = []

    def do(store: object, now: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("disk")

    job = Job("report", 600, do, daily=True)
    assert not run_job(library.store, job, lambda: NOW)
    with library.tx(writing=False) as tx:
        [told] = incidents(tx)
    assert (told.kind, told.element, told.cause) == ("job", "report", "ValueError: disk")
    assert run_job(library.store, job, lambda: NOW)


def test_a_daily_job_whose_process_died_is_taken_over_after_a_while(library: Library) -> None:
    job = Job("report", 600, lambda store, now: None, daily=True)
    with library.tx() as tx:
        tx.execute(job_run.insert(), {"name": "report", "day": NOW.date(), "at": NOW})
    assert not run_job(library.store, job, lambda: NOW + ABANDONED)
    assert run_job(library.store, job, lambda: NOW + ABANDONED + timedelta(seconds=1))
    with library.tx(writing=False) as tx:
        assert tx.execute(select(job_run.c.done_at)).scalar_one() is not None


def test_the_worker_ticks_until_it_is_told_to_end_and_finishes_what_is_under_way(library: Library) -> None:
    stop, began, ended = threading.Event(), threading.Event(), []

    def slow(store: object, now: object) -> None:
        began.set()
        time.sleep(0.3)
        ended.append(1)

    jobs = [Job("slow", 60, slow), *ENGINE_JOBS]
    library.lend()
    worker = threading.Thread(target=run_worker, args=(library.store, jobs), kwargs={"stop": stop})
    worker.start()
    assert began.wait(5)
    for _ in range(100):
        with library.tx(writing=False) as tx:
            if tx.execute(select(journal.c.position)).scalar_one():
                break
        time.sleep(0.05)
    else:
        pytest.fail("the journal was not sealed")
    stop.set()
    worker.join(10)
    assert not worker.is_alive() and ended == [1]
