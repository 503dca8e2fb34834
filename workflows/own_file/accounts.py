"""A student's own account: opened by a clerk of the school, first entered with a printed slip."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine import journal
from engine.errors import Conflict, Text
from engine.time import day_of
from engine.transactions import Transaction
from workflows.access.accounts import SLIP_LASTS, issue_slip
from workflows.administration.accounts import propose_username
from workflows.founding.slips import Slip
from workflows.people.records import user_account
from workflows.people.users import add_user


def account_of(tx: Transaction, student_id: int) -> Any:
    """The row of the student's account; None where there is none."""
    query = select(user_account).where(user_account.c.student_id == student_id)
    return tx.execute(query.order_by(user_account.c.id).limit(1)).first()


def give(
    tx: Transaction, student_id: int, name: str, slip: Slip, *, mark: str, by: int, now: datetime
) -> str:
    """A new account, or a new slip for the one there is; gives the user name.

    `mark`: what the form knew of the account (`mark_of`); Conflict where somebody gave a slip meanwhile.
    """
    row = account_of(tx, student_id)
    if mark_of(row) != mark:
        raise Conflict(Text("Vừa có người cấp phiếu cho người này. Hãy tải lại trang."))
    if row is not None and not row.active:
        raise Conflict(Text("Tài khoản đang khóa. Hãy nhờ quản trị viên mở khóa trước khi cấp phiếu."))
    if row is None:
        account_id, username = _open(tx, student_id, name)
    else:
        account_id, username = int(row.id), str(row.username)
    issue_slip(tx, account_id, hashed=slip.hashed, expires_at=now + SLIP_LASTS, now=now)
    facts = {"student": student_id, "account": account_id}
    journal.append(tx, None, "student_slip", on=day_of(now), by=by, now=now, facts=facts)
    return username


def mark_of(row: Any) -> str:
    """What tells one state of the account from the next; changes with each password."""
    return str(row.fs_uniquifier)[:12] if row is not None else ""


def _open(tx: Transaction, student_id: int, name: str) -> tuple[int, str]:
    username = propose_username(tx, name)
    return add_user(tx, username, name, student_id=student_id), username
