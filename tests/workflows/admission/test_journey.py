"""One student's case by the verbs alone, from nomination to official member, for every chain."""

import pytest
from sqlalchemy import select

from engine.transactions import Store
from tests.workflows.builders import World, build
from workflows.admission.records import act, vote
from workflows.rules.editions import edition_on


def test_a_student_becomes_an_official_member_by_the_verbs_alone(world: World) -> None:
    case_id = world.nominate()
    closed = world.walk(case_id)
    assert closed.closed_as == "official_member"


BETWEEN = {"section_appraisal", "committee_resolution", "section_review", "committee_review"}


@pytest.mark.parametrize(
    ("shape", "between", "quota"),
    [
        ("under_committee", {"committee_resolution", "committee_review"}, "standing_quota"),
        # recognised after QĐ 208, when the chain has no section any more
        ("under_section", BETWEEN - {"section_review"}, "standing_quota"),
        ("base_cell", set(), "standing_quota"),
        ("delegated", set(), "delegated_quota"),
    ],
)
def test_the_chain_of_committees_is_that_of_the_tree(
    store: Store, shape: str, between: set[str], quota: str
) -> None:
    world = build(store, shape=shape)
    case_id = world.nominate()
    world.until(case_id, "decision_received")
    decided = world.today
    assert world.walk(case_id).closed_as == "official_member"
    done = {row.element for row in world.rows(select(act.c.element))}
    assert done & BETWEEN == between
    row = world.rows(select(vote).where(vote.c.step == "admission_decision"))[0]
    wanted = edition_on(decided).quota(quota)
    assert (row.numerator, row.denominator, row.comparison) == (
        wanted.numerator,
        wanted.denominator,
        wanted.comparison,
    )
