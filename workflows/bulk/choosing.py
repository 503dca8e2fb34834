"""From ticked numbers to a batch: only what one may do, sorted into lists that one form can serve.

A list is of one step and, where the paper or the meeting is one, of one organisation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, null, select

from engine.records import case, task
from engine.transactions import Transaction
from workflows import access
from workflows.admission.records import vote
from workflows.admission.steps import STEPS
from workflows.bulk.records import CHECKING, DRAFT, WAITING, batch, batch_line
from workflows.bulk.table import COMPLETE, CONFIRM, MOST_LINES, NOMINATE, sharing
from workflows.people.records import student

# Each of these answers for itself, whatever organisation owes it: one list may hold them all.
OF_MANY = frozenset({"addressee", "opinion_giver", "candidate", "helper"})


@dataclass(frozen=True)
class Group:
    """Tasks or students that one form serves. `branch`: the class whose union votes."""

    kind: str
    element: str | None
    organisation_id: int | None = None
    branch: str = ""

    @property
    def singly(self) -> bool:
        return self.kind == COMPLETE and sharing(self.element).singly


@dataclass
class Chosen:
    """What was ticked, sorted; `dropped`: how many are gone or not one's own."""

    groups: dict[Group, list[Any]] = field(default_factory=dict)
    dropped: int = 0

    def only(self) -> Group | None:
        """The one list that can be served at once; None where there is a choice to make."""
        found = next(iter(self.groups), None)
        fits = found is not None and len(self.groups) == 1 and not self.dropped and not found.singly
        return found if fits and found and len(self.groups[found]) <= MOST_LINES else None


def sort_tasks(tx: Transaction, task_ids: Iterable[int], *, by: int, on: date) -> Chosen:
    """The open tasks among the numbers that this person may do, or confirm, by list."""
    wanted = set(task_ids)
    chosen, may = Chosen(), _Asked(tx, by, on)
    for row in _task_rows(tx, wanted):
        kind = may.task(row)
        if kind is not None:
            chosen.groups.setdefault(_group(kind, row), []).append(row)
    chosen.dropped = len(wanted) - sum(len(rows) for rows in chosen.groups.values())
    return chosen


def sort_students(tx: Transaction, student_ids: Iterable[int], *, by: int, on: date) -> Chosen:
    """The students among the numbers that this person may nominate."""
    wanted = set(student_ids)
    chosen, may = Chosen(), _Asked(tx, by, on)
    rows = [row for row in _student_rows(tx, wanted) if may.student(row)]
    if rows:
        chosen.groups[Group(NOMINATE, None)] = rows
    chosen.dropped = len(wanted) - len(rows)
    return chosen


def all_alike(tx: Transaction, found: Any, *, on: date) -> list[Any]:
    """Every open task that the form of this batch could serve, those already in it among them."""
    if found.kind != COMPLETE or found.organisation_id is None or found.element == "branch_vote":
        return []
    query = select(task.c.id).where(
        task.c.element == found.element, task.c.organisation_id == found.organisation_id
    )
    numbers = tx.execute(query.order_by(task.c.id).limit(2 * MOST_LINES)).scalars()
    chosen = sort_tasks(tx, numbers, by=found.by, on=on)
    return chosen.groups.get(Group(found.kind, found.element, found.organisation_id), [])


def create(tx: Transaction, group: Group, rows: Sequence[Any], *, by: int, now: datetime) -> int:
    """A new batch of these rows, in the order of their names; at most `MOST_LINES` of them."""
    number = tx.insert(
        batch,
        {
            "kind": group.kind,
            "element": group.element,
            "organisation_id": group.organisation_id,
            "by": by,
            "state": CHECKING if group.kind == CONFIRM else DRAFT,  # there is nothing to fill in
            "revision": 0,
            "created_at": now,
            "touched_at": now,
        },
    )
    lines = [
        {
            "batch_id": number,
            "rank": rank,
            "task_id": row.task_id,
            "case_id": row.case_id,
            "student_id": row.student_id,
            "item": row.item,
            "vote_id": row.vote_id,
            "state": WAITING,
        }
        for rank, row in enumerate(rows[:MOST_LINES], 1)
    ]
    tx.execute(insert(batch_line), lines)
    return number


def _group(kind: str, row: Any) -> Group:
    organisation_id = None if row.lane in OF_MANY else row.organisation_id
    return Group(kind, row.element, organisation_id, row.branch if row.element == "branch_vote" else "")


class _Asked:
    """Rights to many things: asked once for all that differ in nothing that a right looks at."""

    def __init__(self, tx: Transaction, by: int, on: date) -> None:
        self.tx, self.by, self.on = tx, by, on
        self.answers: dict[tuple[Any, ...], bool] = {}

    def task(self, row: Any) -> str | None:
        """complete | confirm | None. Figures of somebody else that wait are there to be confirmed."""
        what = access.Task(row.task_id)
        alike: tuple[Any, ...] = (row.organisation_id, row.custodian_id, row.lane)
        if row.lane == "helper":
            alike = (row.task_id,)
        waiting = row.vote_id is not None and row.proposed_by != self.by
        if waiting and self._may("task.confirm", what, alike) and STEPS[row.element].confirm:
            return CONFIRM
        return COMPLETE if self._may("task.complete", what, alike) else None

    def student(self, row: Any) -> bool:
        alike = (row.institution_id, row.cell_id)
        return self._may("student.nominate", access.Student(row.student_id), alike)

    def _may(self, permission: str, what: Any, alike: tuple[Any, ...]) -> bool:
        key = (permission, *alike)
        if key not in self.answers:
            self.answers[key] = access.may(self.tx, self.by, permission, what, self.on)
        return self.answers[key]


def _task_rows(tx: Transaction, task_ids: set[int]) -> list[Any]:
    query = (
        select(
            task.c.id.label("task_id"),
            task.c.case_id,
            case.c.subject_id.label("student_id"),
            task.c.item,
            task.c.element,
            task.c.lane,
            task.c.organisation_id,
            case.c.custodian_id,
            func.coalesce(student.c.class_name, student.c.course, "").label("branch"),
            vote.c.id.label("vote_id"),
            vote.c.proposed_by,
        )
        .join(case, case.c.id == task.c.case_id)
        .join(student, student.c.id == case.c.subject_id)
        .outerjoin(vote, (vote.c.task_id == task.c.id) & (vote.c.status == "pending"))
        .where(task.c.id.in_(task_ids))
        .order_by(student.c.sort_key, student.c.id, task.c.id)
    )
    return [row for row in tx.execute(query) if row.element in STEPS]


def _student_rows(tx: Transaction, student_ids: set[int]) -> list[Any]:
    nothing: list[Any] = [null().label(name) for name in ("task_id", "case_id", "item", "vote_id")]
    query = (
        select(student.c.id.label("student_id"), student.c.institution_id, student.c.cell_id, *nothing)
        .where(student.c.id.in_(student_ids))
        .order_by(student.c.sort_key, student.c.id)
    )
    return list(tx.execute(query))
