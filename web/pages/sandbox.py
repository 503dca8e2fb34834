"""Hộp cát: the band on each page of a sandbox, its day moved forward, and what the nights on the way brought.

Nothing is moved here: a move is a row that the worker, or the command on the server, takes up.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask import Blueprint, current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from web import forms
from web.entry import opens, owed, refusal, store, today, typed, user_id, wall
from web.language import words
from workflows import access
from workflows.access import Whole
from workflows.admission.fields import Day, Sheet, day
from workflows.desk.labels import labels
from workflows.reminders.wording import known_to, worded
from workflows.sandbox import asking, happened, queries

pages = Blueprint("sandbox", __name__)
A_PAGE = 60  # days
ALONE = timedelta(seconds=15)  # so long after it was asked for, a worker should have taken it up
PARTS = (
    (happened.OPENED, "Việc mới mở"),
    (happened.TOLD, "Tin và lời nhắc"),
    (happened.MAILED, "Thư điện tử"),
)
FIGURES = "{notices} thông báo mới, {tasks} việc đang chờ, {late} quá hạn"
NEXT = ((1, "Ngày mai"), (7, "Sau 1 tuần"), (30, "Sau 30 ngày"), (365, "Sau 1 năm"))


class Target(Sheet):
    """Where the day is to go."""

    day = day("Chuyển đến ngày", required=True, help="Ngày sau hôm nay của hộp cát; không lùi lại được.")


class Band(NamedTuple):
    """What every page of a sandbox says at its top."""

    day: date
    to_day: date | None
    may_move: bool


def band() -> Band | None:
    """The band, read in the transaction of the page where there is one; None outside of sandboxes."""
    if not current_app.config["SANDBOX"]:
        return None
    tx = g.get("tx")
    if tx is not None and not tx.connection.closed:
        return _band(tx)
    with store().transaction(writing=False) as own:
        return _band(own)


def _band(tx: Transaction) -> Band:
    under_way = queries.open_move(tx)
    known = current_user.is_authenticated and owed() is None
    may = known and access.may(tx, user_id(), "sandbox.move", Whole(), today())
    return Band(today(), under_way.to_day if under_way else None, may)


@pages.get("/sandbox")
@opens("sandbox.move", Whole)
def index(tx: Transaction) -> Response:
    move = queries.open_move(tx)
    is_sandbox = queries.find_day(tx) is not None
    facts = _form() | _days(tx, _school()) | {"move": move, "moves": queries.moves(tx)}
    answer = make_response(
        render_template("sandbox.html", is_sandbox=is_sandbox, forsaken=_forsaken(move), **facts)
    )
    if move is not None and not typed():
        answer.headers["Refresh"] = "2"
    return answer


def _form() -> dict[str, Any]:
    why = refusal()
    errors = why.fields if isinstance(why, InvalidAnswers) else None
    return {
        "groups": forms.show(Target, typed=request.form if typed() else None, errors=errors),
        "refusal": why,
        "jumps": [(today() + timedelta(days=ahead), label) for ahead, label in NEXT],
    }


def _days(tx: Transaction, school: int | None) -> dict[str, Any]:
    """A page of the days that brought anything, to one school or to all."""
    found = happened.days(tx, happened.of_school(tx, school, today()) if school else None)
    number = max(0, min(request.args.get("page", 0, type=int), len(found) // A_PAGE))
    return {
        "days": found,
        "shown": found[number * A_PAGE : (number + 1) * A_PAGE],
        "page_number": number,
        "a_page": A_PAGE,
        "schools": happened.schools(tx),
        "school": school,
    }


def _forsaken(move: queries.Move | None) -> bool:
    """Nobody has taken it up although there was time enough."""
    return move is not None and not move.passed and wall() - move.asked_at > ALONE


@pages.get("/sandbox/days/<when>")
@opens("sandbox.move", Whole)
def lived(tx: Transaction, when: str) -> str:
    """One day on the way. `when`: the day as yyyy-mm-dd."""
    try:
        on = Day().deserialize(when)
    except ValidationError:
        raise NotFound from None
    school = _school()
    organisations = happened.of_school(tx, school, on) if school else None
    count = next((one for one in happened.days(tx, organisations) if one.day == on), None)
    return render_template(
        "sandbox_day.html",
        day=on,
        was_lived=happened.was_lived(tx, on),
        count=count,
        timers=happened.timers_of(tx, on, organisations),
        messages=[
            (title, _worded(tx, on, organisations, what), getattr(count, what, 0)) for what, title in PARTS
        ],
        troubles=happened.troubles_of(tx, on),
        labels=labels(tx.registry),
        schools=happened.schools(tx),
        school=school,
        most=happened.MOST,
    )


@pages.post("/sandbox/move")
@opens("sandbox.move", Whole, writing=True, again="sandbox.index")
def move(tx: Transaction) -> Response:
    asking.ask(tx, forms.load(Target, request.form)["day"], by=user_id(), now=wall())
    return redirect(url_for("sandbox.index"), 303)


@pages.post("/sandbox/stop")
@opens("sandbox.move", Whole, writing=True)
def stop(tx: Transaction) -> Response:
    asking.stop(tx, now=wall())
    flash(words("Đã dừng. Ngày đang làm dở được làm nốt."), "done")
    return redirect(url_for("sandbox.index"), 303)


def _school() -> int | None:
    asked = request.args.get("school", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None


def _worded(
    tx: Transaction, on: date, organisations: Collection[int] | None, what: str
) -> list[tuple[happened.Message, Text]]:
    """The messages of a day as somebody without a seat would read them: numbers, no names."""
    found = happened.messages_of(tx, on, organisations, what)
    if what == happened.MAILED:
        return [(message, Text(FIGURES, **message.facts)) for message in found]
    known = known_to(tx, (), found, on)
    return [(message, worded(message, known)) for message in found]
