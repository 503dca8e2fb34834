"""Cells that merge: cases, tasks, members, students, seats, meetings and the school go to the heir."""

from datetime import timedelta

from sqlalchemy import select

from tests.workflows.builders import World
from tests.workflows.reorganisation.assistant import Assistant, assert_whole
from workflows.organisations.records import institution
from workflows.people.members import roll_on
from workflows.people.users import positions_on


def test_a_cell_merges_into_another_and_everything_goes_along(world: World, assistant: Assistant) -> None:
    first, second = world.nominate(0), world.nominate(1)
    world.until(first, "cell_vote")
    world.until(second, "committee_precheck")
    plan = assistant.plan()
    assistant.add(plan, "merge", organisations=[world.cell], into=world.other_cell)
    found = assistant.foresee(plan)
    assert found.fine
    assert [(pair, len(some)) for pair, some in found.moving] == [((world.cell, world.other_cell), 2)]
    assert assistant.do(plan).approval == "two_persons"
    assert {world.case(one).custodian_id for one in (first, second)} == {world.other_cell}
    assert world.task(first, "cell_vote").organisation_id == world.other_cell
    assert world.task(second, "committee_precheck").organisation_id == world.school
    with world.store.transaction(writing=False) as tx:
        assert len(roll_on(tx, world.other_cell, world.today).lines) == 5 + 9
        assert len(roll_on(tx, world.cell, world.today - timedelta(days=1)).lines) == 9
        assert roll_on(tx, world.cell, world.today).lines == ()
        held = positions_on(tx, world.users["cell1"], world.today)
        # the other cell has a secretary, and a post is not held twice
        assert [(one.organisation_id, one.position) for one in held] == [
            (world.other_cell, "committee_member")
        ]
        assert tx.execute(select(institution.c.cell_id)).scalar() == world.other_cell
    assert_whole(world.store, world.today)
