"""Nhật ký quản trị: who changed accounts, seats, organisations, rolls; for administrators and auditors."""

from datetime import date

from flask import Blueprint, render_template, request
from marshmallow import ValidationError

from engine.transactions import Transaction
from web.entry import opens, today, user_id
from workflows import access
from workflows.access.permissions import PERMISSIONS
from workflows.administration import log
from workflows.administration.scope import heads, reach, reaches_all
from workflows.admission.fields import Day

pages = Blueprint("administration", __name__)


@pages.get("/administration/log")
@opens("administration.log")
def entries(tx: Transaction) -> str:
    seats = access.acting_for(tx, user_id(), today())
    own = heads(seats, PERMISSIONS["administration.log"].positions)
    scope = None if reaches_all(tx, own, today()) else reach(tx, own, today())
    sent, after = request.args, request.args.get("after", "")
    wanted = log.Wanted(
        since=_day(sent.get("since", "")),
        until=_day(sent.get("until", "")),
        person=sent.get("person", "")[:80],
        organisation=sent.get("organisation", "")[:80],
        after=int(after) if after.isdecimal() and len(after) < 19 else None,
    )
    return render_template("administration_log.html", found=log.read(tx, scope, wanted), wanted=wanted)


def _day(typed: str) -> date | None:
    try:
        found: date = Day().deserialize(typed)
    except ValidationError:
        return None
    return found
