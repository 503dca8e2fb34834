"""The papers of a handover as they print: the letter or the sheet for the portal, the notice of arrival."""

from typing import Any

from flask import flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from engine.secrets import reveal
from engine.transactions import Transaction
from web.codes import address_of, code
from web.entry import now, opens, today, user_id
from web.language import words
from web.pages.students import PURPOSES, SEALED
from web.pages.transfers import SAID, pages
from workflows import access
from workflows.access import Handover
from workflows.people.identity import KIND
from workflows.transfers import papers, queries

OPENED = ("identity_number", "address")


@pages.get("/transfers/<number:handover_id>/letter")
@opens("transfer.see", Handover)
def paper(tx: Transaction, handover_id: int) -> str | Response:
    """What is sealed stays a dotted line."""
    both = queries.one(tx, handover_id, today())
    if not papers.has_letter(both):
        return _not_yet(handover_id, "Chưa có giấy giới thiệu: nơi nhận chưa được chọn.")
    letter = papers.letter(tx, both, today())
    may_open = access.may(tx, user_id(), "transfer.reveal", Handover(handover_id), today())
    facts = {"letter": letter, "opened": g.get("opened", {}), "may_open": may_open, "sealed": SEALED}
    return render_template("transfer_paper.html", both=both, **facts, **_code(handover_id), **SAID)


@pages.post("/transfers/<number:handover_id>/letter")
@opens("transfer.reveal", Handover, writing=True)
def with_sealed(tx: Transaction, handover_id: int) -> str | Response:
    """The same with the sealed fields that such a paper bears; who opened them, and what for, is kept."""
    both = queries.one(tx, handover_id, today())
    g.opened = reveal(
        tx, KIND, both.row.student_id, list(OPENED), by=user_id(), purpose=PURPOSES["letter"], now=now()
    )
    page: str | Response = paper.__wrapped__(tx, handover_id)  # type: ignore[attr-defined]
    return page


@pages.get("/transfers/<number:handover_id>/notice")
@opens("transfer.see", Handover)
def notice(tx: Transaction, handover_id: int) -> str | Response:
    both = queries.one(tx, handover_id, today())
    if not papers.has_notice(both):
        return _not_yet(handover_id, "Phiếu báo có khi đảng viên chuyển chính thức đã đến nơi mới.")
    facts = {"notice": papers.notice(tx, both), **_code(handover_id)}
    return render_template("transfer_notice.html", both=both, **facts, **SAID)


def _not_yet(handover_id: int, why: str) -> Response:
    flash(words(why), "wait")
    return redirect(url_for("transfers.show", handover_id=handover_id), 303)


def _code(handover_id: int) -> dict[str, Any]:
    address = address_of("transfers.show", handover_id=handover_id)
    return {"code": code(address, words("Mã mở trang của lần chuyển giao này")), "address": address}
