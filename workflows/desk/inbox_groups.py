"""Whose tasks they are: my organisations', in my hands, a deputy's, done for others, to be confirmed.

What depends on accounts and on the tree (who is unstaffed, whose votes wait for me) is looked up in one
statement; each group is then a condition over `task` that an index can answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    String,
    and_,
    bindparam,
    cast,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.util import ClauseAdapter

from engine.among import among
from engine.records import Id, case, task
from engine.transactions import Transaction
from workflows.access.permissions import CLERKS, HELPER, PERMISSIONS
from workflows.access.queries import below
from workflows.access.seats import Seat
from workflows.access.standing_in import on_day, somebody, unstaffed_under
from workflows.admission.records import helper_assignment, vote
from workflows.admission.steps import STEPS
from workflows.desk.constants import constant
from workflows.organisations.queries import tree_of
from workflows.organisations.records import organisation_place
from workflows.people.records import user_account

OURS, MINE, DEPUTY, BEHALF, CONFIRM = "ours", "mine", "deputy", "behalf", "confirm"
CONFIRMING: Final = PERMISSIONS["task.confirm"].positions
ON, ME = bindparam("on", type_=Date), bindparam("me", type_=Id)


def _owed(name: str) -> tuple[ColumnElement[bool], ...]:
    """Owed by one of them, or by nobody in particular in a case that they answer for."""
    ours = select(case.c.id).where(among(case.c.custodian_id, name), case.c.closed_on.is_(None))
    placeless = and_(task.c.organisation_id.is_(None), task.c.case_id.in_(ours))
    return among(task.c.organisation_id, name), placeless


def _any(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """One of the conditions: each finds its tasks by an index of its own, which an OR would not on SQLite."""
    return task.c.id.in_(union_all(*(select(_found.c.id).where(_of_found(one)) for one in conditions)))


_found = task.alias("found_by")


def _of_found(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    adapted: ColumnElement[bool] = ClauseAdapter(_found).traverse(condition)
    return adapted


# A helper sees the tasks of the helper's lane, and only for the people assigned to that member.
_helped = and_(task.c.lane == constant("helper"), among(task.c.case_id, "mentees"))
_ours = (*_owed("own"), _helped)
_deputy = _owed("stood")
_behalf = (among(task.c.organisation_id, "unstaffed"), among(task.c.id, "typed"))

# Group → the condition that its tasks meet; `reach` gives the values.
GROUPS: Final[Mapping[str, ColumnElement[bool]]] = {
    OURS: _any(*_ours),
    MINE: and_(task.c.assignee_id == ME, or_(*_ours, *_deputy, *_behalf)),
    DEPUTY: _any(*_deputy),
    BEHALF: _any(*_behalf),
    CONFIRM: among(task.c.id, "confirming"),
}
# What the number beside the inbox counts.
WAITING: Final = _any(*_ours, *_deputy)


def values(seats: Sequence[Seat], on: date) -> dict[str, Any]:
    """The values that follow from the seats alone."""
    own = _clerks(seat for seat in seats if seat.deputises is None)
    return {
        "own": own,
        "stood": _clerks(seat for seat in seats if seat.deputises is not None) - own,
        "me": seats[0].user_id if seats else 0,
        "on": on,
    }


def reach(tx: Transaction, seats: Sequence[Seat], on: date) -> dict[str, Any]:
    """All values of the groups' conditions: one statement, and the tree of the day for votes under us."""
    return tx.once(("inbox.reach", tuple(seats), on), lambda: _reach(tx, seats, on))


def _reach(tx: Transaction, seats: Sequence[Seat], on: date) -> dict[str, Any]:
    known = values(seats, on)
    found: dict[str, list[Any]] = {"desk": [], "typed": [], "confirm": [], "mentee": []}
    asking = known | {"clerks": known["own"] | known["stood"]}
    for row in tx.execute(_REACH, asking) if seats else ():
        found[row.part].append(row)
    helping = any(seat.position in HELPER for seat in seats)
    return known | {
        "unstaffed": [row.number for row in found["desk"]],
        "typed": [row.number for row in found["typed"]],
        "confirming": _confirming(tx, seats, found["confirm"], on),
        "mentees": [row.number for row in found["mentee"]] if helping else [],
    }


def _part(name: str, number: Any, organisation: Any = None, element: Any = None) -> Select[Any]:
    return select(
        constant(name).label("part"),
        number.label("number"),
        cast(null(), BigInteger).label("organisation_id") if organisation is None else organisation,
        cast(null(), String).label("element") if element is None else element,
    )


def _ours_by_name(column: Any) -> ColumnElement[bool]:
    return among(column, "clerks")


def _typed() -> Select[Any]:
    """Owed by somebody without an account, in a case that we or those right under us answer for.

    Asked for each organisation that occurs, and not as a join: that would read everybody's accounts.
    """
    place = organisation_place
    under = select(place.c.organisation_id).where(among(place.c.parent_id, "clerks"), on_day(place, ON))
    cases = select(case.c.id).where(case.c.closed_on.is_(None))
    answered = cases.where(among(case.c.custodian_id, "clerks")).union_all(
        cases.where(case.c.custodian_id.in_(under))
    )
    owed = (
        select(task.c.id, task.c.organisation_id)
        .where(task.c.case_id.in_(answered), ~among(task.c.organisation_id, "clerks"))
        .cte("owed")
    )
    owing = select(owed.c.organisation_id.label("id")).distinct().subquery("owing")
    alone = select(owing.c.id).where(somebody(owing.c.id, ON).is_(None))
    return _part("typed", owed.c.id).where(owed.c.organisation_id.in_(alone))


def _asked() -> CompoundSelect[Any]:
    desk = unstaffed_under(_ours_by_name, ON, owing=True).subquery("desk")
    pending = and_(vote.c.status == constant("pending"), vote.c.proposed_by.is_distinct_from(ME))
    votes = _part("confirm", task.c.id, task.c.organisation_id, task.c.element)
    helped = helper_assignment.c
    mentees = _part("mentee", helped.case_id).join(user_account, user_account.c.member_id == helped.member_id)
    return union_all(
        _part("desk", desk.c.id),
        _typed(),
        votes.join(vote, vote.c.task_id == task.c.id).where(pending),
        mentees.where(user_account.c.id == ME, helped.valid_to.is_(None)),
    )


_REACH: Final = _asked()


def _confirming(tx: Transaction, seats: Sequence[Seat], pending: list[Any], on: date) -> list[int]:
    """Votes of my own organisation that my position confirms, and of those under it."""
    acting = [seat for seat in seats if seat.position in CONFIRMING]
    if not pending or not acting:
        return []
    offices = {seat.organisation_id for seat in acting}
    under = below(tx, sorted(offices), on) - offices
    nodes = tree_of(tx).nodes
    own = {
        (seat.organisation_id, name)
        for seat in acting
        for name, step in STEPS.items()
        if seat.position in step.confirm_at(nodes[seat.organisation_id].kind)
    }
    return [
        row.number
        for row in pending
        if row.organisation_id in under or (row.organisation_id, row.element) in own
    ]


def _clerks(seats: Iterable[Seat]) -> set[int]:
    return {seat.organisation_id for seat in seats if seat.position in CLERKS}
