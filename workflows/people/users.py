"""Accounts and the positions that they hold by day. Passwords are hashed and kept by `web`."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select, update

from engine.errors import Conflict, InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.people.names import clean, search_key, sort_key, split_name
from workflows.people.records import position, user_account
from workflows.people.words import POSITIONS


@dataclass(frozen=True)
class Held:
    """One position that a user holds; `deputises_id`: the position that this one stands in for."""

    id: int
    user_id: int
    organisation_id: int
    position: str
    deputises_id: int | None


def username_of(words: str) -> str:
    """A user name of lower-case letters, digits, dot and hyphen: "Bí thư.CB" → "bithu.cb"."""
    return "".join(char for char in search_key(words) if char.isascii() and (char.isalnum() or char in ".-"))


def add_user(
    tx: Transaction,
    username: str,
    name: str,
    *,
    password: str | None = None,
    member_id: int | None = None,
    student_id: int | None = None,
    email: str | None = None,
    slip_expires_at: datetime | None = None,
) -> int:
    """An account. `password` is a hash made by `web`; without one nobody can sign in with it.

    `slip_expires_at`: the password stands on a printed slip, and an own one is chosen before that moment.

    Raises InvalidAnswers (nothing left of the user name), Conflict (taken).
    """
    wanted = username_of(username)
    if not wanted:
        raise InvalidAnswers({"username": [Text("Tên đăng nhập cần có chữ cái hoặc chữ số.")]})
    if tx.execute(select(user_account.c.id).where(user_account.c.username == wanted)).scalar():
        raise Conflict(Text("Tên đăng nhập {username} đã có người dùng. Hãy chọn tên khác.", username=wanted))
    row = {
        "username": wanted,
        **named(name),
        "active": True,
        "fs_uniquifier": secrets.token_hex(16),
        "password": password,
        "member_id": member_id,
        "student_id": student_id,
        "email": email,
        "must_change_password": slip_expires_at is not None,
        "slip_expires_at": slip_expires_at,
    }
    return tx.insert(user_account, row)


def named(name: str) -> dict[str, object]:
    """The columns of a name: as it is written, to sort by, to search by."""
    full = clean(name)
    return {"name": full, "sort_key": sort_key(split_name(full)), "search_key": search_key(full)}


def add_position(
    tx: Transaction,
    user_id: int,
    organisation_id: int,
    word: str,
    *,
    since: date,
    until: date | None = None,
    deputises_id: int | None = None,
) -> int:
    """The user holds the position from `since`; `until` is the first day no longer."""
    if word not in POSITIONS:
        raise InvalidAnswers({"position": [Text("Chức vụ không hợp lệ.")]})
    if until is not None and until <= since:
        raise InvalidAnswers({"until": [Text("Ngày thôi giữ chức vụ phải sau ngày bắt đầu.")]})
    row = {
        "user_id": user_id,
        "organisation_id": organisation_id,
        "position": word,
        "valid_from": since,
        "valid_to": until,
        "deputises_id": deputises_id,
    }
    return tx.insert(position, row)


def end_position(tx: Transaction, position_id: int, *, on: date) -> None:
    """The position ends: `on` is the first day it is no longer held."""
    tx.execute(update(position).where(position.c.id == position_id).values(valid_to=on))


def positions_on(tx: Transaction, user_id: int, on: date) -> list[Held]:
    """What a user is, on a day."""
    return _held(tx, on, position.c.user_id == user_id)


def holders_on(tx: Transaction, organisation_id: int, on: date, word: str | None = None) -> list[Held]:
    """Who holds a position (any, or this one) in an organisation, on a day; active accounts only."""
    where = [position.c.organisation_id == organisation_id]
    if word is not None:
        where.append(position.c.position == word)
    return _held(tx, on, *where)


def _held(tx: Transaction, on: date, *where: ColumnElement[bool]) -> list[Held]:
    columns = position.c
    query = (
        select(columns.id, columns.user_id, columns.organisation_id, columns.position, columns.deputises_id)
        .join(user_account, user_account.c.id == columns.user_id)
        .where(
            user_account.c.active.is_(True),
            columns.valid_from <= on,
            or_(columns.valid_to.is_(None), columns.valid_to > on),
            *where,
        )
        .order_by(columns.id)
    )
    return [Held(*tuple(row)) for row in tx.execute(query)]
