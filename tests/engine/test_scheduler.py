"""The worker: ticks on several threads and processes, each piece of work done once, ending in good order."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.incidents import incidents
from engine.records import job_run, job_state, journal, worker
from engine.runs import KEPT_DAYS, SILENT, Hand, ask, forget_runs, is_silent, states, still_ours, workers
from engine.scheduler import ENGINE_JOBS, Done, Happened, Job, run_job, run_worker
from tests.engine.library import NOW, TODAY, Library

NIGHT = NOW.replace(hour=16, minute=59)  # one minute before midnight in Vietnam
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(now: datetime) -> Callable[[], datetime]:
    return lambda: now


def state(library: Library, name: str = "report") -> Any:
    with library.tx(writing=False) as tx:
        return states(tx)[name]


def runs_of(library: Library, name: str = "report") -> list[Any]:
    with library.tx(writing=False) as tx:
        return list(tx.execute(select(job_run).where(job_run.c.name == name).order_by(job_run.c.day)))


def noting(done: list[object], result: Any = None) -> Callable[[object, datetime], Any]:
    def do(store: object, now: datetime) -> Any:
        done.append(now)
        return result() if callable(result) else result

    return do


@contextmanager
def working(library: Library, jobs: list[Job], tell: Callable[[Happened], None]) -> Iterator[None]:
    """A worker in a thread; in the end it is told to end, and has."""
    stop = threading.Event()
    options = {"stop": stop, "tell": tell}
    ticking = threading.Thread(target=run_worker, args=(library.store, jobs), kwargs=options, daemon=True)
    ticking.start()
    try:
        yield
    finally:
        stop.set()
        ticking.join(10)
    assert not ticking.is_alive()


def waits_for(what: str, is_there: Callable[[], object]) -> None:
    for _ in range(100):
        if is_there():
            return
        time.sleep(0.05)
    pytest.fail(what)


def test_a_daily_job_is_done_once_a_vietnamese_day_however_often_it_is_looked_at(library: Library) -> None:
    done: list[object] = []
    job = Job("report", 600, noting(done), daily=True)
    moments = [NOW, NOW, NIGHT, NIGHT + timedelta(minutes=2)]
    clock = iter(moments).__next__
    assert [run_job(library.store, job, clock) is not None for _ in moments] == [True, False, False, True]
    assert done == [moments[0], moments[3]]


def test_a_job_of_an_hour_is_done_from_then_on_once_by_however_many_workers_and_late_if_need_be(
    library: Library,
) -> None:
    done: list[object] = []
    job = Job("report", 60, noting(done), at="07:00", working_days=True)
    monday_7 = NOW.replace(hour=0)
    hands = [Hand(name) for name in ("a:1", "b:2")]
    for now in (monday_7 - HOUR, monday_7 - timedelta(seconds=1), monday_7 + 9 * HOUR, monday_7 + 10 * HOUR):
        for hand in hands:
            run_job(library.store, job, at(now), hand=hand)
    assert done == [monday_7 + 9 * HOUR]
    assert state(library).next_at == monday_7 + DAY
    run_job(library.store, job, at(monday_7 + 4 * DAY))
    assert state(library).next_at == monday_7 + 7 * DAY, "not on Saturday and Sunday"
    run_job(library.store, job, at(monday_7 + 5 * DAY))
    assert len(done) == 2


def test_missed_days_are_made_up_for_where_the_job_wants_them_and_only_there(library: Library) -> None:
    made_up: list[date] = []
    once: list[object] = []
    every = Job("letters", 60, lambda store, now, day: made_up.append(day), every_day=True)
    today_only = Job("report", 60, noting(once), daily=True)
    for now in (NOW, NOW + 4 * DAY, NOW + 4 * DAY):
        run_job(library.store, every, at(now))
        run_job(library.store, today_only, at(now))
    assert made_up == [TODAY + n * DAY for n in range(5)]
    assert len(once) == 2
    assert [row.day for row in runs_of(library, "letters")] == made_up


def test_making_up_goes_on_where_it_was_cut_off(library: Library) -> None:
    made_up: list[date] = []

    def do(store: object, now: object, day: date) -> None:
        made_up.append(day)
        if len(made_up) == 3:
            raise OSError("disk")

    job = Job("letters", 60, do, every_day=True)
    for now in (NOW, NOW + 3 * DAY, NOW + 3 * DAY):
        run_job(library.store, job, at(now))
    assert made_up == [TODAY + n * DAY for n in (0, 1, 2, 2, 3)]


@pytest.mark.parametrize("ahead", [1, 7, 30, 400])
def test_with_a_clock_that_was_ahead_or_is_set_back_no_day_is_done_twice_and_none_is_lost(
    library: Library, ahead: int
) -> None:
    """At the second look the clock is wrong; later looks are at its edges, and one is a day back."""
    made_up: list[date] = []
    once: list[object] = []
    every = Job("letters", 60, lambda store, now, day: made_up.append(day), every_day=True)
    daily = Job("report", 60, noting(once), daily=True)
    right = {0, -1, 1, 2, 8, 9, ahead - 1, ahead, ahead + 1}
    for n in (0, ahead, *sorted(right)):
        run_job(library.store, every, at(NOW + n * DAY))
        run_job(library.store, daily, at(NOW + n * DAY))
    assert made_up == [TODAY + n * DAY for n in range(max(right) + 1)]
    days_of_once = [(now - NOW).days for now in once]  # type: ignore[operator]
    waited_for = {n for n in right if 0 < n <= ahead} if ahead <= 7 else set()
    assert days_of_once == [0, ahead, *sorted({n for n in right if n > 0} - waited_for)]


def test_a_daily_job_that_failed_is_told_and_done_again_the_same_day(library: Library) -> None:
    tries: list[object] = []

    def fail_first() -> Done:
        if len(tries) == 1:
            raise ValueError("Nguyễn Văn A")
        return Done(3, 1)

    job = Job("report", 600, noting(tries, fail_first), daily=True)
    assert run_job(library.store, job, at(NOW)) is None
    with library.tx(writing=False) as tx:
        [told] = incidents(tx)
    assert (told.kind, told.element) == ("job", "report")
    assert told.cause.startswith("ValueError (") and "Nguyễn" not in told.cause
    assert (state(library).last_error, state(library).worker) == ("ValueError", None)
    assert state(library).next_at == NOW + timedelta(seconds=600)
    assert run_job(library.store, job, at(NOW)) == Done(3, 1)
    [row] = runs_of(library)
    assert (row.runs, row.items, row.failed, row.error) == (2, 3, 1, None) and row.done_at


def test_what_is_left_of_a_day_is_gone_on_with_and_the_day_is_not_done_before(library: Library) -> None:
    rest = [2, 1, 0]
    job = Job("report", 600, noting([], lambda: Done(10, left=rest.pop(0))), daily=True)
    for left in (2, 1, 0):
        assert run_job(library.store, job, at(NOW)) == Done(10, left=left)
    assert run_job(library.store, job, at(NOW)) is None
    [row] = runs_of(library)
    assert row.done_at is not None


def test_a_claim_is_free_when_its_worker_is_silent_and_not_while_it_gives_signs_of_life(
    library: Library,
) -> None:
    wall = [NOW]
    dead, other = (Hand(name, lambda: wall[0]) for name in ("a:1", "b:2"))
    job = Job("report", 600, noting([]), daily=True)

    def die(store: object, now: datetime) -> None:
        raise KeyboardInterrupt  # as a killed process: nothing after it runs

    with pytest.raises(KeyboardInterrupt):
        run_job(library.store, Job("report", 600, die, daily=True), at(NOW), hand=dead)
    dead.holds["report"] = NOW  # it is in a long sweep, and alive
    wall[0] += SILENT
    still_ours(library.store, dead)
    wall[0] += SILENT
    assert run_job(library.store, job, at(NOW), hand=other) is None
    wall[0] += timedelta(seconds=1)
    assert is_silent(state(library).seen_at, wall[0])
    assert run_job(library.store, job, at(NOW), hand=other) is not None
    still_ours(library.store, dead)
    assert dead.holds == {}, "whoever lost its claim is told so"
    assert state(library).last_worker == "b:2"


def test_a_claim_of_a_namesake_that_died_is_not_taken_for_ones_own(library: Library) -> None:
    wall = [NOW]
    first = Hand("box:1", lambda: wall[0])
    with library.tx() as tx:
        tx.insert_new(job_state, [{"name": "report", "worker": "box:1", "began_at": NOW, "seen_at": NOW}])
    wall[0] += timedelta(seconds=5)
    still_ours(library.store, first)
    assert state(library).seen_at == NOW
    assert run_job(library.store, Job("report", 600, noting([]), daily=True), at(NOW), hand=first) is None


def test_what_one_worker_at_a_time_does_is_done_by_one_at_a_time(library: Library) -> None:
    inside: list[Done | None] = []
    hands = [Hand(name) for name in ("a:1", "b:2")]

    def do(store: object, now: datetime) -> int:
        inside.append(
            run_job(library.store, Job("report", 60, noting([]), alone=True), at(NOW), hand=hands[1])
        )
        return 5

    job = Job("report", 60, do, alone=True)
    assert run_job(library.store, job, at(NOW), hand=hands[0]) == Done(5)
    assert inside == [None]
    assert run_job(library.store, job, at(NOW), hand=hands[1]) == Done(5), "and let go afterwards"


def test_what_somebody_asks_for_is_done_now_and_a_day_that_is_done_stays_done(library: Library) -> None:
    done: list[object] = []
    job = Job("report", 600, noting(done), daily=True)
    run_job(library.store, job, at(NOW))
    with library.tx() as tx:
        assert ask(tx, "report", by=7, now=NOW)
        assert not ask(tx, "report", by=8, now=NOW)
    assert run_job(library.store, job, at(NOW + HOUR)) is not None
    assert run_job(library.store, job, at(NOW + HOUR)) is None
    assert len(done) == 2 and state(library).asked_at is None and len(runs_of(library)) == 1


def test_only_so_many_days_of_a_job_are_kept(library: Library) -> None:
    with library.tx() as tx:
        days = [{"name": "old", "day": TODAY - n * DAY, "at": NOW} for n in range(KEPT_DAYS + 5, 0, -1)]
        tx.insert_new(job_run, days)
        tx.insert_new(job_run, [{"name": "new", "day": TODAY, "at": NOW}])
    assert forget_runs(library.store, NOW) == 5
    assert runs_of(library, "old")[0].day == TODAY - KEPT_DAYS * DAY and len(runs_of(library, "new")) == 1


def test_the_worker_ticks_until_it_is_told_to_end_and_finishes_what_is_under_way(library: Library) -> None:
    began, ended = threading.Event(), []
    told: list[Happened] = []

    def slow(store: object, now: object) -> Done:
        began.set()
        time.sleep(0.3)
        ended.append(1)
        return Done(1, left=len(ended) < 2)

    def sealed() -> object:
        with library.tx(writing=False) as tx:
            return tx.execute(select(journal.c.position)).scalar_one()

    library.lend()
    with working(library, [Job("slow", 60, slow), *ENGINE_JOBS], told.append):
        assert began.wait(5)
        waits_for("the journal was not sealed", sealed)
        waits_for("what was left was not gone on with at once", lambda: len(ended) == 2)
    assert "seal_journal" in {happened.job.name for happened in told}
    with library.tx(writing=False) as tx:
        [row] = workers(tx, 10)
    assert row.stopped_at is not None


def test_every_tick_that_found_nothing_is_not_a_row_of_its_own(library: Library) -> None:
    hand, job = Hand(), Job("report", 5, noting([]))
    for minute in range(5):
        run_job(library.store, job, at(NOW + timedelta(minutes=minute)), hand=hand)
    assert [row.runs for row in runs_of(library)] == [1] and hand.quiet["report"][0] == 4
    run_job(library.store, Job("report", 5, noting([], 2)), at(NOW + HOUR), hand=hand)
    [row] = runs_of(library)
    assert (row.runs, row.items) == (6, 2)


def test_a_worker_is_silent_after_a_while(library: Library) -> None:
    hand = Hand("a:1", at(NOW))
    with library.tx() as tx:
        hand.row_id = tx.insert(worker, {"name": "a:1", "started_at": NOW, "seen_at": NOW - DAY})
    still_ours(library.store, hand)
    with library.tx() as tx:
        [row] = workers(tx, 10)
        assert not is_silent(row.seen_at, NOW + SILENT)
        assert is_silent(row.seen_at, NOW + SILENT + timedelta(seconds=1))
        tx.execute(update(worker).values(seen_at=NOW + DAY))
        assert is_silent(workers(tx, 10)[0].seen_at, NOW), "a clock set back"
