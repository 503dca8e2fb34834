"""Every route against every relation: who is answered, who is told that there is nothing, who must sign in.

A route without a rule, or a permission without a row in `rights.ALLOWED`, breaks the build.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask

from tests.web.conftest import PASSWORD, Person, hidden, make_app
from tests.web.rights import (
    ALLOWED,
    PARTS_OF_PAGES,
    RELATIONS,
    STUDENTS,
    build_for_rights,
    keep_list,
    numbers,
)
from tests.workflows.builders import World
from web.entry import PUBLIC, SIGNED_IN, Rule
from workflows.access import PERMISSIONS
from workflows.people.users import end_position, positions_on

FILES = {"static", "bootstrap.static"}
# Routes that end what other rows of the walk rest on: asked last, in this order.
LAST = ("comments.withdraw", "requests.accept", "mandates.end", "glass.end", "own_file.leave")
# An allowed one may still be told that there is nothing: of somebody else's comment.
SOMETIMES = {"comments.withdraw", "comments.withdraw_from_task"}
STRANGER = "another school"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def world(store: Any) -> World:
    return build_for_rights(store)


def routes(app: Flask) -> Iterator[tuple[str, str, str, Rule | None]]:
    for one in app.url_map.iter_rules():
        if one.endpoint in FILES:
            continue
        rule = getattr(app.view_functions[one.endpoint], "rule", None)
        for method in sorted(one.methods & {"GET", "POST"}):
            yield method, one.rule, one.endpoint, rule


def asked_for(app: Flask, *methods: str) -> list[tuple[str, str, str, str]]:
    """(method, pattern, endpoint, permission) of the routes that need one; those that end things last."""
    found = [
        (method, pattern, endpoint, rule.permission)
        for method, pattern, endpoint, rule in routes(app)
        if method in methods and rule is not None and rule.permission not in (PUBLIC, SIGNED_IN)
    ]
    return sorted(found, key=lambda one: LAST.index(one[2]) if one[2] in LAST else -1)


def filled(pattern: str, known: dict[str, int | str]) -> str:
    for name, number in known.items():
        pattern = pattern.replace(name, str(number))
    assert "<" not in pattern, pattern
    return pattern


class Walker:
    """Somebody who asks for every route: pages as they are, forms sent empty, which changes nothing."""

    def __init__(self, app: Flask, world: World, relation: str | None) -> None:
        self.person, self.world, self.relation = Person(app), world, relation
        if relation is not None:
            self.person.sign_in(RELATIONS[relation])
        self.person.get("/account/password" if relation else "/sign-in")
        self.token = hidden(self.person.page, "csrf_token")

    def ask(self, method: str, path: str, *, token: bool = True) -> Any:
        client = self.person.client
        return (client.get if method == "GET" else client.post)(
            path,
            base_url="https://localhost",
            headers={"Referer": "https://localhost/"},
            data={"csrf_token": self.token} if method == "POST" and token else None,
        )


def test_every_route_says_what_it_asks_for_and_every_permission_is_used(app: Flask) -> None:
    unruled = [path for _method, path, _endpoint, rule in routes(app) if rule is None]
    assert unruled == []
    used = {rule.permission for *_rest, rule in routes(app) if rule is not None}
    assert used | PARTS_OF_PAGES == set(ALLOWED)
    assert set(PERMISSIONS) == set(ALLOWED) - {PUBLIC, SIGNED_IN}


def test_nobody_is_answered_who_is_signed_out_or_sends_a_form_without_its_secret(
    app: Flask, world: World
) -> None:
    stranger, clerk, known = Walker(app, world, None), Walker(app, world, "own cell"), numbers(world)
    wrong = []
    for method, pattern, _endpoint, rule in routes(app):
        if rule is None or rule.permission == PUBLIC:
            continue
        path = filled(pattern, known)
        answer = stranger.ask(method, path)
        if answer.status_code != 303 or not answer.location.startswith("/sign-in"):
            wrong.append((method, pattern, answer.status_code))
        if method == "POST" and clerk.ask(method, path, token=False).status_code not in (400, 404, 422):
            wrong.append((method, pattern, "no secret"))
    assert wrong == []
    csrf = app.extensions["csrf"]
    assert not csrf._exempt_views and not csrf._exempt_blueprints


@pytest.mark.long_walk
def test_each_route_answers_only_the_relations_that_have_the_permission(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First all pages and all that is refused, which changes nothing; then the forms of those who may.

    The pages of refusals are left empty: they are many, and test_door.py looks at them.
    """
    monkeypatch.setattr("web.errors.page", lambda status, _text, **_facts: ("", status))
    monkeypatch.setattr("workflows.founding.slips.PasswordHasher", lambda: QUICK)
    walkers = [Walker(app, world, relation) for relation in RELATIONS]
    wrong: list[tuple[Any, ...]] = []
    known = numbers(world)
    for walker in walkers:
        for method, pattern, endpoint, permission in asked_for(app, "GET", "POST"):
            may = walker.relation in ALLOWED[permission]
            if may and method == "POST":
                continue
            if not may and world.store.engine.dialect.name != "sqlite" and walker.relation != STRANGER:
                continue  # who may not is asked before any view: one database for all, the other for one
            status = walker.ask(method, filled(pattern, known)).status_code
            led_home = endpoint in ("tasks.inbox", "tasks.home") and walker.relation in STUDENTS
            if status not in ((200, 303) if may else (303,) if led_home else (404,)):
                wrong.append((walker.relation, method, pattern, permission, status, may))
    for walker in walkers:
        for method, pattern, endpoint, permission in asked_for(app, "POST"):
            if walker.relation not in ALLOWED[permission]:
                continue
            status = walker.ask(method, filled(pattern, known)).status_code
            fine = {200, 303, 422, 409} | ({404} if endpoint in SOMETIMES else set())
            if status not in fine:
                wrong.append((walker.relation, method, pattern, permission, status, True))
            if endpoint in ("imports.take", "adoption.take"):  # taken over; put it back
                with world.store.transaction() as tx:
                    keep_list(tx, world)
                known = numbers(world)
    assert wrong == []


THINGS = ("/tasks/{}", "/cases/{}", "/students/{}", "/import/{}", "/pool/{}/confirm")


@pytest.mark.parametrize("pattern", THINGS)
def test_absent_and_forbidden_look_the_same(pattern: str, app: Flask, world: World) -> None:
    user = Person(app).sign_in("stranger1")
    task = world.task(world.users["case"], "assign_helper").id
    there = (task, world.users["case"], world.students[0], world.users["upload"], world.cell)
    pages = []
    for number in (dict(zip(THINGS, there, strict=True))[pattern], 987654321):
        path = pattern.format(number)
        assert user.get(path).status_code == 404
        pages.append(re.sub(r'value="[^"]*"', "", user.page).replace(f'href="{path}"', ""))
    assert pages[0] == pages[1]


def test_a_position_that_has_ended_gives_nothing(app: Flask, world: World) -> None:
    user = Person(app).sign_in("cell1")
    assert user.get(f"/cases/{world.users['case']}").status_code == 200
    with world.store.transaction() as tx:
        for held in positions_on(tx, world.users["cell1"], world.today):
            end_position(tx, held.id, on=world.today)
    assert user.get(f"/cases/{world.users['case']}").status_code == 404


def test_an_organisation_asked_for_an_opinion_sees_its_task_and_not_the_case(
    app: Flask, world: World
) -> None:
    case_id = world.users["case"]
    world.until(case_id, "request_opinions")
    asked = {"giver": "residence", "organisation_id": _cell_of(world, "residence1")}
    world.do(case_id, "request_opinions", givers=[asked])
    task = world.task(case_id, "opinion_reply")
    user = Person(app).sign_in("residence1")
    assert user.get(f"/tasks/{task.id}").status_code == 200
    assert user.get(f"/cases/{case_id}").status_code == 404
    assert user.get(f"/students/{world.students[0]}").status_code == 404


def _cell_of(world: World, name: str) -> int:
    with world.store.transaction(writing=False) as tx:
        return positions_on(tx, world.users[name], world.today)[0].organisation_id


def test_the_clock_of_the_application_is_the_one_that_was_given(world: World) -> None:
    app = make_app(world)
    world.today = date(2025, 9, 1)
    user = Person(app).sign_in("cell1", PASSWORD)
    user.get(f"/cases/{world.users['case']}/interrupt")
    assert "01/09/2025" in user.page
