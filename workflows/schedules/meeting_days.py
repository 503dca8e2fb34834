"""On which days a body meets: its regular day of the month, and the meetings that are already planned. Pure.

A planned regular meeting stands for the regular day of its month; an extraordinary one comes beside it.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from engine.errors import Text
from workflows.rules.calendar import WEEKDAYS, Calendar

LAST: Final = -1  # the last such weekday of a month
NTH: Final = {1: "thứ nhất", 2: "thứ hai", 3: "thứ ba", 4: "thứ tư", LAST: "cuối cùng"}
DAY_WORDS: Final = "ngày {day} hằng tháng"
DAY_MOVED_WORDS: Final = "ngày {day} hằng tháng, gặp ngày nghỉ thì sang ngày làm việc kế tiếp"
NTH_WORDS: Final = "{weekday} {nth} hằng tháng"
NTH_MOVED_WORDS: Final = "{weekday} {nth} hằng tháng, gặp ngày nghỉ thì sang ngày làm việc kế tiếp"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A day of every month, either by its number or, where that is 0, as the `nth` of a weekday (0: Monday).

    `moved`: falls on the next working day where it is a day off. `since`: the first day for which it holds.
    A number that a month does not have means its last day.
    """

    day: int = 0
    weekday: int = 0
    nth: int = 0
    moved: bool = True
    since: date = date.min

    def __post_init__(self) -> None:
        by_weekday = self.nth in NTH and 0 <= self.weekday < len(WEEKDAYS)
        if (1 <= self.day <= 31) == by_weekday:
            raise ValueError("a regular day is a number of the month or one of its weekdays")

    def in_month(self, year: int, month: int) -> date:
        """The day as named, before it is moved."""
        first, length = date(year, month, 1), monthrange(year, month)[1]
        if self.day:
            return first.replace(day=min(self.day, length))
        ahead = (self.weekday - first.weekday()) % 7
        if self.nth != LAST:
            return first + timedelta(days=ahead + 7 * (self.nth - 1))
        return first + timedelta(days=ahead + 7 * ((length - 1 - ahead) // 7))

    def words(self) -> Text:
        if self.day:
            return Text(DAY_MOVED_WORDS if self.moved else DAY_WORDS, day=self.day)
        named = {"weekday": Text(WEEKDAYS[self.weekday]), "nth": Text(NTH[self.nth])}
        return Text(NTH_MOVED_WORDS if self.moved else NTH_WORDS, **named)


@dataclass(frozen=True)
class MeetingDays:
    """`pattern` holds until the first of `later` begins; `planned`: regular meetings, `beside`: others."""

    pattern: Pattern
    planned: tuple[date, ...] = ()
    beside: tuple[date, ...] = ()
    later: tuple[Pattern, ...] = ()

    def pattern_on(self, day: date) -> Pattern:
        """The rule that holds on a day."""
        return [one for one in (self.pattern, *self.later) if one.since <= day or one is self.pattern][-1]

    def next_on_or_after(self, day: date, calendar: Calendar) -> date:
        """The first meeting from `day` on; a body with a regular day always meets again."""
        found = [planned for planned in (*self.planned, *self.beside) if planned >= day]
        month = _month(day) - 1  # a day at the end of a month may be moved into the next
        while True:
            regular = self._regular(month, calendar)
            if regular is not None and regular >= day:
                return min((regular, *found))
            if found and month > _month(min(found)):
                return min(found)
            month += 1

    def last_on_or_before(self, day: date, calendar: Calendar) -> date | None:
        """The last meeting until `day`; None where the body had no regular day and no meeting by then."""
        found = [planned for planned in (*self.planned, *self.beside) if planned <= day]
        first = _month(self.pattern.since)
        for month in range(_month(day), max(first, _month(day) - _LOOK_BACK) - 1, -1):
            regular = self._regular(month, calendar)
            if regular is not None and regular <= day:
                return max((regular, *found))
        return max(found, default=None)

    def between(self, first: date, last: date, calendar: Calendar) -> list[date]:
        """Every meeting of both days and between them, in order."""
        months = range(_month(first) - 1, _month(last) + 1)
        days = {*self.planned, *self.beside, *self._all_regular(months, calendar)}
        return sorted(day for day in days if first <= day <= last)

    def _all_regular(self, months: range, calendar: Calendar) -> Iterator[date]:
        for month in months:
            day = self._regular(month, calendar)
            if day is not None:
                yield day

    def _regular(self, month: int, calendar: Calendar) -> date | None:
        """The regular day of a month; None where a planned meeting stands for it or no pattern holds yet."""
        year, index = divmod(month, 12)
        if any(_month(planned) == month for planned in self.planned):
            return None
        pattern = self._holding(year, index + 1)
        if pattern is None:
            return None
        day = pattern.in_month(year, index + 1)
        return calendar.next_working_day(day) if pattern.moved else day

    def _holding(self, year: int, month: int) -> Pattern | None:
        """The pattern whose day in that month lies in its own time, the latest first."""
        for pattern in reversed((self.pattern, *self.later)):
            if pattern.in_month(year, month) >= pattern.since:
                return pattern
        return None


_LOOK_BACK: Final = 24  # months: a body that met longer ago does not meet


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1
