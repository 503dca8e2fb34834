"""Who owes which duty for which period on both databases, and what of it is done."""

from datetime import date

import pytest
from sqlalchemy import select

from engine.errors import Conflict, InvalidAnswers, NotFound
from engine.transactions import Store
from tests.workflows.builders import World, build, noon
from workflows.people.pool import confirm_pool
from workflows.rules.calendar import Calendar
from workflows.rules.editions import edition_on
from workflows.schedules.beginning import seed_school_years
from workflows.schedules.duties import DUTIES, due_on, span_before, span_of
from workflows.schedules.keeping import keep_period
from workflows.schedules.owing import DONE, LATE, OPEN, Owed, owed
from workflows.schedules.queries import school_days_of
from workflows.schedules.recording import record_duty, withdraw_duty
from workflows.schedules.records import school_period
from workflows.schedules.school_days import GRADUATION, TERM, Period, SchoolDays

TERMS = SchoolDays(
    (
        Period(TERM, "Học kỳ I", date(2025, 9, 5), date(2026, 1, 17), 2025),
        Period(TERM, "Học kỳ II", date(2026, 1, 18), date(2026, 5, 31), 2025),
    )
)


@pytest.fixture
def world(store: Store) -> World:
    made = build(store)
    made.today = date(2025, 11, 20)
    with store.transaction() as tx:
        seed_school_years(tx, now=noon(made.today))
    return made


def found(world: World, *, before: bool = False, on: date | None = None) -> dict[tuple[int, str], Owed]:
    with world.store.transaction(writing=False) as tx:
        rows = owed(tx, [world.cell, world.school, world.union], on or world.today, before=before)
    return {(one.organisation_id, one.duty): one for one in rows}


def test_periods_follow_month_year_and_the_schools_own_terms() -> None:
    november = span_of("month", date(2025, 11, 20), TERMS)
    assert november is not None
    assert (november.key, november.last) == ("2025-11", date(2025, 11, 30))
    term = span_of("term", date(2025, 11, 20), TERMS)
    assert term is not None
    assert (term.key, term.last) == ("2025-2026/1", date(2026, 1, 17))
    assert span_of("term", date(2026, 7, 1), TERMS) is None, "summer is no term"
    summer = span_before("term", date(2026, 7, 1), TERMS)
    assert summer is not None and summer.key == "2025-2026/2"
    assert span_before("month", date(2026, 1, 31), TERMS) == span_of("month", date(2025, 12, 1), TERMS)


def test_a_due_day_on_a_day_off_moves_as_the_edition_says() -> None:
    november = span_of("month", date(2025, 11, 20), TERMS)
    assert november is not None
    edition = edition_on(date(2025, 11, 20))
    assert due_on(DUTIES["pool_review"], november, edition, Calendar()) == date(2025, 12, 1), (
        "30/11 is a Sunday"
    )
    year = span_of("year", date(2025, 11, 20), TERMS)
    assert year is not None
    assert due_on(DUTIES["ranking"], year, edition, Calendar()) == date(2025, 12, 31)


def test_the_cell_reviews_party_and_union_plan_rank_and_hold_activities(world: World) -> None:
    assert set(found(world)) == {
        (world.cell, "pool_review"),
        *((place, duty) for place in (world.school, world.union) for duty in ("activity", "plan", "ranking")),
    }


def test_late_open_and_done_and_what_was_withdrawn_is_owed_again(world: World) -> None:
    plan = found(world)[world.school, "plan"]
    assert (plan.state(world.today), plan.due_on) == (LATE, date(2025, 2, 3)), "31/01/2025 is Tết"
    assert found(world)[world.school, "ranking"].state(world.today) == OPEN
    given = {"done_on": date(2025, 11, 3), "number": "05-KH/ĐU", "by": world.users["school1"]}
    moment = {"on": world.today, "now": noon(world.today)}
    with world.store.transaction() as tx:
        number, again = (
            record_duty(tx, world.school, "plan", plan.span.key, **given, **moment)  # type: ignore[arg-type]
            for _twice in range(2)
        )
        assert again == number, "a form sent twice"
    assert found(world)[world.school, "plan"].state(world.today) == DONE
    assert found(world)[world.union, "plan"].state(world.today) == LATE, "each writes down its own"
    assert found(world, before=True)[world.school, "plan"].state(world.today) == LATE
    with world.store.transaction() as tx:
        withdraw_duty(tx, world.school, number, by=world.users["school1"], **moment)  # type: ignore[arg-type]
    assert found(world)[world.school, "plan"].state(world.today) == LATE
    with world.store.transaction() as tx:
        with pytest.raises(Conflict):
            withdraw_duty(tx, world.school, number, by=1, **moment)  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            withdraw_duty(tx, world.cell, number, by=1, **moment)  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            record_duty(tx, world.cell, "pool_review", "2025-11", **given, **moment)  # type: ignore[arg-type]
        with pytest.raises(InvalidAnswers):
            later = given | {"done_on": date(2025, 12, 1)}
            record_duty(tx, world.school, "plan", "2025", **later, **moment)  # type: ignore[arg-type]


def test_the_meeting_that_confirms_the_list_is_the_monthly_review(world: World) -> None:
    with world.store.transaction() as tx:
        confirm_pool(tx, world.cell, date(2025, 10, 6), by=None, now=noon(world.today))
    assert found(world)[world.cell, "pool_review"].state(world.today) == OPEN
    assert found(world, before=True)[world.cell, "pool_review"].done[0].on == date(2025, 10, 6)


def test_a_period_out_of_its_year_in_another_term_or_twice_is_refused(world: World) -> None:
    term = {"year": 2025, "kind": "term", "name": "Học kỳ I", "first_day": date(2025, 9, 5)}
    moment = {"by": world.users["cell1"], "on": world.today, "now": noon(world.today)}
    last_day = {"kind": GRADUATION, "name": "Bế giảng", "first_day": date(2026, 5, 28), "grade": 12}
    with world.store.transaction() as tx:
        common = select(school_period.c.id).where(school_period.c.kind == TERM, school_period.c.year == 2025)
        first_term = tx.execute(common.order_by(school_period.c.first_day)).scalars().first()
        shorter = term | {"last_day": date(2026, 1, 10)}
        keep_period(tx, world.institution, shorter, instead_of=first_term, **moment)  # type: ignore[arg-type]
        keep_period(tx, world.institution, {"year": 2025, **last_day}, **moment)  # type: ignore[arg-type]
        for wrong in (
            term | {"last_day": date(2025, 9, 1)},
            term | {"last_day": date(2027, 1, 1)},
            term | {"name": "Kỳ phụ", "first_day": date(2026, 1, 5), "last_day": date(2026, 1, 8)},
            {"year": 2025, **last_day, "first_day": date(2026, 6, 1)},
            {"year": 2025, **last_day, "grade": 11},
        ):
            with pytest.raises(InvalidAnswers):
                keep_period(tx, world.institution, wrong, **moment)  # type: ignore[arg-type]
        days = school_days_of(tx, [world.institution])[world.institution]
    assert days.graduation_of(12, None, None, None, world.today) == date(2026, 5, 28)
    assert [one.name for one in days.periods if one.kind == TERM and one.year == 2025] == [
        "Học kỳ I",
        "Học kỳ II",
    ], "the province's second term was taken along"


def test_the_first_filling_of_school_years_is_done_once_with_tet_from_the_calendar(world: World) -> None:
    with world.store.transaction() as tx:
        assert seed_school_years(tx, now=noon(world.today)) == 0
        days = school_days_of(tx, [world.institution])[world.institution]
    tet = [one for one in days.periods if one.name == "Nghỉ Tết" and one.year == 2025]
    assert [(one.first, one.last) for one in tet] == [(date(2026, 2, 14), date(2026, 2, 22))]
