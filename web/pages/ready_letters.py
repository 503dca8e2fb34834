"""Giấy giới thiệu để in: letters that the worker has drawn, printed at one go, and marked as printed."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from engine.errors import Conflict, NotFound, Text
from engine.transactions import Transaction
from web.codes import address_of, code
from web.entry import now, opens, today, user_id
from web.language import words
from workflows import access
from workflows.access import PERMISSIONS
from workflows.season import letters
from workflows.season.letters import MOST, PAGE, PRINTED, WAITING, Ready
from workflows.transfers import screens

pages = Blueprint("ready_letters", __name__)
STATES = {WAITING: "Chưa in", PRINTED: "Đã in"}
NONE_CHOSEN = Text("Chưa chọn giấy nào. Hãy đánh dấu trong danh sách, hoặc chờ có giấy để in.")


@pages.get("/letters")
@opens("letters.list")
def index(tx: Transaction) -> str:
    mine, state, named = _own(tx), _state(), request.args.get("q", "").strip()
    page = max(0, min(request.args.get("page", 0, type=int) or 0, 10_000))
    found = letters.ready(tx, mine, state, named, page=page, limit=PAGE + 1)
    counts = {one: letters.count(tx, mine, one, named) for one in STATES}
    facts = {"found": found[:PAGE], "counts": counts, "state": state, "named": named, "most": MOST}
    later = url_for("ready_letters.index", state=state, q=named or None, page=page + 1)
    facts["next"] = later if len(found) > PAGE else None
    return render_template("ready_letters.html", states=STATES, **facts)


@pages.post("/letters/print")
@opens("letters.list", writing=True)
def stack(tx: Transaction) -> str | Response:
    """The letters that were ticked, or the first of all that wait, one after the other, a page each."""
    lines = _lines(tx)
    drawn = letters.texts(tx, lines, by=user_id(), now=now())
    papers = [(one, Markup(drawn[one.offer_id]), *_code(one)) for one in lines if one.offer_id in drawn]  # noqa: S704 (drawn by our own template)
    return render_template("ready_letters_stack.html", papers=papers)


@pages.post("/letters/printed")
@opens("letters.list", writing=True)
def printed(tx: Transaction) -> Response:
    count = letters.mark_printed(tx, _lines(tx), by=user_id(), now=now())
    flash(words("Đã ghi {count} giấy giới thiệu là đã in.", count=count), "ok")
    return redirect(url_for("ready_letters.index"), 303)


def _lines(tx: Transaction) -> list[Ready]:
    """NotFound where none of those that were named is one's own."""
    numbers = {int(one) for one in request.form.getlist("letter") if one.isdecimal() and len(one) < 19}
    if "all" in request.form:
        lines = letters.ready(tx, _own(tx), WAITING, request.form.get("q", ""), limit=MOST)
    else:
        lines = letters.chosen(tx, _own(tx), numbers)
    if not lines:
        raise NotFound if numbers else Conflict(NONE_CHOSEN)
    return lines


def _state() -> str:
    asked = request.args.get("state", WAITING)
    return asked if asked in STATES else WAITING


def _own(tx: Transaction) -> set[int]:
    seats = access.acting_for(tx, user_id(), today())
    return screens.desks(tx, seats, PERMISSIONS["letters.list"].positions, today())


def _code(one: Ready) -> tuple[Any, str]:
    address = address_of("transfers.show", handover_id=one.handover_id)
    return code(address, words("Mã mở trang của lần chuyển giao này")), address
