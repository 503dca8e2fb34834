"""Organisations in lists: those right below with the counts inside, and those that match words."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select

from engine.records import task
from engine.transactions import Transaction
from workflows.access.queries import on_day
from workflows.organisations.queries import tree_of
from workflows.organisations.records import former_name, organisation
from workflows.organisations.tree import Tree
from workflows.people.names import search_key
from workflows.people.records import member_place, position, user_account

PAGE = 50


class Known(NamedTuple):
    """An organisation by its number and its name on the day."""

    id: int
    name: str
    kind: str


class Below(NamedTuple):
    """A direct child with what stands and happens in it and below it."""

    id: int
    name: str
    kind: str
    below: int
    members: int
    seats: int
    tasks: int
    late: int


def children(tx: Transaction, parents: Collection[int], day: date, *, on: date) -> list[Below]:
    """Direct children on the day, each with the counts of everything in it; tasks are those open today."""
    tree = tree_of(tx)
    direct = [child for one in parents for child in tree.children_on(one, day)]
    return counted(tx, direct, day, on=on)


def counted(tx: Transaction, wanted: Sequence[int], day: date, *, on: date) -> list[Below]:
    """These organisations with their counts, in the order of names."""
    tree = tree_of(tx)
    whole = {one: [one, *tree.descendants_on(one, day)] for one in wanted}
    everything = sorted({number for numbers in whole.values() for number in numbers})
    p, s, t = member_place.c, position.c, task.c
    members = _count(
        tx, select(p.cell_id, func.count()).where(on_day(member_place, day)), p.cell_id, everything
    )
    seats = _count(
        tx,
        select(s.organisation_id, func.count(s.user_id.distinct()))
        .join(user_account, user_account.c.id == s.user_id)
        .where(user_account.c.active.is_(True), user_account.c.password.is_not(None), on_day(position, day)),
        s.organisation_id,
        everything,
    )
    tasks = _count(tx, select(t.organisation_id, func.count()), t.organisation_id, everything)
    late = _count(
        tx, select(t.organisation_id, func.count()).where(t.due_on < on), t.organisation_id, everything
    )
    return [
        Below(
            one,
            name,
            tree.nodes[one].kind,
            len(numbers) - 1,
            *(sum(counts[number] for number in numbers) for counts in (members, seats, tasks, late)),
        )
        for one, name, numbers in _named(tx, tree, whole, day)
    ]


def _named(
    tx: Transaction, tree: Tree, whole: dict[int, list[int]], day: date
) -> list[tuple[int, str, list[int]]]:
    """With the names of the day, committees and boards before cells, then by name."""
    former = _former_names(tx, list(whole), day)
    named = [(one, former.get(one, tree.nodes[one].name), numbers) for one, numbers in whole.items()]
    return sorted(
        named, key=lambda one: (KIND_ORDER.get(tree.nodes[one[0]].kind, 9), _by_name(one[1]), one[0])
    )


KIND_ORDER = {"party_building_board": 0, "political_centre": 1, "party_cell": 3, "union_branch": 5}


def _by_name(name: str) -> list[tuple[int, str]]:
    """ "Chi bộ 2" before "Chi bộ 10"."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in search_key(name).split()]


def _former_names(tx: Transaction, wanted: Collection[int], day: date) -> dict[int, str]:
    f = former_name.c
    rows = tx.execute(
        select(f.organisation_id, f.name)
        .where(f.organisation_id.in_(sorted(wanted)), f.valid_to > day)
        .order_by(f.valid_to.desc())
    )
    return {row.organisation_id: row.name for row in rows}


def _count(tx: Transaction, query: Any, column: Any, wanted: list[int]) -> Counter[int]:
    rows = tx.execute(query.where(column.in_(wanted)).group_by(column))
    return Counter(dict(tuple(row) for row in rows))


@dataclass(frozen=True)
class Found:
    """A page of organisations that match; `next` is the number of the page after."""

    lines: list[tuple[Known, str]]
    count: int
    next: int | None


def search(
    tx: Transaction, among: Collection[int], day: date, *, words: str = "", kind: str = "", page: int = 0
) -> Found:
    """By a part of the present or an earlier name, or by code, of those that stand on the day."""
    o, folded = organisation.c, search_key(words)
    where = [o.valid_from <= day, or_(o.valid_to.is_(None), o.valid_to > day)]
    if kind:
        where.append(o.kind == kind)
    if folded:
        where.append(or_(o.name_key.contains(folded, autoescape=True), o.code14.startswith(words.strip()),
                         o.id.in_(_once_named(tx, folded))))  # fmt: skip
    rows = tx.execute(select(o.id, o.name, o.kind).where(*where).order_by(o.name_key, o.id)).all()
    ours = [row for row in rows if row.id in among]
    some = ours[page * PAGE : (page + 1) * PAGE]
    tree, former = tree_of(tx), _former_names(tx, [row.id for row in some], day)
    lines = []
    for row in some:
        parent = tree.parent_on(row.id, day)
        above = tree.nodes[parent].name if parent is not None and parent in tree.nodes else ""
        lines.append((Known(row.id, former.get(row.id, row.name), row.kind), above))
    return Found(lines, len(ours), page + 1 if len(ours) > (page + 1) * PAGE else None)


def _once_named(tx: Transaction, folded: str) -> list[int]:
    """Earlier names are few and have no stored key."""
    rows = tx.execute(select(former_name.c.organisation_id, former_name.c.name))
    return [row.organisation_id for row in rows if folded in search_key(row.name)]
