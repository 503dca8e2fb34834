"""What the meeting pages read of plans: the list, one meeting, its agenda, the open tasks it can settle."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, select

from engine.records import case, task
from engine.transactions import Transaction
from workflows.admission.records import meeting, vote
from workflows.meetings.bodies import SETTLES, decides, votes_of
from workflows.meetings.records import agenda_item, planned_meeting
from workflows.organisations.records import organisation
from workflows.people.records import student

HELD_SHOWN = 24
CLASS = func.coalesce(student.c.class_name, student.c.course, "")


class Planned(NamedTuple):
    """One planned meeting with the name of its organisation."""

    id: int
    organisation_id: int
    body: str
    branch: str
    kind: str
    on_day: date
    starts_at: str | None
    place: str | None
    status: str
    cancelled_because: str | None
    chaired_by: str | None
    written_by: str | None
    minutes_number: str | None
    members: int | None
    exempt_absent: int | None
    away: int | None
    present: int | None
    held_by: int | None
    organisation: str
    organisation_kind: str


def full(*parts: str) -> str:
    """A name as it is written."""
    return " ".join(part for part in parts if part)


_PLANNED = select(
    *(planned_meeting.c[name] for name in Planned._fields[:-2]), organisation.c.name, organisation.c.kind
).join(organisation, organisation.c.id == planned_meeting.c.organisation_id)


class Line(NamedTuple):
    """One open task with whom it is about."""

    task_id: int
    case_id: int
    element: str
    lane: str
    item: int | None
    organisation_id: int | None
    organisation: str | None
    opened_on: date
    due_on: date | None
    subject_id: int
    family_name: str
    middle_name: str
    given_name: str
    birth_date: date
    class_name: str
    stage: str | None
    words: dict[str, Any]
    pending: bool

    @property
    def name(self) -> str:
        return full(self.family_name, self.middle_name, self.given_name)

    @property
    def key(self) -> str:
        """How forms name the vote of one person: case and step."""
        return f"{self.case_id}-{self.element}"


def find(tx: Transaction, meeting_id: int) -> Planned | None:
    row = tx.execute(_PLANNED.where(planned_meeting.c.id == meeting_id)).one_or_none()
    return Planned(*tuple(row)) if row else None


def upcoming(tx: Transaction, organisation_ids: Collection[int]) -> list[Planned]:
    """Planned and not yet held, the next first."""
    query = _PLANNED.where(
        planned_meeting.c.organisation_id.in_(organisation_ids), planned_meeting.c.status == "planned"
    )
    rows = tx.execute(query.order_by(planned_meeting.c.on_day, planned_meeting.c.id))
    return [Planned(*tuple(row)) for row in rows]


def gone_by(tx: Transaction, organisation_ids: Collection[int]) -> list[tuple[Planned, int]]:
    """Held and cancelled meetings, the newest first, with the number of votes that wait for confirmation."""
    waiting = (
        select(func.count())
        .select_from(vote.join(meeting, meeting.c.id == vote.c.meeting_id))
        .where(vote.c.status == "pending", *on_its_day(planned_meeting.c))
        .scalar_subquery()
    )
    query = (
        _PLANNED.add_columns(waiting)
        .where(planned_meeting.c.organisation_id.in_(organisation_ids), planned_meeting.c.status != "planned")
        .order_by(planned_meeting.c.on_day.desc(), planned_meeting.c.id.desc())
        .limit(HELD_SHOWN)
    )
    return [(Planned(*tuple(row)[:-1]), row[-1]) for row in tx.execute(query)]


def past_days(tx: Transaction, organisation_id: int, body: str, branch: str = "") -> list[date]:
    """Days on which the body met, from the votes that were recorded and the meetings that were held."""
    voted = select(meeting.c.on_day).where(
        meeting.c.organisation_id == organisation_id, meeting.c.body == body, meeting.c.branch == branch
    )
    held = select(planned_meeting.c.on_day).where(
        planned_meeting.c.organisation_id == organisation_id,
        planned_meeting.c.body == body,
        planned_meeting.c.branch == branch,
        planned_meeting.c.status == "held",
    )
    return [row.on_day for row in tx.execute(voted.union(held))]


def branches(tx: Transaction, organisation_id: int) -> list[str]:
    """Classes whose union has a vote to take now."""
    query = (
        select(CLASS)
        .select_from(task.join(case, case.c.id == task.c.case_id))
        .join(student, student.c.id == case.c.subject_id)
        .where(task.c.organisation_id == organisation_id, task.c.element.in_(votes_of("union_branch")))
        .distinct()
    )
    return sorted(row[0] for row in tx.execute(query) if row[0])


def _lines(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Open tasks with their people, in the order of names."""
    pending = exists().where(vote.c.task_id == task.c.id, vote.c.status == "pending")
    parent = case.alias("parent")
    return (
        select(
            task.c.id,
            func.coalesce(case.c.parent_id, case.c.id),
            *(task.c[name] for name in ("element", "lane", "item", "organisation_id")),
            organisation.c.name,
            task.c.opened_on,
            task.c.due_on,
            student.c.id,
            *(student.c[name] for name in ("family_name", "middle_name", "given_name", "birth_date")),
            CLASS,
            func.coalesce(parent.c.stage, case.c.stage),
            case.c.words,
            pending,
        )
        .select_from(task)
        .join(case, case.c.id == task.c.case_id)
        .outerjoin(parent, parent.c.id == case.c.parent_id)
        .join(student, student.c.id == case.c.subject_id)
        .outerjoin(organisation, organisation.c.id == task.c.organisation_id)
        .where(*conditions)
        .order_by(student.c.sort_key, student.c.id, task.c.id)
    )


def open_votes(tx: Transaction, of: Planned) -> list[Line]:
    """Every open task whose step is a vote of that body, by name."""
    return [
        line
        for line in _owed(tx, of, votes_of(of.body))
        if (not decides(line.element) or (line.words.get("decided_by") or "standing") == of.body)
    ]


def open_matters(tx: Transaction, of: Planned) -> list[Line]:
    """Open tasks that the meeting can settle without counting votes."""
    return _owed(tx, of, SETTLES[of.body]) if SETTLES[of.body] else []


def _owed(tx: Transaction, of: Planned, elements: Sequence[str]) -> list[Line]:
    rows = tx.execute(_lines(task.c.organisation_id == of.organisation_id, task.c.element.in_(elements)))
    lines = [Line(*tuple(row)) for row in rows]
    return [line for line in lines if not of.branch or line.class_name == of.branch]


def open_of_cell(tx: Transaction, cell_id: int) -> list[Line]:
    """All open tasks of the cases that a cell answers for."""
    ours = and_(case.c.custodian_id == cell_id, case.c.closed_on.is_(None))
    return [Line(*tuple(row)) for row in tx.execute(_lines(ours))]


class Item(NamedTuple):
    """One person on the agenda: whether the task is still open is for the page to see."""

    case_id: int
    element: str
    rank: int
    name: str
    birth_date: date
    class_name: str

    @property
    def key(self) -> str:
        return f"{self.case_id}-{self.element}"


def items(tx: Transaction, meeting_id: int) -> list[Item]:
    """The agenda in the order that was set."""
    rows: Any = tx.execute(
        select(
            agenda_item.c.case_id,
            agenda_item.c.element,
            agenda_item.c.rank,
            *(student.c[name] for name in ("family_name", "middle_name", "given_name", "birth_date")),
            CLASS,
        )
        .join(case, case.c.id == agenda_item.c.case_id)
        .join(student, student.c.id == case.c.subject_id)
        .where(agenda_item.c.planned_meeting_id == meeting_id)
        .order_by(agenda_item.c.rank, student.c.sort_key)
    )
    return [Item(r[0], r[1], r[2], full(*r[3:6]), r[6], r[7]) for r in rows]


def on_its_day(of: Any) -> tuple[ColumnElement[bool], ...]:
    """Meetings on which votes rest, of the body and the day of a planned one."""
    return (
        meeting.c.organisation_id == of.organisation_id,
        meeting.c.body == of.body,
        meeting.c.branch == of.branch,
        meeting.c.on_day == of.on_day,
    )
