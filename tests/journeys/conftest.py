"""A real browser, a real server on loopback, and people who use it; on the embedded database."""

import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from sqlalchemy import update
from werkzeug.serving import make_server

from engine.database import open_engine
from engine.transactions import Store
from tests.conftest import KEYS
from tests.journeys.scene import Scene, furnish
from tests.web.conftest import HASH, PASSWORD, as_sent, make_app
from tests.workflows.builders import World, build
from workflows.admission.registry import build_registry
from workflows.people.records import user_account

expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong

CHROMIUM = "/usr/bin/chromium"
QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "ketnap.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser: install chromium ({CHROMIUM})")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture
def world(store: Store) -> World:
    made = build(store)
    with store.transaction() as tx:
        tx.execute(update(user_account).values(password=HASH))
    return made


@pytest.fixture
def address(world: World) -> Iterator[str]:
    with serving(make_app(world, SESSION_COOKIE_SECURE=False)) as found:
        yield found


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of a real server on loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def scene(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The furnished world for those who only look: made once, changed by nobody."""
    path = tmp_path_factory.mktemp("scene") / "ketnap.db"
    shutil.copyfile(sqlite_template, path)
    engine = open_engine(f"sqlite:///{path}", KEYS.database)
    yield furnish(Store(engine, registry=build_registry(), keys=KEYS))
    engine.dispose()


@pytest.fixture(scope="session")
def scene_app(scene: Scene) -> Flask:
    return make_app(scene.world, SESSION_COOKIE_SECURE=False)


@pytest.fixture(scope="session")
def scene_address(scene_app: Flask) -> Iterator[str]:
    with serving(scene_app) as found:
        yield found


@pytest.fixture
def desk(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """`desk("cell1")`: the page of somebody signed in, a browser of their own; `width` in pixels."""
    yield from desks(browser, address)


@pytest.fixture
def looker(browser: Browser, scene_address: str) -> Iterator[Callable[..., Page]]:
    """`looker("cell1", 390, language="en")`: somebody who looks at the furnished world."""
    yield from desks(browser, scene_address)


def desks(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []
    open_pages: dict[tuple[str | None, int], Page] = {}

    def sit(username: str | None, width: int = 1280, language: str = "vi", **options: Any) -> Page:
        if (username, width) not in open_pages:
            context = browser.new_context(
                viewport={"width": width, "height": 850}, base_url=address, locale="vi-VN", **options
            )
            context.set_default_timeout(20_000)
            contexts.append(context)
            page = open_pages[username, width] = context.new_page()
            page.goto("/sign-in")
            if language != "vi":
                page.locator(f"button[lang={language}]").click()
            if username is not None:
                sign_in(page, username)
        return open_pages[username, width]

    yield sit
    for context in contexts:
        context.close()


def sign_in(page: Page, username: str) -> None:
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("main form .btn-primary")
    page.wait_for_url(re.compile(r"/(tasks|own|me)"))


def fill(page: Page, answers: Mapping[str, Any]) -> None:
    """Fill a form of the program, whatever it asks: the outcome first, as a person would."""
    sent = as_sent(answers)
    for name in sorted(sent, key=lambda name: name != "outcome"):
        _answer(page.locator(f"main [name='{name}']"), sent[name])


def _answer(field: Locator, value: str) -> None:
    first = field.first
    kind = first.get_attribute("type") or first.evaluate("one => one.tagName.toLowerCase()")
    if kind == "hidden":
        assert first.get_attribute("value") == value
    elif kind == "radio":
        field.locator(f"xpath=self::*[@value='{value}']").check()
    elif kind == "checkbox":
        first.check()
    elif kind == "select":
        first.select_option(value)
    else:
        first.fill(value)


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{words}$")).first.click()
