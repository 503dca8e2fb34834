"""A step that the new chain does not have: closed with the plan's paper, the case goes on and never back."""

from typing import Any

import pytest
from sqlalchemy import select

from engine.journal import entries
from engine.records import clock
from engine.transactions import Store
from tests.workflows.builders import World, build
from tests.workflows.reorganisation.assistant import Assistant, assert_whole
from tests.workflows.reorganisation.conftest import assistant_of
from workflows.admission.records import act, vote
from workflows.reorganisation import cases as reorganised_cases
from workflows.reorganisation.records import reorganisation_case

pytestmark = pytest.mark.long_walk


def rearrange(assistant: Assistant, world: World, shape: str) -> int:
    """The plan that takes the level away which the shape has."""
    plan = assistant.plan()
    if shape == "under_section":
        assistant.add(plan, "merge", organisations=[world.section], into=world.school)
    elif shape == "under_committee":
        assistant.add(plan, "merge", organisations=[world.school], into=world.commune)
    else:
        assistant.add(plan, "power", organisation=world.school)
    return plan


DROPPED = [
    ("under_section", "section_appraisal", "committee_resolution"),
    ("under_committee", "committee_resolution", "board_appraisal"),
    ("under_committee", "committee_review", "recognition_appraisal"),
    ("delegated", "admission_decision", "admission_decision"),
]


@pytest.mark.parametrize(("shape", "step", "then"), DROPPED)
def test_a_case_leaves_a_step_that_is_no_more_and_goes_on_to_its_end(
    store: Store, shape: str, step: str, then: str
) -> None:
    world = build(store, shape=shape)
    case_id = world.nominate()
    world.until(case_id, step)
    assistant = assistant_of(world)
    clocks = select(clock.c.name, clock.c.due_on).where(
        clock.c.case_id == case_id, clock.c.closed_on.is_(None)
    )
    ran, votes = world.rows(clocks), len(world.rows(select(vote.c.id)))
    plan = rearrange(assistant, world, shape)
    (foreseen,) = assistant.foresee(plan).dropped
    assert (foreseen.case_id, foreseen.dropped, foreseen.leads_to) == (case_id, step, then)
    assert world.elements(case_id) == [step]  # nothing was kept of looking
    assistant.do(plan)
    assert world.elements(case_id) == [then]
    (done,) = world.rows(select(reorganisation_case))
    assert (done.dropped, done.next_step) == (step, then)
    (said,) = world.rows(select(act).where(act.c.element == "rearranged"))
    assert (said.outcome, said.number, said.on_day) == (step, "12-QĐ/TU", world.today)
    assert world.rows(clocks) == ran  # clocks go on
    assert len(world.rows(select(vote.c.id))) == votes  # nobody votes again, no vote is lost
    assert_whole(store, world.today)
    world.shape = "base_cell"
    assert world.walk(case_id).closed_as == "official_member"


def test_figures_that_wait_for_a_second_person_are_foreseen_and_taken_back(
    world: World, assistant: Assistant
) -> None:
    case_id = world.nominate()
    world.until(case_id, "committee_resolution")
    world.do(case_id, "committee_resolution", confirm=False)
    plan = rearrange(assistant, world, "under_committee")
    assert assistant.foresee(plan).pending == [case_id]
    assistant.do(plan)
    assert {row.status for row in world.rows(select(vote.c.status))} == {"standing", "withdrawn"}
    assert world.elements(case_id) == ["board_appraisal"]


def test_a_step_that_the_new_chain_has_stays_open_with_whoever_owes_it(
    world: World, assistant: Assistant
) -> None:
    case_id = world.nominate()
    world.until(case_id, "committee_resolution")
    plan = assistant.plan()
    fresh = assistant.add(
        plan, "found", name="Đảng ủy Trường THPT Mới", kind="subordinate_committee", parent=world.commune
    )
    assistant.add(plan, "merge", organisations=[world.school], into=fresh)
    found = assistant.foresee(plan)
    assert found.dropped == []
    assert [(one.case_id, one.tasks) for one in found.cases] == [(case_id, 1)]
    assistant.do(plan)
    assert world.task(case_id, "committee_resolution").organisation_id == assistant.made(plan, fresh)
    with world.store.transaction(writing=False) as tx:
        kinds = [row.kind for row in entries(tx, case_id)]
    assert "message" not in kinds
    assert_whole(world.store, world.today)


def test_a_case_of_older_models_keeps_its_step_with_whoever_owes_it_now(
    world: World, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = world.nominate()
    world.until(case_id, "committee_resolution")
    plan = rearrange(assistant, world, "under_committee")
    monkeypatch.setattr(reorganised_cases, "REARRANGED", "a_message_of_later_models")
    assert assistant.foresee(plan).dropped == []
    done: Any = assistant.do(plan)
    assert done.state == "done"
    assert world.task(case_id, "committee_resolution").organisation_id == world.commune
