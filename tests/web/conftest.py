"""The application on the small world of the builders, and people who use it through a client."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from engine.transactions import Store
from tests.workflows.builders import World, build, noon
from web.application import create_app
from workflows.access.sessions import Limits
from workflows.people.records import user_account

PASSWORD = "mot-hai-ba-bon-nam"
# Tests go from day to day without signing in anew; hashes are as cheap as they may be.
AGES = timedelta(days=36_500)
AT_EASE = {
    "SESSION_LIMITS": Limits(idle=AGES, whole=AGES),
    "SECOND_FACTOR_GRACE": None,
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
        "argon2__rounds": 1,
        "argon2__memory_cost": 8,
        "argon2__parallelism": 1,
    },
}
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def world(store: Store) -> World:
    made = build(store)
    with store.transaction() as tx:
        tx.execute(update(user_account).values(password=HASH))
    return made


@pytest.fixture
def app(world: World) -> Iterator[Flask]:
    yield make_app(world)


def make_app(world: World, **config: Any) -> Flask:
    def clock() -> datetime:
        return noon(world.today)

    return create_app(world.store, config={**AT_EASE, "CLOCK": clock, "TESTING": True, **config})


class Person:
    """Somebody at a browser without scripts: follows links, sends forms with the secret of the page."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.page = ""

    def get(self, path: str, *, follow: bool = True, **options: Any) -> TestResponse:
        answer = self.client.get(path, base_url="https://localhost", follow_redirects=follow, **options)
        self.page = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        return answer

    def post(
        self, path: str, data: Mapping[str, Any], *, follow: bool = True, **options: Any
    ) -> TestResponse:
        sent = {"csrf_token": self.token(), **data}
        answer = self.client.post(
            path,
            data=sent,
            base_url="https://localhost",
            headers={"Referer": "https://localhost/"},
            follow_redirects=follow,
            **options,
        )
        self.page = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        return answer

    def token(self) -> str:
        found = hidden(self.page, "csrf_token")
        if found is None:
            self.get("/sign-in")
            found = hidden(self.page, "csrf_token")
        assert found
        return found

    def sign_in(self, username: str, password: str = PASSWORD) -> "Person":
        self.get("/sign-in")
        answer = self.post("/sign-in", {"username": username, "password": password})
        assert answer.status_code == 200, self.page
        return self


def hidden(page: str, name: str) -> str | None:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return unescape(found[1]) if found else None


def as_sent(answers: Mapping[str, Any]) -> dict[str, str]:
    """Answers of a form as a browser sends them: rows by number, ticks as 1, days as people write them."""
    sent: dict[str, str] = {}
    for name, value in answers.items():
        if isinstance(value, list):
            for number, row in enumerate(value):
                sent |= {f"{name}-{number}-{key}": str(one) for key, one in as_sent(row).items()}
        elif value is True:
            sent[name] = "1"
        elif value is not None and value is not False:
            found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", str(value))
            sent[name] = "/".join(reversed(found.groups())) if found else str(value)
    return sent


@pytest.fixture
def person(app: Flask) -> Callable[[str], Person]:
    """`person("cell1")`: signed in."""
    return lambda username: Person(app).sign_in(username)
