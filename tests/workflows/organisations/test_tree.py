"""The dated tree: places, ancestors, descendants and who stands for whom, on one day after the other."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflows.organisations import provinces as p
from workflows.organisations.tree import Node, Place, Succession, Tree

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("day", "above", "why"),
    [
        (p.R1_DAY, [p.SCHOOL_COMMITTEE, p.DISTRICT, p.OLD_PROVINCE], "the last day of the districts"),
        (p.MERGER, [p.SCHOOL_COMMITTEE, p.COMMUNE, p.PROVINCE], "the first day without"),
        (p.R2A_DAY, [p.SCHOOL_COMMITTEE, p.COMMUNE, p.PROVINCE], "two levels"),
        (p.NEW_RULES - timedelta(days=1), [p.SCHOOL_COMMITTEE, p.COMMUNE, p.PROVINCE], "the last day before"),
        (p.NEW_RULES, [p.SCHOOL_SUBORDINATE, p.COMMUNE, p.PROVINCE], "QĐ 208"),
        (date(2019, 12, 31), [], "before the cell was there"),
    ],
)
def test_who_stands_above_a_school_cell(day: date, above: list[int], why: str) -> None:
    assert p.TREE.ancestors_on(p.CELL, day) == above, why


def test_descendants_are_what_has_it_among_its_ancestors() -> None:
    for day in (p.R1_DAY, p.R2A_DAY, p.R2B_DAY):
        for one in p.TREE.nodes:
            below = set(p.TREE.descendants_on(one, day))
            assert below == {other for other in p.TREE.nodes if one in p.TREE.ancestors_on(other, day)}


def test_the_walk_meets_everybody_of_the_day_once_parents_first() -> None:
    walked = list(p.TREE.walk_on(p.R2A_DAY))
    met = [one for _depth, one in walked]
    placed = {place.organisation_id for place in p.PLACES if place.stands_on(p.R2A_DAY)}
    assert len(met) == len(set(met))
    assert set(met) == placed
    for depth, one in walked:
        assert depth == len(p.TREE.ancestors_on(one, p.R2A_DAY))
        parent = p.TREE.parent_on(one, p.R2A_DAY)
        assert parent is None or met.index(parent) < met.index(one)


@pytest.mark.parametrize(
    ("asked", "day", "stands", "why"),
    [
        (p.DISTRICT, p.R1_DAY, p.DISTRICT, "itself while it is there"),
        (p.DISTRICT, p.R2A_DAY, p.COMMUNE, "its successor afterwards"),
        (p.OLD_PROVINCE, p.R2B_DAY, p.PROVINCE, "the merged province"),
        (p.DISTRICT_CENTRE, p.R2A_DAY, p.COMMUNE, "no successor: the superior's successor inherits"),
        (p.SCHOOL_SUBORDINATE, p.R2A_DAY, p.SCHOOL_COMMITTEE, "before its start its predecessor"),
        (p.COMMUNE, p.R1_DAY, p.DISTRICT, "before its start its predecessor"),
        (p.RESIDENCE_CELL, p.R1_DAY, p.RESIDENCE_CELL, "before its start and nobody to name: itself"),
        (999, DAY, 999, "an unknown organisation"),
    ],
)
def test_who_stands_for_an_organisation_on_a_day(asked: int, day: date, stands: int, why: str) -> None:
    assert p.TREE.standing(asked, day) == stands, why


def test_the_first_successor_takes_over_and_chains_are_followed() -> None:
    start, first, second = date(2020, 1, 1), date(2025, 7, 1), date(2026, 7, 26)
    tree = Tree.of(
        [
            Node(1, "party_cell", "A", start, first),
            Node(2, "party_cell", "B", first, second),
            Node(3, "party_cell", "C", first),
            Node(4, "party_cell", "D", second),
        ],
        [],
        [Succession(1, 3, first, 2), Succession(1, 2, first, 1), Succession(2, 4, second, 1)],
    )
    assert tree.successors_of(1) == [2, 3]
    assert tree.predecessors_of(4) == [2]
    assert [tree.standing(1, day) for day in (start, first, second)] == [1, 2, 4]
    assert tree.standing(4, start) == 1


def test_a_loop_in_the_data_ends_the_walk() -> None:
    start, over = date(2020, 1, 1), date(2021, 1, 1)
    nodes = [Node(n, "party_cell", str(n), start, over) for n in (1, 2, 3)]
    places = [Place(1, 2, start), Place(2, 3, start), Place(3, 1, start)]
    around = [Succession(1, 2, over), Succession(2, 3, over), Succession(3, 1, over)]
    tree = Tree.of(nodes, places, around)
    assert tree.ancestors_on(1, start) == [2, 3]
    assert sorted(tree.descendants_on(1, start)) == [2, 3]
    assert tree.standing(1, over) in (1, 2, 3)


@given(
    parents=st.lists(st.integers(0, 30), min_size=1, max_size=30),
    cuts=st.lists(st.integers(1, 300), min_size=30, max_size=30),
    day=st.integers(0, 320),
)
@settings(deadline=None)
def test_a_random_tree_agrees_with_a_plain_look_at_its_rows(
    parents: list[int], cuts: list[int], day: int
) -> None:
    """Organisation n hangs under a smaller one, and moves under the root on a day of its own."""
    start = date(2026, 1, 1)
    on = start + timedelta(days=day)
    nodes = [Node(n, "party_cell", str(n), start) for n in range(len(parents) + 1)]
    places = [Place(0, None, start)]
    for n, parent in enumerate(parents, start=1):
        moved = start + timedelta(days=cuts[n - 1])
        places += [Place(n, parent % n, start, moved), Place(n, 0, moved)]
    tree = Tree.of(nodes, places)

    def rows(one: int) -> list[int]:
        """Follow the rows themselves, with no index at all."""
        above = []
        while one:
            one = next(
                place.parent_id or 0
                for place in places
                if place.organisation_id == one
                and place.valid_from <= on
                and (place.valid_to is None or on < place.valid_to)
            )
            above.append(one)
        return above

    for n in range(len(nodes)):
        assert tree.ancestors_on(n, on) == rows(n)
        assert set(tree.children_on(n, on)) == {
            other for other in range(1, len(nodes)) if rows(other)[0] == n
        }


def test_what_has_ended_or_not_begun_is_asked_about_on_its_nearest_day() -> None:
    assert p.TREE.day_of(p.DISTRICT, p.R2A_DAY) == p.MERGER - timedelta(days=1)
    assert p.TREE.day_of(p.COMMUNE, p.R1_DAY) == p.MERGER
    assert p.TREE.day_of(p.COMMUNE, p.R2A_DAY) == p.R2A_DAY
