"""Paper cases under way come in by a sheet: an empty form, a dry run by row, then taking over."""

import io
from collections.abc import Callable
from datetime import date

from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from engine.records import case
from tests.web.conftest import Person
from tests.workflows.admission.test_adoption import BAD, GOOD, NOBODY, sheet
from tests.workflows.builders import World
from workflows.access.records import upload
from workflows.imports.headers import fold


def send(user: Person, world: World, content: bytes, name: str = "giay.csv") -> int:
    user.get("/adoption")
    file = (io.BytesIO(content), name)
    answer = user.post("/adoption", {"institution": world.institution, "file": file})
    return answer.status_code


def count(world: World) -> int:
    return int(world.rows(select(func.count()).select_from(case))[0][0])


def test_a_sheet_is_looked_at_row_by_row_and_then_taken_over(
    world: World, person: Callable[[str], Person]
) -> None:
    world.today = date(2025, 3, 3)
    user = person("school1")
    assert send(user, world, sheet(GOOD, BAD, NOBODY)) == 200
    assert "tiếp nhận được 1" in user.page
    assert "lỗi 2" in user.page
    assert "Trần Thị Nghiệm" in user.page
    assert "cần đúng một" in user.page
    assert count(world) == 0  # the dry run left nothing
    number = world.rows(select(func.max(upload.c.id)))[0][0]
    user.post(f"/adoption/{number}", {})
    assert "Đã tiếp nhận 1 hồ sơ; chưa ghi 2 dòng lỗi." in user.page
    assert "Nguyễn Văn Thử" in user.page
    assert count(world) == 1
    assert user.get(f"/adoption/{number}").status_code == 404  # taken over once


def test_the_empty_form_has_the_columns_that_are_read(world: World, person: Callable[[str], Person]) -> None:
    answer = person("cell1").get("/adoption/template.xlsx")
    assert answer.status_code == 200
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    header = [fold(str(one)) for one in rows[0]]
    assert len(rows) == 1
    for name in sheet().decode("utf-8-sig").split("\n")[0].split(","):
        assert fold(name) in header


def test_a_filled_form_is_read_back(world: World, person: Callable[[str], Person]) -> None:
    world.today = date(2025, 3, 3)
    user = person("cell1")
    blank = user.get("/adoption/template.xlsx").data
    header = CalamineWorkbook.from_filelike(io.BytesIO(blank)).get_sheet_by_index(0).to_python()[0]
    names = sheet().decode("utf-8-sig").split("\n")[0].split(",")
    values = {fold(name): value for name, value in zip(names, GOOD.split(","), strict=True)}
    lines = [",".join(str(one) for one in header), ",".join(values.get(fold(str(one)), "") for one in header)]
    assert send(user, world, "\n".join(lines).encode("utf-8-sig")) == 200
    assert "tiếp nhận được 1" in user.page


def test_too_many_rows_or_no_file_are_refused_with_words(
    world: World, person: Callable[[str], Person]
) -> None:
    user = person("cell1")
    user.get("/adoption")
    assert user.post("/adoption", {"institution": world.institution}).status_code == 422
    assert "Hãy chọn tệp" in user.page
    assert send(user, world, sheet(*[GOOD] * 61)) == 422
    assert "Mỗi lần tối đa 60 dòng" in user.page


def test_the_union_does_not_take_over_paper_cases(world: World, person: Callable[[str], Person]) -> None:
    user = person("union1")
    assert user.get("/adoption").status_code == 404
    user.get("/tasks")
    assert "Hồ sơ giấy" not in user.page
