"""One organisation on a day: place in the tree and its history, positions, roll, committees, work, meetings.

Counts only where a case is concerned: who may see cases follows the link to the inbox.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy import case as when

from engine.errors import NotFound
from engine.records import task
from engine.transactions import Transaction
from workflows.access.queries import on_day
from workflows.admission.records import meeting
from workflows.desk.inbox_filters import SOON
from workflows.desk.organisation_list import Known
from workflows.meetings.records import planned_meeting
from workflows.organisations.queries import name_on, tree_of
from workflows.organisations.records import commune, former_name, organisation
from workflows.organisations.tree import Tree
from workflows.people.records import member, member_place, position, user_account

MEETINGS = 6


class Holder(NamedTuple):
    """Who holds a position on the day; `can_sign_in`: the account is open and has a password."""

    id: int
    user_id: int
    name: str
    position: str
    valid_from: date
    valid_to: date | None
    can_sign_in: bool


@dataclass(frozen=True)
class Head:
    """Name, kind and place on the day; `stands`: whether it exists on that day."""

    id: int
    name: str
    kind: str
    code14: str | None
    commune: str | None
    valid_from: date
    valid_to: date | None
    stands: bool
    decided_by: str | None
    path: list[Known]
    roots: bool


@dataclass(frozen=True)
class History:
    """Names and superiors by their days, predecessors and successors."""

    names: list[tuple[str, date, date | None]]
    places: list[tuple[str, str | None, date, date | None]]
    before: list[tuple[Known, date]]
    after: list[tuple[Known, date]]


def head(tx: Transaction, organisation_id: int, day: date) -> Head:
    o, tree = organisation.c, tree_of(tx)
    row = tx.execute(
        select(organisation, commune.c.name.label("commune"))
        .outerjoin(commune, commune.c.code == o.commune_code)
        .where(o.id == organisation_id)
    ).first()
    if row is None:
        raise NotFound
    stands = tree.nodes[organisation_id].stands_on(day)
    shown = tree.day_of(organisation_id, day)
    place = tree.place_on(organisation_id, shown)
    path = [_known(tx, one, shown) for one in reversed(tree.ancestors_on(organisation_id, shown))]
    return Head(
        id=organisation_id,
        name=name_on(tx, organisation_id, shown),
        kind=row.kind,
        code14=row.code14,
        commune=row.commune,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        stands=stands,
        decided_by=place.decided_by if place else None,
        path=path,
        roots=not path,
    )


def history(tx: Transaction, organisation_id: int) -> History:
    tree = tree_of(tx)
    node = tree.nodes[organisation_id]
    f = former_name.c
    former = tx.execute(
        select(f.name, f.valid_to).where(f.organisation_id == organisation_id).order_by(f.valid_to)
    ).all()
    names, since = [], node.valid_from
    for row in former:
        names.append((row.name, since, row.valid_to))
        since = row.valid_to
    names.append((node.name, since, node.valid_to))
    places = [
        (_present_name(tree, one.parent_id), one.decided_by, one.valid_from, one.valid_to)
        for one in sorted(tree.places, key=lambda place: place.valid_from)
        if one.organisation_id == organisation_id
    ]
    before = [
        (_known(tx, one.predecessor_id, one.on - timedelta(days=1)), one.on)
        for one in tree.successions
        if one.successor_id == organisation_id
    ]
    after = [
        (_known(tx, one.successor_id, one.on), one.on)
        for one in sorted(tree.successions, key=lambda one: one.rank)
        if one.predecessor_id == organisation_id
    ]
    return History(names[::-1], places[::-1], before, after)


def _present_name(tree: Tree, organisation_id: int | None) -> str:
    return tree.nodes[organisation_id].name if organisation_id is not None else ""


def _known(tx: Transaction, organisation_id: int, day: date) -> Known:
    return Known(organisation_id, name_on(tx, organisation_id, day), tree_of(tx).nodes[organisation_id].kind)


def holders(tx: Transaction, organisation_id: int, day: date) -> list[Holder]:
    """Positions of the organisation itself on the day, leaders first."""
    p, a = position.c, user_account.c
    can = and_(a.active.is_(True), a.password.is_not(None))
    rows = tx.execute(
        select(p.id, a.id, a.name, p.position, p.valid_from, p.valid_to, can)
        .join(user_account, a.id == p.user_id)
        .where(p.organisation_id == organisation_id, p.deputises_id.is_(None), on_day(position, day))
        .order_by(when({word: rank for rank, word in enumerate(RANKS)}, value=p.position), a.sort_key, a.id)
    )
    return [Holder(*tuple(row)) for row in rows]


RANKS = (
    "secretary",
    "union_secretary",
    "deputy_secretary",
    "committee_member",
    "officer",
    "centre_officer",
    "helper",
    "auditor",
    "administrator",
)


def roll_counts(tx: Transaction, cells: Iterable[int], day: date) -> dict[str, int]:
    """Members on the rolls of these cells, by status."""
    p = member_place.c
    rows = tx.execute(
        select(p.status, func.count())
        .where(p.cell_id.in_(sorted(cells)), on_day(member_place, day))
        .group_by(p.status)
    )
    return dict(tuple(row) for row in rows)


def roll(tx: Transaction, cell_id: int, day: date) -> list[Any]:
    """Everybody on the roll of a cell on the day, since when, with the days of the person."""
    m, p = member.c, member_place.c
    rows = tx.execute(
        select(
            m.id, m.family_name, m.middle_name, m.given_name, m.birth_date, m.admitted_on, m.official_on,
            p.status, p.valid_from, p.valid_to, m.student_id,
        )
        .join(member_place, p.member_id == m.id)
        .where(p.cell_id == cell_id, on_day(member_place, day))
        .order_by(m.sort_key, m.id)
    )  # fmt: skip
    return list(rows.all())


def member_places(tx: Transaction, member_id: int) -> list[Any]:
    """Where a member stood, the latest first."""
    p = member_place.c
    rows = tx.execute(
        select(p.cell_id, organisation.c.name, p.status, p.valid_from, p.valid_to)
        .join(organisation, organisation.c.id == p.cell_id)
        .where(p.member_id == member_id)
        .order_by(p.valid_from.desc())
    )
    return list(rows.all())


class Work(NamedTuple):
    """Open tasks of a step."""

    element: str
    open: int
    late: int
    soon: int


def work(tx: Transaction, organisation_id: int, on: date) -> list[Work]:
    """Open tasks that the organisation owes today, by step and due state, the most first."""
    late = func.coalesce(func.sum(when((task.c.due_on < on, 1), else_=0)), 0)
    near = and_(task.c.due_on >= on, task.c.due_on <= on + SOON)
    soon = func.coalesce(func.sum(when((near, 1), else_=0)), 0)
    rows = tx.execute(
        select(task.c.element, func.count(), late, soon)
        .where(task.c.organisation_id == organisation_id)
        .group_by(task.c.element)
        .order_by(func.count().desc(), task.c.element)
    )
    return [Work(*tuple(row)) for row in rows]


def meetings(tx: Transaction, organisation_id: int, on: date) -> tuple[list[Any], list[Any]]:
    """(planned, held): the next ones, and the last ones with how many were there."""
    p, m = planned_meeting.c, meeting.c
    planned = tx.execute(
        select(p.id, p.on_day, p.body, p.place)
        .where(p.organisation_id == organisation_id, p.status == "planned")
        .order_by(p.on_day, p.id)
        .limit(MEETINGS)
    ).all()
    held = tx.execute(
        select(m.id, m.on_day, m.body, m.branch, m.present, m.members)
        .where(m.organisation_id == organisation_id, m.on_day <= on)
        .order_by(m.on_day.desc(), m.id.desc())
        .limit(MEETINGS)
    ).all()
    return list(planned), list(held)
