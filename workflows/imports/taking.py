"""Takes a list over: good rows are stored, faulty ones come back in a file with the reason of each."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any, cast

from engine import journal
from engine.errors import Text
from engine.transactions import Transaction
from workflows.admission.recalculation import birth_date_corrected
from workflows.imports import queries
from workflows.imports.cells import text_of
from workflows.imports.collecting import put_off
from workflows.imports.headers import HEADERS, label
from workflows.imports.planning import Line, Report, plan
from workflows.imports.reading import Sheet
from workflows.people.identity import IDENTITY, index_of, seal_changed
from workflows.people.students import add_students, change_students, record_results
from workflows.sandbox.queries import refuse_real_data

BATCH = 5_000
REASON, ROW = "Lý do cần sửa", "Dòng trong tệp gốc"


def take_over(
    tx: Transaction, institution_id: int, sheet: Sheet, *, on: date, by: int | None, now: datetime
) -> Report:
    """Plans again inside this transaction and stores every row without a fault. Twice changes nothing."""
    refuse_real_data(tx)
    with put_off():
        report = plan(tx, institution_id, sheet, on)
        _store(tx, report)
    for line in report.of("changed"):
        if "birth_date" in line.changes:
            birth_date_corrected(tx, _id(line), on=on, now=now)
    if report.of("new") or report.of("changed"):
        facts = {"institution": institution_id, "file": sheet.filename, **report.counts}
        journal.append(tx, None, "student_list_imported", on=on, by=by, now=now, facts=facts)
    return report


def _store(tx: Transaction, report: Report) -> None:
    """A few thousand rows at a time: each row becomes five or six, which need not all be held at once."""
    cell_id = queries.institution_for_import(tx, report.institution_id).cell_id
    new, changed = report.of("new"), report.of("changed")
    for start in range(0, len(new), BATCH):
        batch = new[start : start + BATCH]
        drafts = [
            {**line.draft.values, "personal": line.draft.personal, "cell_id": cell_id} for line in batch
        ]
        ids = add_students(tx, report.institution_id, drafts)
        _record(tx, zip(ids, batch, strict=True))
    for start in range(0, len(changed), BATCH):
        batch = changed[start : start + BATCH]
        change_students(tx, [(_id(line), _columns(tx, line)) for line in batch])
        seal_changed(tx, [(_id(line), _sealed(line)) for line in batch if _sealed(line)])
        _record(tx, ((_id(line), line) for line in batch if {"study", "conduct"} & set(line.changes)))


def _record(tx: Transaction, lines: Iterable[tuple[int, Line]]) -> None:
    record_results(tx, [(id_, *line.draft.result) for id_, line in lines if line.draft.result])


def _id(line: Line) -> int:
    return cast(int, line.student_id)  # a changed row is one that was found


def _columns(tx: Transaction, line: Line) -> Mapping[str, Any]:
    columns = {name: value for name, value in line.draft.values.items() if name in line.changes}
    if IDENTITY in line.changes:
        number = line.draft.personal[IDENTITY]
        columns |= {"identity_index": index_of(tx, number), "identity_tail": number[-3:]}
    return columns


def _sealed(line: Line) -> dict[str, str]:
    return {name: value for name, value in line.draft.personal.items() if name in line.changes}


def error_file(report: Report) -> bytes:
    """A .xlsx with the faulty rows as they were, the reason beside each; corrected, it can be imported."""
    from xlsxwriter import Workbook  # read by who writes a workbook, not by all who know of one

    output = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = Workbook(output, options)
    page = book.add_worksheet("Cần sửa")
    bold, red = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"font_color": "#9c1c1c"})
    header = report.sheet.header
    for place, name in enumerate([*header, REASON, ROW]):
        page.write_string(0, place, name, bold)
        page.set_column(place, place, max(12, min(40, len(name) + 4)))
    for row, line in enumerate(report.of("error"), start=1):
        for place, value in enumerate(_as_read(report.sheet, line)):
            page.write_string(row, place, value)
        page.write_string(row, len(header), reason_of(line), red)
        page.write_number(row, len(header) + 1, line.number)
    page.set_column(len(header), len(header), 60)
    page.freeze_panes(1, 0)
    book.close()
    return output.getvalue()


def _as_read(sheet: Sheet, line: Line) -> list[str]:
    """The row's cells as text; a number that lost its zeros in the sheet has them again."""
    cells = [text_of(value) for value in line.cells[: len(sheet.header)]]
    for name, value in line.draft.personal.items():
        if name in sheet.columns:
            cells[sheet.columns[name]] = value
    return cells


def reasons_of(line: Line) -> list[Text]:
    """All faults of a row, a sentence each, the column named first."""
    return [
        Text("{column}: {fault}", column=Text(label(fault.field)), fault=fault.text)
        if fault.field and fault.field in HEADERS
        else fault.text
        for fault in line.faults
    ]


def reason_of(line: Line) -> str:
    """The same for the sheet that goes back to the school."""
    return "; ".join(map(str, reasons_of(line)))


def changes_in_words(fields: Sequence[str]) -> list[str]:
    """The changed fields under the headers that users know."""
    return [label(name) if name in HEADERS else name for name in fields]
