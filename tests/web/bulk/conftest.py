"""A world with many students, and somebody who ticks them in the inbox and sends one form for all."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from engine.records import task
from engine.transactions import Store
from tests.web.conftest import HASH, Person, make_app
from tests.workflows.builders import World, build
from workflows.people.records import user_account
from workflows.people.students import add_student

NAMES = ("Bùi Văn An", "Lê Thị Bình", "Phạm Văn Cường", "Đỗ Thị Dung", "Vũ Văn Em")


@pytest.fixture
def world(store: Store) -> World:
    made = build(store)
    with store.transaction() as tx:
        tx.execute(update(user_account).values(password=HASH))
        made.students[:] = [
            add_student(tx, made.institution, name, date(2007, 5, 10), grade=12, entered_on=date(2022, 9, 5))
            for name in NAMES
        ]
    return made


@pytest.fixture
def app(world: World) -> Iterator[Flask]:
    yield make_app(world)


class Batches:
    """What the tests do with lists: cases brought to a step, tasks ticked, forms sent, lines looked at."""

    def __init__(self, world: World, app: Flask) -> None:
        self.world, self.app = world, app
        self.cases: list[int] = []

    def open(self, count: int, element: str) -> list[int]:
        """So many cases at a step; gives the numbers of its tasks."""
        while len(self.cases) < count:
            self.cases.append(self.world.nominate(len(self.cases)))
        for case_id in self.cases[:count]:
            self.world.until(case_id, element)
        return self.tasks(element)

    def tasks(self, element: str) -> list[int]:
        query = select(task.c.id).where(task.c.element == element, task.c.case_id.in_(self.cases))
        return [row.id for row in self.world.rows(query.order_by(task.c.id))]

    def choose(self, person: Person, **ticked: list[int]) -> int:
        """Tick and press the button; gives the number of the batch."""
        answer = person.post("/bulk", ticked)
        assert answer.status_code == 200, person.page
        return int(re.search(r"/bulk/(\d+)", answer.request.path)[1])  # type: ignore[index]

    def lines(self, number: int) -> list[Any]:
        from workflows.bulk.records import batch_line

        query = select(batch_line).where(batch_line.c.batch_id == number).order_by(batch_line.c.rank)
        return self.world.rows(query)

    def fill(self, person: Person, number: int, shared: dict[str, str], **own: dict[str, str]) -> None:
        """Send the form; `own`: n1={…} for the first line, and so on."""
        sent = dict(shared)
        ids = [line.id for line in self.lines(number)]
        for key, answers in own.items():
            sent |= {f"l{ids[int(key[1:]) - 1]}-{name}": value for name, value in answers.items()}
        person.post(f"/bulk/{number}/form", sent)

    def confirm(self, person: Person, number: int) -> None:
        """Confirm what the preview showed; follow the progress to its end."""
        found = re.search(r'name="revision" value="(\d+)"', person.page)
        assert found, wrong(person.page)
        person.post(f"/bulk/{number}/start", {"revision": found[1]})
        self.wait(person, number)

    def wait(self, person: Person, number: int) -> None:
        for _ in range(50):
            answer = person.get(f"/bulk/{number}")
            if "Refresh" not in answer.headers:
                return
        raise AssertionError("it never ends")

    def states(self, number: int) -> list[str]:
        return [line.state for line in self.lines(number)]


def wrong(page: str) -> list[str]:
    """What a page says is wrong, and nothing else of it."""
    found = re.findall(r'(?s)class="(?:note note-late|wrong)".*?</(?:div|p)>', page)
    return [" ".join(re.sub(r"(?s)<[^>]*>", " ", one).split()) for one in found]


@pytest.fixture
def batches(world: World, app: Flask) -> Batches:
    return Batches(world, app)


@pytest.fixture
def person(app: Flask) -> Callable[[str], Person]:
    return lambda username: Person(app).sign_in(username)
