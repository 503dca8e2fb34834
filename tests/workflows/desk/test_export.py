"""The sheet of a list: what is written comes back, and no text becomes a formula."""

import io
from datetime import date

from python_calamine import CalamineWorkbook

from workflows.desk.export import Column, write_sheet


def test_days_and_numbers_stay_what_they_are_and_text_never_becomes_a_formula() -> None:
    rows = [
        ["Trần Thị Ánh", date(2026, 2, 5), 3, "=HYPERLINK(1)"],
        ["012345678901", None, 0, "http://a.b"],
        ["@SUM(A1)", None, 1, "+1"],
    ]
    data = write_sheet([Column("Người", 30), "Hạn", "Việc", "Ghi chú"], rows, name="Hồ sơ")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Hồ sơ").to_python()
    assert sheet[0] == ["Người", "Hạn", "Việc", "Ghi chú"]
    assert sheet[1] == ["Trần Thị Ánh", date(2026, 2, 5), 3.0, "=HYPERLINK(1)"]
    assert sheet[2] == ["012345678901", "", 0.0, "http://a.b"]
    assert sheet[3] == ["@SUM(A1)", "", 1.0, "+1"]
    assert b"<f>" not in data


def test_a_list_without_lines_is_still_a_sheet() -> None:
    data = write_sheet(["Người"], [])
    assert CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python() == [["Người"]]
