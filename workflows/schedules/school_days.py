"""The years of a school: terms, exams, breaks, and the days on which its students graduate. Pure.

A period without grade, course and programme is for everybody; the more a graduation day names, the stronger.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

YEAR, TERM, EXAM, BREAK, GRADUATION = "year", "term", "exam", "break", "graduation"
KINDS: Final[Mapping[str, str]] = {
    YEAR: "Năm học",
    TERM: "Học kỳ",
    EXAM: "Kỳ thi",
    BREAK: "Kỳ nghỉ",
    GRADUATION: "Ngày tốt nghiệp",
}
BUSY: Final = (EXAM, BREAK)
LAST_GRADE: Final = 12
# Which year a day belongs to where nobody wrote the year down: pupils come back in August.
FIRST_MONTH: Final = 8


class Period(NamedTuple):
    """`year`: the calendar year in which its school year begins. `common`: a row of the whole province."""

    kind: str
    name: str
    first: date
    last: date
    year: int
    grade: int | None = None
    course: str | None = None
    programme: str | None = None
    common: bool = False

    @property
    def named(self) -> int:
        """How closely it says whom it is for."""
        return sum(part is not None for part in (self.grade, self.course, self.programme))

    def is_for(self, grade: int | None, course: str | None, programme: str | None) -> bool:
        wanted = ((self.grade, grade), (self.course, course), (self.programme, programme))
        return all(own is None or own == given for own, given in wanted)


@dataclass(frozen=True)
class SchoolDays:
    """What a school wrote down, with the province's rows where it wrote nothing of the kind for a year."""

    periods: tuple[Period, ...] = ()

    @classmethod
    def of(cls, own: Iterable[Period], common: Iterable[Period] = ()) -> "SchoolDays":
        """Own rows of a kind in a school year stand for all rows of the province of that kind and year."""
        ours = list(own)
        said = {(period.year, period.kind) for period in ours}
        ours += [period for period in common if (period.year, period.kind) not in said]
        return cls(tuple(sorted(ours, key=lambda period: (period.first, period.last, period.kind))))

    def year_of(self, day: date) -> int:
        """The calendar year in which the school year of this day began."""
        for period in self.periods:
            if period.kind == YEAR and period.first <= day <= period.last:
                return period.year
        return day.year if day.month >= FIRST_MONTH else day.year - 1

    def term_of(self, day: date) -> Period | None:
        return next((p for p in self.periods if p.kind == TERM and p.first <= day <= p.last), None)

    def in_year(self, year: int) -> list[Period]:
        return [period for period in self.periods if period.year == year]

    def busy_between(self, first: date, last: date) -> list[Period]:
        """Exams and breaks that touch these days, in order."""
        return [p for p in self.periods if p.kind in BUSY and p.first <= last and p.last >= first]

    def graduation_of(
        self,
        grade: int | None,
        course: str | None,
        programme: str | None,
        foreseen: date | None,
        on: date,
    ) -> date | None:
        """The day on which somebody graduates, as it is known on a day; None where nobody can tell.

        What the roll foresees for the person says the school year, the school's own row says the day in it.
        Without it the grade says the year; a year that is not written down yet is taken from the last one.
        """
        if foreseen is not None:
            return self._graduation(self.year_of(foreseen), grade, course, programme) or foreseen
        if grade is not None:
            return self._of_grade(self.year_of(on) + LAST_GRADE - grade)
        days = [p.first for p in self.periods if p.kind == GRADUATION and p.course and p.course == course]
        days = [day for day in days if day >= on] or days
        year = self.year_of(days[0]) if days else None
        return None if year is None else self._graduation(year, grade, course, programme)

    def _graduation(
        self, year: int, grade: int | None, course: str | None, programme: str | None
    ) -> date | None:
        """The row that names the person most closely; a pupil graduates from the last grade."""
        of_last = LAST_GRADE if grade is not None else None
        rows = [
            period
            for period in self.periods
            if period.kind == GRADUATION and period.year == year and period.is_for(of_last, course, programme)
        ]
        return max(rows, key=lambda period: period.named).first if rows else None

    def _of_grade(self, year: int) -> date | None:
        written = self._graduation(year, LAST_GRADE, None, None)
        if written is not None:
            return written
        known = [p for p in self.periods if p.kind == GRADUATION and p.is_for(LAST_GRADE, None, None)]
        if not known:
            return None
        last = known[-1]
        return _moved(last.first, year - last.year)


def _moved(day: date, years: int) -> date:
    last_of_month = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + years, day=last_of_month)
