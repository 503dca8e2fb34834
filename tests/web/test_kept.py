"""What was typed comes back after the session ended; to its own user only, and without doing the act."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from engine.records import task
from engine.transactions import Store
from tests.web.conftest import HASH, PASSWORD, Person, hidden
from tests.web.signing_in import Clock, enrol, open_app, slip_for
from tests.workflows.builders import World, build, noon
from web import kept
from web.addresses import is_own_path, own_path
from workflows.people.records import user_account

WORDS = "Lời nhận xét dài đã gõ cả buổi"


@pytest.fixture
def world(store: Store) -> World:
    made = build(store)
    with store.transaction() as tx:
        tx.execute(update(user_account).values(password=HASH))
    return made


@pytest.fixture
def clock(world: World) -> Clock:
    return Clock(noon(world.today))


@pytest.fixture
def app(world: World, clock: Clock) -> Flask:
    return open_app(world, clock)


@pytest.fixture
def form(world: World) -> str:
    """The address of a form with a long text: the interruption of a case."""
    return f"/cases/{world.nominate()}/interrupt"


def lost(app: Flask, clock: Clock, form: str, **more: Any) -> Person:
    """A form sent after the session ended of idleness."""
    user = Person(app).sign_in("cell1")
    user.get(form)
    clock.pass_by(minutes=45)
    answer = user.post(form, {"note": WORDS, **more})
    assert answer.status_code == 401
    assert "được giữ lại trong trang này" in user.page
    return user


def sign_in_again(user: Person, username: str = "cell1", password: str = PASSWORD, **more: str) -> Any:
    carried = {"_kept": hidden(user.page, "_kept") or "", "next": hidden(user.page, "next") or ""}
    return user.post("/sign-in", {"username": username, "password": password, **carried, **more})


def reopened(user: Person, form: str) -> Any:
    assert "Mở lại biểu mẫu" in user.page
    return user.post(form, {"_kept": hidden(user.page, "_kept") or ""})


def test_what_was_typed_is_there_again_after_signing_in_and_nothing_was_done(
    app: Flask, world: World, clock: Clock, form: str
) -> None:
    before = world.rows(select(task.c.id, task.c.element))
    user = lost(app, clock, form)
    assert WORDS not in user.page  # sealed
    assert sign_in_again(user).status_code == 200
    answer = reopened(user, form)
    assert answer.status_code == 200
    assert answer.request.path == form
    assert WORDS in user.page
    assert "còn nguyên dưới đây" in user.page
    assert world.rows(select(task.c.id, task.c.element)) == before
    assert user.post(form, {"note": WORDS}).status_code == 422  # the form itself works: it lacks its answers
    assert WORDS in user.page


def test_somebody_else_who_signs_in_gets_nothing_of_it(app: Flask, clock: Clock, form: str) -> None:
    user = lost(app, clock, form)
    packed = hidden(user.page, "_kept") or ""
    sign_in_again(user, "cell2")
    assert "do tài khoản khác gõ" in user.page
    assert user.post(form, {"_kept": packed}, follow=False).status_code == 303
    assert WORDS not in user.page


def test_it_opens_at_its_own_address_and_for_half_a_day_only(
    app: Flask, world: World, clock: Clock, form: str
) -> None:
    user = lost(app, clock, form)
    packed = hidden(user.page, "_kept") or ""
    sign_in_again(user)
    elsewhere = form.replace("/interrupt", "/helper-lost")
    assert user.post(elsewhere, {"_kept": packed}, follow=False).status_code == 303
    assert user.post(form, {"_kept": packed[:-8] + "AAAAAAA="}, follow=False).status_code == 303
    assert user.post(form, {"_kept": packed}).status_code == 200
    clock.pass_by(hours=12)
    user = Person(app).sign_in("cell1")
    assert user.post(form, {"_kept": packed}, follow=False).status_code == 303


def test_a_wrong_password_or_a_second_factor_on_the_way_loses_nothing(
    app: Flask, world: World, clock: Clock, form: str
) -> None:
    secret, codes = enrol(Person(app).sign_in("cell1"), clock)
    user = Person(app)
    user.get("/sign-in")
    user.post("/sign-in", {"username": "cell1", "password": PASSWORD})
    user.post("/sign-in/code", {"code": codes[0]})
    user.get(form)
    clock.pass_by(minutes=45)
    user.post(form, {"note": WORDS})
    assert sign_in_again(user, password="sai-mat-khau").status_code == 422
    sign_in_again(user)
    assert 'name="code"' in user.page
    carried = {"_kept": hidden(user.page, "_kept") or "", "next": hidden(user.page, "next") or ""}
    user.post("/sign-in/code", {"code": codes[1], **carried})
    reopened(user, form)
    assert WORDS in user.page
    assert secret


def test_a_slip_on_the_way_loses_nothing(app: Flask, world: World, clock: Clock, form: str) -> None:
    user = lost(app, clock, form)
    page = user.page
    slip_for(world, clock, "cell1", app)
    user.page = page
    sign_in_again(user, password="phieu-mot-lan-2026")
    assert "Chọn mật khẩu của mình" in user.page
    new = "mot cau dai cua rieng toi"
    user.post("/account/password", {"new": new, "again": new, "_kept": hidden(user.page, "_kept") or ""})
    reopened(user, form)
    assert WORDS in user.page


def test_a_form_of_an_earlier_session_comes_back_with_what_was_typed(
    app: Flask, world: World, form: str
) -> None:
    user = Person(app).sign_in("cell1")
    user.get(form)
    old = user.token()
    user.post("/sign-out", {})
    user.sign_in("cell1")
    answer = user.post(form, {"csrf_token": old, "note": WORDS})
    assert answer.status_code == 422
    assert WORDS in user.page
    assert "từ phiên trước" in user.page
    assert hidden(user.page, "csrf_token") != old


def test_a_form_of_another_site_is_refused_and_shows_nothing_of_it(app: Flask, form: str) -> None:
    user = Person(app).sign_in("cell1")
    for headers in (
        {"Referer": "https://evil.example/"},
        {"Sec-Fetch-Site": "cross-site", "Referer": "https://localhost/"},
        {"Origin": "null"},
        {},
    ):
        answer = user.client.post(form, data={"note": WORDS}, base_url="https://localhost", headers=headers)
        assert answer.status_code == 400
        assert WORDS not in answer.get_data(as_text=True)


def test_a_form_of_another_site_is_not_kept_for_whoever_signs_in(app: Flask, clock: Clock, form: str) -> None:
    user = Person(app).sign_in("cell1")
    clock.pass_by(hours=1)
    answer = user.client.post(
        form, data={"note": WORDS}, base_url="https://localhost", headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 400
    assert "_kept" not in answer.get_data(as_text=True)


def test_a_form_with_nothing_typed_only_asks_to_sign_in(app: Flask, clock: Clock, form: str) -> None:
    user = Person(app).sign_in("cell1")
    user.get(form)
    clock.pass_by(hours=1)
    answer = user.post(form, {"request_key": "x"}, follow=False)
    assert (answer.status_code, answer.location.startswith("/sign-in")) == (303, True)


def test_what_is_too_large_to_travel_is_said_to_be_lost(app: Flask, clock: Clock, form: str) -> None:
    import secrets

    user = Person(app).sign_in("cell1")
    user.get(form)
    clock.pass_by(hours=1)
    user.post(form, {"note": secrets.token_hex(kept.LARGEST)})
    assert "không giữ lại được ở đây" in user.page
    assert hidden(user.page, "_kept") is None


def test_files_are_not_kept_and_that_is_said(app: Flask, world: World, clock: Clock) -> None:
    from io import BytesIO

    user = Person(app).sign_in("union1")
    user.get("/import")
    clock.pass_by(hours=1)
    user.post("/import", {"file": (BytesIO(b"a,b"), "lop.csv")}, content_type="multipart/form-data")
    assert "Tệp đính kèm phải chọn lại" in user.page
    sign_in_again(user, "union1")
    user.post("/import", {"_kept": hidden(user.page, "_kept") or ""})
    assert "phải chọn lại" in user.page


def test_signing_in_twice_by_a_double_click_arrives(app: Flask) -> None:
    user = Person(app)
    user.get("/sign-in")
    form = {"csrf_token": user.token(), "username": "cell1", "password": PASSWORD, "next": "/account"}
    user.post("/sign-in", form)
    answer = user.post("/sign-in", form, follow=False)
    assert (answer.status_code, answer.location) == (303, "/account")


def test_a_sign_in_page_left_open_over_night_asks_again_and_keeps_the_name(app: Flask) -> None:
    user = Person(app)
    answer = user.post("/sign-in", {"csrf_token": "old", "username": "cell1", "password": PASSWORD})
    assert answer.status_code == 422
    assert 'value="cell1"' in user.page
    assert "mở đã lâu" in user.page
    assert user.post("/sign-in", {"username": "cell1", "password": PASSWORD}).status_code == 200


def test_a_page_shown_after_signing_out_asks_to_sign_in_and_signing_out_twice_is_no_error(
    app: Flask,
) -> None:
    user = Person(app).sign_in("cell1")
    user.get("/account")
    token = user.token()
    user.post("/sign-out", {})
    assert user.get("/account").request.path == "/sign-in"
    again = user.post("/sign-out", {"csrf_token": token})
    assert again.request.path == "/sign-in"


OWN = [
    ("/tasks", True),
    ("/students?q=thu&next=//x", True),
    ("", False),
    ("tasks", False),
    ("//evil.example", False),
    ("///evil.example", False),
    ("/\\evil.example", False),
    ("/\t/evil.example", False),
    ("\t//evil.example", False),
    ("/%09/evil", True),
    ("https://evil.example/", False),
    ("javascript:alert(1)", False),
    ("/a\r\nSet-Cookie: x=1", False),
    ("http://[", False),
]


@pytest.mark.parametrize(("address", "ours"), OWN)
def test_only_a_path_of_this_program_is_followed(address: str, ours: bool) -> None:
    assert is_own_path(address) is ours


def test_the_page_of_a_form_is_known_by_its_own_host_only() -> None:
    assert own_path("https://localhost/cases/1?tab=2", "localhost") == "/cases/1?tab=2"
    assert own_path("https://evil.example/cases/1", "localhost") is None
    assert own_path(None, "localhost") is None


def test_half_a_day_is_longer_than_a_session_may_be_away() -> None:
    assert timedelta(hours=8) < kept.LASTS <= timedelta(days=1)
