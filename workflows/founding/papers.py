"""The .xlsx files that a founding gives back: the template with its guide, the workbook with reasons."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any, Final

from workflows.founding.drafting import Line
from workflows.founding.planning import Plan, reason_of
from workflows.founding.sheets import FORMS, GUIDE, REASON, ROW, Form
from workflows.founding.words import CHOICES
from workflows.imports.cells import text_of

OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
LAST_ROW: Final = 5000  # lists and text format reach so far down
LISTS: Final = "Danh mục"
RULES: Final = (
    "Mỗi trang tính một loại: Tổ chức, Trường, Đảng viên, Tài khoản.",
    "Thứ tự cột, dòng tùy ý; cột có dấu * là bắt buộc.",
    "Đọc thử: ketnap found TỆP.xlsx --province “Tên tỉnh”. Ghi thật: thêm --commit --slips PHIẾU.txt.",
    "Chỉ cần một dòng có lỗi thì chưa dòng nào được ghi.",
    "Chạy lại cùng tệp không làm thay đổi gì; có thể thêm dòng rồi chạy lại.",
    "Cái đã có thì giữ nguyên: đổi tên, chuyển, sáp nhập, thay đổi nhân sự không làm bằng tệp này.",
)


class _Paper:
    """A workbook in memory with the few formats that are used."""

    def __init__(self) -> None:
        from xlsxwriter import Workbook  # read by who writes a workbook, not by all who know of one

        self.output = BytesIO()
        self.book = Workbook(self.output, OPTIONS)
        self.bold = self.book.add_format({"bold": True, "text_wrap": True, "bg_color": "#f3e9e9"})
        self.red = self.book.add_format({"font_color": "#9c1c1c", "text_wrap": True})
        self.text = self.book.add_format({"num_format": "@"})
        self.wrap = self.book.add_format({"text_wrap": True, "valign": "top"})

    def bytes(self) -> bytes:
        self.book.close()
        return self.output.getvalue()


def template() -> bytes:
    """Four empty sheets with lists to choose from, and a guide with rows that work as they stand."""
    paper, lists = _Paper(), _list_places()
    for form in FORMS.values():
        page = paper.book.add_worksheet(form.name)
        page.freeze_panes(1, 0)
        for place, field in enumerate(form.fields.values()):
            page.set_column(place, place, max(16, len(field.label) + 4), paper.text)
            page.write_string(0, place, field.label + (" *" if field.needed else ""), paper.bold)
            if (form.key, field.name) in CHOICES:
                source = lists[form.key, field.name]
                options = {"validate": "list", "source": source, "error_type": "warning"}
                page.data_validation(1, place, LAST_ROW, place, options)
    _guide(paper)
    _lists(paper)
    return paper.bytes()


def _list_places() -> dict[tuple[str, str], str]:
    """Where each list stands on the hidden sheet: some words hold a comma, which a list in a cell cannot."""
    return {
        which: f"='{LISTS}'!${chr(65 + place)}$1:${chr(65 + place)}${len(choices)}"
        for place, (which, choices) in enumerate(CHOICES.items())
    }


def _lists(paper: _Paper) -> None:
    page = paper.book.add_worksheet(LISTS)
    for place, choices in enumerate(CHOICES.values()):
        page.write_column(0, place, choices)
    page.hide()


def _guide(paper: _Paper) -> None:
    page = paper.book.add_worksheet(GUIDE)
    page.set_column(0, 0, 30, paper.wrap)
    page.set_column(1, 9, 34, paper.wrap)
    row = _rows(page, 0, ((rule,) for rule in RULES), None) + 1
    for form in FORMS.values():
        row = _rows(page, row, [(f"Trang tính “{form.name}”",)], paper.bold)
        for field in form.fields.values():
            choices = CHOICES.get((form.key, field.name), ())
            listed = f"{field.help} {'; '.join(choices)}" if len(choices) > 2 else field.help
            row = _rows(page, row, [(field.label + (" *" if field.needed else ""), listed)], None)
        row = _rows(page, row, [("Ví dụ:",)], None)
        row = _rows(page, row, [[field.label for field in form.fields.values()]], paper.bold)
        row = _rows(page, row, example_rows(form), None) + 1


def example_rows(form: Form) -> list[list[str]]:
    return [[example.get(name, "") for name in form.fields] for example in form.examples]


def _rows(page: Any, row: int, lines: Iterable[Sequence[str]], style: Any) -> int:
    for line in lines:
        for place, value in enumerate(line):
            page.write_string(row, place, value, style)
        row += 1
    return row


def error_file(plan: Plan) -> bytes:
    """The whole workbook, for nothing of it was stored: faulty rows first, in red, with the reason."""
    paper = _Paper()
    for key, sheet in plan.book.sheets.items():
        page = paper.book.add_worksheet(sheet.form.name)
        header = [*_plain(sheet.header), REASON, ROW]
        _rows(page, 0, [header], paper.bold)
        page.set_column(0, len(header) - 3, 20, paper.text)
        page.set_column(len(header) - 2, len(header) - 2, 70)
        page.freeze_panes(1, 0)
        lines = sorted(plan.lines[key], key=lambda line: line.status != "error")
        for row, line in enumerate(lines, start=1):
            _line(page, row, line, len(header) - 2, sheet.columns, paper)
    return paper.bytes()


def _plain(header: Sequence[str]) -> list[str]:
    """Without the reasons of an earlier error file."""
    return ["" if name in (REASON, ROW) else name for name in header]


def _line(page: Any, row: int, line: Line, width: int, columns: Mapping[str, int], paper: _Paper) -> None:
    used = set(columns.values())
    style = paper.red if line.status == "error" else paper.text
    cells = [text_of(value) for value in line.cells[:width]]
    if "code14" in line.values:
        cells[columns["code14"]] = line.values["code14"]  # with the zero that a number cell had lost
    for place, value in enumerate(cells):
        if place in used:
            page.write_string(row, place, value, style)
    if line.status == "error":
        page.write_string(row, width, reason_of(line), paper.red)
    page.write_number(row, width + 1, line.number)
