"""The small world with what its organisations are told."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from engine.jobs import Done
from engine.records import outbox
from engine.transactions import Store
from tests.workflows.builders import World, build, noon
from workflows.people.records import user_account
from workflows.reminders.distributing import distribute
from workflows.reminders.raising import remind
from workflows.reminders.records import notice


@pytest.fixture
def world(store: Store) -> World:
    return build(store)


class Office:
    """The worker's nights, and what people find in the morning."""

    def __init__(self, world: World) -> None:
        self.world = world

    def night(self, day: date | None = None) -> Done:
        """Reminds and distributes at noon of the day; the world's day follows."""
        if day is not None:
            self.world.today = day
        done = remind(self.world.store, noon(self.world.today))
        distribute(self.world.store, noon(self.world.today))
        return done

    def told(self, prefix: str = "due_") -> list[Any]:
        """Messages of kinds that begin so, in the order in which they were left."""
        query = select(outbox).where(outbox.c.kind.startswith(prefix, autoescape=True)).order_by(outbox.c.id)
        return self.world.rows(query)

    def heard(self, *kinds: str) -> list[tuple[str, str]]:
        """(user name, kind) of each notice of these kinds, read or not."""
        rows = self.world.rows(
            select(user_account.c.username, outbox.c.kind)
            .select_from(notice)
            .join(outbox, outbox.c.id == notice.c.outbox_id)
            .join(user_account, user_account.c.id == notice.c.user_id)
            .where(outbox.c.kind.in_(kinds))
            .order_by(outbox.c.id, user_account.c.username)
        )
        return [tuple(row) for row in rows]


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def verify(world: World, student: int) -> int:
    """A case with one verification letter out: its clock runs at the commune."""
    case_id = world.nominate(student)
    world.until(case_id, "send_verifications")
    address = {"about": "candidate", "organisation_id": world.commune, "person": "Nguyễn Thị Thử"}
    world.do(case_id, "send_verifications", addresses=[address])
    return case_id


@pytest.fixture
def verifying(world: World) -> int:
    return verify(world, 0)
