"""A cell before its meeting: candidates with a complete file who wait for the vote, and an agenda of them."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select, update

from engine.database import open_engine
from engine.transactions import Store
from tests.conftest import KEYS
from tests.web.conftest import HASH
from tests.workflows.builders import World, build, noon
from workflows.admission.registry import build_registry
from workflows.meetings import queries, verbs
from workflows.meetings.records import planned_meeting
from workflows.people.records import user_account
from workflows.people.students import add_student

FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi")
GIVEN = ("An", "Bình", "Châu", "Dung", "Hà", "Huệ", "Khánh", "Lan", "Minh", "Nga", "Phúc", "Quân")
BORN = date(2007, 5, 10)


def assemble(store: Store, candidates: int, *, world: World | None = None) -> tuple[World, list[int]]:
    """A world whose cell has so many cases at the vote; all of one month, so that one day suits all."""
    world = world or build(store)
    with store.transaction() as tx:
        for number in range(len(world.students), candidates):
            name = f"{FAMILIES[number % 8]} Thị {GIVEN[number % 12]} {chr(65 + number % 26)}"
            world.students.append(
                add_student(
                    tx, world.institution, name, BORN, grade=12, class_name="12A1",
                    entered_on=date(2022, 9, 5),
                )
            )  # fmt: skip
    first, days, cases = world.today, [], []
    for number in range(candidates):
        world.today = first
        cases.append(world.nominate(number))
        world.until(cases[-1], "cell_vote")
        days.append(world.today)
    world.today = max(days) + timedelta(days=1)
    return world, cases


def plan(world: World, cases: list[int] = (), body: str = "cell", **more: object) -> int:  # type: ignore[assignment]
    """A meeting of the body today, with these cases on its agenda in the order given."""
    by = world.users["cell1"]
    with world.store.transaction() as tx:
        number = verbs.plan(tx, world.cell, body, world.today, by=by, now=noon(world.today), **more)  # type: ignore[arg-type]
        chosen = [(case, "cell_vote") for case in cases]
        verbs.set_agenda(tx, number, chosen, {}, by=by, now=noon(world.today))
    return number


def meeting_of(world: World, number: int) -> queries.Planned:
    with world.store.transaction(writing=False) as tx:
        of = queries.find(tx, number)
    assert of is not None
    return of


def statuses(world: World) -> list[str]:
    return [row.status for row in world.rows(select(planned_meeting.c.status).order_by(planned_meeting.c.id))]


class Hall:
    """A furnished database file, made once and copied for each test."""

    def __init__(self, empty: Path, folder: Path, candidates: int) -> None:
        self.path = folder / f"hall-{candidates}.db"
        shutil.copyfile(empty, self.path)
        engine = open_engine(f"sqlite:///{self.path}", KEYS.database)
        self.world, self.cases = assemble(Store(engine, registry=build_registry(), keys=KEYS), candidates)
        with self.world.store.transaction() as tx:
            tx.execute(update(user_account).values(password=HASH))
        engine.dispose()

    def copy(self, path: Path) -> str:
        shutil.copyfile(self.path, path)
        return f"sqlite:///{path}"

    def world_in(self, store: Store) -> World:
        """The same people and cases, in the copy."""
        lists = {name: list(getattr(self.world, name)) for name in ("students", "members")}
        return replace(self.world, store=store, users=dict(self.world.users), **lists)
