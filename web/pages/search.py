"""Tìm: one box over people, numbers of cases and numbers of papers, as far as one may see."""

from flask import Blueprint, render_template, request

from engine.transactions import Transaction
from web.case_words import ENDS
from web.entry import opens, today, user_id
from workflows import access
from workflows.desk import search as desk
from workflows.desk.labels import labels

pages = Blueprint("search", __name__)


@pages.get("/search")
@opens("cases.list")
def find(tx: Transaction) -> str:
    sought = request.args.get("q", "").strip()[:80]
    found = desk.search(tx, access.acting_for(tx, user_id(), today()), sought, today())
    return render_template("search.html", sought=sought, found=found, labels=labels(tx.registry), ends=ENDS)
