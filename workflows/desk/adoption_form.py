"""The sheet by which paper cases under way are taken over: its empty form, and whom its rows are about."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import xlsxwriter

from workflows.admission.adoption_sheet import BORN, CODE, HELPER, MILESTONES, NAME, SHARED
from workflows.imports.headers import fold
from workflows.imports.reading import Sheet

MOST_ROWS = 60  # each row is walked in full for the dry run: some tenths of a second


def columns() -> Sequence[str]:
    """The headers in the order of the road; the helper's two beside the day of the assignment."""
    found = [CODE, NAME, BORN]
    for milestone in MILESTONES:
        found += [one for one in (milestone.day, milestone.number) if one]
        if milestone.element == "assign_helper":
            found += [HELPER, SHARED]
    return found


def template() -> bytes:
    """An empty .xlsx with these headers."""
    output = BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    page = book.add_worksheet("Hồ sơ đang dở")
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for place, name in enumerate(columns()):
        page.write_string(0, place, name, bold)
        page.set_column(place, place, 24 if name == NAME else 16)
    page.freeze_panes(1, 2)
    book.close()
    return output.getvalue()


def people_of(sheet: Sheet) -> dict[int, tuple[str, str]]:
    """Row number → name and birth date as the sheet has them."""
    places = {fold(header): place for place, header in enumerate(sheet.header)}
    wanted = [places.get(fold(header)) for header in (NAME, BORN)]
    return {
        number: (_cell(row, wanted[0]) or _cell(row, places.get(fold(CODE))), _cell(row, wanted[1]))
        for number, row in sheet.rows
    }


def _cell(row: Sequence[object], place: int | None) -> str:
    value = row[place] if place is not None and place < len(row) else ""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value or "")
