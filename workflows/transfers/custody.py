"""Who answers for a person now: the one place that writes the stair, with the cases that follow."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select

from engine import cases
from engine.transactions import Transaction
from workflows.transfers.records import custody

_NEWEST = (
    select(custody)
    .where(custody.c.student_id == bindparam("student"))
    .order_by(custody.c.seq.desc())
    .limit(2)
)


def last_step(tx: Transaction, student_id: int) -> Any:
    """The step that holds now; None for somebody for whom nobody ever answered."""
    return next(iter(last_steps(tx, student_id)), None)


def last_steps(tx: Transaction, student_id: int) -> list[Any]:
    """The two newest steps of a person, newest first."""
    return tx.once(
        ("last steps", student_id), lambda: list(tx.execute(_NEWEST, {"student": student_id})), custody
    )


def holds() -> ColumnElement[bool]:
    """The condition: this row of `custody` is the person's last step."""
    later = custody.alias("later")
    return ~(
        select(later.c.id)
        .where(later.c.student_id == custody.c.student_id, later.c.seq > custody.c.seq)
        .exists()
    )


def came_from_outside(tx: Transaction, student_id: int) -> bool:
    """Whether the first who answered for the person was an organisation outside of the system."""
    first = select(custody.c.organisation_id).where(custody.c.student_id == student_id, custody.c.seq == 1)
    row = tx.execute(first).first()
    return row is not None and row.organisation_id is None


def take_up(tx: Transaction, student_id: int, organisation_id: int, *, on: date, now: datetime) -> None:
    """The organisation answers from now on, where it does not already: the first step, or a new admission."""
    last = last_step(tx, student_id)
    if last is None or last.organisation_id != organisation_id:
        _step(tx, student_id, organisation_id, last, on=on, now=now, act_id=None)


def hand(
    tx: Transaction,
    student_id: int,
    organisation_id: int | None,
    following: Iterable[int] = (),
    *,
    on: date,
    by: int | None,
    now: datetime,
    act_id: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """From this moment on another organisation answers, and the cases `following` (by number) with all their
    open tasks are its own. None: an organisation outside of the system, to which no case follows."""
    last = last_step(tx, student_id)
    if last is None or last.organisation_id != organisation_id:
        _step(tx, student_id, organisation_id, last, on=on, now=now, act_id=act_id)
    for case_id in following if organisation_id is not None else ():
        cases.change_custodian(tx, case_id, organisation_id or 0, on=on, by=by, now=now, facts=facts)


def _step(
    tx: Transaction,
    student_id: int,
    organisation_id: int | None,
    last: Any,
    *,
    on: date,
    now: datetime,
    act_id: int | None,
) -> None:
    """The next step; a clock that was set back does not make time run backwards."""
    row = {
        "student_id": student_id,
        "seq": last.seq + 1 if last is not None else 1,
        "organisation_id": organisation_id,
        "since_on": on,
        "since_at": max(now, last.since_at) if last is not None else now,
        "act_id": act_id,
    }
    tx.insert(custody, row)
