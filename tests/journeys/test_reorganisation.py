"""A plan of reorganisation: written at a desk, approved on a telephone, done by the worker, reported."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.journeys.conftest import fill, press
from tests.journeys.steps import Desk
from tests.web.conftest import HASH
from tests.workflows.builders import BEGINNING, World, noon
from workflows.organisations.queries import tree_of
from workflows.people.users import add_position, add_user
from workflows.reminders.distributing import distribute
from workflows.reorganisation.carrying import carry_due
from workflows.reorganisation.records import reorganisation


def two_administrators(world: World) -> int:
    """Of the province; gives its number."""
    with world.store.transaction() as tx:
        (root,) = tree_of(tx).children_on(None, world.today)
        for name in ("admin1", "admin2"):
            number = add_user(tx, name, f"Quản Trị {name}", password=HASH)
            add_position(tx, number, root, "administrator", since=BEGINNING)
    return int(root)


def open_notice(page: Page, words: str) -> None:
    page.goto("/notices")
    page.get_by_role("button", name=words).first.click()
    page.wait_for_url(re.compile(r"/reorganisations/\d+$"))


@pytest.mark.thorough
def test_a_plan_is_written_by_one_approved_by_another_and_carried_out_while_nobody_looks(
    world: World, desk: Desk
) -> None:
    root = two_administrators(world)
    case_id = world.nominate()
    world.until(case_id, "cell_vote")
    maker = desk("admin1")
    maker.goto("/reorganisations/new")
    day = world.today.isoformat()
    head = {"title": "Nhập chi bộ", "number": "12-QĐ/TU", "issuer": "Tỉnh ủy", "paper_on": day, "on_day": day}
    fill(maker, {**head, "head": root})
    press(maker, "Lập phương án")
    maker.get_by_role("link", name="Sáp nhập").first.click()
    fill(maker, {"organisations": "chi bo 1", "into": "chi bo 2", "seats": "follow", "registers": "new"})
    press(maker, "Thêm vào phương án")
    maker.get_by_role("link", name="Xem trước").click()
    expect(maker.locator("main")).to_contain_text("1 hồ sơ: Chi bộ 1 → Chi bộ 2")
    expect(maker.locator("main")).not_to_contain_text("Nguyễn Văn Thử")  # numbers of cases, nothing else
    press(maker, "Trình duyệt")
    expect(maker.locator("main")).to_contain_text("1 người duyệt được")

    distribute(world.store, noon(world.today))
    second = desk("admin2", 390)
    open_notice(second, "chờ đồng chí duyệt: văn bản số 12-QĐ/TU")
    second.get_by_role("link", name="Xem trước").click()
    expect(second.locator("main")).to_contain_text("Đã thử cả phương án: làm được.")
    second.go_back()
    press(second, "Duyệt")
    expect(second.get_by_role("status").first).to_contain_text("Đã duyệt")

    assert carry_due(world.store, noon(world.today)).items == 1
    distribute(world.store, noon(world.today))
    open_notice(maker, "Đã thực hiện xong")
    maker.get_by_role("link", name="Báo cáo kết quả").click()
    expect(maker.locator("article")).to_contain_text("Chi bộ 1 nhập vào Chi bộ 2")
    expect(maker.locator("article")).to_contain_text("Chi bộ 1 → Chi bộ 2: 1 hồ sơ")
    assert world.rows(select(reorganisation.c.state))[0].state == "done"
    assert world.case(case_id).custodian_id == world.other_cell
    heir = desk("other1")
    heir.goto("/tasks")
    expect(heir.locator("main table")).to_contain_text("Nguyễn Văn Thử")
