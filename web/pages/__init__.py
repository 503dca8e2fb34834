"""The pages, one file a place of the program, and what every page shows around them."""

from dataclasses import dataclass

from flask import Flask, g
from flask_login import current_user

from web.entry import now, store, today
from web.pages import account, cases, imports, pool, students, tasks
from workflows import access
from workflows.access.permissions import CLERKS, HELPER, PARTY, PERMISSIONS, UNION
from workflows.desk.frame import named_seats
from workflows.desk.inbox import open_count
from workflows.people.words import POSITIONS


@dataclass(frozen=True)
class SeatShown:
    """A seat in words."""

    position: str
    organisation: str


@dataclass(frozen=True)
class Place:
    """One entry of the navigation; `positions` who sees it."""

    endpoint: str
    label: str
    icon: str
    positions: frozenset[str]
    count: int = 0


@dataclass(frozen=True)
class Desk:
    """What surrounds every page of somebody signed in."""

    name: str
    username: str
    seats: list[SeatShown]
    places: list[Place]
    sees_cases: bool


PLACES = (
    Place("tasks.inbox", "Việc cần làm", "inbox", CLERKS | HELPER),
    Place("cases.index", "Hồ sơ", "folder2-open", PERMISSIONS["cases.list"].positions),
    Place("pool.index", "Nguồn", "person-plus", PERMISSIONS["students.list"].positions),
    Place("students.index", "Học sinh, sinh viên", "people", PERMISSIONS["students.list"].positions),
    Place("imports.start", "Nhập danh sách", "upload", PERMISSIONS["students.import"].positions),
)


def install(app: Flask) -> None:
    for page in (account, tasks, cases, students, pool, imports):
        app.register_blueprint(page.pages)
    app.jinja_env.globals.update(desk_of_user=desk_of_user, now=now, today=today)


def desk_of_user() -> Desk | None:
    """The frame of the page, read in a short transaction of its own; None when nobody is signed in."""
    if not current_user.is_authenticated:
        return None
    if "desk" not in g:
        with store().transaction(writing=False) as tx:
            seats = access.acting_for(tx, current_user.id, today())
            names = named_seats(tx, seats)
            waiting = open_count(tx, seats)
        held = {seat.position for seat in seats}
        school = bool(held & (PARTY | UNION))
        g.desk = Desk(
            name=current_user.name,
            username=current_user.username,
            seats=[SeatShown(POSITIONS.get(word, word), name) for word, name in names],
            places=[_counted(place, waiting) for place in PLACES if held & place.positions],
            sees_cases=school,
        )
    desk: Desk = g.desk
    return desk


def _counted(place: Place, waiting: int) -> Place:
    count = waiting if place.endpoint == "tasks.inbox" else 0
    return Place(place.endpoint, place.label, place.icon, place.positions, count)
