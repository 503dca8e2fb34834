"""Dates, consents and complaints that a careful reader of the law would ask about."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.clocks import open_clocks
from engine.errors import InvalidAnswers, NotLawful
from tests.workflows.builders import World, noon
from workflows.admission import acts
from workflows.admission.records import act
from workflows.people.consents import withdraw_consent
from workflows.people.members import place_of
from workflows.people.records import member, member_place


def at(world: World, element: str) -> int:
    case_id = world.nominate()
    world.until(case_id, element)
    return case_id


def interrupt(world: World, case_id: int, reason: str) -> None:
    with world.store.transaction() as tx:
        by, now = world.users["cell1"], noon(world.today)
        acts.interrupt(tx, case_id, reason, on=world.today, by=by, now=now)


def test_figures_written_in_time_may_be_confirmed_later(world: World) -> None:
    case_id = at(world, "cell_vote")
    task = world.task(case_id, "cell_vote")
    world.do(case_id, "cell_vote", confirm=False)
    world.pass_days(14)
    with world.store.transaction() as tx:
        acts.confirm(tx, task.id, by=world.users["cell2"], now=noon(world.today))
    assert world.rows(select(act.c.late).where(act.c.element == "cell_vote"))[0].late is False


@pytest.mark.parametrize(
    "element",
    [
        "assign_helper",
        "enrol_class",
        "union_resolution",
        "helper_letter",
        "send_verifications",
        "request_opinions",
        "conclude_history",
        "cell_vote",
    ],
)
def test_nothing_more_is_gathered_or_weighed_once_the_yes_is_taken_back(world: World, element: str) -> None:
    case_id = at(world, element)
    with world.store.transaction() as tx:
        assert withdraw_consent(tx, world.students[0], "political", on=world.today)
    with pytest.raises(NotLawful) as failure:
        world.do(case_id, element)
    assert [one.condition for one in failure.value.unmet] == ["consent"]


def test_a_vote_may_be_postponed_while_the_yes_is_taken_back(world: World) -> None:
    case_id = at(world, "cell_vote")
    with world.store.transaction() as tx:
        withdraw_consent(tx, world.students[0], "political", on=world.today)
    world.do(case_id, "cell_vote", "postponed")


def test_opinions_are_not_summed_up_before_the_last_of_them(world: World) -> None:
    case_id = at(world, "opinion_reply")
    early, last = world.today, world.pass_days(5)
    world.do(case_id, "opinion_reply")
    world.do(case_id, "opinion_reply", on=early.isoformat())
    with pytest.raises(InvalidAnswers) as failure:
        world.do(case_id, "summarise_opinions", on=(last - timedelta(days=1)).isoformat())
    assert set(failure.value.fields) == {"on"}
    world.do(case_id, "summarise_opinions", on=last.isoformat())


def struck_off(world: World) -> int:
    case_id = at(world, "new_member_class")
    world.pass_days(1)
    interrupt(world, case_id, "strike_off")
    world.do_all(case_id, "strike_off_vote", "strike_off_resolution")
    return case_id


def test_a_decision_is_not_received_in_the_future(world: World) -> None:
    case_id = struck_off(world)
    tomorrow = (world.today + timedelta(days=1)).isoformat()
    with pytest.raises(InvalidAnswers) as failure:
        world.do(case_id, "strike_off_decision", received_on=tomorrow)
    assert set(failure.value.fields) == {"received_on"}


def test_a_complaint_is_filed_within_its_days_even_if_no_timer_has_fired(world: World) -> None:
    case_id = struck_off(world)
    world.do(case_id, "strike_off_decision")
    with world.store.transaction(writing=False) as tx:
        due = next(clock.due_on for clock in open_clocks(tx, case_id) if clock.name == "complaint")
    world.today = due + timedelta(days=1)
    with pytest.raises(InvalidAnswers):
        world.do(case_id, "complaint", "filed")
    world.today = due
    world.do(case_id, "complaint", "filed")
    assert world.elements(case_id) == ["settle_complaint"]


def test_who_was_struck_off_wrongly_was_on_the_roll_all_the_time(world: World) -> None:
    case_id = struck_off(world)
    world.do(case_id, "strike_off_decision")
    away = world.pass_days(10)
    world.do(case_id, "complaint", "filed")
    found = world.rows(select(member.c.id).where(member.c.student_id == world.students[0]))[0].id
    with world.store.transaction(writing=False) as tx:
        assert place_of(tx, found, away) is None
    world.pass_days(10)
    world.do(case_id, "settle_complaint", "overturned")
    with world.store.transaction(writing=False) as tx:
        assert place_of(tx, found, away) == (world.cell, "probationary")
    assert len(world.rows(select(member_place.c.id).where(member_place.c.member_id == found))) == 1


def test_a_refusal_is_no_wrong_admission(world: World) -> None:
    case_id = at(world, "admission_decision")
    world.do_all(case_id, ("admission_decision", "refused"), ("notify_refusal", "resubmit"))
    with pytest.raises(InvalidAnswers):
        interrupt(world, case_id, "wrong_admission")


def test_the_day_for_asking_again_comes_after_the_answer(world: World) -> None:
    case_id = world.nominate()
    with pytest.raises(InvalidAnswers) as failure:
        world.do(case_id, "record_consent", "not_now", ask_again_on=world.today.isoformat())
    assert set(failure.value.fields) == {"ask_again_on"}


def test_a_parent_has_agreed_by_the_day_of_the_students_yes(world: World) -> None:
    case_id = world.nominate()
    tomorrow = (world.today + timedelta(days=1)).isoformat()
    with pytest.raises(InvalidAnswers) as failure:
        world.do(case_id, "record_consent", "agreed", parent_on=tomorrow)
    assert set(failure.value.fields) == {"parent_on"}


@pytest.mark.parametrize(
    ("to_central", "rule", "days"), [(False, "settle_complaint", 90), (True, "settle_complaint_central", 180)]
)
def test_a_complaint_to_the_centre_has_the_longer_days(
    world: World, to_central: bool, rule: str, days: int
) -> None:
    case_id = struck_off(world)
    world.do(case_id, "strike_off_decision")
    world.do(case_id, "complaint", "filed", to_central=to_central)
    with world.store.transaction(writing=False) as tx:
        running = next(clock for clock in open_clocks(tx, case_id) if clock.name == "settle_complaint")
    assert running.rule == rule
    assert str(running.note).startswith(f"{days} ngày làm việc từ ")
    assert world.task(case_id, "settle_complaint").due_on == running.due_on
