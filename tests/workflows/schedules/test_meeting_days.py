"""Meeting days, against a plain list of every day that was looked at one by one."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.rules.calendar import Calendar, Day
from workflows.rules.seed import seed_days
from workflows.schedules.meeting_days import MeetingDays, Pattern

CALENDAR = Calendar({row.day: Day(row.kind, row.name) for row in seed_days()})
FIFTH = Pattern(day=5)


def by_hand(pattern: Pattern, first: date, last: date) -> list[date]:
    """Look at every day of every month, and move what is a day off."""
    found = []
    day = first.replace(day=1) - timedelta(days=31)
    while day <= last:
        tomorrow = day + timedelta(days=1)
        end_of_month = tomorrow.month != day.month
        if pattern.day:
            hit = day.day == pattern.day or (end_of_month and day.day < pattern.day)
        else:
            so_far = (day.day - 1) // 7 + 1
            is_last = (day + timedelta(days=7)).month != day.month
            hit = day.weekday() == pattern.weekday and (
                is_last if pattern.nth == -1 else so_far == pattern.nth
            )
        if hit and day >= pattern.since:
            moved = day
            while pattern.moved and not CALENDAR.is_working_day(moved):
                moved += timedelta(days=1)
            found.append(moved)
        day = tomorrow
    return sorted({one for one in found if first <= one <= last})


patterns = st.one_of(
    st.builds(Pattern, day=st.integers(1, 31), moved=st.booleans()),
    st.builds(
        Pattern,
        weekday=st.integers(0, 6),
        nth=st.sampled_from([1, 2, 3, 4, -1]),
        moved=st.booleans(),
    ),
)
days = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@settings(max_examples=300, deadline=None)
@given(patterns, days, st.integers(0, 200))
def test_regular_days_are_those_found_by_looking_at_every_day(
    pattern: Pattern, first: date, length: int
) -> None:
    last = first + timedelta(days=length)
    meetings = MeetingDays(pattern)
    assert meetings.between(first, last, CALENDAR) == by_hand(pattern, first, last)
    ahead = by_hand(pattern, first, first + timedelta(days=80))
    behind = by_hand(pattern, first - timedelta(days=80), first)
    assert meetings.next_on_or_after(first, CALENDAR) == ahead[0]
    assert meetings.last_on_or_before(first, CALENDAR) == behind[-1]


def test_a_planned_meeting_stands_for_the_regular_day_of_its_month() -> None:
    meetings = MeetingDays(FIFTH, planned=(date(2026, 12, 18),))
    assert meetings.next_on_or_after(date(2026, 12, 1), CALENDAR) == date(2026, 12, 18)
    assert meetings.between(date(2026, 11, 1), date(2027, 1, 31), CALENDAR) == [
        date(2026, 11, 5),
        date(2026, 12, 18),
        date(2027, 1, 5),
    ]
    assert meetings.last_on_or_before(date(2026, 12, 17), CALENDAR) == date(2026, 11, 5)


def test_an_extraordinary_meeting_comes_beside_the_regular_day() -> None:
    meetings = MeetingDays(FIFTH, beside=(date(2026, 12, 18),))
    assert meetings.next_on_or_after(date(2026, 12, 1), CALENDAR) == date(2026, 12, 7)
    assert meetings.next_on_or_after(date(2026, 12, 8), CALENDAR) == date(2026, 12, 18)


def test_a_new_regular_day_holds_from_its_own_day_on() -> None:
    thursday = Pattern(weekday=3, nth=1, since=date(2027, 1, 1))
    meetings = MeetingDays(FIFTH, later=(thursday,))
    assert meetings.next_on_or_after(date(2026, 12, 1), CALENDAR) == date(2026, 12, 7)
    assert meetings.next_on_or_after(date(2027, 1, 1), CALENDAR) == date(2027, 1, 7)


def test_a_body_without_past_has_no_earlier_meeting() -> None:
    meetings = MeetingDays(Pattern(day=5, since=date(2026, 11, 1)))
    assert meetings.last_on_or_before(date(2026, 11, 4), CALENDAR) is None
    assert meetings.next_on_or_after(date(2025, 1, 1), CALENDAR) == date(2026, 11, 5)


def test_a_meeting_on_the_second_day_of_tet_is_after_tet() -> None:
    assert MeetingDays(Pattern(day=17)).next_on_or_after(date(2026, 2, 16), CALENDAR) == date(2026, 2, 23)
    kept = Pattern(day=17, moved=False)
    assert MeetingDays(kept).next_on_or_after(date(2026, 2, 16), CALENDAR) == date(2026, 2, 17)


@pytest.mark.parametrize("wrong", [{}, {"day": 32}, {"day": 5, "weekday": 1, "nth": 1}, {"weekday": 1}])
def test_a_pattern_names_one_day_of_a_month(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="regular day"):
        Pattern(**wrong)  # type: ignore[arg-type]
