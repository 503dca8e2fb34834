"""Lists as files, for the tests: .xlsx and .csv from rows, and archives that are up to no good."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

HEADER = ("STT", "Mã học sinh", "Họ và tên", "Ngày sinh", "Giới tính", "Lớp", "Số định danh cá nhân")
ROWS = (
    (1, "HS001", "Nguyễn Thị Minh Anh", "05/03/2009", "Nữ", "12A1", "001309000011"),
    (2, "HS002", "Trần Văn Bình", "25/12/2009", "Nam", "11A2", "001209000022"),
    (3, "HS003", "Lê Đức Cường", "01/01/2010", "Nam", "10A3", "001210000033"),
)


def workbook(
    rows: Sequence[Sequence[Any]] = ROWS, header: Sequence[str] = HEADER, *, above: int = 0, **sheets: Any
) -> bytes:
    """One sheet with `above` rows of titles; more sheets as name=rows."""
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True, "strings_to_formulas": False})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    pages = {"Danh sách": [*[("SỞ MINH HỌA",)] * above, header, *rows], **sheets}
    for name, lines in pages.items():
        page = book.add_worksheet(name)
        for number, line in enumerate(lines):
            for place, value in enumerate(line):
                if isinstance(value, (date, datetime)):
                    page.write_datetime(number, place, value, day)
                elif isinstance(value, str):
                    page.write_string(number, place, value)
                elif value is not None:
                    page.write(number, place, value)
    book.close()
    return output.getvalue()


def text(
    rows: Sequence[Sequence[Any]] = ROWS,
    header: Sequence[str] = HEADER,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
) -> bytes:
    output = io.StringIO()
    writer = csv.writer(output, delimiter=delimiter)
    writer.writerow(header)
    writer.writerows(rows)
    return output.getvalue().encode(encoding)


def repacked(
    data: bytes, add: Mapping[str, bytes] | None = None, replace: Mapping[str, bytes] | None = None
) -> bytes:
    """The same archive with parts added or replaced."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, (replace or {}).get(info.filename, old.read(info.filename)))
        for name, content in (add or {}).items():
            new.writestr(name, content)
    return output.getvalue()
