"""Who may be nominated, and who admitted again: willing, in the pool's years, no member, not too soon."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from engine.errors import Conflict, InvalidAnswers, NotAllowed, NotFound, NotLawful
from tests.workflows.builders import World, noon
from workflows.admission import acts
from workflows.admission.adoption import PaperAct, adopt
from workflows.admission.guards import first_lawful_day, unmet_for_vote
from workflows.people.records import student


def interrupt(world: World, case_id: int, reason: str) -> None:
    with world.store.transaction() as tx:
        by, now = world.users["cell1"], noon(world.today)
        acts.interrupt(tx, case_id, reason, on=world.today, by=by, now=now)


def change(world: World, **values: Any) -> None:
    with world.store.transaction() as tx:
        tx.execute(update(student).where(student.c.id == world.students[0]).values(values))


def refused(world: World) -> set[str]:
    with pytest.raises(NotLawful) as failure:
        world.nominate()
    return {one.condition for one in failure.value.unmet}


def test_who_said_not_now_is_not_asked_again_before_the_day(world: World) -> None:
    case_id = world.nominate()
    again = world.today + timedelta(days=90)
    world.do(case_id, "record_consent", "not_now", ask_again_on=again.isoformat())
    world.pass_days(89)
    assert refused(world) == {"ask_again_on"}
    world.pass_days(1)
    assert world.nominate() != case_id


def test_nobody_is_nominated_before_grade_ten(world: World) -> None:
    change(world, grade=9)
    assert refused(world) == {"pool_from_grade"}


def test_a_member_is_not_nominated_again(world: World) -> None:
    world.walk(world.nominate())
    with pytest.raises(Conflict):
        world.nominate()


def test_a_student_who_died_is_not_nominated(world: World) -> None:
    interrupt(world, world.nominate(), "deceased")
    with pytest.raises(Conflict):
        world.nominate()


def test_a_nomination_of_long_ago_is_adopted_and_not_nominated(world: World) -> None:
    by, now = world.users["union1"], noon(world.today)
    with pytest.raises(InvalidAnswers) as failure, world.store.transaction() as tx:
        acts.nominate(tx, world.students[0], by=by, on=world.today - timedelta(days=8), now=now)
    assert set(failure.value.fields) == {"on"}
    with world.store.transaction() as tx:
        acts.nominate(tx, world.students[0], by=by, on=world.today - timedelta(days=7), now=now)


def test_who_was_struck_off_waits_thirty_six_months_for_a_vote(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "new_member_class")
    world.pass_days(1)
    interrupt(world, case_id, "strike_off")
    world.do_all(case_id, "strike_off_vote", "strike_off_resolution", "strike_off_decision", "complaint")
    assert world.case(case_id).closed_as == "struck_off"
    again = world.nominate()
    left = world.today
    with world.store.transaction(writing=False) as tx:
        held = world.case(again)
        before, first = (
            date(left.year + 3, left.month, left.day - 1),
            date(left.year + 3, left.month, left.day),
        )
        assert "readmission" in {one.condition for one in unmet_for_vote(tx, held, before)}
        found = [one for one in unmet_for_vote(tx, held, before) if one.condition == "readmission"]
        assert found[0].first_day == first
        assert "readmission" not in {one.condition for one in unmet_for_vote(tx, held, first)}
    world.until(again, "conclude_history")
    with world.store.transaction(writing=False) as tx:
        assert first_lawful_day(tx, world.case(again), world.today) == first


def test_an_annulled_admission_is_no_earlier_one(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "new_member_class")
    world.pass_days(1)
    interrupt(world, case_id, "wrong_admission")
    world.do(case_id, "annul_review", "annulled")
    again = world.nominate()
    with world.store.transaction(writing=False) as tx:
        found = {one.condition for one in unmet_for_vote(tx, world.case(again), world.today)}
    assert "readmission" not in found


PAPERS = [PaperAct("record_consent", date(2025, 1, 6), "agreed", answers={"paper": "Giấy tự nguyện"})]


@pytest.mark.parametrize("who", ["union1", "centre1"])
def test_only_the_partys_own_clerks_take_over_a_paper_case(world: World, who: str) -> None:
    with pytest.raises((NotAllowed, NotFound)), world.store.transaction() as tx:
        adopt(tx, world.students[0], PAPERS, by=world.users[who], now=noon(world.today))


def test_a_paper_case_is_taken_over_for_a_cell_only(world: World) -> None:
    with pytest.raises(InvalidAnswers) as failure, world.store.transaction() as tx:
        adopt(
            tx,
            world.students[0],
            PAPERS,
            by=world.users["cell1"],
            now=noon(world.today),
            cell_id=world.union,
        )
    assert set(failure.value.fields) == {"cell"}
