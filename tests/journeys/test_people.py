"""People at the pages: a student leaves, a deputy takes over, a session ends while somebody types."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from engine.records import journal
from tests.journeys.conftest import fill, press, sign_in
from tests.journeys.steps import Desk, open_task
from tests.web.conftest import HASH
from tests.workflows.builders import BEGINNING, World, noon
from workflows.access.sessions import end_sessions
from workflows.administration.deputies import name_deputy
from workflows.people.records import user_account
from workflows.people.users import add_position, add_user, positions_on

pytestmark = pytest.mark.thorough


def student_account(world: World, username: str = "hocsinh1") -> str:
    """An account of the first student, who holds no position."""
    with world.store.transaction() as tx:
        number = add_user(tx, username, "Nguyễn Văn Thử")
        mine = update(user_account).where(user_account.c.id == number)
        tx.execute(mine.values(student_id=world.students[0], password=HASH))
    return username


def test_a_student_sees_what_is_asked_and_leaves_without_saying_why(world: World, desk: Desk) -> None:
    case_id = world.nominate()
    world.until(case_id, "confirm_source")
    page = desk(student_account(world), 390)
    expect(page.locator(".side .places a")).to_have_text(["Hồ sơ của tôi", "Thông báo"])
    page.get_by_role("link", name="Dừng lại").first.click()
    press(page, "Dừng lại")
    expect(page.get_by_role("status").first).to_contain_text("Bạn đã rút")
    assert world.case(case_id).closed_as == "withdrawn"
    cell = desk("cell1")
    cell.goto("/tasks")
    expect(cell.locator("main")).not_to_contain_text("Nguyễn Văn Thử")


def test_a_deputy_takes_over_and_both_names_stand_in_the_journal(world: World, desk: Desk) -> None:
    case_id = world.nominate()
    world.until(case_id, "confirm_source")
    with world.store.transaction() as tx:
        number = add_user(tx, "thay1", "Lê Thị Thay", password=HASH)
        add_position(tx, number, world.school, "committee_member", since=BEGINNING)
        held = positions_on(tx, world.users["cell1"], world.today)[0]
        last = world.today + timedelta(days=10)
        name_deputy(
            tx, held.id, number, since=world.today, last=last, reason="đi công tác",
            by=world.users["cell1"], on=world.today, now=noon(world.today),
        )  # fmt: skip
    page = desk("thay1")
    open_task(page, world.task(case_id, "confirm_source").id)
    expect(page.locator("main")).to_contain_text("Vì sao tôi thấy việc này?")
    fill(page, world.answers("confirm_source"))
    press(page, "Ghi")
    expect(page.get_by_role("status").first).to_be_visible()
    page = desk("cell1")
    page.goto(f"/cases/{case_id}")
    written = world.rows(select(journal.c.facts).where(journal.c.case_id == case_id).order_by(journal.c.id))
    assert any((row.facts or {}).get("for_user") == world.users["cell1"] for row in written)
    world.today += timedelta(days=30)
    late = desk("thay1")
    late.goto("/tasks")
    expect(late.locator("main table")).to_have_count(0)


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(world: World, desk: Desk) -> None:
    case_id = world.nominate()
    world.until(case_id, "confirm_source")
    page = desk("cell1")
    open_task(page, world.task(case_id, "confirm_source").id)
    fill(page, world.answers("confirm_source"))
    page.fill("[name=note]", "Đã trao đổi với gia đình")
    with world.store.transaction() as tx:
        assert end_sessions(tx, world.users["cell1"]) == 1
    press(page, "Ghi")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng nhập")
    sign_in(page, "cell1")
    expect(page.locator("[name=note]")).to_have_value("Đã trao đổi với gia đình")
    assert world.elements(case_id) == ["confirm_source"]
    press(page, "Ghi")
    expect(page.get_by_role("status").first).to_contain_text("Đã ghi.")
    assert world.elements(case_id) != ["confirm_source"]
