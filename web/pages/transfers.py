"""Chuyển giao: what goes out and what comes in, one handover with both sides, and everything done to it."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from engine import cases
from engine.clocks import all_clocks
from engine.transactions import Transaction
from web.case_words import RATINGS, outcome_of
from web.entry import opens, today, user_id
from web.language import words
from workflows import access
from workflows.access import PERMISSIONS, Case, Custody, Handover, Task
from workflows.access.reasons import why_seen
from workflows.access.standing_in import desk_of
from workflows.desk import case_clocks, texts
from workflows.desk.export import write_sheet
from workflows.desk.labels import labels
from workflows.desk.remedies import grantable
from workflows.documents import catalogue
from workflows.organisations.queries import name_on
from workflows.transfers import papers, queries, screens
from workflows.transfers import words as said
from workflows.transfers.possible import helper_task, possible
from workflows.transfers.preview import WORDS as FATES
from workflows.transfers.queries import IN, OUT

pages = Blueprint("transfers", __name__)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIDES = {OUT: "Chuyển đi", IN: "Chuyển đến"}
COLUMNS = (
    "Họ và tên",
    "Lớp",
    "Trường",
    "Hình thức",
    "Nơi gửi",
    "Nơi nhận",
    "Tình trạng",
    "Đang chờ",
    "Hạn",
    "Số giấy giới thiệu",
    "Ngày giấy giới thiệu",
)
SAID: dict[str, Any] = {
    "variants": said.VARIANTS,
    "states": said.STATES,
    "standings": said.STANDINGS,
    "answered": said.ANSWERS,
    "reasons": dict(said.REASONS),
    "fates": FATES,
}


@pages.get("/transfers")
@opens("transfers.list")
def index(tx: Transaction) -> str:
    asked, own = screens.read(request.args), _own(tx)
    found = screens.page(tx, own, asked, today())
    counts = {side: queries.count(tx, own, queries.Wanted(side, queries.OPEN), today()) for side in SIDES}
    facts = {"sides": SIDES, "counts": counts, "of_state": screens.STATES, "cells": sorted(own)}
    return render_template("transfers.html", found=found, asked=asked, **facts, **SAID)


@pages.get("/transfers/export.xlsx")
@opens("transfers.list")
def export(tx: Transaction) -> Response:
    """The whole list behind the filters."""
    asked = screens.read(request.args)
    rows = [row_of(one) for one in screens.everything(tx, _own(tx), asked, today())]
    data = write_sheet([words(one) for one in COLUMNS], rows, name=words("Chuyển giao"))
    name = f"chuyen-giao-{today():%Y%m%d}.xlsx"
    return Response(data, mimetype=SHEET, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def row_of(one: queries.Line) -> list[object]:
    return [
        one.name,
        one.class_name,
        one.institution,
        words(said.VARIANTS[one.variant]) if one.variant else None,
        one.sender,
        one.receiver or one.addressee,
        words(said.STATES[one.state]),
        one.organisation,
        one.due_on,
        one.number,
        one.offered_on,
    ]


def _own(tx: Transaction) -> set[int]:
    seats = access.acting_for(tx, user_id(), today())
    return screens.desks(tx, seats, PERMISSIONS["transfers.list"].positions, today())


@pages.get("/transfers/<number:handover_id>")
@opens("transfer.see", Handover)
def show(tx: Transaction, handover_id: int) -> str:
    both = queries.one(tx, handover_id, today())
    all_acts = possible(tx, both, by=user_id(), on=today())
    open_task = next(iter(cases.open_tasks(tx, handover_id)), None)
    clocks = case_clocks.shown(tx, all_clocks(tx, handover_id), {}, {})
    owing = open_task.organisation_id or both.case.custodian_id if open_task is not None else None
    facts = {
        "both": both,
        "acts": all_acts,
        "task": open_task,
        "owing": owing,
        "stand_in": _standing_in(tx, owing) if owing is not None else None,
        "clocks": clocks,
        "may_grant": _may(tx, "case.grant", Case(handover_id)) and bool(grantable(tx, handover_id)),
        "helper": helper_task(tx, both, by=user_id(), on=today()),
        "may_prepare": _may(tx, "transfer.prepare", Custody(both.row.student_id)),
        "may_see_case": both.row.admission_id is not None
        and _may(tx, "case.see", Case(both.row.admission_id)),
        "sealed": _sealed(tx, open_task),
        "has_letter": papers.has_letter(both),
        "has_notice": papers.has_notice(both),
        "cell": name_on(tx, both.row.cell_id, today()) if both.row.cell_id is not None else None,
        "papers": catalogue.papers(),
        "why": why_seen(tx, user_id(), "transfer.see", Handover(handover_id), today()),
    }
    return render_template("transfer.html", **facts, **around(tx, both))


def around(tx: Transaction, both: queries.Both) -> dict[str, Any]:
    """Words and names that every page about one handover shows."""
    sender = both.preview.sender_id if both.preview is not None else None
    writer = name_on(tx, sender, today()) if sender is not None else None
    known = {"ratings": RATINGS, "outcome_of": outcome_of, "labels": labels(tx.registry)}
    return {**SAID, **known, "writer": writer}


def _standing_in(tx: Transaction, organisation_id: int) -> str | None:
    """The desk that does the work of an organisation without an account."""
    desk = desk_of(tx, organisation_id, today())
    return name_on(tx, desk, today()) if desk not in (None, organisation_id) else None


def _sealed(tx: Transaction, task: Any) -> int:
    """How many sealed texts somebody needs for the open step."""
    if task is None or not _may(tx, "task.read_texts", Task(task.id)):
        return 0
    return len(texts.task_texts(tx, task.id))


def _may(tx: Transaction, permission: str, about: Any) -> bool:
    return access.may(tx, user_id(), permission, about, today())
