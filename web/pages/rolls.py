"""The roll of a cell on any day and what is written into it by hand; how many members committees have."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import NotFound, Text
from engine.transactions import Transaction
from web import forms, picks
from web.entry import now, opens, refusal, today, user_id
from web.language import words
from web.pages.organisations import WORDS, asked_day
from workflows import access
from workflows.access import Organisation
from workflows.access.queries import below
from workflows.administration import bodies, rolls
from workflows.administration.log import BODIES
from workflows.administration.picking import Candidate, only, organisations_named
from workflows.admission.fields import Sheet, choice, day, figure, line, one_of
from workflows.desk import organisation_page
from workflows.organisations.kinds import PARTY_CELL
from workflows.people.words import MEMBER_STATUSES

pages = Blueprint("rolls", __name__)
STATUSES = list(MEMBER_STATUSES.items())
GONE = "gone"


class Enrol(Sheet):
    """A member who comes with paper from elsewhere."""

    name = line("Họ và tên", required=True, longest=160)
    birth_date = day("Ngày sinh")
    status = choice("Tình trạng", STATUSES, required=True)
    since = day("Từ ngày", required=True)
    admitted_on = day("Ngày kết nạp")
    official_on = day("Ngày chính thức")


class Change(Sheet):
    """What a member is from a day on."""

    status = choice(
        "Từ ngày đó, đảng viên",
        [*STATUSES, (GONE, "Ra khỏi danh sách (chuyển đi, qua đời, ra khỏi Đảng)")],
        required=True,
    )
    since = day("Từ ngày", required=True)
    cell = line(
        "Chuyển đến chi bộ",
        help="Để trống nếu vẫn ở chi bộ này. Ghi tên chi bộ trong phạm vi đồng chí phụ trách, không cần dấu.",
    )
    cell_chosen = one_of("Chi bộ nào?", "cell_chosen")


class Size(Sheet):
    """How many members a committee has from a day on."""

    body = choice("Cơ quan", list(BODIES.items()), required=True)
    members = figure("Số ủy viên", required=True)
    since = day("Từ ngày", required=True)


@pages.get("/organisations/<number:organisation_id>/members")
@opens("organisation.work", Organisation)
def show(tx: Transaction, organisation_id: int) -> str:
    head = organisation_page.head(tx, organisation_id, asked_day())
    lines = organisation_page.roll(tx, organisation_id, asked_day())
    counts = organisation_page.roll_counts(tx, [organisation_id], asked_day())
    may = access.may(tx, user_id(), "organisation.members", Organisation(organisation_id), today())
    hand_on = access.may(tx, user_id(), "transfer.prepare", Organisation(organisation_id), today())
    facts = {"may_change": may, "may_hand_on": hand_on, "day_asked": asked_day(), "counts": counts, **WORDS}
    return render_template("roll.html", head=head, lines=lines, **facts)


@pages.get("/organisations/<number:organisation_id>/members/new")
@opens("organisation.members", Organisation)
def enrolling(tx: Transaction, organisation_id: int) -> str:
    head = organisation_page.head(tx, organisation_id, today())
    if head.kind != PARTY_CELL:
        raise NotFound
    groups = picks.shown(Enrol, values={"since": today()})
    return render_template("roll_new.html", head=head, groups=groups, refusal=refusal())


@pages.post("/organisations/<number:organisation_id>/members/new")
@opens("organisation.members", Organisation, writing=True, again="rolls.enrolling")
def enrol(tx: Transaction, organisation_id: int) -> Response:
    asked = {"birth_date": None, "admitted_on": None, "official_on": None, **forms.load(Enrol, request.form)}
    rolls.enrol(tx, organisation_id, by=user_id(), on=today(), now=now(), **asked)
    flash(words("Đã ghi đảng viên vào danh sách."), "done")
    return redirect(url_for("rolls.show", organisation_id=organisation_id), 303)


@pages.get("/organisations/<number:organisation_id>/members/<number:member_id>")
@opens("organisation.members", Organisation)
def changing(tx: Transaction, organisation_id: int, member_id: int) -> str:
    line = next(
        (one for one in organisation_page.roll(tx, organisation_id, today()) if one.id == member_id), None
    )
    if line is None:
        raise NotFound
    groups = picks.shown(
        Change,
        values={"status": line.status, "since": today()},
        candidates={"cell": _cells(tx, picks.sent("cell"))},
    )
    if len(_reach(tx)) == 1:  # whoever keeps one roll moves nobody to another
        for group in groups:
            group.fields = [one for one in group.fields if one.name != "cell"]
    return render_template(
        "roll_change.html",
        head=organisation_page.head(tx, organisation_id, today()),
        line=line,
        places=organisation_page.member_places(tx, member_id),
        groups=groups,
        refusal=refusal(),
        **WORDS,
    )


@pages.post("/organisations/<number:organisation_id>/members/<number:member_id>")
@opens("organisation.members", Organisation, writing=True, again="rolls.changing")
def change(tx: Transaction, organisation_id: int, member_id: int) -> Response:
    asked = forms.load(Change, request.form)
    to_cell = None
    if asked.get("cell") and asked["status"] != GONE:
        found = _cells(tx, asked["cell"])
        to_cell = only(
            found,
            "cell",
            asked.get("cell_chosen"),
            "Không có chi bộ nào tên như vậy trong phạm vi của đồng chí.",
        )
    status = None if asked["status"] == GONE else asked["status"]
    rolls.change_place(
        tx, organisation_id, member_id, status=status, to_cell=to_cell, since=asked["since"], by=user_id(),
        on=today(), now=now(),
    )  # fmt: skip
    flash(words("Đã ghi thay đổi vào danh sách."), "done")
    return redirect(url_for("rolls.show", organisation_id=organisation_id), 303)


def _cells(tx: Transaction, typed: str) -> list[Candidate]:
    """Cells whose rolls this person keeps too."""
    if not typed.strip():
        return []
    return organisations_named(tx, typed, today(), among=_reach(tx), kinds=(PARTY_CELL,))


def _reach(tx: Transaction) -> set[int]:
    """Organisations whose rolls this person keeps."""
    signing = access.PERMISSIONS["organisation.members"].positions
    seats = access.acting_for(tx, user_id(), today())
    return below(tx, [seat.organisation_id for seat in seats if seat.position in signing], today())


@pages.get("/organisations/<number:organisation_id>/sizes")
@opens("organisation.members", Organisation)
def sizing(tx: Transaction, organisation_id: int) -> str:
    head = organisation_page.head(tx, organisation_id, today())
    theirs = bodies.bodies_of(head.kind)
    groups = picks.shown(Size, values={"since": today(), "body": theirs[0] if theirs else None})
    for one in (field for group in groups for field in group.fields if field.name == "body"):
        one.choices = [(word, Text(BODIES[word])) for word in theirs]
    facts: dict[str, Any] = {"sizes": bodies.sizes(tx, organisation_id), "refusal": refusal(), **WORDS}
    return render_template("sizes.html", head=head, groups=groups, **facts)


@pages.post("/organisations/<number:organisation_id>/sizes")
@opens("organisation.members", Organisation, writing=True, again="rolls.sizing")
def set_size(tx: Transaction, organisation_id: int) -> Response:
    asked = forms.load(Size, request.form)
    bodies.set_size(
        tx, organisation_id, asked["body"], asked["members"], since=asked["since"], by=user_id(), on=today(),
        now=now(),
    )  # fmt: skip
    flash(words("Đã ghi số ủy viên."), "done")
    return redirect(url_for("organisations.show", organisation_id=organisation_id), 303)
