"""Reads the founding workbook from its bytes: which sheet is which, where its header is, its rows.

Nothing is judged row by row here. What the whole file gets wrong ends here with `UnreadableList`.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from engine.errors import Text
from workflows.founding.sheets import FORMS, GUIDE, Form, form_of
from workflows.imports.faults import UnreadableList
from workflows.imports.headers import fold
from workflows.imports.workbook import Rows, sheets_of

HEADER_WITHIN = 30  # rows of titles above the header


@dataclass(frozen=True)
class Sheet:
    """One sheet as found: the header as written, field → column, and the rows with their numbers."""

    form: Form
    header: tuple[str, ...]
    columns: Mapping[str, int]
    rows: tuple[tuple[int, Sequence[object]], ...]


@dataclass(frozen=True)
class Book:
    """The sheets by key, in the order in which they are founded; `digest` names the file in the journal."""

    sheets: Mapping[str, Sheet]
    digest: str
    remarks: tuple[Text, ...] = field(default=())


def read(data: bytes) -> Book:
    """Raises UnreadableList: no plain .xlsx, no sheet that we know, two of one kind, a column is missing."""
    found: dict[str, Sheet] = {}
    remarks: list[Text] = []
    seen: list[str] = []
    for name, rows in sheets_of(data):
        seen.append(name)
        form = form_of(name)
        if form is None:
            if fold(name) != fold(GUIDE) and any(_filled(row) for row in rows):
                remarks.append(Text("Không dùng trang tính “{name}”.", name=name))
        elif form.key in found:
            raise UnreadableList(Text("Có hai trang tính “{name}”. Hãy gộp lại thành một.", name=form.name))
        elif any(_filled(row) for row in rows):
            found[form.key] = _sheet(form, rows, remarks)
    if not any(sheet.rows for sheet in found.values()):
        wanted = ", ".join(form.name for form in FORMS.values())
        raise UnreadableList(
            Text(
                "Không có dòng nào ở các trang tính {wanted} (đã xem: {seen}).",
                wanted=wanted,
                seen=", ".join(seen),
            )
        )
    ordered = {key: found[key] for key in FORMS if key in found}
    return Book(ordered, sha256(data).hexdigest(), tuple(remarks))


def _sheet(form: Form, rows: Rows, remarks: list[Text]) -> Sheet:
    place = max(range(min(len(rows), HEADER_WITHIN)), key=lambda at: (len(form.columns_of(rows[at])), -at))
    header = rows[place]
    columns = form.columns_of(header)
    missing = form.missing(columns)
    if missing:
        raise UnreadableList(
            Text(
                "Trang tính “{name}” thiếu cột {columns}. Hãy thêm cột vào hàng tiêu đề "
                "(mẫu: ketnap found --template).",
                name=form.name,
                columns=", ".join(f"“{label}”" for label in missing),
            )
        )
    unused = form.unused(header)
    if unused:
        remarks.append(
            Text("Trang “{name}”: không dùng các cột {columns}.", name=form.name, columns=", ".join(unused))
        )
    body = tuple(
        (number, row)
        for number, row in enumerate(rows[place + 1 :], start=place + 2)
        if any(_text(row, at) for at in columns.values())
    )
    shown = tuple(unicodedata.normalize("NFC", str(cell)).strip() for cell in header)
    return Sheet(form, shown, columns, body)


def _filled(row: Sequence[object]) -> bool:
    return any(cell not in ("", None) for cell in row)


def _text(row: Sequence[object], place: int) -> str:
    return str(row[place]).strip() if place < len(row) and row[place] is not None else ""
