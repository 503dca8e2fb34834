"""`ketnap found`: organisations, schools, members and accounts of a real installation, from one workbook."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from engine.time import day_of
from web.commands.answers import in_words, json_option, refuse, tell
from web.commands.progress import shown
from web.opening import open_store
from web.settings import Settings
from workflows.administration.listing import account_named
from workflows.founding import Plan, Slip, error_file, make_slip, plan, read, sheet_of, take_over, template
from workflows.founding.drafting import Line
from workflows.founding.planning import kept_in_words, reason_of
from workflows.founding.sheets import FORMS
from workflows.people.users import username_of
from workflows.sandbox.queries import refuse_real_data

SHOWN = 20  # rows named on the screen; all of them are in the error file
WORDS = {"new": "mới", "same": "không đổi", "kept": "đã có, giữ nguyên", "error": "lỗi"}
output_file = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option("--template", "blank", type=output_file, help="Chỉ ghi tệp mẫu .xlsx (kèm hướng dẫn) ra đây.")
@click.option("--province", help="Tên tỉnh, ví dụ “Bắc Ninh”: để nhận ra tên xã, phường.")
@click.option("--commit", is_flag=True, help="Ghi thật; không có cờ này thì chỉ đọc thử.")
@click.option(
    "--slips", type=output_file, help="Ghi phiếu mật khẩu của các tài khoản mới ra tệp văn bản này."
)
@click.option("--address", help="Địa chỉ trang web ghi trên phiếu (mặc định theo KETNAP_HOST, KETNAP_PORT).")
@click.option("--errors", type=output_file, help="Có lỗi thì ghi lại cả tệp kèm lý do ra tệp .xlsx này.")
@click.option("--by", "username", help="Tên đăng nhập của người nhập, để nhật ký quản trị ghi tên.")
@json_option
@in_words
def found(
    file: Path | None,
    blank: Path | None,
    province: str | None,
    commit: bool,
    slips: Path | None,
    address: str | None,
    errors: Path | None,
    username: str | None,
    as_json: bool,
) -> None:
    """Lập tổ chức, trường, đảng viên, tài khoản từ tệp FILE (.xlsx); mặc định chỉ đọc thử.

    Tất cả hoặc không gì cả: một dòng có lỗi thì chưa dòng nào được ghi. Chạy lại không làm thay đổi gì.
    """
    if blank is not None:
        _write_new(blank, template())
        tell(as_json, {"template": str(blank)}, [f"Đã ghi tệp mẫu ra {blank}."])
        return
    if file is None or not province:
        refuse("Hãy ghi tên tệp và --province “Tên tỉnh”, hoặc --template TỆP.xlsx để lấy tệp mẫu.")
    planned, written = _found(file, province, commit, slips, address, username, quiet=as_json)
    if errors is not None and not planned.clean:
        _write_new(errors, error_file(planned))
    stored = commit and planned.clean
    answer = {
        "committed": stored,
        "sheets": planned.counts,
        "errors": [
            {
                "sheet": line.sheet,
                "row": line.number,
                "fields": [fault.field for fault in line.faults],
                "reason": reason_of(line),
            }
            for line in planned.of("error")
        ],
        "accounts": written,
    }
    tell(as_json, answer, _lines(planned, commit, slips if written else None))
    if not planned.clean:
        raise SystemExit(1)


def _found(
    file: Path,
    province: str,
    commit: bool,
    slips: Path | None,
    address: str | None,
    username: str | None,
    *,
    quiet: bool,
) -> tuple[Plan, int]:
    """The plan, carried out where that was asked for and no row has a fault; how many slips were written."""
    book, settings = read(file.read_bytes()), Settings.read()
    store = open_store(settings)
    now = store.clock()
    with store.transaction(writing=False) as tx:
        refuse_real_data(tx)
        planned = plan(tx, book, province, day_of(now))
        by = account_named(tx, username_of(username)) if username else None
    if username and by is None:
        refuse(f"Không có tài khoản {username}. Hãy ghi đúng tên đăng nhập, hoặc bỏ --by.")
    if not commit or not planned.clean:
        return planned, 0
    wanted = [seat.line.values for seat in planned.accounts.new]
    if wanted and slips is None:
        refuse(f"Có {len(wanted)} tài khoản mới. Hãy thêm --slips TỆP.txt để nhận phiếu mật khẩu.")
    made = []
    with shown(quiet) as step:  # hashing is slow on purpose: a thousand accounts take minutes
        for values in wanted:
            made.append(make_slip(values["username"], values["name"]))
            step("Tạo mật khẩu", len(made), len(wanted))
    with slips_on_paper(slips, made, address or web_address(settings)) as keep, store.transaction() as tx:
        planned = take_over(tx, book, province, made, on=day_of(now), now=now, by=by)
        if planned.clean:
            keep()
    return planned, len(made) if planned.clean else 0


@contextmanager
def slips_on_paper(path: Path | None, slips: list[Slip], address: str) -> Iterator[Callable[[], None]]:
    """The slips lie on the disk before anything is stored; they go again unless `keep` was called.

    Called right before the commit: if its answer is lost on the way, the accounts may be there, and a slip
    too many is better than an account whose password nobody has.
    """
    kept: list[bool] = []
    if path is None or not slips:
        yield lambda: None
        return
    _write_new(path, sheet_of(slips, address).encode())
    try:
        yield lambda: kept.append(True)
    finally:
        if not kept:
            path.unlink()


def _write_new(path: Path, content: bytes) -> None:
    """A new file that only its owner reads; what is there is never written over."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        refuse(f"Đã có tệp {path}, không ghi đè. Hãy chọn tên khác hoặc chuyển tệp ấy đi.")
    except OSError as error:
        refuse(f"Không ghi được tệp {path} ({error.strerror}). Hãy chọn thư mục khác.")
    with os.fdopen(handle, "wb") as output:
        output.write(content)
        output.flush()
        os.fsync(output.fileno())


def web_address(settings: Settings) -> str:
    secure = settings.certificate is not None or settings.proxy
    return f"{'https' if secure else 'http'}://{settings.host}:{settings.port}"


def _lines(planned: Plan, commit: bool, slips: Path | None) -> list[str]:
    lines = []
    for key, counts in planned.counts.items():
        numbers = ", ".join(f"{WORDS[status]} {count}" for status, count in counts.items())
        lines.append(f"{FORMS[key].name}: {numbers}")
    faulty, kept = planned.of("error"), planned.of("kept")
    lines += [f"{_where(line)}: {reason_of(line)}" for line in faulty[:SHOWN]]
    if len(faulty) > SHOWN:
        lines.append(f"… và {len(faulty) - SHOWN} dòng lỗi nữa; thêm --errors TỆP.xlsx để xem tất cả.")
    lines += [f"{_where(line)}: khác ở {kept_in_words(line)}; giữ nguyên như đã có" for line in kept[:SHOWN]]
    lines += [str(remark) for remark in planned.remarks]
    if not planned.clean:
        lines.append("Chưa ghi gì. Hãy sửa các dòng lỗi rồi chạy lại.")
    elif commit:
        lines.append("Đã ghi.")
    else:
        lines.append("Mới đọc thử, chưa ghi gì; thêm --commit để ghi.")
    if slips is not None:
        lines.append(f"Phiếu mật khẩu ở {slips}: in ra, giao tận tay từng người, rồi xóa tệp.")
    return lines


def _where(line: Line) -> str:
    return f"{FORMS[line.sheet].name}, dòng {line.number}"
