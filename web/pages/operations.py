"""Vận hành: what went wrong and waits for somebody, and whether the journal is whole."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import request as sent
from werkzeug.wrappers import Response

from engine import incidents, journal
from engine.errors import Conflict, InvalidAnswers, Text
from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, refusal, typed, user_id, wall
from web.language import words
from workflows.access import Whole
from workflows.admission.fields import Sheet, line
from workflows.admission.recalculation import left_to_recount
from workflows.desk import jobs_page, operations_page

pages = Blueprint("operations", __name__)


class Done(Sheet):
    """What was done about an incident; no name of a student in it."""

    note = line(
        "Đã xử lý thế nào", required=True, longest=400, help="Không ghi họ tên học sinh, sinh viên ở đây."
    )


@pages.get("/operations")
@opens("operations.see", Whole)
def index(tx: Transaction) -> str:
    return _page(tx, None)


@pages.post("/operations/verify")
@opens("operations.see", Whole)
def verify(tx: Transaction) -> str:
    """Reads the whole chain: about ten seconds for a million entries."""
    return _page(tx, journal.verify(tx))


def _page(tx: Transaction, verdict: journal.Verdict | None) -> str:
    return render_template(
        "operations.html",
        incidents=incidents.incidents(tx),
        chain=operations_page.chain(tx),
        waiting=operations_page.waiting(tx, now()),
        left=left_to_recount(tx),
        workers=jobs_page.workers(tx, wall=wall()),
        verdict=verdict,
    )


@pages.get("/operations/incidents/<number:incident_id>")
@opens("operations.see", Whole)
def incident(tx: Transaction, incident_id: int) -> str:
    why = refusal()
    groups = forms.show(
        Done,
        typed=sent.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    one: Any = operations_page.incident(tx, incident_id)
    return render_template("incident.html", incident=one, groups=groups, refusal=why)


@pages.post("/operations/incidents/<number:incident_id>")
@opens("operations.see", Whole, writing=True, again="operations.incident")
def close(tx: Transaction, incident_id: int) -> Response:
    operations_page.incident(tx, incident_id)
    note = forms.load(Done, sent.form)["note"]
    if not incidents.close_incident(tx, incident_id, by=user_id(), now=now(), note=note):
        raise Conflict(Text("Sự cố này đã được người khác đóng. Hãy tải lại trang."))
    flash(words("Đã đóng sự cố."), "done")
    return redirect(url_for("operations.index"), 303)
