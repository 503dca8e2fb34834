"""A cell before its meeting: candidates with a complete file who wait for the vote, and an agenda of them."""

from datetime import date, timedelta

from sqlalchemy import select

from engine.transactions import Store
from tests.workflows.builders import World, build, noon
from workflows.meetings import queries, verbs
from workflows.meetings.records import planned_meeting
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
