"""Months before a day: the nearest rung only, none of before one was there, none of long ago."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.forecast.rungs import AGE, CERTIFICATE, GRADUATION, SHARED_TIME, rungs
from workflows.reminders.ladder import ladders
from workflows.rules.ages import add_months

DAY = date(2027, 8, 31)
LONG_AGO = date(2020, 1, 1)
AGE_RUNGS = rungs()[AGE]


def reached(today: date, since: date = LONG_AGO) -> int | None:
    return AGE_RUNGS.reached(DAY, today, since=since, case=False)


def test_each_rung_is_reached_on_its_day() -> None:
    assert AGE_RUNGS.months == (12, 6, 3, 1, 0)
    for rung in AGE_RUNGS.months:
        on = add_months(DAY, -rung)
        assert reached(on) == rung
        assert reached(on - timedelta(days=1)) != rung


def test_missed_nights_catch_up_with_the_nearest_rung_only() -> None:
    assert reached(date(2027, 8, 10)) == 1  # three days late
    assert reached(date(2027, 9, 3)) == 0  # the month before is not told any more
    assert reached(date(2027, 4, 15)) is None  # six months before was told in February, or never


def test_a_rung_of_before_somebody_was_followed_is_not_told() -> None:
    assert reached(date(2027, 3, 1), since=date(2027, 2, 28)) is None
    assert reached(date(2027, 3, 1), since=date(2027, 2, 27)) == 6


def test_the_last_weeks_of_the_certificate_of_a_case_are_left_to_the_ladder_of_its_clock() -> None:
    ladder = rungs()[CERTIFICATE]
    for months in (12, 6, 3, 1):
        on = add_months(DAY, -months)
        assert ladder.reached(DAY, on, since=LONG_AGO, case=True) == months
        assert ladder.reached(DAY, on, since=LONG_AGO, case=False) == months
    assert ladder.reached(DAY, DAY, since=LONG_AGO, case=False) == 0
    assert ladder.reached(DAY, DAY, since=LONG_AGO, case=True) == 1, "told once, a month before"
    assert 0 < ladders().of("certificate_expiry").first < 28, "it begins where the months end"


def test_all_but_the_age_itself_is_told_of_who_is_of_age() -> None:
    assert {name for name, one in rungs().items() if one.of_age} == {SHARED_TIME, CERTIFICATE, GRADUATION}


@settings(max_examples=200, deadline=None)
@given(day=st.dates(date(2026, 1, 1), date(2030, 12, 31)), nights=st.sets(st.integers(0, 420), max_size=60))
def test_whatever_nights_a_worker_works_no_rung_comes_twice_or_after_a_later_one(
    day: date, nights: set[int]
) -> None:
    first = add_months(day, -13)
    told = []
    for night in sorted(nights):
        rung = AGE_RUNGS.reached(day, first + timedelta(days=night), since=LONG_AGO, case=False)
        if rung is not None and rung not in told:  # by its key a rung is told once
            told.append(rung)
    assert told == sorted(told, reverse=True)
