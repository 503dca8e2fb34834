"""Sessions of people who signed in: begun, found with their account in one query, listed, ended.

A session ends by itself when nobody used it for `Limits.idle`, and at the latest after `Limits.whole`. The
key goes to the browser and is kept here only as its hash.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, select, update

from engine.transactions import Transaction
from workflows.access.accounts import FIELDS, Account
from workflows.access.records import session
from workflows.people.records import user_account

SEEN = timedelta(minutes=1)  # the last use is written at most this often


class Limits(NamedTuple):
    """How long a session lives unused, and at most."""

    idle: timedelta = timedelta(minutes=30)
    whole: timedelta = timedelta(hours=12)


class Session(NamedTuple):
    """One session as its owner or an administrator sees it."""

    id: int
    begun_at: datetime
    seen_at: datetime
    address: str
    agent: str


class Found(NamedTuple):
    """Who asks, and in which session."""

    account: Account
    session: Session


_SHOWN = [session.c[name] for name in Session._fields]


def begin(
    tx: Transaction, user_id: int, *, address: str, agent: str, now: datetime, limits: Limits | None = None
) -> str:
    """A new session; gives its key, which is kept nowhere else. Sessions long over are cleared away."""
    tx.execute(delete(session).where(session.c.begun_at <= now - (limits or Limits()).whole))
    key = secrets.token_urlsafe(32)
    row = {
        "user_id": user_id,
        "key_hash": _hash(key),
        "begun_at": now,
        "seen_at": now,
        "address": address[:64],
        "agent": agent[:200],
    }
    tx.insert(session, row)
    return key


def find(tx: Transaction, key: str, now: datetime, limits: Limits) -> Found | None:
    """The session with its account, in one query; None once it ended or the account was closed."""
    row = tx.execute(
        select(*FIELDS, *_SHOWN)
        .join(user_account, user_account.c.id == session.c.user_id)
        .where(session.c.key_hash == _hash(key), user_account.c.active.is_(True), _alive(now, limits))
    ).one_or_none()
    if row is None:
        return None
    values = tuple(row)
    return Found(Account(*values[: len(FIELDS)]), Session(*values[len(FIELDS) :]))


def is_due(found: Session, now: datetime) -> bool:
    """The last use was written long enough ago to be written again."""
    return now - found.seen_at >= SEEN


def keep_seen(tx: Transaction, session_id: int, now: datetime) -> None:
    tx.execute(update(session).where(session.c.id == session_id, session.c.seen_at < now).values(seen_at=now))


def sessions_of(tx: Transaction, user_id: int, now: datetime, limits: Limits) -> list[Session]:
    """The sessions of a user that go on, the last used first."""
    rows = tx.execute(
        select(*_SHOWN)
        .where(session.c.user_id == user_id, _alive(now, limits))
        .order_by(session.c.seen_at.desc(), session.c.id.desc())
    )
    return [Session(*tuple(row)) for row in rows]


def end_session(tx: Transaction, user_id: int, session_id: int) -> bool:
    """End one session of this user; False where it ended before or is somebody else's."""
    return bool(_end(tx, session.c.user_id == user_id, session.c.id == session_id))


def end_sessions(tx: Transaction, user_id: int, *, but: int | None = None) -> int:
    """End all sessions of a user (`but`: except this one); says how many. For whoever closes an account."""
    more = [session.c.id != but] if but is not None else []
    return _end(tx, session.c.user_id == user_id, *more)


def _end(tx: Transaction, *where: ColumnElement[bool]) -> int:
    return int(tx.execute(delete(session).where(*where)).rowcount)


def _alive(now: datetime, limits: Limits) -> ColumnElement[bool]:
    return and_(session.c.seen_at > now - limits.idle, session.c.begun_at > now - limits.whole)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
