"""Việc định kỳ: what organisations owe each month, term and year, what is done, and writing it down."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from web import forms
from web.case_words import RATINGS
from web.entry import now, opens, refusal, today, typed, user_id
from web.language import words
from web.pages.organisations import asked_page
from workflows import access
from workflows.access import Body
from workflows.access.queries import below
from workflows.access.standing_in import stands_in_for
from workflows.admission.fields import Sheet, day, line
from workflows.organisations.queries import tree_of
from workflows.schedules import recording
from workflows.schedules.duties import DUTIES, POOL_REVIEW
from workflows.schedules.owing import DONE, LATE, OPEN, Owed, owed

pages = Blueprint("duties", __name__)
PAGE = 50
STATES = ((LATE, "Quá hạn"), (OPEN, "Chưa làm, còn hạn"), (DONE, "Đã làm"))


class Record(Sheet):
    """One duty that was done, and its paper."""

    what = line("Việc", required=True, longest=60, widget="radio", choices="open")
    done_on = day("Ngày làm", required=True)
    number = line("Số văn bản, biên bản", required=True, longest=60, help="Ví dụ: 05-KH/CB.")


@pages.get("/duties")
@opens("duties.list")
def index(tx: Transaction) -> str:
    own = _own(tx)
    asked = {name: request.args.get(name, "") for name in ("state", "duty", "whose", "when")}
    reach = set(below(tx, sorted(own), today())) | own
    scope = own if asked["whose"] == "own" else reach
    every = owed(tx, scope, today(), before=asked["when"] == "before")
    found = [one for one in every if _fits(one, asked)]
    page, nodes = asked_page(), tree_of(tx).nodes
    return render_template(
        "duties.html",
        shown=found[page * PAGE : (page + 1) * PAGE],
        count=len(found),
        next=page + 1 if len(found) > (page + 1) * PAGE else None,
        counts={word: sum(one.state(today()) == word for one in every) for word, _name in STATES},
        names={one.organisation_id: nodes[one.organisation_id].name for one in found},
        own=own,
        asked=asked,
        states=[(word, words(name)) for word, name in STATES],
        duties=[(name, words(duty.label)) for name, duty in DUTIES.items()],
        alone=reach == own,
    )


def _own(tx: Transaction) -> set[int]:
    """My organisations, and those whose desk I am because nobody there has an account."""
    seats = access.acting_for(tx, user_id(), today())
    positions = access.PERMISSIONS["duties.list"].positions
    own = {seat.organisation_id for seat in seats if seat.position in positions}
    return own | stands_in_for(tx, own, today(), owing=True)


def _fits(one: Owed, asked: dict[str, str]) -> bool:
    return asked["state"] in ("", one.state(today())) and asked["duty"] in ("", one.duty)


@pages.get("/duties/<number:organisation_id>")
@opens("duties.record", Body)
def show(tx: Transaction, organisation_id: int) -> str:
    node = tree_of(tx).nodes.get(organisation_id)
    if node is None:
        raise NotFound
    all_owed = _owed_by(tx, organisation_id)
    to_write = [one for one in all_owed if one.duty != POOL_REVIEW]
    missing = [one for one in to_write if one.state(today()) != DONE] or to_write
    why = refusal()
    chosen = request.args.get("what", "")
    groups = forms.show(
        Record,
        choices={"open": [(one.key, _words(one)) for one in to_write]},
        values={"what": chosen or (missing[0].key if missing else ""), "done_on": today()},
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    facts: dict[str, Any] = {"groups": groups, "refusal": why, "ratings": RATINGS}
    return render_template("duty.html", organisation=node, owed=all_owed, writable=bool(to_write), **facts)


def _owed_by(tx: Transaction, organisation_id: int) -> list[Owed]:
    """Of the present periods and of those before."""
    present = owed(tx, [organisation_id], today())
    return present + owed(tx, [organisation_id], today(), before=True)


def _words(one: Owed) -> Text:
    return Text("{duty}, {period}", duty=one.label, period=one.span.words)


@pages.post("/duties/<number:organisation_id>")
@opens("duties.record", Body, writing=True, again="duties.show")
def record(tx: Transaction, organisation_id: int) -> Response:
    answers = forms.load(Record, request.form)
    found = next((one for one in _owed_by(tx, organisation_id) if one.key == answers["what"]), None)
    if found is None:
        raise InvalidAnswers({"what": [Text("Hãy chọn một mục trong danh sách.")]})
    recording.record_duty(
        tx,
        organisation_id,
        found.duty,
        found.span.key,
        done_on=answers["done_on"],
        number=answers["number"],
        by=user_id(),
        on=today(),
        now=now(),
    )
    flash(words("Đã ghi việc định kỳ."), "done")
    return redirect(url_for("duties.show", organisation_id=organisation_id), 303)


@pages.post("/duties/<number:organisation_id>/withdraw/<number:done_id>")
@opens("duties.record", Body, writing=True)
def withdraw(tx: Transaction, organisation_id: int, done_id: int) -> Response:
    recording.withdraw_duty(tx, organisation_id, done_id, by=user_id(), on=today(), now=now())
    flash(words("Đã rút dòng ghi nhầm."), "done")
    return redirect(url_for("duties.show", organisation_id=organisation_id), 303)
