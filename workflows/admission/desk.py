"""What a person needs before an act: the form with its lists and first values, what is missing, the clock.

Reading only; the act itself asks everything again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import Schema
from sqlalchemy import select

from engine import cases
from engine.clocks import ClockRow, open_clocks
from engine.errors import NotFound, Unmet
from engine.records import metadata
from engine.rows import CaseRow, TaskRow
from engine.time import start_of
from engine.transactions import Transaction
from workflows import access
from workflows.admission import guards, history, meetings, votes
from workflows.admission.acting import Acting
from workflows.admission.path import find_task
from workflows.admission.steps import STEPS, Step
from workflows.admission.unions import form_at
from workflows.documents.catalogue import papers
from workflows.organisations.kinds import (
    COMMUNE_COMMITTEE,
    GRASSROOTS_COMMITTEE,
    PARTY_CELL,
    SUBORDINATE_COMMITTEE,
    UNIONS,
)
from workflows.organisations.queries import name_on, organisations_of_kind, tree_of
from workflows.organisations.records import organisation
from workflows.organisations.resolution import receiver_of, resolve
from workflows.people.members import roll_on
from workflows.people.records import student
from workflows.rules.editions import edition_on
from workflows.rules.queries import calendar_of
from workflows.transfers.taking import cells_under

Listed = list[tuple[Any, str]]
RECEIVER_KINDS = (COMMUNE_COMMITTEE, GRASSROOTS_COMMITTEE, SUBORDINATE_COMMITTEE, PARTY_CELL)


@dataclass(frozen=True)
class Desk:
    """One step as its page shows it. `pending`: figures of a first person that wait for the second."""

    task: TaskRow
    case: CaseRow
    step: Step
    student: Any
    form: type[Schema]
    choices: dict[str, Listed]
    values: dict[str, Any]
    unmet: list[Unmet]
    clock: ClockRow | None
    history: list[Any]
    pending: Any
    on_behalf_of: int | None


def prepare(tx: Transaction, task_id: int, *, by: int, on: date) -> Desk:
    """Everything that the page of a step shows on a day. Raises NotFound, NotAllowed."""
    found = find_task(tx, task_id)
    if found is None:
        raise NotFound
    seat = access.require(tx, by, "task.see", access.Task(task_id), on)
    case, step = cases.get_case(tx, found.case_id), STEPS[found.element]
    acting, form = trial(tx, found, case, by, on), form_at(tx, found)
    return Desk(
        task=found,
        case=case,
        step=step,
        student=tx.execute(select(student).where(student.c.id == case.subject_id)).one(),
        form=form,
        choices=choices_of(acting, form),
        values=first_values(acting),
        unmet=guards.unmet(acting, step.guards),
        clock=clock_of(tx, found, step),
        history=history.acts(tx, found.case_id),
        pending=votes.pending(tx, task_id),
        on_behalf_of=found.organisation_id if found.organisation_id != seat.organisation_id else None,
    )


def trial(tx: Transaction, found: TaskRow, case: CaseRow, by: int | None, on: date) -> Acting:
    """The act as if it were done well today, to ask what would stand against it."""
    ballot = votes.BALLOTS.get(found.element)
    return Acting(
        tx=tx,
        case=case,
        element=found.element,
        on=on,
        by=by,
        now=start_of(on),
        edition=edition_on(on),
        calendar=calendar_of(tx),
        answers={},
        outcome=ballot.carried if ballot else None,
        task_id=found.id,
        item=found.item,
        organisation_id=found.organisation_id,
    )


def clock_of(tx: Transaction, found: TaskRow, step: Step) -> ClockRow | None:
    """The running clock that says the task's due day."""
    running = [clock for clock in open_clocks(tx, found.case_id) if clock.name == step.clock]
    own = [clock for clock in running if clock.item == found.item]
    return next(iter(own or [clock for clock in running if clock.item is None]), None)


def first_values(acting: Acting) -> dict[str, Any]:
    """Today, the only outcome there is, the roll of the day, and the attendance that was written already."""
    values: dict[str, Any] = {"on": _written_on(acting) or acting.on}
    if acting.element not in votes.BALLOTS:
        return values
    kind, _quota = votes.body_of(acting)
    organisation_id = acting.organisation_id or acting.case.custodian_id
    roll = meetings.roll_on(acting.tx, organisation_id, kind, acting.on)
    values |= {"meeting_kind": "regular", "invalid": 0, "method": "secret"}
    if roll.known:
        values |= {"members": roll.members, "exempt_absent": roll.exempt, "away": roll.away}
    held = acting.tx.execute(meetings.meetings_held(acting, organisation_id, kind)).first()
    if held is not None:
        values |= {
            "members": held.members,
            "exempt_absent": held.exempt_absent,
            "away": held.away,
            "present": held.present,
            "chaired_by": held.chaired_by,
            "meeting_kind": held.kind,
        }
    return values


def _written_on(acting: Acting) -> date | None:
    """The day on a paper that its writer says is there; the table is of a room that builds on this one."""
    if acting.task_id is None or STEPS[acting.element].lane != "candidate":
        return None
    said = metadata.tables["handed_in"]
    found: date | None = acting.tx.execute(
        select(said.c.on_day).where(said.c.task_id == acting.task_id)
    ).scalar()
    return found


def choices_of(acting: Acting, form: type[Schema]) -> dict[str, Listed]:
    """The lists that the form's fields name, its repeated rows included."""
    wanted = set(_sources(form))
    return {name: list_of(acting) for name, list_of in SOURCES.items() if name in wanted}


def _sources(form: type[Schema]) -> list[str]:
    found = []
    for field in form().fields.values():
        source = field.metadata.get("choices")
        if isinstance(source, str):
            found.append(source)
        nested = getattr(getattr(field, "inner", None), "nested", None)
        if isinstance(nested, type):
            found += _sources(nested)
    return found


def helpers(acting: Acting) -> Listed:
    """Official members of the cell on the day."""
    roll = roll_on(acting.tx, acting.case.custodian_id, acting.on)
    return [(line.member_id, line.name) for line in roll.official]


def centres(acting: Acting) -> Listed:
    return _of_kinds(acting, "political_centre")


def addressees(acting: Acting) -> Listed:
    return _of_kinds(acting, "commune_committee", "grassroots_committee")


def opinion_givers(acting: Acting) -> Listed:
    """The union of the student's school, and the cells of the commune where the student lives."""
    tx = acting.tx
    union = resolve(tx, acting.case, "youth_union", None, acting.on)
    lives = tx.execute(select(student.c.commune_code).where(student.c.id == acting.student_id)).scalar()
    known = union is not None and tree_of(tx).nodes[union].kind in UNIONS
    found: Listed = [(union, name_on(tx, union, acting.on))] if union is not None and known else []
    if lives is not None:
        cells = select(organisation.c.id, organisation.c.name).where(
            organisation.c.commune_code == lives,
            organisation.c.kind == "party_cell",
            organisation.c.valid_to.is_(None),
        )
        found += [(row.id, row.name) for row in tx.execute(cells.order_by(organisation.c.name_key))]
    return found


def receivers(acting: Acting) -> Listed:
    """Who may take the person over: the committees first, then the cells of those near by and of others."""
    found = [one for kind in RECEIVER_KINDS for one in _of_kinds(acting, kind)]
    return [one for one in found if one[0] != acting.case.custodian_id]


def cells_of_receiver(acting: Acting) -> Listed:
    """The cells of whoever is to take the person over; a committee without cells takes the person itself."""
    named, tree = receiver_of(acting.tx, acting.case.id), tree_of(acting.tx)
    if named is None:
        return []
    receiver = tree.standing(named, acting.on)
    return [(one, tree.nodes[one].name) for one in cells_under(tree, receiver, acting.on)]


def document_types(acting: Acting) -> Listed:
    return [(paper.type, paper.title) for paper in papers().values()]


def _of_kinds(acting: Acting, *kinds: str) -> Listed:
    rows = [row for kind in kinds for row in organisations_of_kind(acting.tx, kind, acting.on)]
    return [(row.id, row.name) for row in rows]


SOURCES: Mapping[str, Callable[[Acting], Listed]] = {
    list_of.__name__: list_of
    for list_of in (
        helpers,
        centres,
        addressees,
        opinion_givers,
        receivers,
        cells_of_receiver,
        document_types,
    )
}
