"""The three readings of the age rule, against a second implementation that only walks day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.rules import ages

births = st.dates(date(1960, 1, 1), date(2012, 12, 31))
months = st.integers(-60, 720)


def brute_birthday(birth: date, years: int) -> date:
    """Walk on from the last day of the year before until the calendar says (month, day) or has passed it."""
    day = date(birth.year + years, 1, 1)
    while (day.month, day.day) < (birth.month, birth.day):
        day += timedelta(days=1)
    return day


def brute_first_day(birth: date, years: int, reading: str) -> date:
    """The first day that the words of the reading are true of, looked for one day at a time."""
    day = date(birth.year + years - 1, 11, 1)
    while True:
        full = brute_birthday(birth, years) <= day
        same_month_or_later = (day.year, day.month) >= (birth.year + years, birth.month)
        later_month = (day.year, day.month) > (birth.year + years, birth.month)
        if {"strict_day": full, "month_of_birth": same_month_or_later, "month_after": later_month}[reading]:
            return day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("birth", "reading", "first", "why"),
    [
        (date(2008, 5, 10), "strict_day", date(2026, 5, 10), "the birthday itself counts"),
        (date(2008, 5, 10), "month_of_birth", date(2026, 5, 1), "the whole month counts"),
        (date(2008, 5, 10), "month_after", date(2026, 6, 1), "the month must be over"),
        (date(2008, 2, 29), "strict_day", date(2026, 3, 1), "no 29/02 in 2026: one day later, never earlier"),
        (date(2008, 2, 29), "month_of_birth", date(2026, 2, 1), "the month needs no day"),
        (date(2008, 2, 29), "month_after", date(2026, 3, 1), "March follows February"),
        (date(2006, 2, 28), "strict_day", date(2024, 2, 28), "a leap year changes nothing for the 28th"),
        (date(2008, 12, 31), "strict_day", date(2026, 12, 31), "the last day of the year"),
        (date(2008, 12, 31), "month_after", date(2027, 1, 1), "the next month is in the next year"),
        (date(2009, 1, 1), "month_of_birth", date(2027, 1, 1), "born on the first: both readings agree"),
    ],
)
def test_the_first_day_of_eighteen_follows_the_reading(
    birth: date, reading: str, first: date, why: str
) -> None:
    assert ages.first_day_of_age(birth, 18, reading) == first, why


@given(birth=births, reading=st.sampled_from(ages.READINGS), years=st.sampled_from([15, 18, 60]))
@settings(max_examples=30, deadline=None)
def test_the_first_day_is_the_one_that_walking_the_days_finds(birth: date, reading: str, years: int) -> None:
    assert ages.first_day_of_age(birth, years, reading) == brute_first_day(birth, years, reading)


@given(birth=births, reading=st.sampled_from(ages.READINGS))
@settings(deadline=None)
def test_one_is_of_age_from_the_first_day_on_and_not_the_day_before(birth: date, reading: str) -> None:
    first = ages.first_day_of_age(birth, 18, reading)
    of_age = {
        day: ages.of_age(birth, day, min_years=18, max_years=60, reading=reading)
        for day in (first - timedelta(days=1), first, first + timedelta(days=400))
    }
    assert list(of_age.values()) == [False, True, True]


@given(birth=births, reading=st.sampled_from(ages.READINGS))
@settings(deadline=None)
def test_sixty_ends_with_the_last_day_of_sixty(birth: date, reading: str) -> None:
    last = ages.last_day_of_age(birth, 60, reading)
    assert ages.of_age(birth, last, min_years=18, max_years=60, reading=reading)
    assert not ages.of_age(birth, last + timedelta(days=1), min_years=18, max_years=60, reading=reading)
    assert ages.of_age(birth, last + timedelta(days=1), min_years=18, max_years=None, reading=reading)


def test_the_last_day_of_sixty_by_the_day_and_by_the_month() -> None:
    birth = date(1966, 5, 10)
    assert ages.last_day_of_age(birth, 60, "strict_day") == date(2026, 5, 10)
    assert ages.last_day_of_age(birth, 60, "month_of_birth") == date(2026, 5, 31)
    assert ages.last_day_of_age(birth, 60, "month_after") == date(2026, 5, 31)


@given(birth=births)
@settings(deadline=None)
def test_the_readings_never_cross(birth: date) -> None:
    by_month, strict, after = (
        ages.first_day_of_age(birth, 18, reading)
        for reading in ("month_of_birth", "strict_day", "month_after")
    )
    assert by_month <= strict <= after


@given(birth=births, day=st.dates(date(2012, 12, 31), date(2040, 1, 1)))
@settings(deadline=None)
def test_completed_years_are_those_whose_birthday_has_come(birth: date, day: date) -> None:
    years = sum(brute_birthday(birth, n) <= day for n in range(1, 90))
    assert ages.years_on(birth, day) == years


@pytest.mark.parametrize("reading", ["by_the_year", ""])
def test_an_unknown_reading_is_refused(reading: str) -> None:
    with pytest.raises(ValueError, match="reading"):
        ages.first_day_of_age(date(2008, 5, 10), 18, reading)
    with pytest.raises(ValueError, match="reading"):
        ages.last_day_of_age(date(2008, 5, 10), 60, reading)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 10, 31), 60, date(2030, 10, 31)),
        (date(2025, 3, 31), -1, date(2025, 2, 28)),
        (date(2025, 3, 31), 0, date(2025, 3, 31)),
    ],
)
def test_months_are_calendar_months_clamped_at_the_end(start: date, count: int, end: date) -> None:
    assert ages.add_months(start, count) == end


@given(start=st.dates(date(1970, 1, 1), date(2050, 12, 31)), count=months)
@settings(deadline=None)
def test_adding_months_lands_in_the_right_month_and_never_on_a_later_day(start: date, count: int) -> None:
    end = ages.add_months(start, count)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == count
    assert end.day == start.day or (end.day < start.day and ages.month_end(end) == end)


@given(start=st.dates(date(2000, 1, 1), date(2030, 1, 1)), day=st.dates(date(2000, 1, 1), date(2035, 1, 1)))
@settings(deadline=None)
def test_whole_months_are_the_most_that_fit(start: date, day: date) -> None:
    done = ages.whole_months(start, day)
    assert ages.add_months(start, done) <= day < ages.add_months(start, done + 1)
