"""Every page there is, found by the routes themselves, in both languages and at two widths."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from tests.journeys.examples import is_page, visits
from tests.journeys.looking import foreign_words, look, vietnamese_sentences
from tests.journeys.scene import Scene
from workflows.organisations.records import institution, organisation
from workflows.people.records import member, student, user_account

pytestmark = pytest.mark.thorough
PARTS = 2  # of the work, so that two processes share it


@pytest.fixture
def names(scene: Scene) -> list[str]:
    """Names of people and places, longest first: data, the same in every language."""
    found = {
        row[0]
        for column in (organisation.c.name, institution.c.name, user_account.c.name, user_account.c.username)
        for row in scene.world.rows(select(column))
    }
    for table in (student, member):
        parts = select(table.c.family_name, table.c.middle_name, table.c.given_name)
        found |= {" ".join(part for part in row if part) for row in scene.world.rows(parts)}
    return sorted(found, key=len, reverse=True)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("width", (1280, 390))
@pytest.mark.parametrize("language", ("vi", "en"))
def test_every_page_is_free_of_barriers_fits_the_screen_and_speaks_one_language(
    language: str,
    width: int,
    part: int,
    scene: Scene,
    scene_app: Flask,
    names: list[str],
    looker: Callable[..., Page],
) -> None:
    wrong: list[str] = []
    for number, (endpoint, who, path, status) in enumerate(visits(scene_app, scene)):
        if number % PARTS != part or not is_page(endpoint, path):
            continue
        page = looker(who, width, language)
        wrong += look(page, path, status=status)
        spoken = foreign_words if language == "vi" else vietnamese_sentences
        wrong += [f"{path}: {word}" for word in spoken(page, names)]
    assert wrong == []
