"""The files that a founding gives back: template, error file, slips."""

from collections.abc import Callable, Mapping, Sequence

import pytest
from argon2 import PasswordHasher

from engine.transactions import Store
from tests.workflows.founding.books import PROVINCE, Row, book, example, pages
from tests.workflows.founding.conftest import TODAY
from workflows.founding.papers import error_file, template
from workflows.founding.planning import Plan, plan
from workflows.founding.reading import read
from workflows.founding.sheets import FORMS, ORGANISATIONS, REASON, form_of
from workflows.founding.slips import CUT, LETTERS, make_slip, sheet_of
from workflows.imports.faults import UnreadableList
from workflows.imports.workbook import sheets_of

Planned = Callable[[Mapping[str, Sequence[Row]]], Plan]


def test_the_template_is_an_empty_workbook_with_every_column_and_a_guide() -> None:
    sheets = dict(sheets_of(template()))
    assert list(sheets) == ["Tổ chức", "Trường", "Đảng viên", "Tài khoản", "Hướng dẫn"]
    for name, rows in list(sheets.items())[:4]:
        form = form_of(name)
        assert form is not None
        assert list(form.columns_of(rows[0])) == list(form.fields)
        assert len(rows) == 1
    with pytest.raises(UnreadableList, match="Không có dòng nào"):
        read(template())


def test_the_error_file_holds_every_row_the_faulty_first_with_the_reason(planned: Planned) -> None:
    rows = example()
    rows[ORGANISATIONS][5]["parent"] = "T9"
    found = planned(rows)
    sheets = dict(sheets_of(error_file(found)))
    header, first, *others = sheets["Tổ chức"]
    reason = list(header).index(REASON)
    assert first[1] == "Chi bộ 1"
    assert "Trực thuộc: Không tìm thấy “T9”" in str(first[reason])
    assert first[reason + 1] == 7
    assert len(others) == len(rows[ORGANISATIONS]) - 1
    assert {row[reason] for row in others} == {""}


def test_the_error_file_corrected_in_place_is_clean_and_has_no_stale_columns(
    planned: Planned, store: Store
) -> None:
    rows = example()
    rows[ORGANISATIONS][0]["code14"] = 1_000_000_000_000
    rows[ORGANISATIONS][5]["since"] = "1/7/25"
    once = planned(rows)
    assert len(once.of("error")) == 1
    with store.transaction(writing=False) as tx:
        twice = plan(tx, read(error_file(once)), PROVINCE, TODAY)
        assert twice.remarks == ()
        assert len(twice.of("error")) == 1
        header = dict(sheets_of(error_file(twice)))["Tổ chức"][0]
        assert [cell for cell in header if cell].count(REASON) == 1
    corrected = [
        (name, [[("01/07/2025" if cell == "1/7/25" else cell) for cell in row] for row in lines])
        for name, lines in sheets_of(error_file(twice))
    ]
    with store.transaction(writing=False) as tx:
        assert plan(tx, read(pages(corrected)), PROVINCE, TODAY).clean


def test_a_password_is_random_long_and_hashed_as_signing_in_verifies_it() -> None:
    one, other = make_slip("a", "A"), make_slip("a", "A")
    assert one.password != other.password
    assert len(one.password) == 19 and set(one.password) <= {*LETTERS, "-"}
    assert PasswordHasher().verify(one.hashed, one.password)
    assert one.hashed.startswith("$argon2id$")
    assert one.password not in repr(one) and one.hashed not in repr(one)


def test_a_slip_says_where_who_and_what_to_do_first() -> None:
    slips = [make_slip("bithu", "Nguyễn Thị A"), make_slip("doan", "Trần Văn B")]
    paper = sheet_of(slips, "https://ketnap.example")
    for slip, words in zip(slips, paper.split(f"{CUT}\n"), strict=False):
        assert slip.name in words and slip.username in words and slip.password in words
    assert paper.count("https://ketnap.example") == 2
    assert paper.count("đăng nhập, chọn mật khẩu của mình") == 2


def test_the_guide_shows_an_example_of_every_sheet() -> None:
    assert all(form.examples for form in FORMS.values())
    guide = {str(cell) for row in dict(sheets_of(template()))["Hướng dẫn"] for cell in row}
    assert {value for rows in example().values() for row in rows for value in row.values()} <= guide
    assert read(book(example())).sheets.keys() == FORMS.keys()
