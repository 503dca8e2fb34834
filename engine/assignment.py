"""Who has an open task in hand, and when it is to be looked at again.

Neither is a step: the case keeps its version, and a form that somebody has open stays good. Both are said
in the journal and go with the task.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select, update

from engine.errors import Conflict
from engine.journal import append
from engine.records import case, task
from engine.transactions import Transaction

ANYBODY: Final = -1


def assign(
    tx: Transaction,
    task_id: int,
    user_id: int | None,
    *,
    by: int | None,
    on: date,
    now: datetime,
    was: int | None = ANYBODY,
    facts: Mapping[str, Any] | None = None,
) -> bool:
    """Puts the task into the hands of a user, or of nobody; False where it is there already.

    `was`: who had it when the page was shown. Conflict where somebody else has it by now, or it is done.
    """
    found = _held(tx, task_id)
    if found.assignee_id == user_id:
        return False
    if was not in (ANYBODY, found.assignee_id):
        raise Conflict
    tx.execute(update(task).where(task.c.id == task_id).values(assignee_id=user_id))
    said = {"task": task_id, "from": found.assignee_id, "to": user_id, **(facts or {})}
    _say(tx, found, "assignment", said, by=by, on=on, now=now)
    return True


def follow_up(
    tx: Transaction,
    task_id: int,
    day: date | None,
    *,
    by: int | None,
    on: date,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> bool:
    """Says on which day the task is to be looked at again, or that no day is kept; False: nothing new."""
    found = _held(tx, task_id)
    if found.follow_up_on == day:
        return False
    tx.execute(update(task).where(task.c.id == task_id).values(follow_up_on=day))
    said = {"task": task_id, "day": day.isoformat() if day else None, **(facts or {})}
    _say(tx, found, "follow_up", said, by=by, on=on, now=now)
    return True


_OPEN = select(task.c.case_id, task.c.element, task.c.assignee_id, task.c.follow_up_on)


def _held(tx: Transaction, task_id: int) -> Any:
    """The task as it is once nobody else can change its case."""
    of_task = select(task.c.case_id).where(task.c.id == task_id).scalar_subquery()
    tx.execute(select(case.c.id).where(case.c.id == of_task).with_for_update())
    found = tx.execute(_OPEN.where(task.c.id == task_id)).one_or_none()
    if found is None:
        raise Conflict
    return found


def _say(
    tx: Transaction,
    found: Any,
    kind: str,
    facts: Mapping[str, Any],
    *,
    by: int | None,
    on: date,
    now: datetime,
) -> None:
    append(tx, found.case_id, kind, on=on, by=by, now=now, element=found.element, facts=facts)
