"""What one person is to a thing by a row that names both: mandate, emergency, one's own file.

These give reading without any relation of an organisation. A right that ends within a day needs the moment
of the request: whoever opens the transaction leaves it with `at`; without it such a right does not hold.
"""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import select

from engine.records import case, metadata, task
from engine.time import day_of
from engine.transactions import Transaction
from workflows.access import glass, mandates
from workflows.access.permissions import GLASS, GLASS_TEXTS, MAKER, MANDATE, SELF
from workflows.access.relations import UNSEEN, Batch, Case, Correction, Glass, Student, Task, Thing
from workflows.access.seats import acting_for
from workflows.bulk.records import batch
from workflows.people.records import user_account

NOBODY: frozenset[str] = frozenset()


def at(tx: Transaction, now: datetime) -> None:
    """The moment of the request, for rights that are counted in hours."""
    tx.notes[glass.MOMENT] = now


def moment(tx: Transaction) -> datetime | None:
    found: datetime | None = tx.notes.get(glass.MOMENT)
    return found


def own_student(tx: Transaction, user_id: int) -> int | None:
    """The student whose account this is."""
    query = select(user_account.c.student_id).where(
        user_account.c.id == user_id, user_account.c.active.is_(True)
    )
    found: int | None = tx.execute(query).scalar()
    return found


def of_person(tx: Transaction, user_id: int, what: Thing | None, on: date) -> frozenset[str]:
    """The personal relations of the person to the thing; nothing asked about: one's own file."""
    if what is None:
        return frozenset({SELF}) if own_student(tx, user_id) is not None else NOBODY
    asked = _BY_KIND.get(type(what))
    return asked(tx, user_id, what.id, on) if asked else NOBODY


def _to_case(tx: Transaction, user_id: int, case_id: int, on: date) -> frozenset[str]:
    row = tx.execute(select(case.c.closed_as, case.c.subject_id).where(case.c.id == case_id)).one_or_none()
    if row is None:
        return NOBODY
    found = {SELF} if row.subject_id == own_student(tx, user_id) else set()
    if row.closed_as in UNSEEN:
        return frozenset(found)
    if mandates.naming(tx, user_id, case_id, on) is not None:
        found.add(MANDATE)
    now = moment(tx)
    if now is not None and glass.opened(tx, user_id, case_id, now) is not None:
        found |= {GLASS} if row.closed_as in glass.SEALED_FOR_GOOD else {GLASS, GLASS_TEXTS}
    return frozenset(found)


def _to_task(tx: Transaction, user_id: int, task_id: int, on: date) -> frozenset[str]:
    query = select(case.c.subject_id).join(task, task.c.case_id == case.c.id)
    owner = tx.execute(query.where(task.c.id == task_id, task.c.lane == "candidate")).scalar()
    return frozenset({SELF}) if owner is not None and owner == own_student(tx, user_id) else NOBODY


def _to_student(tx: Transaction, user_id: int, student_id: int, on: date) -> frozenset[str]:
    return frozenset({SELF}) if own_student(tx, user_id) == student_id else NOBODY


def _to_glass(tx: Transaction, user_id: int, glass_id: int, on: date) -> frozenset[str]:
    row = glass.glass_row(tx, glass_id)
    return frozenset({SELF}) if row is not None and row.user_id == user_id else NOBODY


def _to_batch(tx: Transaction, user_id: int, batch_id: int, on: date) -> frozenset[str]:
    """Who made it, while a seat of that day is still held: deputies end, people change schools."""
    made = tx.execute(select(batch).where(batch.c.id == batch_id, batch.c.by == user_id)).first()
    if made is None:
        return NOBODY
    before = {seat.organisation_id for seat in acting_for(tx, user_id, day_of(made.created_at))}
    needed = before & {made.organisation_id} or before  # of several, the one that the list is of
    held = {seat.organisation_id for seat in acting_for(tx, user_id, on)}
    return frozenset({MAKER}) if needed & held else NOBODY


def _to_correction(tx: Transaction, user_id: int, correction_id: int, on: date) -> frozenset[str]:
    """The table belongs to a room that builds on this one: so by name."""
    rows = metadata.tables["correction"]
    owner = tx.execute(select(rows.c.student_id).where(rows.c.id == correction_id)).scalar()
    return frozenset({SELF}) if owner is not None and owner == own_student(tx, user_id) else NOBODY


_BY_KIND: dict[type, Callable[[Transaction, int, int, date], frozenset[str]]] = {
    Case: _to_case,
    Task: _to_task,
    Student: _to_student,
    Glass: _to_glass,
    Correction: _to_correction,
    Batch: _to_batch,
}

__all__ = ["at", "moment", "of_person", "own_student"]
