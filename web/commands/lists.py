"""`ketnap import` and `ketnap adopt`: whole lists from files, a dry run first."""

from pathlib import Path

import click

from engine.time import day_of
from engine.transactions import Transaction
from web.commands.answers import in_words, json_option, refuse, tell
from web.opening import open_store
from web.settings import Settings
from workflows.access.accounts import find_account
from workflows.access.questions import require
from workflows.admission.adoption_sheet import adopt_sheet
from workflows.imports.planning import plan
from workflows.imports.reading import read
from workflows.imports.taking import error_file, reason_of, take_over

SHOWN = 20  # faulty rows named on the screen; all of them are in the error file
WORDS = {"new": "mới", "same": "không đổi", "changed": "thay đổi", "error": "lỗi"}

list_file = click.Path(path_type=Path, exists=True, dir_okay=False)
commit_option = click.option("--commit", is_flag=True, help="Ghi thật; không có cờ này thì chỉ đọc thử.")
error_option = click.option(
    "--errors", type=click.Path(path_type=Path), help="Ghi các dòng lỗi ra tệp .xlsx này."
)
by_option = click.option(
    "--by", "username", required=True, help="Tên đăng nhập của người chịu trách nhiệm nhập."
)


def account_id(tx: Transaction, username: str) -> int:
    """The person who answers for what a command writes."""
    account = find_account(tx, "username", username)
    if account is None:
        refuse(f"Không có tài khoản “{username}”.")
    return account.id


@click.command("import")
@click.argument("file", type=list_file)
@click.option("--institution", required=True, type=int, help="Số hiệu của trường nhận danh sách.")
@by_option
@commit_option
@error_option
@json_option
@in_words
def import_list(
    file: Path, institution: int, username: str, commit: bool, errors: Path | None, as_json: bool
) -> None:
    """Nhập danh sách học sinh, sinh viên từ FILE (.xlsx hoặc .csv); mặc định chỉ đọc thử."""
    sheet = read(file.read_bytes(), file.name)
    store = open_store(Settings.read())
    now = store.clock()
    with store.transaction(writing=commit) as tx:
        by = account_id(tx, username)
        require(tx, by, "students.import", None, day_of(now))
        if commit:
            report = take_over(tx, institution, sheet, on=day_of(now), by=by, now=now)
        else:
            report = plan(tx, institution, sheet, day_of(now))
    if errors and report.of("error"):
        errors.write_bytes(error_file(report))
    lines = [f"{WORDS[status]}: {count}" for status, count in report.counts.items()]
    lines += [f"dòng {line.number}: {reason_of(line)}" for line in report.of("error")[:SHOWN]]
    lines += [str(remark) for remark in report.remarks]
    lines.append("Đã ghi." if commit else "Mới đọc thử, chưa ghi gì; thêm --commit để ghi.")
    tell(as_json, {"committed": commit, **report.counts}, lines)
    if report.of("error"):
        raise SystemExit(1)


@click.command()
@click.argument("file", type=list_file)
@click.option("--institution", required=True, type=int, help="Số hiệu của trường có các hồ sơ này.")
@by_option
@commit_option
@json_option
@in_words
def adopt(file: Path, institution: int, username: str, commit: bool, as_json: bool) -> None:
    """Đưa hồ sơ giấy đang làm dở vào hệ thống theo bảng FILE (.xlsx hoặc .csv); mặc định chỉ thử.

    Mỗi dòng là một người, mỗi cột là ngày hoặc số của một văn bản đã có.
    """
    sheet = read(file.read_bytes(), file.name)
    store = open_store(Settings.read())
    now = store.clock()
    with store.transaction() as tx:
        by = account_id(tx, username)
        lines = adopt_sheet(tx, institution, sheet, by=by, now=now, dry=not commit)
    faulty = [line for line in lines if line.faults]
    words = [f"{len(lines) - len(faulty)} hồ sơ vào được, {len(faulty)} dòng có lỗi"]
    words += [f"dòng {line.number}: {fault}" for line in faulty for fault in line.faults]
    words.append("Đã ghi." if commit else "Mới thử, chưa ghi gì; thêm --commit để ghi.")
    cases = [line.case_id for line in lines if line.case_id]
    answer = {"committed": commit, "adopted": len(lines) - len(faulty), "faulty": len(faulty), "cases": cases}
    tell(as_json, answer, words)
    if faulty:
        raise SystemExit(1)
