"""Meetings in a real browser: twelve candidates with all that may happen; forty, and the clicks counted."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from engine.transactions import Store
from tests.workflows.builders import World
from tests.workflows.meetings.hall import Hall
from workflows.admission.records import act, meeting, vote

Desk = Callable[..., Page]
MOST_CLICKS = 60
COUNT = """
window.addEventListener("click", (event) => {
  if (event.isTrusted && event.detail) sessionStorage.clicks = 1 + Number(sessionStorage.clicks || 0);
}, true);
"""


@pytest.fixture
def hall(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> Hall:
    """A cell with so many candidates whose files are complete."""
    return Hall(sqlite_template, tmp_path, request.param)


@pytest.fixture
def database_url(hall: Hall) -> str:
    return f"sqlite:///{hall.path}"


@pytest.fixture
def world(hall: Hall, store: Store) -> World:
    return hall.world_in(store)


def at_meetings(desk: Desk, username: str) -> Page:
    """Somebody signed in, whose clicks count from now on; as a new user, from the navigation."""
    page = desk(username)
    page.add_init_script(COUNT)
    page.reload()
    page.get_by_role("link", name="Cuộc họp").first.click()
    return page


def plan(page: Page, world: World) -> None:
    """Today's meeting, whatever day the habit proposes; typed, not clicked."""
    page.get_by_role("link", name="Lên lịch").first.click()
    page.get_by_label("Ngày họp").fill(f"{world.today:%d/%m/%Y}")
    page.get_by_role("button", name="Lên lịch", exact=True).click()


def votes(world: World, status: str, result: str | None = None) -> int:
    query = select(func.count()).where(vote.c.status == status, vote.c.step == "cell_vote")
    return int(world.rows(query if result is None else query.where(vote.c.result == result))[0][0])


@pytest.mark.thorough
@pytest.mark.parametrize("hall", [40], indirect=True)
def test_a_secretary_finishes_a_meeting_with_forty_candidates_in_sixty_clicks(
    desk: Desk, world: World
) -> None:
    page = at_meetings(desk, "cell1")
    plan(page, world)
    page.get_by_role("button", name="Chọn cả 40 người đủ điều kiện").click()
    page.get_by_role("link", name="Ghi kết quả").click()
    page.get_by_label("Người chủ trì").focus()
    page.keyboard.type("Nguyễn Thị Bí Thư")
    page.keyboard.press("Tab")
    page.keyboard.type("Trần Văn Thư Ký")
    figures = page.locator("[name^='votes_for-']")
    assert figures.count() == 40
    for place, (votes_for, against) in {3: (7, 1), 17: (5, 3), 39: (6, 2)}.items():
        figures.nth(place).focus()  # by the keyboard: figures, Tab, figures
        page.keyboard.type(str(votes_for))
        page.keyboard.press("Tab")
        page.keyboard.type(str(against))
    page.get_by_role("button", name="Điền cho người chưa nhập").click()
    expect(page.get_by_text("40 trên 40 người đã nhập")).to_be_visible()
    expect(page.locator("main .chip-ok")).to_have_count(39)
    expect(page.get_by_text("5/8 tán thành, cần ít nhất 2/3 của 8, tức từ 6 phiếu")).to_be_visible()
    page.get_by_role("button", name="Ghi kết quả cuộc họp").click()
    expect(page.get_by_text("40 biểu quyết chờ người thứ hai xác nhận")).to_be_visible()

    second = at_meetings(desk, "cell2")
    second.get_by_role("link", name=f"{world.today:%d/%m/%Y}").first.click()
    second.get_by_role("link", name="Xác nhận số phiếu").click()
    expect(second.locator("[name=vote]:checked")).to_have_count(40)
    second.get_by_role("button", name="Xác nhận những người đã chọn").click()
    expect(second.get_by_text("Đã xác nhận 40 biểu quyết.")).to_be_visible()
    second.get_by_role("link", name="Biên bản để in").click()
    expect(second.get_by_text("Hội nghị thông qua 39 trên 40 trường hợp")).to_be_visible()
    expect(second.get_by_text("Bản nháp")).to_have_count(0)

    clicks = sum(int(one.evaluate("sessionStorage.clicks || 0")) for one in (page, second))
    assert 8 < clicks <= MOST_CLICKS
    assert clicks <= 20, "one button for all: a click a person would be forty"
    assert (votes(world, "standing", "carried"), votes(world, "standing", "failed")) == (39, 1)
    numbers = [row.number for row in world.rows(select(act.c.number).where(act.c.element == "cell_vote"))]
    assert len(set(numbers)) == 40 and "Số 01-BB/CB" in numbers
    held = world.rows(select(meeting).where(meeting.c.on_day == world.today))
    assert [(row.members, row.away, row.present) for row in held] == [(9, 1, 8)]


@pytest.mark.thorough
@pytest.mark.parametrize("hall", [12], indirect=True)
def test_a_meeting_with_twelve_candidates_absences_a_failed_vote_a_postponement_and_a_wrong_figure(
    desk: Desk, world: World
) -> None:
    page = at_meetings(desk, "cell1")
    plan(page, world)
    ticks = page.locator("[name=on]")
    for place in range(12):
        ticks.nth(place).check()
    last = page.locator("[name^='rank-']").nth(11)
    last.fill("1")
    name = page.locator("tbody a.main").nth(11).inner_text()
    page.get_by_role("button", name="Ghi chương trình").click()
    expect(page.get_by_text("Đã ghi chương trình: 12 người.")).to_be_visible()
    page.get_by_role("link", name="Ghi kết quả").click()
    expect(page.locator("tbody strong").first).to_have_text(f"1. {name}")

    page.locator(".meeting-seat select").nth(2).select_option("ill")
    page.get_by_label("Số nghị quyết đầu tiên").fill("31")
    page.locator("[name^='votes_for-']").nth(1).fill("4")
    page.locator("[name^='votes_against-']").nth(1).fill("3")
    page.locator("[name^='votes_for-']").nth(2).fill("8")  # there were seven in the room
    postponed = page.locator("tbody tr").nth(3)
    postponed.get_by_text("Hoãn, trả lại, ghi lý do").click()
    postponed.locator("[name^='how-']").select_option("postponed")
    page.get_by_role("button", name="Điền cho người chưa nhập").click()
    expect(page.get_by_text("Có mặt 7/9")).to_be_visible()
    expect(page.get_by_text("cộng lại là 8, phải bằng số có mặt là 7").first).to_be_visible()
    expect(page.get_by_text("Hãy ghi lý do.")).to_be_visible()
    page.locator("[name^='votes_for-']").nth(2).fill("7")
    page.locator("tbody tr").nth(3).locator("[name^='why-']").fill("Chờ kết luận của cấp ủy.")
    page.get_by_role("button", name="Tính lại").last.click()
    page.get_by_role("button", name="Ghi kết quả cuộc họp").dblclick()
    expect(page.get_by_text("11 biểu quyết chờ người thứ hai xác nhận")).to_be_visible()
    page.goto(f"{page.url}/record")
    expect(page.get_by_text("Đã ghi biểu quyết cho mọi người trong chương trình.")).to_be_visible()
    assert votes(world, "pending") == 11 and votes(world, "withdrawn") == 0

    second = at_meetings(desk, "cell2")
    second.get_by_role("link", name=f"{world.today:%d/%m/%Y}").first.click()
    second.get_by_role("link", name="Biên bản để in").click()
    expect(second.locator(".paper-draft")).to_be_visible()
    second.go_back()
    second.get_by_role("link", name="Xác nhận số phiếu").click()
    second.locator("[name=vote]").nth(0).uncheck()
    second.get_by_role("button", name="Xác nhận những người đã chọn").click()
    expect(second.get_by_text("Đã xác nhận 10 biểu quyết.")).to_be_visible()
    assert (votes(world, "standing"), votes(world, "pending")) == (10, 1)
    second.get_by_role("link", name="Xác nhận số phiếu").click()
    second.get_by_role("button", name="Xác nhận những người đã chọn").click()
    second.get_by_role("link", name="Biên bản để in").click()
    expect(second.locator(".paper-draft")).to_have_count(0)
    expect(second.get_by_text("(ốm)").or_(second.get_by_text("vắng: ốm")).first).to_be_visible()
    expect(second.get_by_text("hoãn, chưa biểu quyết").first).to_be_visible()
    second.go_back()
    second.get_by_role("link", name="Danh sách nghị quyết").click()
    expect(second.get_by_text("31-NQ/CB")).to_be_visible()
    assert (votes(world, "standing", "carried"), votes(world, "standing", "failed")) == (10, 1)
