"""The two notions of time: an aware UTC moment (`now`) and the day it falls on in Vietnam (`on`).

The clock is read only at the entries (a view, a job, a command) and handed down as an argument.
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def utcnow() -> datetime:
    """The present moment. Only entries call this."""
    return datetime.now(UTC)


def day_of(now: datetime) -> date:
    """The day in Vietnam at this moment."""
    return now.astimezone(VIETNAM).date()


def start_of(day: date) -> datetime:
    """The first moment of a day in Vietnam, in UTC: when a timer of that day may fire."""
    return datetime.combine(day, time(), VIETNAM).astimezone(UTC)
