"""A corrected birth date, a changed calendar: waiting timers and open clocks move, closed ones never."""

from datetime import date

import pytest
from sqlalchemy import select, update

from engine.clocks import ClockRow, all_clocks, open_clocks
from engine.errors import Conflict, InvalidAnswers, NotFound
from engine.journal import entries
from engine.records import timer
from engine.time import start_of
from engine.transactions import Store
from tests.workflows.builders import World, build, noon
from workflows.admission.acts import grant_time
from workflows.admission.guards import first_lawful_day, unmet_for_vote
from workflows.admission.recalculation import birth_date_corrected, left_to_recount
from workflows.admission.side_acts import extend_deadline
from workflows.desk.calendar_page import Moved, would_move
from workflows.imports import read, take_over
from workflows.jobs import JOBS, recount_clocks
from workflows.people.records import student
from workflows.rules.days_off import DayOff, change_days


@pytest.fixture
def young(store: Store) -> World:
    """Students who are eighteen on 10 November 2025, long after the file is complete."""
    return build(store, born=date(2007, 11, 10))


def waiting(world: World) -> int:
    case_id = world.nominate()
    world.until(case_id, "conclude_history")
    world.do(case_id, "conclude_history")
    return case_id


def correct(world: World, born: date) -> list[str]:
    with world.store.transaction() as tx:
        tx.execute(update(student).where(student.c.id == world.students[0]).values(birth_date=born))
        return birth_date_corrected(tx, world.students[0], on=world.today, now=noon(world.today))


def test_a_complete_file_waits_for_the_birthday_and_opens_the_vote_by_itself(young: World) -> None:
    case_id = waiting(young)
    assert young.elements(case_id) == []
    assert young.rows(select(timer.c.due_at))[0].due_at == start_of(date(2025, 11, 10))
    assert young.fire(case_id, date(2025, 11, 9)) == 0
    assert young.fire(case_id, date(2025, 11, 10)) == 1
    assert young.elements(case_id) == ["cell_vote"]
    assert young.task(case_id, "cell_vote").due_on == date(2026, 8, 18), "the file is fresh for twelve months"


def test_the_day_and_the_reason_are_the_same_for_guard_and_timer(young: World) -> None:
    case_id = waiting(young)
    with young.store.transaction(writing=False) as tx:
        case = young.case(case_id)
        found = unmet_for_vote(tx, case, young.today)
        assert [(one.condition, one.first_day) for one in found] == [("age", date(2025, 11, 10))]
        assert first_lawful_day(tx, case, young.today) == date(2025, 11, 10)
        assert unmet_for_vote(tx, case, date(2025, 11, 10)) == []


def test_a_corrected_birth_date_moves_the_waiting_timer(young: World) -> None:
    case_id = waiting(young)
    assert correct(young, date(2007, 12, 24)) == ["of_age"]
    assert young.rows(select(timer.c.due_at))[0].due_at == start_of(date(2025, 12, 24))
    with young.store.transaction(writing=False) as tx:
        assert entries(tx, case_id)[-1].facts["why"] == "birth_date"
    assert correct(young, date(2007, 12, 24)) == [], "nothing moves where nothing changed"


def test_a_list_with_the_right_birth_date_moves_the_waiting_timer_at_once(young: World) -> None:
    waiting(young)
    this = student.c.id == young.students[0]
    with young.store.transaction() as tx:
        tx.execute(update(student).where(this).values(code="HS001", class_name="12A1", grade=12))
    found = young.rows(select(student).where(this))[0]
    name = " ".join(filter(None, (found.family_name, found.middle_name, found.given_name)))
    text = f"Mã học sinh,Họ và tên,Ngày sinh,Lớp\nHS001,{name},24/12/2007,{found.class_name}\n"
    with young.store.transaction() as tx:
        sheet = read(text.encode(), "lop.csv")
        report = take_over(tx, found.institution_id, sheet, on=young.today, by=None, now=noon(young.today))
    assert [line.changes for line in report.of("changed")] == [("birth_date",)]
    assert young.rows(select(timer.c.due_at))[0].due_at == start_of(date(2025, 12, 24))


def test_a_birth_date_corrected_into_the_past_opens_the_vote_at_the_next_tick(young: World) -> None:
    case_id = waiting(young)
    correct(young, date(2007, 8, 1))
    if young.elements(case_id) == []:
        assert young.fire(case_id) == 1
    assert young.elements(case_id) == ["cell_vote"]


def test_a_changed_calendar_recounts_open_clocks_with_a_note_and_no_closed_ones(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "committee_resolution")
    with world.store.transaction() as tx:
        before = {clock.name: clock for clock in all_clocks(tx, case_id)}
        change_days(
            tx,
            [DayOff(date(2025, 9, 15), "holiday", "Nghỉ bão", "Công điện thử")],
            by=None,
            now=noon(world.today),
        )
        assert left_to_recount(tx) == 1
    assert recount_clocks(world.store, noon(world.today)).items == 1
    assert recount_clocks(world.store, noon(world.today)).items == 0, "what was counted is not counted again"
    with world.store.transaction() as tx:
        assert left_to_recount(tx) == 0
        after = {clock.name: clock for clock in all_clocks(tx, case_id)}
        last = entries(tx, case_id)[-1]
    assert after["admission_decision"].due_on == date(2025, 11, 13), "one day more than 12/11/2025"
    assert "Nghỉ bão" in str(after["admission_decision"].note)
    assert after["verification"].due_on == before["verification"].due_on, "closed clocks stay"
    told = {"why": "calendar", "clocks": ["admission_decision"], "item": None}
    assert (last.kind, last.facts) == ("recount", told | {"from": "2025-11-12", "to": "2025-11-13"})
    assert world.task(case_id, "committee_resolution").due_on == date(2025, 11, 13)


def test_a_special_case_is_extended_once_and_a_recount_keeps_the_extension(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "admission_decision")
    answers = {"on": world.today, "reason": "Chờ xác minh thêm"}
    with world.store.transaction() as tx:
        due = extend_deadline(
            tx, case_id, "admission_decision", answers, by=world.users["commune1"], now=noon(world.today)
        )
    assert due == date(2025, 12, 24), "90 working days instead of 60"
    with world.store.transaction() as tx:
        change_days(
            tx,
            [DayOff(date(2025, 9, 15), "holiday", "Nghỉ bão", "Công điện thử")],
            by=None,
            now=noon(world.today),
        )
    recount_clocks(world.store, noon(world.today))
    with world.store.transaction() as tx:
        now = next(clock for clock in open_clocks(tx, case_id) if clock.name == "admission_decision")
    assert now.due_on == date(2025, 12, 25)


def clock_of(world: World, case_id: int, name: str) -> ClockRow:
    with world.store.transaction() as tx:
        return next(clock for clock in open_clocks(tx, case_id) if clock.name == name)


def give(world: World, case_id: int, name: str, until: date, by: str = "commune1", number: str = "12-CV/ĐU"):  # type: ignore[no-untyped-def]
    answers = {"clock": clock_of(world, case_id, name).id, "until": until, "number": number}
    answers |= {"on": world.today, "reason": "Trường đóng cửa vì bão"}
    with world.store.transaction() as tx:
        return grant_time(tx, case_id, answers, by=world.users[by], now=noon(world.today))


def storm(world: World, *days: date) -> None:
    with world.store.transaction() as tx:
        rows = [DayOff(day, "holiday", "Nghỉ bão", "Công điện thử") for day in days]
        change_days(tx, rows, by=None, now=noon(world.today))
    recount_clocks(world.store, noon(world.today))


def test_the_superior_gives_more_time_where_the_rules_know_no_extension(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "admission_ceremony")
    before = clock_of(world, case_id, "ceremony")
    until = date(2026, 1, 15)
    assert give(world, case_id, "ceremony", until) == until
    after = clock_of(world, case_id, "ceremony")
    assert (after.due_on, after.extended_from) == (until, before.due_on)
    assert world.task(case_id, "admission_ceremony").due_on == until
    with world.store.transaction() as tx:
        last = entries(tx, case_id)[-1]
    assert (last.kind, last.facts["clock"], last.facts["due"]) == ("time_granted", "ceremony", "2026-01-15")
    world.pass_days((date(2026, 1, 12) - world.today).days)
    world.do(case_id, "admission_ceremony")
    assert "new_member_class" in world.elements(case_id), "no consent to lateness is asked before the new day"


def test_a_day_that_a_superior_gave_is_named_and_not_counted_again(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "admission_ceremony")
    give(world, case_id, "ceremony", date(2026, 1, 15))
    storm(world, date(2025, 11, 3))
    assert clock_of(world, case_id, "ceremony").due_on == date(2026, 1, 15), "one day off in between"
    with world.store.transaction(writing=False) as tx:
        seen = would_move(tx, [DayOff(date(2026, 1, 15), "holiday", "Nghỉ bão", "Công điện thử")])
    assert seen == [Moved("ceremony", 1, earlier=0, later=1, furthest=1)]
    storm(world, date(2026, 1, 15))
    assert clock_of(world, case_id, "ceremony").due_on == date(2026, 1, 16), "the day itself became one"


def test_a_grant_is_corrected_by_another_and_never_below_the_rule(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "admission_ceremony")
    by_rule = clock_of(world, case_id, "ceremony").due_on
    give(world, case_id, "ceremony", date(2026, 1, 15))
    with pytest.raises(InvalidAnswers):
        give(world, case_id, "ceremony", date(2026, 1, 15), number="13-CV/ĐU")
    with pytest.raises(InvalidAnswers):
        give(world, case_id, "ceremony", world.today)
    assert give(world, case_id, "ceremony", by_rule, number="14-CV/ĐU") == by_rule


def test_only_a_superior_gives_time_and_not_where_the_rules_have_their_own_way(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "admission_decision")
    with pytest.raises(Conflict):
        give(world, case_id, "admission_decision", date(2026, 6, 1))
    with pytest.raises(NotFound):
        give(world, case_id, "admission_decision", date(2026, 6, 1), by="cell1")


def test_however_late_everything_is_no_clock_ends_a_case(world: World) -> None:
    """Every clock that runs before probation is overdue by years: the case waits, and is only late."""
    case_id = world.nominate()
    for element in ("verification_reply", "admission_decision", "admission_ceremony"):
        world.until(case_id, element)
        before = world.case(case_id)
        with world.store.transaction() as tx:
            overdue = max(one.due_on for one in open_clocks(tx, case_id))
        later = date(overdue.year + 3, 1, 15)
        assert world.fire(case_id, later) == 0
        for job in JOBS:
            if job.name in ("recount_clocks", "recount_timers", "place_tasks"):
                job.do(world.store, noon(later))
        after = world.case(case_id)
        assert (after.stage, after.closed_on) == (before.stage, None)
        assert element in world.elements(case_id)
