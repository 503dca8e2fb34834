"""Headers in any order and spelling, sheets with titles above, and every usual encoding."""

import unicodedata

import pytest

from tests.workflows.imports.sheets import HEADER, ROWS, text, workbook
from workflows.imports import UnreadableList, read
from workflows.imports.headers import HEADERS, columns_of, fold


def _names(sheet) -> list[object]:  # type: ignore[no-untyped-def]
    return [row[sheet.columns["full_name"]] for _number, row in sheet.rows]


EXPECTED = [row[2] for row in ROWS]


def test_a_list_below_titles_is_found_and_rows_keep_their_numbers() -> None:
    sheet = read(workbook(above=4), "a.xlsx")
    assert _names(sheet) == EXPECTED
    assert [number for number, _row in sheet.rows] == [6, 7, 8]


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
def test_headers_are_known_in_any_normal_form_case_and_order(form: str) -> None:
    header = [unicodedata.normalize(form, name.upper()) for name in reversed(HEADER)]
    sheet = read(workbook([row[::-1] for row in ROWS], header), "a.xlsx")
    assert _names(sheet) == EXPECTED


def test_every_spelling_of_a_header_leads_to_its_field() -> None:
    for field, spellings in HEADERS.items():
        for spelling in spellings:
            assert columns_of([spelling]).get(field) == 0, spelling


def test_no_spelling_belongs_to_two_fields() -> None:
    folded = [fold(spelling) for spellings in HEADERS.values() for spelling in {*map(fold, spellings)}]
    assert len(folded) == len(set(folded))


def test_remarks_in_brackets_and_stars_do_not_hide_a_header() -> None:
    assert columns_of(["Ngày sinh (dd/mm/yyyy) *", "HỌ  VÀ TÊN*"]) == {"birth_date": 0, "full_name": 1}


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("utf-16-le", ","), ("utf-16-be", ";")],
)
def test_a_csv_is_read_in_every_usual_encoding(encoding: str, delimiter: str) -> None:
    assert _names(read(text(encoding=encoding, delimiter=delimiter), "a.csv")) == EXPECTED


def test_a_csv_of_old_vietnamese_windows_is_read() -> None:
    decomposed = [[_for_1258(str(cell)) for cell in row] for row in ROWS]
    data = text(decomposed, [_for_1258(name) for name in HEADER], encoding="cp1258")
    assert _names(read(data, "a.csv")) == EXPECTED


def _for_1258(words: str) -> str:
    """Windows-1258 writes the tone after its letter: ấ is â and a combining acute."""
    letters = []
    for char in unicodedata.normalize("NFC", words):
        try:
            char.encode("cp1258")
            letters.append(char)
        except UnicodeEncodeError:
            marks = unicodedata.normalize("NFD", char)
            tone = next(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
            letters.append(unicodedata.normalize("NFC", marks.replace(tone, "")) + tone)
    return "".join(letters)


def test_an_unknown_encoding_is_named_and_not_guessed() -> None:
    with pytest.raises(UnreadableList, match=r"tiêu đề|bảng mã"):
        read("Họ và tên,Ngày sinh\nNguyễn An,01/01/2009\n".encode("utf-7"), "a.csv")
    with pytest.raises(UnreadableList, match="bảng mã"):
        read(b"\xff\xfe\x00\xd8", "a.csv")


def test_a_wrong_sheet_says_what_was_looked_at_and_what_is_needed() -> None:
    with pytest.raises(UnreadableList, match=r"Danh sách.*Họ và tên.*Ngày sinh"):
        read(workbook([("một", 2)], ("Môn", "Điểm")), "a.xlsx")


def test_two_lists_in_one_file_are_not_chosen_between() -> None:
    with pytest.raises(UnreadableList, match="Khối 11"):
        read(workbook(**{"Khối 11": [HEADER, *ROWS]}), "a.xlsx")


def test_a_second_sheet_without_a_list_does_no_harm() -> None:
    assert _names(read(workbook(**{"Ghi chú": [("Hướng dẫn",)]}), "a.xlsx")) == EXPECTED


def test_a_header_with_nothing_below_it_is_refused() -> None:
    with pytest.raises(UnreadableList, match="chưa có dòng nào"):
        read(workbook([]), "a.xlsx")


def test_a_name_under_one_header_over_two_columns_is_put_together() -> None:
    header = ("TT", "Họ và tên", "", "Ngày sinh")
    sheet = read(workbook([(1, "Nguyễn Thị", "An", "01/01/2009")], header), "a.xlsx")
    assert {"family_middle", "given"} <= sheet.columns.keys()


def test_what_is_not_read_is_said_and_what_may_not_be_kept_is_said_apart() -> None:
    header = (*HEADER, "Dân tộc", "Tôn giáo", "Chiều cao")
    remarks = [str(remark) for remark in read(workbook(header=header), "a.xlsx").remarks]
    assert any("Dân tộc, Tôn giáo" in remark and "quy định" in remark for remark in remarks)
    assert any("Chiều cao" in remark for remark in remarks)
