"""Mùa tốt nghiệp: who was handed on and who has answered, for the sender, the receiver and those above."""

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from engine.transactions import Transaction
from web.entry import opens, today, user_id
from web.language import words
from web.pages.season import pages, sheet
from web.pages.transfers import COLUMNS, SAID, row_of
from workflows.desk.export import Column
from workflows.season import acceptance, screens
from workflows.season.acceptance import IN, NOT_CHOSEN, OUT, OUTSIDE, OVER, WHATS, Group, Season, Wanted
from workflows.season.leavers import BACK_MONTHS
from workflows.season.screens import PAGE, Reach
from workflows.transfers import queries

SIDES = {OUT: "Nơi gửi", IN: "Nơi nhận", OVER: "Cấp trên"}
UNNAMED = {OUTSIDE: "Ngoài hệ thống", NOT_CHOSEN: "Chưa chọn nơi nhận"}
LABELS: dict[str, Any] = {"whats": WHATS, "sides": SIDES, "unnamed": UNNAMED, "months": BACK_MONTHS}


@pages.get("/season/acceptance")
@opens("season.list")
def board(tx: Transaction) -> str:
    reach, sides, wanted = _asked(tx)
    found = Season(tx, reach, wanted, today()).board()
    first = PAGE * min(wanted.page, len(found.groups) // PAGE)
    facts = {
        "found": found,
        "groups": found.groups[first : first + PAGE],
        "wanted": wanted,
        "own_sides": sides,
    }
    facts["next"] = wanted.page + 1 if len(found.groups) > first + PAGE else None
    return render_template("season_acceptance.html", **facts, **LABELS)


@pages.get("/season/acceptance.xlsx")
@opens("season.list")
def board_sheet(tx: Transaction) -> Response:
    reach, _sides, wanted = _asked(tx)
    titles = [what.label for what in WHATS.values()]
    columns = [Column("Tổ chức", 40), *(Column(one, 14) for one in titles), Column("Chờ từ ngày", 14)]
    found = Season(tx, reach, wanted, today()).board()
    rows = ([_name(one), *one.counts.values(), one.since] for one in found.groups)
    return sheet(columns, rows, "tiep-nhan")


@pages.get("/season/acceptance/people")
@opens("season.list")
def handed(tx: Transaction) -> str:
    """Who stands behind one figure: all of them are handed on or taken over within one's reach."""
    reach, _sides, wanted = _asked(tx)
    season = Season(tx, reach, wanted, today())
    found = season.handovers()
    lines = queries.lines_of(tx, found)
    first = PAGE * min(wanted.page, len(lines) // PAGE)
    facts = {
        "lines": lines[first : first + PAGE],
        "count": len(lines),
        "next": wanted.page + 1 if len(lines) > first + PAGE else None,
        "wanted": wanted,
        "unhelped": season.unhelped,
        "own_tasks": {one for element in acceptance.STEPS for one in season.tasks(element)},
        "group_name": _name_of(season, wanted),
    }
    return render_template("season_handed.html", **facts, **LABELS, **SAID)


@pages.get("/season/acceptance/people.xlsx")
@opens("season.list")
def handed_sheet(tx: Transaction) -> Response:
    reach, _sides, wanted = _asked(tx)
    lines = queries.lines_of(tx, Season(tx, reach, wanted, today()).handovers())
    return sheet([Column(one, 24) for one in COLUMNS], map(row_of, lines), "nguoi-chuyen-giao")


def _asked(tx: Transaction) -> tuple[Reach, Any, Wanted]:
    """A side that somebody does not have shows the first of those one has."""
    reach = screens.reach_of(tx, user_id(), today())
    sides = acceptance.sides_of(tx, reach, today())
    wanted = Wanted.read(request.args, sides[0])
    return reach, sides, wanted if wanted.side in sides else Wanted.read({}, sides[0])


def _name(one: Group) -> str:
    return one.name or str(words(UNNAMED.get(one.id, "")))


def _name_of(season: Season, wanted: Wanted) -> str | None:
    if wanted.group is None:
        return None
    node = season.tree.nodes.get(wanted.group)
    return node.name if node is not None and season.rows else str(words(UNNAMED.get(wanted.group, "")))
