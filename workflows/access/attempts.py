"""Attempts to sign in, counted in the database, so that the limit holds whatever process answers.

An attempt is written and committed before it is counted: of many at once, each counts all that came before
it, and none slips through between counting and writing. The right answer takes its attempts back.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select

from engine.transactions import Transaction
from workflows.access.records import sign_in_attempt

WINDOW = timedelta(minutes=15)
MOST_BY_ACCOUNT = 8
MOST_BY_ADDRESS = 60  # a whole school may share one address
CODE = "2:"  # before the name of an account: attempts at its second factor, counted apart


def record(tx: Transaction, account: str, address: str, now: datetime) -> int:
    """Count one attempt more and give its number; what is older than the window goes."""
    tx.execute(delete(sign_in_attempt).where(sign_in_attempt.c.at <= now - WINDOW))
    row = {"account": account[:64], "address": address[:64], "at": now}
    return tx.insert(sign_in_attempt, row)


def wait(tx: Transaction, account: str, address: str, now: datetime) -> timedelta | None:
    """How long to wait, when one account or one address tried too often; None: go on.

    The attempt that asks was recorded before and is among those counted.
    """
    at = sign_in_attempt.c
    both = (
        _until(tx, at.account == account[:64], MOST_BY_ACCOUNT, now),
        _until(tx, at.address == address[:64], MOST_BY_ADDRESS, now),
    )
    ends = [end for end in both if end is not None]
    return max(ends) - now if ends else None


def take_back(tx: Transaction, attempt_id: int) -> None:
    """An attempt that was refused unheard does not make the wait longer."""
    tx.execute(delete(sign_in_attempt).where(sign_in_attempt.c.id == attempt_id))


def forget(tx: Transaction, account: str, attempt_id: int) -> None:
    """The right answer clears the account and takes back its own attempt; the address keeps the others."""
    own = (sign_in_attempt.c.account == account[:64]) | (sign_in_attempt.c.id == attempt_id)
    tx.execute(delete(sign_in_attempt).where(own))


def clear(tx: Transaction, account: str) -> None:
    """All attempts at an account and at its second factor are forgotten."""
    names = (account[:64], (CODE + account)[:64])
    tx.execute(delete(sign_in_attempt).where(sign_in_attempt.c.account.in_(names)))


def _until(tx: Transaction, whose: ColumnElement[bool], most: int, now: datetime) -> datetime | None:
    """When the next attempt may be heard: once the oldest of the last `most` has left the window."""
    query = (
        select(sign_in_attempt.c.at)
        .where(whose, sign_in_attempt.c.at > now - WINDOW)
        .order_by(sign_in_attempt.c.id.desc())
        .offset(most)
        .limit(1)
    )
    blocking: datetime | None = tx.execute(query).scalar()
    return None if blocking is None else blocking + WINDOW
