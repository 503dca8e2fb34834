"""What an import needs to know of the database: the institution, its students, identities elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.engine import Row

from engine.errors import NotFound
from engine.transactions import Transaction
from workflows.organisations.records import commune, institution
from workflows.people.records import consent, result, student

CHUNK = 500


def institution_for_import(tx: Transaction, institution_id: int) -> Row[Any]:
    """The institution, held to the end of the transaction: two imports of one school wait for each other."""
    query = select(institution.c.id, institution.c.kind, institution.c.cell_id)
    query = query.where(institution.c.id == institution_id)
    row = tx.execute(query.with_for_update() if tx.writing else query).first()
    if row is None:
        raise NotFound()
    return row


def communes_by_name(tx: Transaction) -> Mapping[str, list[str]]:
    """Name as stored → codes; one name may be borne by several communes of the country."""
    found: dict[str, list[str]] = {}
    for row in tx.execute(select(commune.c.code, commune.c.name)):
        found.setdefault(row.name, []).append(row.code)
    return found


def students_of(tx: Transaction, institution_id: int) -> Sequence[Row[Any]]:
    """Everybody now at the institution, with what a list may change."""
    columns = student.c
    query = select(
        columns.id,
        columns.code,
        columns.identity_index,
        columns.sort_key,
        columns.search_key,
        columns.birth_date,
        columns.gender,
        columns.class_name,
        columns.course,
        columns.programme,
        columns.grade,
        columns.entered_on,
        columns.graduation_on,
        columns.commune_code,
        columns.union_member,
        columns.union_joined_on,
    ).where(columns.institution_id == institution_id, columns.left_on.is_(None))
    return tx.execute(query).all()


def identities_elsewhere(tx: Transaction, institution_id: int, indexes: Iterable[bytes]) -> set[bytes]:
    """Which of the identity numbers belong to students who are now at another institution."""
    wanted = list(indexes)
    found: set[bytes] = set()
    for start in range(0, len(wanted), CHUNK):
        query = select(student.c.identity_index).where(
            student.c.identity_index.in_(wanted[start : start + CHUNK]),
            student.c.institution_id != institution_id,
            student.c.left_on.is_(None),
        )
        found.update(tx.execute(query).scalars())
    return found


def results_of(tx: Transaction, institution_id: int, terms: Iterable[str]) -> dict[tuple[int, str], Row[Any]]:
    query = (
        select(result)
        .join(student, student.c.id == result.c.student_id)
        .where(student.c.institution_id == institution_id, result.c.term.in_(list(terms)))
    )
    return {(row.student_id, row.term): row for row in tx.execute(query)}


def with_union_consent(tx: Transaction, institution_id: int, on: date) -> set[int]:
    """Students whose membership in the youth union may be kept."""
    query = (
        select(consent.c.student_id)
        .join(student, student.c.id == consent.c.student_id)
        .where(
            student.c.institution_id == institution_id,
            consent.c.kind == "union",
            consent.c.given_on <= on,
            or_(consent.c.withdrawn_on.is_(None), consent.c.withdrawn_on > on),
        )
    )
    return set(tx.execute(query).scalars())
