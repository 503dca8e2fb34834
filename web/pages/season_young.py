"""Mùa tốt nghiệp: who leaves school before the cell may vote, months ahead, with the plan of each."""

from collections.abc import Iterator
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from engine.transactions import Transaction
from web.addresses import number
from web.entry import opens, today, user_id
from web.language import words
from web.pages.season import pages, sheet
from workflows import access
from workflows.desk.export import Column
from workflows.forecast import figures
from workflows.forecast.figures import Forecast, Reach
from workflows.organisations.queries import tree_of
from workflows.season import young
from workflows.season.screens import PAGE
from workflows.season.young import GROUPS, Young

COLUMNS = (
    Column("Họ và tên", 28),
    Column("Lớp, khóa", 14),
    Column("Trường", 36),
    Column("Ngày rời trường", 14),
    Column("Đủ tuổi từ ngày", 14),
    Column("Tình hình", 44),
    Column("Kỳ họp hợp lệ cuối cùng trước khi ra trường", 16),
    Column("Phải bắt đầu từ ngày", 14),
    Column("Nếu không kịp: giới thiệu đến", 40),
)
# What the figures of schools below tell of: the kept counts of the forecast.
KEPT = ("vote_after", "of_age_late", "handover")


@pages.get("/season/too-young")
@opens("season.list")
def too_young(tx: Transaction) -> str:
    reach, school, group, page = _asked(tx)
    found, below = _people(tx, reach, school), _below(tx, reach, school)
    shown = [one for one in found if group in ("", one.group)]
    first = PAGE * min(page, len(shown) // PAGE)
    facts = {
        "lines": shown[first : first + PAGE],
        "count": len(shown),
        "next": page + 1 if len(shown) > first + PAGE else None,
        "page_number": page,
        "reach": reach,
        "below": below,
        "school": school,
        "school_name": next((one.name for one in below.schools if one.institution_id == school), None),
        "group": group,
        "counted": {word: sum(one.group == word for one in found) for word in GROUPS},
        "named": _named(tx, shown),
        "months": young.AHEAD_MONTHS,
    }
    return render_template("season_young.html", groups=GROUPS, whats=figures.WHATS, kept=KEPT, **facts)


@pages.get("/season/too-young.xlsx")
@opens("season.list")
def too_young_sheet(tx: Transaction) -> Response:
    reach, school, group, _page = _asked(tx)
    shown = [one for one in _people(tx, reach, school) if group in ("", one.group)]
    return sheet(COLUMNS, _rows(shown, _named(tx, shown)), "chua-du-tuoi")


def _asked(tx: Transaction) -> tuple[Reach, int | None, str, int]:
    reach = figures.reach_of(tx, access.acting_for(tx, user_id(), today()), today())
    sent = request.args
    group = sent.get("group", "")
    page = min(sent.get("page", 0, type=number), 10_000)
    return reach, sent.get("school", type=number), group if group in GROUPS else "", page


def _people(tx: Transaction, reach: Reach, school: int | None) -> list[Young]:
    """One's own students; of a school below, those whose case is kept within reach."""
    if school is not None:
        return young.young_of(tx, reach, school, today())
    return young.own_young(tx, reach, today()) if reach.own else []


def _below(tx: Transaction, reach: Reach, school: int | None) -> Forecast:
    """The kept figures of the schools below, where there are any that are not one's own."""
    if not reach.higher:
        return Forecast(figures.Figures(), [])
    wanted = figures.Wanted(where=figures.BELOW, school=school, horizon=young.AHEAD_MONTHS)
    return figures.of_below(tx, reach, wanted, today())


def _named(tx: Transaction, found: list[Young]) -> dict[int, str]:
    nodes = tree_of(tx).nodes
    return {one.to_id: nodes[one.to_id].name for one in found if one.to_id is not None}


def _rows(found: list[Young], named: dict[int, str]) -> Iterator[list[Any]]:
    for one in found:
        yield [
            one.of.name,
            one.of.class_name or one.of.course,
            one.of.institution,
            one.leaves_on,
            one.of_age_on,
            words(GROUPS[one.group]),
            one.last_meeting,
            one.begin_by,
            named.get(one.to_id or 0) or one.to_words,
        ]
