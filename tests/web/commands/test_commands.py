"""The command line as an operator meets it: help, answers for programs, and refusals that say what to do."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.secrets import Keys
from web.command import main
from web.commands.demonstration import demonstration_settings
from web.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command on an installation of its own."""
    home = {
        "KETNAP_DATA": str(tmp_path / "var"),
        "KETNAP_KEY_FILE": str(tmp_path / "keys" / "k.key"),
        "KETNAP_DATABASE_URL": f"sqlite:///{tmp_path / 'var' / 'ketnap.db'}",
        "KETNAP_HOST": "127.0.0.1",
        "KETNAP_PROXY": "",
        "KETNAP_CERTIFICATE": "",
        "KETNAP_CERTIFICATE_KEY": "",
    }
    return lambda *words, **more: CliRunner().invoke(main, list(words), env=home | more)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("demo",),
        ("sandbox", "move"),
        ("sandbox", "show"),
        ("serve",),
        ("worker",),
        ("db", "upgrade"),
        ("db", "backup"),
        ("import",),
        ("adopt",),
        ("models", "check"),
        ("models", "render"),
        ("models", "draw"),
        ("rules", "check"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_every_command_explains_itself(run: Run, words: tuple[str, ...]) -> None:
    answer = run(*words, "--help")
    assert answer.exit_code == 0
    assert "Usage:" in answer.output


def test_the_first_upgrade_makes_key_and_tables_and_prints_the_sheet(run: Run, tmp_path: Path) -> None:
    first = run("db", "upgrade", "--json")
    assert first.exit_code == 0, first.output
    assert "PHIẾU KHÔI PHỤC KHÓA" in first.stderr
    assert json.loads(first.stdout)["before"] is None
    assert (tmp_path / "keys" / "k.key").stat().st_mode & 0o077 == 0
    again = run("db", "upgrade", "--json")
    assert "PHIẾU" not in again.stderr
    answer = json.loads(again.stdout)
    assert answer["before"] == answer["after"]


def test_the_doctor_finds_a_new_installation_well(run: Run) -> None:
    run("db", "upgrade")
    answer = run("doctor", "--json")
    findings = json.loads(answer.stdout)["findings"]
    assert [row["what"] for row in findings if not row["well"]] == []
    assert answer.exit_code == 0


def test_the_doctor_says_what_to_do_where_nothing_was_made(run: Run) -> None:
    answer = run("doctor")
    assert answer.exit_code == 1
    assert "LỖI  khóa" in answer.output


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_server_without_tables_says_which_command_makes_them(
    run: Run, tmp_path: Path, command: str
) -> None:
    Keys.create(tmp_path / "keys" / "k.key")
    answer = run(command)
    assert answer.exit_code == 1
    assert "ketnap db upgrade" in answer.output


def test_the_server_refuses_to_be_seen_from_other_machines_in_the_clear(run: Run) -> None:
    run("db", "upgrade")
    answer = run("serve", KETNAP_HOST="0.0.0.0")
    assert answer.exit_code == 1
    assert "KETNAP_CERTIFICATE" in answer.output


def test_the_models_and_the_rules_are_clean(run: Run) -> None:
    models = json.loads(run("models", "check", "--json").stdout)
    assert models["files"] > 20
    assert models["findings"] == []
    rules = json.loads(run("rules", "check", "--json").stdout)
    assert rules["editions"] >= 5
    assert rules["findings"] == []


def test_the_check_of_models_names_the_element_of_a_bad_one(run: Run, tmp_path: Path) -> None:
    run("models", "render", str(tmp_path / "svg"))
    assert len(list((tmp_path / "svg").glob("*.svg"))) > 20
    (tmp_path / "bad.bpmn").write_text("<!DOCTYPE x><definitions/>")
    answer = run("models", "check", str(tmp_path), "--json")
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["findings"][0]["file"] == "bad.bpmn"


def test_a_backup_is_made_once_and_never_written_over(run: Run, tmp_path: Path) -> None:
    run("db", "upgrade")
    assert run("db", "backup", str(tmp_path / "copy.db")).exit_code == 0
    again = run("db", "backup", str(tmp_path / "copy.db"))
    assert again.exit_code == 1
    assert "không ghi đè" in again.output


def test_importing_a_list_needs_somebody_who_answers_for_it(run: Run, tmp_path: Path) -> None:
    run("db", "upgrade")
    (tmp_path / "list.csv").write_text("Họ và tên,Ngày sinh,Lớp\nNguyễn Văn An,01/02/2009,12A1\n")
    answer = run("import", str(tmp_path / "list.csv"), "--institution", "1", "--by", "khong.co")
    assert answer.exit_code == 1
    assert "Không có tài khoản" in answer.output


def test_the_demonstration_never_touches_the_real_database_or_key() -> None:
    real = Settings.read({"KETNAP_DATABASE_URL": "postgresql+psycopg://a@b/c", "KETNAP_HOST": "0.0.0.0"})
    demonstration = demonstration_settings(real, None)
    assert demonstration.database_url == f"sqlite:///{Path('var/demo/ketnap.db')}"
    assert demonstration.key_file != real.key_file
    assert demonstration.host == "127.0.0.1"
