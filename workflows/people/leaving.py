"""A student leaves the institution: out of the pool in the same act, and never without a place to go to."""

from datetime import date, datetime

from sqlalchemy import select

from engine.errors import Conflict, InvalidAnswers, Text
from engine.records import case
from engine.time import day_of
from engine.transactions import Transaction
from workflows.people.pool import leave_pool
from workflows.people.records import pool_entry
from workflows.people.students import student_left
from workflows.season.destinations import refuse_lost

POOL_REASON = {"deceased": "deceased"}


def leave_school(
    tx: Transaction, student_id: int, *, on: date, reason: str, by: int | None, now: datetime
) -> None:
    """Record the leaving. Conflict for whoever is to be handed on, where neither a place nor a named reason
    is known; and for the case of somebody who died, which is closed first.

    Raises InvalidAnswers (reason, a future day), NotFound, Conflict (left before).
    """
    if on > day_of(now):
        raise InvalidAnswers({"on": [Text("Ngày rời trường không thể ở tương lai.")]})
    _refuse_open(tx, student_id, reason)
    refuse_lost(tx, student_id, on)
    student_left(tx, student_id, on=on, reason=reason)
    waiting = select(pool_entry.c.id).where(
        pool_entry.c.student_id == student_id, pool_entry.c.left_on.is_(None)
    )
    if tx.execute(waiting).first() is not None:
        leave_pool(tx, student_id, reason=POOL_REASON.get(reason, "left_school"), on=on, by=by, now=now)


def _refuse_open(tx: Transaction, student_id: int, reason: str) -> None:
    """The case of a living leaver goes on, here or elsewhere; that of somebody who died does not."""
    opened = select(case.c.id).where(case.c.subject_id == student_id, case.c.closed_on.is_(None))
    if reason == "deceased" and tx.execute(opened.limit(1)).first() is not None:
        raise Conflict(Text("Người này đang có hồ sơ mở. Hãy kết thúc hồ sơ ở trang hồ sơ trước."))
