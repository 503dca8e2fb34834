"""Open tasks after a change of the tree: which would be owed by another organisation, and moving them there.

The resolver of `organisations` is asked for every open task; tasks of a request ask the row they are for.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from engine import cases
from engine.jobs import Done
from engine.records import case, metadata, task
from engine.sweeping import sweep
from engine.time import day_of
from engine.transactions import Store, Transaction
from workflows.organisations.queries import tree_of
from workflows.organisations.resolution import (
    RECEIVING,
    REFERRED_BY,
    REFERRING,
    REQUESTS,
    answering,
    named_or_referring,
)
from workflows.organisations.tree import Tree

NOBODY_MOVES: Final[Mapping[int, int]] = MappingProxyType({})


class Misplaced(NamedTuple):
    """An open task that another organisation owes by the tree of the day."""

    task_id: int
    case_id: int
    before: int | None
    after: int | None


def misplaced(
    tx: Transaction, tree: Tree, day: date, *, custodians: Mapping[int, int] = NOBODY_MOVES
) -> list[Misplaced]:
    """Over all open tasks: about 200,000 a second. `custodians`: cases that will be somebody else's."""
    asked = {lane: _asked(tx, table) for lane, table in REQUESTS.items()}
    handing = _handing(tx, tree, day)
    answers: dict[tuple[str, int, int | None], int | None] = {}
    found = []
    for row in _open(tx):
        owing = asked[row.lane].get(row.item) if row.lane in asked and row.item is not None else None
        owing = handing.get((row.case_id, row.lane), owing)
        custodian = custodians.get(row.case_id, row.custodian_id)
        mark = (row.lane, custodian, owing)
        if mark not in answers:
            answers[mark] = answering(tree, row.lane, custodian, day, asked=owing)
        if answers[mark] != row.organisation_id:
            found.append(Misplaced(row.id, row.case_id, row.organisation_id, answers[mark]))
    return found


def _open(tx: Transaction) -> Iterable[Any]:
    return tx.execute(
        select(
            task.c.id, task.c.case_id, task.c.lane, task.c.item, task.c.organisation_id, case.c.custodian_id
        )
        .join(case, case.c.id == task.c.case_id)
        .order_by(task.c.case_id)
    )


def _asked(tx: Transaction, name: str) -> dict[int, int]:
    """Request row → the organisation it names, for rows that an open task is for."""
    table = metadata.tables[name]
    lanes = [lane for lane, one in REQUESTS.items() if one == name]
    waiting = select(task.c.item).where(task.c.lane.in_(lanes))
    rows = tx.execute(
        select(table.c.id, table.c.organisation_id).where(
            table.c.organisation_id.is_not(None), table.c.id.in_(waiting)
        )
    )
    return {row.id: row.organisation_id for row in rows}


def _handing(tx: Transaction, tree: Tree, day: date) -> dict[tuple[int, str], int]:
    """Open tasks of handovers → who owes them: whom the letter is for, or who writes it."""
    table = metadata.tables["handover"]
    rows = tx.execute(
        select(task.c.case_id, task.c.lane, case.c.custodian_id, case.c.words, table.c.receiver_id)
        .join(case, case.c.id == task.c.case_id)
        .join(table, table.c.case_id == task.c.case_id)
        .where(task.c.lane.in_((RECEIVING, REFERRING)))
    )
    found = {}
    for row in rows:
        named = row.receiver_id if row.lane == RECEIVING else None
        word = row.words.get(REFERRED_BY)
        found[row.case_id, row.lane] = named_or_referring(tree, row.custodian_id, word, named, day)
    return found


def flows(found: Iterable[Misplaced]) -> list[tuple[int | None, int | None, int]]:
    """(from, to, how many tasks), the greatest first."""
    counted = Counter((one.before, one.after) for one in found)
    return [(*pair, count) for pair, count in counted.most_common()]


def place_again(tx: Transaction, on: date) -> int:
    """Moves every misplaced task to whoever owes it today; gives how many cases were touched."""
    touched = sorted({one.case_id for one in misplaced(tx, tree_of(tx), on)})
    for case_id in touched:
        cases.place_tasks(tx, case_id, on=on)
    return len(touched)


def place_daily(store: Store, now: datetime) -> Done:
    """A change dated ahead begins today: its tasks move, a transaction a case."""
    on = day_of(now)
    with store.transaction(writing=False) as tx:
        touched = sorted({one.case_id for one in misplaced(tx, tree_of(tx), on)})

    def place(tx: Transaction, case_id: int) -> object:
        return cases.place_tasks(tx, case_id, on=on)

    return sweep(store, touched, place, job="place_tasks", now=now)
