"""Doing a step through the pages as the people who owe it, by the second person too where one is asked."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from engine.rows import TaskRow
from tests.journeys.conftest import fill, press
from tests.workflows.builders import World

Desk = Callable[..., Page]


def open_task(page: Page, task_id: int) -> None:
    """From the inbox by its link, whichever of its tabs the task is on."""
    page.goto("/tasks")
    link = page.locator(f"main a.main[href^='/tasks/{task_id}?']")
    tabs = [tab.get_attribute("href") or "" for tab in page.locator("main .tabs a").all()]
    for tab in tabs:
        if link.count():
            break
        page.goto(tab)
    link.click()


def person(world: World, task: TaskRow, number: int = 1) -> str:
    """User name of the first or second account that may do a task."""
    names = {number: name for name, number in world.users.items()}
    return names[world.person(task, number)]


def do_step(
    world: World, desk: Desk, case_id: int, element: str, outcome: str | None = None, **more: Any
) -> Page:
    """Complete a step through the pages; gives the page of who did it."""
    task = world.task(case_id, element)
    page = desk(person(world, task))
    open_task(page, task.id)
    fill(page, world.answers(element, outcome, **more))
    press(page, "Ghi")
    expect(page.get_by_role("status").first).to_be_visible()
    if any(one.id == task.id for one in world.tasks(case_id)):
        confirm(desk(person(world, task, 2)), task.id)
    return page


def confirm(page: Page, task_id: int) -> None:
    """The second person's part of a vote."""
    open_task(page, task_id)
    press(page, "Xác nhận số phiếu")
    expect(page.get_by_role("status").first).to_contain_text("Đã ghi.")


def fold(page: Page, words: str) -> None:
    """Open what is folded under these words."""
    summary = page.locator("main summary").filter(has_text=re.compile(words)).first
    if not summary.evaluate("one => one.parentElement.open"):
        summary.click()
