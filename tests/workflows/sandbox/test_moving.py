"""Moving the day: each day lived once by the worker's jobs, whatever cuts it off, and nothing left out."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.database import open_engine
from engine.errors import Conflict
from engine.jobs import Job
from engine.records import incident, job_run, job_state, journal, outbox, task
from engine.runs import Hand
from engine.scheduler import run_job
from engine.sweeping import ended_by
from engine.time import VIETNAM, day_of
from engine.transactions import Store
from tests.conftest import KEYS
from tests.workflows.builders import FIRST_DAY
from tests.workflows.sandbox.conftest import WALL, Sandbox, make
from workflows.admission.registry import build_registry
from workflows.forecast.records import forecast_figures
from workflows.jobs import JOBS
from workflows.sandbox import asking, happened, moving, queries

ONE_DAY = timedelta(days=1)
BIRTHDAY = date(2025, 8, 30)  # a Saturday: of age some days after everything else is done


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rests between days: nobody else wants to write."""
    monkeypatch.setattr("engine.turns.Turn.REST", 0)


@pytest.fixture
def another(sqlite_template: Path, tmp_path: Path) -> Iterator[Callable[[], Sandbox]]:
    """`another()`: a sandbox on a fresh SQLite file of its own."""
    engines = []

    def made() -> Sandbox:
        path = tmp_path / f"another{len(engines)}.db"
        shutil.copyfile(sqlite_template, path)
        engines.append(open_engine(f"sqlite:///{path}", KEYS.database))
        return make(
            Store(engines[-1], registry=build_registry(), keys=KEYS), born=BIRTHDAY.replace(year=2007)
        )

    yield made
    for engine in engines:
        engine.dispose()


def waits_for_age(sandbox: Sandbox) -> int:
    """A case of which everything is done but that the student is too young."""
    world = sandbox.world
    case_id = world.nominate()
    while tasks := world.tasks(case_id):
        world.step(case_id, tasks)
    return case_id


def rows_of(sandbox: Sandbox) -> list[Any]:
    """What the days left behind, without the moments of the wall and the durations."""
    got = []
    for query in (
        select(journal.c.case_id, journal.c.kind, journal.c.element, journal.c.on, journal.c.recorded_at),
        select(outbox.c.key, outbox.c.to_organisation, outbox.c.to_user, outbox.c.facts, outbox.c.created_at),
        select(task.c.case_id, task.c.element, task.c.organisation_id, task.c.opened_on, task.c.due_on),
        select(job_run.c.name, job_run.c.day, job_run.c.at, job_run.c.failed)
        .where(job_run.c.name.not_in(moving.WHERE_IT_STAYS))
        .order_by(job_run.c.id),
        select(forecast_figures.c.reckoned_on, forecast_figures.c.reckoned_at, forecast_figures.c.figures),
        select(incident.c.kind, incident.c.element, incident.c.last_at),
    ):
        got.append([tuple(row) for row in sandbox.world.rows(query)])
    return got


@pytest.mark.parametrize("sandbox", [{"born": BIRTHDAY.replace(year=2007)}], indirect=True)
def test_coming_of_age_opens_the_vote_on_its_day_and_the_cell_is_told(sandbox: Sandbox) -> None:
    case_id = waits_for_age(sandbox)
    days = (BIRTHDAY - sandbox.world.today).days
    sandbox.move(days + 10)
    assert sandbox.world.elements(case_id) == ["cell_vote"]
    fired = sandbox.world.rows(select(journal.c.on).where(journal.c.kind == "timer"))
    assert [row.on for row in fired] == [BIRTHDAY]
    opened = sandbox.world.task(case_id, "cell_vote")
    [told] = sandbox.world.rows(select(outbox).where(outbox.c.key == f"task:{opened.id}"))
    assert (day_of(told.created_at), told.to_organisation) == (BIRTHDAY, sandbox.world.cell)
    with sandbox.store.transaction(writing=False) as tx:
        [count] = [one for one in happened.days(tx, None) if one.day == BIRTHDAY]
        assert (count.timers, count.opened) == (1, 1)
        [timer] = happened.timers_of(tx, BIRTHDAY, None)
        assert (timer.case_id, timer.element) == (case_id, "of_age")
        [message] = happened.messages_of(tx, BIRTHDAY, None, happened.OPENED)
        assert message.facts["element"] == "cell_vote"


def test_the_same_rows_come_whether_moved_at_once_day_by_day_or_killed_on_the_way(
    another: Callable[[], Sandbox],
) -> None:
    days = max((BIRTHDAY - FIRST_DAY).days + 3, len(JOBS))
    at_once, by_day, killed = another(), another(), another()
    cases = {waits_for_age(one) for one in (at_once, by_day, killed)}
    assert len(cases) == 1
    at_once.move(days)
    for _ in range(days):
        by_day.move(1)
    killed.ask(killed.world.today + days * ONE_DAY)
    for place, job in enumerate(JOBS):  # dies in each of the jobs, each time a day further
        jobs = tuple(_dying(one, after=1) if one is job else one for one in JOBS)
        try:
            moving.go_on(killed.store, killed.mover(jobs), seconds=3600)
        except Killed:
            assert place < days
    moving.go_on(killed.store, killed.mover(), seconds=3600)
    with killed.store.transaction(writing=False) as tx:
        assert queries.day_now(tx) == FIRST_DAY + days * ONE_DAY
    assert rows_of(at_once) == rows_of(by_day) == rows_of(killed)


class Killed(BaseException):
    """As the process would be."""


def _dying(job: Job, *, after: int) -> Job:
    left = [after]

    def do(*given: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return job.do(*given)

    return Job(**{**job.__dict__, "do": do})


def test_each_day_runs_each_job_once_at_its_hour(sandbox: Sandbox) -> None:
    """From a Friday over a weekend: what is done on working days rests, what is made up for sees each day."""
    calls: list[tuple[str, Any]] = []

    def note(name: str) -> Callable[..., None]:
        return lambda _store, now, *day: calls.append((name, day[0] if day else now.astimezone(VIETNAM)))

    jobs = (
        Job("often", 10, note("often")),
        Job("daily", 60, note("daily"), daily=True),
        Job("digest", 60, note("digest"), at="07:00", working_days=True),
        Job("each", 60, note("each"), every_day=True),
    )
    friday = FIRST_DAY + 4 * ONE_DAY
    sandbox.move(4, jobs)
    calls.clear()
    sandbox.move(3, jobs)
    days = [friday + ahead * ONE_DAY for ahead in (1, 2, 3)]
    night, morning = time(0, 5), time(7)
    assert [one for name, one in calls if name == "often"] == [
        datetime.combine(day, hour, VIETNAM) for day in days for hour in (night, morning)
    ]
    assert [one for name, one in calls if name == "daily"] == [
        datetime.combine(day, night, VIETNAM) for day in days
    ]
    assert [one for name, one in calls if name == "digest"] == [datetime.combine(days[2], morning, VIETNAM)]
    assert [one for name, one in calls if name == "each"] == days


def test_what_a_job_leaves_is_done_before_the_next(sandbox: Sandbox) -> None:
    left, order = [3], []

    def much(_store: Store, _now: datetime) -> moving.Done:
        order.append("much")
        left[0] = max(0, left[0] - 1)
        return moving.Done(1, left=left[0])

    sandbox.move(1, (Job("much", 10, much), Job("then", 10, lambda *_: order.append("then"))))
    assert order == ["much", "much", "much", "then"]


def test_a_broken_job_stops_no_day_and_is_seen(sandbox: Sandbox) -> None:
    def broken(_store: Store, _now: datetime) -> None:
        raise ValueError("Nguyễn Văn Thử")

    assert sandbox.move(2, (Job("broken", 10, broken, daily=True), *JOBS)).items == 2
    [kept] = sandbox.world.rows(select(incident).where(incident.c.element == "broken"))
    assert kept.times == 2
    assert "Nguyễn" not in kept.cause
    failed = sandbox.world.rows(select(job_run.c.failed).where(job_run.c.name == "broken"))
    assert [row.failed for row in failed] == [1, 1]
    with sandbox.store.transaction(writing=False) as tx:
        assert happened.troubles_of(tx, FIRST_DAY + 2 * ONE_DAY) == 1


def test_a_day_on_which_the_database_was_busy_is_lived_once_more(sandbox: Sandbox) -> None:
    times: list[datetime] = []

    def busy(_store: Store, now: datetime) -> None:
        times.append(now)
        if len(times) == 1:
            raise Conflict

    mover = sandbox.mover((Job("busy", 10, busy, daily=True),))
    sandbox.ask(FIRST_DAY + 2 * ONE_DAY)
    job = mover.job()
    assert run_job(sandbox.store, job, sandbox.store.clock, hand=Hand()) is None
    assert run_job(sandbox.store, job, sandbox.store.clock, hand=Hand()) == moving.Done(2)
    assert [day_of(one) for one in times] == [FIRST_DAY + ahead * ONE_DAY for ahead in (1, 1, 2)]


def test_a_picture_of_the_day_is_made_where_the_move_ends_or_is_stopped(sandbox: Sandbox) -> None:
    """The worker makes it where somebody stopped: it is due there like any other day."""
    assert {job.name for job in JOBS} >= moving.WHERE_IT_STAYS
    made: list[date] = []
    picture = Job("forecast", 10, lambda _store, now: made.append(day_of(now)), daily=True)
    sandbox.move(3, (picture,))
    assert made == [FIRST_DAY + 3 * ONE_DAY]
    sandbox.ask(FIRST_DAY + 9 * ONE_DAY)
    stop = Job("stop", 10, lambda store, _now: _stop(store), daily=True)
    moving.go_on(sandbox.store, sandbox.mover((stop, picture)), seconds=60)
    assert made == [FIRST_DAY + 3 * ONE_DAY]
    run_job(sandbox.store, picture, sandbox.store.clock, hand=Hand())
    assert made == [FIRST_DAY + 3 * ONE_DAY, FIRST_DAY + 4 * ONE_DAY]


def test_a_worker_that_is_told_to_end_leaves_a_day_to_be_lived_once_more(sandbox: Sandbox) -> None:
    told: list[bool] = []
    times: list[datetime] = []

    def ends(_store: Store, now: datetime) -> None:
        times.append(now)
        told.append(True)

    mover = sandbox.mover((Job("ends", 10, ends, daily=True),))
    sandbox.ask(FIRST_DAY + ONE_DAY)
    with ended_by(lambda: bool(told)):
        assert moving.go_on(sandbox.store, mover, seconds=60) == moving.Done(0, left=1)
    assert moving.go_on(sandbox.store, mover, seconds=60) == moving.Done(1)
    assert [day_of(one) for one in times] == [FIRST_DAY + ONE_DAY] * 2


def _stop(store: Store) -> None:
    with store.transaction() as tx:
        asking.stop(tx, now=WALL)


def test_the_worker_does_not_repeat_what_the_move_has_done(sandbox: Sandbox) -> None:
    sandbox.move(4)  # to a Friday
    for job in JOBS:
        if job.by_day:
            assert run_job(sandbox.store, job, sandbox.store.clock, hand=Hand()) is None, job.name
    due = {row.name: row.next_at for row in sandbox.world.rows(select(job_state))}
    friday = FIRST_DAY + 4 * ONE_DAY
    assert due["remind"] == datetime.combine(friday + ONE_DAY, time(), VIETNAM)
    assert due["digest"] == datetime.combine(friday + 3 * ONE_DAY, time(7), VIETNAM)


def test_a_worker_of_a_sandbox_moves_the_day_and_any_other_does_not(
    store: Store, another: Callable[[], Sandbox]
) -> None:
    assert moving.jobs_of(store, JOBS, Hand()) == JOBS
    names = [job.name for job in moving.jobs_of(another().store, JOBS, Hand())]
    assert names == [*(job.name for job in JOBS), moving.NAME]


def test_stopping_ends_on_the_day_that_was_begun(sandbox: Sandbox) -> None:
    stop = Job("stop", 10, lambda store, _now: _stop(store), daily=True)
    sandbox.ask(FIRST_DAY + 9 * ONE_DAY)
    assert moving.go_on(sandbox.store, sandbox.mover((stop,)), seconds=60).items == 1
    with sandbox.store.transaction(writing=False) as tx:
        assert queries.day_now(tx) == FIRST_DAY + ONE_DAY
        [move] = queries.moves(tx)
    assert (move.stopped, move.reached, move.done_at) == (True, FIRST_DAY + ONE_DAY, WALL)
    sandbox.world.today += ONE_DAY
    assert sandbox.move(1).items == 1


def test_stopping_before_the_first_day_leaves_the_day_as_it_was(sandbox: Sandbox) -> None:
    sandbox.ask(FIRST_DAY + 9 * ONE_DAY)
    for _ in range(2):
        with sandbox.store.transaction() as tx:
            if queries.open_move(tx):
                asking.stop(tx, now=WALL)
    with pytest.raises(Conflict, match="không chuyển ngày"), sandbox.store.transaction() as tx:
        asking.stop(tx, now=WALL)
    assert moving.go_on(sandbox.store, sandbox.mover(), seconds=60) == moving.Done()
    with sandbox.store.transaction(writing=False) as tx:
        assert queries.day_now(tx) == FIRST_DAY


@pytest.mark.parametrize("sandbox", [{"born": BIRTHDAY.replace(year=2007)}], indirect=True)
def test_a_trainer_looks_at_one_school(sandbox: Sandbox) -> None:
    waits_for_age(sandbox)
    sandbox.move((BIRTHDAY - FIRST_DAY).days)
    with sandbox.store.transaction(writing=False) as tx:
        [(number, name)] = happened.schools(tx)
        school = happened.of_school(tx, number, BIRTHDAY)
        assert {sandbox.world.cell, sandbox.world.union, sandbox.world.school} <= set(school)
        assert BIRTHDAY in {one.day for one in happened.days(tx, school)}
        assert len(happened.timers_of(tx, BIRTHDAY, school)) == 1
        nobodys = happened.of_school(tx, 10**9, BIRTHDAY)
        assert (happened.days(tx, nobodys), happened.timers_of(tx, BIRTHDAY, nobodys)) == ([], [])
        assert happened.messages_of(tx, BIRTHDAY, nobodys, happened.OPENED) == []
    assert name
