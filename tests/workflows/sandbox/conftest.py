"""A sandbox with the small world in it, on both databases."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engine.jobs import Done
from engine.runs import Hand
from engine.transactions import Store
from tests.workflows.builders import FIRST_DAY, World, build
from workflows.jobs import JOBS
from workflows.sandbox import asking, moving
from workflows.sandbox.clock import clock_of

WALL = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)  # ten in the morning in Vietnam


@dataclass
class Sandbox:
    """The small world in a sandbox that begins on the world's first day."""

    world: World
    store: Store

    def ask(self, day: date) -> int:
        with self.store.transaction() as tx:
            return asking.ask(tx, day, by=None, now=WALL)

    def mover(self, jobs=JOBS) -> moving.Mover:  # type: ignore[no-untyped-def]
        return moving.Mover(jobs, Hand(), wall=lambda: WALL)

    def move(self, days: int, jobs=JOBS) -> Done:  # type: ignore[no-untyped-def]
        """So many days forward; the world's people act on the day it has come to."""
        self.ask(self.world.today + timedelta(days=days))
        done = moving.go_on(self.store, self.mover(jobs), seconds=3600)
        self.world.today += timedelta(days=days)
        return done


def make(store: Store, **shape: Any) -> Sandbox:
    with store.transaction() as tx:
        asking.make(tx, FIRST_DAY, now=WALL)
    store.clock = clock_of(store, wall=lambda: WALL)
    return Sandbox(build(store, **shape), store)


@pytest.fixture
def sandbox(store: Store, request: pytest.FixtureRequest) -> Sandbox:
    """Parametrised indirectly it takes what `build` takes: when the students were born."""
    return make(store, **getattr(request, "param", {}))
