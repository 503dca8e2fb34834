"""Whose desk an organisation's tasks sit at: its own while it is staffed, else the nearest superior's.

Staffed: on that day somebody with an active account that has a password holds a position there. Computed
whenever it is asked, never stored: the day an account opens, the tasks are back.
"""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Date, Select, and_, bindparam, exists, func, or_, select

from engine.records import task
from engine.transactions import Transaction
from workflows.organisations.queries import tree_of
from workflows.organisations.records import organisation_place
from workflows.people.records import position, user_account


def on_day(table: Any, on: Any) -> ColumnElement[bool]:
    """Rows in force on the day; `valid_to` is the first day no longer."""
    ends: ColumnElement[bool] = or_(table.c.valid_to.is_(None), table.c.valid_to > on)
    begun: ColumnElement[bool] = table.c.valid_from <= on
    return begun & ends


def staffed(organisation_id: Any, on: Any) -> ColumnElement[bool]:
    """The condition: somebody who can sign in sits there on the day."""
    return (
        exists()
        .where(position.c.organisation_id == organisation_id, position.c.user_id == user_account.c.id)
        .where(user_account.c.active.is_(True), user_account.c.password.is_not(None), on_day(position, on))
    )


def somebody(organisation_id: Any, on: Any) -> Any:
    """One who can sign in and sits there on the day, or NULL: for a look-up row by row."""
    found = select(position.c.user_id).join(user_account, user_account.c.id == position.c.user_id)
    able = found.where(user_account.c.active.is_(True), user_account.c.password.is_not(None))
    there = able.where(position.c.organisation_id == organisation_id, on_day(position, on))
    return there.limit(1).scalar_subquery()


class Able(NamedTuple):
    """Somebody who sits in an organisation and can sign in; `stands_in_for`: the user deputised, if any."""

    user_id: int
    name: str
    position: str
    stands_in_for: int | None


def able_at(tx: Transaction, organisation_id: int, positions: Collection[str], on: date) -> list[Able]:
    """Who could act for the organisation on the day in one of the positions, deputies after the holders."""
    original = position.alias("original")
    own = position.c.deputises_id.is_(None)
    held = func.coalesce(original.c.position, position.c.position)
    rows = tx.execute(
        select(user_account.c.id, user_account.c.name, held, original.c.user_id)
        .select_from(position)
        .join(user_account, user_account.c.id == position.c.user_id)
        .outerjoin(original, original.c.id == position.c.deputises_id)
        .where(func.coalesce(original.c.organisation_id, position.c.organisation_id) == organisation_id)
        .where(held.in_(positions), on_day(position, on))
        .where(user_account.c.active.is_(True), user_account.c.password.is_not(None))
        .where(or_(own, and_(on_day(original, on), original.c.deputises_id.is_(None))))
        .order_by(own.desc(), position.c.id)
    )
    return [Able(*tuple(row)) for row in rows]


_ABLE = (
    select(position.c.organisation_id)
    .where(position.c.organisation_id.in_(bindparam("line", expanding=True)))
    .where(staffed(position.c.organisation_id, bindparam("day", type_=Date)))
    .distinct()
)


def desk_of(tx: Transaction, organisation_id: int, on: date) -> int | None:
    """Where its tasks are done on the day: itself, or the nearest staffed one above; None: nobody there."""
    line = [organisation_id, *tree_of(tx).ancestors_on(organisation_id, on)]
    asked = {"line": line, "day": on}
    able = tx.once(
        ("desk", organisation_id, on),
        lambda: set(tx.execute(_ABLE, asked).scalars()),
        *(position, user_account, organisation_place),
    )
    return next((one for one in line if one in able), None)


def stands_in_for(
    tx: Transaction, organisation_ids: Collection[int], on: date, *, owing: bool = False
) -> frozenset[int]:
    """Organisations without an account whose desk these are; `owing`: only those with open tasks."""
    if not organisation_ids:
        return frozenset()
    query = unstaffed_under(lambda column: column.in_(organisation_ids), on, owing=owing)
    return frozenset(tx.execute(query).scalars())


Mine = Callable[[Any], ColumnElement[bool]]  # a column → the condition that it is one of ours


def unstaffed_under(mine: Mine, on: Any, *, owing: bool) -> Select[Any]:
    """The walk down the tree of the day, which ends wherever an organisation is staffed."""
    reached = _reached(mine, on)
    found = select(reached.c.id)
    return found.where(exists().where(task.c.organisation_id == reached.c.id)) if owing else found


def _reached(mine: Mine, on: Any) -> CTE:
    place = organisation_place
    empty = and_(on_day(place, on), ~staffed(place.c.organisation_id, on))
    under = (
        select(place.c.organisation_id.label("id"))
        .where(mine(place.c.parent_id), ~mine(place.c.organisation_id), empty)
        .cte("reached", recursive=True)
    )
    below = place.alias("below")
    further = and_(on_day(below, on), ~staffed(below.c.organisation_id, on))
    return under.union(
        select(below.c.organisation_id).join(under, below.c.parent_id == under.c.id).where(further)
    )
