"""Who helps whom: a helper's own candidates, and for a cell all of its helpers with theirs."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select

from engine.records import case, task
from engine.transactions import Transaction
from workflows.access.permissions import HELPER, PARTY
from workflows.access.queries import below
from workflows.access.seats import Seat
from workflows.admission.records import act, helper_assignment
from workflows.people.records import member, student, user_account

REMARKS = ("probation_report", "helper_remark", "helper_letter")


class Mentee(NamedTuple):
    """One candidate with the helper, the helper's next open task, and the last remark on record."""

    case_id: int
    stage: str | None
    member_id: int
    helper: str
    name: str
    class_name: str | None
    birth_date: date
    since: date
    shared_since: date | None
    task_id: int | None
    element: str | None
    due_on: date | None
    remarked_on: date | None


def mentees(tx: Transaction, seats: Sequence[Seat], on: date) -> tuple[list[Mentee], list[list[Mentee]]]:
    """My own, and those of my cells (and of cells below) helper by helper, the unassigned not among them."""
    own = [seat.user_id for seat in seats if seat.position in HELPER]
    acting = [seat.organisation_id for seat in seats if seat.position in PARTY]
    mine = _mentees(tx, _of_user(own)) if own else []
    ours = _mentees(tx, case.c.custodian_id.in_(below(tx, acting, on))) if acting else []
    return mine, [list(found) for _, found in groupby(ours, key=lambda one: one.member_id)]


def _of_user(users: Sequence[int]) -> ColumnElement[bool]:
    mine = select(user_account.c.member_id).where(user_account.c.id.in_(users))
    return helper_assignment.c.member_id.in_(mine)


def _mentees(tx: Transaction, whose: ColumnElement[bool]) -> list[Mentee]:
    found = tx.execute(
        select(
            case.c.id,
            case.c.stage,
            helper_assignment.c.member_id,
            member.c.family_name.label("helper_family"),
            member.c.middle_name.label("helper_middle"),
            member.c.given_name.label("helper_given"),
            student.c.family_name,
            student.c.middle_name,
            student.c.given_name,
            func.coalesce(student.c.class_name, student.c.course).label("class_name"),
            student.c.birth_date,
            helper_assignment.c.valid_from,
            helper_assignment.c.shared_since,
        )
        .join(case, case.c.id == helper_assignment.c.case_id)
        .join(student, student.c.id == case.c.subject_id)
        .join(member, member.c.id == helper_assignment.c.member_id)
        .where(helper_assignment.c.valid_to.is_(None), case.c.closed_on.is_(None), whose)
        .order_by(member.c.sort_key, member.c.id, student.c.sort_key, case.c.id)
    ).all()
    numbers = [row.id for row in found]
    open_tasks, remarks = _tasks(tx, numbers), _remarks(tx, numbers)
    return [_mentee(row, open_tasks.get(row.id), remarks.get(row.id)) for row in found]


def _mentee(row: Any, next_task: Any, remarked_on: date | None) -> Mentee:
    return Mentee(
        case_id=row.id,
        stage=row.stage,
        member_id=row.member_id,
        helper=_name(row.helper_family, row.helper_middle, row.helper_given),
        name=_name(row.family_name, row.middle_name, row.given_name),
        class_name=row.class_name,
        birth_date=row.birth_date,
        since=row.valid_from,
        shared_since=row.shared_since,
        task_id=next_task.id if next_task else None,
        element=next_task.element if next_task else None,
        due_on=next_task.due_on if next_task else None,
        remarked_on=remarked_on,
    )


def _tasks(tx: Transaction, case_ids: Sequence[int]) -> dict[int, Any]:
    """The helper's most urgent open task of each case."""
    of_helper = (task.c.lane == "helper", or_(case.c.id.in_(case_ids), case.c.parent_id.in_(case_ids)))
    rows = tx.execute(
        select(
            task.c.id, task.c.element, task.c.due_on, func.coalesce(case.c.parent_id, case.c.id).label("of")
        )
        .join(case, case.c.id == task.c.case_id)
        .where(*of_helper)
        .order_by(task.c.due_on.is_not(None), task.c.due_on.desc(), task.c.id.desc())
    )
    return {row.of: row for row in rows}


def _remarks(tx: Transaction, case_ids: Sequence[int]) -> dict[int, date]:
    rows = tx.execute(
        select(act.c.case_id, func.max(act.c.on_day).label("day"))
        .where(act.c.case_id.in_(case_ids), act.c.element.in_(REMARKS))
        .group_by(act.c.case_id)
    )
    return {row.case_id: row.day for row in rows}


def _name(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)
