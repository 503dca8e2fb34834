"""Registers of numbers: "Số 05-NQ/CB", from 01 on, per organisation, term and symbol (regulations §6).

The counter row is raised and read in one statement, so two clerks never get one number, on either
database. A number typed by hand is kept as such; numbers that were skipped are listed, not filled.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from engine.errors import Conflict, InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.documents.catalogue import issuers, papers, symbol_of
from workflows.documents.records import issued_number, number_register, numbering
from workflows.documents.terms import term_on
from workflows.organisations.records import organisation

_TYPED = re.compile(r"^\s*(?:số\s*:?\s*)?(\d{1,5})\s*([a-zđ]{0,2})\s*(?:-.*|/\s*[^\W\d].*)?$", re.IGNORECASE)
_SIGN = (
    select(organisation.c.kind, numbering.c.sign)
    .outerjoin(numbering, numbering.c.organisation_id == organisation.c.id)
    .where(organisation.c.id == bindparam("own"))
)


@dataclass(frozen=True)
class Numbered:
    """One number taken from a register; `text` is what the paper bears."""

    id: int
    organisation_id: int
    term_id: int
    symbol: str
    number: int
    suffix: str
    sign: str
    manual: bool

    @property
    def text(self) -> str:
        return number_text(self.number, self.symbol, self.sign, self.suffix)


def number_text(number: int, symbol: str, sign: str, suffix: str = "") -> str:
    """At least two digits, no colon: "Số 05-NQ/CB"."""
    stroke = f"/{sign}" if sign else ""
    return f"Số {number:02d}{suffix}-{symbol}{stroke}"


def next_number(
    tx: Transaction,
    organisation_id: int,
    term: int | None,
    type: str,
    *,
    on: date,
    by: int | None,
    now: datetime,
    wanted: str | None = None,
    case_id: int | None = None,
    note: str | None = None,
) -> Numbered:
    """Take the next number, or the one on the paper (`wanted`: "5", "05a", "Số 05-NQ/CB", "12/GCN").

    `type` is a word of the catalogue or a symbol; `term` None means the term of the day `on`.
    Raises InvalidAnswers (not a number, a paper without one) and Conflict (already taken).
    """
    symbol = symbol_of(type)
    if not symbol:
        raise InvalidAnswers({"number": [Text("Loại giấy tờ này không đánh số.")]})
    term_id = term if term is not None else term_on(tx, organisation_id, on)
    number, suffix = _typed(wanted) if wanted else (None, "")
    number = _count(tx, organisation_id, term_id, symbol, number)
    row = {
        "organisation_id": organisation_id,
        "term_id": term_id,
        "symbol": symbol,
        "number": number,
        "suffix": suffix,
        "on": on,
        "type": type if type in papers() else None,
        "case_id": case_id,
        "manual": wanted is not None,
        "note": note,
        "by_user": by,
        "recorded_at": now,
    }
    taken = tx.insert_unless_there(issued_number, row)
    sign = sign_of(tx, organisation_id)
    if taken is None:
        text = number_text(number, symbol, sign, suffix)
        raise Conflict(Text("{number} đã có trong sổ của nhiệm kỳ này. Hãy chọn số khác.", number=text))
    return Numbered(taken, organisation_id, term_id, symbol, number, suffix, sign, wanted is not None)


def _count(tx: Transaction, organisation_id: int, term_id: int, symbol: str, typed: int | None) -> int:
    """Raise the counter by one, or up to a number typed by hand; the row stays locked to the end."""
    row = {"organisation_id": organisation_id, "term_id": term_id, "symbol": symbol, "last": typed or 1}
    counted = int(tx.execute(_counting(tx.dialect, typed is not None), row).scalar_one())
    return typed if typed is not None else counted


@cache
def _counting(name: str, by_hand: bool) -> ReturningInsert[Any]:
    """Built once a database. By hand: up to the number that stands there."""
    dialect, last = (postgresql if name == "postgresql" else sqlite), number_register.c.last
    adding: Any = dialect.insert(number_register)
    typed = adding.excluded.last
    raised = case((last < typed, typed), else_=last) if by_hand else last + 1
    key = ["organisation_id", "term_id", "symbol"]
    counting: ReturningInsert[Any] = adding.on_conflict_do_update(
        index_elements=key, set_={"last": raised}
    ).returning(last)
    return counting


def _typed(wanted: str) -> tuple[int, str]:
    match = _TYPED.match(wanted)
    if match is None or int(match[1]) == 0:
        raise InvalidAnswers({"number": [Text("Số văn bản phải có dạng 05 hoặc 05a, hoặc Số 05-NQ/CB.")]})
    return int(match[1]), match[2].lower()


def sign_of(tx: Transaction, organisation_id: int) -> str:
    """What stands after the stroke: the organisation's own custom, else that of its kind."""
    asked = {"own": organisation_id}
    row = tx.once(
        ("sign", organisation_id), lambda: tx.execute(_SIGN, asked).first(), organisation, numbering
    )
    if row is None:
        return ""
    return str(row.sign) if row.sign is not None else issuers().get(row.kind, "")


def gaps(tx: Transaction, organisation_id: int, term_id: int, symbol: str) -> list[int]:
    """Numbers up to the highest that nobody has taken, for the register's list."""
    query = select(issued_number.c.number).where(
        issued_number.c.organisation_id == organisation_id,
        issued_number.c.term_id == term_id,
        issued_number.c.symbol == symbol,
    )
    taken = set(tx.execute(query).scalars())
    return [number for number in range(1, max(taken, default=0)) if number not in taken]
