"""The small world and a clock that stands still."""

from datetime import UTC, datetime

import pytest

from engine.registry import Registry
from engine.transactions import Store
from workflows.demo import School, World, small_world

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def bare_store(make_store) -> Store:  # type: ignore[no-untyped-def]
    return make_store(Registry())


@pytest.fixture
def world(bare_store: Store) -> World:
    return small_world(bare_store)


@pytest.fixture
def school(world: World) -> School:
    return world.schools[0]
