"""Signing in and out, the headers of every answer, secrets of forms, and what is refused at the door."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from engine.errors import (
    Conflict,
    Failure,
    InvalidAnswers,
    ModelError,
    NotAllowed,
    NotFound,
    NotLawful,
    Unavailable,
)
from tests.web.conftest import PASSWORD, Person
from tests.workflows.builders import World
from web.errors import STATUS, status_of
from web.headers import CSP
from workflows.access.attempts import MOST_BY_ACCOUNT


def test_a_user_signs_in_by_name_whatever_case_and_accents_were_typed(app: Flask) -> None:
    user = Person(app)
    user.get("/sign-in")
    answer = user.post("/sign-in", {"username": " CELL1 ", "password": PASSWORD})
    assert answer.request.path == "/tasks"
    assert "Việc cần làm" in user.page


@pytest.mark.parametrize(("username", "password"), [("cell1", "sai-mat-khau"), ("khong.co.ai", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    app: Flask, username: str, password: str
) -> None:
    user = Person(app)
    user.get("/sign-in")
    answer = user.post("/sign-in", {"username": username, "password": password})
    assert answer.status_code == 422
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in user.page
    assert username in user.page
    assert password not in user.page


def test_too_many_wrong_passwords_close_the_account_for_a_quarter_of_an_hour(
    app: Flask, world: World
) -> None:
    user = Person(app)
    for _ in range(MOST_BY_ACCOUNT):
        user.get("/sign-in")
        user.post("/sign-in", {"username": "cell1", "password": "sai"})
    user.post("/sign-in", {"username": "cell1", "password": PASSWORD})
    assert "Hãy đợi 15 phút" in user.page
    Person(app).sign_in("cell2")  # another account is not closed
    world.today += timedelta(days=1)
    assert user.sign_in("cell1").page


def test_changing_the_password_ends_every_other_session(app: Flask) -> None:
    here, there = Person(app).sign_in("cell1"), Person(app).sign_in("cell1")
    here.get("/account/password")
    sent = {"old": PASSWORD, "new": "mot-cau-dai-de-nho", "again": "mot-cau-dai-de-nho"}
    assert here.post("/account/password", sent).request.path == "/account"
    assert here.get("/tasks").request.path == "/tasks"
    assert there.get("/tasks").request.path == "/sign-in"
    assert Person(app).sign_in("cell1", "mot-cau-dai-de-nho").get("/tasks").request.path == "/tasks"


def test_a_new_password_that_is_short_or_typed_differently_is_refused_by_field(app: Flask) -> None:
    user = Person(app).sign_in("cell1")
    user.get("/account/password")
    answer = user.post("/account/password", {"old": "sai", "new": "ngan", "again": "khac"})
    assert answer.status_code == 422
    assert "Mật khẩu hiện nay không đúng." in user.page
    assert "Mật khẩu mới cần ít nhất 10 ký tự." in user.page


def test_signing_out_ends_the_session(app: Flask) -> None:
    user = Person(app).sign_in("cell1")
    user.get("/tasks")
    user.post("/sign-out", {})
    assert user.get("/tasks").request.path == "/sign-in"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "tasks"])
def test_signing_in_leads_to_no_other_host(app: Flask, back: str) -> None:
    user = Person(app)
    user.get(f"/sign-in?next={back}")
    answer = user.post("/sign-in", {"username": "cell1", "password": PASSWORD, "next": back}, follow=False)
    assert answer.location == "/tasks"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(app: Flask) -> None:
    user = Person(app)
    user.get("/students?q=thu")
    answer = user.post(
        "/sign-in", {"username": "union1", "password": PASSWORD, "next": "/students?q=thu"}, follow=False
    )
    assert answer.location == "/students?q=thu"


def test_the_session_cookie_is_secure_and_not_for_scripts(app: Flask) -> None:
    user = Person(app)
    answer = user.get("/sign-in", follow=False)
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax"))


def test_every_answer_carries_the_headers_and_no_page_has_inline_script_or_style(
    app: Flask, person: Callable[[str], Person]
) -> None:
    user = person("cell1")
    for path in ("/tasks", "/cases", "/students", "/pool", "/import", "/account/password", "/cases/99999"):
        answer = user.get(path)
        assert answer.headers["Content-Security-Policy"] == CSP
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert " style=" not in user.page
        assert "<style" not in user.page
        assert "<script>" not in user.page
        assert " onclick" not in user.page


def test_files_of_ours_are_compressed_and_kept_for_a_year(app: Flask) -> None:
    user = Person(app)
    user.get("/sign-in")
    address = next(part.split('"')[0] for part in user.page.split('href="') if "bootstrap.css" in part)
    answer = user.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.data) < 40_000
    answer.close()


def test_a_form_without_its_secret_is_refused(app: Flask, person: Callable[[str], Person]) -> None:
    user = person("cell1")
    answer = user.client.post(
        "/sign-out", base_url="https://localhost", headers={"Referer": "https://localhost/"}
    )
    assert answer.status_code == 400
    assert "Chưa nhận được" in answer.get_data(as_text=True)
    assert user.get("/tasks").request.path == "/tasks"


@pytest.mark.parametrize("path", ["/students?q=%00", "/tasks?q=a%00b", "/cases/%00"])
def test_nul_is_refused_before_a_database_sees_it(person: Callable[[str], Person], path: str) -> None:
    assert person("cell1").get(path).status_code in (400, 404)


@pytest.mark.parametrize("number", ["9" * 19, "9" * 400, "0", "-1", "1e5", str(2**63)])
def test_a_number_that_no_row_can_have_is_a_page_that_is_not_there(
    person: Callable[[str], Person], number: str
) -> None:
    assert person("cell1").get(f"/cases/{number}").status_code == 404


def test_a_key_of_paging_that_makes_no_sense_shows_the_first_page(person: Callable[[str], Person]) -> None:
    user = person("cell1")
    for path in (
        "/tasks?after=x",
        "/cases?after=zz_1",
        f"/students?after=00_{'9' * 30}",
        "/tasks?after=2026-01-01_",
    ):
        assert user.get(path).status_code == 200


FAILURES: list[tuple[Failure, int]] = [
    (NotFound(), 404),
    (NotAllowed(), 404),
    (Conflict(), 409),
    (InvalidAnswers({}), 422),
    (NotLawful([]), 422),
    (ModelError("cell_vote", "hỏng"), 500),
    (Unavailable(), 503),
]


@pytest.mark.parametrize(("failure", "status"), FAILURES)
def test_each_failure_has_one_status(failure: Failure, status: int) -> None:
    assert status_of(failure) == status


def test_the_table_of_errors_knows_the_whole_family() -> None:
    assert set(Failure.__subclasses__()) <= set(STATUS)


def test_an_error_that_nobody_foresaw_is_a_sentence_and_tells_nothing_of_its_cause(world: World) -> None:
    from tests.web.conftest import make_app

    app = make_app(world, PROPAGATE_EXCEPTIONS=False, TESTING=False)

    def broken(**_numbers: Any) -> str:
        raise RuntimeError("bí mật")

    app.view_functions["account.health"] = broken
    answer = Person(app).get("/health")
    assert answer.status_code == 500
    assert "bí mật" not in answer.get_data(as_text=True)
    assert "chưa ghi gì" in answer.get_data(as_text=True)


def test_a_database_that_does_not_answer_is_a_sentence_that_says_what_to_do(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = Person(app).sign_in("cell1")

    def locked(*_args: Any, **_options: Any) -> Any:
        raise Unavailable("Cơ sở dữ liệu đang bận. Hãy thử lại sau ít phút.")

    monkeypatch.setattr(world.store, "transaction", locked)
    for path in ("/tasks", "/health", "/sign-in"):
        answer = user.get(path)
        assert answer.status_code == 503
        assert "Cơ sở dữ liệu đang bận." in user.page


def test_health_says_that_the_database_answers(app: Flask) -> None:
    assert Person(app).get("/health").get_json() == {"status": "ok"}
