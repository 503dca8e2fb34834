"""Slips, passwords, how often one may try, and sessions that end and can be ended."""

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from engine.records import journal
from engine.transactions import Store
from tests.web.conftest import HASH, PASSWORD, Person
from tests.web.signing_in import SLIP, Clock, account, open_app, sent, slip_for
from tests.workflows.builders import BEGINNING, World, build, noon
from workflows.access import attempts
from workflows.access.records import session as session_table
from workflows.access.records import sign_in_attempt
from workflows.access.sessions import end_sessions
from workflows.people.records import user_account
from workflows.people.users import add_position, add_user

OWN = "mot cau dai cua rieng toi"


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
def app(world: World, clock: Clock) -> Iterator[Flask]:
    yield open_app(world, clock)


# --- slips


def test_a_slip_leads_to_an_own_password_before_anything_else_and_is_worthless_then(
    app: Flask, world: World, clock: Clock
) -> None:
    before = Person(app).sign_in("cell1")
    slip_for(world, clock, "cell1", app)
    assert before.get("/account").request.path == "/sign-in"  # its sessions ended
    user = Person(app)
    assert sent(user, "cell1", SLIP).request.path == "/account/password"
    for path in ("/account", "/students", "/account/second-factor"):
        assert user.get(path).request.path == "/account/password"
    assert "Mật khẩu hiện nay" not in user.page
    same = user.post("/account/password", {"new": SLIP, "again": SLIP})
    assert (same.status_code, "phải khác mật khẩu in trên phiếu" in user.page) == (422, True)
    answer = user.post("/account/password", {"new": OWN, "again": OWN}, follow=False)
    assert answer.status_code == 303
    assert user.get("/account").request.path == "/account"
    assert sent(Person(app), "cell1", SLIP).status_code == 422
    assert Person(app).sign_in("cell1", OWN)


def test_a_slip_works_until_its_last_day_and_a_few_minutes_after_its_first_use(
    app: Flask, world: World, clock: Clock
) -> None:
    slip_for(world, clock, "cell1", app)
    assert sent(Person(app), "cell1", SLIP).request.path == "/account/password"
    clock.pass_by(minutes=9)
    again = Person(app)
    assert sent(again, "cell1", SLIP).request.path == "/account/password"  # clicked twice, page lost
    clock.pass_by(minutes=2)
    late = Person(app)
    assert sent(late, "cell1", SLIP).status_code == 422
    assert "đã hết hạn hoặc đã dùng" in late.page
    slip_for(world, clock, "cell2", app)
    clock.pass_by(days=14)
    assert sent(Person(app), "cell2", SLIP).status_code == 422


def test_a_page_asked_for_before_the_slip_is_reached_after_the_choice(
    app: Flask, world: World, clock: Clock
) -> None:
    slip_for(world, clock, "cell1", app)
    user = Person(app)
    user.get("/account")
    user.post("/sign-in", {"username": "cell1", "password": SLIP, "next": "/account"})
    answer = user.post("/account/password", {"new": OWN, "again": OWN, "next": "/account"}, follow=False)
    assert answer.location == "/account"


# --- passwords


def test_a_hash_with_weaker_parameters_is_made_anew_when_its_owner_signs_in(
    world: World, clock: Clock
) -> None:
    stronger = {"argon2__rounds": 2, "argon2__memory_cost": 16, "argon2__parallelism": 1}
    app = open_app(world, clock, SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=stronger)
    assert "m=8,t=1" in account(world, "cell1").password
    Person(app).sign_in("cell1")
    assert account(world, "cell1").password.startswith("$argon2id$v=19$m=16,t=2,p=1")
    Person(app).sign_in("cell1")


def test_a_password_typed_on_another_keyboard_is_the_same_password(app: Flask) -> None:
    user = Person(app).sign_in("cell1")
    user.get("/account/password")
    composed, apart = "một câu dài dễ nhớ", "một câu dài dễ nhớ"
    user.post("/account/password", {"old": PASSWORD, "new": composed, "again": composed})
    assert Person(app).sign_in("cell1", apart)


@pytest.mark.parametrize("easy", ["cell1cell1cell1", "aaaaaaaaaaaa", "1212121212"])
def test_a_password_that_is_easily_guessed_is_refused(app: Flask, easy: str) -> None:
    user = Person(app).sign_in("cell1")
    user.get("/account/password")
    assert user.post("/account/password", {"old": PASSWORD, "new": easy, "again": easy}).status_code == 422
    assert "dễ đoán" in user.page


def test_a_password_form_sent_twice_changes_it_once_and_is_not_refused(app: Flask) -> None:
    user = Person(app).sign_in("cell1")
    user.get("/account/password")
    token = user.token()
    form = {"csrf_token": token, "old": PASSWORD, "new": OWN, "again": OWN}
    assert user.post("/account/password", form).request.path == "/account"
    assert user.post("/account/password", form).request.path == "/account"


def test_the_wait_says_how_many_minutes_are_left_and_counts_for_unknown_names_alike(
    app: Flask, clock: Clock
) -> None:
    for name in ("cell1", "khong.co"):
        for _ in range(attempts.MOST_BY_ACCOUNT):
            sent(Person(app), name, "sai-mat-khau")
        clock.pass_by(minutes=5)
        user = Person(app)
        assert sent(user, name, PASSWORD).status_code == 422
        assert "Hãy đợi 10 phút" in user.page
    clock.pass_by(minutes=11)
    assert Person(app).sign_in("cell1")


def test_one_address_that_tries_many_names_waits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MOST_BY_ADDRESS", 3)
    user = Person(app)
    for number in range(3):
        sent(user, f"nguoi{number}", "sai")
    sent(user, "cell1", PASSWORD)
    assert "Hãy đợi" in user.page


def test_many_tries_at_once_are_counted_one_by_one(world: World, clock: Clock) -> None:
    heard = []

    def attempt() -> None:
        with world.store.transaction() as tx:
            attempts.record(tx, "cell1", "10.0.0.1", clock.now)
        with world.store.transaction(writing=False) as tx:
            if attempts.wait(tx, "cell1", "10.0.0.1", clock.now) is None:
                heard.append(1)

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(heard) <= attempts.MOST_BY_ACCOUNT
    assert world.rows(select(func.count().label("n")).select_from(sign_in_attempt))[0].n == 12


# --- sessions


def test_a_session_ends_when_nobody_uses_it_and_at_the_latest_after_its_whole_time(
    app: Flask, clock: Clock
) -> None:
    user = Person(app).sign_in("cell1")
    for _ in range(3):
        clock.pass_by(minutes=29)
        assert user.get("/account").request.path == "/account"
    clock.pass_by(minutes=31)
    assert user.get("/account").request.path == "/sign-in"
    user = Person(app).sign_in("cell1")
    for _ in range(25):
        clock.pass_by(minutes=28)
        user.get("/account")
    clock.pass_by(minutes=21)  # 12 hours and a minute
    assert user.get("/account").request.path == "/sign-in"


def test_sessions_are_listed_with_their_device_and_ended_by_their_owner_only(
    app: Flask, world: World, clock: Clock
) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    here, there, other = (Person(app).sign_in(name) for name in ("cell1", "cell1", "cell2"))
    far = Person(app)
    far.client.environ_base["HTTP_USER_AGENT"] = agent
    far.sign_in("cell1")
    here.get("/account")
    assert "Chrome trên Windows" in here.page
    rows = {
        row.agent: row.id
        for row in world.rows(select(session_table).where(session_table.c.user_id == world.users["cell2"]))
    }
    foreign = next(iter(rows.values()))
    assert here.post(f"/account/sessions/{foreign}/end", {}).status_code == 404
    assert other.get("/account").request.path == "/account"
    here.get("/account")
    number = re.search(r"/account/sessions/(\d+)/end", here.page)
    assert number is not None
    assert here.post(number[0], {}).request.path == "/account"
    assert far.get("/account").request.path == "/sign-in"  # the newest stands first
    here.post("/account/sessions/end", {})
    assert there.get("/account").request.path == "/sign-in"
    assert here.get("/account").request.path == "/account"
    with world.store.transaction() as tx:
        assert end_sessions(tx, world.users["cell1"]) == 1
    assert here.get("/account").request.path == "/sign-in"


def test_a_closed_account_is_signed_out_at_once(app: Flask, world: World) -> None:
    user = Person(app).sign_in("cell1")
    with world.store.transaction() as tx:
        tx.execute(update(user_account).where(user_account.c.username == "cell1").values(active=False))
    assert user.get("/account").request.path == "/sign-in"
    assert sent(Person(app), "cell1", PASSWORD).status_code == 422


def test_session_and_account_cost_one_query_and_the_last_use_is_written_once_a_minute(
    app: Flask, world: World, clock: Clock
) -> None:
    user = Person(app).sign_in("cell1")
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "session" in statement or "user_account" in statement:
            statements.append(statement)

    event.listen(world.store.engine, "before_cursor_execute", note)
    user.get("/account/password")  # a page that reads nothing itself
    assert len([one for one in statements if "session" in one]) == 1
    assert not [one for one in statements if one.startswith("UPDATE")]
    clock.pass_by(seconds=61)
    user.get("/account/password")
    user.get("/account/password")
    assert len([one for one in statements if one.startswith("UPDATE")]) == 1
    event.remove(world.store.engine, "before_cursor_execute", note)


def test_signing_in_makes_a_new_cookie_and_keeps_nothing_of_a_visitors(app: Flask) -> None:
    user = Person(app)
    user.get("/sign-in")
    with user.client.session_transaction(base_url="https://localhost") as before:
        before["planted"] = "x"
        before["key"] = "planted"
    user.sign_in("cell1")
    with user.client.session_transaction(base_url="https://localhost") as after:
        assert "planted" not in after
        assert after["key"] != "planted"


def test_a_stolen_copy_of_the_database_opens_no_session(app: Flask, world: World) -> None:
    user = Person(app).sign_in("cell1")
    with user.client.session_transaction(base_url="https://localhost") as kept:
        key = kept["key"]
    row = world.rows(select(session_table))[0]
    assert key not in str(tuple(row))


def test_an_administrator_ends_the_sessions_of_somebody_and_the_log_says_so(app: Flask, world: World) -> None:
    user = Person(app).sign_in("cell1")
    with world.store.transaction() as tx:
        boss = add_user(tx, "quantri", "Quản trị", password=HASH)
        add_position(tx, boss, world.commune, "administrator", since=BEGINNING)
    administrator = Person(app).sign_in("quantri")
    path = f"/users/{world.users['cell1']}"
    administrator.get(path)
    assert administrator.post(f"{path}/sessions/end", {}).request.path == path
    assert user.get("/account").request.path == "/sign-in"
    assert [row.facts["count"] for row in world.rows(select(journal)) if row.kind == "sessions_ended"] == [1]
