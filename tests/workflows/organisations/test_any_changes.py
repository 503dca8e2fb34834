"""Any row of changes, in any order of days: the tree stays a tree, and no day before a change is touched."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import InvalidAnswers
from engine.registry import Registry
from engine.transactions import Store, Transaction
from workflows.organisations.changes import end, found, move, succeed
from workflows.organisations.queries import forget_tree, tree_of
from workflows.organisations.tree import Tree

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
START = date(2026, 1, 1)
SPAN = 12
WHO: dict[str, Any] = {"by": None, "now": NOW}
KINDS = ["commune_committee", "party_building_board", "political_centre", "party_cell"]

steps = st.lists(
    st.tuples(
        st.sampled_from(["found", "move", "end", "succeed"]),
        st.integers(0, 5),  # who
        st.integers(0, 5),  # under or after whom
        st.integers(0, SPAN),  # day
        st.sampled_from(KINDS),
    ),
    min_size=4,
    max_size=14,
)


class Undone(Exception):
    """Every example is undone at its end."""


@pytest.fixture
def store(make_store: Callable[[Registry], Store]) -> Store:
    return make_store(Registry())


def take(tx: Transaction, ids: list[int], step: tuple[str, int, int, int, str]) -> date:
    verb, one, other, day, kind = step
    on = START + timedelta(days=day)
    who, whom = ids[one % len(ids)], ids[other % len(ids)]
    if verb == "found":
        ids.append(found(tx, kind=kind, name=f"{kind} {len(ids)}", parent_id=whom, on=on, **WHO))
    elif verb == "move":
        move(tx, who, whom, on=on, **WHO)
    elif verb == "end":
        end(tx, who, on=on, **WHO)
    else:
        succeed(tx, who, [whom], on=on, **WHO)
    return on


def whole_days() -> list[date]:
    return [START + timedelta(days=n) for n in range(SPAN + 3)]


def seen(tree: Tree, day: date) -> dict[int, tuple[int, ...]]:
    """Everybody who stands on that day, with what is above."""
    return {
        one: tuple(tree.ancestors_on(one, day)) for one, node in tree.nodes.items() if node.stands_on(day)
    }


def rows_of(tree: Tree) -> tuple[Any, ...]:
    places = sorted(tree.places, key=repr)
    return dict(tree.nodes), places, sorted(tree.successions), tree.schools, tree.version


def check(tree: Tree) -> None:
    for day in whole_days():
        for one, node in tree.nodes.items():
            standing_places = [p for p in tree.places if p.organisation_id == one and p.stands_on(day)]
            assert len(standing_places) == node.stands_on(day), "one place while it stands, none otherwise"
            above = tree.ancestors_on(one, day)
            assert one not in above
            assert all(tree.nodes[other].stands_on(day) for other in above), (
                "nobody stands under an ended one"
            )
            if above:
                assert tree.parent_on(above[-1], day) is None, "the walk up ends at a root, not in a loop"
            stands_for = tree.standing(one, day)
            if node.valid_from <= day:
                assert tree.nodes[stands_for].stands_on(day), "somebody stands for everybody who ever was"


@given(steps=steps)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_tree_stays_a_tree_whatever_is_changed(
    store: Store, steps: list[tuple[str, int, int, int, str]]
) -> None:
    try:
        with store.transaction() as tx:
            root = found(tx, kind="province_committee", name="Tỉnh ủy", parent_id=None, on=START, **WHO)
            ids = [root, found(tx, kind="commune_committee", name="Xã", parent_id=root, on=START, **WHO)]
            for step in steps:
                before = tree_of(tx)
                try:
                    with tx.connection.begin_nested():
                        on = take(tx, ids, step)
                except InvalidAnswers as refused:
                    forget_tree(tx)
                    assert all(str(text) for texts in refused.fields.values() for text in texts)
                    continue
                after = tree_of(tx)
                forget_tree(tx)
                assert rows_of(after) == rows_of(tree_of(tx)), "what was renewed is what is written"
                check(after)
                for day in whole_days():
                    if day < on:
                        assert seen(after, day) == seen(before, day), "no day before the change is touched"
            raise Undone
    except Undone:
        pass
