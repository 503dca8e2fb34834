"""A calendar value: which days are worked, and a count of working days that can be explained.

A day of the table is a holiday, a compensatory rest or a worked Saturday; all other days follow the
weekend. The value carries the version of its table, so that a clock can name the calendar it used.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from engine.errors import Text

HOLIDAY: Final = "holiday"
REST: Final = "rest"
WORKING_SATURDAY: Final = "working_saturday"
KINDS: Final = (HOLIDAY, REST, WORKING_SATURDAY)
WEEKDAYS: Final = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
SATURDAY: Final = 5
ONE_DAY: Final = timedelta(days=1)


class Day(NamedTuple):
    kind: str
    name: str


class Stretch(NamedTuple):
    """Days of one name that follow each other, weekends between them included."""

    name: str
    first: date
    last: date
    days: int


@dataclass(frozen=True)
class Sum:
    """A count of working days with everything that made it: start is day 0, due the last day counted."""

    start: date
    working_days: int
    due: date
    skipped: tuple[Stretch, ...] = ()
    gained: tuple[Stretch, ...] = ()
    forecast: bool = False
    calendar_version: str = "0"

    def text(self) -> str:
        """The sum in words: '60 ngày làm việc từ 05/01/2026 đến 03/04/2026: trừ …, cộng …'."""
        words = f"{self.working_days} ngày làm việc từ {_dmy(self.start)} đến {_dmy(self.due)}"
        parts = []
        if self.skipped:
            parts.append("trừ " + ", ".join(_span(s) for s in self.skipped))
        if self.gained:
            parts.append("cộng " + ", ".join(_span(s) for s in self.gained))
        if self.forecast:
            parts.append("lịch nghỉ có phần dự kiến")
        return words + (": " + ", ".join(parts) if parts else "")

    def parts(self) -> list[Text]:
        """The same sum, one sentence a part, to be said in any language."""
        found = [
            Text(
                "{count} ngày làm việc từ {start} đến {due}",
                count=self.working_days,
                start=_dmy(self.start),
                due=_dmy(self.due),
            )
        ]
        for msgid, stretches in (("trừ {name} {span}", self.skipped), ("cộng {name} {span}", self.gained)):
            found += [Text(msgid, name=Text(one.name), span=_days(one)) for one in stretches]
        return found + ([Text("lịch nghỉ có phần dự kiến")] if self.forecast else [])


@dataclass(frozen=True)
class Calendar:
    """`days` overrule the weekend; `known_until`: the last day whose holidays are announced, not forecast."""

    days: Mapping[date, Day] = field(default_factory=dict)
    version: str = "0"
    known_until: date = date.max

    def is_working_day(self, day: date) -> bool:
        known = self.days.get(day)
        if known is None:
            return day.weekday() < SATURDAY
        return known.kind == WORKING_SATURDAY

    def changed(self, days: Mapping[date, Day | None]) -> "Calendar":
        """The calendar as it would be: None makes a day an ordinary one of its weekday again."""
        kept = {day: known for day, known in (dict(self.days) | dict(days)).items() if known is not None}
        return Calendar(kept, f"{self.version}+", self.known_until)

    def next_working_day(self, day: date) -> date:
        """`day` itself if it is worked, otherwise the first worked day after it."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def count(self, start: date, working_days: int, *, from_next_day: bool = True) -> Sum:
        """The day on which so many working days are complete.

        `from_next_day`: day 1 is the first working day after `start`; otherwise `start` itself is
        day 1 where it is a working day.
        """
        if working_days < 0:
            raise ValueError("a count of working days cannot be negative")
        day = start if from_next_day else start - ONE_DAY
        left = working_days
        skipped: list[tuple[date, str]] = []
        gained: list[tuple[date, str]] = []
        while left:
            day += ONE_DAY
            known = self.days.get(day)
            if self.is_working_day(day):
                left -= 1
                if known:
                    gained.append((day, known.name))
            elif known and day.weekday() < SATURDAY:
                skipped.append((day, known.name))
        return Sum(
            start=start,
            working_days=working_days,
            due=day if working_days else start,
            skipped=_stretches(skipped),
            gained=_stretches(gained),
            forecast=day > self.known_until,
            calendar_version=self.version,
        )

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative if `end` is before `start`."""
        if end < start:
            return -self.working_days_between(end, start)
        days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
        return sum(self.is_working_day(day) for day in days)


def _stretches(days: Iterable[tuple[date, str]]) -> tuple[Stretch, ...]:
    """Neighbouring days of one name in one stretch; a weekend in between does not cut it."""
    stretches: list[Stretch] = []
    for day, name in days:
        last = stretches[-1] if stretches else None
        if last and last.name == name and _only_weekend_between(last.last, day):
            stretches[-1] = last._replace(last=day, days=last.days + 1)
        else:
            stretches.append(Stretch(name, day, day, 1))
    return tuple(stretches)


def _only_weekend_between(first: date, second: date) -> bool:
    between = (first + timedelta(days=n) for n in range(1, (second - first).days))
    return all(day.weekday() >= SATURDAY for day in between)


def _dmy(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _span(stretch: Stretch) -> str:
    return f"{stretch.name} {_days(stretch)}"


def _days(stretch: Stretch) -> str:
    if stretch.first == stretch.last:
        return _dmy(stretch.first)
    return f"{stretch.first.strftime('%d/%m')}–{_dmy(stretch.last)}"
