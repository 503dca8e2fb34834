"""Founding workbooks for the tests: the guide's own examples, changed row by row."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter

from workflows.founding.sheets import FORMS

Row = dict[str, Any]
Rows = dict[str, list[Row]]
PROVINCE = "Bắc Ninh"


def example() -> Rows:
    """Two schools of a province, as the guide of the template shows them."""
    return {key: [dict(row) for row in form.examples] for key, form in FORMS.items()}


def book(rows: Mapping[str, Sequence[Row]]) -> bytes:
    """Sheets under the headers that the template shows, a number cell for a number."""
    return pages(
        (
            form.name,
            [
                [field.label for field in form.fields.values()],
                *[[row.get(name, "") for name in form.fields] for row in rows[key]],
            ],
        )
        for key, form in FORMS.items()
        if key in rows
    )


def pages(sheets: Iterable[tuple[str, Sequence[Sequence[Any]]]], *, hidden: str = "") -> bytes:
    output = io.BytesIO()
    written = xlsxwriter.Workbook(output, {"in_memory": True, "strings_to_formulas": False})
    for name, lines in sheets:
        page = written.add_worksheet(name)
        if name == hidden:
            page.hide()
        for number, line in enumerate(lines):
            for place, value in enumerate(line):
                if isinstance(value, str):
                    page.write_string(number, place, value)
                elif value is not None:
                    page.write(number, place, value)
    written.close()
    return output.getvalue()
