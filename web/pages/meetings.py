"""Cuộc họp: the meetings of my bodies, the agenda of one, its plan, change and cancellation, its papers."""

import uuid
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, refusal, sent_key, today, typed, user_id
from web.language import words
from web.meeting_form import whole
from workflows import access
from workflows.access import Body, Meeting
from workflows.access.standing_in import stands_in_for
from workflows.admission.choices import MEETINGS
from workflows.admission.fields import Sheet, choice, day, line
from workflows.desk.labels import labels
from workflows.meetings import queries, results, verbs
from workflows.meetings.agenda import agenda
from workflows.meetings.bodies import (
    BODIES,
    CANCELLED,
    CANCELLED_WORDS,
    UNION_BRANCH,
    bodies_of,
    outcome_words,
    title_of,
)
from workflows.meetings.queries import Planned
from workflows.meetings.rules import Usual, may_come
from workflows.organisations.queries import name_on, organisation_row, tree_of
from workflows.schedules.keeping import WITHOUT_DAY
from workflows.schedules.usual import usual_of

pages = Blueprint("meetings", __name__)


class Plan(Sheet):
    """A meeting to come, or one that took place and is to be written down."""

    body = line("Hội nghị", required=True, longest=20, widget="radio", choices="bodies")
    branch = line("Chi đoàn", longest=60, widget="select", choices="branches")
    on_day = day("Ngày họp", required=True)
    starts_at = line("Giờ họp", longest=5, help="Ví dụ 15:30. Không bắt buộc.")
    place = line("Địa điểm", longest=200)
    kind = choice("Loại cuộc họp", MEETINGS, required=True)


class Change(Sheet):
    """Another day, hour or place of a planned meeting."""

    on_day = day("Ngày họp", required=True)
    starts_at = line("Giờ họp", longest=5, help="Ví dụ 15:30. Không bắt buộc.")
    place = line("Địa điểm", longest=200)
    kind = choice("Loại cuộc họp", MEETINGS, required=True)


class Cancellation(Sheet):
    """Why a meeting does not take place."""

    reason = choice("Lý do", CANCELLED, required=True)


class Desk(NamedTuple):
    """One body that I plan meetings for, and its usual next day."""

    organisation_id: int
    organisation: str
    body: str
    usual: Usual | None
    stands_in: bool

    @property
    def keeps_day(self) -> bool:
        return self.body not in WITHOUT_DAY


@pages.get("/meetings")
@opens("meetings.list")
def index(tx: Transaction) -> str:
    seats = access.acting_for(tx, user_id(), today())
    holding = access.PERMISSIONS["meetings.list"].positions
    own = {seat.organisation_id for seat in seats if seat.position in holding}
    others = stands_in_for(tx, own, today(), owing=True)
    mine = sorted(own | others)
    facts: dict[str, Any] = {"bodies": BODIES, "title_of": title_of, "cancelled": CANCELLED_WORDS}
    return render_template(
        "meetings.html",
        desks=_desks(tx, own, others),
        upcoming=queries.upcoming(tx, mine),
        past=queries.gone_by(tx, mine),
        **facts,
    )


def _desks(tx: Transaction, own: set[int], others: frozenset[int]) -> list[Desk]:
    found = []
    nodes = tree_of(tx).nodes
    for number in (*sorted(own), *sorted(others - own)):
        node = nodes.get(number)
        for body in bodies_of(node.kind) if node else ():
            usual = None if body == UNION_BRANCH else usual_of(tx, number, body, today())
            found.append(Desk(number, node.name if node else "", body, usual, number not in own))
    return found


@pages.get("/meetings/new/<number:organisation_id>")
@opens("meeting.plan", Body)
def planning(tx: Transaction, organisation_id: int) -> str:
    row = organisation_row(tx, organisation_id)
    if row is None or not bodies_of(row.kind):
        raise NotFound
    found = bodies_of(row.kind)
    body = request.args.get("body", found[0])
    usual = usual_of(tx, organisation_id, body, today()) if body in found and body != UNION_BRANCH else None
    classes = queries.branches(tx, organisation_id) if UNION_BRANCH in found else []
    groups = _asked(
        Plan,
        {"body": body, "on_day": usual.day if usual else None, "kind": "regular"},
        bodies=[(one, BODIES[one]) for one in found if one != UNION_BRANCH or classes],
        branches=[(one, one) for one in classes],
    )
    if not classes:
        _without(groups, "branch")
    facts = {"groups": groups, "refusal": refusal(), "usual": usual, "of": None, "groups_cancel": None}
    return render_template("meeting_plan.html", organisation=row, request_key=_key(), **facts)


@pages.post("/meetings/new/<number:organisation_id>")
@opens("meeting.plan", Body, writing=True, again="meetings.planning")
def plan(tx: Transaction, organisation_id: int) -> Response:
    answers = forms.load(Plan, request.form)
    _check_hour(answers)
    number = verbs.plan(
        tx,
        organisation_id,
        by=user_id(),
        now=now(),
        request_key=request.form.get("request_key", "")[:64] or None,
        **answers,
    )
    flash(words("Đã lên lịch cuộc họp. Bây giờ chọn những người đưa ra biểu quyết."), "done")
    return redirect(url_for("meetings.show", meeting_id=number), 303)


@pages.get("/meetings/<number:meeting_id>")
@opens("meeting.see", Meeting)
def show(tx: Transaction, meeting_id: int) -> str:
    of = meeting_of(tx, meeting_id)
    shown = _frame(tx, of)
    if of.status == "planned" or (of.status == "held" and shown["may_keep"]):
        shown["agenda"] = agenda(tx, of, by=user_id(), today=today())
    return render_template("meeting.html", **shown)


@pages.post("/meetings/<number:meeting_id>/agenda")
@opens("meeting.keep", Meeting, writing=True, again="meetings.show")
def set_agenda(tx: Transaction, meeting_id: int) -> Response:
    of = meeting_of(tx, meeting_id)
    ticked = set(request.form.getlist("on"))
    decided = results.decided(tx, of)  # who was voted on stays: the minutes keep their order
    kept = [item for item in queries.items(tx, meeting_id) if (item.case_id, item.element) in decided]
    lines = queries.open_votes(tx, of)
    if "_all" in request.form:
        found = agenda(tx, of, by=user_id(), today=today())
        ticked |= {one.line.key for one in found.ready}
    chosen = [(one.case_id, one.element) for one in (*kept, *lines) if one in kept or one.key in ticked]
    ranks = {(item.case_id, item.element): item.rank for item in kept}
    for one in lines:
        number = whole(request.form.get(f"rank-{one.key}", ""))
        if number:
            ranks[one.case_id, one.element] = number
    count = verbs.set_agenda(tx, meeting_id, chosen, ranks, by=user_id(), now=now())
    flash(words("Đã ghi chương trình: {count} người.", count=count), "done")
    return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)


@pages.get("/meetings/<number:meeting_id>/change")
@opens("meeting.keep", Meeting)
def changing(tx: Transaction, meeting_id: int) -> str:
    of = meeting_of(tx, meeting_id)
    cancelling = typed() and request.endpoint == "meetings.cancel"
    values = {"on_day": of.on_day, "starts_at": of.starts_at, "place": of.place, "kind": of.kind}
    groups = _asked(Change, values, fresh=cancelling)
    reasons = _asked(Cancellation, {}, fresh=not cancelling)
    facts = {"groups": groups, "groups_cancel": reasons, "refusal": refusal(), "usual": None, "of": of}
    return render_template(
        "meeting_plan.html", organisation=organisation_row(tx, of.organisation_id), request_key=None, **facts
    )


@pages.post("/meetings/<number:meeting_id>/change")
@opens("meeting.keep", Meeting, writing=True, again="meetings.changing")
def change(tx: Transaction, meeting_id: int) -> Response:
    answers = {"place": None, "starts_at": None, **forms.load(Change, request.form)}
    _check_hour(answers)
    verbs.change(tx, meeting_id, by=user_id(), now=now(), **answers)
    flash(words("Đã đổi lịch cuộc họp."), "done")
    return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)


@pages.post("/meetings/<number:meeting_id>/cancel")
@opens("meeting.keep", Meeting, writing=True, again="meetings.changing")
def cancel(tx: Transaction, meeting_id: int) -> Response:
    answers = forms.load(Cancellation, request.form)
    verbs.cancel(tx, meeting_id, answers["reason"], by=user_id(), now=now())
    flash(words("Đã hủy cuộc họp."), "done")
    return redirect(url_for("meetings.index"), 303)


@pages.get("/meetings/<number:meeting_id>/agenda")
@opens("meeting.see", Meeting)
def paper_agenda(tx: Transaction, meeting_id: int) -> str:
    return _paper(tx, meeting_id, "agenda")


@pages.get("/meetings/<number:meeting_id>/minutes")
@opens("meeting.see", Meeting)
def paper_minutes(tx: Transaction, meeting_id: int) -> str:
    return _paper(tx, meeting_id, "minutes")


@pages.get("/meetings/<number:meeting_id>/resolutions")
@opens("meeting.see", Meeting)
def paper_resolutions(tx: Transaction, meeting_id: int) -> str:
    return _paper(tx, meeting_id, "resolutions")


def _paper(tx: Transaction, meeting_id: int, paper: str) -> str:
    of = meeting_of(tx, meeting_id)
    shown = _frame(tx, of)
    parent = tree_of(tx).parent_on(of.organisation_id, of.on_day)
    shown |= {
        "paper": paper,
        "superior": name_on(tx, parent, of.on_day) if parent else None,
        "matters": queries.open_matters(tx, of) if of.status == "planned" else [],
        "bare": lambda number: (number or "").removeprefix("Số ").strip(),
        "draft": not shown["votes"] or any(one.row.status == "pending" for one in shown["votes"]),
    }
    return render_template("meeting_paper.html", **shown)


def meeting_of(tx: Transaction, meeting_id: int) -> Planned:
    """The meeting, or NotFound."""
    of = queries.find(tx, meeting_id)
    if of is None:
        raise NotFound
    return of


def _frame(tx: Transaction, of: Planned) -> dict[str, Any]:
    """What every page about one meeting shows: its agenda, its votes, what may be done."""
    counted, decided = results.counted(tx, of), results.decided(tx, of)
    items = queries.items(tx, of.id)
    may = {
        word: access.may(tx, user_id(), f"meeting.{word}", Meeting(of.id), today())
        for word in ("keep", "confirm")
    }
    pending = [one for one in counted if one.row.status == "pending"]
    return {
        "of": of,
        "title": title_of(of.body, of.branch),
        "votes": counted,
        "items": items,
        "left": [item for item in items if (item.case_id, item.element) not in decided],
        "settled": results.settled(tx, of),
        "attendance": results.attendance_of(tx, of.id),
        "came_words": {status: may_come(status) for status in ("official", "probationary", "exempt", "away")},
        "pool_done": of.body == "cell" and results.pool_confirmed(tx, of),
        "may_keep": may["keep"],
        "may_confirm": may["confirm"] and any(one.row.proposed_by != user_id() for one in pending),
        "pending": pending,
        "labels": labels(tx.registry),
        "outcome_words": outcome_words,
        "cancelled": CANCELLED_WORDS,
        "kinds": dict(MEETINGS),
    }


def _asked(schema: Any, values: dict[str, Any], *, fresh: bool = False, **choices: Any) -> list[forms.Group]:
    """`fresh`: the other form of the page was sent, this one shows its own values."""
    why = refusal()
    again = typed() and not fresh
    return forms.show(
        schema,
        values=values,
        choices=choices,
        typed=request.form if again else None,
        errors=why.fields if again and isinstance(why, InvalidAnswers) else None,
    )


def _without(groups: list[forms.Group], name: str) -> None:
    for group in groups:
        group.fields = [one for one in group.fields if one.name != name]


def _check_hour(answers: dict[str, Any]) -> None:
    hour = answers.get("starts_at")
    if hour is None:
        return
    hours, colon, minutes = hour.replace("h", ":").replace("g", ":").partition(":")
    fine = colon and hours.isdecimal() and (minutes or "00").isdecimal()
    if not fine or not (int(hours) < 24 and int(minutes or 0) < 60):
        raise InvalidAnswers({"starts_at": [Text("Hãy ghi giờ như 15:30.")]})
    answers["starts_at"] = f"{int(hours):02d}:{int(minutes or 0):02d}"


def _key() -> str:
    return sent_key() or uuid.uuid4().hex
