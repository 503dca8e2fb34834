"""The pages of a sandbox: the band, another day asked for, what happened on the way; sessions go on."""

from datetime import date, timedelta

import pytest
from flask import Flask
from passlib.totp import TOTP
from sqlalchemy import update

from engine.time import utcnow
from engine.transactions import Store
from tests.web.conftest import AT_EASE, HASH, Person, make_app
from tests.workflows.builders import BEGINNING, FIRST_DAY, World
from tests.workflows.sandbox.conftest import Sandbox, make
from web.application import create_app
from workflows.access import second_factor
from workflows.access.sessions import Limits
from workflows.organisations.queries import tree_of
from workflows.people.records import user_account
from workflows.people.users import add_position, add_user
from workflows.sandbox import moving

BIRTHDAY = date(2025, 8, 23)
MONTH = timedelta(days=31)


@pytest.fixture
def sandbox(store: Store, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    monkeypatch.setattr("engine.turns.Turn.REST", 0)
    made = make(store, born=BIRTHDAY.replace(year=2007))
    with store.transaction() as tx:
        root = tree_of(tx).ancestors_on(made.world.commune, BEGINNING)[-1]
        made.world.users["administrator1"] = add_user(tx, "administrator1", "Quản Trị")
        add_position(tx, made.world.users["administrator1"], root, "administrator", since=BEGINNING)
        tx.execute(update(user_account).values(password=HASH))
    return made


@pytest.fixture
def app(sandbox: Sandbox) -> Flask:
    """As in a real process: the clock is the store's, sessions are as short as they are."""
    return create_app(sandbox.store, config={**AT_EASE, "SESSION_LIMITS": Limits(), "TESTING": True})


def run_worker(sandbox: Sandbox) -> None:
    """What the worker does until the sandbox has come to the day that was asked for."""
    moving.go_on(sandbox.store, sandbox.mover(), seconds=3600)


def test_every_page_says_which_day_it_is_and_who_may_move_it(app: Flask) -> None:
    somebody = Person(app)
    somebody.get("/sign-in")
    assert "Hộp cát: hôm nay là 18/08/2025" in somebody.page
    somebody.sign_in("cell1").get("/tasks")
    assert "Hộp cát: hôm nay là 18/08/2025" in somebody.page
    assert 'href="/sandbox"' not in somebody.page
    assert somebody.get("/sandbox").status_code == 404
    trainer = Person(app).sign_in("administrator1")
    trainer.get("/organisations")
    assert 'href="/sandbox"' in trainer.page


def test_a_day_asked_for_on_the_page_is_reached_by_the_worker_and_seen_by_all(
    app: Flask, sandbox: Sandbox
) -> None:
    case_id = sandbox.world.nominate()
    while tasks := sandbox.world.tasks(case_id):
        sandbox.world.step(case_id, tasks)
    trainer, cell = Person(app).sign_in("administrator1"), Person(app).sign_in("cell1")
    trainer.get("/sandbox")
    answer = trainer.post("/sandbox/move", {"day": "25/08/2025"})
    assert answer.headers["Refresh"] == "2"
    assert "Đã qua 0 trên 7 ngày." in trainer.page
    assert "đang chuyển đến 25/08/2025" in cell.get("/tasks").text
    run_worker(sandbox)
    page = cell.get("/tasks").text
    assert "Hộp cát: hôm nay là 25/08/2025" in page
    assert "đang chuyển" not in page
    answer = trainer.get("/sandbox")
    assert "Refresh" not in answer.headers
    assert 'href="/sandbox/days/2025-08-23"' in trainer.page
    trainer.get("/sandbox/days/2025-08-23")
    assert f"hồ sơ số {case_id}" in trainer.page
    assert "Đủ tuổi" in trainer.page or "đủ tuổi" in trainer.page
    assert "Nguyễn" not in trainer.page  # numbers of cases, never names
    assert trainer.get("/sandbox/days/2025-08-23?school=987654").text.count("không có gì xảy ra") == 1
    for odd in ("school=" + "9" * 40, "school=x&page=-7", "page=99999"):
        assert trainer.get(f"/sandbox?{odd}").status_code == 200
    assert "chưa đi qua ngày này" in trainer.get("/sandbox/days/2031-01-01").text
    assert trainer.get("/sandbox/days/hom-nay").status_code == 404


def test_a_month_further_everybody_is_still_signed_in(app: Flask, sandbox: Sandbox) -> None:
    cell = Person(app).sign_in("cell1")
    sandbox.ask(FIRST_DAY + MONTH)
    moving.go_on(sandbox.store, sandbox.mover(()), seconds=60)
    assert cell.get("/tasks", follow=False).status_code == 200
    assert "hôm nay là 18/09/2025" in cell.page


def test_codes_of_the_second_factor_are_those_of_the_clock_on_the_wall(app: Flask, sandbox: Sandbox) -> None:
    secret = TOTP.new(size=20).base32_key
    with sandbox.store.transaction() as tx:
        second_factor.keep_secret(tx, sandbox.world.users["cell1"], secret, 0, [])
    cell = Person(app)
    cell.sign_in("cell1")
    right = TOTP(secret).generate(utcnow()).token
    assert cell.post("/sign-in/code", {"code": right}).status_code == 200
    assert "Việc cần làm" in cell.page


@pytest.mark.parametrize(
    ("day", "said"),
    [("18/08/2025", "chỉ đi tới"), ("01/01/2040", "nhiều nhất đến"), ("31/02/2026", "Ngày không có thật")],
)
def test_a_day_that_cannot_be_is_refused_at_the_field(app: Flask, day: str, said: str) -> None:
    trainer = Person(app).sign_in("administrator1")
    trainer.get("/sandbox")
    assert trainer.post("/sandbox/move", {"day": day}).status_code == 422
    assert said in trainer.page
    assert f'value="{day}"' in trainer.page


def test_a_move_is_stopped_on_the_page(app: Flask, sandbox: Sandbox) -> None:
    trainer = Person(app).sign_in("administrator1")
    trainer.get("/sandbox")
    trainer.post("/sandbox/move", {"day": "25/09/2025"})
    assert "chưa có tiến trình nền" not in trainer.page.lower()
    trainer.post("/sandbox/stop", {})
    assert "Đã dừng." in trainer.page
    assert "dừng giữa đường" in trainer.page
    assert trainer.post("/sandbox/stop", {}).status_code == 409


def test_a_real_database_has_no_band_and_says_that_its_day_is_real(world: World) -> None:
    app = make_app(world)
    with world.store.transaction() as tx:
        root = tree_of(tx).ancestors_on(world.commune, BEGINNING)[-1]
        number = add_user(tx, "administrator1", "Quản Trị")
        add_position(tx, number, root, "administrator", since=BEGINNING)
        tx.execute(update(user_account).values(password=HASH))
    trainer = Person(app).sign_in("administrator1")
    trainer.get("/sandbox")
    assert "không phải hộp cát" in trainer.page
    assert "hôm nay là" not in trainer.page
    assert trainer.post("/sandbox/move", {"day": "01/01/2030"}).status_code == 409
