"""Slips, sessions that end and can be ended, the second factor, what an account owes before anything else."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from passlib.totp import TOTP
from sqlalchemy import event, func, select, update

from engine.records import journal
from engine.transactions import Store
from tests.web.conftest import AT_EASE, HASH, PASSWORD, Person, hidden
from tests.web.test_language import ENGLISH, shown
from tests.workflows.builders import BEGINNING, World, build, noon
from web.application import create_app
from web.authenticator import counter_of
from workflows.access import attempts, second_factor
from workflows.access.accounts import SLIP_LASTS, issue_slip
from workflows.access.records import session as session_table
from workflows.access.records import sign_in_attempt
from workflows.access.sessions import Limits, end_sessions
from workflows.people.records import user_account
from workflows.people.users import add_position, add_user

OWN = "mot cau dai cua rieng toi"
SLIP = "phieu-mot-lan-2026"
GRACE = timedelta(days=14)


class Clock:
    """The moment of the application; `pass_by` moves it on."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


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


# --- the second factor


@pytest.fixture
def strict(world: World, clock: Clock) -> Flask:
    return open_app(world, clock, SECOND_FACTOR_GRACE=GRACE)


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


def test_a_second_factor_is_set_up_by_a_first_code_and_asked_for_at_the_next_sign_in(
    app: Flask, world: World, clock: Clock
) -> None:
    user = Person(app).sign_in("cell1")
    user.get("/account/second-factor")
    assert "<svg" in user.page
    wrong = user.post("/account/second-factor", {"offer": hidden(user.page, "offer") or "", "code": "000000"})
    assert wrong.status_code == 422
    secret, _codes = enrol(user, clock)
    assert secret not in str(account(world, "cell1").tf_totp_secret)
    clock.pass_by(seconds=30)
    signed_in, status = with_code(app, code(secret, clock))
    assert status == 200
    assert signed_in.get("/account").request.path == "/account"


def test_a_password_alone_opens_nothing_where_there_is_a_second_factor(app: Flask, clock: Clock) -> None:
    secret, _ = enrol(Person(app).sign_in("cell1"), clock)
    user = Person(app)
    sent(user, "cell1", PASSWORD)
    assert user.get("/account").request.path == "/sign-in"
    user.get("/sign-in/code")
    clock.pass_by(minutes=6)
    assert user.post("/sign-in/code", {"code": code(secret, clock)}).status_code == 422
    assert "đăng nhập lại từ đầu" in user.page


def test_a_code_is_taken_once_and_a_step_too_early_or_late_but_no_further(app: Flask, clock: Clock) -> None:
    secret, _ = enrol(Person(app).sign_in("cell1"), clock)
    assert with_code(app, code(secret, clock))[1] == 422  # that of the setting up
    clock.pass_by(minutes=5)
    once = code(secret, clock)
    assert with_code(app, once)[1] == 200
    assert with_code(app, once)[1] == 422
    assert with_code(app, code(secret, clock, -1))[1] == 422  # before one that was used
    assert with_code(app, code(secret, clock, 2))[1] == 422
    assert with_code(app, code(secret, clock, 1))[1] == 200


def test_two_processes_cannot_both_take_one_code(world: World) -> None:
    taken = []

    def take() -> None:
        with world.store.transaction() as tx:
            taken.append(second_factor.take_counter(tx, world.users["cell1"], 7))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False, False, False, True]


def test_a_recovery_code_works_once_however_it_is_written(app: Flask, clock: Clock) -> None:
    _secret, codes = enrol(Person(app).sign_in("cell1"), clock)
    user, status = with_code(app, f" {codes[3].upper().replace('-', ' ')} ")
    assert status == 200
    assert "còn 9 mã" in user.page
    assert with_code(app, codes[3])[1] == 422
    assert with_code(app, codes[4])[1] == 200


def test_codes_are_guessed_a_few_times_only_and_the_password_does_not_clear_the_count(
    app: Flask, clock: Clock
) -> None:
    secret, codes = enrol(Person(app).sign_in("cell1"), clock)
    clock.pass_by(minutes=20)
    for _ in range(attempts.MOST_BY_ACCOUNT):
        with_code(app, "000000")
    for right in (code(secret, clock), codes[0]):
        user, status = with_code(app, right)
        assert status == 422
        assert "Hãy đợi 15 phút" in user.page


def test_setting_up_sent_twice_shows_the_same_codes(app: Flask, clock: Clock) -> None:
    user = Person(app).sign_in("cell1")
    user.get("/account/second-factor")
    offer = hidden(user.page, "offer") or ""
    key = re.search(r'class="key">([A-Z2-7 ]+)<', user.page)
    assert key is not None
    form = {"offer": offer, "code": code(key[1].replace(" ", ""), clock), "csrf_token": user.token()}
    pages = []
    for _ in range(2):
        assert user.post("/account/second-factor", form).status_code == 200
        pages.append(re.findall(r"<code>([a-z0-9-]{11})</code>", user.page))
    assert pages[0] == pages[1] != []


def test_the_second_factor_moves_to_another_telephone_after_the_password(
    app: Flask, world: World, clock: Clock
) -> None:
    user = Person(app).sign_in("cell1")
    user.get("/account/second-factor")
    early = hidden(user.page, "offer") or ""
    early_key = re.search(r'class="key">([A-Z2-7 ]+)<', user.page)
    assert early_key is not None
    old, _ = enrol(user, clock)
    early_code = code(early_key[1].replace(" ", ""), clock)
    form = {"offer": early, "code": early_code}
    assert user.post("/account/second-factor", form).status_code == 422  # no second one by an old page
    user.get("/account/second-factor")
    form = {"offer": hidden(user.page, "offer") or "", "code": "123456"}
    assert user.post("/account/second-factor", form).status_code == 422
    assert user.post("/account/second-factor/move", {"old": "sai"}).status_code == 422
    user.post("/account/second-factor/move", {"old": PASSWORD})
    key = re.search(r'class="key">([A-Z2-7 ]+)<', user.page)
    assert key is not None
    new = key[1].replace(" ", "")
    user.post("/account/second-factor", {"offer": hidden(user.page, "offer") or "", "code": code(new, clock)})
    assert "Mười mã này chỉ hiện một lần" in user.page
    clock.pass_by(minutes=2)
    assert with_code(app, code(old, clock))[1] == 422
    assert with_code(app, code(new, clock))[1] == 200


def test_an_offer_of_somebody_else_is_not_taken(app: Flask, clock: Clock) -> None:
    other = Person(app).sign_in("cell2")
    other.get("/account/second-factor")
    key = re.search(r'class="key">([A-Z2-7 ]+)<', other.page)
    assert key is not None
    user = Person(app).sign_in("cell1")
    user.get("/account/second-factor")
    typed = {"offer": hidden(other.page, "offer") or "", "code": code(key[1].replace(" ", ""), clock)}
    assert user.post("/account/second-factor", typed).status_code == 422


def test_those_who_decide_have_a_time_of_grace_and_then_set_it_up_before_anything_else(
    strict: Flask, world: World, clock: Clock
) -> None:
    user = Person(strict)
    sent(user, "cell1", PASSWORD)  # a secretary
    assert "xác thực hai bước, chậm nhất từ ngày" in user.page
    assert user.get("/account").request.path == "/account"
    clock.pass_by(days=13, hours=23, minutes=50)
    user = Person(strict).sign_in("cell1")
    clock.pass_by(minutes=20)
    assert user.get("/account").request.path == "/account"  # nobody is interrupted at work
    user = Person(strict)
    assert sent(user, "cell1", PASSWORD).request.path == "/account/second-factor"
    assert user.get("/account").request.path == "/account/second-factor"
    assert user.post("/account/sessions/end", {}).request.path == "/account/second-factor"
    enrol(user, clock)
    assert user.get("/account").request.path == "/account"
    assert user.get("/account/second-factor").status_code == 200
    assert "không tắt được" in user.page
    assert user.post("/account/second-factor/off", {"old": PASSWORD}).status_code == 409


def test_who_decides_nothing_is_asked_for_no_second_factor(strict: Flask, world: World, clock: Clock) -> None:
    sent(user := Person(strict), "union1", PASSWORD)
    assert account(world, "union1").second_factor_asked_at is None
    clock.pass_by(days=30)
    assert sent(user, "union1", PASSWORD).request.path != "/account/second-factor"


def test_a_second_factor_is_put_away_and_recovery_codes_renewed_with_the_password_only(
    app: Flask, world: World, clock: Clock
) -> None:
    user = Person(app).sign_in("union1")
    _secret, old = enrol(user, clock)
    user.get("/account/second-factor")
    offer = hidden(user.page, "offer") or ""
    assert user.post("/account/second-factor/codes", {"offer": offer, "old": "sai"}).status_code == 422
    user.get("/account/second-factor")
    offer = hidden(user.page, "offer") or ""
    user.post("/account/second-factor/codes", {"offer": offer, "old": PASSWORD})
    new = re.findall(r"<code>([a-z0-9-]{11})</code>", user.page)
    assert len(new) == len(old)
    assert not set(new) & set(old)
    assert with_code(app, old[0], "union1")[1] == 422
    assert with_code(app, new[0], "union1")[1] == 200
    user.get("/account/second-factor")
    assert user.post("/account/second-factor/off", {"old": PASSWORD}).request.path == "/account"
    assert account(world, "union1").tf_totp_secret is None


def test_a_code_of_another_secret_or_of_another_hour_has_no_counter() -> None:
    clock = Clock(datetime(2026, 11, 23, 8, tzinfo=UTC))
    first, second = TOTP.new().base32_key, TOTP.new().base32_key
    assert counter_of(first, code(first, clock), clock.now) is not None
    assert counter_of(first, code(first, clock), clock.now + timedelta(hours=1)) is None
    assert counter_of(first, code(second, clock), clock.now + timedelta(days=1)) is None
    for typed in ("", "12345", "abcdef", "١٢٣٤٥٦", "1234567"):
        assert counter_of(first, typed, clock.now) is None


# --- words


def test_no_english_word_stands_on_the_pages_of_signing_in(app: Flask, clock: Clock, world: World) -> None:
    user = Person(app).sign_in("cell1")
    pages = {}
    for path in ("/account", "/account/password", "/account/second-factor"):
        user.get(path)
        pages[path] = user.page
    user.post("/account/second-factor", {"offer": "x", "code": ""})
    pages["refused"] = user.page
    enrol(user, clock)
    pages["codes"] = user.page
    user.get("/account/second-factor")
    pages["state"] = user.page
    sent(user := Person(app), "cell1", PASSWORD)
    pages["code"] = user.page
    user.post("/sign-in/code", {"code": ""})
    pages["no code"] = user.page
    wrong = {}
    for name, page in pages.items():
        read = re.sub(r"[a-z0-9]{5}-[a-z0-9]{5}", " ", shown(page).replace("English", "").lower())
        if found := ENGLISH & set(re.findall(r"[a-z]+", re.sub(r"\S*[^\x00-\x7f]\S*", " ", read))):
            wrong[name] = found
    assert wrong == {}


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
