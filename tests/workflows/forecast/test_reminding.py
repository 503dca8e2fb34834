"""Who is reminded of what in somebody's life: once, in time, and only those who may see the person."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.records import outbox
from engine.transactions import Store
from tests.workflows.builders import World, build, noon
from workflows.admission.steps import STEPS
from workflows.forecast.reminding import KINDS, remind_of_age
from workflows.people.consents import withdraw_consent
from workflows.people.pool import enter_pool, leave_pool
from workflows.people.records import student
from workflows.people.students import student_left

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
