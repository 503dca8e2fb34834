"""Accounts: opened, their slips given, closed and opened again, their details changed. Each leaves an entry.

The password of a slip is made and hashed outside of the transaction and is kept nowhere in clear.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from engine.errors import Conflict, InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from workflows.access import second_factor
from workflows.access.accounts import SLIP_LASTS, issue_slip
from workflows.access.sessions import end_sessions
from workflows.administration.last import require_another_administrator
from workflows.administration.log import note
from workflows.founding.slips import Slip
from workflows.people.names import clean, search_key
from workflows.people.records import position, user_account
from workflows.people.users import add_user, named, username_of

UNKNOWN = Text("Không có tài khoản nào mang tên đăng nhập này.")
GONE = Text("Mục này vừa được sửa hoặc đã kết thúc. Hãy xem lại trang rồi làm lại.")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class NewAccount:
    """What an account starts with; `username` empty: proposed from the name."""

    name: str
    username: str = ""
    email: str | None = None
    member_id: int | None = None


def propose_username(tx: Transaction, name: str) -> str:
    """Given name, dot, initials of the rest: "Nguyễn Văn Thử" → "thu.nv", then "thu.nv2"."""
    words = [word for word in (username_of(word) for word in clean(name).split()) if word]
    if not words:
        raise InvalidAnswers({"name": [Text("Hãy ghi họ tên đầy đủ.")]})
    initials = "".join(word[0] for word in words[:-1])
    stem = f"{words[-1]}.{initials}" if initials else words[-1]
    like = select(user_account.c.username).where(user_account.c.username.startswith(stem, autoescape=True))
    taken = set(tx.execute(like).scalars())
    numbers = iter(range(2, 10_000))
    wanted = stem
    while wanted in taken:
        wanted = f"{stem}{next(numbers)}"
    return wanted


def open_account(
    tx: Transaction,
    new: NewAccount,
    slip: Slip,
    *,
    organisation_id: int | None,
    by: int,
    on: date,
    now: datetime,
    key: str | None = None,
) -> tuple[int, str]:
    """A new account with a first password on a slip; gives (id, user name)."""
    name = clean(new.name)
    if len(search_key(name)) < 2:
        raise InvalidAnswers({"name": [Text("Hãy ghi họ tên đầy đủ.")]})
    username = _free_username(tx, new.username, name)
    email = _free_email(tx, new.email, None)
    _free_member(tx, new.member_id, None)
    account_id = add_user(tx, username, name, member_id=new.member_id, email=email)
    issue_slip(tx, account_id, hashed=slip.hashed, expires_at=now + SLIP_LASTS, now=now)
    facts: dict[str, Any] = {"username": username, "key": key}
    note(
        tx,
        "account_opened",
        organisation_id=organisation_id,
        user_id=account_id,
        on=on,
        by=by,
        now=now,
        **facts,
    )
    return account_id, username


def _free_username(tx: Transaction, asked: str, name: str) -> str:
    if not asked.strip():
        return propose_username(tx, name)
    wanted = username_of(asked)
    if len(wanted) < 3:
        raise InvalidAnswers(
            {"username": [Text("Tên đăng nhập có ít nhất 3 chữ cái hoặc chữ số không dấu.")]}
        )
    if len(wanted) > 64:
        raise InvalidAnswers({"username": [Text("Tên đăng nhập dài quá. Hãy ghi gọn hơn.")]})
    if tx.execute(select(user_account.c.id).where(user_account.c.username == wanted)).scalar():
        free = propose_username(tx, name)
        raise InvalidAnswers(
            {
                "username": [
                    Text(
                        "Tên đăng nhập {username} đã có người dùng (không phân biệt dấu và chữ hoa). "
                        "Có thể dùng {free}.",
                        username=wanted,
                        free=free,
                    )
                ]
            }
        )
    return wanted


def _free_email(tx: Transaction, email: str | None, own: int | None) -> str | None:
    wanted = (email or "").strip().lower()
    if not wanted:
        return None
    if len(wanted) > 255 or not _EMAIL.fullmatch(wanted):
        raise InvalidAnswers({"email": [Text("Địa chỉ thư điện tử không đúng dạng.")]})
    holder = tx.execute(select(user_account.c.id).where(user_account.c.email == wanted)).scalar()
    if holder is not None and holder != own:
        raise InvalidAnswers({"email": [Text("Địa chỉ này đã ghi cho tài khoản khác.")]})
    return wanted


def _free_member(tx: Transaction, member_id: int | None, own: int | None) -> None:
    """One member has one account."""
    if member_id is None:
        return
    a = user_account.c
    other = tx.execute(select(a.id, a.username).where(a.member_id == member_id)).first()
    if other is not None and other.id != own:
        raise InvalidAnswers(
            {"member": [Text("Người này đã có tài khoản {username}.", username=other.username)]}
        )


def mark_of(row: Any) -> str:
    """What a form carries to say which state of the account it was made from; changes with each password."""
    return str(row.fs_uniquifier)[:12]


def give_slip(
    tx: Transaction,
    account_id: int,
    slip: Slip,
    *,
    mark: str,
    new_factor: bool = False,
    organisation_id: int | None,
    by: int,
    on: date,
    now: datetime,
) -> str:
    """A new password on a slip; every session of the account ends. Gives the user name.

    `new_factor`: the second factor is lost too (the telephone), and is set up again after signing in.
    Conflict where somebody gave a slip since the form was shown.
    """
    row = hold_account(tx, account_id)
    if account_id == by:
        raise Conflict(Text("Đồng chí tự đổi mật khẩu của mình ở mục Tài khoản, không cần phiếu."))
    if not row.active:
        raise Conflict(Text("Tài khoản đang khóa. Hãy mở khóa trước khi cấp phiếu."))
    if mark_of(row) != mark:
        raise Conflict(
            Text(
                "Phiếu vừa được cấp hoặc mật khẩu vừa đổi. "
                "Nếu chưa in được phiếu, hãy tải lại trang và cấp lại."
            )
        )
    issue_slip(tx, account_id, hashed=slip.hashed, expires_at=now + SLIP_LASTS, now=now)
    if new_factor:
        second_factor.drop(tx, account_id)
    note(
        tx,
        "account_slip",
        organisation_id=organisation_id,
        user_id=account_id,
        on=on,
        by=by,
        now=now,
        username=row.username,
        new_factor=new_factor or None,
    )
    return str(row.username)


def set_active(
    tx: Transaction,
    account_id: int,
    active: bool,
    *,
    organisation_id: int | None,
    by: int,
    on: date,
    now: datetime,
) -> None:
    """Closed: nobody signs in with it and its seats give nothing from now on; opened: as before.

    Not one's own, and never the last administrator's.
    """
    row = hold_account(tx, account_id)
    if row.active == active:
        return
    if not active:
        if account_id == by:
            raise Conflict(
                Text("Đồng chí không tự khóa tài khoản của mình được. Hãy nhờ quản trị viên khác.")
            )
        _require_others(tx, account_id, on)
    values = {"active": active, "fs_uniquifier": secrets.token_hex(16)}
    tx.execute(update(user_account).where(user_account.c.id == account_id).values(values))
    end_sessions(tx, account_id)
    kind = "account_reopened" if active else "account_closed"
    note(
        tx,
        kind,
        organisation_id=organisation_id,
        user_id=account_id,
        on=on,
        by=by,
        now=now,
        username=row.username,
    )


def end_all_sessions(
    tx: Transaction,
    account_id: int,
    *,
    organisation_id: int | None,
    by: int,
    on: date,
    now: datetime,
) -> int:
    """Whoever works under this account at some browser signs in anew; says how many sessions ended."""
    row = hold_account(tx, account_id)
    ended = end_sessions(tx, account_id)
    if ended:
        note(
            tx,
            "sessions_ended",
            organisation_id=organisation_id,
            user_id=account_id,
            on=on,
            by=by,
            now=now,
            username=row.username,
            count=ended,
        )
    return ended


def _require_others(tx: Transaction, account_id: int, on: date) -> None:
    c = position.c
    held = tx.execute(
        select(c.organisation_id).where(
            c.user_id == account_id,
            c.position == "administrator",
            c.valid_from <= on,
            (c.valid_to.is_(None)) | (c.valid_to > on),
        )
    ).scalars()
    for organisation_id in held.all():
        require_another_administrator(tx, organisation_id, without_account=account_id, on=on)


def change_details(
    tx: Transaction,
    account_id: int,
    *,
    name: str,
    email: str | None,
    member_id: int | None,
    organisation_id: int | None,
    by: int,
    on: date,
    now: datetime,
) -> bool:
    """Name, e-mail, and which member's account it is; False where nothing was different."""
    row = hold_account(tx, account_id)
    full = clean(name)
    if len(search_key(full)) < 2:
        raise InvalidAnswers({"name": [Text("Hãy ghi họ tên đầy đủ.")]})
    if member_id is not None and row.student_id is not None:
        raise InvalidAnswers({"member": [Text("Đây là tài khoản của học sinh, sinh viên.")]})
    _free_member(tx, member_id, account_id)
    values = {
        **named(full),
        "email": _free_email(tx, email, account_id),
        "member_id": member_id,
    }
    if all(getattr(row, field) == value for field, value in values.items()):
        return False
    tx.execute(update(user_account).where(user_account.c.id == account_id).values(values))
    fields = [field for field in ("name", "email", "member_id") if getattr(row, field) != values[field]]
    note(
        tx,
        "account_changed",
        organisation_id=organisation_id,
        user_id=account_id,
        on=on,
        by=by,
        now=now,
        username=row.username,
        fields=fields,
    )
    return True


def hold_account(tx: Transaction, account_id: int) -> Any:
    """The row, locked until the end of the transaction where the database knows row locks."""
    row = tx.execute(select(user_account).where(user_account.c.id == account_id).with_for_update()).first()
    if row is None:
        raise NotFound
    return row
