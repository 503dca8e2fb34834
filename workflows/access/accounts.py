"""Accounts as signing in needs them: found, their password kept, their failed attempts counted."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select, update

from engine.transactions import Transaction
from workflows.access.records import sign_in_attempt
from workflows.people.records import user_account

WINDOW = timedelta(minutes=15)
MOST_BY_ACCOUNT = 8
MOST_BY_ADDRESS = 60  # a whole school may share one address


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


_FIELDS = [user_account.c[name] for name in Account._fields]


def find_account(tx: Transaction, field: str, value: object) -> Account | None:
    """By `id`, `username`, `email` or `fs_uniquifier`."""
    row = tx.execute(select(*_FIELDS).where(user_account.c[field] == value)).one_or_none()
    return Account(*tuple(row)) if row else None


def keep_password(tx: Transaction, account_id: int, password: str, fs_uniquifier: str) -> None:
    """A new uniquifier ends every session of the account."""
    tx.execute(
        update(user_account)
        .where(user_account.c.id == account_id)
        .values(password=password, fs_uniquifier=fs_uniquifier)
    )


def keep_language(tx: Transaction, account_id: int, language: str) -> None:
    tx.execute(update(user_account).where(user_account.c.id == account_id).values(language=language))


def too_many_attempts(tx: Transaction, account: str, address: str, now: datetime) -> bool:
    """True while one account or one address failed too often in the last quarter of an hour."""
    at = sign_in_attempt.c
    recent = at.at > now - WINDOW
    by_account = select(func.count()).where(at.account == account[:64], recent).scalar_subquery()
    by_address = select(func.count()).where(at.address == address[:64], recent).scalar_subquery()
    row = tuple(tx.execute(select(by_account, by_address)).one())
    return bool(row[0] >= MOST_BY_ACCOUNT or row[1] >= MOST_BY_ADDRESS)


def record_failure(tx: Transaction, account: str, address: str, now: datetime) -> None:
    """Count one more failure; what is older than the window goes."""
    tx.execute(delete(sign_in_attempt).where(sign_in_attempt.c.at <= now - WINDOW))
    tx.execute(insert(sign_in_attempt).values(account=account[:64], address=address[:64], at=now))


def forget_failures(tx: Transaction, account: str) -> None:
    """A right password clears the account; the address keeps its count."""
    tx.execute(delete(sign_in_attempt).where(sign_in_attempt.c.account == account[:64]))
