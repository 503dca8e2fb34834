"""The province-wide school years that an empty table begins with: a usual year, all of it a forecast.

Written once; from then on an administrator of the root keeps them on the page. Repeating it changes nothing.
"""

import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, select

from engine.time import day_of
from engine.transactions import Transaction
from workflows.rules.calendar import HOLIDAY, Calendar
from workflows.rules.queries import calendar_of
from workflows.schedules.records import school_period
from workflows.schedules.school_days import BREAK, FIRST_MONTH

COMMON: Final = Path(__file__).with_name("common.toml")
TET: Final = "Tết Nguyên Đán"
TET_BREAK: Final = "Nghỉ Tết"
YEARS: Final = range(-1, 3)  # around the present school year: what has begun, and what is forecast


@cache
def _usual() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(COMMON.read_text(encoding="utf-8"))["period"])


def seed_school_years(tx: Transaction, *, now: datetime) -> int:
    """Fill a table without a single row; gives the number of rows written."""
    if tx.execute(select(school_period.c.id).limit(1)).first() is not None:
        return 0
    today = day_of(now)
    begun = today.year if today.month >= FIRST_MONTH else today.year - 1
    rows = [row for ahead in YEARS for row in common_year(begun + ahead, calendar_of(tx))]
    tx.execute(insert(school_period), [row | {"recorded_at": now} for row in rows])
    return len(rows)


def common_year(year: int, calendar: Calendar) -> Iterator[dict[str, Any]]:
    """The periods of the school year that begins in that year, Tết where the calendar knows it."""
    empty = {"year": year, "grade": None, "course": None, "programme": None}
    for row in _usual():
        first = _day(year, row["first"])
        last = _day(year, row.get("last", row["first"]))
        given = {"kind": row["kind"], "name": row["name"], "first_day": first, "last_day": last}
        yield empty | given | {"grade": row.get("grade")}
    tet = _tet(year + 1, calendar)
    if tet:
        yield empty | {"kind": BREAK, "name": TET_BREAK, "first_day": tet[0], "last_day": tet[-1]}


def _day(year: int, parts: list[int]) -> date:
    return date(year + parts[0], parts[1], parts[2])


def _tet(year: int, calendar: Calendar) -> list[date]:
    """The holidays of Tết with the days off around them."""
    days = sorted(
        day
        for day, known in calendar.days.items()
        if day.year == year and known.kind == HOLIDAY and known.name.startswith(TET)
    )
    if not days:
        return []
    first, last = days[0], days[-1]
    while not calendar.is_working_day(first - timedelta(days=1)):
        first -= timedelta(days=1)
    while not calendar.is_working_day(last + timedelta(days=1)):
        last += timedelta(days=1)
    return [first, last]
