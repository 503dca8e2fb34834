"""Whose number a paper bears, and who corrects whose figures."""

import pytest
from sqlalchemy import select

from engine.errors import Conflict, NotFound
from tests.workflows.builders import World, noon
from workflows.admission.corrections import correct_vote
from workflows.admission.records import act, vote
from workflows.documents.records import issued_number


def at(world: World, element: str) -> int:
    case_id = world.nominate()
    world.until(case_id, element)
    return case_id


def test_only_the_body_that_voted_or_one_above_corrects_its_figures(world: World) -> None:
    case_id = at(world, "admission_decision")
    world.do(case_id, "admission_decision")
    decided = world.rows(select(vote.c.id).where(vote.c.step == "admission_decision"))[0].id
    right = {"votes_for": 4, "votes_against": 1}
    for outsider in ("cell2", "school2"):
        with pytest.raises(NotFound), world.store.transaction() as tx:
            correct_vote(tx, decided, right, "Ghi nhầm", by=world.users[outsider], now=noon(world.today))
    with world.store.transaction() as tx:
        correct_vote(tx, decided, right, "Ghi nhầm", by=world.users["commune2"], now=noon(world.today))


def test_a_decision_on_one_person_has_a_number_of_its_own(world: World) -> None:
    first, second = at(world, "admission_decision"), world.nominate(1)
    world.until(second, "admission_decision")
    world.do(first, "admission_decision", number="05-QĐ/ĐU", take_number=False)
    with pytest.raises(Conflict):
        world.do(second, "admission_decision", number="05-QĐ/ĐU", take_number=False)
    world.do(second, "admission_decision", number="06-QĐ/ĐU", take_number=False)


def test_one_resolution_may_name_several_persons(world: World) -> None:
    first, second = at(world, "cell_vote"), world.nominate(1)
    world.until(second, "cell_vote")
    for case_id in (first, second):
        world.do(case_id, "cell_vote", number="03-NQ/CB", take_number=False)
    numbers = world.rows(select(act.c.number).where(act.c.element == "cell_vote"))
    assert [str(row.number).removeprefix("Số ") for row in numbers] == ["03-NQ/CB", "03-NQ/CB"]


def test_a_number_with_a_letter_is_another_number(world: World) -> None:
    first, second = at(world, "cell_vote"), world.nominate(1)
    world.until(second, "cell_vote")
    world.do(first, "cell_vote", number="03-NQ/CB", take_number=False)
    world.do(second, "cell_vote", number="03a-NQ/CB", take_number=False)
    taken = world.rows(select(issued_number.c.suffix).where(issued_number.c.number == 3))
    assert sorted(row.suffix for row in taken) == ["", "a"]
