"""A student leaves the institution: out of the pool in the same act, and never with an open case."""

from datetime import date, datetime

from sqlalchemy import select

from engine.errors import Conflict, InvalidAnswers, Text
from engine.records import case
from engine.time import day_of
from engine.transactions import Transaction
from workflows.people.pool import leave_pool
from workflows.people.records import pool_entry
from workflows.people.students import student_left

POOL_REASON = {"deceased": "deceased"}


def leave_school(
    tx: Transaction, student_id: int, *, on: date, reason: str, by: int | None, now: datetime
) -> None:
    """Record the leaving. Conflict where a case is open: it is handed over, withdrawn or closed first.

    Raises InvalidAnswers (reason, a future day), NotFound, Conflict (left before).
    """
    if on > day_of(now):
        raise InvalidAnswers({"on": [Text("Ngày rời trường không thể ở tương lai.")]})
    opened = select(case.c.id).where(case.c.subject_id == student_id, case.c.closed_on.is_(None))
    if tx.execute(opened.limit(1)).first() is not None:
        raise Conflict(
            Text(
                "Người này đang có hồ sơ mở. Hãy ghi việc chuyển đơn vị, rút hoặc đưa ra ở trang hồ sơ "
                "trước, rồi ghi rời trường, để hồ sơ luôn có nơi quản lý."
            )
        )
    student_left(tx, student_id, on=on, reason=reason)
    waiting = select(pool_entry.c.id).where(
        pool_entry.c.student_id == student_id, pool_entry.c.left_on.is_(None)
    )
    if tx.execute(waiting).first() is not None:
        leave_pool(tx, student_id, reason=POOL_REASON.get(reason, "left_school"), on=on, by=by, now=now)
