"""Cookies, hosts, headers and secrets of forms: what a browser of somebody else could try."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine.records import journal
from tests.web.conftest import PASSWORD, Person, make_app
from tests.web.test_rights import FILES
from tests.workflows.builders import World
from web.application import create_app
from web.settings import Settings

HOME = {"KETNAP_DATA": "var", "KETNAP_KEY_FILE": "keys/k.key"}


def settings(**environment: str) -> Settings:
    return Settings.read({**HOME, **environment})


def test_the_cookie_is_bound_to_this_host_over_tls(world: World) -> None:
    app = create_app(world.store, settings=settings(KETNAP_HOST="10.0.0.5", KETNAP_PROXY="1"))
    answer = app.test_client().get("/sign-in", base_url="https://ketnap.tinh.vn")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-ketnap=")
    assert "Path=/" in cookie
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax"))
    assert not any(word in cookie for word in ("Domain", "Expires", "Max-Age"))
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_plain_http_is_spoken_on_loopback_only_and_to_its_own_names(world: World) -> None:
    app = create_app(world.store, settings=settings())
    client = app.test_client()
    for host in ("127.0.0.1:8470", "localhost:8470"):
        answer = client.get("/sign-in", base_url=f"http://{host}")
        assert answer.status_code == 200
        assert "Secure" not in answer.headers.get("Set-Cookie", "")
    pointed_here = client.get("/sign-in", base_url="http://evil.example:8470")
    assert pointed_here.status_code == 400
    assert "evil.example" not in pointed_here.get_data(as_text=True)


def test_named_hosts_are_answered_and_no_other(world: World) -> None:
    app = create_app(
        world.store, settings=settings(KETNAP_HOST="10.0.0.5", KETNAP_PROXY="1", KETNAP_HOSTS="a.vn, b.vn")
    )
    client = app.test_client()
    for host, status in (("a.vn", 200), ("b.vn", 200), ("c.vn", 400)):
        assert client.get("/sign-in", base_url=f"https://{host}").status_code == status


def test_where_to_go_never_holds_the_host_that_was_sent(app: Flask) -> None:
    for path in ("/tasks", "/account"):
        answer = app.test_client().get(path, base_url="https://evil.example")
        assert answer.location.startswith("/sign-in")


def test_no_form_does_anything_without_its_secret(
    app: Flask, world: World, person: Callable[[str], Person]
) -> None:
    user = person("cell1")
    count = select(func.count().label("n")).select_from(journal)
    before = world.rows(count)[0].n
    wrong = []
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint in FILES:
            continue
        path = rule.rule
        for converter in ("number", "int", "string"):
            while f"<{converter}:" in path:
                start = path.index(f"<{converter}:")
                path = path[:start] + "1" + path[path.index(">", start) + 1 :]
        answer = user.client.post(
            path.replace("<", "").replace(">", ""),
            data={"csrf_token": "guessed", "note": "x"},
            base_url="https://localhost",
            headers={"Referer": "https://localhost/"},
        )
        if answer.status_code not in (303, 400, 404, 405, 409, 422):
            wrong.append((path, answer.status_code))
    assert wrong == []
    assert world.rows(count)[0].n == before
    assert user.get("/account").request.path == "/account"  # not even signed out


@pytest.mark.parametrize("path", ["/sign-in", "/account", "/account/password", "/account/second-factor"])
def test_pages_of_the_account_are_kept_by_no_cache(person: Callable[[str], Person], path: str) -> None:
    answer = person("cell1").get(path, follow=False)
    assert answer.headers["Cache-Control"] == "no-store"


def test_settings_of_sessions_and_the_second_factor_are_read() -> None:
    read = settings(KETNAP_IDLE_MINUTES="10", KETNAP_SESSION_HOURS="8", KETNAP_SECOND_FACTOR="off")
    assert (read.idle.total_seconds(), read.session.total_seconds()) == (600, 28_800)
    assert read.second_factor is False
    assert settings().second_factor is True
    assert settings().data == Path("var")


def test_a_password_never_comes_back_in_a_page(world: World) -> None:
    app = make_app(world)
    user = Person(app)
    user.get("/sign-in")
    user.post("/sign-in", {"username": "khong-co", "password": PASSWORD})
    assert PASSWORD not in user.page
    user.sign_in("cell1")
    user.get("/account/password")
    user.post("/account/password", {"old": "mat-khau-sai-roi", "new": "mot-hai-ba-bon", "again": "khac"})
    assert "mat-khau-sai-roi" not in user.page
    assert "mot-hai-ba-bon" not in user.page
