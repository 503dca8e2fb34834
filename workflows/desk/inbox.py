"""Việc cần làm: a page of open tasks with what it can be narrowed to, read in two statements.

The first counts: the groups, and within the group shown the steps, stages, schools and states that occur. The
second reads the lines; it finds the fifty first and only then looks up the names around them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, union_all

from engine.records import case, task
from engine.transactions import Transaction
from workflows.access.seats import Seat
from workflows.admission.records import vote
from workflows.comments.records import comment
from workflows.desk.finding import named as named
from workflows.desk.inbox_filters import (
    BY_NAME,
    LATE,
    SOON_DUE,
    Wanted,
    beyond,
    counted_by,
    due_order,
    due_state,
    filters,
    follow_state,
    hand_state,
    key_of,
)
from workflows.desk.inbox_groups import MINE, OURS, groups, waiting
from workflows.meetings.records import planned_meeting
from workflows.organisations.records import institution, organisation
from workflows.people.records import student, user_account

__all__ = ["MINE", "OURS", "Inbox", "TaskLine", "Wanted", "all_lines", "inbox", "named", "open_count"]

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


OPTIONS = ("step", "stage", "school", "due", "follow", "hand", "meeting")


def inbox(tx: Transaction, seats: Sequence[Seat], wanted: Wanted, on: date) -> Inbox:
    """The page: soonest due first and those without a day last, or by name in Vietnamese order."""
    known = groups(tx, seats, on)
    whose = wanted.whose if wanted.whose in known else OURS
    user_id = seats[0].user_id if seats else 0
    asked = filters(wanted, user_id, on)
    counts: dict[str, list[Option]] = {}
    for row in tx.execute(_counts(known, whose, asked, seats, on)):
        counts.setdefault(row.kind, []).append(Option(row.word, row.label, row.n))
    lines, more = _page(tx, [known[whose], *asked], wanted, on)
    return Inbox(
        lines=lines,
        count=counts["count"][0].number,
        next=key_of(lines[-1], wanted.sort) if lines and (more or wanted.before) else None,
        previous=_previous(lines, more, wanted),
        groups={one.word: one.number for one in counts["group"]},
        options={kind: _sorted(kind, counts.get(kind, [])) for kind in OPTIONS},
    )


def all_lines(tx: Transaction, seats: Sequence[Seat], wanted: Wanted, on: date) -> Iterator[TaskLine]:
    """Every line of the filtered list, in order, read piece by piece."""
    known = groups(tx, seats, on)
    whose = known.get(wanted.whose, known[OURS])
    conditions = [whose, *filters(wanted, seats[0].user_id if seats else 0, on)]
    ahead = replace(wanted, after=None, before=None)
    while True:
        lines, more = _page(tx, conditions, ahead, on, AT_ONCE)
        yield from lines
        if not more:
            return
        ahead = replace(ahead, after=key_of(lines[-1], wanted.sort))


def open_count(tx: Transaction, seats: Sequence[Seat], on: date) -> int:
    """How many tasks wait for my organisations and for those whom I stand in for."""
    return int(tx.execute(_number(waiting(tx, seats, on))).scalar_one()) if seats else 0


def _number(condition: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(task).where(condition)


def _counts(
    known: Mapping[str, ColumnElement[bool]],
    whose: str,
    asked: Sequence[ColumnElement[bool]],
    seats: Sequence[Seat],
    on: date,
) -> Any:
    """Everything that the page counts, in one statement over the group that is read once."""
    user_id = seats[0].user_id if seats else 0
    seen = (
        _joined(
            select(
                task.c.element.label("step"),
                case.c.stage.label("stage"),
                student.c.institution_id.label("school"),
                due_state(on).label("due"),
                follow_state(on).label("follow"),
                hand_state(user_id).label("hand"),
                (and_(*asked) if asked else literal(1) == literal(1)).label("wanted"),
            )
        )
        .where(known[whose])
        .cte("seen")
    )
    parts = [
        counted_by(kind, seen.c[kind]).group_by(seen.c[kind])
        for kind in ("step", "stage", "due", "follow", "hand")
    ]
    parts.append(
        counted_by("school", institution.c.id, institution.c.name)
        .join(seen, seen.c.school == institution.c.id)
        .group_by(institution.c.id, institution.c.name)
    )
    parts.append(counted_by("count", literal("")).select_from(seen).where(seen.c.wanted))
    parts.append(counted_by("group", literal(whose)).select_from(seen))
    parts += [
        counted_by("group", literal(name)).select_from(task).where(condition)
        for name, condition in known.items()
        if name != whose
    ]
    return union_all(*parts, _meetings(seats, on))


def _meetings(seats: Sequence[Seat], on: date) -> Any:
    """Meetings that my organisations have planned, from today on; the label is the day."""
    mine = sorted({seat.organisation_id for seat in seats})
    return (
        counted_by("meeting", planned_meeting.c.id, planned_meeting.c.on_day)
        .where(planned_meeting.c.organisation_id.in_(mine), planned_meeting.c.on_day >= on)
        .where(planned_meeting.c.status == "planned")
        .group_by(planned_meeting.c.id, planned_meeting.c.on_day)
    )


def _page(
    tx: Transaction, conditions: Sequence[ColumnElement[bool]], wanted: Wanted, on: date, most: int = 0
) -> tuple[list[TaskLine], bool]:
    """The lines, and whether there are more in the direction in which they were read."""
    size, back = most or PAGE, wanted.before is not None
    first: Any = student.c.sort_key if wanted.sort == BY_NAME else due_order()
    edge = beyond(wanted.before if back else wanted.after, wanted.sort, back=back)
    order = [first.desc(), task.c.id.desc()] if back else [first, task.c.id]
    found = _joined(select(task.c.id.label("id"))).where(*conditions, *edge).order_by(*order).limit(size + 1)
    rows = tx.execute(_named(found.subquery("found"), on).order_by(*order)).all()
    lines = [TaskLine(*tuple(row)) for row in rows[:size]]
    return (lines[::-1] if back else lines), len(rows) > size


def _previous(lines: list[TaskLine], more: bool, wanted: Wanted) -> str | None:
    if not lines or not (wanted.after or (wanted.before and more)):
        return None
    return key_of(lines[0], wanted.sort)


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(task)
        .join(case, case.c.id == task.c.case_id)
        .join(student, student.c.id == case.c.subject_id)
    )


def _named(found: Any, on: date) -> Select[Any]:
    cell, holder = organisation.alias("cell"), user_account.alias("holder")
    pending = select(vote.c.id).where(vote.c.task_id == task.c.id, vote.c.status == "pending").exists()
    said = or_(comment.c.case_id == case.c.id, comment.c.case_id == case.c.parent_id)
    comments = select(func.count()).where(said, comment.c.withdrawn_at.is_(None)).scalar_subquery()
    return (
        _joined(
            select(
                *(task.c[name] for name in TaskLine._fields[:10]),
                due_state(on),
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
