"""Helpers who are lost or missing: no case waits for a helper whom nobody is asked to name."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.errors import Conflict, InvalidAnswers
from engine.records import case
from engine.rows import CaseRow
from tests.workflows.builders import World, noon
from workflows.admission import acts, mentoring
from workflows.admission.records import helper_assignment


def at(world: World, element: str) -> int:
    case_id = world.nominate()
    world.until(case_id, element)
    return case_id


def interrupt(world: World, case_id: int, reason: str) -> CaseRow:
    with world.store.transaction() as tx:
        by, now = world.users["cell1"], noon(world.today)
        return acts.interrupt(tx, case_id, reason, on=world.today, by=by, now=now)


def lose(world: World, case_id: int, on: date | None = None, by: str = "cell1") -> CaseRow:
    with world.store.transaction() as tx:
        day = on or world.today
        return acts.report_helper_lost(tx, case_id, "died", on=day, by=world.users[by], now=noon(world.today))


def searches(world: World, case_id: int) -> list[int]:
    query = select(case.c.id).where(
        case.c.parent_id == case_id, case.c.kind == "helper_change", case.c.closed_on.is_(None)
    )
    return [row.id for row in world.rows(query)]


@pytest.mark.parametrize("left_at", ["admission_ceremony", "new_member_class", "cell_review"])
def test_a_probationer_who_moves_without_a_helper_gets_one_from_the_new_cell(
    world: World, left_at: str
) -> None:
    case_id = at(world, left_at)
    world.hand_over()
    (search,) = searches(world, case_id)
    assert world.case(search).custodian_id == world.other_cell
    world.do(search, "replace_helper", member_id=world.other_members[0])
    remark = "helper_remark" if left_at == "cell_review" else "probation_report"
    world.until(case_id, remark)
    world.do(case_id, remark)
    assert remark not in world.elements(case_id)


def test_the_search_for_a_helper_ends_with_the_case(world: World) -> None:
    case_id = at(world, "application")
    world.pass_days(1)
    search = lose(world, case_id).id
    interrupt(world, case_id, "withdrawn")
    assert world.elements(search) == [] and world.case(search).closed_on == world.today
    again = at(world, "application")
    assert lose(world, again).parent_id == again


def test_the_search_moves_with_the_case_and_ends_when_the_new_cell_assigns(world: World) -> None:
    case_id = at(world, "application")
    world.pass_days(1)
    search = lose(world, case_id).id
    world.hand_over()
    assert world.task(search, "replace_helper").organisation_id == world.other_cell
    world.do(case_id, "assign_helper", member_id=world.other_members[0])
    assert world.case(search).closed_on == world.today
    found = world.rows(select(helper_assignment).where(helper_assignment.c.valid_to.is_(None)))
    assert [row.member_id for row in found] == [world.other_members[0]]
    assert found[0].after_transfer, "the candidate was helped before the move, if not on its day"


def test_a_helper_who_died_is_reported_with_the_true_day(world: World) -> None:
    case_id = at(world, "application")
    died = world.pass_days(3)
    world.pass_days(2)
    world.do(case_id, "application")
    lose(world, case_id, on=died)
    row = world.rows(select(helper_assignment))[0]
    assert (row.valid_to, row.ended_because) == (died, "died")


def test_no_helper_is_lost_before_being_assigned(world: World) -> None:
    case_id = at(world, "application")
    with pytest.raises(InvalidAnswers):
        lose(world, case_id, on=world.today - timedelta(days=1))


def test_nobody_helps_in_a_case_that_is_over(world: World) -> None:
    case_id = world.nominate()
    world.walk(case_id)
    with world.store.transaction(writing=False) as tx:
        assert mentoring.current(tx, case_id) is None
    assert world.rows(select(helper_assignment.c.ended_because))[0].ended_because == "case_closed"
    with pytest.raises(Conflict):
        lose(world, case_id)
