"""The roll, sealed fields, the pool and the import of a list, through their pages."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from engine.records import read_log
from tests.web.conftest import Person
from tests.workflows.builders import World
from workflows.access.records import upload
from workflows.people.identity import write_student_personal
from workflows.people.records import pool_entry, pool_review, student
from workflows.people.students import add_student


@pytest.fixture
def minh(world: World) -> int:
    with world.store.transaction() as tx:
        number = add_student(
            tx,
            world.institution,
            "Đặng Thị Hòa Minh",
            date(2008, 3, 1),
            grade=12,
            class_name="12A2",
            code="LX07",
        )
        write_student_personal(tx, number, {"identity_number": "024208001234", "address": "Thôn Minh Họa"})
    return number


def names(page: str) -> list[str]:
    return re.findall(r'class="main" href="/students/\d+">([^<]*)<', page)


@pytest.mark.parametrize("words", ["dang thi hoa", "HOÀ MINH", "Hòa", "lx07"])
def test_the_roll_is_searched_without_accents(minh: int, person: Callable[[str], Person], words: str) -> None:
    user = person("union1")
    user.get(f"/students?q={words}")
    assert names(user.page) == ["Đặng Thị Hòa Minh"]


def test_a_search_takes_percent_signs_for_what_they_are(minh: int, person: Callable[[str], Person]) -> None:
    user = person("union1")
    user.get("/students?q=%25")
    assert len(names(user.page)) == 3  # nothing is left to look for: everybody


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("class=12A2", ["Đặng Thị Hòa Minh"]),
        ("age=of_age", ["Trần Thị Nghiệm", "Nguyễn Văn Thử"]),
        ("age=within_year", ["Đặng Thị Hòa Minh"]),
        ("age=younger", []),
        ("pool=out", ["Đặng Thị Hòa Minh", "Trần Thị Nghiệm", "Nguyễn Văn Thử"]),
        ("pool=in", []),
        ("pool=case", []),
    ],
)
def test_the_roll_is_filtered_by_class_age_and_pool(
    minh: int, person: Callable[[str], Person], query: str, expected: list[str]
) -> None:
    user = person("union1")
    user.get(f"/students?{query}")
    assert names(user.page) == expected


def test_the_roll_of_another_institution_is_not_shown(minh: int, person: Callable[[str], Person]) -> None:
    superior = person("commune1")
    superior.get("/students")
    assert names(superior.page) == []
    assert superior.get(f"/students/{minh}").status_code == 404
    superior.get("/search?q=minh")
    assert "Đặng Thị Hòa Minh" not in superior.page


def test_sealed_fields_are_shown_only_when_asked_for_with_a_purpose_and_the_reading_is_logged(
    world: World, minh: int, person: Callable[[str], Person]
) -> None:
    user = person("cell1")
    user.get(f"/students/{minh}")
    assert "024208001234" not in user.page
    assert "*********234" in user.page
    refused = user.post(f"/students/{minh}/reveal", {"_form": "reveal", "wanted": "identity_number"})
    assert refused.status_code == 422
    assert "024208001234" not in user.page
    assert world.rows(select(func.count()).select_from(read_log))[0][0] == 0
    user.post(
        f"/students/{minh}/reveal", {"_form": "reveal", "wanted": "identity_number", "purpose": "check"}
    )
    assert "024208001234" in user.page
    assert "Thôn Minh Họa" not in user.page
    logged = world.rows(select(read_log.c.by, read_log.c.fields, read_log.c.purpose))
    assert [tuple(row) for row in logged] == [
        (world.users["cell1"], ["identity_number"], "Đối chiếu giấy tờ")
    ]
    user.get(f"/students/{minh}")
    assert "024208001234" not in user.page
    assert "Đối chiếu giấy tờ" in user.page


def test_a_student_enters_the_pool_by_a_named_proposer_and_leaves_with_a_reason(
    world: World, minh: int, person: Callable[[str], Person]
) -> None:
    user = person("union1")
    user.get(f"/students/{minh}")
    refused = user.post(f"/students/{minh}/pool", {"_form": "propose", "on": "18/08/2025"})
    assert refused.status_code == 422
    assert 'id="propose-proposer-error"' in user.page
    user.post(f"/students/{minh}/pool", {"_form": "propose", "on": "18/08/2025", "proposer": "Cô giáo Mẫu"})
    assert "Đã đưa vào nguồn." in user.page
    assert "Cô giáo Mẫu" in user.page
    user.post(f"/students/{minh}/pool/leave", {"_form": "leave", "on": "18/08/2025", "reason": "own_wish"})
    assert "Chưa ở trong nguồn." in user.page
    rows = world.rows(select(pool_entry.c.reason).where(pool_entry.c.student_id == minh))
    assert [row.reason for row in rows] == ["own_wish"]


def test_the_cell_confirms_its_list_in_one_act(
    world: World, minh: int, person: Callable[[str], Person]
) -> None:
    union, cell = person("union1"), person("cell1")
    for number in (minh, world.students[0]):
        union.get(f"/students/{number}")
        union.post(f"/students/{number}/pool", {"_form": "propose", "on": "18/08/2025", "proposer": "Cô Mẫu"})
    cell.get(f"/pool/{world.cell}/confirm")
    cell.post(f"/pool/{world.cell}/confirm", {"meeting_on": "18/08/2025", f"leave-{minh}": "standards"})
    assert "giữ 1 người, đưa ra 1 người" in cell.page
    assert world.rows(select(func.count()).select_from(pool_review))[0][0] == 1
    again = cell.post(f"/pool/{world.cell}/confirm", {"meeting_on": "18/08/2025"})
    assert again.status_code == 409


def sheet(rows: list[list[str]]) -> bytes:
    output = BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    page = book.add_worksheet("Danh sách")
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return output.getvalue()


HEADER = ["STT", "Lớp", "Họ và tên", "Ngày sinh", "Số định danh"]


def send(user: Person, world: World, content: bytes, name: str = "ds.xlsx") -> Any:
    user.get("/import")
    return user.post("/import", {"institution": str(world.institution), "file": (BytesIO(content), name)})


def test_a_list_is_tried_first_then_taken_over_and_a_second_time_changes_nothing(
    world: World, person: Callable[[str], Person]
) -> None:
    content = sheet([HEADER, ["1", "12A1", "Lê Hoàng Châu", "07/03/2008", "024208009999"]])
    user = person("union1")
    answer = send(user, world, content)
    assert re.fullmatch(r"/import/\d+", answer.request.path)
    assert "thêm 1" in user.page
    assert count(world) == 2
    user.post(answer.request.path, {})
    assert "thêm 1 người" in user.page
    assert count(world) == 3
    assert world.rows(select(func.count()).select_from(upload))[0][0] == 0
    answer = send(user, world, content)
    assert "giữ nguyên 1" in user.page
    assert "Ghi 1 dòng" not in user.page


def count(world: World) -> int:
    return int(world.rows(select(func.count()).select_from(student))[0][0])


def test_faulty_rows_are_named_and_come_back_as_a_file(world: World, person: Callable[[str], Person]) -> None:
    rows = [
        HEADER,
        ["1", "12A1", "Lê Hoàng Châu", "31/02/2008", ""],
        ["2", "12A1", "Vũ Thị Hà", "09/05/2008", ""],
    ]
    user = person("union1")
    answer = send(user, world, sheet(rows))
    assert "lỗi 1" in user.page
    assert "Lê Hoàng Châu" in user.page
    file = user.client.get(answer.request.path + "/errors.xlsx", base_url="https://localhost")
    assert file.headers["Content-Disposition"] == 'attachment; filename="ds-can-sua.xlsx"'
    assert file.data.startswith(b"PK")
    user.get(answer.request.path)
    user.post(answer.request.path, {})
    assert count(world) == 3


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "ds.xlsx"),
        (b"khong phai excel", "ds.xlsx"),
        (b"PK\x03\x04hong", "ds.xlsx"),
        (b"MZ", "ds.exe"),
        ("Tên,Gì đó\na,b\n".encode(), "ds.csv"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_a_sentence_and_nothing_is_kept(
    world: World, person: Callable[[str], Person], content: bytes, name: str
) -> None:
    user = person("union1")
    answer = send(user, world, content, name)
    assert answer.status_code == 422
    assert 'role="alert"' in user.page
    assert world.rows(select(func.count()).select_from(upload))[0][0] == 0


def test_an_uploaded_list_is_sealed(world: World, person: Callable[[str], Person]) -> None:
    send(person("union1"), world, "Họ và tên,Ngày sinh\nLê Hoàng Châu,07/03/2008\n".encode(), "ds.csv")
    stored = world.rows(select(upload.c.sealed))[0].sealed
    assert "Châu".encode() not in bytes(stored)


def test_nobody_imports_for_an_institution_that_is_not_the_own(
    world: World, person: Callable[[str], Person]
) -> None:
    user = person("commune1")
    answer = send(user, world, sheet([HEADER, ["1", "12A1", "Lê Hoàng Châu", "07/03/2008", ""]]))
    assert answer.status_code == 422
    assert count(world) == 2


def test_the_list_leaves_as_a_sheet_with_the_filters_of_the_page(
    world: World, person: Callable[[str], Person]
) -> None:
    user = person("cell1")
    user.get("/students?q=khong-co-ai")
    assert "Không có ai khớp" in user.page
    answer = user.get("/students/export.xlsx?q=")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "Họ và tên"
    assert len(rows) - 1 == len(world.students)
    none = user.get("/students/export.xlsx?q=khong-co-ai")
    assert len(CalamineWorkbook.from_filelike(BytesIO(none.data)).get_sheet_by_index(0).to_python()) == 1


def test_a_student_who_left_is_out_of_list_and_pool_and_never_with_an_open_case(
    world: World, person: Callable[[str], Person]
) -> None:
    user, one = person("cell1"), world.students[0]
    world.nominate()
    user.get(f"/students/{one}")
    assert "Ghi rời trường" not in user.page
    gone = {"reason": "graduated", "on": f"{world.today:%d/%m/%Y}"}
    assert user.post(f"/students/{one}/left", gone).status_code == 409
    assert "đang có hồ sơ mở" in user.page
    other = world.students[1]
    user.get(f"/students/{other}")
    tomorrow = {**gone, "on": f"{world.today + timedelta(days=1):%d/%m/%Y}"}
    assert user.post(f"/students/{other}/left", tomorrow).status_code == 422
    user.post(f"/students/{other}/left", gone)
    assert "Đã ghi rời trường" in user.page and f'href="/students/{other}"' not in user.page
    assert user.post(f"/students/{other}/left", gone).status_code == 409
