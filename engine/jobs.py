"""A job of the worker as a value, and on which days it is due: pure, the clock is an argument.

What is kept of its runs is in `engine.runs`, who runs it in `engine.scheduler`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from engine.time import VIETNAM, day_of

ONE_DAY = timedelta(days=1)
CLOCK_BACK = 7  # days: a clock that went back by less is waited for; by more, and it had been ahead
CATCH_UP = 400  # days: more missed days than these are not made up for
LOOK_AHEAD = 60  # days in which the next working day must lie


class Done(NamedTuple):
    """What one run came to. With something `left`, it is looked at again at once, and a day is not done."""

    items: int = 0
    failed: int = 0
    left: int = 0

    def __add__(self, other: object) -> "Done":
        if not isinstance(other, Done):
            return NotImplemented
        return Done(self.items + other.items, self.failed + other.failed, other.left)


@dataclass(frozen=True)
class Job:
    """Something to do every so many seconds, or (looked at every so many seconds) once a Vietnamese day.

    `do(store, now)` gives a `Done`, a number of items, or None, and may be repeated without harm. With
    `every_day` it is `do(store, now, day)`, called for each day that was missed, the oldest first.
    """

    name: str
    seconds: float
    do: Callable[..., Any]
    daily: bool = False
    at: str | None = None  # "07:00": daily, not before that hour of Vietnam; later if no worker ran then
    working_days: bool = False  # daily, on the days that the domain's calendar works
    every_day: bool = False  # daily, and missed days are made up for; otherwise only today counts
    alone: bool = False  # by one worker at a time; daily jobs are so anyway
    label: str = ""  # what it does, in the words of the operator

    @property
    def by_day(self) -> bool:
        return bool(self.daily or self.at or self.working_days or self.every_day)

    @property
    def claimed(self) -> bool:
        """Whether one worker at a time has it, and keeps its claim alive."""
        return self.alone or self.by_day

    def moment_of(self, day: date) -> datetime:
        """From when on it is due on this day."""
        return datetime.combine(day, time.fromisoformat(self.at or "00:00"), VIETNAM)


def days_due(job: Job, done: Sequence[date], now: datetime, is_worked: Callable[[date], bool]) -> list[date]:
    """The days for which a daily job is to be done now; `done`: those it was done for, in that order.

    A clock that goes back a little waits until it has caught up: nothing is done twice. Days that were done
    by a clock far ahead count for nothing once it is right again: nothing is lost.
    """
    today = day_of(now)
    if _last_done(done, today) >= today:
        return []
    days = [today] if now >= job.moment_of(today) else []
    if job.every_day:
        days = _missed(done, today) + days
    return [day for day in days if not job.working_days or is_worked(day)]


def next_moment(
    job: Job, done: Sequence[date], now: datetime, is_worked: Callable[[date], bool]
) -> datetime | None:
    """When a daily job is due next: now, where it is; None where no day of the calendar is worked."""
    if days_due(job, done, now, is_worked):
        return now
    today = day_of(now)
    first = max(_last_done(done, today) + ONE_DAY, today)
    days = (first + ahead * ONE_DAY for ahead in range(LOOK_AHEAD))
    return next((job.moment_of(day) for day in days if not job.working_days or is_worked(day)), None)


def _last_done(done: Sequence[date], today: date) -> date:
    """The last day it was done for, by a clock that was not far ahead; the first of all days if never."""
    horizon = today + timedelta(days=CLOCK_BACK)
    return max((day for day in _believed(done) if day < horizon), default=date.min)


def _believed(done: Sequence[date]) -> list[date]:
    """Days that no later run contradicts by lying more than a week before them."""
    believed: list[date] = []
    earliest = date.max
    for day in reversed(done):
        if day <= earliest or (day - earliest).days <= CLOCK_BACK:
            believed.append(day)
        earliest = min(earliest, day)
    return believed


def _missed(done: Sequence[date], today: date) -> list[date]:
    last = max((day for day in done if day < today), default=today - ONE_DAY)
    count = min((today - last).days - 1, CATCH_UP)
    return [today - ahead * ONE_DAY for ahead in range(count, 0, -1)]
