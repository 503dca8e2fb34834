"""The golden table of working days, and an oracle that counts by whole weeks and a search, not day by day."""

import random
import tomllib
from bisect import bisect_left
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from workflows.rules import deadlines
from workflows.rules.calendar import HOLIDAY, REST, WORKING_SATURDAY, Calendar, Day
from workflows.rules.editions import Edition, edition_on
from workflows.rules.seed import seed_days

GOLDEN: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "golden" / "working_days.toml").read_text(encoding="utf-8")
)
SEEDED = Calendar({row.day: Day(row.kind, row.name) for row in seed_days()}, "1", date(2026, 12, 31))
CASES = 10_000


def edition_with(**words: str) -> Edition:
    """Today's rules, counted another way."""
    edition = edition_on(date(2026, 11, 23))
    values = {key: replace(edition.values[key], value=word) for key, word in words.items()}
    return replace(edition, values=MappingProxyType({**edition.values, **values}))


class Oracle:
    """Working days up to a day: five a week, less the days off in the week, plus the worked weekends."""

    def __init__(self, off: set[date], worked: set[date]) -> None:
        self.off = sorted(day.toordinal() for day in off if day.weekday() < 5)
        self.worked = sorted(day.toordinal() for day in worked if day.weekday() >= 5)

    def until(self, number: int) -> int:
        """How many working days lie before that ordinal; ordinal 1 is a Monday."""
        weeks, rest = divmod(number - 1, 7)
        weekdays = weeks * 5 + min(rest, 5)
        return weekdays - bisect_left(self.off, number) + bisect_left(self.worked, number)

    def due(self, start: date, count: int, *, same_day: bool) -> date:
        first = start.toordinal() if same_day else start.toordinal() + 1
        wanted = self.until(first) + count
        low, high = first, first + 7 * count + 400
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.until(middle + 1) < wanted else (low, middle)
        return date.fromordinal(low)


def days_of(year: dict[str, Any]) -> set[date]:
    found = set()
    for first, last in year["off"]:
        found |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return found


@pytest.mark.parametrize("year", GOLDEN["years"], ids=lambda year: str(year["year"]))
def test_the_first_filling_is_the_golden_year_day_by_day(year: dict[str, Any]) -> None:
    rows = [row for row in seed_days() if row.day.year == year["year"]]
    weekend = {row.day for row in rows if row.kind == HOLIDAY and row.day.weekday() >= 5}
    assert {row.day for row in rows if row.kind in (HOLIDAY, REST)} - weekend == {
        day for day in days_of(year) if day.weekday() < 5
    }
    assert [row.day for row in rows if row.kind == WORKING_SATURDAY] == year["worked"]
    assert {row.forecast for row in rows} == {year["forecast"]}
    counted = [0] * 12
    for number in range(366):
        day = date(year["year"], 1, 1) + timedelta(days=number)
        if day.year == year["year"]:
            counted[day.month - 1] += SEEDED.is_working_day(day)
    assert (counted, sum(counted)) == (year["months"], year["total"])


@pytest.mark.parametrize("row", GOLDEN["sums"], ids=lambda row: f"{row['start']}+{row['days']}")
def test_a_golden_sum(row: dict[str, Any]) -> None:
    for word, expected in (("next_day", row["due"]), ("same_day", row["same_day"])):
        found = deadlines.count(row["start"], row["days"], edition_with(counting_start=word), SEEDED)
        assert found.due == expected, row["why"]
    assert deadlines.count(row["start"], row["days"], edition_with(), SEEDED).forecast is row["forecast"]
    off = set().union(*(days_of(year) for year in GOLDEN["years"]))
    oracle = Oracle(off, {day for year in GOLDEN["years"] for day in year["worked"]})
    assert oracle.due(row["start"], row["days"], same_day=False) == row["due"], "the oracle knows it too"
    assert oracle.due(row["start"], row["days"], same_day=True) == row["same_day"]


@pytest.mark.parametrize("row", GOLDEN["months_after"], ids=lambda row: f"{row['rule']} {row['start']}")
def test_months_are_calendar_months_clamped_and_never_moved(row: dict[str, Any]) -> None:
    for end in ("roll_forward", "stay"):
        found = deadlines.due(row["rule"], row["start"], edition_with(counting_end=end), SEEDED)
        assert found.day == row["day"], row["why"]


@pytest.mark.parametrize("row", GOLDEN["named"], ids=lambda row: str(row["day"]))
def test_a_named_day_rolls_forward_or_stays_as_the_edition_says(row: dict[str, Any]) -> None:
    rolling, staying = (edition_with(counting_end=word) for word in ("roll_forward", "stay"))
    assert deadlines.last_day(row["day"], rolling, SEEDED) == row["roll_forward"]
    assert deadlines.last_day(row["day"], staying, SEEDED) == row["day"]


def test_ten_thousand_sums_are_those_of_the_oracle() -> None:
    """Two hundred calendars of chance, fifty sums each; the seed is fixed, so a failure comes again."""
    chance = random.Random(20261123)
    first = date(2024, 1, 1)
    for _calendar in range(CASES // 50):
        days = {first + timedelta(days=chance.randrange(1200)) for _day in range(chance.randrange(60))}
        kinds = {day: chance.choice((HOLIDAY, REST, WORKING_SATURDAY)) for day in sorted(days)}
        kinds = {day: k for day, k in kinds.items() if k != WORKING_SATURDAY or day.weekday() >= 5}
        calendar = Calendar({day: Day(kind, kind) for day, kind in kinds.items()})
        worked = {day for day, kind in kinds.items() if kind == WORKING_SATURDAY}
        oracle = Oracle(set(kinds) - worked, worked)
        for _sum in range(50):
            start, count = first + timedelta(days=chance.randrange(1000)), chance.randrange(1, 181)
            same = chance.random() < 0.5
            found = calendar.count(start, count, from_next_day=not same)
            assert found.due == oracle.due(start, count, same_day=same), (start, count, same, kinds)
            gained = sum(one.days for one in found.gained)
            skipped = sum(one.days for one in found.skipped)
            plain = Oracle(set(), set())
            begin = start.toordinal() if same else start.toordinal() + 1
            weekdays = plain.until(found.due.toordinal() + 1) - plain.until(begin)
            assert weekdays - skipped + gained == count, "what was skipped and gained explains the sum"
