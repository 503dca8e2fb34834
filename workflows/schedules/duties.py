"""The duties that come back: what, how often, for which period, due when; the editions say who owes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from engine.errors import Text
from workflows.rules.ages import add_months, month_end, month_start
from workflows.rules.calendar import Calendar
from workflows.rules.deadlines import last_day
from workflows.rules.editions import Edition
from workflows.schedules.school_days import TERM, SchoolDays

MONTHLY, EACH_TERM, YEARLY = "month", "term", "year"
POOL_REVIEW, ACTIVITY, PLAN, RANKING = "pool_review", "activity", "plan", "ranking"
NOBODY: Final = "nobody"


@dataclass(frozen=True)
class Duty:
    """`by`: the value of the edition that says who owes it; `times`: the one that says how often a period.

    `month`: the value that says by the end of which month of the year; otherwise the period's last day.
    """

    label: str
    every: str
    by: str
    times: str | None = None
    month: str | None = None


DUTIES: Final[Mapping[str, Duty]] = {
    POOL_REVIEW: Duty("Rà soát danh sách nguồn", MONTHLY, "pool_review_by"),
    ACTIVITY: Duty(
        "Hoạt động ngoại khóa về truyền thống của Đảng", EACH_TERM, "activity_by", "activities_per_term"
    ),
    PLAN: Duty("Kế hoạch phát triển đảng viên năm", YEARLY, "yearly_plan_by", month="yearly_plan_month"),
    RANKING: Duty("Đánh giá, xếp loại năm", YEARLY, "yearly_ranking_by", month="yearly_ranking_month"),
}


class Span(NamedTuple):
    """One period: its key in the table, its days, its words."""

    key: str
    first: date
    last: date
    words: Text


def span_of(every: str, day: date, school: SchoolDays) -> Span | None:
    """The period in which a day lies; None between two terms, and where no term is written down."""
    if every == MONTHLY:
        return _month(day)
    if every == YEARLY:
        return _year(day.year)
    return next((one for one in _terms(school) if one.first <= day <= one.last), None)


def span_before(every: str, day: date, school: SchoolDays) -> Span | None:
    """The period before the one of that day; the last that ended where the day lies in none."""
    if every == MONTHLY:
        return _month(add_months(month_start(day), -1))
    if every == YEARLY:
        return _year(day.year - 1)
    return next((one for one in reversed(_terms(school)) if one.last < day), None)


def due_on(duty: Duty, span: Span, edition: Edition, calendar: Calendar) -> date:
    """The last day on which it is in time; on a day off it moves as the edition says."""
    day = span.last
    if duty.month is not None:
        day = month_end(date(span.first.year, edition.number(duty.month), 1))
    return last_day(day, edition, calendar)


def words_of(period: str) -> Text:
    """A period in words, by its key: "2026-11", "2026-2027/1", "2026"."""
    years, _, number = period.partition("/")
    if number:
        return Text("học kỳ {number}, năm học {years}", number=int(number), years=years)
    year, _, month = period.partition("-")
    return Text("tháng {month}", month=f"{month}/{year}") if month else Text("năm {year}", year=year)


def _span(key: str, first: date, last: date) -> Span:
    return Span(key, first, last, words_of(key))


def _month(day: date) -> Span:
    return _span(f"{day:%Y-%m}", month_start(day), month_end(day))


def _year(year: int) -> Span:
    return _span(str(year), date(year, 1, 1), date(year, 12, 31))


def _terms(school: SchoolDays) -> list[Span]:
    found: list[Span] = []
    counted: dict[int, int] = {}
    for term in school.periods:
        if term.kind == TERM:
            number = counted[term.year] = counted.get(term.year, 0) + 1
            years = f"{term.year}-{term.year + 1}"
            found.append(_span(f"{years}/{number}", term.first, term.last))
    return found
