"""The calendar table on both databases: filled once, changed by versions, read as it was."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from engine.errors import Conflict, InvalidAnswers
from engine.registry import Registry
from engine.transactions import Store
from workflows.rules.calendar import HOLIDAY, REST, WORKING_SATURDAY
from workflows.rules.days_off import DayOff, add_forecast, change_days, confirm_year, seed_calendar
from workflows.rules.queries import calendar_of, calendar_rows
from workflows.rules.records import calendar_day
from workflows.rules.seed import seed_days

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TET = DayOff(date(2027, 2, 11), HOLIDAY, "Tết Nguyên Đán", "Thông báo của Bộ Nội vụ")


@pytest.fixture
def store(make_store: Callable[[Registry], Store]) -> Store:
    return make_store(Registry())


def test_an_empty_table_is_the_plain_week(store: Store) -> None:
    with store.transaction(writing=False) as tx:
        calendar = calendar_of(tx)
    assert calendar.version == "0"
    assert calendar.is_working_day(date(2026, 1, 1))
    assert not calendar.is_working_day(date(2026, 1, 3))


def test_the_first_filling_is_done_once(store: Store) -> None:
    with store.transaction() as tx:
        assert seed_calendar(tx, now=NOW) == len(seed_days())
        assert seed_calendar(tx, now=NOW) == 0
        assert tx.execute(select(func.count()).select_from(calendar_day)).scalar() == len(seed_days())
    with store.transaction(writing=False) as tx:
        calendar = calendar_of(tx)
    assert calendar.version == "1"
    assert calendar.known_until == date(2026, 12, 31)
    assert not calendar.is_working_day(date(2026, 11, 24))
    assert calendar.is_working_day(date(2026, 1, 10))
    assert calendar.count(date(2026, 1, 5), 60).calendar_version == "1"


def test_a_change_is_a_new_version_and_the_old_one_can_be_read_again(store: Store) -> None:
    with store.transaction() as tx:
        seed_calendar(tx, now=NOW)
    with store.transaction() as tx:
        assert calendar_of(tx).is_working_day(date(2027, 2, 11))
        assert change_days(tx, [TET], by=7, now=NOW) == 2
        assert not calendar_of(tx).is_working_day(date(2027, 2, 11)), "seen at once by the one who changed it"
    with store.transaction(writing=False) as tx:
        assert calendar_of(tx).version == "2"
        assert not calendar_of(tx).is_working_day(date(2027, 2, 11))
        before = calendar_of(tx, version=1)
    assert before.version == "1"
    assert before.is_working_day(date(2027, 2, 11))


def test_a_change_that_is_undone_leaves_no_trace_in_memory(store: Store) -> None:
    with store.transaction() as tx:
        seed_calendar(tx, now=NOW)
    with pytest.raises(RuntimeError), store.transaction() as tx:
        change_days(tx, [TET], by=7, now=NOW)
        assert not calendar_of(tx).is_working_day(TET.day)
        raise RuntimeError
    with store.transaction(writing=False) as tx:
        assert calendar_of(tx).version == "1"
        assert calendar_of(tx).is_working_day(TET.day)


def test_a_day_can_become_ordinary_again(store: Store) -> None:
    with store.transaction() as tx:
        seed_calendar(tx, now=NOW)
        change_days(tx, [DayOff(date(2027, 2, 4), None, "bỏ", "Thông báo của Bộ Nội vụ")], by=7, now=NOW)
        assert calendar_of(tx).is_working_day(date(2027, 2, 4))
        assert date(2027, 2, 4) not in [row.day for row in calendar_rows(tx, 2027)]
        assert date(2027, 2, 5) in [row.day for row in calendar_rows(tx, 2027)]


def test_an_announced_year_is_no_forecast_any_more(store: Store) -> None:
    with store.transaction() as tx:
        seed_calendar(tx, now=NOW)
        announced = [
            DayOff(row.day, row.kind, row.name, "Thông báo của Bộ Nội vụ")
            for row in seed_days()
            if row.forecast
        ]
        change_days(tx, announced, by=7, now=NOW)
        assert calendar_of(tx).known_until == date(2027, 12, 31)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (DayOff(date(2027, 3, 1), "party", "Hội", "x"), "no such kind"),
        (DayOff(date(2027, 3, 1), WORKING_SATURDAY, "làm bù", "x"), "a Monday is worked anyway"),
        (DayOff(date(2027, 3, 1), REST, " ", "x"), "no name"),
        (DayOff(date(2027, 3, 1), REST, "nghỉ", ""), "no source"),
    ],
)
def test_a_day_that_makes_no_sense_is_refused(store: Store, row: DayOff, why: str) -> None:
    with store.transaction() as tx, pytest.raises(InvalidAnswers) as refused:
        change_days(tx, [row], by=7, now=NOW)
    assert "01/03/2027" in str(refused.value.fields["days"][0]), why
    with store.transaction() as tx, pytest.raises(InvalidAnswers):
        change_days(tx, [], by=7, now=NOW)


def test_a_confirmed_year_keeps_its_days_and_is_no_forecast_any_more(store: Store) -> None:
    with store.transaction() as tx:
        seed_calendar(tx, now=NOW)
        before = {row.day: row.kind for row in calendar_rows(tx, 2027)}
        assert calendar_of(tx).count(date(2026, 12, 30), 5).forecast
        confirm_year(tx, 2027, "Thông báo thử", by=None, now=NOW)
        assert {row.day: row.kind for row in calendar_rows(tx, 2027)} == before
        assert not any("dự kiến" in row.name or row.forecast for row in calendar_rows(tx, 2027))
        assert not calendar_of(tx).count(date(2026, 12, 30), 5).forecast
        with pytest.raises(Conflict):
            confirm_year(tx, 2027, "Thông báo thử", by=None, now=NOW)


def test_the_next_year_is_added_as_a_forecast_with_its_tet(store: Store) -> None:
    with store.transaction() as tx:
        seed_calendar(tx, now=NOW)
        with pytest.raises(Conflict):
            add_forecast(tx, 2029, by=None, now=NOW)
        add_forecast(tx, 2028, by=None, now=NOW)
        rows = calendar_rows(tx, 2028)
        assert all(row.forecast for row in rows)
        assert not calendar_of(tx).is_working_day(date(2028, 1, 26)), (
            "the first day of the year of the Monkey"
        )
        assert calendar_of(tx).known_until == date(2026, 12, 31)
