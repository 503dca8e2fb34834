"""Every page in a real browser at two widths: no barrier that axe knows, nothing wider than the screen,
nothing that the content policy refused, no error in the console."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page
from sqlalchemy import select

from tests.journeys.conftest import fill, press
from tests.workflows.builders import World, noon
from workflows.admission.records import vote
from workflows.people import pool
from workflows.people.students import add_student

WIDTHS = (1280, 390)


@pytest.fixture
def pages(world: World) -> list[tuple[str, str]]:
    """(who, path) of every page there is, with something on it."""
    first, second = world.students
    with world.store.transaction() as tx:
        pool.enter_pool(tx, first, "Cô giáo Mẫu", on=world.today, by=None, now=noon(world.today))
    case_id = world.nominate(0)
    world.until(case_id, "send_verifications")
    sending = world.task(case_id, "send_verifications").id
    other = world.nominate(1)
    world.until(other, "cell_vote")
    voting = world.task(other, "cell_vote").id
    voted = world.rows(select(vote.c.id).where(vote.c.case_id == other, vote.c.step == "cell_recognition"))
    recognised = voted[0].id
    with world.store.transaction() as tx:
        third = add_student(tx, world.institution, "Lê Thị Ba", date(2007, 5, 10), grade=12)
    world.students.append(third)
    decided = world.nominate(2)
    world.until(decided, "committee_resolution")
    world.do(decided, "committee_resolution", confirm=False)
    world.today += timedelta(days=3)
    return [
        ("cell1", "/tasks"),
        ("cell1", "/cases"),
        ("school1", f"/cases/{case_id}"),
        ("cell1", f"/cases/{other}"),
        ("school1", f"/tasks/{sending}"),
        ("cell1", f"/tasks/{voting}"),
        ("cell1", f"/cases/{other}/interrupt"),
        ("cell1", f"/cases/{other}/helper-lost"),
        ("union1", "/students"),
        ("cell1", f"/students/{second}"),
        ("union1", "/pool"),
        ("cell1", f"/pool/{world.cell}/confirm"),
        ("union1", "/import"),
        ("cell1", "/adoption"),
        ("cell2", f"/votes/{recognised}/correct"),
        ("board1", f"/cases/{decided}/extend"),
        ("commune1", "/tasks?whose=confirm"),
        ("cell1", "/search?q=thu"),
        ("cell1", "/account/password"),
        ("cell1", "/cases/999999"),
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_free_of_barriers_and_fits_the_screen(
    width: int, pages: list[tuple[str, str]], desk: Callable[..., Page]
) -> None:
    wrong: list[str] = []
    for who, path in pages:
        page = desk(who, width)
        told: list[str] = []

        def hear(message: ConsoleMessage, told: list[str] = told) -> None:
            if message.type == "error" and "404" not in message.text:
                told.append(message.text)

        page.on("console", hear)
        page.goto(path)
        page.wait_for_load_state("networkidle")
        page.remove_listener("console", hear)
        wrong += [f"{path}: console: {text}" for text in told]
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            wrong.append(f"{path}: {wider} pixels wider than the screen")
        for details in page.locator("main details:not([open]) > summary").all():
            if details.is_visible():
                details.click()
        wrong += [f"{path}: {found['id']}: {found['nodes'][0]['html'][:160]}" for found in barriers(page)]
    assert wrong == []


def barriers(page: Page) -> list[dict]:  # type: ignore[type-arg]
    return list(Axe().run(page).response["violations"])


def test_a_refused_form_and_the_way_in_are_free_of_barriers(
    world: World, desk: Callable[..., Page], address: str
) -> None:
    case_id = world.nominate()
    page = desk("union1")
    page.goto(f"/tasks/{world.task(case_id, 'record_consent').id}")
    fill(page, {"outcome": "agreed", "on": "31/02/2025"})
    press(page, "Ghi")
    page.wait_for_selector("[role=alert]")
    assert barriers(page) == []
    page.context.clear_cookies()
    page.goto("/sign-in")
    assert barriers(page) == []


def test_the_drawing_shows_the_present_step(world: World, desk: Callable[..., Page]) -> None:
    case_id = world.nominate()
    page = desk("union1")
    page.goto(f"/cases/{case_id}")
    picture = page.locator(".drawing img")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    whole = page.request.get(f"/cases/{case_id}/model.svg?process=source_building").text()
    assert 'now" data-element="record_consent"' in whole
    overview = page.request.get(f"/cases/{case_id}/model.svg").text()
    assert 'now" data-element="source_building"' in overview


def test_fields_of_other_outcomes_step_aside(world: World, desk: Callable[..., Page]) -> None:
    case_id = world.nominate()
    world.until(case_id, "cell_vote")
    page = desk("cell1")
    page.goto(f"/tasks/{world.task(case_id, 'cell_vote').id}")
    assert page.locator("[name=votes_for]").is_visible()
    page.check("[name=outcome][value=returned]")
    assert not page.locator("[name=votes_for]").is_visible()
    assert page.locator("[name='items-0-wanted']").is_visible()
    page.check("[name=outcome][value=carried]")
    assert page.locator("[name=votes_for]").is_visible()
