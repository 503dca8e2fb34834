"""The small world with two administrators of the province."""

import pytest

from engine.transactions import Store
from tests.workflows.builders import BEGINNING, World, build
from tests.workflows.reorganisation.assistant import Assistant
from workflows.organisations.queries import tree_of
from workflows.people.users import add_position, add_user


def assistant_of(world: World) -> Assistant:
    with world.store.transaction() as tx:
        (root,) = tree_of(tx).children_on(None, world.today)
        for name in ("admin1", "admin2"):
            world.users[name] = add_user(tx, name, f"Quản Trị {name}", password="x")
            add_position(tx, world.users[name], root, "administrator", since=BEGINNING)
    return Assistant(world.store, root, world.users["admin1"], world.users["admin2"], world.today)


@pytest.fixture
def world(store: Store) -> World:
    return build(store)


@pytest.fixture
def assistant(world: World) -> Assistant:
    return assistant_of(world)
