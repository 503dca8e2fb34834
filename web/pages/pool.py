"""Nguồn: the pool of each cell, and the cell's monthly confirmation of its list in one act."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers
from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, refusal, today, typed, user_id
from web.language import words
from workflows import access
from workflows.access import Organisation
from workflows.admission.fields import day
from workflows.desk import people
from workflows.desk.labels import labels
from workflows.people import pool
from workflows.people.words import POOL_LEAVING

pages = Blueprint("pool", __name__)


class Meeting(Schema):
    """The day of the meeting that confirmed the list."""

    meeting_on = day("Ngày họp chi bộ", required=True)


@pages.get("/pool")
@opens("students.list")
def index(tx: Transaction) -> str:
    seats = access.acting_for(tx, user_id(), today())
    cells = people.cells_of(tx, seats)
    lines = people.pool_of(tx, [number for number, _name in cells])
    mine = {n for n, _ in cells if access.may(tx, user_id(), "pool.confirm", Organisation(n), today())}
    facts: dict[str, Any] = {"reviews": people.last_reviews(tx, [number for number, _name in cells])}
    return render_template(
        "pool.html", cells=cells, lines=lines, mine=mine, labels=labels(tx.registry), **facts
    )


@pages.get("/pool/<number:cell_id>/confirm")
@opens("pool.confirm", Organisation)
def confirmation(tx: Transaction, cell_id: int) -> str:
    why = refusal()
    groups = forms.show(
        Meeting,
        values={"meeting_on": today()},
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    facts = {"groups": groups, "refusal": why, "cell_id": cell_id, "leaving": POOL_LEAVING}
    return render_template(
        "pool_confirm.html", lines=people.pool_of(tx, [cell_id]), sent=request.form, **facts
    )


@pages.post("/pool/<number:cell_id>/confirm")
@opens("pool.confirm", Organisation, writing=True, again="pool.confirmation")
def confirm(tx: Transaction, cell_id: int) -> Response:
    asked = forms.load(Meeting, request.form)
    remove = {
        int(name.removeprefix("leave-")): reason
        for name, reason in request.form.items()
        if name.startswith("leave-") and name[6:].isdecimal() and len(name) < 24 and reason
    }
    done = pool.confirm_pool(tx, cell_id, by=user_id(), now=now(), remove=remove, **asked)
    flash(
        words(
            "Đã xác nhận danh sách nguồn: giữ {kept} người, đưa ra {removed} người.",
            kept=done.kept,
            removed=done.removed,
        ),
        "done",
    )
    return redirect(url_for("pool.index"), 303)
