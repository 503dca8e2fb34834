"""The pages, one file a place of the program, and what every page shows around them."""

from dataclasses import dataclass, replace

from flask import Flask, g
from flask_login import current_user

from engine.errors import Failure
from web.entry import now, store, today
from web.pages import account, adoption, cases, imports, pool, remedies, students, tasks, texts
from workflows import access
from workflows.access.permissions import CLERKS, HELPER, PERMISSIONS
from workflows.desk.frame import named_seats
from workflows.desk.inbox import open_count
from workflows.desk.people import institutions_of
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
    of_school: bool = False  # only for those whose organisation belongs to an institution
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
    Place("pool.index", "Nguồn", "person-plus", PERMISSIONS["students.list"].positions, True),
    Place("students.index", "Học sinh, sinh viên", "people", PERMISSIONS["students.list"].positions, True),
    Place("imports.start", "Nhập danh sách", "upload", PERMISSIONS["students.import"].positions, True),
    Place("adoption.start", "Hồ sơ giấy", "journal-text", PERMISSIONS["cases.adopt"].positions, True),
)


def install(app: Flask) -> None:
    for page in (account, tasks, cases, texts, remedies, students, pool, imports, adoption):
        app.register_blueprint(page.pages)
    app.jinja_env.globals.update(desk_of_user=desk_of_user, now=now, today=today)


def desk_of_user() -> Desk | None:
    """The frame of the page, read in a short transaction of its own; None when nobody is signed in.

    None too where the database does not answer: the page that says so needs no frame.
    """
    try:
        return _read_desk() if current_user.is_authenticated else None
    except Failure:
        return None


def _read_desk() -> Desk:
    if "desk" not in g:
        with store().transaction(writing=False) as tx:
            seats = access.acting_for(tx, current_user.id, today())
            names = named_seats(tx, seats)
            waiting = open_count(tx, seats)
            schools = institutions_of(tx, seats)
        held = {seat.position for seat in seats}
        g.desk = Desk(
            name=current_user.name,
            username=current_user.username,
            seats=[SeatShown(POSITIONS.get(word, word), name) for word, name in names],
            places=[
                _counted(place, waiting)
                for place in PLACES
                if held & place.positions and (schools or not place.of_school)
            ],
            sees_cases=bool(held & PERMISSIONS["cases.list"].positions),
        )
    desk: Desk = g.desk
    return desk


def _counted(place: Place, waiting: int) -> Place:
    count = waiting if place.endpoint == "tasks.inbox" else 0
    return replace(place, count=count)
