"""Accounts as signing in needs them: found, their passwords and slips kept.

A slip is a printed password for one choice of an own password. It works until its last day, and from its
first use only for ten minutes more: long enough to choose, too short to be found in a drawer.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select, update

from engine.transactions import Transaction
from workflows.access import attempts
from workflows.access.records import session
from workflows.people.records import user_account

SLIP_LASTS = timedelta(days=14)
SLIP_IN_USE = timedelta(minutes=10)


class Account(NamedTuple):
    """One row of `user_account`, as far as signing in needs it."""

    id: int
    username: str
    name: str
    active: bool
    fs_uniquifier: str
    password: str | None
    email: str | None
    language: str
    student_id: int | None
    must_change_password: bool
    slip_expires_at: datetime | None
    second_factor_asked_at: datetime | None
    tf_totp_secret: str | None


FIELDS = [user_account.c[name] for name in Account._fields]


def find_account(tx: Transaction, field: str, value: object) -> Account | None:
    """By `id`, `username`, `email` or `fs_uniquifier`."""
    row = tx.execute(select(*FIELDS).where(user_account.c[field] == value)).one_or_none()
    return Account(*tuple(row)) if row else None


def issue_slip(tx: Transaction, user_id: int, *, hashed: str, expires_at: datetime, now: datetime) -> None:
    """The password becomes the one on a printed slip (`hashed` by web); all sessions of the user end.

    What failed before is forgotten, so that the slip works at once. A second factor stays: see
    `second_factor.drop`.
    """
    values = {
        "password": hashed,
        "must_change_password": True,
        "slip_expires_at": expires_at,
        "fs_uniquifier": secrets.token_hex(16),
        "update_datetime": now.replace(tzinfo=None),
    }
    tx.execute(update(user_account).where(user_account.c.id == user_id).values(values))
    tx.execute(delete(session).where(session.c.user_id == user_id))
    username = tx.execute(select(user_account.c.username).where(user_account.c.id == user_id)).scalar()
    attempts.clear(tx, str(username))


def slip_is_over(account: Account, now: datetime) -> bool:
    """The password is a slip's whose time has passed, or that was used before."""
    until = account.slip_expires_at
    return account.must_change_password and until is not None and until <= now


def use_slip(tx: Transaction, user_id: int, now: datetime) -> None:
    """The slip was used: it works for a few minutes more, until an own password is chosen."""
    used_until = now + SLIP_IN_USE
    tx.execute(
        update(user_account)
        .where(user_account.c.id == user_id, user_account.c.must_change_password.is_(True))
        .where(user_account.c.slip_expires_at.is_(None) | (user_account.c.slip_expires_at > used_until))
        .values(slip_expires_at=used_until)
    )


def keep_password(tx: Transaction, user_id: int, password: str) -> None:
    """The own password that somebody chose; a slip is worthless from now on."""
    values = {"password": password, "must_change_password": False, "slip_expires_at": None}
    tx.execute(update(user_account).where(user_account.c.id == user_id).values(values))


def strengthen_password(tx: Transaction, user_id: int, old: str, new: str) -> None:
    """The same password under stronger parameters, unless it was changed meanwhile."""
    same = (user_account.c.id == user_id, user_account.c.password == old)
    tx.execute(update(user_account).where(*same).values(password=new))


def keep_sign_in(tx: Transaction, user_id: int, now: datetime) -> None:
    """When the account was last used to sign in, for administrators who look for forgotten ones."""
    at = now.astimezone(UTC).replace(tzinfo=None)
    tx.execute(
        update(user_account).where(user_account.c.id == user_id).values(last_login_at=at, current_login_at=at)
    )


def keep_language(tx: Transaction, account_id: int, language: str) -> None:
    tx.execute(update(user_account).where(user_account.c.id == account_id).values(language=language))
