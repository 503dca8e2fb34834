"""The lists and the one page of accounts as an administrator sees them: names, seats, state; never a case."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from engine.errors import NotFound
from engine.transactions import Transaction
from workflows.organisations.records import organisation
from workflows.people.names import search_key
from workflows.people.records import member, position, user_account

PAGE = 50
STATES = ("can", "slip", "never", "closed")


@dataclass(frozen=True)
class Wanted:
    """Filters of the list; `after` is the key of the last line seen."""

    words: str = ""
    position: str = ""
    state: str = ""
    organisation: str = ""
    after: str | None = None


class Line(NamedTuple):
    """One account; `seats` are (position, organisation) of the day."""

    id: int
    name: str
    username: str
    active: bool
    has_password: bool
    must_change: bool
    slip_expires_at: datetime | None
    last_login_at: datetime | None
    sort_key: bytes
    seats: list[tuple[str, str]]


@dataclass(frozen=True)
class Accounts:
    lines: list[Line]
    count: int
    next: str | None


def accounts(tx: Transaction, scope: Collection[int] | None, wanted: Wanted, on: date) -> Accounts:
    """A page of accounts with a seat (now, later or before) in the scope, by given name."""
    a = user_account.c
    where = and_(*_scope(scope), *_filters(wanted, on))
    count = tx.execute(select(func.count()).select_from(user_account).where(where)).scalar_one()
    rows = tx.execute(
        select(a.id, a.name, a.username, a.active, a.password.is_not(None), a.must_change_password,
               a.slip_expires_at, a.last_login_at, a.sort_key)
        .where(where, *_beyond(wanted.after))
        .order_by(a.sort_key, a.id)
        .limit(PAGE + 1)
    ).all()  # fmt: skip
    seats = _seats(tx, [row.id for row in rows[:PAGE]], on)
    lines = [Line._make((*tuple(row), seats.get(row.id, []))) for row in rows[:PAGE]]
    last = lines[-1] if len(rows) > PAGE else None
    return Accounts(lines, count, f"{last.sort_key.hex()}_{last.id}" if last else None)


def _scope(scope: Collection[int] | None) -> list[ColumnElement[bool]]:
    p, a = position.c, user_account.c
    if scope is None:
        return [a.id.is_not(None)]
    return [exists().where(p.user_id == a.id, p.organisation_id.in_(sorted(scope)), p.deputises_id.is_(None))]


def _filters(wanted: Wanted, on: date) -> list[ColumnElement[bool]]:
    p, a, o = position.c, user_account.c, organisation.c
    found = []
    if folded := search_key(wanted.words):
        found.append(
            or_(
                a.search_key.contains(folded, autoescape=True),
                a.username.contains(folded.replace(" ", ""), autoescape=True),
            )
        )
    today = and_(p.user_id == a.id, p.valid_from <= on, or_(p.valid_to.is_(None), p.valid_to > on))
    if wanted.position:
        found.append(exists().where(today, p.position == wanted.position))
    if folded := search_key(wanted.organisation):
        named = select(o.id).where(o.name_key.contains(folded, autoescape=True))
        found.append(exists().where(today, p.organisation_id.in_(named)))
    states: dict[str, ColumnElement[bool]] = {
        "can": and_(a.active.is_(True), a.password.is_not(None), a.must_change_password.is_(False)),
        "slip": and_(a.active.is_(True), a.password.is_not(None), a.must_change_password.is_(True)),
        "never": and_(a.active.is_(True), a.password.is_(None)),
        "closed": a.active.is_(False),
    }
    return found + ([states[wanted.state]] if wanted.state in states else [])


def _beyond(after: str | None) -> list[ColumnElement[bool]]:
    text, _, number = (after or "").partition("_")
    try:
        key, last = bytes.fromhex(text), int(number[:18])
    except ValueError:
        return []
    a = user_account.c
    return [or_(a.sort_key > key, and_(a.sort_key == key, a.id > last))]


def _seats(tx: Transaction, accounts: list[int], on: date) -> dict[int, list[tuple[str, str]]]:
    p, o = position.c, organisation.c
    rows = tx.execute(
        select(p.user_id, p.position, o.name)
        .join(organisation, o.id == p.organisation_id)
        .where(p.user_id.in_(accounts), p.deputises_id.is_(None))
        .where(p.valid_from <= on, or_(p.valid_to.is_(None), p.valid_to > on))
        .order_by(p.id)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row.user_id, []).append((row.position, row.name))
    return found


def account(tx: Transaction, account_id: int) -> Any:
    """The row, with the member's name and birth date where it is a member's."""
    m = member.c
    row = tx.execute(
        select(user_account, m.family_name, m.middle_name, m.given_name)
        .outerjoin(member, m.id == user_account.c.member_id)
        .where(user_account.c.id == account_id)
    ).first()
    if row is None:
        raise NotFound
    return row


def seats_of(tx: Transaction, account_id: int) -> list[Any]:
    """Every seat that was given, present and future first."""
    p, o = position.c, organisation.c
    rows = tx.execute(
        select(p.id, p.position, p.organisation_id, o.name.label("organisation"), p.valid_from, p.valid_to)
        .join(organisation, o.id == p.organisation_id)
        .where(p.user_id == account_id, p.deputises_id.is_(None))
        .order_by(p.valid_to.is_not(None), p.valid_to.desc(), p.valid_from.desc(), p.id)
    )
    return list(rows.all())


def account_named(tx: Transaction, username: str) -> int | None:
    """The account of a user name, however it was typed."""
    found = select(user_account.c.id).where(user_account.c.username == username)
    number: int | None = tx.execute(found).scalar()
    return number
