"""The calendar changed by an administrator: a new version of it, and its line in the log.

The running clocks are counted anew afterwards by the worker, a transaction a case (`workflows.jobs`).
"""

from collections.abc import Sequence
from datetime import date, datetime

from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.administration import log
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
    log.note(
        tx,
        "calendar_changed",
        organisation_id=None,
        on=on,
        by=by,
        now=now,
        days=len(days),
        version=version,
        source=source,
    )
    return version
