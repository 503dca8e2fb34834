"""Which cases a list shows: those one answers for, and never the answer "not now"."""

import pytest

from engine.transactions import Store
from tests.workflows.builders import World, build
from workflows.access import acting_for
from workflows.desk.cases import Wanted, case_list
from workflows.desk.people import cases_of


@pytest.fixture
def world(store: Store) -> World:
    return build(store)


def listed(world: World, state: str) -> list[int]:
    with world.store.transaction(writing=False) as tx:
        seats = acting_for(tx, world.users["cell1"], world.today)
        return [line.id for line in case_list(tx, seats, Wanted(state=state), world.today).lines]


def test_an_open_and_a_closed_case_are_listed(world: World) -> None:
    case_id = world.nominate()
    assert listed(world, "open") == [case_id]
    world.do(case_id, "record_consent")
    world.do(case_id, "confirm_source", "left")
    assert listed(world, "open") == []
    assert listed(world, "closed") == [case_id]


def test_not_now_is_an_answer_that_no_list_and_no_count_shows(world: World) -> None:
    case_id = world.nominate()
    world.do(case_id, "record_consent", "not_now")
    assert world.case(case_id).closed_as == "not_now"
    assert listed(world, "closed") == []
    with world.store.transaction(writing=False) as tx:
        assert cases_of(tx, world.students[0]) == []
