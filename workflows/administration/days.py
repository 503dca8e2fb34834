"""The calendar changed by an administrator: a new version of it, and its line in the log.

The running clocks are counted anew afterwards by the worker, a transaction a case (`workflows.jobs`).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.administration import log
from workflows.rules import days_off
from workflows.rules.days_off import DayOff, change_days


def change_calendar(tx: Transaction, days: Sequence[DayOff], *, on: date, by: int, now: datetime) -> int:
    """Gives the version of the calendar. InvalidAnswers where a day is named twice or makes no sense."""
    named = [one.day for one in days]
    twice = sorted({day for day in named if named.count(day) > 1})
    if twice:
        raise InvalidAnswers(
            {"days": [Text("Ngày {day} được ghi hai lần.", day=f"{day:%d/%m/%Y}") for day in twice]}
        )
    version = change_days(tx, days, by=by, now=now)
    source = days[0].source
    _note(tx, "calendar_changed", on, by, now, days=len(days), version=version, source=source)
    return version


def confirm_year(tx: Transaction, year: int, source: str, *, on: date, by: int, now: datetime) -> int:
    """The forecast of a year became its plan; gives the version of the calendar."""
    version = days_off.confirm_year(tx, year, source, by=by, now=now)
    _note(tx, "calendar_confirmed", on, by, now, year=str(year), version=version, source=source)
    return version


def add_forecast(tx: Transaction, year: int, *, on: date, by: int, now: datetime) -> int:
    """The year after the last one, as a forecast; gives the version of the calendar."""
    version = days_off.add_forecast(tx, year, by=by, now=now)
    _note(tx, "calendar_forecast", on, by, now, year=str(year), version=version)
    return version


def _note(tx: Transaction, kind: str, on: date, by: int, now: datetime, **facts: Any) -> None:
    log.note(tx, kind, organisation_id=None, on=on, by=by, now=now, **facts)
