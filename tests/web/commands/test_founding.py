"""`ketnap found` as an operator meets it: template, dry run, commit, slips, and what it never shows."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.transactions import Store, Transaction
from tests.workflows.founding.books import Rows, book, example
from web.command import main
from web.commands import founding
from workflows.founding.sheets import ACCOUNTS, MEMBERS
from workflows.imports.workbook import sheets_of

Run = Callable[..., Result]
PROVINCE = ("--province", "Bắc Ninh")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`ketnap found` on a new installation of its own."""
    home = {
        "KETNAP_DATA": str(tmp_path / "var"),
        "KETNAP_KEY_FILE": str(tmp_path / "keys" / "k.key"),
        "KETNAP_DATABASE_URL": f"sqlite:///{tmp_path / 'var' / 'ketnap.db'}",
        "KETNAP_HOST": "127.0.0.1",
        "KETNAP_PORT": "8470",
        "KETNAP_PROXY": "",
        "KETNAP_CERTIFICATE": "",
        "KETNAP_CERTIFICATE_KEY": "",
    }
    assert CliRunner().invoke(main, ["db", "upgrade"], env=home).exit_code == 0
    return lambda *words: CliRunner().invoke(main, ["found", *map(str, words)], env=home)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Rows], Path]:
    def to_file(rows: Rows) -> Path:
        path = tmp_path / "province.xlsx"
        path.write_bytes(book(rows))
        return path

    return to_file


def passwords(paper: str) -> list[str]:
    return re.findall(r"Mật khẩu: +(\S+)", paper)


def test_the_template_is_written_once_and_says_what_is_wrong_with_it_as_it_is(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "mau.xlsx"
    assert run("--template", path).exit_code == 0
    assert "Hướng dẫn" in dict(sheets_of(path.read_bytes()))
    assert "không ghi đè" in run("--template", path).output
    answer = run(path, *PROVINCE)
    assert answer.exit_code == 1
    assert "Không có dòng nào" in answer.output


def test_the_command_explains_itself(run: Run) -> None:
    answer = run("--help")
    assert answer.exit_code == 0
    assert "Tất cả hoặc không gì cả" in answer.output


def test_a_dry_run_counts_and_stores_nothing(run: Run, write: Callable[[Rows], Path]) -> None:
    path = write(example())
    for _ in range(2):
        answer = json.loads(run(path, *PROVINCE, "--json").stdout)
        assert answer["committed"] is False and answer["accounts"] == 0
        assert answer["sheets"]["accounts"] == {"new": 7, "same": 0, "kept": 0, "error": 0}
    assert "thêm --commit" in run(path, *PROVINCE).output


def test_a_commit_with_new_accounts_asks_where_the_slips_go(run: Run, write: Callable[[Rows], Path]) -> None:
    answer = run(write(example()), *PROVINCE, "--commit")
    assert answer.exit_code == 1
    assert "6 tài khoản mới" in answer.output and "--slips" in answer.output


def test_slips_are_for_their_owner_alone_and_passwords_stand_nowhere_else(
    run: Run, write: Callable[[Rows], Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    slips = tmp_path / "phieu.txt"
    with caplog.at_level(0):
        answer = run(write(example()), *PROVINCE, "--commit", "--slips", slips, "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["accounts"] == 6
    assert slips.stat().st_mode & 0o777 == 0o600
    paper = slips.read_text()
    found = passwords(paper)
    assert len(set(found)) == 6
    assert paper.count("http://127.0.0.1:8470") == 6
    shown = answer.output + caplog.text
    assert not any(password in shown for password in found)
    assert "argon2" not in shown


def test_twice_changes_nothing_and_needs_no_slips(
    run: Run, write: Callable[[Rows], Path], tmp_path: Path
) -> None:
    path, slips = write(example()), tmp_path / "phieu.txt"
    first = run(path, *PROVINCE, "--commit", "--slips", slips)
    assert "Đã ghi." in first.output and "giao tận tay" in first.output
    before = slips.read_text()
    again = run(path, *PROVINCE, "--commit", "--slips", slips)
    assert again.exit_code == 0, again.output
    assert "Tài khoản: mới 0, không đổi 7" in again.output
    assert slips.read_text() == before


def test_slips_that_are_there_are_never_written_over_and_nothing_is_stored(
    run: Run, write: Callable[[Rows], Path], tmp_path: Path
) -> None:
    path, slips = write(example()), tmp_path / "phieu.txt"
    slips.write_text("phiếu cũ")
    answer = run(path, *PROVINCE, "--commit", "--slips", slips)
    assert answer.exit_code == 1 and "không ghi đè" in answer.output
    assert slips.read_text() == "phiếu cũ"
    assert "mới 7" in run(path, *PROVINCE).output


def test_slips_go_again_when_storing_fails(
    run: Run, write: Callable[[Rows], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slips = tmp_path / "phieu.txt"
    seen: list[bool] = []

    def fail(*_given: object, **_more: object) -> None:
        seen.append(slips.exists())
        raise OSError("the disk is full")

    monkeypatch.setattr(founding, "take_over", fail)
    answer = run(write(example()), *PROVINCE, "--commit", "--slips", slips)
    assert isinstance(answer.exception, OSError)
    assert seen == [True]
    assert not slips.exists()


def test_slips_stay_when_nobody_knows_whether_the_commit_arrived(
    run: Run, write: Callable[[Rows], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slips = tmp_path / "phieu.txt"
    real = Store.transaction

    @contextmanager
    def lose_the_answer(self: Store, writing: bool = True) -> Iterator[Transaction]:
        with real(self, writing) as tx:
            yield tx
        if writing:
            raise ConnectionError("the answer of the commit was lost")

    monkeypatch.setattr(Store, "transaction", lose_the_answer)
    answer = run(write(example()), *PROVINCE, "--commit", "--slips", slips)
    assert isinstance(answer.exception, ConnectionError)
    assert len(passwords(slips.read_text())) == 6


def test_a_fault_stores_nothing_and_comes_back_in_a_file(
    run: Run, write: Callable[[Rows], Path], tmp_path: Path
) -> None:
    rows, errors, slips = example(), tmp_path / "sua.xlsx", tmp_path / "phieu.txt"
    rows[MEMBERS][1]["cell"] = "CB77"
    answer = run(write(rows), *PROVINCE, "--commit", "--slips", slips, "--errors", errors)
    assert answer.exit_code == 1
    assert "Đảng viên, dòng 3: Chi bộ: Không tìm thấy “CB77”" in answer.output
    assert "Chưa ghi gì" in answer.output
    assert not slips.exists()
    assert errors.stat().st_mode & 0o777 == 0o600
    assert "CB77" in str(dict(sheets_of(errors.read_bytes()))["Đảng viên"][1])
    machine = json.loads(run(write(rows), *PROVINCE, "--commit", "--json").stdout)
    assert machine["committed"] is False
    faulty = {(row["sheet"], row["row"]): row["fields"] for row in machine["errors"]}
    assert faulty[MEMBERS, 3] == ["cell"]
    assert all(sheet in (MEMBERS, ACCOUNTS) for sheet, _row in faulty)


@pytest.mark.parametrize(
    ("words", "why"),
    [((), "--province"), (("--province", "Bắc Nình"), "Không có tỉnh, thành phố tên Bắc Nình")],
)
def test_the_province_has_to_be_named_and_real(
    run: Run, write: Callable[[Rows], Path], words: tuple[str, ...], why: str
) -> None:
    answer = run(write(example()), *words)
    assert answer.exit_code == 1
    assert why in answer.output


def test_a_file_that_is_no_workbook_is_refused_in_words(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("không phải Excel")
    answer = run(path, *PROVINCE)
    assert answer.exit_code == 1
    assert "Tệp không phải Excel" in answer.output


def test_the_slips_name_the_address_that_was_given(
    run: Run, write: Callable[[Rows], Path], tmp_path: Path
) -> None:
    slips = tmp_path / "phieu.txt"
    run(write(example()), *PROVINCE, "--commit", "--slips", slips, "--address", "https://ketnap.minhhoa.vn")
    assert slips.read_text().count("https://ketnap.minhhoa.vn\n") == 6
