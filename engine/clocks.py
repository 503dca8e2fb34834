"""Legal clocks: rows that say since when something runs, until when, and by which rule of which edition.

Here is also the one place that writes `task.due_on` of tasks already open: a task's due day is that of its
clock (`Registry.task_clock`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, Update, bindparam, func, or_, select, text, update

from engine.errors import NotFound, Text
from engine.records import clock, task
from engine.transactions import Transaction

NOT_RUNNING = "Thời hạn “{name}” không còn đang tính. Hãy tải lại trang."


@dataclass(frozen=True)
class ClockRow:
    """A legal clock. `extended_from` is the due day before the last extension."""

    id: int
    case_id: int
    name: str
    item: int | None
    started_on: date
    due_on: date
    rule: str
    edition: str
    calendar_version: str | None
    act_seq: int | None
    extended_from: date | None
    note: str | None
    closed_on: date | None


_ONE_RUNNING = (
    clock.c.case_id == bindparam("of_case"),
    clock.c.name == bindparam("of_name"),
    func.coalesce(clock.c.item, text("0")) == bindparam("of_item"),
    clock.c.closed_on.is_(None),
)
_EXTEND = (
    update(clock)
    .where(*_ONE_RUNNING)
    .values(extended_from=clock.c.due_on, due_on=bindparam("to_due"), note=bindparam("to_note"))
)
_CLOSE = update(clock).where(*_ONE_RUNNING).values(closed_on=bindparam("to_closed"))
_COLUMNS = tuple(clock.c[name] for name in ClockRow.__dataclass_fields__)
_OF_CASE = select(*_COLUMNS).where(clock.c.case_id == bindparam("of_case"))
_OPEN = _OF_CASE.where(clock.c.closed_on.is_(None)).order_by(clock.c.due_on)
_ALL = _OF_CASE.order_by(clock.c.started_on, clock.c.id)


def open_clock(
    tx: Transaction,
    case_id: int,
    name: str,
    *,
    started_on: date,
    due_on: date,
    rule: str,
    edition: str,
    item: int | None = None,
    calendar_version: str | None = None,
    act_seq: int | None = None,
    note: str | None = None,
) -> int:
    """Starts a clock; Conflict (from the database) where the same one runs already."""
    row = {
        "case_id": case_id,
        "name": name,
        "item": item,
        "started_on": started_on,
        "due_on": due_on,
        "rule": rule,
        "edition": edition,
        "calendar_version": calendar_version,
        "act_seq": act_seq,
        "note": note,
    }
    clock_id = tx.insert(clock, row)
    _project(tx, case_id, name, item, due_on)
    return clock_id


def extend_clock(
    tx: Transaction, case_id: int, name: str, *, due_on: date, note: str, item: int | None = None
) -> None:
    """Gives a running clock another due day (extension, or recomputing); NotFound if it does not run."""
    values = {"to_due": due_on, "to_note": note}
    if not tx.execute(_EXTEND, _running(case_id, name, item) | values).rowcount:
        raise NotFound(Text(NOT_RUNNING, name=name))
    _project(tx, case_id, name, item, due_on)


def close_clock(tx: Transaction, case_id: int, name: str, *, on: date, item: int | None = None) -> bool:
    """Stops a clock; False if it does not run."""
    closed = tx.execute(_CLOSE, _running(case_id, name, item) | {"to_closed": on}).rowcount
    if closed:
        _project(tx, case_id, name, item, None)
    return bool(closed)


def close_all(tx: Transaction, case_id: int, on: date) -> int:
    """Stops every running clock of a case; gives their number."""
    running = update(clock).where(clock.c.case_id == case_id, clock.c.closed_on.is_(None))
    return tx.execute(running.values(closed_on=on)).rowcount


def open_clocks(tx: Transaction, case_id: int) -> list[ClockRow]:
    """The running clocks of a case, the most urgent first."""
    return list(tx.once(("open clocks", case_id), lambda: _rows(tx, _OPEN, case_id), clock))


def all_clocks(tx: Transaction, case_id: int) -> list[ClockRow]:
    """Every clock that a case ever had, in the order of their start."""
    return _rows(tx, _ALL, case_id)


def due_days(tx: Transaction, case_id: int) -> dict[tuple[str, int | None], date]:
    """The due days of the running clocks of a case, by name and item."""
    return {(row.name, row.item): row.due_on for row in open_clocks(tx, case_id)}


def _rows(tx: Transaction, query: Select[Any], case_id: int) -> list[ClockRow]:
    found: Iterable[Any] = tx.execute(query, {"of_case": case_id})
    return [ClockRow(*row) for row in found]


def _running(case_id: int, name: str, item: int | None) -> dict[str, object]:
    return {"of_case": case_id, "of_name": name, "of_item": item or 0}


def _project(tx: Transaction, case_id: int, name: str, item: int | None, due_on: date | None) -> None:
    """Writes the due day to the open tasks that hang on this clock: those of its item, or all."""
    elements = tuple(element for element, its_clock in tx.registry.task_clock.items() if its_clock == name)
    held = tx.held.get(case_id)
    if held is not None and held.elements is not None and held.elements.isdisjoint(elements):
        return  # this transaction holds the case and knows what is open
    if elements:
        theirs = {"of_case": case_id, "to_due": due_on}
        tx.execute(_projection(elements, item is not None), theirs | ({"of_item": item} if item else {}))


@cache
def _projection(elements: tuple[str, ...], one_item: bool) -> Update:
    hanging = update(task).where(
        task.c.case_id == bindparam("of_case"), or_(*(task.c.element == element for element in elements))
    )
    if one_item:
        hanging = hanging.where(task.c.item == bindparam("of_item"))
    return hanging.values(due_on=bindparam("to_due"))
