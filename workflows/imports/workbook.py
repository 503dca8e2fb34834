"""All visible sheets of a guarded .xlsx file as rows of cells: the one place for more sheets than one."""

import io
from collections.abc import Sequence

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from engine.errors import Text
from workflows.imports.faults import UnreadableList
from workflows.imports.guard import check_workbook

Rows = Sequence[Sequence[object]]


def sheets_of(data: bytes) -> list[tuple[str, Rows]]:
    """(name, rows) in the file's order, rows counted from the first; UnreadableList for a dangerous file."""
    if not data:
        raise UnreadableList(Text("Tệp trống."))
    check_workbook(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            (meta.name, book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False))
            for meta in book.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible
        ]
    except (CalamineError, ValueError, OverflowError) as error:
        raise UnreadableList(Text("Tệp Excel bị hỏng. Hãy mở bằng Excel, lưu lại rồi tải lên.")) from error
