"""A list compared with the institution's students, taken over once, and faulty rows handed back."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, update

from engine.errors import NotFound
from engine.journal import entries
from engine.secrets import reveal
from engine.transactions import Store
from tests.workflows.imports.sheets import HEADER, ROWS, workbook
from tests.workflows.people.conftest import NOW
from workflows.demo import School, World
from workflows.imports import Report, error_file, plan, read, reason_of, take_over
from workflows.organisations.records import institution
from workflows.people.consents import give_consent
from workflows.people.identity import index_of
from workflows.people.records import result, student
from workflows.people.students import student_left

ON = date(2026, 11, 23)
BASE = dict(zip(HEADER, ROWS[0], strict=True))


@pytest.fixture
def place(bare_store: Store, world: World) -> int:
    """A school with nobody in it."""
    with bare_store.transaction() as tx:
        row = {"name": "Trường THPT Minh họa Trống", "name_key": "trong", "kind": "high_school"}
        return tx.insert(institution, {**row, "cell_id": world.schools[0].cell_id})


def _sheet(rows: Any = ROWS, header: Any = HEADER):  # type: ignore[no-untyped-def]
    return read(workbook(rows, header), "danh sách.xlsx")


def _one(**cells: Any):  # type: ignore[no-untyped-def]
    """A list of one row: the base row with these cells; a new header adds a column."""
    row = BASE | cells
    return _sheet([tuple(row.values())], tuple(row))


def _plan(store: Store, where: int, sheet: Any) -> Report:
    with store.transaction(writing=False) as tx:
        return plan(tx, where, sheet, ON)


def _commit(store: Store, where: int, sheet: Any) -> Report:
    with store.transaction() as tx:
        return take_over(tx, where, sheet, on=ON, by=1, now=NOW)


def _rows(store: Store, where: int) -> list[Any]:
    with store.transaction(writing=False) as tx:
        query = select(student).where(student.c.institution_id == where).order_by(student.c.code)
        return list(tx.execute(query))


def test_a_dry_run_writes_nothing(bare_store: Store, place: int) -> None:
    assert _plan(bare_store, place, _sheet()).counts == {"new": 3, "same": 0, "changed": 0, "error": 0}
    assert _rows(bare_store, place) == []


def test_a_list_is_taken_over_with_its_cell_grades_and_sealed_numbers(
    bare_store: Store, place: int, world: World
) -> None:
    _commit(bare_store, place, _sheet())
    rows = _rows(bare_store, place)
    assert [(row.code, row.given_name, row.grade, row.gender) for row in rows] == [
        ("HS001", "Anh", 12, "female"),
        ("HS002", "Bình", 11, "male"),
        ("HS003", "Cường", 10, "male"),
    ]
    assert {row.cell_id for row in rows} == {world.schools[0].cell_id}
    assert rows[0].identity_tail == "011"
    with bare_store.transaction() as tx:
        found = reveal(tx, "student", rows[0].id, ["identity_number"], by=1, purpose="thử", now=NOW)
        kinds = [entry.kind for entry in entries(tx, None)]
    assert found == {"identity_number": "001309000011"}
    assert kinds.count("student_list_imported") == 1


def test_the_same_list_twice_changes_nothing_and_leaves_no_second_trace(
    bare_store: Store, place: int
) -> None:
    header = (*HEADER, "Địa chỉ", "Điện thoại", "Năm học", "Học lực", "Rèn luyện", "Xã/phường")
    rows = [
        (*row, "Thôn Minh họa", "0912000001", "2025-2026", "Tốt", "Khá", "Phường Kinh Bắc") for row in ROWS
    ]
    _commit(bare_store, place, _sheet(rows, header))
    before = _rows(bare_store, place)
    again = _commit(bare_store, place, _sheet(rows, header))
    assert again.counts == {"new": 0, "same": 3, "changed": 0, "error": 0}
    assert _rows(bare_store, place) == before
    with bare_store.transaction() as tx:
        assert [entry.kind for entry in entries(tx, None)].count("student_list_imported") == 1


def test_another_order_of_columns_and_of_tone_marks_is_still_the_same_list(
    bare_store: Store, place: int
) -> None:
    _commit(bare_store, place, _one(**{"Họ và tên": "Lê Thị Hoà"}))
    turned = _sheet([tuple((BASE | {"Họ và tên": "LÊ THỊ HÒA"}).values())[::-1]], HEADER[::-1])
    assert _plan(bare_store, place, turned).counts["same"] == 1


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"Họ và tên": "Nguyễn Thị Minh Ánh"}, "full_name"),
        ({"Ngày sinh": "06/03/2009"}, "birth_date"),
        ({"Lớp": "12A2"}, "class_name"),
        ({"Giới tính": "Nam"}, "gender"),
        ({"Mã học sinh": "HS999"}, "code"),
        ({"Số định danh cá nhân": "001309000099"}, "identity_number"),
        ({"Điện thoại": "0912000002"}, "phone"),
        ({"Học kỳ": "HK1 2026-2027", "Học lực": "Tốt"}, "study"),
    ],
)
def test_a_change_is_named_and_made(bare_store: Store, place: int, cells: dict[str, str], field: str) -> None:
    _commit(bare_store, place, _sheet())
    changed = _plan(bare_store, place, _one(**cells))
    assert [(line.status, line.changes) for line in changed.lines] == [("changed", (field,))]
    _commit(bare_store, place, _one(**cells))
    assert len(_rows(bare_store, place)) == 3
    assert _plan(bare_store, place, _one(**cells)).counts["same"] == 1


def test_an_empty_cell_takes_nothing_away(bare_store: Store, place: int) -> None:
    _commit(bare_store, place, _sheet())
    assert _plan(bare_store, place, _one(**{"Giới tính": "", "Lớp": None})).counts["same"] == 1


def test_without_a_number_the_code_knows_somebody_and_without_both_name_birth_date_and_class(
    bare_store: Store, place: int
) -> None:
    _commit(bare_store, place, _sheet())
    by_code = _one(**{"Số định danh cá nhân": None, "Lớp": "12A5"})
    assert [line.changes for line in _plan(bare_store, place, by_code).lines] == [("class_name",)]
    by_name = _one(**{"Số định danh cá nhân": None, "Mã học sinh": None, "Giới tính": "Nam"})
    assert [line.changes for line in _plan(bare_store, place, by_name).lines] == [("gender",)]
    namesake = _one(**{"Số định danh cá nhân": None, "Mã học sinh": "HS777"})
    assert _plan(bare_store, place, namesake).counts["new"] == 1


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"Ngày sinh": "31/02/2009"}, "Ngày sinh: Không có ngày 31/02/2009"),
        ({"Ngày sinh": "01/01/2031"}, "tương lai"),
        ({"Ngày sinh": "01/01/1890"}, "không hợp lý"),
        ({"Ngày sinh": None}, "Thiếu ngày sinh"),
        ({"Họ và tên": None}, "Thiếu họ và tên"),
        ({"Giới tính": "khác"}, "Nam hoặc Nữ"),
        ({"Số định danh cá nhân": "12345"}, "12 chữ số"),
        ({"Khối": "mười"}, "Khối phải là một số"),
        ({"Lớp": "x" * 60}, "Dài quá"),
    ],
)
def test_a_faulty_row_says_what_to_do_and_the_others_are_taken(
    bare_store: Store, place: int, cells: dict[str, Any], says: str
) -> None:
    good = BASE | {"Mã học sinh": "HS002", "Số định danh cá nhân": "001209000022"}
    if "Khối" in cells:
        good |= {"Khối": "12"}
    sheet = _sheet([tuple((BASE | cells).values()), tuple(good.values())], tuple(BASE | cells))
    report = _commit(bare_store, place, sheet)
    assert report.counts == {"new": 1, "same": 0, "changed": 0, "error": 1}
    assert says in reason_of(report.of("error")[0])
    assert [row.code for row in _rows(bare_store, place)] == ["HS002"]


def test_all_faults_of_a_row_are_told_at_once(bare_store: Store, place: int) -> None:
    line = _plan(bare_store, place, _one(**{"Ngày sinh": "31/02/2009", "Giới tính": "?"})).lines[0]
    assert {fault.field for fault in line.faults} == {"birth_date", "gender"}


def test_a_double_inside_the_file_names_the_first_row(bare_store: Store, place: int) -> None:
    report = _plan(bare_store, place, _sheet([ROWS[0], ROWS[1], ROWS[0]]))
    assert [line.status for line in report.lines] == ["new", "new", "error"]
    assert "Trùng với dòng 2" in reason_of(report.lines[2])


def test_two_rows_that_mean_one_stored_student_are_a_double(bare_store: Store, place: int) -> None:
    _commit(bare_store, place, _sheet())
    without = (1, "HS001", *ROWS[0][2:6], None)
    other_mark = (2, None, *ROWS[0][2:])
    report = _plan(bare_store, place, _sheet([without, other_mark]))
    assert [line.status for line in report.lines] == ["same", "error"]


def test_a_code_of_somebody_else_is_refused(bare_store: Store, place: int) -> None:
    _commit(bare_store, place, _sheet())
    stolen = _one(**{"Mã học sinh": "HS002"})
    assert "đang thuộc người khác" in reason_of(_plan(bare_store, place, stolen).lines[0])
    stranger = _one(**{"Mã học sinh": "HS002", "Số định danh cá nhân": "001309000077"})
    assert "đang thuộc người khác" in reason_of(_plan(bare_store, place, stranger).lines[0])


def test_somebody_who_is_at_another_school_now_is_refused_and_welcome_once_left(
    bare_store: Store, place: int, school: School
) -> None:
    there = school.students[0]
    sheet = _one(**{"Số định danh cá nhân": "999000000000"})
    report = _plan(bare_store, place, sheet)
    assert "trường khác" in reason_of(report.lines[0])
    assert school.name not in reason_of(report.lines[0])
    with bare_store.transaction() as tx:
        student_left(tx, there, on=date(2026, 11, 1), reason="transferred")
    assert _commit(bare_store, place, sheet).counts["new"] == 1


def test_membership_in_the_union_waits_for_consent(bare_store: Store, place: int) -> None:
    sheet = _one(**{"Đoàn viên": "x", "Ngày vào Đoàn": "26/03/2024"})
    report = _commit(bare_store, place, sheet)
    assert any("đoàn viên" in str(remark) for remark in report.remarks)
    one = _rows(bare_store, place)[0]
    assert one.union_member is None
    with bare_store.transaction() as tx:
        give_consent(tx, one.id, "union", on=ON, by=1, now=NOW)
    assert _commit(bare_store, place, sheet).counts["changed"] == 1
    row = _rows(bare_store, place)[0]
    assert (row.union_member, row.union_joined_on) == (True, date(2024, 3, 26))
    assert _commit(bare_store, place, sheet).counts["same"] == 1


def test_results_need_their_term(bare_store: Store, place: int) -> None:
    report = _commit(bare_store, place, _one(**{"Học lực": "Tốt"}))
    assert any("Học kỳ" in str(remark) for remark in report.remarks)
    _commit(bare_store, place, _one(**{"Học lực": "Tốt", "Rèn luyện": "Khá", "Năm học": "2025-2026"}))
    with bare_store.transaction(writing=False) as tx:
        one = _rows(bare_store, place)[0].id
        row = tx.execute(select(result).where(result.c.student_id == one)).one()
    assert (row.term, row.study, row.conduct) == ("2025-2026", "excellent", "good")


def test_an_unknown_commune_leaves_the_residence_open(bare_store: Store, place: int, world: World) -> None:
    report = _commit(bare_store, place, _one(**{"Xã/phường": "Xã Không Có"}))
    assert report.counts["new"] == 1
    assert "Xã Không Có" in str(report.lines[0].draft.remarks[0])
    _commit(bare_store, place, _one(**{"Xã/phường": "phường KINH BẮC"}))
    assert _rows(bare_store, place)[0].commune_code is not None


def test_rows_that_name_nobody_are_passed_over_and_counted(bare_store: Store, place: int) -> None:
    report = _plan(bare_store, place, _sheet([*ROWS, ("Tổng số: 3",), (None, "Người lập biểu")]))
    assert report.counts["new"] == 3
    assert any("2 dòng" in str(remark) for remark in report.remarks)


def test_a_university_list_has_courses_and_no_grades(bare_store: Store, world: World) -> None:
    higher = world.schools[-1].institution_id
    sheet = _one(
        **{"Lớp": "12CNTT", "Khóa": "K17", "Ngành": "Công nghệ minh họa", "Dự kiến tốt nghiệp": "30/06/2028"}
    )
    _commit(bare_store, higher, sheet)
    row = next(row for row in _rows(bare_store, higher) if row.code == "HS001")
    assert (row.grade, row.course, row.graduation_on) == (None, "K17", date(2028, 6, 30))


def test_the_error_file_can_be_corrected_and_imported(bare_store: Store, place: int) -> None:
    bad = (1, "HS001", "=HYPERLINK(0) An", "31/02/2009", "Nữ", "12A1", 1309000011)
    report = _commit(bare_store, place, _sheet([bad, ROWS[1]]))
    data = error_file(report)
    back = read(data, "cần sửa.xlsx")
    assert back.header[-2:] == ("Lý do cần sửa", "Dòng trong tệp gốc")
    ((_number, row),) = back.rows
    assert row[2] == "=HYPERLINK(0) An"  # text, not a formula
    assert "31/02/2009" in str(row[-2])
    assert row[-1] == 2
    corrected = [*row]
    corrected[2], corrected[3] = "Nguyễn An", "28/02/2009"
    again = _commit(bare_store, place, _sheet([corrected], back.header))
    assert again.counts["new"] == 1
    assert again.remarks == ()


def test_an_unknown_institution_is_not_found(bare_store: Store, world: World) -> None:
    with pytest.raises(NotFound):
        _plan(bare_store, 10**6, _sheet())


def test_the_index_in_the_students_row_is_that_of_the_sealed_number(bare_store: Store, place: int) -> None:
    _commit(bare_store, place, _sheet())
    with bare_store.transaction(writing=False) as tx:
        assert _rows(bare_store, place)[0].identity_index == index_of(tx, "001309000011")


def test_nobody_of_the_list_is_taken_for_somebody_who_left(bare_store: Store, place: int) -> None:
    _commit(bare_store, place, _sheet())
    with bare_store.transaction() as tx:
        tx.execute(
            update(student)
            .where(student.c.institution_id == place)
            .values(left_on=ON, left_reason="graduated")
        )
    assert _commit(bare_store, place, _sheet()).counts["new"] == 3
    with bare_store.transaction(writing=False) as tx:
        query = select(func.count()).where(student.c.institution_id == place)
        assert tx.execute(query).scalar() == 6
