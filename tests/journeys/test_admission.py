"""The main job through the pages alone: a list goes in, its student becomes an official member."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import xlsxwriter
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from tests.journeys.conftest import fill, press
from tests.workflows.builders import PREFERRED, World
from workflows.admission.records import act
from workflows.people.records import student

Desk = Callable[..., Page]


def school_list() -> bytes:
    output = BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    page = book.add_worksheet("12A1")
    page.write_row(0, 0, ["STT", "Họ và tên", "Ngày sinh", "Lớp", "Khối", "Ngày vào trường"])
    page.write_row(1, 0, ["1", "Nguyễn Thị Minh Ánh", "10/05/2007", "12A1", "12", "05/09/2022"])
    page.write_row(2, 0, ["2", "Lỗi Ngày Sinh", "31/02/2007", "12A1", "12", "05/09/2022"])
    book.close()
    return output.getvalue()


def test_a_student_of_an_imported_list_becomes_an_official_member_through_the_pages(
    world: World, desk: Desk
) -> None:
    union = desk("union1")
    import_list(union)
    nominate(union, "minh anh")
    case_id = int(union.url.rsplit("/", 1)[1])
    names = {number: name for name, number in world.users.items()}
    for _ in range(80):
        if world.case(case_id).closed_on is not None:
            break
        open_elements = world.elements(case_id)
        if not open_elements:
            world._wait(case_id)
            continue
        task = world.task(case_id, next(one for one in PREFERRED if one in open_elements))
        do_step(world, desk(names[world.person(task)]), task.id, task.element)
        if any(one.id == task.id for one in world.tasks(case_id)):
            second = desk(names[world.person(task, 2)])
            open_task(second, task.id)
            press(second, "Xác nhận số phiếu")
            expect(second.get_by_role("status")).to_contain_text("Đã ghi.")
    assert world.case(case_id).closed_as == "official_member"
    cell = desk("cell1")
    cell.goto(f"/cases/{case_id}")
    expect(cell.locator(".road-words")).to_contain_text("Đảng viên chính thức")


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


def open_task(page: Page, task_id: int) -> None:
    page.goto("/tasks")
    page.locator(f"main a[href^='/tasks/{task_id}?']").click()


def do_step(world: World, page: Page, task_id: int, element: str) -> None:
    open_task(page, task_id)
    fill(page, world.answers(element))
    press(page, "Ghi")
    expect(page.get_by_role("status")).to_be_visible()


def test_two_clicks_on_the_button_do_the_step_once(world: World, desk: Desk) -> None:
    case_id = world.nominate()
    page = desk("union1")
    open_task(page, world.task(case_id, "record_consent").id)
    fill(page, world.answers("record_consent"))
    page.get_by_role("button", name="Ghi", exact=True).dblclick()
    expect(page.get_by_role("status")).to_contain_text("Đã ghi.")
    assert world.elements(case_id) == ["confirm_source"]
    assert world.rows(select(func.count()).select_from(act))[0][0] == 1


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


def test_another_organisation_finds_neither_the_task_nor_the_case_nor_the_student(
    world: World, desk: Desk
) -> None:
    case_id = world.nominate()
    stranger = desk("other1")
    for path in (
        f"/tasks/{world.task(case_id, 'record_consent').id}",
        f"/cases/{case_id}",
        f"/students/{world.students[0]}",
    ):
        stranger.goto(path)
        expect(stranger.get_by_role("heading", level=1)).to_have_text("Không có trang này")


def test_a_file_waits_for_the_birthday_and_the_vote_opens_by_itself(world: World, desk: Desk) -> None:
    with world.store.transaction() as tx:
        tx.execute(
            student.update().where(student.c.id == world.students[0]).values(birth_date=date(2008, 6, 1))
        )
    case_id = world.nominate()
    while world.elements(case_id):
        element = next(one for one in PREFERRED if one in world.elements(case_id))
        world.do(case_id, element)
    page = desk("cell1")
    page.goto(f"/cases/{case_id}")
    expect(page.locator("main")).to_contain_text("Đang chờ: Đủ tuổi kết nạp, đến ngày 01/06/2026")
    world.today = date(2026, 6, 1)
    assert world.fire(case_id)
    page.goto("/tasks")
    expect(page.locator("main table")).to_contain_text("Chi bộ xét, biểu quyết đề nghị kết nạp")


def test_the_step_works_without_scripts(world: World, desk: Desk) -> None:
    case_id = world.nominate()
    page = desk("union1", java_script_enabled=False)
    do_step(world, page, world.task(case_id, "record_consent").id, "record_consent")
    assert world.elements(case_id) == ["confirm_source"]
