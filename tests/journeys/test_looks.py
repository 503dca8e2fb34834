"""A few pages in a real browser at two widths: no barrier that axe knows, nothing wider than the screen,
nothing that the content policy refused. `test_every_page.py` looks at all of them."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.journeys.conftest import fill, press
from tests.journeys.examples import without_example
from tests.journeys.looking import barriers, look
from tests.journeys.scene import Scene
from tests.workflows.builders import World

FEW = (
    ("cell1", "/tasks"),
    ("cell1", "/cases/{case_id}"),
    ("cell1", "/tasks/{task_id}"),
    ("union1", "/students"),
)


@pytest.mark.thorough
@pytest.mark.parametrize("width", (1280, 390))
def test_the_pages_of_every_day_are_free_of_barriers_and_fit_the_screen(
    width: int, scene: Scene, looker: Callable[..., Page]
) -> None:
    wrong: list[str] = []
    for who, pattern in FEW:
        wrong += look(looker(who, width), pattern.format_map(scene.numbers))
    assert wrong == []


def test_every_get_route_has_an_example_to_look_at(scene_app: Flask) -> None:
    assert without_example(scene_app) == [], "give it a row in tests/journeys/examples.py"


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


@pytest.mark.thorough
def test_a_clerk_at_the_keyboard_skips_to_the_work_and_sees_where_the_focus_is(
    looker: Callable[..., Page],
) -> None:
    page = looker("cell1")
    page.goto("/tasks")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    style = "getComputedStyle(document.activeElement)"
    assert page.evaluate(f"{style}.outlineStyle + {style}.boxShadow") != "nonenone"


def test_an_open_menu_closes_with_escape(looker: Callable[..., Page]) -> None:
    page = looker("cell1", 390)
    page.goto("/tasks")
    page.locator("header .menu summary").click()
    assert page.locator("header .menu a").first.is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("header .menu a").first.is_visible()
