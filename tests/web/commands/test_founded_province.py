"""From nothing to the first day of work: an empty database, one workbook, and people who sign in.

No row is written by the test: everything comes through the commands and pages that an operator has.
"""

import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.engine import make_url

from engine.time import day_of, utcnow
from tests.web.conftest import Person, hidden
from tests.workflows.founding.books import book, example
from web.application import create_app
from web.command import main
from web.opening import open_store
from web.settings import Settings

Run = Callable[..., str]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A URL where nothing was made yet, not even a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'var' / 'ketnap.db'}"
        return
    server = make_url(request.getfixturevalue("postgresql_server"))
    name = f"ketnap_founded_{os.getpid()}"
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def home(empty_database: str, tmp_path: Path) -> dict[str, str]:
    return {
        "KETNAP_DATA": str(tmp_path / "var"),
        "KETNAP_KEY_FILE": str(tmp_path / "keys" / "k.key"),
        "KETNAP_DATABASE_URL": empty_database,
        "KETNAP_HOST": "127.0.0.1",
        "KETNAP_PROXY": "1",
        "KETNAP_CERTIFICATE": "",
        "KETNAP_CERTIFICATE_KEY": "",
    }


@pytest.fixture
def run(home: dict[str, str]) -> Run:
    """A command of `ketnap` that has to succeed; what it printed."""

    def command(*words: object) -> str:
        answer = CliRunner().invoke(main, [str(word) for word in words], env=home)
        assert answer.exit_code == 0, answer.output
        return answer.output

    return command


def test_a_founded_province_opens_its_doors(run: Run, home: dict[str, str], tmp_path: Path) -> None:
    workbook, slips, pupils = (tmp_path / name for name in ("tinh.xlsx", "phieu.txt", "lop.csv"))
    workbook.write_bytes(book(example()))
    run("db", "upgrade")
    run("found", workbook, "--province", "Bắc Ninh", "--commit", "--slips", slips)
    born = date(day_of(utcnow()).year - 18, 1, 2)
    pupils.write_text(f"Họ và tên,Ngày sinh,Lớp\nHoàng Thị Mới,{born:%d/%m/%Y},12A1\n")
    run("import", pupils, "--institution", "1", "--by", "vidu1.doan", "--commit")

    passwords = dict(re.findall(r"Tên đăng nhập: (\S+)\nMật khẩu: +(\S+)", slips.read_text()))
    store = open_store(Settings.read(home))
    app = create_app(store, config={"TESTING": True, "SECOND_FACTOR_GRACE": None})

    secretary = _first_time(app, "vidu1.bithu", passwords)
    assert secretary.get("/").status_code == 200
    assert "Nguyễn Thị Ví Dụ" in secretary.page
    assert "Hoàng Thị Mới" not in secretary.page  # nothing to do yet

    union = _first_time(app, "vidu1.doan", passwords)
    union.get("/students")
    student = re.search(r'href="/students/(\d+)">Hoàng Thị Mới<', union.page)
    assert student is not None
    today = f"{day_of(utcnow()):%d/%m/%Y}"
    assert union.post(f"/students/{student[1]}/nominate", {"on": today}).status_code == 200
    union.get("/")
    task = re.search(r'href="(/tasks/\d+[^"]*)"', union.page)
    assert task is not None, union.page
    _answer(union, task[1], {"outcome": "agreed", "on": today})

    assert secretary.get("/").status_code == 200
    assert "Hoàng Thị Mới" in secretary.page
    task = re.search(r'href="(/tasks/\d+[^"]*)"', secretary.page)
    assert task is not None
    _answer(secretary, task[1], {"outcome": "confirmed", "on": today})

    stranger = _first_time(app, "vidu2.bithu", passwords)
    stranger.get("/")
    assert "Hoàng Thị Mới" not in stranger.page
    store.engine.dispose()


def test_the_first_password_is_changed_by_its_owner_and_then_worthless(
    run: Run, home: dict[str, str], tmp_path: Path
) -> None:
    workbook, slips = tmp_path / "tinh.xlsx", tmp_path / "phieu.txt"
    workbook.write_bytes(book(example()))
    run("db", "upgrade")
    run("found", workbook, "--province", "bắc ninh", "--commit", "--slips", slips)
    first = re.search(r"Tên đăng nhập: phuong.bithu\nMật khẩu: +(\S+)", slips.read_text())
    assert first is not None
    store = open_store(Settings.read(home))
    app = create_app(store, config={"TESTING": True, "SECOND_FACTOR_GRACE": None})
    person = Person(app).sign_in("phuong.bithu", first[1])
    new = "mot cau dai de nho cua toi"
    assert person.get("/students").request.path == "/account/password"  # nothing before an own password
    answer = person.post("/account/password", {"new": first[1], "again": first[1]})
    assert answer.status_code == 422
    assert person.post("/account/password", {"new": new, "again": new}).status_code == 200
    run("found", workbook, "--province", "Bắc Ninh", "--commit")  # again: nobody's password comes back
    Person(app).sign_in("phuong.bithu", new)
    other = Person(app)
    assert other.post("/sign-in", {"username": "phuong.bithu", "password": first[1]}).status_code == 422

    again = tmp_path / "lai.txt"  # nobody can help: a way in again on the server
    run("account", "reset", "phuong.bithu", "--slips", again, "--second-factor")
    assert again.stat().st_mode & 0o077 == 0
    slip = re.search(r"Mật khẩu: +(\S+)", again.read_text())
    assert slip is not None
    answer = other.post("/sign-in", {"username": "phuong.bithu", "password": slip[1]})
    assert answer.request.path == "/account/password"
    words = ["account", "reset", "khong.co", "--slips", str(tmp_path / "x.txt")]
    assert CliRunner().invoke(main, words, env=home).exit_code == 1
    assert not (tmp_path / "x.txt").exists()
    store.engine.dispose()


def _first_time(app: Flask, username: str, passwords: dict[str, str]) -> Person:
    """Signed in with the slip, and an own password chosen."""
    person = Person(app).sign_in(username, passwords[username])
    own = f"cau dai cua rieng {passwords[username]}"
    assert person.post("/account/password", {"new": own, "again": own}).status_code == 200
    return person


def _answer(person: Person, path: str, answers: dict[str, str]) -> None:
    """Fill the form of a task and send it."""
    path = path.replace("&amp;", "&")
    assert person.get(path).status_code == 200
    sent = {
        "request_key": hidden(person.page, "request_key") or "",
        "case_version": hidden(person.page, "case_version") or "",
        **answers,
    }
    answer = person.post(path, sent)
    assert answer.status_code == 200, person.page
