"""The tasks of my organisations, and those that I may type for an organisation without an account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true

from engine.records import case, task
from engine.transactions import Transaction
from workflows.access.permissions import CLERKS, HELPER, PERMISSIONS
from workflows.access.queries import below, on_day
from workflows.access.seats import Seat
from workflows.admission.records import helper_assignment, vote
from workflows.admission.steps import STEPS
from workflows.organisations.records import organisation, organisation_place
from workflows.people.names import search_key
from workflows.people.records import position, student, user_account

PAGE = 50
SOON = timedelta(days=7)
NO_DAY = date(9999, 12, 31)
MINE, BEHALF, CONFIRM = "mine", "behalf", "confirm"
DUE_WORDS = ("late", "soon", "none")


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
    organisation: str | None
    family_name: str
    middle_name: str
    given_name: str
    birth_date: date
    class_name: str | None
    course: str | None
    cell: str | None
    pending: bool  # a first person's figures wait for the second

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.family_name, self.middle_name, self.given_name) if part)


@dataclass(frozen=True)
class Wanted:
    """What the filters of the page ask for; `after` is the key of the last line seen."""

    whose: str = MINE
    step: str | None = None
    due: str | None = None
    words: str = ""
    after: str | None = None


@dataclass(frozen=True)
class Inbox:
    """One page of lines, how many there are in all, the key of the next page, the steps that occur."""

    lines: list[TaskLine]
    count: int
    next: str | None
    steps: list[tuple[str, int]]
    late: int
    soon: int
    behalf: int
    confirm: int


def inbox(tx: Transaction, seats: Sequence[Seat], wanted: Wanted, on: date) -> Inbox:
    """The page of open tasks, soonest due first, those without a day last."""
    groups = {MINE: _mine(seats), BEHALF: _behalf(seats, on), CONFIRM: _to_confirm(tx, seats, on)}
    whose = groups.get(wanted.whose, groups[MINE])
    filtered = and_(whose, *_filters(wanted, on))
    count = tx.execute(_counted(filtered)).scalar_one()
    page = tx.execute(_lines(and_(filtered, *_beyond(wanted.after)))).all()
    lines = [TaskLine(*tuple(row)) for row in page[:PAGE]]
    steps = tx.execute(
        select(task.c.element, func.count())
        .where(whose)
        .group_by(task.c.element)
        .order_by(func.count().desc(), task.c.element)
    ).all()
    return Inbox(
        lines=lines,
        count=count,
        next=_key(lines[-1]) if len(page) > PAGE else None,
        steps=[tuple(row) for row in steps],
        late=tx.execute(_counted(and_(whose, *_due("late", on)))).scalar_one(),
        soon=tx.execute(_counted(and_(whose, *_due("soon", on)))).scalar_one(),
        behalf=tx.execute(_counted(groups[BEHALF])).scalar_one(),
        confirm=tx.execute(_counted(groups[CONFIRM])).scalar_one(),
    )


def open_count(tx: Transaction, seats: Sequence[Seat]) -> int:
    """How many tasks wait for my organisations."""
    return int(tx.execute(_counted(_mine(seats))).scalar_one())


def _mine(seats: Sequence[Seat]) -> ColumnElement[bool]:
    clerks = [seat.organisation_id for seat in seats if seat.position in CLERKS]
    helpers = [seat.user_id for seat in seats if seat.position in HELPER]
    owed = task.c.organisation_id.in_(clerks) if clerks else false()
    ours = select(case.c.id).where(case.c.custodian_id.in_(clerks), case.c.closed_on.is_(None))
    placeless = and_(task.c.organisation_id.is_(None), task.c.case_id.in_(ours)) if clerks else false()
    return or_(owed, placeless, _mentees(helpers) if helpers else false())


def _mentees(users: Sequence[int]) -> ColumnElement[bool]:
    """A helper sees the tasks of the helper's lane, and only for the people assigned to that member."""
    assigned = (
        select(helper_assignment.c.case_id)
        .join(user_account, user_account.c.member_id == helper_assignment.c.member_id)
        .where(user_account.c.id.in_(users), helper_assignment.c.valid_to.is_(None))
    )
    return and_(task.c.lane == "helper", task.c.case_id.in_(assigned))


def _behalf(seats: Sequence[Seat], on: date) -> ColumnElement[bool]:
    """Owed by an organisation where nobody has an account, for a case that we answer for."""
    clerks = [seat.organisation_id for seat in seats if seat.position in CLERKS]
    if not clerks:
        return false()
    staffed = exists().where(
        position.c.organisation_id == task.c.organisation_id,
        on_day(position, on),
    )
    under = select(organisation_place.c.organisation_id).where(
        organisation_place.c.parent_id.in_(clerks), on_day(organisation_place, on)
    )
    ours = or_(case.c.custodian_id.in_(clerks), case.c.custodian_id.in_(under))
    open_cases = select(case.c.id).where(ours, case.c.closed_on.is_(None))
    return and_(
        task.c.case_id.in_(open_cases),
        task.c.organisation_id.is_not(None),
        task.c.organisation_id.not_in(clerks),
        ~staffed,
    )


def _to_confirm(tx: Transaction, seats: Sequence[Seat], on: date) -> ColumnElement[bool]:
    """Votes that somebody else wrote and that I may confirm: of my organisation, or of one under it."""
    rule = PERMISSIONS["task.confirm"]
    acting = [seat for seat in seats if seat.position in rule.positions]
    if not acting:
        return false()
    own = [
        and_(
            task.c.organisation_id == seat.organisation_id,
            task.c.element.in_([name for name, step in STEPS.items() if seat.position in step.confirm]),
        )
        for seat in acting
    ]
    offices = {seat.organisation_id for seat in acting}
    under = task.c.organisation_id.in_(below(tx, sorted(offices), on) - offices)
    waiting = exists().where(
        vote.c.task_id == task.c.id, vote.c.status == "pending", vote.c.proposed_by != acting[0].user_id
    )
    return and_(waiting, or_(under, *own))


def _filters(wanted: Wanted, on: date) -> list[ColumnElement[bool]]:
    found = _due(wanted.due, on)
    if wanted.step:
        found.append(task.c.element == wanted.step)
    if wanted.words.strip():
        found.append(task.c.case_id.in_(select(case.c.id).where(case.c.subject_id.in_(named(wanted.words)))))
    return found or [true()]


def named(words: str) -> Select[Any]:
    """Students whose name or code holds the words, accents ignored."""
    folded = search_key(words).replace("\\", "").replace("%", "").replace("_", "")
    return select(student.c.id).where(
        or_(student.c.search_key.contains(folded), func.lower(student.c.code) == folded)
    )


def _due(word: str | None, on: date) -> list[ColumnElement[bool]]:
    if word == "late":
        return [task.c.due_on < on]
    if word == "soon":
        return [task.c.due_on >= on, task.c.due_on <= on + SOON]
    return [task.c.due_on.is_(None)] if word == "none" else []


def _beyond(after: str | None) -> list[ColumnElement[bool]]:
    if not after:
        return []
    try:
        day, number = date.fromisoformat(after[:10]), int(after[11:29])
    except ValueError:
        return []
    order = func.coalesce(task.c.due_on, NO_DAY)
    return [or_(order > day, and_(order == day, task.c.id > number))]


def _key(line: TaskLine) -> str:
    return f"{(line.due_on or NO_DAY).isoformat()}_{line.id}"


def _counted(condition: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(task).where(condition)


def _lines(condition: ColumnElement[bool]) -> Select[Any]:
    cell = organisation.alias("cell")
    return (
        select(
            *(task.c[name] for name in TaskLine._fields[:8]),
            organisation.c.name,
            *(student.c[name] for name in TaskLine._fields[9:15]),
            cell.c.name,
            exists().where(vote.c.task_id == task.c.id, vote.c.status == "pending"),
        )
        .select_from(task)
        .join(case, case.c.id == task.c.case_id)
        .join(student, student.c.id == case.c.subject_id)
        .outerjoin(organisation, organisation.c.id == task.c.organisation_id)
        .outerjoin(cell, cell.c.id == case.c.custodian_id)
        .where(condition)
        .order_by(func.coalesce(task.c.due_on, NO_DAY), task.c.id)
        .limit(PAGE + 1)
    )
