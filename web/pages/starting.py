"""Bắt đầu trong tháng này: what one's organisation must begin in a month, and for whom."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from engine.errors import NotFound
from engine.transactions import Transaction
from web.addresses import number
from web.entry import opens, today, user_id
from web.language import words
from workflows import access
from workflows.access.permissions import PERMISSIONS
from workflows.desk.export import Column, write_sheet
from workflows.desk.labels import labels
from workflows.forecast.starting import Line, Month, month_of
from workflows.rules.ages import add_months, month_start

pages = Blueprint("starting", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MONTHS_AHEAD = 12
PAGE = 100
AFTER_SCHOOL = "Kỳ họp sau ngày ra trường: phải chuyển giao."
COLUMNS = (
    ("Bắt đầu chậm nhất", 14),
    ("Xong chậm nhất", 14),
    ("Bước", 40),
    ("Họ và tên", 28),
    ("Lớp, khóa", 14),
    ("Để kịp kỳ họp", 14),
    ("Ghi chú", 40),
)


class Wanted(NamedTuple):
    """The filters of the address: whose steps, which month, which step, which page."""

    organisation: int
    month: date
    step: str | None
    page: int


@pages.get("/start-this-month")
@opens("starting.list")
def index(tx: Transaction) -> str:
    mine = _organisations(tx)
    wanted = _wanted(mine)
    found = month_of(tx, wanted.organisation, wanted.month, today())
    lines = _lines(found, wanted)
    begin = PAGE * (wanted.page - 1)
    return render_template(
        "starting.html",
        mine=mine,
        wanted=wanted,
        months=[add_months(month_start(today()), n) for n in range(MONTHS_AHEAD)],
        found=found,
        lines=lines[begin : begin + PAGE],
        count=len(lines),
        more=len(lines) > begin + PAGE,
        figures=[one for one in found.figures if wanted.step in (None, one.element)],
        labels=labels(tx.registry),
    )


@pages.get("/start-this-month/export.xlsx")
@opens("starting.list")
def export(tx: Transaction) -> Response:
    wanted = _wanted(_organisations(tx))
    found, names = month_of(tx, wanted.organisation, wanted.month, today()), labels(tx.registry)
    headings = [Column(str(words(title)), width) for title, width in COLUMNS]
    content = write_sheet(headings, _rows(found, wanted, names), name=words("Bắt đầu trong tháng"))
    name = f"bat-dau-{wanted.month:%Y-%m}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=XLSX, headers=headers)


def _rows(found: Month, wanted: Wanted, names: Any) -> Iterator[list[object]]:
    for line in _lines(found, wanted):
        step, one = line.step, line.one
        what = words(names.get(step.lead.element, step.lead.element))
        note = words(AFTER_SCHOOL) if line.after_school else None
        yield [step.start_by, step.done_by, what, one.name, one.class_name or one.course, line.vote_on, note]
    for figure in found.figures:
        if wanted.step in (None, figure.element):
            what = words(names.get(figure.element, figure.element))
            yield [
                figure.start_by,
                None,
                what,
                words("{count} người", count=figure.count),
                None,
                None,
                figure.cell,
            ]


def _organisations(tx: Transaction) -> list[tuple[int, str]]:
    """Whose steps one may look at: those of the organisations one acts for."""
    positions = PERMISSIONS["starting.list"].positions
    seats = access.acting_for(tx, user_id(), today())
    mine = {seat.organisation_id: seat.organisation for seat in seats if seat.position in positions}
    if not mine:
        raise NotFound
    return list(mine.items())


def _wanted(mine: list[tuple[int, str]]) -> Wanted:
    """What is no month or no organisation of one's own is left out of the address."""
    sent, first = request.args, month_start(today())
    asked = sent.get("organisation", type=number)
    try:
        month = month_start(date.fromisoformat(f"{sent.get('month', '')}-01"))
    except ValueError:
        month = first
    return Wanted(
        asked if asked in dict(mine) else mine[0][0],
        month if first <= month < add_months(first, MONTHS_AHEAD) else first,
        sent.get("step") or None,
        max(1, sent.get("page", 1, type=number)),
    )


def _lines(found: Month, wanted: Wanted) -> list[Line]:
    return [line for line in found.lines if wanted.step in (None, line.step.lead.element)]
