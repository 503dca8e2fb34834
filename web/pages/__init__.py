"""The pages, one file a place of the program, and what every page shows around them."""

from dataclasses import dataclass
from itertools import groupby

from flask import Flask, current_app, g
from flask_login import current_user

from engine.errors import Failure
from engine.transactions import Transaction
from web.entry import now, owed, store, today
from web.navigation import Place, places
from web.pages import (
    account,
    administration,
    adoption,
    bulk,
    calendar,
    cases,
    channels,
    comments,
    deputies,
    dossier,
    duties,
    forecast,
    glass,
    holding,
    imports,
    inbox,
    institutions,
    jobs,
    mandates,
    meeting_votes,
    meetings,
    mentees,
    notices,
    operations,
    organisations,
    outlook,
    own_file,
    pool,
    readings,
    ready_letters,
    regular_days,
    remedies,
    reorganisation,
    reorganisation_changes,
    requests,
    rolls,
    rules,
    sandbox,
    school_years,
    search,
    season,
    season_acceptance,
    season_acts,
    season_young,
    second_factor,
    starting,
    students,
    tasks,
    texts,
    transfer_acts,
    transfer_arrivals,
    transfer_papers,
    transfer_persons,
    transfer_time,
    transfers,
    tree,
    users,
)
from workflows import access
from workflows.access.permissions import PERMISSIONS
from workflows.desk.frame import at_root, what_waits
from workflows.people.words import POSITIONS

PAGES = (
    account,
    second_factor,
    tasks,
    notices,
    search,
    cases,
    comments,
    dossier,
    texts,
    remedies,
    transfers,
    season,
    students,
    pool,
    forecast,
    starting,
    mentees,
    imports,
    adoption,
    bulk,
    glass,
    mandates,
    readings,
    ready_letters,
    meetings,
    meeting_votes,
    own_file,
    outlook,
    rules,
    calendar,
    school_years,
    regular_days,
    duties,
    operations,
    jobs,
    channels,
    sandbox,
    requests,
    organisations,
    rolls,
    tree,
    reorganisation,
    users,
    deputies,
    institutions,
    administration,
)


# They add their routes to the pages of tasks, of handovers, of the season, and of reorganisations.
ROUTES = (
    inbox,
    holding,
    transfer_acts,
    transfer_arrivals,
    transfer_papers,
    transfer_persons,
    transfer_time,
    season_acceptance,
    season_acts,
    season_young,
    reorganisation_changes,
)


@dataclass(frozen=True)
class SeatShown:
    """A seat in words."""

    position: str
    organisation: str
    stood_in_for: str | None = None  # the name of whom one deputises


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
    app.jinja_env.globals.update(desk_of_user=desk_of_user, sandbox_band=sandbox.band, now=now, today=today)


def desk_of_user() -> Desk | None:
    """The frame of the page, read in the transaction of the page; None when nobody is signed in, or
    when the account owes something first (an own password, a second factor).

    None too where the database does not answer: the page that says so needs no frame.
    """
    try:
        return _desk() if current_user.is_authenticated and owed() is None else None
    except Failure:
        return None


def _desk() -> Desk:
    if "desk" not in g:
        tx = g.get("tx")
        if tx is not None and not tx.connection.closed:
            g.desk = _read_desk(tx)
        else:  # a page about an error, or one that reads nothing
            with store().transaction(writing=False) as own:
                g.desk = _read_desk(own)
    desk: Desk = g.desk
    return desk


def _read_desk(tx: Transaction) -> Desk:
    seats = access.acting_for(tx, current_user.id, today())
    held = {seat.position for seat in seats}
    waits = what_waits(tx, seats, current_user.id, today(), tasks=g.get("waiting"))
    return Desk(
        name=current_user.name,
        username=current_user.username,
        seats=[_shown(seat) for seat in seats],
        places=_grouped(
            places(
                held,
                current_app.view_functions,
                of_root=at_root(tx, seats, today()),
                of_school=any(seat.of_school for seat in seats),
                own_file=getattr(current_user, "student_id", None) is not None,
            )
        ),
        counts={
            "tasks.inbox": waits.tasks,
            "notices.index": waits.notices,
        },
        sees_cases=bool(held & PERMISSIONS["cases.list"].positions),
    )


def _shown(seat: access.Seat) -> SeatShown:
    return SeatShown(POSITIONS.get(seat.position, seat.position), seat.organisation, seat.stood_in_for)


def _grouped(found: tuple[Place, ...]) -> list[tuple[str, list[Place]]]:
    return [(heading, list(entries)) for heading, entries in groupby(found, key=lambda place: place.group)]
