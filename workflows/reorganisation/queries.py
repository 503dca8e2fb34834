"""What the pages of plans read: the list, what a split can share out, what was done to the cases."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select

from engine.among import among
from engine.records import case
from engine.transactions import Transaction
from workflows.desk.cases import LISTED
from workflows.organisations.queries import tree_of
from workflows.organisations.records import organisation
from workflows.people.records import member, member_place, position, student, user_account
from workflows.reorganisation.records import (
    reorganisation,
    reorganisation_case,
    reorganisation_change,
    reorganisation_share,
)

PAGE = 50


def listed(tx: Transaction, organisation_ids: Collection[int], state: str | None) -> list[Any]:
    """Plans of these organisations, those that still want something first, the newest day first."""
    r = reorganisation.c
    count = select(func.count()).where(reorganisation_change.c.plan_id == r.id).scalar_subquery()
    query = (
        select(reorganisation, organisation.c.name.label("organisation"), count.label("changes"))
        .join(organisation, organisation.c.id == r.organisation_id)
        .where(among(r.organisation_id, "ids"))
    )
    if state:
        query = query.where(r.state == state)
    ended = r.state.in_(("done", "withdrawn"))
    rows = tx.execute(query.order_by(ended, r.on_day.desc(), r.id.desc()), {"ids": list(organisation_ids)})
    return list(rows)


class Thing(NamedTuple):
    """One line of a split: what it is, and where its list sends it (None: with the rest)."""

    thing: str
    name: str
    note: str
    to_ref: int | None


def things(tx: Transaction, change_id: int, organisation_id: int, kind: str, on: date) -> list[Thing]:
    """Everything of one kind that the organisation has on the day, in the order of a reader."""
    s = reorganisation_share.c
    sent = select(s.thing, s.to_ref).where(s.change_id == change_id, s.kind == kind)
    to = {row.thing: row.to_ref for row in tx.execute(sent)}
    if kind == "below":
        rows = _below(tx, organisation_id, on)
    else:
        found: Any = tx.execute(_QUERIES[kind](organisation_id, on))
        rows = [(str(thing), str(name), str(note or "")) for thing, name, note in found]
    return [Thing(thing, name, note, to.get(thing)) for thing, name, note in rows]


def _below(tx: Transaction, organisation_id: int, on: date) -> list[tuple[str, str, str]]:
    tree = tree_of(tx)
    below = tree.children_on(organisation_id, on)
    return [(str(one), tree.nodes[one].name, tree.nodes[one].kind) for one in below]


def _members(organisation_id: int, on: date) -> Select[Any]:
    m, p = member.c, member_place.c
    name = m.family_name + " " + m.middle_name + " " + m.given_name
    return (
        select(m.id, name, p.status)
        .join(member_place, p.member_id == m.id)
        .where(p.cell_id == organisation_id, p.valid_from <= on)
        .where(or_(p.valid_to.is_(None), p.valid_to > on))
        .order_by(m.sort_key, m.id)
    )


def _positions(organisation_id: int, on: date) -> Select[Any]:
    p, a = position.c, user_account.c
    return (
        select(p.id, a.name, p.position)
        .join(user_account, a.id == p.user_id)
        .where(p.organisation_id == organisation_id, p.deputises_id.is_(None))
        .where(or_(p.valid_to.is_(None), p.valid_to > on))
        .order_by(a.sort_key, p.id)
    )


def _classes(organisation_id: int, on: date) -> Select[Any]:
    s = student.c
    return (
        select(s.class_name, s.class_name, func.count())
        .where(s.cell_id == organisation_id, s.left_on.is_(None), s.class_name.is_not(None))
        .group_by(s.class_name)
        .order_by(s.class_name)
    )


def _cases(organisation_id: int, on: date) -> Select[Any]:
    """By number: an administrator sees no content of a case."""
    c = case.c
    return (
        select(c.id, c.id, c.stage)
        .where(c.custodian_id == organisation_id, c.closed_on.is_(None), c.parent_id.is_(None))
        .order_by(c.id)
    )


_QUERIES = {"member": _members, "position": _positions, "class": _classes, "case": _cases}


def shared_out(tx: Transaction, change_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Change → how many things of each kind its lists name."""
    s = reorganisation_share.c
    query = select(s.change_id, s.kind, func.count()).where(among(s.change_id, "ids"))
    found: dict[int, dict[str, int]] = {}
    rows: Any = tx.execute(query.group_by(s.change_id, s.kind), {"ids": list(change_ids)})
    for change_id, kind, count in rows:
        found.setdefault(change_id, {})[kind] = count
    return found


class Done(NamedTuple):
    """A case that a plan touched."""

    case_id: int
    from_id: int
    to_id: int
    dropped: str | None
    next_step: str | None
    tasks: int
    closed: bool


def cases_done(tx: Transaction, plan_id: int) -> list[Done]:
    """Without those that ended with "not now": they went along, and nobody counts them."""
    c = reorganisation_case.c
    query = (
        select(c.case_id, c.from_id, c.to_id, c.dropped, c.next_step, c.tasks, case.c.closed_on.is_not(None))
        .join(case, case.c.id == c.case_id)
        .where(c.plan_id == plan_id, LISTED)
        .order_by(c.from_id, c.to_id, c.case_id)
    )
    return [Done(*tuple(row)) for row in tx.execute(query)]


class Moved(NamedTuple):
    """Open cases that went from one organisation to another."""

    from_id: int
    to_id: int
    numbers: list[int]

    @property
    def cases(self) -> int:
        return len(self.numbers)


def moved(done: list[Done]) -> list[Moved]:
    """By (from, to), in the order of the organisations."""
    found: dict[tuple[int, int], list[int]] = {}
    for one in done:
        if not one.closed and one.from_id != one.to_id:
            found.setdefault((one.from_id, one.to_id), []).append(one.case_id)
    return [Moved(*pair, numbers) for pair, numbers in found.items()]


def people_of(tx: Transaction, plan: Any) -> dict[int, str]:
    """Names of those who made, handed in and approved it."""
    ids = {plan.made_by, plan.submitted_by, plan.approved_by} - {None}
    query = select(user_account.c.id, user_account.c.name).where(among(user_account.c.id, "ids"))
    return {row.id: row.name for row in tx.execute(query, {"ids": ids})}
