"""The pages, one file a place of the program, and what every page shows around them."""

from dataclasses import dataclass
from itertools import groupby

from flask import Flask, current_app, g
from flask_login import current_user

from engine.errors import Failure
from web.entry import now, store, today
from web.navigation import Place, places
from web.pages import (
    account,
    adoption,
    bulk,
    cases,
    glass,
    imports,
    mandates,
    meeting_votes,
    meetings,
    pool,
    readings,
    remedies,
    second_factor,
    students,
    tasks,
    texts,
)
from workflows import access
from workflows.access.permissions import PERMISSIONS
from workflows.desk.frame import named_seats
from workflows.desk.inbox import open_count
from workflows.desk.people import institutions_of
from workflows.people.words import POSITIONS

PAGES = (
    account,
    second_factor,
    tasks,
    cases,
    texts,
    remedies,
    students,
    pool,
    imports,
    adoption,
    bulk,
    glass,
    mandates,
    readings,
    meetings,
    meeting_votes,
)


@dataclass(frozen=True)
class SeatShown:
    """A seat in words."""

    position: str
    organisation: str


@dataclass(frozen=True)
class Desk:
    """What surrounds every page of somebody signed in."""

    name: str
    username: str
    seats: list[SeatShown]
    places: list[tuple[str, list[Place]]]  # heading → its entries
    counts: dict[str, int]  # endpoint → what waits there
    sees_cases: bool


def install(app: Flask) -> None:
    for page in PAGES:
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
            places=_grouped(
                places(
                    held,
                    current_app.view_functions,
                    of_school=bool(schools),
                    own_file=getattr(current_user, "student_id", None) is not None,
                )
            ),
            counts={"tasks.inbox": waiting},
            sees_cases=bool(held & PERMISSIONS["cases.list"].positions),
        )
    desk: Desk = g.desk
    return desk


def _grouped(found: tuple[Place, ...]) -> list[tuple[str, list[Place]]]:
    return [(heading, list(entries)) for heading, entries in groupby(found, key=lambda place: place.group)]
