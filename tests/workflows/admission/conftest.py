"""The small world of builders.py on each kind of database."""

import pytest

from engine.transactions import Store
from tests.workflows.builders import World, build


@pytest.fixture
def world(store: Store) -> World:
    return build(store)
