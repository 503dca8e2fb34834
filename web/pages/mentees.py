"""Người được giúp đỡ: a helper's candidates and what is due of him or her; for a cell, all its helpers."""

from flask import Blueprint, render_template

from engine.transactions import Transaction
from web.entry import opens, today, user_id
from workflows import access
from workflows.access.permissions import PARTY
from workflows.desk.labels import labels
from workflows.desk.mentees import mentees

pages = Blueprint("mentees", __name__)


@pages.get("/mentees")
@opens("mentees.list")
def index(tx: Transaction) -> str:
    seats = access.acting_for(tx, user_id(), today())
    mine, helpers = mentees(tx, seats, today())
    whole = any(seat.position in PARTY for seat in seats)
    return render_template(
        "mentees.html", mine=mine, helpers=helpers, whole=whole, labels=labels(tx.registry)
    )
