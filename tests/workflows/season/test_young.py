"""Who is too young before leaving appears months ahead: the last lawful meeting, or to whom."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from tests.workflows.season.conftest import GRADUATION, HOME
from tests.workflows.transfers.town import Town
from workflows import access
from workflows.forecast import figures
from workflows.people import pool
from workflows.people.records import student
from workflows.rules.queries import calendar_of
from workflows.schedules.queries import meeting_days_of
from workflows.season import young
from workflows.season.destinations import record_destination
from workflows.season.young import IN_TIME, NEVER, TIGHT, Young


def born(town: Town, day: date) -> None:
    with town.store.transaction() as tx:
        tx.execute(update(student).where(student.c.id == town.students[0]).values(birth_date=day))


def seen(town: Town, who: str = "cell1", school: int | None = None) -> list[Young]:
    with town.store.transaction(writing=False) as tx:
        seats = access.acting_for(tx, town.users[who], town.today)
        reach = figures.reach_of(tx, seats, town.today)
        if school is not None:
            return young.young_of(tx, reach, school, town.today)
        return young.own_young(tx, reach, town.today)


def last_meeting(town: Town) -> date | None:
    with town.store.transaction(writing=False) as tx:
        meetings = meeting_days_of(tx, [town.cell], town.today)[town.cell]
        return meetings.last_on_or_before(GRADUATION, calendar_of(tx))


@pytest.fixture
def autumn(town: Town) -> Town:
    """Half a year before the day of graduation."""
    town.today = date(2025, 12, 1)
    return town


def test_a_late_birthday_is_handed_on_and_it_is_said_to_whom(autumn: Town) -> None:
    born(autumn, date(2008, 7, 1))
    [one] = seen(autumn)
    assert (one.group, one.leaves_on, one.of_age_on) == (NEVER, GRADUATION, date(2026, 7, 1))
    assert (one.last_meeting, one.plan, one.to_id) == (None, None, autumn.home)
    with autumn.store.transaction() as tx:
        by = {"by": autumn.users["cell1"], "now": autumn.now()}
        record_destination(tx, autumn.students[0], {"organisation_id": autumn.campus}, **by)
    assert [one.to_id for one in seen(autumn)] == [autumn.campus]


def test_of_age_just_before_the_day_has_one_last_lawful_meeting_with_its_plan(autumn: Town) -> None:
    last = last_meeting(autumn)
    assert last is not None
    born(autumn, last.replace(year=last.year - 18))
    [one] = seen(autumn)
    assert one.last_meeting == last
    assert one.plan is not None and one.plan.vote_on == last
    assert one.begin_by is not None and one.begin_by < last
    born(autumn, (last + timedelta(days=1)).replace(year=last.year - 18))
    assert [(one.group, one.last_meeting) for one in seen(autumn)] == [(NEVER, None)]


def test_the_nearer_the_day_the_sooner_the_usual_pace_is_too_slow(autumn: Town) -> None:
    last = last_meeting(autumn)
    assert last is not None
    born(autumn, last.replace(year=last.year - 18))
    assert [one.group for one in seen(autumn)] == [IN_TIME]
    autumn.today = last - timedelta(days=10)
    assert [one.group for one in seen(autumn)] == [TIGHT]


def test_who_is_of_age_and_in_time_and_who_is_only_on_the_roll_are_not_listed(autumn: Town) -> None:
    born(autumn, date(2007, 5, 10))
    assert seen(autumn) == []
    with autumn.store.transaction() as tx:
        late = date(2008, 9, 1)
        tx.execute(update(student).where(student.c.id == autumn.students[1]).values(birth_date=late))
    assert seen(autumn) == [], "neither in the pool nor with a case"
    with autumn.store.transaction() as tx:
        given = {"on": autumn.today, "by": None, "now": autumn.now()}
        pool.enter_pool(tx, autumn.students[1], "Cô giáo", **given)
    assert [(one.of.student_id, one.to_id) for one in seen(autumn)] == [(autumn.students[1], None)]


def test_from_above_only_those_are_named_whose_case_is_kept_within_reach(autumn: Town) -> None:
    born(autumn, date(2008, 7, 1))
    with autumn.store.transaction() as tx:
        values = {"birth_date": date(2008, 9, 1), "commune_code": HOME}
        tx.execute(update(student).where(student.c.id == autumn.students[1]).values(values))
        given = {"on": autumn.today, "by": None, "now": autumn.now()}
        pool.enter_pool(tx, autumn.students[1], "Cô giáo", **given)
    assert len(seen(autumn)) == 2
    school = autumn.institution
    assert [one.of.student_id for one in seen(autumn, "commune1", school)] == [autumn.students[0]]
    assert seen(autumn, "home1", school) == []
