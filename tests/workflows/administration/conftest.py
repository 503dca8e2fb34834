"""The small world with an administrator of the province and one of the ward."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.transactions import Store
from tests.workflows.builders import BEGINNING, World, build, noon
from workflows.organisations.queries import tree_of
from workflows.people.users import add_position, add_user

Who = Callable[[], dict[str, Any]]


@pytest.fixture
def world(store: Store) -> World:
    made = build(store)
    with store.transaction() as tx:
        made.users["province"] = next(iter(tree_of(tx).children_on(None, made.today)))
        for name, place in (("admin", made.users["province"]), ("ward_admin", made.commune)):
            made.users[name] = add_user(tx, name, f"Quản Trị {name}", password="x")
            add_position(tx, made.users[name], place, "administrator", since=BEGINNING)
    return made


@pytest.fixture
def who(world: World) -> Who:
    """By the province's administrator, today."""
    return lambda: {"by": world.users["admin"], "on": world.today, "now": noon(world.today)}
