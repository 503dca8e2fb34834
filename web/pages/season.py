"""Mùa tốt nghiệp: who leaves each school on which day, where each stands, and what follows if nobody acts."""

from collections.abc import Iterable, Sequence

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from engine.transactions import Transaction
from web import season_words as said
from web.case_words import RATINGS
from web.entry import opens, today, user_id
from web.language import words
from workflows.bulk.table import MOST_LINES
from workflows.desk.export import Column, write_sheet
from workflows.season import acceptance, screens
from workflows.season.figures import together
from workflows.season.leavers import with_papers
from workflows.season.screens import PAGE, Reach, Wanted

pages = Blueprint("season", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/season")
@opens("season.list")
def index(tx: Transaction) -> str:
    reach, wanted = asked(tx)
    found = screens.schools(tx, reach, wanted, today())
    first = PAGE * min(wanted.page, len(found) // PAGE)
    facts = {"found": found[first : first + PAGE], "count": len(found), "whole": together(found)}
    facts |= {"next": wanted.page + 1 if len(found) > first + PAGE else None, "wanted": wanted}
    facts["risen"] = any(one.risen for one in found)
    return render_template("season.html", **facts, filters=said.FILTER, **said.SAID)


@pages.get("/season/export.xlsx")
@opens("season.list")
def export(tx: Transaction) -> Response:
    reach, wanted = asked(tx)
    rows = said.school_rows(screens.schools(tx, reach, wanted, today()))
    return sheet(said.SCHOOL_COLUMNS, rows, "mua-tot-nghiep")


@pages.get("/season/people")
@opens("season.list")
def people(tx: Transaction) -> str:
    reach, wanted = asked(tx)
    found = screens.people(tx, reach, wanted, today())
    shown = screens.page_of(tx, found, wanted.page, by=user_id(), on=today())
    facts = {
        "shown": shown,
        "wanted": wanted,
        "named": screens.names(tx, shown.lines),
        "schools": sorted({(one.row.institution_id, one.row.institution) for one in found}, key=_name),
        "whole": len(screens.to_prepare(found)) if shown.preparable else 0,
        "letters": len(screens.awaiting_letter(found, acceptance.desks_of(tx, reach, today()))),
        "most": MOST_LINES,
        "basis": said.basis(today()),
        "ratings": RATINGS,
        "place_of": said.place_of,
    }
    return render_template("season_people.html", filters=said.FILTER, **facts, **said.SAID)


def _name(pair: tuple[int, str]) -> str:
    return pair[1]


@pages.get("/season/people.xlsx")
@opens("season.list")
def people_sheet(tx: Transaction) -> Response:
    """Everybody behind the filters."""
    reach, wanted = asked(tx)
    found = with_papers(tx, screens.people(tx, reach, wanted, today()))
    rows = said.people_rows(found, screens.names(tx, found), today())
    return sheet(said.PEOPLE_COLUMNS, rows, "nguoi-ra-truong")


def asked(tx: Transaction) -> tuple[Reach, Wanted]:
    return screens.reach_of(tx, user_id(), today()), Wanted.read(request.args)


def sheet(columns: Sequence[Column], rows: Iterable[Sequence[object]], name: str) -> Response:
    headings = [Column(str(words(one.title)), one.width) for one in columns]
    content = write_sheet(headings, rows, name=words("Mùa tốt nghiệp"))
    headers = {"Content-Disposition": f'attachment; filename="{name}-{today():%Y-%m-%d}.xlsx"'}
    return Response(content, mimetype=XLSX, headers=headers)
