"""The second factor: set up, asked for, taken once, guessed a few times only, moved, put away."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from passlib.totp import TOTP
from sqlalchemy import update

from engine.transactions import Store
from tests.web.conftest import HASH, PASSWORD, Person, hidden
from tests.web.signing_in import Clock, account, code, enrol, open_app, sent, with_code
from tests.web.test_language import ENGLISH, shown
from tests.workflows.builders import World, build, noon
from web.authenticator import counter_of
from workflows.access import attempts, second_factor
from workflows.people.records import user_account

GRACE = timedelta(days=14)


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


@pytest.fixture
def strict(world: World, clock: Clock) -> Flask:
    return open_app(world, clock, SECOND_FACTOR_GRACE=GRACE)


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
