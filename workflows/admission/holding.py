"""Who has an open task in hand: taken, put back, given to a colleague, to be looked at again later.

Whoever may do the step may also say who does it; nobody else is kept from doing it. The names stand in the
journal, a deputy's with the one stood in for.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine import assignment
from engine.errors import Conflict, InvalidAnswers, Text
from engine.records import task as task_table
from engine.time import day_of
from engine.transactions import Transaction
from workflows import access
from workflows.access.permissions import CLERKS, HELPER
from workflows.access.queries import helps
from workflows.access.standing_in import Able, able_at
from workflows.admission.acting import standing_in
from workflows.admission.acts import preparing_at, preparing_seat
from workflows.admission.path import find_task
from workflows.people.records import user_account

NOBODY = 0
CANNOT = Text("Người này hôm nay không giữ chức trách làm được việc này. Hãy chọn người khác.")


def claim(tx: Transaction, task_id: int, *, by: int, now: datetime) -> bool:
    """Take a task that nobody has in hand. Raises NotFound, NotAllowed, Conflict (somebody was quicker)."""
    seat, found = _seat(tx, task_id, by, now)
    if found.assignee_id not in (None, by):
        raise Conflict(_taken(tx, found.assignee_id))
    return _assign(tx, task_id, by, seat, was=found.assignee_id, now=now)


def release(tx: Transaction, task_id: int, *, by: int, now: datetime, was: int | None = None) -> bool:
    """Nobody has it in hand any more; `was`: who had it when the page was shown (default: oneself)."""
    seat, found = _seat(tx, task_id, by, now)
    if found.assignee_id not in (None, by if was is None else was):
        raise Conflict(_taken(tx, found.assignee_id))
    return _assign(tx, task_id, None, seat, was=found.assignee_id, now=now)


def give(
    tx: Transaction, task_id: int, user_id: int, *, by: int, now: datetime, was: int | None = NOBODY
) -> bool:
    """Into the hands of a colleague who may do it; `was` as the page showed it (None or 0: nobody).

    Raises NotFound, NotAllowed, InvalidAnswers (that person cannot do it), Conflict.
    """
    seat, found = _seat(tx, task_id, by, now)
    if user_id not in {one.user_id for one in colleagues(tx, task_id, by=by, on=day_of(now))}:
        raise InvalidAnswers({"assignee": [CANNOT]})
    if (found.assignee_id or None) not in (was or None, user_id):
        raise Conflict(_taken(tx, found.assignee_id))
    return _assign(tx, task_id, user_id, seat, was=found.assignee_id, now=now)


def look_again(tx: Transaction, task_id: int, day: date | None, *, by: int, now: datetime) -> bool:
    """On which day the organisation looks at it again; None: no day any more."""
    seat, _found = _seat(tx, task_id, by, now)
    on = day_of(now)
    if day is not None and day <= on:
        raise InvalidAnswers({"follow_up": [Text("Ngày hẹn xem lại phải sau hôm nay.")]})
    return assignment.follow_up(tx, task_id, day, by=by, on=on, now=now, facts=standing_in(seat.deputises))


def colleagues(tx: Transaction, task_id: int, *, by: int, on: date) -> list[Able]:
    """Who of the organisation for which one acts could do the task today, oneself included; each once."""
    seat = access.require(tx, by, "task.complete", access.Task(task_id), on)
    found = find_task(tx, task_id)
    if found is None:
        return []
    on_behalf = found.organisation_id not in (None, seat.organisation_id)
    positions = CLERKS if on_behalf else preparing_at(tx, found)
    able = able_at(tx, seat.organisation_id, positions, on)
    able = [one for one in able if one.position not in HELPER or helps(tx, one.user_id, task_id)]
    return list({one.user_id: one for one in reversed(able)}.values())[::-1]


def in_hand(tx: Transaction, task_id: int) -> Any:
    """(assignee_id, name, follow_up_on) of an open task; None once it is done."""
    columns = (task_table.c.assignee_id, user_account.c.name, task_table.c.follow_up_on)
    query = select(*columns).outerjoin(user_account, user_account.c.id == task_table.c.assignee_id)
    return tx.execute(query.where(task_table.c.id == task_id)).one_or_none()


def _seat(tx: Transaction, task_id: int, by: int, now: datetime) -> tuple[access.Seat, Any]:
    """The seat in which one says it, once nobody else changes the task meanwhile."""
    found = find_task(tx, task_id)
    if found is None:
        raise Conflict
    on = day_of(now)
    seat = access.require(tx, by, "task.complete", access.Task(task_id), on)
    on_behalf = found.organisation_id not in (None, seat.organisation_id)
    return preparing_seat(tx, seat, found, on_behalf, on), found


def _assign(
    tx: Transaction, task_id: int, user_id: int | None, seat: access.Seat, *, was: int | None, now: datetime
) -> bool:
    facts: Mapping[str, Any] = standing_in(seat.deputises)
    on = day_of(now)
    return assignment.assign(tx, task_id, user_id, by=seat.user_id, on=on, now=now, was=was, facts=facts)


def _taken(tx: Transaction, user_id: int | None) -> Text:
    name = tx.execute(select(user_account.c.name).where(user_account.c.id == user_id)).scalar()
    if name is None:
        return Text("Việc này vừa được trả lại, không còn ai nhận. Hãy tải lại trang.")
    return Text("Đồng chí {name} vừa nhận việc này. Hãy tải lại trang để xem.", name=name)
