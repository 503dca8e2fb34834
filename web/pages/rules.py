"""Quy định: the editions of the rules, value by value with its article, and two of them compared."""

from typing import Any

from flask import Blueprint, render_template, request

from engine.transactions import Transaction
from web.entry import opens, today
from workflows.rules import reading
from workflows.rules.editions import edition_named, edition_on, editions

pages = Blueprint("rules", __name__)


@pages.get("/rules")
@opens("rules.list")
def index(tx: Transaction) -> str:
    known = editions()
    facts: dict[str, Any] = {edition.name: reading.ratings(edition) for edition in known}
    return render_template("rules.html", editions=known[::-1], ratings=facts, present=edition_on(today()))


@pages.get("/rules/<name>")
@opens("rules.list")
def show(tx: Transaction, name: str) -> str:
    edition, known = edition_named(name), editions()
    place = known.index(edition)
    return render_template(
        "rules_edition.html",
        edition=edition,
        sections=reading.sections(edition),
        ratings=reading.ratings(edition),
        before=known[place - 1] if place else None,
        after=known[place + 1] if place + 1 < len(known) else None,
        present=edition_on(today()),
    )


@pages.get("/rules/compare")
@opens("rules.list")
def compare(tx: Transaction) -> str:
    known = editions()
    before = edition_named(request.args.get("from") or known[-2].name)
    after = edition_named(request.args.get("to") or known[-1].name)
    if before.in_force_from > after.in_force_from:
        before, after = after, before
    return render_template(
        "rules_compare.html",
        editions=known[::-1],
        before=before,
        after=after,
        changes=reading.changes(before, after),
        VALUE=reading.VALUE,
    )
