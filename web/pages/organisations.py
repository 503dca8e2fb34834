"""Tổ chức: one's own and all below, on any day; one organisation with its people, work and history."""

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from marshmallow import ValidationError

from engine.errors import NotFound
from engine.transactions import Transaction
from web.case_words import BODIES as VOTING_BODIES
from web.entry import opens, today, user_id
from workflows import access
from workflows.access import Organisation
from workflows.access.permissions import CLERKS, PERMISSIONS
from workflows.access.queries import below
from workflows.administration import bodies, deputies
from workflows.administration.log import BODIES, POWERS
from workflows.administration.scope import heads
from workflows.administration.touching import deciding_in
from workflows.admission.fields import Day
from workflows.desk import organisation_list, organisation_page
from workflows.desk.labels import labels
from workflows.organisations.kinds import KINDS, PARTY_CELL
from workflows.organisations.queries import tree_of
from workflows.people.words import MEMBER_STATUSES, POSITIONS

pages = Blueprint("organisations", __name__)
WORDS: dict[str, Any] = {
    "kinds": KINDS,
    "positions": POSITIONS,
    "powers": POWERS,
    "bodies": BODIES,
    "statuses": MEMBER_STATUSES,
    "voting_bodies": VOTING_BODIES,
}
RIGHTS = (
    "organisation.work",
    "organisation.members",
    "organisation.change",
    "transfer.arrival",
    "portal.declare",
)


def asked_day() -> date:
    """The day in the address; what is no day is today."""
    try:
        found = Day().deserialize(request.args.get("day", ""))
    except ValidationError:
        return today()
    return found if 1900 <= found.year <= today().year + 20 else today()


def asked_page() -> int:
    number = request.args.get("page", "")
    return int(number) if number.isdecimal() and len(number) < 5 else 0


@pages.get("/organisations")
@opens("organisations.list")
def index(tx: Transaction) -> Any:
    seats, day = access.acting_for(tx, user_id(), today()), asked_day()
    own = heads(seats, PERMISSIONS["organisations.list"].positions)
    visible = below(tx, own, day)
    words, kind = request.args.get("q", "")[:80], request.args.get("kind", "")
    if not request.args and len(below(tx, own, today())) == 1:
        return redirect(url_for("organisations.show", organisation_id=own[0]), 303)
    looking = bool(words.strip() or kind in KINDS)
    found = organisation_list.search(
        tx, visible, day, words=words, kind=kind if kind in KINDS else "", page=asked_page()
    )
    tops = [one for one in own if not set(tree_of(tx).ancestors_on(one, day)) & set(own)]
    return render_template(
        "organisations.html",
        found=found if looking else None,
        tops=[] if looking else [_top(tx, one, day) for one in tops],
        count=len(visible),
        q=words,
        kind=kind,
        day_asked=day,
        sees_work=bool({seat.position for seat in seats} & CLERKS),
        **WORDS,
    )


def _top(tx: Transaction, organisation_id: int, day: date) -> Any:
    return organisation_page.head(tx, organisation_id, day), _children(tx, organisation_id, day)


def _children(tx: Transaction, organisation_id: int, day: date) -> list[organisation_list.Below]:
    """A board shows what its committee has below."""
    parents = {organisation_id}
    node, above = tree_of(tx).nodes[organisation_id], tree_of(tx).parent_on(organisation_id, day)
    if node.kind == "party_building_board" and above is not None:
        parents.add(above)
    return [
        one for one in organisation_list.children(tx, parents, day, on=today()) if one.id != organisation_id
    ]


@pages.get("/organisations/<number:organisation_id>")
@opens("organisation.see", Organisation)
def show(tx: Transaction, organisation_id: int) -> str:
    if organisation_id not in tree_of(tx).nodes:
        raise NotFound
    day = asked_day()
    thing = Organisation(organisation_id)
    may = {name: access.may(tx, user_id(), name, thing, today()) for name in RIGHTS}
    seats = access.acting_for(tx, user_id(), today())
    tree = tree_of(tx)
    above = tree.ancestors_on(organisation_id, tree.day_of(organisation_id, day))
    top = organisation_page.head(tx, organisation_id, day)
    facts = {
        "seen": {
            one for one in above if access.may(tx, user_id(), "organisation.see", Organisation(one), today())
        },
        "own": organisation_id in {seat.organisation_id for seat in seats if seat.position in CLERKS},
        "work": organisation_page.work(tx, organisation_id, today()) if may["organisation.work"] else [],
        "meetings": organisation_page.meetings(tx, organisation_id, today())
        if may["organisation.work"]
        else None,
        "roll": organisation_page.roll_counts(tx, _cells(tx, organisation_id, day), day),
        "sizes": bodies.sizes(tx, organisation_id),
        "decides": deciding_in(tree, organisation_id, tree.day_of(organisation_id, day)),
        "has_bodies": bodies.bodies_of(top.kind),
        "is_cell": top.kind == PARTY_CELL,
        "may_plan": access.may(tx, user_id(), "meetings.list", None, today()),
        "page_number": asked_page(),
    }
    return render_template(
        "organisation.html",
        head=top,
        history=organisation_page.history(tx, organisation_id),
        holders=organisation_page.holders(tx, organisation_id, day),
        deputies=deputies.deputies_in(tx, organisation_id, day),
        children=_children(tx, organisation_id, day),
        may=may,
        day_asked=day,
        labels=labels(tx.registry),
        **facts,
        **WORDS,
    )


def _cells(tx: Transaction, organisation_id: int, day: date) -> list[int]:
    return [organisation_id, *tree_of(tx).descendants_on(organisation_id, day)]
