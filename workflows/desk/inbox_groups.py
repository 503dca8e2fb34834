"""Whose tasks they are: my organisations', in my hands, a deputy's, done for others, to be confirmed.

What depends on accounts and on the tree (who is unstaffed, whose votes wait for me) is looked up in one
statement; each group is then a condition over `task` that an index can answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    false,
    literal,
    null,
    or_,
    select,
    union_all,
)

from engine.records import case, task
from engine.transactions import Transaction
from workflows.access.permissions import CLERKS, HELPER, PERMISSIONS
from workflows.access.queries import below
from workflows.access.seats import Seat
from workflows.access.standing_in import on_day, staffed, unstaffed_under
from workflows.admission.records import helper_assignment, vote
from workflows.admission.steps import STEPS
from workflows.organisations.records import organisation_place
from workflows.people.records import user_account

OURS, MINE, DEPUTY, BEHALF, CONFIRM = "ours", "mine", "deputy", "behalf", "confirm"
GROUPS: Final = (OURS, MINE, DEPUTY, BEHALF, CONFIRM)
CONFIRMING: Final = PERMISSIONS["task.confirm"].positions


@dataclass(frozen=True)
class Reach:
    """What the seats of a person reach besides the tasks of their own organisations, by number."""

    unstaffed: frozenset[int]  # organisations whose desk is ours today
    typed: frozenset[int]  # tasks of other unstaffed ones, in cases that we answer for
    confirming: frozenset[int]  # tasks with a vote that waits for my confirmation
    mentees: frozenset[int]  # cases of those whom I help


def groups(tx: Transaction, seats: Sequence[Seat], on: date) -> Mapping[str, ColumnElement[bool]]:
    """Group → the condition that its tasks meet."""
    reach = reach_of(tx, seats, on)
    own = _clerks(seat for seat in seats if seat.deputises is None)
    stood = _clerks(seat for seat in seats if seat.deputises is not None) - own
    ours = or_(_owed(own), _helped(reach.mentees))
    deputy = _owed(stood)
    behalf = or_(_any(task.c.organisation_id, reach.unstaffed), _any(task.c.id, reach.typed))
    mine = and_(task.c.assignee_id == seats[0].user_id, or_(ours, deputy, behalf)) if seats else false()
    confirm = _any(task.c.id, reach.confirming)
    return {OURS: ours, MINE: mine, DEPUTY: deputy, BEHALF: behalf, CONFIRM: confirm}


def waiting(tx: Transaction, seats: Sequence[Seat], on: date) -> ColumnElement[bool]:
    """What the number beside the inbox counts: tasks of one's own organisations and of those deputised."""
    helping = any(seat.position in HELPER for seat in seats)
    mentees = reach_of(tx, seats, on).mentees if helping else frozenset()
    return or_(_owed(_clerks(seats)), _helped(mentees))


def reach_of(tx: Transaction, seats: Sequence[Seat], on: date) -> Reach:
    """One statement, and the tree of the day for votes of those under us."""
    if not seats:
        return Reach(frozenset(), frozenset(), frozenset(), frozenset())
    return tx.once(("inbox.reach", tuple(seats), on), lambda: _reach(tx, seats, on))


def _reach(tx: Transaction, seats: Sequence[Seat], on: date) -> Reach:
    found: dict[str, list[Any]] = {"desk": [], "typed": [], "confirm": [], "mentee": []}
    parts = _parts(seats, on)
    for row in tx.execute(union_all(*parts)) if parts else ():
        found[row.part].append(row)
    return Reach(
        unstaffed=frozenset(row.number for row in found["desk"]),
        typed=frozenset(row.number for row in found["typed"]),
        confirming=_confirming(tx, seats, found["confirm"], on),
        mentees=frozenset(row.number for row in found["mentee"]),
    )


def _parts(seats: Sequence[Seat], on: date) -> list[Select[Any]]:
    clerks, parts = sorted(_clerks(seats)), []
    if clerks:
        desk = unstaffed_under(clerks, on, owing=True).subquery()
        parts += [_part("desk", desk.c.id), _typed(clerks, on)]
    if any(seat.position in CONFIRMING for seat in seats):
        pending = and_(vote.c.status == "pending", vote.c.proposed_by.is_distinct_from(seats[0].user_id))
        votes = _part("confirm", task.c.id, task.c.organisation_id, task.c.element)
        parts.append(votes.join(vote, vote.c.task_id == task.c.id).where(pending))
    if any(seat.position in HELPER for seat in seats):
        helped = helper_assignment.c
        same = user_account.c.member_id == helped.member_id
        mentees = _part("mentee", helped.case_id).join(user_account, same)
        parts.append(mentees.where(user_account.c.id == seats[0].user_id, helped.valid_to.is_(None)))
    return parts


def _part(name: str, number: Any, organisation: Any = None, element: Any = None) -> Select[Any]:
    return select(
        literal(name).label("part"),
        number.label("number"),
        cast(null(), BigInteger).label("organisation_id") if organisation is None else organisation,
        cast(null(), String).label("element") if element is None else element,
    )


def _typed(clerks: Sequence[int], on: date) -> Select[Any]:
    """Owed by somebody without an account, in a case that we or those right under us answer for."""
    under = select(organisation_place.c.organisation_id).where(
        organisation_place.c.parent_id.in_(clerks), on_day(organisation_place, on)
    )
    ours = select(case.c.id).where(case.c.closed_on.is_(None))
    answered = ours.where(case.c.custodian_id.in_(clerks)).union(ours.where(case.c.custodian_id.in_(under)))
    return _part("typed", task.c.id).where(
        task.c.case_id.in_(answered),
        task.c.organisation_id.is_not(None),
        task.c.organisation_id.not_in(clerks),
        ~staffed(task.c.organisation_id, on),
    )


def _confirming(tx: Transaction, seats: Sequence[Seat], pending: list[Any], on: date) -> frozenset[int]:
    """Votes of my own organisation that my position confirms, and of those under it."""
    acting = [seat for seat in seats if seat.position in CONFIRMING]
    if not pending or not acting:
        return frozenset()
    offices = {seat.organisation_id for seat in acting}
    under = below(tx, sorted(offices), on) - offices
    own = {
        (seat.organisation_id, name)
        for seat in acting
        for name, step in STEPS.items()
        if seat.position in step.confirm
    }
    return frozenset(
        row.number
        for row in pending
        if row.organisation_id in under or (row.organisation_id, row.element) in own
    )


def _clerks(seats: Any) -> set[int]:
    return {seat.organisation_id for seat in seats if seat.position in CLERKS}


def _owed(organisations: set[int]) -> ColumnElement[bool]:
    """Owed by one of them, or by nobody in particular in a case that they answer for."""
    if not organisations:
        return false()
    numbers = sorted(organisations)
    ours = select(case.c.id).where(case.c.custodian_id.in_(numbers), case.c.closed_on.is_(None))
    placeless = and_(task.c.organisation_id.is_(None), task.c.case_id.in_(ours))
    return or_(task.c.organisation_id.in_(numbers), placeless)


def _helped(cases: frozenset[int]) -> ColumnElement[bool]:
    """A helper sees the tasks of the helper's lane, and only for the people assigned to that member."""
    return and_(task.c.lane == "helper", task.c.case_id.in_(sorted(cases))) if cases else false()


def _any(column: Any, numbers: frozenset[int]) -> ColumnElement[bool]:
    return column.in_(sorted(numbers)) if numbers else false()
