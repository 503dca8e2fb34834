"""The verbs on the calendar table: its first filling, and a change of days, each a new version.

Whoever changes days recounts the open clocks afterwards, never the closed ones; that is not done here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from engine.errors import Conflict, InvalidAnswers, Text
from workflows.rules.calendar import KINDS, SATURDAY, WORKING_SATURDAY
from workflows.rules.queries import calendar_rows, forget_calendar
from workflows.rules.records import calendar_day
from workflows.rules.seed import EXPECTED, FIRST_YEAR, forecast_days, seed_days

if TYPE_CHECKING:
    from engine.transactions import Transaction


@dataclass(frozen=True)
class DayOff:
    """`kind` None makes it an ordinary day of its weekday again."""

    day: date
    kind: str | None
    name: str
    source: str
    forecast: bool = False


def seed_calendar(tx: "Transaction", *, now: datetime, by: int | None = None) -> int:
    """Fill an empty table; does nothing to a filled one. Returns the number of days written."""
    if tx.execute(select(func.count()).select_from(calendar_day)).scalar():
        return 0
    days = [DayOff(row.day, row.kind, row.name, row.source, row.forecast) for row in seed_days()]
    _write(tx, days, by=by, now=now)
    return len(days)


def change_days(tx: "Transaction", days: Sequence[DayOff], *, by: int | None, now: datetime) -> int:
    """Record a change of days, all in one new version; returns that version."""
    faults = [
        Text("Ngày {day}: {fault}", day=f"{row.day:%d/%m/%Y}", fault=fault)
        for row in days
        for fault in _faults(row)
    ]
    if faults or not days:
        raise InvalidAnswers({"days": faults or [Text("Hãy chọn ít nhất một ngày để thay đổi.")]})
    return _write(tx, days, by=by, now=now)


def confirm_year(tx: "Transaction", year: int, source: str, *, by: int | None, now: datetime) -> int:
    """What was forecast for the year is announced as it was: the same days, with the paper that says so."""
    if not source.strip():
        raise InvalidAnswers({"source": [Text("Hãy ghi văn bản làm căn cứ.")]})
    rows = [row for row in calendar_rows(tx, year) if row.forecast]
    if not rows:
        raise Conflict(Text("Năm {year} không còn ngày nghỉ nào là dự kiến.", year=str(year)))
    days = [DayOff(row.day, row.kind, row.name.removesuffix(EXPECTED), source) for row in rows]
    return _write(tx, days, by=by, now=now)


def add_forecast(tx: "Transaction", year: int, *, by: int | None, now: datetime) -> int:
    """The holidays of the next year as the law and the lunar calendar let expect; marked as a forecast."""
    if year != last_year(tx) + 1:
        raise Conflict(Text("Chỉ thêm được năm liền sau năm cuối của lịch."))
    days = [DayOff(row.day, row.kind, row.name, row.source, row.forecast) for row in forecast_days(year)]
    return _write(tx, days, by=by, now=now)


def last_year(tx: "Transaction") -> int:
    """The last year that the table speaks of; the first of the rules where it is empty."""
    last = tx.execute(select(func.max(calendar_day.c.day))).scalar()
    return FIRST_YEAR - 1 if last is None else int(last.year)


def _write(tx: "Transaction", days: Sequence[DayOff], *, by: int | None, now: datetime) -> int:
    version = (tx.execute(select(func.max(calendar_day.c.version))).scalar() or 0) + 1
    fixed = {"version": version, "by_user": by, "recorded_at": now}
    rows = [
        {"day": d.day, "kind": d.kind, "name": d.name, "source": d.source, "forecast": d.forecast} | fixed
        for d in days
    ]
    tx.execute(insert(calendar_day), rows)
    forget_calendar(tx)
    return int(version)


def _faults(row: DayOff) -> list[Text]:
    faults = []
    if row.kind is not None and row.kind not in KINDS:
        faults.append(Text("Loại ngày không có trong danh mục."))
    if row.kind == WORKING_SATURDAY and row.day.weekday() < SATURDAY:
        faults.append(Text("Ngày làm bù phải là ngày nghỉ cuối tuần."))
    if not row.name.strip():
        faults.append(Text("Hãy ghi tên ngày nghỉ."))
    if not row.source.strip():
        faults.append(Text("Hãy ghi văn bản làm căn cứ."))
    return faults
