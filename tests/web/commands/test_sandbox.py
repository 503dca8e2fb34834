"""`ketnap demo --sandbox` and `ketnap sandbox`: made, moved, begun again, never in the place of real data."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.secrets import Keys
from engine.time import day_of, utcnow
from engine.transactions import Store
from tests.workflows.founding.books import book, example
from web.command import main
from web.commands.demonstration import demonstration_settings
from web.opening import make_database, open_store
from web.settings import Settings
from workflows import schema
from workflows.admission.registry import registry
from workflows.people.users import add_user

Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"KETNAP_DATA": str(tmp_path / "var"), "KETNAP_KEY_FILE": str(tmp_path / "keys" / "k.key")}


@pytest.fixture
def run(home: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr("engine.turns.Turn.REST", 0)
    return lambda *words: CliRunner().invoke(main, list(words), env=home)


def test_without_a_sandbox_the_command_says_how_to_make_one(run: Run) -> None:
    answer = run("sandbox", "show")
    assert answer.exit_code == 1
    assert "ketnap demo --sandbox" in answer.output


def test_a_sandbox_is_made_moved_forward_only_and_begun_again(run: Run) -> None:
    made = run("demo", "--sandbox", "--only-build", "--scale", "0")
    assert made.exit_code == 0, made.output
    today = day_of(utcnow())
    assert _today(run) == today
    target = today + timedelta(days=3)
    moved = run("sandbox", "move", f"{target:%d/%m/%Y}", "--json")
    assert json.loads(moved.stdout) == {"day": str(target)}
    back = run("sandbox", "move", str(today))
    assert back.exit_code == 1
    assert f"{target:%d/%m/%Y}" in back.output
    assert run("demo", "--sandbox", "--only-build").exit_code == 0  # what is there stays
    assert _today(run) == target
    assert run("demo", "--sandbox", "--anew", "--only-build", "--scale", "0").exit_code == 0
    assert _today(run) == today


def test_nothing_real_gets_into_a_sandbox(run: Run, home: dict[str, str], tmp_path: Path) -> None:
    assert run("demo", "--sandbox", "--only-build", "--scale", "0").exit_code == 0
    settings = demonstration_settings(Settings.read(home), None, "sandbox")
    inside = {"KETNAP_DATA": str(settings.data), "KETNAP_KEY_FILE": str(settings.key_file)}
    filled = tmp_path / "tinh.xlsx"
    filled.write_bytes(book(example()))
    for more in ((), ("--commit",)):
        words = ["found", str(filled), "--province", "Bắc Ninh", *more]
        answer = CliRunner().invoke(main, words, env=home | inside)
        assert answer.exit_code == 1
        assert "hộp cát để tập" in answer.output


def test_beginning_again_is_for_sandboxes_alone(run: Run, home: dict[str, str]) -> None:
    """Whatever else somebody put into that folder stays as it is."""
    assert "chỉ đi với --sandbox" in run("demo", "--anew").output
    settings = demonstration_settings(Settings.read(home), None, "sandbox")
    engine, keys, _new = make_database(settings)
    schema.upgrade(engine)
    with Store(engine, registry=registry(), keys=keys).transaction() as tx:
        add_user(tx, "ai.do", "Ai Đó")
    engine.dispose()
    (settings.data / "accounts.json").write_text("[]")
    answer = run("demo", "--sandbox", "--anew", "--only-build")
    assert answer.exit_code == 1
    assert "không phải hộp cát" in answer.output
    assert "không mở ở đây" in run("demo", "--sandbox").output, "nor is it opened as if it were made up"
    assert Keys.load(settings.key_file)
    with open_store(settings).transaction(writing=False) as tx:
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM user_account").scalar() == 1


def _today(run: Run) -> date:
    return date.fromisoformat(json.loads(run("sandbox", "show", "--json").stdout)["day"])
