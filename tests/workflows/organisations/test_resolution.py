"""Who answers for a step: lane × regime × place, after the end of an organisation; the words of the chain."""

from datetime import date

import pytest

from tests.workflows.organisations import provinces as p
from workflows.organisations import chain
from workflows.organisations.resolution import LANES, answering
from workflows.organisations.tree import Node, Place, Tree

OWN_LANES = ["candidate", "helper", "party_cell", "custodian"]


@pytest.mark.parametrize("lane", OWN_LANES)
@pytest.mark.parametrize("day", [p.R1_DAY, p.R2A_DAY, p.R2B_DAY])
def test_the_custodian_cell_answers_for_its_own_steps(lane: str, day: date) -> None:
    assert answering(p.TREE, lane, p.CELL, day) == p.CELL


TABLE = [
    # lane, custodian, day, answers, reason
    ("grassroots_committee", p.CELL, p.R1_DAY, p.SCHOOL_COMMITTEE, "R1: the school's committee"),
    ("deciding_committee", p.CELL, p.R1_DAY, p.DISTRICT, "R1: the district decides"),
    ("party_building_board", p.CELL, p.R1_DAY, p.DISTRICT_BOARD, "R1: the district's organisation board"),
    ("political_centre", p.CELL, p.R1_DAY, p.DISTRICT_CENTRE, "R1: the district's centre"),
    ("youth_union", p.CELL, p.R1_DAY, p.SCHOOL_UNION, "the school's union"),
    ("union_branch", p.CELL, p.R1_DAY, p.SCHOOL_UNION, "the school's union answers for its branches"),
    ("section_committee", p.SECTION_CELL, p.R1_DAY, p.SECTION, "R1: the section above the cell"),
    ("section_committee", p.CELL, p.R1_DAY, p.SCHOOL_COMMITTEE, "no section: the committee"),
    ("grassroots_committee", p.SECTION_CELL, p.R1_DAY, p.SCHOOL_COMMITTEE, "past the section"),
    ("grassroots_committee", p.CELL, p.R2A_DAY, p.SCHOOL_COMMITTEE, "R2a: the school's committee"),
    ("deciding_committee", p.CELL, p.R2A_DAY, p.COMMUNE, "R2a: the ward's committee decides"),
    ("party_building_board", p.CELL, p.R2A_DAY, p.BOARD, "R2a: the ward's board"),
    ("political_centre", p.CELL, p.R2A_DAY, p.CENTRE, "R2a: the ward's centre"),
    ("grassroots_committee", p.CELL, p.R2B_DAY, p.SCHOOL_SUBORDINATE, "R2b: the subordinate committee"),
    ("deciding_committee", p.CELL, p.R2B_DAY, p.COMMUNE, "R2b: the ward's committee"),
    ("youth_union", p.CELL, p.R2B_DAY, p.SCHOOL_UNION, "the union stays, the school's committee ended"),
    ("grassroots_committee", p.LONE_CELL, p.R1_DAY, p.DISTRICT, "a small school: the deciding one acts"),
    ("grassroots_committee", p.LONE_CELL, p.R2B_DAY, p.COMMUNE, "a small school: the ward acts"),
    ("youth_union", p.LONE_CELL, p.R2A_DAY, p.COMMUNE_UNION, "a school without union: the ward's"),
    ("youth_union", p.RESIDENCE_CELL, p.R2A_DAY, p.COMMUNE_UNION, "a residence cell: the ward's union"),
    ("youth_union", p.LONE_CELL, p.R1_DAY, p.LONE_CELL, "another school's union never answers for it"),
    ("deciding_committee", p.UNIVERSITY_CELL, p.R2A_DAY, p.UNIVERSITY, "delegated: the university itself"),
    ("grassroots_committee", p.UNIVERSITY_CELL, p.R2A_DAY, p.UNIVERSITY, "nothing lies between"),
    ("section_committee", p.UNIVERSITY_CELL, p.R2A_DAY, p.FACULTY, "the faculty's section committee"),
    ("party_building_board", p.UNIVERSITY_CELL, p.R2A_DAY, p.UNIVERSITY, "no board: the committee"),
    ("political_centre", p.UNIVERSITY_CELL, p.R2A_DAY, p.UNIVERSITY, "no centre: the deciding committee"),
    ("youth_union", p.UNIVERSITY_CELL, p.R2A_DAY, p.UNIVERSITY_UNION, "by the Party organisation above it"),
    ("addressee", p.CELL, p.R2A_DAY, p.SCHOOL_COMMITTEE, "nobody named: the committee enters the reply"),
    ("opinion_giver", p.LONE_CELL, p.R2A_DAY, p.COMMUNE, "nobody named: the committee that acts"),
]  # fmt: skip


@pytest.mark.parametrize(("lane", "custodian", "day", "answers", "why"), TABLE)
def test_the_organisation_that_answers(lane: str, custodian: int, day: date, answers: int, why: str) -> None:
    assert answering(p.TREE, lane, custodian, day) == answers, why


@pytest.mark.parametrize("lane", ["addressee", "opinion_giver"])
@pytest.mark.parametrize(
    ("asked", "day", "answers", "why"),
    [
        (p.RESIDENCE_CELL, p.R2A_DAY, p.RESIDENCE_CELL, "the organisation that was asked"),
        (p.DISTRICT, p.R2A_DAY, p.COMMUNE, "it ended meanwhile: its successor"),
        (12345, p.R2A_DAY, p.SCHOOL_COMMITTEE, "not in the system: the committee enters the reply"),
        (None, p.R2A_DAY, p.SCHOOL_COMMITTEE, "an address outside"),
    ],
)
def test_a_request_is_answered_by_whom_it_asks(
    lane: str, asked: int | None, day: date, answers: int, why: str
) -> None:
    assert answering(p.TREE, lane, p.CELL, day, asked=asked) == answers, why


@pytest.mark.parametrize("lane", sorted(LANES))
def test_a_case_whose_custodian_ended_is_answered_for_by_its_successor(lane: str) -> None:
    """The school's committee was custodian; after QĐ 208 the subordinate committee stands for it."""
    after = answering(p.TREE, lane, p.SCHOOL_COMMITTEE, p.R2B_DAY)
    assert after == answering(p.TREE, lane, p.SCHOOL_SUBORDINATE, p.R2B_DAY)
    assert after is not None
    assert p.TREE.nodes[after].stands_on(p.R2B_DAY)


@pytest.mark.parametrize("lane", sorted(LANES))
@pytest.mark.parametrize("day", [p.R1_DAY, p.R2A_DAY, p.R2B_DAY])
def test_whoever_answers_stands_on_that_day(lane: str, day: date) -> None:
    for custodian in (p.CELL, p.SECTION_CELL, p.LONE_CELL, p.UNIVERSITY_CELL):
        found = answering(p.TREE, lane, custodian, day)
        assert found is not None
        assert p.TREE.nodes[found].stands_on(day)


def test_an_unknown_lane_is_nobodys() -> None:
    assert answering(p.TREE, "treasurer", p.CELL, p.R2A_DAY) is None


def test_where_no_committee_decides_the_nearest_one_acts() -> None:
    day = date(2026, 3, 2)
    nodes = [Node(1, "province_committee", "T", day), Node(2, "commune_committee", "X", day)]
    nodes.append(Node(3, "party_cell", "C", day))
    tree = Tree.of(nodes, [Place(1, None, day), Place(2, 1, day), Place(3, 2, day)])
    assert answering(tree, "deciding_committee", 3, day) == 2
    assert answering(tree, "deciding_committee", 1, day) == 1
    assert chain.deciding_committee(tree, 3, day) is None
    assert chain.power_word(tree, 3, day) == "standing"


# The words of the chain


@pytest.mark.parametrize(
    ("cell", "day", "words", "why"),
    [
        (p.CELL, p.R1_DAY, ("three_level", "under_committee", "standing"), "cell → school → district"),
        (p.SECTION_CELL, p.R1_DAY, ("three_level", "under_section", "standing"), "through the section"),
        (p.LONE_CELL, p.R1_DAY, ("three_level", "base_cell", "standing"), "a cell right under the district"),
        (p.UNIVERSITY_CELL, p.R1_DAY, ("three_level", "under_section", "plenum"), "faculty, delegated"),
        (p.CELL, p.R2A_DAY, ("two_level", "under_committee", "standing"), "cell → school → ward"),
        (p.LONE_CELL, p.R2A_DAY, ("two_level", "base_cell", "standing"), "a cell right under the ward"),
        (p.CELL, p.R2B_DAY, ("two_level_208", "under_committee", "standing"), "through the subordinate one"),
        (p.LONE_CELL, p.R2B_DAY, ("two_level_208", "base_cell", "standing"), "right under the ward"),
        (
            p.UNIVERSITY_CELL,
            p.R2B_DAY,
            ("two_level_208", "base_cell", "standing"),
            "the university's own standing committee decides: its faculty adds no step",
        ),
    ],
)
def test_the_words_of_the_chain(cell: int, day: date, words: tuple[str, str, str], why: str) -> None:
    assert chain.chain(p.TREE, cell, day) == words, why


def test_a_place_may_name_a_regime_of_its_own_while_units_are_rearranged() -> None:
    day = date(2026, 8, 15)
    late = [
        place._replace(regime="two_level") if place.organisation_id == p.CELL else place for place in p.PLACES
    ]
    tree = Tree.of(p.NODES, late, p.SUCCESSIONS, p.SCHOOLS)
    assert chain.regime_on(day) == "two_level_208"
    assert chain.regime_word(tree, p.CELL, day) == "two_level"
    assert chain.regime_word(p.TREE, p.CELL, day) == "two_level_208"


@pytest.mark.parametrize(
    ("day", "regime"),
    [
        (date(2025, 6, 30), "three_level"),
        (date(2025, 7, 1), "two_level"),
        (date(2026, 7, 25), "two_level"),
        (date(2026, 7, 26), "two_level_208"),
    ],
)
def test_the_regime_of_the_law_changes_on_its_day(day: date, regime: str) -> None:
    assert chain.regime_on(day) == regime
