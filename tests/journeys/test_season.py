"""A school on the eve of its graduation: places written down, leavers prepared, sent and taken over in bulk.

Everybody works in a browser of their own; afterwards sender, receiver and province read the same figures.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from tests.journeys.conftest import desks, fill, press, serving
from tests.web.conftest import HASH, make_app
from tests.web.test_season import more_leavers
from tests.workflows.season.conftest import town  # noqa: F401
from tests.workflows.transfers.town import Town
from workflows.people.records import user_account
from workflows.transfers import custody

pytestmark = pytest.mark.thorough
Desk = Callable[..., Page]
NAMES = ("Nguyễn Văn Thử", "Phạm Thị A", "Phạm Thị B", "Phạm Thị C")


@pytest.fixture
def school(town: Town) -> Town:  # noqa: F811
    with town.store.transaction() as tx:
        tx.execute(update(user_account).values(password=HASH))
    more_leavers(town, 3)
    return town


@pytest.fixture
def seat(browser: Browser, school: Town) -> Iterator[Desk]:
    with serving(make_app(school, SESSION_COOKIE_SECURE=False)) as address:
        yield from desks(browser, address)


def tick(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("checkbox", name=f"Chọn {name}").check()


def work_through(page: Page, **answers: str) -> None:
    """Fill the one form, look at what it would do, do it; until the report is there."""
    if answers:
        page.wait_for_url(re.compile(r"/bulk/\d+/form"))
        fill(page, answers)
        press(page, "Xem trước từng dòng")
    start = page.get_by_role("button", name=re.compile(r"^Ghi \d+ dòng"))
    expect(start).to_be_visible()
    start.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kết quả")


def tile(page: Page, words: str) -> int:
    text = page.locator(".tile", has_text=words).locator("strong").inner_text()
    return int(text)


def test_a_whole_school_is_handed_over_in_bulk_and_nobody_is_lost(school: Town, seat: Desk) -> None:
    cell, committee, home, province = (seat(who) for who in ("cell1", "school1", "home1", "province1"))

    # the cell's secretary, on a phone too, sees who leaves and writes down where to
    phone = seat("cell1", 390)
    phone.goto("/season")
    phone.get_by_role("link", name="Trường THPT Thử Nghiệm").click()
    expect(phone.locator("main")).to_contain_text("Không làm gì thì")
    cell.goto("/season")
    assert tile(cell, "người ra trường") == 5 and tile(cell, "chưa biết nơi đến") == 5
    cell.get_by_role("link", name="Trường THPT Thử Nghiệm").click()
    cell.get_by_role("link", name="Lê Văn Đảng").click()
    fill(cell, {"addressee": "Đảng ủy Trường Đại học Xa", "reason": "abroad"})
    press(cell, "Ghi")
    expect(cell.get_by_role("alert")).to_be_visible()
    expect(cell.locator("[name=addressee]")).to_have_value("Đảng ủy Trường Đại học Xa")
    fill(cell, {"reason": ""})
    press(cell, "Ghi")
    expect(cell.get_by_role("status").first).to_contain_text("Đã ghi")
    cell.goto("/season/people?state=lost")
    tick(cell, *NAMES)
    press(cell, "Ghi nơi đến, lý do")
    fill(cell, {"home": True})
    press(cell, "Ghi cho những người được chọn")
    expect(cell.get_by_role("status").first).to_contain_text("Đã ghi cho 4 người.")

    # all who wait are prepared at once: tried, shown, done
    cell.goto("/season/people")
    press(cell, "Chuẩn bị chuyển giao cho cả 5 người chờ chuẩn bị")
    work_through(cell)
    cell.goto("/season/people?state=prepared")
    expect(cell.locator("main")).to_contain_text("Đảng ủy xã Quê")

    # the committee above the cell writes the letters of its school with one click
    committee.goto("/season/acceptance")
    press(committee, r"Gửi giấy cùng lúc \(\d+\)")
    day = school.today.isoformat()
    work_through(committee, outcome="offered", on=day, numbering="each")

    # the commune where they live takes them over, sent by this school's cell
    home.goto("/season/acceptance?side=in")
    assert tile(home, "Chờ trả lời") == 4
    home.get_by_role("row", name="Chi bộ 1").get_by_role("button", name="Trả lời cùng lúc (4)").click()
    taken = {"outcome": "accepted", "on": day, "number": "5-CV/ĐU", "cell_id": str(school.village)}
    work_through(home, **taken)
    with school.store.transaction(writing=False) as tx:
        held = {custody.last_step(tx, one).organisation_id for one in _candidates(school)}
    assert held == {school.village}

    # all three sides read the same; after the new cell's next meeting its silence is an alarm
    views = (
        (cell, "/season/acceptance"),
        (home, "/season/acceptance?side=in"),
        (province, "/season/acceptance"),
    )
    for page, address in views:
        page.goto(address)
        assert tile(page, "Đã tiếp nhận") == 4, address
    school.today += timedelta(days=40)
    for page, address in views:
        page.goto(address)
        expect(page.get_by_role("alert")).to_contain_text("4 người")
    province.get_by_role("link", name="Xem từng người").click()
    for name in NAMES:
        expect(province.get_by_role("row", name=name)).to_contain_text("chưa có người giúp đỡ")


def _candidates(school: Town) -> list[int]:
    return [school.students[0], *school.students[2:]]
