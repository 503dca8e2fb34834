"""Who stands behind a figure: only those whom one may open, by day and then by name."""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import and_, select

from engine.among import among
from engine.records import case
from engine.transactions import Transaction
from workflows.forecast.figures import BELOW, Reach, Wanted, own_people
from workflows.forecast.months import WHATS, Foreseen, marks, months_from
from workflows.forecast.queries import foreseen, sweep_of
from workflows.people.names import Name
from workflows.people.records import student

PAGE: Final = 50


class Line(NamedTuple):
    """Somebody with the day that is counted; `case_id`: an open case that is kept here."""

    student_id: int
    name: str
    class_name: str | None
    course: str | None
    programme: str | None
    day: date
    followed: str
    case_id: int | None
    graduates_on: date | None


def names(tx: Transaction, reach: Reach, wanted: Wanted, on: date) -> list[Line]:
    """Of one count in the month asked for, or in all months of the page."""
    if wanted.what is None:
        return []
    months = [wanted.month] if wanted.month else months_from(on, wanted.horizon)
    asked = {(wanted.what, month) for month in months}
    people = _below(tx, reach, wanted, on) if wanted.where == BELOW else own_people(tx, reach, wanted, on)
    counted = {one.student_id: one for one in people if not asked.isdisjoint(marks(one, on))}
    found = []
    for row in tx.execute(_NAMES, {"students": counted}):
        one = counted[row.id]
        name = Name(row.family_name, row.middle_name, row.given_name).full
        day = WHATS[wanted.what].day(one) or on
        told = row.class_name, row.course, row.programme
        line = Line(row.id, name, *told, day, one.followed, one.case_id, one.graduates_on)
        found.append((day, row.sort_key, row.id, line))
    return [line for _day, _key, _id, line in sorted(found)]


def _below(tx: Transaction, reach: Reach, wanted: Wanted, on: date) -> Iterator[Foreseen]:
    """Of one school below, those whose case is kept within one's reach: these may be opened."""
    if wanted.school is None:
        return iter(())
    open_to = and_(student.c.institution_id == wanted.school, among(case.c.custodian_id, "organisations"))
    return foreseen(tx, sweep_of(tx, on, [wanted.school]), open_to, organisations=reach.organisations)


_s = student.c
_NAMES = select(
    _s.id,
    _s.family_name,
    _s.middle_name,
    _s.given_name,
    _s.sort_key,
    _s.class_name,
    _s.course,
    _s.programme,
).where(among(_s.id, "students"))
