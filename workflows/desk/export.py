"""One list as an .xlsx sheet: bold frozen heading, filters, days as days, text never read as a formula."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple

import xlsxwriter

from engine.time import VIETNAM

OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
MOST_CELL: Final = 32_000  # the file format ends a little above


class Column(NamedTuple):
    """A heading in words and about how many characters wide the column is."""

    title: str
    width: int = 18


def write_sheet(
    columns: Sequence[Column | str], rows: Iterable[Sequence[object]], *, name: str = "Danh sách"
) -> bytes:
    """The file. Days become days (dd/mm/yyyy), whole numbers numbers, None an empty cell, all else text."""
    output = io.BytesIO()
    with xlsxwriter.Workbook(output, OPTIONS) as book:
        page = book.add_worksheet(name[:31])
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        styles = {
            "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
            "day": book.add_format({"num_format": "dd/mm/yyyy", "align": "left", "valign": "top"}),
            "number": book.add_format({"valign": "top"}),
        }
        headings = [one if isinstance(one, Column) else Column(one) for one in columns]
        for place, heading in enumerate(headings):
            page.set_column(place, place, heading.width)
            page.write_string(0, place, heading.title, bold)
        last = 0
        for last, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                _write(page, last, place, value, styles)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, last, max(len(headings) - 1, 0))
    return output.getvalue()


def _write(page: Any, row: int, place: int, value: object, styles: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        value = value.astimezone(VIETNAM).date()
    if isinstance(value, date):
        page.write_datetime(row, place, datetime.combine(value, time()), styles["day"])
    elif isinstance(value, int) and not isinstance(value, bool):
        page.write_number(row, place, value, styles["number"])
    else:
        page.write_string(row, place, str(value)[:MOST_CELL], styles["text"])
