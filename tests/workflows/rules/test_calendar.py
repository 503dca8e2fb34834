"""Counting working days and saying the sum; a second counter that only knows a set of days."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.rules.calendar import HOLIDAY, KINDS, REST, WORKING_SATURDAY, Calendar, Day, Stretch
from workflows.rules.seed import seed_days

SEEDED = Calendar(
    days={row.day: Day(row.kind, row.name) for row in seed_days()},
    version="1",
    known_until=date(2026, 12, 31),
)
PLAIN = Calendar()


def brute_due(calendar: Calendar, start: date, count: int) -> date:
    """List all days of three years, keep the worked ones, take the n-th."""
    off = {day for day, row in calendar.days.items() if row.kind != WORKING_SATURDAY}
    worked = {day for day, row in calendar.days.items() if row.kind == WORKING_SATURDAY}
    days = [start + timedelta(days=n) for n in range(1, 1100)]
    return [day for day in days if day in worked or (day.weekday() < 5 and day not in off)][count - 1]


def test_the_sum_says_what_it_skipped_and_what_it_gained() -> None:
    found = SEEDED.count(date(2026, 1, 5), 60)
    assert found.due == date(2026, 4, 3)
    assert found.skipped == (Stretch("Tết Nguyên Đán", date(2026, 2, 16), date(2026, 2, 20), 5),)
    assert [(row.first, row.days) for row in found.gained] == [(date(2026, 1, 10), 1)]
    assert found.text() == (
        "60 ngày làm việc từ 05/01/2026 đến 03/04/2026: trừ Tết Nguyên Đán 16/02–20/02/2026, "
        "cộng thứ Bảy làm bù 10/01/2026"
    )


def test_a_holiday_across_a_weekend_is_one_stretch() -> None:
    found = SEEDED.count(date(2024, 2, 1), 10)
    assert found.skipped == (Stretch("Tết Nguyên Đán", date(2024, 2, 8), date(2024, 2, 14), 5),)


def test_a_sum_that_reaches_into_a_year_not_announced_says_so() -> None:
    assert not SEEDED.count(date(2026, 11, 2), 30).forecast
    beyond = SEEDED.count(date(2026, 12, 30), 5)
    assert beyond.forecast
    assert "dự kiến" in beyond.text()


def test_day_one_is_the_next_day_or_the_same_day_as_chosen() -> None:
    monday = date(2026, 3, 2)
    assert PLAIN.count(monday, 5).due == date(2026, 3, 9)
    assert PLAIN.count(monday, 5, from_next_day=False).due == date(2026, 3, 6)


def test_no_days_are_due_at_once_and_a_negative_count_is_refused() -> None:
    assert PLAIN.count(date(2026, 3, 7), 0).due == date(2026, 3, 7)
    with pytest.raises(ValueError, match="negative"):
        PLAIN.count(date(2026, 3, 7), -1)


kinds = st.sampled_from(KINDS)
near = st.dates(date(2026, 1, 1), date(2026, 6, 30))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    days = draw(st.dictionaries(near, kinds, max_size=25))
    kept = {day: kind for day, kind in days.items() if kind != WORKING_SATURDAY or day.weekday() >= 5}
    return Calendar({day: Day(kind, f"{kind} {day.month}") for day, kind in kept.items()})


@given(calendar=calendars(), start=near, count=st.integers(1, 130))
@settings(max_examples=80, deadline=None)
def test_the_count_is_what_a_plain_list_of_days_gives(calendar: Calendar, start: date, count: int) -> None:
    assert calendar.count(start, count).due == brute_due(calendar, start, count)


@given(calendar=calendars(), start=near, count=st.integers(1, 130))
@settings(max_examples=80, deadline=None)
def test_a_sum_adds_up(calendar: Calendar, start: date, count: int) -> None:
    """Weekdays between start and due, minus the skipped, plus the gained, are the days asked for."""
    found = calendar.count(start, count)
    days = (start + timedelta(days=n) for n in range(1, (found.due - start).days + 1))
    weekdays = sum(day.weekday() < 5 for day in days)
    gained = sum(row.days for row in found.gained)
    assert weekdays - sum(row.days for row in found.skipped) + gained == count
    assert calendar.is_working_day(found.due)
    assert calendar.working_days_between(start, found.due) == count
    assert calendar.working_days_between(found.due, start) == -count


@given(calendar=calendars(), start=near, count=st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_a_holiday_more_never_makes_a_deadline_earlier(calendar: Calendar, start: date, count: int) -> None:
    before = calendar.count(start, count).due
    more = Calendar({**calendar.days, before: Day(HOLIDAY, "thêm")})
    assert more.count(start, count).due > before


def test_a_deadline_on_a_day_off_rolls_to_the_next_working_day() -> None:
    assert SEEDED.next_working_day(date(2026, 2, 14)) == date(2026, 2, 23)
    assert SEEDED.next_working_day(date(2026, 1, 10)) == date(2026, 1, 10)


# The first filling


def test_every_seeded_day_has_a_name_a_source_and_a_known_kind() -> None:
    rows = seed_days()
    assert [row.day for row in rows] == sorted({row.day for row in rows})
    for row in rows:
        assert row.name and row.source and row.kind in KINDS
        assert (row.kind == WORKING_SATURDAY) <= (row.day.weekday() == 5)


def test_the_days_of_2026_are_those_of_the_official_plan() -> None:
    off = {row.day for row in seed_days() if row.day.year == 2026 and row.kind in (HOLIDAY, REST)}
    official = {
        *(date(2026, 1, day) for day in (1, 2)),
        *(date(2026, 2, day) for day in range(16, 21)),
        *(date(2026, 4, day) for day in (26, 27, 30)),
        date(2026, 5, 1),
        date(2026, 8, 31),
        *(date(2026, 9, day) for day in (1, 2)),
        date(2026, 11, 24),
    }
    assert off == official
    worked = [row.day for row in seed_days() if row.day.year == 2026 and row.kind == WORKING_SATURDAY]
    assert worked == [date(2026, 1, 10), date(2026, 8, 22)]


def test_the_swap_of_new_year_2026_names_its_letter() -> None:
    row = next(row for row in seed_days() if row.day == date(2026, 1, 2))
    assert (row.kind, row.source) == (
        REST,
        "Công văn 12729/VPCP-KGVX ngày 25/12/2025; làm bù ngày 10/01/2026",
    )


def test_24_november_is_a_holiday_from_2026_only() -> None:
    years = [row.day.year for row in seed_days() if (row.day.month, row.day.day) == (11, 24)]
    assert years == [2026, 2027]


def test_2027_is_all_forecast_and_nothing_before_is() -> None:
    assert {row.forecast for row in seed_days() if row.day.year == 2027} == {True}
    assert {row.forecast for row in seed_days() if row.day.year < 2027} == {False}
    assert all("dự kiến" in row.name for row in seed_days() if row.forecast)
