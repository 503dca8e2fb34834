"""The school years on pages: the schools, and one year of a school with the rows that stand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import or_, select

from engine.transactions import Transaction
from workflows.organisations.records import institution
from workflows.people.names import search_key
from workflows.schedules.records import school_period
from workflows.schedules.school_days import KINDS, SchoolDays

PAGE = 50
_p, _i = school_period.c, institution.c


class Row(NamedTuple):
    """One period with its number. `common`: a row of the province, shown where the school wrote none."""

    id: int
    kind: str
    name: str
    first_day: date
    last_day: date
    year: int
    grade: int | None
    course: str | None
    programme: str | None
    common: bool


@dataclass(frozen=True)
class Schools:
    rows: Sequence[tuple[int, str]]
    next: int | None


def present_year(on: date) -> int:
    """The year in which the present school year began, as everybody reckons without rows."""
    return SchoolDays().year_of(on)


def own_schools(tx: Transaction, organisation_ids: Collection[int]) -> Sequence[tuple[int, str]]:
    """Schools of which these organisations are the Party's, the union's or the cell."""
    if not organisation_ids:
        return []
    links = (_i.party_organisation_id, _i.union_organisation_id, _i.cell_id)
    ours = or_(*(link.in_(list(organisation_ids)) for link in links))
    return [tuple(row) for row in tx.execute(select(_i.id, _i.name).where(ours).order_by(_i.name_key))]


def schools(tx: Transaction, *, words: str, page: int) -> Schools:
    """All schools by name, a page at a time."""
    query = select(_i.id, _i.name).order_by(_i.name_key, _i.id)
    if words.strip():
        query = query.where(_i.name_key.contains(search_key(words), autoescape=True))
    rows = [tuple(row) for row in tx.execute(query.offset(page * PAGE).limit(PAGE + 1))]
    return Schools(rows[:PAGE], page + 1 if len(rows) > PAGE else None)


def name_of(tx: Transaction, institution_id: int) -> str | None:
    found: str | None = tx.execute(select(_i.name).where(_i.id == institution_id)).scalar()
    return found


def kind_of(tx: Transaction, institution_id: int) -> str:
    return str(tx.execute(select(_i.kind).where(_i.id == institution_id)).scalar())


def known_years(tx: Transaction, institution_id: int | None) -> set[int]:
    """School years of which the school or the province wrote something."""
    query = select(_p.year).where(_of(institution_id), _p.withdrawn_at.is_(None)).distinct()
    return set(tx.execute(query).scalars())


def year_of(tx: Transaction, institution_id: int | None, year: int) -> list[Row]:
    """One school year: the rows that stand, in the order of kinds and days."""
    rows = _rows(tx, institution_id, year)
    own = {row.kind for row in rows if not row.common}
    stand = [row for row in rows if institution_id is None or not row.common or row.kind not in own]
    order = list(KINDS)
    return sorted(stand, key=lambda row: (order.index(row.kind), row.first_day, row.id))


def row_of(tx: Transaction, institution_id: int | None, period_id: int) -> Row | None:
    """A row that stands for this school: its own, or one of the province."""
    query = select(_p.year).where(_p.id == period_id, _of(institution_id), _p.withdrawn_at.is_(None))
    year = tx.execute(query).scalar()
    if year is None:
        return None
    return next((row for row in _rows(tx, institution_id, year) if row.id == period_id), None)


def _rows(tx: Transaction, institution_id: int | None, year: int) -> list[Row]:
    names = [name for name in Row._fields if name != "common"]
    query = select(*(_p[name] for name in names), _p.institution_id.is_(None)).where(
        _of(institution_id), _p.year == year, _p.withdrawn_at.is_(None)
    )
    rows = (Row(*tuple(row)) for row in tx.execute(query))
    return [row._replace(common=bool(row.common) and institution_id is not None) for row in rows]


def _of(institution_id: int | None):  # type: ignore[no-untyped-def]
    if institution_id is None:
        return _p.institution_id.is_(None)
    return or_(_p.institution_id == institution_id, _p.institution_id.is_(None))
