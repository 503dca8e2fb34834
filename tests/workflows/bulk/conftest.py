"""A world with cases at a step and a batch of them, without pages."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.records import task
from engine.transactions import Store
from tests.workflows.builders import World, build, noon
from workflows.bulk import choosing, orders, running
from workflows.bulk.answers import Typed
from workflows.bulk.queries import find_batch, lines_of
from workflows.people.students import add_student

NAMES = ("Bùi Văn An", "Lê Thị Bình", "Phạm Văn Cường", "Đỗ Thị Dung", "Vũ Văn Em", "Hồ Văn Giang")


@pytest.fixture
def world(store: Store) -> World:
    made = build(store)
    with store.transaction() as tx:
        made.students[:] = [
            add_student(tx, made.institution, name, date(2007, 5, 10), grade=12, entered_on=date(2022, 9, 5))
            for name in NAMES
        ]
    return made


class Batches:
    """Batches of nominations or of a step, driven by hand."""

    def __init__(self, world: World) -> None:
        self.world, self.store = world, world.store

    @property
    def now(self) -> datetime:
        return noon(self.world.today)

    def nominations(self, count: int, by: str = "union1") -> int:
        user = self.world.users[by]
        with self.store.transaction() as tx:
            chosen = choosing.sort_students(tx, self.world.students[:count], by=user, on=self.world.today)
            [group] = chosen.groups
            return choosing.create(tx, group, chosen.groups[group], by=user, now=self.now)

    def of_step(self, element: str, count: int, by: str) -> int:
        cases = [self.world.nominate(number) for number in range(count)]
        for case_id in cases:
            self.world.until(case_id, element)
        query = select(task.c.id).where(task.c.element == element)
        user = self.world.users[by]
        with self.store.transaction() as tx:
            numbers = list(tx.execute(query).scalars())
            chosen = choosing.sort_tasks(tx, numbers, by=user, on=self.world.today)
            [group] = chosen.groups
            return choosing.create(tx, group, chosen.groups[group], by=user, now=self.now)

    def fill(self, number: int, shared: dict[str, Any], own: dict[str, dict[str, str]] | None = None) -> None:
        with self.store.transaction() as tx:
            orders.fill_in(tx, number, Typed(shared, own or {}), now=self.now)

    def advance(self, number: int, seconds: float = 60, later: int = 0) -> None:
        running.advance(self.store, number, now=self.now + timedelta(seconds=later), seconds=seconds)

    def start(self, number: int) -> None:
        with self.store.transaction() as tx:
            orders.start(tx, number, find_batch(tx, number).revision, now=self.now)

    def ready(self, count: int, by: str = "union1") -> int:
        """A batch of nominations that was confirmed and of which nothing is done."""
        number = self.nominations(count, by)
        self.fill(number, {"on": self.world.today.isoformat()})
        self.advance(number)
        self.start(number)
        return number

    def batch(self, number: int) -> Any:
        with self.store.transaction(writing=False) as tx:
            return find_batch(tx, number)

    def lines(self, number: int) -> list[Any]:
        with self.store.transaction(writing=False) as tx:
            return lines_of(tx, number)

    def states(self, number: int) -> list[str]:
        return [line.state for line in self.lines(number)]


@pytest.fixture
def batches(world: World) -> Batches:
    return Batches(world)


Made = Callable[[str], int]
