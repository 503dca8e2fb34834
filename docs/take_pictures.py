"""The pictures of the README, taken from the demonstration province: `make pictures` while `make demo` runs.

A meeting is planned through the pages where the cell has none yet; nothing else of the province changes. The
pictures that are kept were shrunk to 128 colours afterwards.
"""

import json
import re
import sys
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
CHROMIUM = "/usr/bin/chromium"
SIZE = {"width": 1280, "height": 820}
SECRETARY = "truong001.bithu"


def main(address: str, accounts: Path) -> None:
    known = {row["username"]: row["password"] for row in json.loads(accounts.read_text("utf-8"))}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, base_url=address, locale="vi-VN")  # type: ignore[arg-type]
        sign_in(page, SECRETARY, known[SECRETARY])
        for name, show in (("inbox", inbox), ("case", case), ("meeting", meeting)):
            show(page)
            page.mouse.move(0, 0)
            page.screenshot(path=PICTURES / f"{name}.png")
        browser.close()


def sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/sign-in")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("main form .btn-primary")
    page.wait_for_url("**/tasks*")


def inbox(page: Page) -> None:
    page.goto("/tasks")


def case(page: Page) -> None:
    """The file that has come furthest."""
    page.goto("/cases")
    stages = page.locator("#stage option")
    last = stages.nth(stages.count() - 1).get_attribute("value") or ""
    page.goto(f"/cases?stage={last}")
    page.locator("main td a.main").first.click()


def meeting(page: Page) -> None:
    page.goto("/meetings")
    planned = page.locator("main table a.main").first
    if planned.count() == 0:
        page.locator("main a[href^='/meetings/new/']").first.click()
        day = page.locator("[name=on_day]")
        day.fill(day.input_value() or f"{date.today() + timedelta(days=5):%d/%m/%Y}")
        page.click("main form .btn-primary")
    else:
        planned.click()
    page.wait_for_url(re.compile(r"/meetings/\d+$"))


if __name__ == "__main__":
    main(
        sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8470",
        Path(sys.argv[2] if len(sys.argv) > 2 else "var/demo/accounts.json"),
    )
