"""The dry run: what each row would do, and every refusal with the field and the way out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.errors import NotFound
from engine.transactions import Store
from tests.workflows.founding.books import Row, book, example
from tests.workflows.founding.conftest import TODAY
from workflows.founding.planning import Plan, plan, reason_of
from workflows.founding.reading import read
from workflows.founding.sheets import ACCOUNTS, FORMS, MEMBERS, ORGANISATIONS, SCHOOLS
from workflows.organisations.records import commune, organisation

Planned = Callable[[Mapping[str, Sequence[Row]]], Plan]


def reasons(found: Plan) -> list[str]:
    return [f"{line.sheet} {line.number} {reason_of(line)}" for line in found.of("error")]


def test_the_example_of_the_guide_is_clean_and_all_new(planned: Planned, store: Store) -> None:
    found = planned(example())
    assert reasons(found) == []
    assert {key: counts["new"] for key, counts in found.counts.items()} == {
        key: len(form.examples) for key, form in FORMS.items()
    }
    assert found.remarks == ()
    with store.transaction(writing=False) as tx:
        assert tx.execute(select(func.count()).select_from(organisation)).scalar() == 0
        assert tx.execute(select(func.count()).select_from(commune)).scalar() == 0


def test_the_order_of_rows_does_not_matter(planned: Planned) -> None:
    assert planned({key: rows[::-1] for key, rows in example().items()}).clean


def test_a_province_that_does_not_exist_is_named(store: Store) -> None:
    with pytest.raises(NotFound, match="Không có tỉnh"), store.transaction(writing=False) as tx:
        plan(tx, read(book(example())), "Bắc Nình", TODAY)


FAULTS: list[tuple[str, int, dict[str, Any], str, str]] = [
    # sheet, row of the example, what is changed, the field that is named, words of the reason
    (ORGANISATIONS, 0, {"parent": "DU1"}, "parent", "để trống ô này"),
    (ORGANISATIONS, 1, {"name": ""}, "name", "Còn trống"),
    (ORGANISATIONS, 1, {"kind": "Tỉnh ủy", "parent": ""}, "kind", "mỗi hệ thống một tỉnh"),
    (ORGANISATIONS, 1, {"kind": "Hội"}, "kind", "Không nhận ra “Hội”"),
    (ORGANISATIONS, 1, {"since": "2025"}, "since", "dd/mm/yyyy"),
    (ORGANISATIONS, 1, {"since": "01/07/2052"}, "since", "xem lại năm"),
    (ORGANISATIONS, 1, {"since": "30/06/2025"}, "since", "Sớm hơn ngày của “Tỉnh ủy Bắc Ninh” (01/07/2025)"),
    (ORGANISATIONS, 1, {"decided_by": ""}, "decided_by", "Ban thường vụ hoặc Ban chấp hành"),
    (ORGANISATIONS, 1, {"decides": "Không"}, "decides", "ghi Có"),
    (ORGANISATIONS, 1, {"commune": "Xã Không Có"}, "commune", "không có xã, phường nào tên"),
    (ORGANISATIONS, 1, {"code14": "27.1"}, "code14", "14 chữ số"),
    (ORGANISATIONS, 2, {"parent": ""}, "parent", "Còn trống"),
    (ORGANISATIONS, 2, {"parent": "DU9"}, "parent", "Không tìm thấy “DU9”"),
    (ORGANISATIONS, 2, {"parent": "27.001.000.000.000"}, "parent", "Không có tổ chức nào mang mã"),
    (ORGANISATIONS, 2, {"parent": "T1CB1"}, "parent", "không đứng dưới “Chi bộ”"),
    (ORGANISATIONS, 4, {"reference": "du 1"}, "reference", "đã dùng ở dòng 3"),
    (ORGANISATIONS, 5, {"decides": "Có", "decided_by": "BTV"}, "decides", "Chỉ cấp ủy"),
    (ORGANISATIONS, 7, {"name": "Chi bộ 1", "parent": "T1"}, "name", "Trùng với dòng 7"),
    (ORGANISATIONS, 7, {"parent": "Chi bộ Trường THPT Ví dụ Hai"}, "parent", "Vòng tròn"),
    (SCHOOLS, 0, {"commune": "Phường Không Có"}, "commune", "không có xã, phường nào tên"),
    (SCHOOLS, 0, {"party": "T1D"}, "party", "là loại “Đoàn trường"),
    (SCHOOLS, 0, {"cell": ""}, "cell", "Còn trống"),
    (SCHOOLS, 0, {"cell": "T2CB"}, "cell", "không thuộc “Đảng ủy Trường THPT Ví dụ Một”"),
    (SCHOOLS, 0, {"union": "T1CB1"}, "union", "Ở đây cần: Đoàn trường"),
    (SCHOOLS, 1, {"name": "Trường THPT Ví dụ Một"}, "name", "Trùng với dòng 2"),
    (MEMBERS, 0, {"name": "Ví"}, "name", "đủ họ và tên"),
    (MEMBERS, 0, {"birth_date": "02/03/2980"}, "birth_date", "xem lại năm"),
    (MEMBERS, 0, {"status": "Nghỉ"}, "status", "Chính thức, Dự bị, Miễn, Đi vắng"),
    (MEMBERS, 0, {"cell": "DU1"}, "cell", "Ở đây cần: Chi bộ"),
    (MEMBERS, 0, {"since": "30/06/2025"}, "since", "hoặc để trống"),
    (MEMBERS, 0, {"admitted_on": "02/09/2009", "official_on": "01/09/2009"}, "official_on", "sau ngày vào"),
    (MEMBERS, 1, {"name": "Nguyễn Thị Ví Dụ", "birth_date": "02/03/1980"}, "name", "Trùng với dòng 2"),
    (ACCOUNTS, 0, {"username": "Bí thư"}, "username", "Có thể dùng “bithu”"),
    (ACCOUNTS, 0, {"username": "vidu2.bithu"}, "username", "chọn tên đăng nhập khác"),
    (ACCOUNTS, 0, {"position": "Sếp"}, "position", "Không nhận ra “Sếp”"),
    (ACCOUNTS, 0, {"organisation": "Chi bộ 9"}, "organisation", "Không tìm thấy"),
    (ACCOUNTS, 0, {"since": "30/06/2025"}, "since", "Sớm hơn ngày của “Chi bộ 1”"),
    (ACCOUNTS, 0, {"name": "Nguyễn Thị Lạ"}, "member", "Không có đảng viên tên này"),
    (ACCOUNTS, 2, {"member": "Không"}, "member", "Người giúp đỡ phải là đảng viên"),
    (ACCOUNTS, 2, {"position": "Phó bí thư"}, "", "Trùng với dòng 3"),
    (ACCOUNTS, 3, {"organisation": "T1CB1"}, "position", "chỉ có ở: Đoàn trường"),
]


@pytest.mark.parametrize(
    ("sheet", "row", "change", "field", "why"),
    FAULTS,
    ids=[
        f"{sheet}-{row}-{'-'.join(change)}-{place}" for place, (sheet, row, change, *_) in enumerate(FAULTS)
    ],
)
def test_a_faulty_row_names_the_field_and_the_way_out(
    planned: Planned, sheet: str, row: int, change: dict[str, Any], field: str, why: str
) -> None:
    rows = example()
    rows[sheet][row] |= change
    found = [
        (fault.field or "", str(fault.text))
        for line in planned(rows).of("error")
        if line.sheet == sheet
        for fault in line.faults
    ]
    assert any(named == field and why in text for named, text in found), found


def test_a_name_that_two_organisations_bear_asks_for_the_reference(planned: Planned) -> None:
    rows = example()
    rows[ORGANISATIONS].append({"name": "Chi bộ 1", "kind": "Chi bộ", "parent": "DU1", "since": "01/07/2025"})
    assert planned(rows).clean  # the same name under another superior is another cell
    rows[MEMBERS][0]["cell"] = "Chi bộ 1"
    assert ["Có 2 tổ chức tên “Chi bộ 1”" in reason for reason in reasons(planned(rows))] == [True]


def test_marks_make_two_names_and_the_place_of_a_tone_does_not(planned: Planned) -> None:
    rows = example()
    cell = {"kind": "Chi bộ", "parent": "DU1", "since": "01/07/2025"}
    rows[ORGANISATIONS] += [{**cell, "name": name} for name in ("Chi bộ thôn Hạ", "Chi bộ thôn Há")]
    assert planned(rows).clean
    rows[ORGANISATIONS] += [{**cell, "name": name} for name in ("Chi bộ Hòa", "chi bộ  hoà")]
    assert reasons(planned(rows)) == [
        "organisations 14 Tên tổ chức: Trùng với dòng 13: cùng tên, cùng cấp trên."
    ]


def test_a_loop_of_three_ends_in_words(planned: Planned) -> None:
    rows = example()
    for name, parent in (("A", "B"), ("B", "C"), ("C", "A")):
        rows[ORGANISATIONS].append(
            {
                "reference": name,
                "name": name,
                "kind": "Đảng ủy cơ sở",
                "parent": parent,
                "since": "01/07/2025",
            }
        )
    assert all("Vòng tròn" in reason for reason in reasons(planned(rows)))
    assert len(reasons(planned(rows))) == 3


def test_a_number_cell_that_lost_its_zero_is_a_code_again(planned: Planned) -> None:
    rows = example()
    rows[ORGANISATIONS][0]["code14"] = 1_000_000_000_000  # 01.000.000.000.000 as Excel keeps it
    found = planned(rows)
    assert found.lines[ORGANISATIONS][0].values["code14"] == "01.000.000.000.000"
    rows[ORGANISATIONS][1]["parent"] = "01000000000000"
    assert planned(rows).clean


def test_cells_that_nobody_decides_for_are_told(planned: Planned) -> None:
    rows = example()
    for row in rows[ORGANISATIONS]:
        row.pop("decides", None)
        row.pop("decided_by", None)
    found = planned(rows)
    assert found.clean
    assert [str(remark) for remark in found.remarks] == [
        "Chưa có cấp nào quyết định kết nạp phía trên: Chi bộ 1, Chi bộ Trường THPT Ví dụ Hai."
    ]


def test_two_people_of_one_name_need_their_birth_dates(planned: Planned) -> None:
    rows = example()
    twin = {"name": "Nguyễn Thị Ví Dụ", "cell": "T1CB1", "status": "Chính thức"}
    rows[MEMBERS].append({**twin, "birth_date": "05/06/1990"})
    found = planned(rows)
    assert "Có 2 đảng viên tên này" in reasons(found)[0]
    rows[ACCOUNTS][0]["member"] = "Nguyễn Thị Ví Dụ, 05/06/1990"
    found = planned(rows)
    assert found.clean
    person = found.accounts.seats[0].person
    assert person is not None and person.line is found.lines[MEMBERS][3]


def test_hundreds_of_faults_in_one_file_are_all_found(planned: Planned) -> None:
    rows = example()
    rows[MEMBERS] += [{"name": f"Người {n}", "cell": "x", "status": "y"} for n in range(300)]
    assert len(planned(rows).of("error")) == 300
