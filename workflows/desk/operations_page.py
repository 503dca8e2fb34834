"""What the administrator watches: incidents, the journal's chain, work that should have been done by now."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from engine.errors import NotFound, Text
from engine.records import incident as incidents
from engine.records import journal, journal_head, outbox, timer
from engine.transactions import Transaction
from workflows.people.records import user_account


class Chain(NamedTuple):
    """How far the journal is sealed, and its last signed day."""

    sealed: int
    unsealed: int
    signed_on: Any


class Waiting(NamedTuple):
    """Work of the worker that is due: a number that stays high says that no worker runs."""

    timers: int
    oldest_timer: datetime | None
    messages: int


def chain(tx: Transaction) -> Chain:
    sealed = select(func.max(journal.c.position)).scalar_subquery()
    unsealed = select(func.count()).where(journal.c.position.is_(None)).scalar_subquery()
    signed = select(func.max(journal_head.c.day)).scalar_subquery()
    found = tuple(tx.execute(select(sealed, unsealed, signed)).one())
    return Chain(found[0] or 0, found[1], found[2])


def waiting(tx: Transaction, now: datetime) -> Waiting:
    due = tuple(tx.execute(select(func.count(), func.min(timer.c.due_at)).where(timer.c.due_at <= now)).one())
    messages = tx.execute(select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None)))
    return Waiting(due[0], due[1], int(messages.scalar_one()))


def incident(tx: Transaction, incident_id: int) -> Any:
    """One incident with who closed it; NotFound."""
    row = tx.execute(
        select(incidents, user_account.c.name.label("who"))
        .outerjoin(user_account, user_account.c.id == incidents.c.closed_by)
        .where(incidents.c.id == incident_id)
    ).one_or_none()
    if row is None:
        raise NotFound(Text("Không có sự cố số {number}.", number=incident_id))
    return row
