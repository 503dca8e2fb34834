"""Signing in as the tests of sessions, slips and second factors do: a clock that moves, slips, codes."""

import re
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from passlib.totp import TOTP
from sqlalchemy import select

from tests.web.conftest import AT_EASE, PASSWORD, Person, hidden
from tests.workflows.builders import World
from web.application import create_app
from workflows.access import second_factor
from workflows.access.accounts import SLIP_LASTS, issue_slip
from workflows.access.sessions import Limits
from workflows.people.records import user_account

SLIP = "phieu-mot-lan-2026"


class Clock:
    """The moment of the application; `pass_by` moves it on."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


def open_app(world: World, clock: Clock, **config: Any) -> Flask:
    real = {"SESSION_LIMITS": Limits(), "CLOCK": clock, "TESTING": True}
    return create_app(world.store, config={**AT_EASE, **real, **config})


def slip_for(world: World, clock: Clock, username: str, app: Flask) -> None:
    from flask_security.utils import hash_password

    with app.app_context():
        hashed = hash_password(SLIP)
    with world.store.transaction() as tx:
        issue_slip(tx, world.users[username], hashed=hashed, expires_at=clock.now + SLIP_LASTS, now=clock.now)


def account(world: World, username: str) -> Any:
    return world.rows(select(user_account).where(user_account.c.username == username))[0]


def sent(user: Person, username: str, password: str) -> Any:
    user.get("/sign-in")
    return user.post("/sign-in", {"username": username, "password": password})


def enrol(user: Person, clock: Clock) -> tuple[str, list[str]]:
    """Set up a second factor; its secret and recovery codes."""
    user.get("/account/second-factor")
    key = re.search(r'class="key">([A-Z2-7 ]+)<', user.page)
    assert key is not None, user.page
    secret = key[1].replace(" ", "")
    offer = hidden(user.page, "offer") or ""
    user.post("/account/second-factor", {"offer": offer, "code": code(secret, clock)})
    codes = re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", user.page)
    assert len(codes) == second_factor.RECOVERY_CODES
    return secret, codes


def code(secret: str, clock: Clock, steps: int = 0) -> str:
    return str(TOTP(secret).generate(clock.now + timedelta(seconds=30 * steps)).token)


def with_code(app: Flask, typed: str, username: str = "cell1") -> tuple[Person, int]:
    user = Person(app)
    assert sent(user, username, PASSWORD).request.path == "/sign-in/code"
    answer = user.post("/sign-in/code", {"code": typed})
    return user, answer.status_code
