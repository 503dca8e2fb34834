"""Theo ủy nhiệm: the cases that an auditor's mandates name on the day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select

from engine.records import case
from engine.transactions import Transaction
from workflows.access.mandates import named_cases
from workflows.desk.cases import LISTED
from workflows.organisations.records import organisation
from workflows.people.names import search_key
from workflows.people.records import student

PAGE = 50


@dataclass(frozen=True)
class Mandated:
    """One page; `next`: the key of the page after."""

    lines: list[Any]
    count: int
    next: str | None


def mandated_cases(tx: Transaction, auditor_id: int, sought: str, after: str | None, on: date) -> Mandated:
    """By the person's name in Vietnamese order; what nobody lists is not here either."""
    wanted = [case.c.kind == "admission", LISTED, named_cases(tx, auditor_id, on)]
    if sought.strip():
        wanted.append(student.c.search_key.contains(search_key(sought), autoescape=True))
    joined = case.join(student, student.c.id == case.c.subject_id)
    count = tx.execute(select(func.count()).select_from(joined).where(*wanted)).scalar_one()
    query = (
        select(
            case.c.id,
            case.c.stage,
            case.c.opened_on,
            case.c.closed_on,
            case.c.closed_as,
            student.c.sort_key,
            *(
                student.c[name]
                for name in ("family_name", "middle_name", "given_name", "class_name", "course")
            ),
            organisation.c.name.label("custodian"),
        )
        .select_from(joined.join(organisation, organisation.c.id == case.c.custodian_id))
        .where(*wanted, *_beyond(after))
        .order_by(student.c.sort_key, case.c.id)
        .limit(PAGE + 1)
    )
    rows = list(tx.execute(query))
    lines = rows[:PAGE]
    key = f"{lines[-1].sort_key.hex()}_{lines[-1].id}" if len(rows) > PAGE else None
    return Mandated(lines, count, key)


def _beyond(after: str | None) -> list[Any]:
    text, _, number = (after or "").partition("_")
    try:
        key, last = bytes.fromhex(text), int(number[:18] or 0)
    except ValueError:
        return []
    if not key:
        return []
    return [or_(student.c.sort_key > key, and_(student.c.sort_key == key, case.c.id > last))]
