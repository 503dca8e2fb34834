"""The list of cases that one may see, and the search over people of one's own cases and institutions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from engine.records import case, task, timer
from engine.transactions import Transaction
from workflows.access.permissions import CLERKS
from workflows.access.queries import below
from workflows.access.seats import Seat
from workflows.desk.inbox import named
from workflows.organisations.records import institution, organisation
from workflows.people.records import student

PAGE = 50


class CaseLine(NamedTuple):
    """One line of the case list."""

    id: int
    stage: str | None
    closed_as: str | None
    closed_on: date | None
    opened_on: date
    custodian: str | None
    family_name: str
    middle_name: str
    given_name: str
    birth_date: date
    class_name: str | None
    course: str | None
    sort_key: bytes
    due_on: date | None
    tasks: int
    waits_until: datetime | None  # the soonest timer: of age, end of probation

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.family_name, self.middle_name, self.given_name) if part)


@dataclass(frozen=True)
class Wanted:
    """Filters of the list; `state`: open, closed or all."""

    words: str = ""
    stage: str | None = None
    state: str = "open"
    after: str | None = None


@dataclass(frozen=True)
class CaseList:
    """One page of the list and the stages that occur."""

    lines: list[CaseLine]
    count: int
    next: str | None
    stages: dict[str, int]


# Free will: "not now" is kept only as the day before which nobody asks again; never listed, never counted.
LISTED = or_(case.c.closed_as.is_(None), case.c.closed_as != "not_now")


def case_list(tx: Transaction, seats: Sequence[Seat], wanted: Wanted, on: date) -> CaseList:
    """A page of cases by the person's name in Vietnamese order."""
    seen = and_(case.c.kind == "admission", LISTED, custodian_condition(tx, seats, on))
    open_state: dict[str, ColumnElement[bool]] = {
        "open": case.c.closed_on.is_(None),
        "closed": case.c.closed_on.is_not(None),
    }
    state = open_state.get(wanted.state, true())
    conditions = [seen, state]
    if wanted.stage:
        conditions.append(case.c.stage == wanted.stage)
    if wanted.words.strip():
        conditions.append(case.c.subject_id.in_(named(wanted.words)))
    filtered = and_(*conditions)
    joined = case.join(student, student.c.id == case.c.subject_id)
    count = tx.execute(select(func.count()).select_from(joined).where(filtered)).scalar_one()
    rows = tx.execute(_lines(joined).where(filtered, *_beyond(wanted.after)).limit(PAGE + 1)).all()
    lines = [CaseLine(*tuple(row)) for row in rows[:PAGE]]
    stages = tx.execute(
        select(case.c.stage, func.count()).where(seen, case.c.closed_on.is_(None)).group_by(case.c.stage)
    )
    key = f"{lines[-1].sort_key.hex()}_{lines[-1].id}" if len(rows) > PAGE else None
    return CaseList(lines, count, key, dict(tuple(row) for row in stages if row.stage))


def custodian_condition(tx: Transaction, seats: Sequence[Seat], on: date) -> ColumnElement[bool]:
    """Cases whose custodian is mine, under mine, or an organisation of my institution."""
    acting = [seat.organisation_id for seat in seats if seat.position in CLERKS]
    if not acting:
        return false()
    schools = tx.execute(
        select(institution.c.party_organisation_id, institution.c.cell_id).where(
            or_(
                institution.c.party_organisation_id.in_(acting),
                institution.c.union_organisation_id.in_(acting),
                institution.c.cell_id.in_(acting),
            )
        )
    )
    custodians = below(tx, acting, on) | {one for row in schools for one in row if one is not None}
    return case.c.custodian_id.in_(custodians)


def _lines(joined: Any) -> Any:
    waiting = select(func.count()).where(task.c.case_id == case.c.id).scalar_subquery()
    timer_due = select(func.min(timer.c.due_at)).where(timer.c.case_id == case.c.id).scalar_subquery()
    soonest = select(func.min(task.c.due_on)).where(task.c.case_id == case.c.id).scalar_subquery()
    return (
        select(
            *(case.c[name] for name in CaseLine._fields[:5]),
            organisation.c.name,
            *(student.c[name] for name in CaseLine._fields[6:13]),
            soonest,
            waiting,
            timer_due,
        )
        .select_from(joined.outerjoin(organisation, organisation.c.id == case.c.custodian_id))
        .order_by(student.c.sort_key, case.c.id)
    )


def _beyond(after: str | None) -> list[ColumnElement[bool]]:
    if not after:
        return []
    try:
        text, _, number = after.partition("_")
        key, last = bytes.fromhex(text), int(number[:18])
    except ValueError:
        return []
    return [or_(student.c.sort_key > key, and_(student.c.sort_key == key, case.c.id > last))]
