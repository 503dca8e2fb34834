"""The main job through the pages alone: a list goes in, its student becomes an official member."""

from io import BytesIO

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from tests.journeys.conftest import fill, press
from tests.journeys.steps import Desk, do_step, open_task
from tests.workflows.builders import PREFERRED, World
from workflows.admission.records import act


def school_list() -> bytes:
    output = BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    page = book.add_worksheet("12A1")
    page.write_row(0, 0, ["STT", "Họ và tên", "Ngày sinh", "Lớp", "Khối", "Ngày vào trường"])
    page.write_row(1, 0, ["1", "Nguyễn Thị Minh Ánh", "10/05/2007", "12A1", "12", "05/09/2022"])
    page.write_row(2, 0, ["2", "Lỗi Ngày Sinh", "31/02/2007", "12A1", "12", "05/09/2022"])
    book.close()
    return output.getvalue()


def test_a_student_of_an_imported_list_becomes_an_official_member(world: World, desk: Desk) -> None:
    """The first steps and the last through the pages; what lies between is walked without them."""
    union = desk("union1")
    import_list(union)
    nominate(union, "minh anh")
    case_id = int(union.url.rsplit("/", 1)[1])
    for element in ("record_consent", "confirm_source", "branch_vote"):
        do_step(world, desk, case_id, element)
    world.until(case_id, "cell_vote")
    do_step(world, desk, case_id, "cell_vote")
    world.until(case_id, "recognition_decision")
    do_step(world, desk, case_id, "recognition_decision")
    ends_well(world, desk, case_id)


@pytest.mark.thorough
def test_a_student_of_an_imported_list_goes_the_whole_way_through_the_pages(world: World, desk: Desk) -> None:
    union = desk("union1")
    import_list(union)
    nominate(union, "minh anh")
    case_id = int(union.url.rsplit("/", 1)[1])
    for _ in range(80):
        if world.case(case_id).closed_on is not None:
            break
        open_elements = world.elements(case_id)
        if open_elements:
            do_step(world, desk, case_id, next(one for one in PREFERRED if one in open_elements))
        else:
            world._wait(case_id)
    ends_well(world, desk, case_id)


def ends_well(world: World, desk: Desk, case_id: int) -> None:
    assert world.case(case_id).closed_as == "official_member"
    cell = desk("cell1")
    cell.goto(f"/cases/{case_id}")
    expect(cell.locator("main")).to_contain_text("Đảng viên chính thức")


def import_list(page: Page) -> None:
    page.goto("/tasks")
    page.get_by_role("link", name="Nhập danh sách").first.click()
    file = {"name": "12A1.xlsx", "mimeType": "application/octet-stream", "buffer": school_list()}
    page.set_input_files("#file", files=[file])  # type: ignore[list-item]
    press(page, "Xem thử")
    expect(page.get_by_role("heading", name="Dòng lỗi")).to_be_visible()
    press(page, "Ghi 1 dòng")
    expect(page.get_by_role("status")).to_contain_text("thêm 1 người")


def nominate(page: Page, words: str) -> None:
    page.fill("#q", words)
    press(page, "Lọc")
    page.locator("main table a.main").first.click()
    fill(page, {"proposer": "Cô giáo chủ nhiệm"})
    press(page, "Đưa vào nguồn")
    expect(page.get_by_role("status")).to_contain_text("Đã đưa vào nguồn")
    page.get_by_text("Mở hồ sơ kết nạp").click()
    press(page, "Mở hồ sơ")
    expect(page.get_by_role("status")).to_contain_text("Đã mở hồ sơ")


def test_two_clicks_on_the_button_do_the_step_once(world: World, desk: Desk) -> None:
    case_id = world.nominate()
    page = desk("union1")
    open_task(page, world.task(case_id, "record_consent").id)
    fill(page, world.answers("record_consent"))
    page.get_by_role("button", name="Ghi", exact=True).dblclick()
    expect(page.get_by_role("status")).to_contain_text("Đã ghi.")
    assert world.elements(case_id) == ["confirm_source"]
    assert world.rows(select(func.count()).select_from(act))[0][0] == 1


@pytest.mark.thorough
def test_going_back_and_sending_the_old_form_again_does_nothing_twice(world: World, desk: Desk) -> None:
    case_id = world.nominate()
    page = desk("union1")
    open_task(page, world.task(case_id, "record_consent").id)
    fill(page, world.answers("record_consent"))
    press(page, "Ghi")
    expect(page.get_by_role("status")).to_contain_text("Đã ghi.")
    page.go_back()
    expect(page.get_by_role("status")).to_contain_text("Việc này đã xong.")
    assert page.url.endswith(f"/cases/{case_id}")
    assert world.rows(select(func.count()).select_from(act))[0][0] == 1


def test_the_second_of_two_people_is_told_that_somebody_has_just_done_it(world: World, desk: Desk) -> None:
    case_id = world.nominate()
    world.until(case_id, "confirm_source")
    task = world.task(case_id, "confirm_source").id
    one, other = desk("cell1"), desk("cell2")
    for page in (one, other):
        open_task(page, task)
        fill(page, world.answers("confirm_source"))
    press(one, "Ghi")
    expect(one.get_by_role("status")).to_contain_text("Đã ghi.")
    press(other, "Ghi")
    expect(other.get_by_role("heading", level=1)).to_have_text("Vừa có người làm việc này")


def test_the_step_works_without_scripts(world: World, desk: Desk) -> None:
    case_id = world.nominate()
    page = desk("union1", java_script_enabled=False)
    open_task(page, world.task(case_id, "record_consent").id)
    fill(page, world.answers("record_consent"))
    press(page, "Ghi")
    expect(page.get_by_role("status")).to_contain_text("Đã ghi.")
    assert world.elements(case_id) == ["confirm_source"]
