"""Terms of committees: from congress to congress, the period in which numbers of papers run."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from engine.errors import Conflict, InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.documents.records import committee_term

# Where no congress was entered, one unnamed term reaches back to the founding of the Party.
BEFORE_ALL = date(1930, 2, 3)
UNNAMED = "chưa khai báo"
_TERMS = (
    select(committee_term)
    .where(committee_term.c.organisation_id == bindparam("own"))
    .order_by(committee_term.c.valid_from)
)


def open_term(tx: Transaction, organisation_id: int, name: str, *, valid_from: date) -> int:
    """A new term from the day of the congress on; the one before it ends there."""
    rows = _terms(tx, organisation_id)
    if any(row.valid_from >= valid_from for row in rows):
        raise InvalidAnswers(
            {"valid_from": [Text("Nhiệm kỳ mới phải bắt đầu sau ngày bắt đầu của các nhiệm kỳ đã có.")]}
        )
    if rows:
        last = rows[-1]
        tx.execute(update(committee_term).where(committee_term.c.id == last.id).values(valid_to=valid_from))
    return tx.insert(committee_term, _row(organisation_id, name, valid_from, None))


def term_on(tx: Transaction, organisation_id: int, on: date) -> int:
    """The term of a day; opens the unnamed one where none was entered for it."""
    found = _covering(tx, organisation_id, on)
    if found is None:
        rows = _terms(tx, organisation_id)
        unnamed = _row(organisation_id, UNNAMED, BEFORE_ALL, rows[0].valid_from if rows else None)
        found = tx.insert_unless_there(committee_term, unnamed)
    if found is None:  # somebody else opened it a moment ago
        found = _covering(tx, organisation_id, on)
    if found is None:
        raise Conflict
    return found


def _covering(tx: Transaction, organisation_id: int, on: date) -> int | None:
    for row in reversed(_terms(tx, organisation_id)):
        if row.valid_from <= on and (row.valid_to is None or on < row.valid_to):
            return int(row.id)
    return None


def _terms(tx: Transaction, organisation_id: int) -> Sequence[Row[Any]]:
    asked = {"own": organisation_id}
    return tx.once(("terms", organisation_id), lambda: tx.execute(_TERMS, asked).all(), committee_term)


def _row(organisation_id: int, name: str, start: date, end: date | None) -> dict[str, Any]:
    return {"organisation_id": organisation_id, "name": name, "valid_from": start, "valid_to": end}
