"""Dự báo nguồn: by month who comes of age, whose file is ready, who can be voted on before leaving school."""

from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from engine.transactions import Transaction
from web.entry import opens, today, user_id
from web.language import words
from workflows import access
from workflows.desk.export import Column, write_sheet
from workflows.forecast import charts, figures
from workflows.forecast.figures import BELOW, OWN, PARTS, Forecast, Reach, Wanted
from workflows.forecast.months import CASE, POOL, ROLL, WHATS
from workflows.forecast.names import PAGE, Line, names

pages = Blueprint("forecast", __name__)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STANDINGS = {ROLL: "Trong danh sách trường", POOL: "Trong nguồn", CASE: "Có hồ sơ"}
NAME_COLUMNS = (
    ("Ngày", 12),
    ("Họ và tên", 28),
    ("Lớp", 12),
    ("Khóa", 12),
    ("Chương trình", 26),
    ("Đang ở", 22),
    ("Tốt nghiệp", 12),
)
WORDS: dict[str, Any] = {
    "whats": WHATS,
    "parts": PARTS,
    "standings": STANDINGS,
    "horizons": figures.HORIZONS,
    "followed": figures.FOLLOWED,
}


@pages.get("/forecast")
@opens("forecast.list")
def index(tx: Transaction) -> str:
    reach, wanted = _asked(tx)
    found = _forecast(tx, reach, wanted)
    facts = {"found": found, "reach": reach, "wanted": wanted, "communes": figures.by_commune(found)}
    return render_template("forecast.html", **facts, **_choices(tx, reach, wanted), **WORDS)


@pages.get("/forecast/chart.svg")
@opens("forecast.list")
def chart(tx: Transaction) -> Response:
    """The bars of one part of the page, under the same filters."""
    reach, wanted = _asked(tx)
    _title, whats = PARTS.get(request.args.get("part", ""), PARTS["age"])
    found = _forecast(tx, reach, wanted)
    series = {
        str(words(WHATS[what].label)): [found.figures.counts[what, month] for month in found.months]
        for what in whats
    }
    svg = charts.bars(found.months, series, empty=str(words("Không có ai trong thời gian này.")))
    return Response(svg, mimetype="image/svg+xml")


@pages.get("/forecast/export.xlsx")
@opens("forecast.list")
def export(tx: Transaction) -> Response:
    """Figures by month; of schools below one block after the other."""
    reach, wanted = _asked(tx)
    found = _forecast(tx, reach, wanted)
    headings = [Column(str(words("Trường")), 36), Column(str(words("Tháng")), 10)]
    headings += [Column(str(words(what.label)), 16) for what in WHATS.values()]
    return _sheet(headings, _figure_rows(found), "du-bao-nguon")


@pages.get("/forecast/people")
@opens("forecast.list")
def people(tx: Transaction) -> str:
    """Who stands behind one figure, as far as one may open the person."""
    reach, wanted = _asked(tx)
    lines = _names(tx, reach, wanted)
    start = PAGE * max(0, min(request.args.get("page", 0, type=int), len(lines) // PAGE))
    schools = dict(figures.schools_below(tx, reach)[0] if wanted.where == BELOW else reach.schools)
    facts = {"lines": lines[start : start + PAGE], "count": len(lines), "page_number": start // PAGE}
    facts |= {"more": start + PAGE < len(lines), "school": schools.get(wanted.school)}
    return render_template("forecast_people.html", wanted=wanted, reach=reach, **facts, **WORDS)


@pages.get("/forecast/people.xlsx")
@opens("forecast.list")
def people_sheet(tx: Transaction) -> Response:
    reach, wanted = _asked(tx)
    headings = [Column(str(words(title)), width) for title, width in NAME_COLUMNS]
    rows = (_name_row(line) for line in _names(tx, reach, wanted))
    return _sheet(headings, rows, "du-bao-nguon-ho-ten")


def _asked(tx: Transaction) -> tuple[Reach, Wanted]:
    """Without a choice one's own students, where there are any."""
    reach = figures.reach_of(tx, access.acting_for(tx, user_id(), today()), today())
    return reach, Wanted.read(request.args).within(reach)


def _forecast(tx: Transaction, reach: Reach, wanted: Wanted) -> Forecast:
    read = figures.of_own if wanted.where == OWN else figures.of_below
    return read(tx, reach, wanted, today())


def _names(tx: Transaction, reach: Reach, wanted: Wanted) -> list[Line]:
    return names(tx, reach, wanted, today())


def _choices(tx: Transaction, reach: Reach, wanted: Wanted) -> dict[str, Any]:
    if wanted.where == OWN:
        return {"schools": reach.schools, "choices": figures.choices(tx, reach)}
    schools, communes = figures.schools_below(tx, reach)
    return {"schools": schools, "commune_choices": communes, "choices": {}}


def _figure_rows(found: Forecast) -> Any:
    blocks = [(group.name, group.figures) for group in found.schools] or [("", found.figures)]
    for name, of_block in blocks:
        for month in found.months:
            yield [name, f"{month[5:]}/{month[:4]}", *(of_block.counts[what, month] for what in WHATS)]


def _name_row(line: Line) -> list[object]:
    standing = words(STANDINGS[line.followed])
    return [
        line.day,
        line.name,
        line.class_name,
        line.course,
        line.programme,
        standing,
        line.graduates_on,
    ]


def _sheet(headings: list[Column], rows: Any, name: str) -> Response:
    content = write_sheet(headings, rows, name=words("Dự báo nguồn"))
    headers = {"Content-Disposition": f'attachment; filename="{name}-{today():%Y-%m-%d}.xlsx"'}
    return Response(content, mimetype=SHEET, headers=headers)
