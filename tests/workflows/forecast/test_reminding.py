"""Who is reminded of what in somebody's life: once, in time, and only those who may see the person."""

import json
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.records import outbox
from engine.transactions import Store
from tests.workflows.builders import World, build, noon
from web.language import say
from workflows.access.seats import acting_for
from workflows.admission.steps import STEPS
from workflows.forecast import reminding
from workflows.forecast.reminding import KINDS, remind_of_age
from workflows.people.consents import give_consent, withdraw_consent
from workflows.people.pool import enter_pool, leave_pool
from workflows.people.records import student
from workflows.people.students import change_students, student_left
from workflows.reminders.distributing import distribute
from workflows.reminders.records import notice
from workflows.reminders.settling import settle
from workflows.reminders.wording import known_to, worded

BORN = date(2008, 10, 20)
OF_AGE = date(2026, 10, 20)
ENTERED = date(2025, 9, 10)


@pytest.fixture
def world(store: Store) -> World:
    made = build(store, born=BORN)
    made.today = ENTERED
    with store.transaction() as tx:
        tx.execute(update(student).values(grade=11, graduation_on=date(2027, 5, 31)))
        enter_pool(tx, made.students[0], "Giáo viên", on=ENTERED, by=made.users["union1"], now=noon(ENTERED))
    return made


def remind(world: World, *days: date) -> None:
    for day in days:
        done = remind_of_age(world.store, noon(day))
        assert (done.failed, done.left) == (0, 0)


def told(world: World, *kinds: str) -> list[Any]:
    wanted = kinds or tuple(kind for pair in KINDS.values() for kind in pair)
    return world.rows(select(outbox).where(outbox.c.kind.in_(wanted)).order_by(outbox.c.id))


def test_cell_and_union_are_told_at_every_rung_once_and_what_comes_next(world: World) -> None:
    rungs = {12: date(2025, 10, 20), 6: date(2026, 4, 20), 3: date(2026, 7, 20), 1: date(2026, 9, 20)}
    for months, day in rungs.items():
        remind(world, day - timedelta(days=1), day, day, day + timedelta(days=1))
        lines = told(world, "age_before")[-2:]
        assert [line.facts["months"] for line in lines] == [months, months]
        assert {line.to_organisation for line in lines} == {world.cell, world.union}
    remind(world, OF_AGE, OF_AGE + timedelta(days=2))
    assert len(told(world, "age_before")) == 2 * len(rungs)
    assert len(told(world, "age_reached")) == 2
    assert all(line.facts["element"] in STEPS for line in told(world))
    assert {line.facts["student"] for line in told(world)} == {world.students[0]}  # the other is not followed


def test_no_birth_date_and_no_name_lies_in_a_message(world: World) -> None:
    remind(world, date(2025, 10, 20), OF_AGE, date(2027, 4, 30))
    lines = told(world)
    assert len(lines) == 6
    for line in lines:
        said = json.dumps(line.facts) + line.key
        assert "2008" not in said and "10-20" not in said and "Thử" not in said
    assert {line.kind for line in lines} == {"age_before", "age_reached", "graduation_before"}


def test_missed_nights_catch_up_with_the_nearest_rung_only(world: World) -> None:
    remind(world, date(2026, 10, 5))  # no worker since the summer: three months and one month were missed
    assert {line.facts["months"] for line in told(world)} == {1}
    remind(world, date(2026, 12, 24))  # the day itself is long over
    assert told(world, "age_reached") == []


def test_nobody_is_told_of_who_left_the_pool_or_the_school(world: World) -> None:
    day = date(2026, 10, 1)
    with world.store.transaction() as tx:
        number = world.students[1]
        enter_pool(tx, number, "Giáo viên", on=ENTERED, by=world.users["union1"], now=noon(ENTERED))
        student_left(tx, number, on=day, reason="transferred")
        leave_pool(tx, world.students[0], reason="own_wish", on=day, by=None, now=noon(day))
    remind(world, OF_AGE)
    assert told(world) == []


def test_a_case_is_told_of_with_its_next_step_and_not_after_the_yes_was_taken_back(world: World) -> None:
    world.today = date(2026, 2, 10)
    case_id = world.nominate()
    world.until(case_id, "cell_recognition")
    remind(world, date(2026, 4, 20))
    (line, other) = told(world, "age_before")
    assert line.case_id == other.case_id == case_id
    assert line.facts["element"] == "cell_recognition"
    with world.store.transaction() as tx:
        withdraw_consent(tx, world.students[0], "political", on=date(2026, 4, 21))
    remind(world, date(2026, 7, 20))
    assert len(told(world)) == 2


def test_of_age_one_is_told_of_shared_time_certificate_and_graduation(store: Store) -> None:
    world = build(store, born=date(2007, 1, 10))
    world.today = date(2026, 1, 12)
    with store.transaction() as tx:
        tx.execute(update(student).values(graduation_on=date(2027, 1, 31)))
    case_id = world.nominate()
    world.until(case_id, "assign_helper")
    since = world.today
    world.do(case_id, "assign_helper", shared_since=since.isoformat())
    world.until(case_id, "file_precheck")
    remind(world, world.today)
    assert told(world) == []  # twelve months before both days nobody was followed yet
    half = date(2026, 7, 31)
    remind(world, half)
    assert {(line.kind, line.facts["months"]) for line in told(world)} == {
        ("graduation_before", 6),
        ("shared_before", 6),
    }
    remind(world, date(2027, 1, 31))
    assert {line.kind for line in told(world)} >= {"graduation_reached", "shared_reached"}


def test_after_a_handover_the_new_cell_is_told_of_its_case_and_the_school_no_more(world: World) -> None:
    world.today = date(2026, 2, 10)
    case_id = world.nominate()
    world.until(case_id, "assign_helper")
    world.hand_over()
    with world.store.transaction() as tx:
        tx.execute(update(student).values(left_on=world.today, left_reason="graduated"))
    remind(world, date(2026, 7, 20), OF_AGE, date(2027, 5, 31))
    lines = told(world)
    assert {line.kind for line in lines} == {"age_before", "age_reached"}  # that school is over
    assert {line.to_organisation for line in lines} == {world.other_cell}
    assert {line.case_id for line in lines} == {case_id}
    assert not any("student" in line.facts for line in lines)


def test_the_union_is_told_of_a_verification_and_not_how_it_stands(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "send_verifications")
    world.do(case_id, "send_verifications")
    for answer in ("adverse", "clear"):
        world.do(case_id, "verification_reply", answer=answer, content="Đã trả lời")
    while others := [task for task in world.tasks(case_id) if task.element != "weigh_adverse"]:
        world.do_task(others[0])
    remind(world, date(2026, 4, 20))
    said = {line.to_organisation: line.facts["element"] for line in told(world, "age_before")}
    assert said == {world.cell: "weigh_adverse", world.union: "verification"}


def ready_and_waiting(world: World) -> int:
    """A file in which everything is done before the candidate comes of age."""
    case_id = world.nominate()
    world.until(case_id, "conclude_history")
    world.do(case_id, "conclude_history")
    assert world.tasks(case_id) == []
    return case_id


def worded_for(world: World, user: str, line: Any) -> str:
    with world.store.transaction(writing=False) as tx:
        known = known_to(tx, acting_for(tx, world.users[user], world.today), [line], world.today)
    row = SimpleNamespace(**line._mapping, at=line.created_at)
    return say("vi", worded(row, known))


def test_a_finished_file_that_waits_for_age_is_told_of_as_ready_with_the_day_to_who_may_see_it(
    world: World,
) -> None:
    world.today = date(2026, 2, 10)
    ready_and_waiting(world)
    remind(world, date(2026, 9, 20))
    lines = told(world, "age_before")
    assert {line.to_organisation for line in lines} == {world.cell, world.union}
    for line in lines:
        assert (line.facts["waits"], line.facts.get("element")) == ("of_age", None)
        assert "2026-10-20" not in json.dumps(line.facts)
    said = worded_for(world, "cell1", lines[0])
    assert "Nguyễn Văn Thử" in said and "chỉ còn chờ đủ tuổi vào ngày 20/10/2026" in said
    assert "20/10" not in worded_for(world, "other1", lines[0])
    remind(world, OF_AGE)
    assert {line.facts["element"] for line in told(world, "age_reached")} == {"cell_vote"}


def test_a_corrected_birth_date_is_told_anew_and_one_that_stays_is_not(world: World) -> None:
    remind(world, date(2026, 4, 20))
    assert len(told(world, "age_before")) == 2
    with world.store.transaction() as tx:
        change_students(tx, [(world.students[0], {"birth_date": BORN + timedelta(days=10)})])
    remind(world, date(2026, 4, 29))
    assert len(told(world, "age_before")) == 2
    remind(world, date(2026, 4, 30), date(2026, 5, 2))
    lines = told(world, "age_before")
    assert [line.facts["months"] for line in lines] == [6] * 4
    distribute(world.store, noon(date(2026, 5, 2)))
    assert len(waiting(world)) == 4, "one each: the later takes the place of the earlier"


def waiting(world: World) -> list[Any]:
    return world.rows(select(notice.c.user_id).where(notice.c.read_at.is_(None)))


def in_pool_of_age(store: Store) -> World:
    """Somebody of age in a pool, without a case, with a certificate that serves until 31/07/2027."""
    world = build(store, born=date(2007, 1, 10))
    world.today = ENTERED
    with store.transaction() as tx:
        enter_pool(
            tx, world.students[0], "Giáo viên", on=ENTERED, by=world.users["union1"], now=noon(ENTERED)
        )
    return world


def test_a_certificate_is_called_over_on_the_day_after_the_last_on_which_it_serves(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, last = in_pool_of_age(store), date(2026, 7, 31)
    monkeypatch.setattr(reminding, "ends", lambda facts, edition: {"certificate": last})
    remind(world, last)
    assert told(world, "certificate_over") == []
    assert {line.facts["months"] for line in told(world, "certificate_months")} == {1}
    remind(world, last + timedelta(days=1))
    assert {line.to_organisation for line in told(world, "certificate_over")} == {world.cell, world.union}


@pytest.mark.parametrize("way", ["yes taken back", "left the pool"])
def test_notices_of_somebody_without_a_case_are_put_away_once_nobody_follows_them(
    world: World, way: str
) -> None:
    number = world.students[0]
    with world.store.transaction() as tx:
        give_consent(tx, number, "political", on=ENTERED, by=None, now=noon(ENTERED))
    remind(world, date(2026, 4, 20))
    distribute(world.store, noon(date(2026, 4, 20)))
    assert len(waiting(world)) == 4
    day = date(2026, 4, 21)
    assert settle(world.store, noon(day)).items == 0
    with world.store.transaction() as tx:
        if way == "yes taken back":
            withdraw_consent(tx, number, "political", on=day)
        else:
            leave_pool(tx, number, reason="own_wish", on=day, by=None, now=noon(day))
    assert settle(world.store, noon(day)).items == 4
    assert waiting(world) == []
