"""Việc cần làm: a page of open tasks with what it can be narrowed to, read in two statements.

The first counts: the groups, and within the group shown the steps, stages, schools and states that occur. The
second reads the lines; it finds the fifty first and only then looks up the names around them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, and_, bindparam, func, or_, select, union_all
from sqlalchemy import case as when

from engine.among import among
from engine.records import case, task
from engine.transactions import Transaction
from workflows.access.seats import Seat
from workflows.admission.records import vote
from workflows.comments.records import comment
from workflows.desk import inbox_groups
from workflows.desk.constants import constant
from workflows.desk.finding import named as named
from workflows.desk.inbox_filters import (
    DUE_STATE,
    FIELDS,
    LATE,
    SOON_DUE,
    Asked,
    Wanted,
    asked_by,
    beyond,
    counted_by,
    filters,
    key_of,
    order_of,
    values,
)
from workflows.desk.inbox_groups import GROUPS, MINE, ON, OURS, WAITING
from workflows.meetings.records import planned_meeting
from workflows.organisations.records import institution, organisation
from workflows.people.records import student, user_account

__all__ = ["MINE", "OURS", "Inbox", "TaskLine", "Wanted", "all_lines", "inbox", "named", "waiting_counts"]

PAGE = 50
AT_ONCE = 1000  # lines of an export that are read together


class TaskLine(NamedTuple):
    """One line of the inbox."""

    id: int
    case_id: int
    element: str
    process: str
    lane: str
    item: int | None
    opened_on: date
    due_on: date | None
    follow_up_on: date | None
    assignee_id: int | None
    state: str  # one of inbox_filters.DUE_WORDS
    stage: str | None
    family_name: str
    middle_name: str
    given_name: str
    sort_key: bytes
    birth_date: date
    class_name: str | None
    course: str | None
    organisation: str | None
    cell: str | None
    school: str | None
    assignee: str | None
    pending: bool  # a first person's figures wait for the second
    comments: int

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.family_name, self.middle_name, self.given_name) if part)


class Option(NamedTuple):
    """A value that a filter may take, in words where it has some, and how many tasks have it."""

    word: str
    label: str
    number: int


@dataclass(frozen=True)
class Inbox:
    """One page of lines, the keys of the pages beside it, and the counts."""

    lines: list[TaskLine]
    count: int  # lines of the whole filtered list
    next: str | None
    previous: str | None
    groups: Mapping[str, int]
    options: Mapping[str, list[Option]]  # step, stage, school, due, follow, hand, meeting

    @property
    def late(self) -> int:
        return self.of_due(LATE)

    @property
    def soon(self) -> int:
        return self.of_due(SOON_DUE)

    def of_due(self, word: str) -> int:
        return next((one.number for one in self.options["due"] if one.word == word), 0)


STATEMENTS = 500  # shapes of lists that are kept; each is built and compiled once


def inbox(tx: Transaction, seats: Sequence[Seat], wanted: Wanted, on: date) -> Inbox:
    """The page: soonest due first and those without a day last, or by name in Vietnamese order."""
    asked, given = asked_by(wanted), _values(tx, seats, wanted, on)
    counts: dict[str, list[Option]] = {}
    for row in tx.execute(_counts(asked._replace(edge="", by_name=False)), given):
        counts.setdefault(row.kind, []).append(Option(row.word, row.label, row.n))
    lines, more = _page(tx, asked, given, PAGE)
    back = asked.edge == "before"
    later, earlier = (True, more) if back else (more, bool(asked.edge))
    return Inbox(
        lines=lines,
        count=counts["count"][0].number,
        next=key_of(lines[-1], asked.by_name) if lines and later else None,
        previous=key_of(lines[0], asked.by_name) if lines and earlier else None,
        groups={one.word: one.number for one in counts["group"]},
        options={kind: _sorted(kind, counts.get(kind, [])) for kind in FIELDS},
    )


def all_lines(tx: Transaction, seats: Sequence[Seat], wanted: Wanted, on: date) -> Iterator[TaskLine]:
    """Every line of the filtered list, in order, read piece by piece."""
    ahead, more = replace(wanted, after=None, before=None), True
    while more:
        asked = asked_by(ahead)
        lines, more = _page(tx, asked, _values(tx, seats, ahead, on), AT_ONCE)
        yield from lines
        if more:
            ahead = replace(ahead, after=key_of(lines[-1], asked.by_name))


def waiting_counts(tx: Transaction, seats: Sequence[Seat], on: date) -> tuple[int, int]:
    """How many tasks wait for my organisations and for those whom I stand in for, and how many are late."""
    if not seats:
        return 0, 0
    count, late = tuple(tx.execute(_WAITING.add_columns(_LATE), inbox_groups.reach(tx, seats, on)).one())
    return int(count), int(late or 0)


_WAITING = select(func.count()).select_from(task).where(WAITING)
_LATE = func.count(when((task.c.due_on < ON, task.c.id)))


def _values(tx: Transaction, seats: Sequence[Seat], wanted: Wanted, on: date) -> dict[str, Any]:
    every = {"every": {seat.organisation_id for seat in seats}}
    return inbox_groups.reach(tx, seats, on) | values(wanted, on) | every


@lru_cache(STATEMENTS)
def _counts(asked: Asked) -> Any:
    """Everything that the page counts, in one statement over the group that is read once."""
    narrowed = filters(asked)
    columns = {name: column for name, column in FIELDS.items() if column is not None}
    seen = (
        _joined(
            select(
                *(column.label(name) for name, column in columns.items()),
                *([and_(*narrowed).label("wanted")] if narrowed else []),
            )
        )
        .where(GROUPS[asked.whose])
        .cte("seen")
        .prefix_with("MATERIALIZED")  # every part reads it
    )
    parts = [counted_by(name, seen.c[name]).group_by(seen.c[name]) for name in columns if name != "school"]
    parts.append(
        counted_by("school", institution.c.id, institution.c.name)
        .join(seen, seen.c.school == institution.c.id)
        .group_by(institution.c.id, institution.c.name)
    )
    count = counted_by("count", constant("")).select_from(seen)
    parts.append(count.where(seen.c.wanted) if narrowed else count)
    parts.append(counted_by("group", constant(asked.whose)).select_from(seen))
    parts += [
        counted_by("group", constant(name)).select_from(task).where(condition)
        for name, condition in GROUPS.items()
        if name != asked.whose
    ]
    return union_all(*parts, _meetings())


def _meetings() -> Any:
    """Meetings that my organisations have planned, from today on; the label is the day."""
    return (
        counted_by("meeting", planned_meeting.c.id, planned_meeting.c.on_day)
        .where(among(planned_meeting.c.organisation_id, "every"), planned_meeting.c.on_day >= ON)
        .where(planned_meeting.c.status == constant("planned"))
        .group_by(planned_meeting.c.id, planned_meeting.c.on_day)
    )


def _page(tx: Transaction, asked: Asked, given: Mapping[str, Any], size: int) -> tuple[list[TaskLine], bool]:
    """The lines, and whether there are more in the direction in which they were read."""
    rows = tx.execute(_lines(asked), {**given, "size": size + 1}).all()
    lines = [TaskLine(*tuple(row)) for row in rows[:size]]
    return (lines[::-1] if asked.edge == "before" else lines), len(rows) > size


@lru_cache(STATEMENTS)
def _lines(asked: Asked) -> Select[Any]:
    """The numbers of one page first; then what is shown of them."""
    first: Any = order_of(asked)
    order = [first.desc(), task.c.id.desc()] if asked.edge == "before" else [first, task.c.id]
    number = select(task.c.id.label("id"))
    reading = _joined(number) if asked.of_case else number.select_from(task)
    found = (
        reading.where(GROUPS[asked.whose], *filters(asked), *beyond(asked))
        .order_by(*order)
        .limit(bindparam("size", type_=Integer))
    )
    return _named(found.subquery("found")).order_by(*order)


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(task)
        .join(case, case.c.id == task.c.case_id)
        .join(student, student.c.id == case.c.subject_id)
    )


def _named(found: Any) -> Select[Any]:
    cell, holder = organisation.alias("cell"), user_account.alias("holder")
    pending = select(vote.c.id).where(vote.c.task_id == task.c.id, vote.c.status == "pending").exists()
    said = or_(comment.c.case_id == case.c.id, comment.c.case_id == case.c.parent_id)
    comments = select(func.count()).where(said, comment.c.withdrawn_at.is_(None)).scalar_subquery()
    return (
        _joined(
            select(
                *(task.c[name] for name in TaskLine._fields[:10]),
                DUE_STATE,
                case.c.stage,
                *(student.c[name] for name in TaskLine._fields[12:19]),
                organisation.c.name,
                cell.c.name,
                institution.c.name,
                holder.c.name,
                pending,
                comments,
            )
        )
        .join(found, found.c.id == task.c.id)
        .outerjoin(organisation, organisation.c.id == task.c.organisation_id)
        .outerjoin(cell, cell.c.id == case.c.custodian_id)
        .outerjoin(institution, institution.c.id == student.c.institution_id)
        .outerjoin(holder, holder.c.id == task.c.assignee_id)
    )


def _sorted(kind: str, options: list[Option]) -> list[Option]:
    """Schools and meetings by their words, the others by how many there are."""
    if kind in ("school", "meeting"):
        return sorted(options, key=lambda one: (one.label, one.word))
    return sorted((one for one in options if one.word), key=lambda one: (-one.number, one.word))
