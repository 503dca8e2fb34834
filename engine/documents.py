"""The papers of a case: type, number, date, issuer, original or copy, and where the paper is kept.

Numbers are given by the domain's registers; here a document is only kept and listed.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from engine.records import document
from engine.transactions import Transaction


def add_document(
    tx: Transaction,
    *,
    case_id: int | None,
    subject_id: int,
    type: str,
    number: str | None,
    on: date,
    organisation_id: int | None,
    title: str,
    original: bool,
    place: str | None,
    by: int | None,
    now: datetime,
    before_system: bool = False,
) -> int:
    """Keeps a document and gives its id. `before_system` marks a paper from before this system."""
    row = {
        "case_id": case_id,
        "subject_id": subject_id,
        "type": type,
        "number": number,
        "on": on,
        "organisation_id": organisation_id,
        "title": title,
        "original": original,
        "place": place,
        "by": by,
        "recorded_at": now,
        "before_system": before_system,
    }
    return tx.insert(document, row)


def documents(tx: Transaction, case_id: int) -> list[Row[Any]]:
    """The documents of a case by their date."""
    query = select(document).where(document.c.case_id == case_id)
    return list(tx.execute(query.order_by(document.c.on, document.c.id)).all())


def documents_of_subject(tx: Transaction, subject_id: int) -> list[Row[Any]]:
    """The documents of a subject over all its cases by their date."""
    query = select(document).where(document.c.subject_id == subject_id)
    return list(tx.execute(query.order_by(document.c.on, document.c.id)).all())
