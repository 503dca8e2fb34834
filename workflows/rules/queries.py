"""The calendar as a value, and the rows of its table as an administrator sees them."""

from datetime import date, timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Row, func, select

from workflows.rules.calendar import Calendar, Day
from workflows.rules.records import calendar_day

if TYPE_CHECKING:
    from engine.transactions import Transaction

NOTE = "rules.calendar"
CHANGED = "rules.calendar_changed"
_Stamp = tuple[object, ...]
_STAMP = select(
    *(select(func.max(column)).scalar_subquery() for column in (calendar_day.c.version, calendar_day.c.id))
)
_cached: "WeakKeyDictionary[Engine, tuple[_Stamp, Calendar]]" = WeakKeyDictionary()


def calendar_of(tx: "Transaction", version: int | None = None) -> Calendar:
    """The calendar at its latest version, or as it was at an earlier one.

    The latest is kept in memory and read again when the table has changed. An empty table gives the
    plain week, version "0".
    """
    if version is not None:
        return _calendar(_rows(tx, version), version)
    if NOTE in tx.notes:
        noted: Calendar = tx.notes[NOTE]
        return noted
    stamp = tx.execute(_STAMP).one()
    engine = tx.connection.engine
    known = _cached.get(engine)
    if known is None or known[0] != tuple(stamp):
        known = tuple(stamp), _calendar(_rows(tx, stamp[0] or 0), stamp[0] or 0)
        if CHANGED not in tx.notes:
            _cached[engine] = known
    tx.notes[NOTE] = known[1]
    return known[1]


def forget_calendar(tx: "Transaction") -> None:
    """After a change within this transaction, which keeps its view to itself: it may still be undone."""
    tx.notes[CHANGED] = True
    tx.notes.pop(NOTE, None)


def calendar_rows(tx: "Transaction", year: int) -> list[Row[tuple[object, ...]]]:
    """The days of a year as they stand, for the administrator's page."""
    rows = _rows(tx, tx.execute(select(func.max(calendar_day.c.version))).scalar() or 0)
    return [row for row in rows if row.day.year == year and row.kind]


def _rows(tx: "Transaction", version: int) -> list[Row[tuple[object, ...]]]:
    """The row that stands for each day at a version, by day."""
    rows = tx.execute(
        select(calendar_day)
        .where(calendar_day.c.version <= version)
        .order_by(calendar_day.c.day, calendar_day.c.version)
    ).all()
    return list({row.day: row for row in rows}.values())


def _calendar(rows: list[Row[tuple[object, ...]]], version: int) -> Calendar:
    days = {row.day: Day(row.kind, row.name) for row in rows if row.kind}
    return Calendar(days=days, version=str(version), known_until=_known_until(rows))


def _known_until(rows: list[Row[tuple[object, ...]]]) -> date:
    """Holidays are announced by the year: the last day before the first forecast, or the end of the table."""
    forecasts = [row.day for row in rows if row.forecast]
    if forecasts:
        return date(min(forecasts).year, 1, 1) - timedelta(days=1)
    return date(max((row.day.year for row in rows), default=1), 12, 31)
