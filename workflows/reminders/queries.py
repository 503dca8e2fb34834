"""What is to be reminded of: running clocks near their day with the tasks that hang on them, agreed days."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from engine.among import among
from engine.records import case, clock, outbox, task
from engine.transactions import Transaction
from workflows.reminders.ladder import Told, ladders
from workflows.reminders.texts import DUE, KINDS

AT_ONCE = 200


class Near(NamedTuple):
    """A running clock that has begun to be spoken of."""

    id: int
    case_id: int
    name: str
    item: int | None
    started_on: date
    due_on: date
    extended_from: date | None
    custodian_id: int


class Hanging(NamedTuple):
    """An open task: whose, in whose hands, and the day agreed to look at it again."""

    id: int
    case_id: int
    element: str
    item: int | None
    lane: str
    organisation_id: int | None
    assignee_id: int | None
    follow_up_on: date | None


_TASK = select(*(task.c[name] for name in Hanging._fields)).order_by(task.c.id)


def near(tx: Transaction, today: date, *, beyond: int = 0) -> list[Near]:
    """The next clocks, by number, of those whose day is near or over."""
    until = today + timedelta(days=ladders().first)
    found = tx.execute(
        select(*(clock.c[name] for name in Near._fields[:-1]), case.c.custodian_id)
        .join(case, case.c.id == clock.c.case_id)
        .where(clock.c.closed_on.is_(None), clock.c.due_on <= until, clock.c.id > beyond)
        .where(case.c.closed_on.is_(None))
        .order_by(clock.c.id)
        .limit(AT_ONCE)
    )
    return [Near(*tuple(row)) for row in found]


def hanging(tx: Transaction, clocks: Collection[Near]) -> dict[int, list[Hanging]]:
    """Clock → the open tasks whose due day it gives."""
    found: dict[tuple[int, str], list[Hanging]] = {}
    cases = {"cases": {one.case_id for one in clocks}}
    for row in tx.execute(_TASK.where(among(task.c.case_id, "cases")), cases):
        one = Hanging(*tuple(row))
        found.setdefault((one.case_id, tx.registry.task_clock.get(one.element, "")), []).append(one)
    return {
        one.id: [row for row in found.get((one.case_id, one.name), ()) if one.item in (None, row.item)]
        for one in clocks
    }


def agreed(tx: Transaction, today: date, *, beyond: int = 0) -> list[Hanging]:
    """The next open tasks, by number, of those that were to be looked at by today."""
    query = _TASK.where(task.c.follow_up_on <= today, task.c.id > beyond).limit(AT_ONCE)
    return [Hanging(*tuple(row)) for row in tx.execute(query)]


def told(tx: Transaction, keys: Iterable[str]) -> set[str]:
    """Which of these messages there are already."""
    return set(tx.execute(select(outbox.c.key).where(outbox.c.key.in_(list(keys)))).scalars())


def told_before(tx: Transaction, clocks: Collection[Near]) -> dict[int, list[Told]]:
    """Clock → what was told of it, for clocks whose due day has moved."""
    cases = {one.case_id for one in clocks if one.extended_from is not None}
    found: dict[int, list[Told]] = defaultdict(list)
    told = tx.execute(_TOLD, {"cases": cases}).scalars() if cases else ()
    for facts in (one for one in told if "clock" in one):
        found[facts["clock"]].append(Told(date.fromisoformat(facts["due"]), facts["rung"]))
    return found


_OF_DEADLINES: Final = [word for word, kind in KINDS.items() if kind.group == DUE]
_TOLD = select(outbox.c.facts).where(among(outbox.c.case_id, "cases"), outbox.c.kind.in_(_OF_DEADLINES))


def untold(tx: Transaction, found: Mapping[str, Any]) -> dict[str, Any]:
    """Those whose message there is not yet."""
    known = told(tx, found) if found else set()
    return {key: one for key, one in found.items() if key not in known}
