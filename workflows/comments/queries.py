"""Reading comments: how many there are, and the thread in words, told to the log once a day and reader."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from engine.errors import NotFound
from engine.records import case, read_log
from engine.secrets import reveal
from engine.time import day_of, start_of
from engine.transactions import Transaction
from workflows.comments.records import comment
from workflows.organisations.records import organisation
from workflows.people.records import user_account

STUDENT = "student"


@dataclass(frozen=True)
class Comment:
    """One comment; `words` is None where the student's key was destroyed."""

    id: int
    task_id: int | None
    element: str | None
    organisation: str | None
    by: int
    who: str | None
    at: datetime
    withdrawn_at: datetime | None
    words: str | None


def field_of(comment_id: int) -> str:
    """The name of a comment's words under the student's key."""
    return f"comment.{comment_id}.text"


def count_by_case(
    tx: Transaction, case_ids: Collection[int], *, without: Collection[str] = ()
) -> dict[int, int]:
    """How many comments stand on each of these cases; without those withdrawn, those written at the steps
    `without`, and zeros."""
    if not case_ids:
        return {}
    query = select(comment.c.case_id, func.count()).where(
        comment.c.case_id.in_(case_ids), comment.c.withdrawn_at.is_(None), *_not_at(without)
    )
    return dict(tuple(row) for row in tx.execute(query.group_by(comment.c.case_id)))


def count_of_task(tx: Transaction, task_id: int) -> int:
    """How many comments were written at an open task and stand."""
    found = select(func.count()).where(comment.c.task_id == task_id, comment.c.withdrawn_at.is_(None))
    return int(tx.execute(found).scalar_one())


def belongs(tx: Transaction, comment_id: int, case_id: int, task_id: int | None = None) -> bool:
    """Is the comment of this case (or of a process beside it), and of this task where one is named?"""
    query = select(comment.c.id).where(comment.c.id == comment_id, comment.c.case_id.in_(_of_case(case_id)))
    if task_id is not None:
        query = query.where(comment.c.task_id == task_id)
    return tx.execute(query).first() is not None


def read(
    tx: Transaction,
    case_id: int,
    *,
    by: int,
    purpose: str,
    now: datetime,
    task_id: int | None = None,
    without: Collection[str] = (),
) -> list[Comment]:
    """The thread of a case, or of one of its tasks, oldest first, but for what was written at `without`.

    The log names each comment once a day and reader: a page that is loaded again says nothing new.
    """
    rows = _rows(tx, case_id, task_id, without)
    if not rows:
        return []
    student_id = int(tx.execute(select(case.c.subject_id).where(case.c.id == case_id)).scalar_one())
    fields = [field_of(row.id) for row in rows]
    told = _told_today(tx, student_id, by, now)
    try:
        found = reveal(tx, STUDENT, student_id, fields, by=by, purpose=purpose, now=now, told=told)
    except NotFound:  # the key is gone, and the words with it
        found = {}
    return [
        Comment(
            id=row.id,
            task_id=row.task_id,
            element=row.element,
            organisation=row.organisation,
            by=row.by,
            who=row.who,
            at=row.at,
            withdrawn_at=row.withdrawn_at,
            words=found.get(field_of(row.id)),
        )
        for row in rows
    ]


def _not_at(elements: Collection[str]) -> list[ColumnElement[bool]]:
    return [or_(comment.c.element.is_(None), comment.c.element.not_in(elements))] if elements else []


def _rows(tx: Transaction, case_id: int, task_id: int | None, without: Collection[str]) -> list[Any]:
    """A side process has a case of its own: its comments belong to the thread of its parent."""
    query = (
        select(comment, organisation.c.name.label("organisation"), user_account.c.name.label("who"))
        .outerjoin(organisation, organisation.c.id == comment.c.organisation_id)
        .outerjoin(user_account, user_account.c.id == comment.c.by)
        .where(comment.c.case_id.in_(_of_case(case_id)), *_not_at(without))
        .order_by(comment.c.id)
    )
    if task_id is not None:
        query = query.where(comment.c.task_id == task_id)
    return list(tx.execute(query))


def _of_case(case_id: int) -> Any:
    return select(case.c.id).where(or_(case.c.id == case_id, case.c.parent_id == case_id))


def _told_today(tx: Transaction, student_id: int, by: int, now: datetime) -> set[str]:
    rows = tx.execute(
        select(read_log.c.fields).where(
            read_log.c.subject_kind == STUDENT,
            read_log.c.subject_id == student_id,
            read_log.c.by == by,
            read_log.c.at >= start_of(day_of(now)),
        )
    )
    return {name for row in rows for name in row.fields if str(name).startswith("comment.")}
