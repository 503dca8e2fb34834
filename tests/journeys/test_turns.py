"""Turns of the path through the pages, several people each: failed, returned, on behalf, waited for."""

from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from engine.records import journal
from tests.journeys.conftest import fill, press
from tests.journeys.steps import Desk, confirm, do_step, open_task
from tests.workflows.builders import PREFERRED, World
from workflows.admission.records import supplement_item, verification_request, vote
from workflows.people.records import student

pytestmark = pytest.mark.thorough


def at(world: World, element: str) -> int:
    case_id = world.nominate()
    world.until(case_id, element)
    return case_id


def test_a_failed_vote_is_followed_by_a_second_one(world: World, desk: Desk) -> None:
    case_id = at(world, "cell_vote")
    do_step(world, desk, case_id, "cell_vote", "failed")
    do_step(world, desk, case_id, "after_failed_vote", "again")
    world.pass_days(14)
    do_step(world, desk, case_id, "cell_vote", meeting_kind="extraordinary")
    votes = select(vote.c.attempt, vote.c.result).where(vote.c.step == "cell_vote").order_by(vote.c.id)
    assert [tuple(row) for row in world.rows(votes)] == [(1, "failed"), (2, "carried")]
    assert world.elements(case_id) == ["committee_resolution"]
    page = desk("cell1")
    page.goto(f"/cases/{case_id}")
    for summary in page.locator("main summary").filter(has_text="Biểu quyết").all():
        summary.click()
    expect(page.locator("main")).to_contain_text("không đủ phiếu")


def test_the_second_person_of_a_vote_is_another_one(world: World, desk: Desk) -> None:
    case_id = at(world, "cell_vote")
    task = world.task(case_id, "cell_vote").id
    first = desk("cell1")
    open_task(first, task)
    fill(first, world.answers("cell_vote"))
    press(first, "Ghi")
    open_task(first, task)
    expect(first.get_by_role("button", name="Xác nhận số phiếu")).to_have_count(0)
    confirm(desk("cell2"), task)
    assert world.elements(case_id) == ["committee_resolution"]


def test_a_file_is_returned_with_what_is_missing_and_comes_back(world: World, desk: Desk) -> None:
    case_id = at(world, "board_appraisal")
    do_step(world, desk, case_id, "board_appraisal", "returned", items=[{"wanted": "Bản sao học bạ"}])
    supplying = world.task(case_id, "supply_supplement")
    cell = desk("cell1")
    open_task(cell, supplying.id)
    expect(cell.locator("main")).to_contain_text("Nội dung cần bổ sung")
    do_step(world, desk, case_id, "supply_supplement")
    do_step(world, desk, case_id, "check_supplement")
    assert world.elements(case_id) == ["board_appraisal"]
    assert len(world.rows(select(supplement_item.c.id))) == 1


def test_an_answer_of_an_office_without_account_is_entered_on_its_behalf(world: World, desk: Desk) -> None:
    case_id = at(world, "send_verifications")
    do_step(world, desk, case_id, "send_verifications")
    tasks = [one for one in world.tasks(case_id) if one.element == "verification_reply"]
    theirs = next(one for one in tasks if one.organisation_id == world.school)
    page = desk("school1")
    open_task(page, theirs.id)
    expect(page.locator("main")).to_contain_text("Đảng ủy xã Thử Nghiệm, tỉnh khác")
    fill(page, world.answers("verification_reply", number="15-CV/ĐU", content="Gia đình chấp hành tốt"))
    press(page, "Ghi")
    expect(page.get_by_role("status").first).to_contain_text("Đã ghi.")
    answer = verification_request.c.answer_number
    assert world.rows(select(answer).where(verification_request.c.id == theirs.item))[0][0] == "15-CV/ĐU"
    written = world.rows(select(journal.c.inputs, journal.c.facts).where(journal.c.case_id == case_id))
    assert "Gia đình chấp hành tốt" not in str(written)


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
