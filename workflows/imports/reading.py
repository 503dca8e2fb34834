"""Reads a list from the bytes of a .xlsx or .csv file: finds the sheet, the header row and its columns.

Nothing is judged row by row here. What the whole file gets wrong ends here with `UnreadableList`.
"""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from engine.errors import Text
from workflows.imports.collecting import put_off
from workflows.imports.faults import UnreadableList
from workflows.imports.guard import FILE_BYTES, ROWS, check_workbook
from workflows.imports.headers import columns_of, fold, names_somebody, never_kept, unknown_headers

HEADER_WITHIN = 30  # rows of titles above the header
SHEETS = 60
COLUMNS = 200


@dataclass(frozen=True)
class Sheet:
    """One list as found: the header as written, field → column, and the rows with their numbers."""

    filename: str
    name: str
    header: tuple[str, ...]
    columns: Mapping[str, int]
    rows: tuple[tuple[int, Sequence[object]], ...]
    remarks: tuple[Text, ...] = field(default=())


def read(data: bytes, filename: str) -> Sheet:
    """Raises UnreadableList: not a list, a dangerous file, an unknown encoding, no such columns."""
    with put_off():
        return _read(data, filename)


def _read(data: bytes, filename: str) -> Sheet:
    if not data:
        raise UnreadableList(Text("Tệp trống."))
    if len(data) > FILE_BYTES:
        raise UnreadableList(Text("Tệp quá lớn (trên {limit} MB).", limit=FILE_BYTES // 2**20))
    suffix = filename.lower().rsplit(".", 1)[-1] if "." in filename else ""
    packed = data.startswith((b"PK", b"\xd0\xcf\x11\xe0"))
    if (
        suffix in ("xlsm", "xlsb", "xltm", "ods")
        or (packed and suffix == "csv")
        or suffix not in ("xlsx", "xls", "csv", "txt", "tsv")
    ):
        raise UnreadableList(
            Text("Chỉ nhận tệp .xlsx hoặc .csv. Hãy lưu lại danh sách ở một trong hai dạng này.")
        )
    if packed or suffix in ("xlsx", "xls"):
        return _from_workbook(data, filename)
    return _found(filename, "", _rows_of_text(_decode(data)))


def _from_workbook(data: bytes, filename: str) -> Sheet:
    check_workbook(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [
            meta.name
            for meta in book.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible
        ]
        found, seen = [], []
        for name in visible[:SHEETS]:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            seen.append(name)
            if _header_row(rows) is not None:
                found.append((name, rows))
    except (CalamineError, ValueError, OverflowError) as error:
        raise UnreadableList(Text("Tệp Excel bị hỏng. Hãy mở bằng Excel, lưu lại rồi tải lên.")) from error
    if not found:
        raise UnreadableList(
            Text(
                "Không trang tính nào có danh sách (đã xem: {sheets}). "
                "Cần ít nhất cột “Họ và tên” và cột “Ngày sinh”.",
                sheets=", ".join(seen),
            )
        )
    if len(found) > 1:
        names = ", ".join(name for name, _rows in found)
        raise UnreadableList(
            Text(
                "Có {count} trang tính đều có danh sách ({sheets}). Hãy giữ mỗi tệp một danh sách.",
                count=len(found),
                sheets=names,
            )
        )
    return _found(filename, *found[0])


def _found(filename: str, name: str, rows: Sequence[Sequence[object]]) -> Sheet:
    place = _header_row(rows)
    if place is None:
        raise UnreadableList(
            Text("Không tìm thấy hàng tiêu đề. Cần ít nhất cột “Họ và tên” và cột “Ngày sinh”.")
        )
    header = rows[place]
    columns = _with_split_columns(header, columns_of(header), rows[place + 1 :])
    body = tuple(
        (number, row)
        for number, row in enumerate(rows[place + 1 :], start=place + 2)
        if any(cell not in ("", None) for cell in row)
    )
    if not body:
        raise UnreadableList(Text("Danh sách chưa có dòng nào dưới hàng tiêu đề."))
    if len(body) > ROWS:
        raise UnreadableList(Text("Danh sách dài quá {limit} dòng. Hãy chia thành nhiều tệp.", limit=ROWS))
    shown = tuple(unicodedata.normalize("NFC", str(cell)).strip() for cell in header)
    return Sheet(filename, name, shown, columns, body, _remarks(header, columns))


def _header_row(rows: Sequence[Sequence[object]]) -> int | None:
    """The row that names the most columns, among the first ones."""
    best, most = None, 0
    for place, row in enumerate(rows[:HEADER_WITHIN]):
        columns = columns_of(row[:COLUMNS])
        if _names(columns) and len(columns) > most:
            best, most = place, len(columns)
    return best


def _names(columns: Mapping[str, int]) -> bool:
    return names_somebody(columns)


def _with_split_columns(
    header: Sequence[object], columns: dict[str, int], body: Sequence[Sequence[object]]
) -> dict[str, int]:
    """A name under one header over two columns: the second holds the given name and has no header."""
    after = columns.get("full_name", -1) + 1
    if "full_name" not in columns or "given" in columns or after >= len(header) or fold(header[after]):
        return columns
    cells = [row[after] for row in body[:50] if after < len(row) and row[after] not in ("", None)]
    if cells and all(isinstance(cell, str) and not any(c.isdigit() for c in cell) for cell in cells):
        names = columns.pop("full_name")
        return columns | {"family_middle": names, "given": after}
    return columns


def _remarks(header: Sequence[object], columns: Mapping[str, int]) -> tuple[Text, ...]:
    unknown = unknown_headers(header, columns)
    dropped = never_kept(unknown)
    other = [name for name in unknown if name not in dropped]
    remarks = []
    if dropped:
        remarks.append(
            Text("Không lưu theo quy định về dữ liệu cá nhân: {columns}.", columns=", ".join(dropped))
        )
    if other:
        remarks.append(Text("Không dùng các cột: {columns}.", columns=", ".join(other)))
    return tuple(remarks)


def _decode(data: bytes) -> str:
    """UTF-8, UTF-16 or Windows-1258; anything else is named as unreadable rather than guessed."""
    text = None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = _try(data, "utf-16")
    elif b"\x00" in data[:200]:
        text = _try(data, "utf-16-le" if data[1:2] == b"\x00" else "utf-16-be")
    else:
        text = _try(data, "utf-8-sig")
        if text is None:
            text = _try(data, "cp1258")
    if text is None or "\x00" in text:
        raise UnreadableList(Text("Không nhận ra bảng mã của tệp. Hãy lưu lại dạng “CSV UTF-8” hoặc .xlsx."))
    return unicodedata.normalize("NFC", text)


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _rows_of_text(text: str) -> list[list[str]]:
    lines = text.splitlines()
    separator = max(
        ",;\t", key=lambda sign: max((line.count(sign) for line in lines[:HEADER_WITHIN]), default=0)
    )
    if lines and lines[0].lower().startswith("sep="):
        separator = lines[0][4:5] or separator
        text = text.split("\n", 1)[-1]
    try:
        return list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise UnreadableList(
            Text("Tệp .csv bị hỏng ở dấu ngoặc kép hoặc dòng quá dài. Hãy lưu lại dạng .xlsx.")
        ) from error
