"""What is worked out once for many is what the rules say of each; every count is one of these days."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.forecast import sweep as module
from workflows.forecast.months import CASE, POOL, ROLL, WHATS, Figures, Foreseen, marks, months_from
from workflows.forecast.outlook import DECIDED, NOT_VOTED, OFFICIAL, PROBATION, VOTED
from workflows.forecast.sweep import Kept, Person, Sweep, age_alone
from workflows.rules.calendar import Calendar
from workflows.rules.editions import edition_on
from workflows.rules.eligibility import unmet
from workflows.schedules.meeting_days import MeetingDays, Pattern
from workflows.schedules.school_days import GRADUATION, Period, SchoolDays

TODAY = date(2026, 11, 23)
FIFTH = MeetingDays(Pattern(day=5))
SCHOOL = SchoolDays.of([Period(GRADUATION, "Tốt nghiệp", date(2027, 5, 31), date(2027, 5, 31), 2026)])
PUPIL = Person(1, 1, 2, date(2009, 3, 15), 12, None, None, None)


def swept(today: date = TODAY) -> Sweep:
    return Sweep(today, Calendar(), {}, {1: SCHOOL}, FIFTH)


@settings(max_examples=200, deadline=None)
@given(
    born=st.dates(date(2005, 1, 1), date(2011, 12, 31)),
    today=st.dates(date(2026, 8, 1), date(2028, 12, 31)),
)
def test_somebody_comes_of_age_on_the_first_day_on_which_the_guard_no_longer_refuses(
    born: date, today: date
) -> None:
    """The guard itself, asked day by day, is the oracle."""
    found = swept(today).of_age_on(born)
    if found is None:
        assert not _too_young(born, today - timedelta(days=1))
        return
    assert found >= today
    assert not _too_young(born, found)
    assert _too_young(born, found - timedelta(days=1))


def _too_young(born: date, on: date) -> bool:
    return any(one.condition == "age" for one in unmet(age_alone(born), edition_on(on), on))


def test_of_the_roll_alone_only_age_and_graduation_are_known() -> None:
    found = swept().of_roll(PUPIL)
    assert found == Foreseen(1, 1, 2, ROLL, of_age_on=date(2027, 3, 15), graduates_on=date(2027, 5, 31))
    assert dict(marks(found, TODAY)) == {"of_age": "2027-03"}


def test_who_comes_of_age_after_leaving_school_is_counted_apart() -> None:
    late = swept().of_roll(PUPIL._replace(birth_date=date(2009, 6, 1)))
    assert dict(marks(late, TODAY)) == {"of_age_late": "2027-06"}


def test_a_student_of_the_pool_is_voted_on_once_the_file_is_done_and_the_age_reached() -> None:
    found = swept().of_followed(PUPIL._replace(pool=True), Kept(age_alone(PUPIL.birth_date)))
    assert found.followed == POOL
    assert found.ready_on is not None and found.vote_on is not None
    assert found.vote_on >= max(found.ready_on, date(2027, 3, 15))
    assert found.vote_on in FIFTH.between(TODAY, date(2028, 12, 31), Calendar())
    assert found.at_graduation == NOT_VOTED
    counted = dict(marks(found, TODAY))
    assert counted["handover"] == "2027-05"
    assert counted["of_age_followed"] == counted["of_age"] == "2027-03"
    assert "vote_before" not in counted and counted["vote_after"] == f"{found.vote_on:%Y-%m}"


def test_a_case_beyond_the_vote_is_seen_from_the_days_that_are_known() -> None:
    member = PUPIL._replace(case_id=7, custodian_id=2, stage="probation")
    kept = Kept(
        age_alone(PUPIL.birth_date),
        beyond=True,
        voted_on=date(2026, 5, 5),
        decided_on=date(2026, 6, 10),
        ceremony_on=date(2026, 6, 26),
    )
    assert swept().of_followed(member, kept).at_graduation == PROBATION
    assert dict(marks(swept().of_followed(member, kept), TODAY))["transfer"] == "2027-05"
    unknown = swept().of_followed(member, replace(kept, voted_on=None))
    assert (unknown.at_graduation, unknown.vote_on) == (None, None)


def test_a_certificate_that_has_lapsed_is_work_of_this_month() -> None:
    facts = replace(age_alone(date(2004, 1, 1)), certificate_on=date(2021, 11, 1))
    found = swept().of_followed(PUPIL._replace(pool=True), Kept(facts))
    assert found.certificate_until == date(2026, 11, 1)
    assert dict(marks(found, TODAY))["certificate"] == "2026-11"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOT_VOTED, "handover"),
        (VOTED, "handover"),
        (DECIDED, "handover"),
        (PROBATION, "transfer"),
        (OFFICIAL, None),
        (None, None),
    ],
)
def test_leaving_school_asks_for_a_handover_until_the_ceremony_and_then_for_a_transfer(
    at: str | None, expected: str | None
) -> None:
    one = Foreseen(1, 1, 2, CASE, 3, graduates_on=date(2027, 5, 31), at_graduation=at)
    assert [what for what, _month in marks(one, TODAY)] == ([expected] if expected else [])


def test_nobody_is_counted_both_before_and_after_graduation() -> None:
    for graduates_on, expected in (
        (date(2027, 5, 5), "vote_before"),
        (date(2027, 5, 4), "vote_after"),
        (None, "vote_unknown"),
    ):
        one = Foreseen(1, 1, 2, CASE, 3, vote_on=date(2027, 5, 5), graduates_on=graduates_on)
        assert [what for what, _month in marks(one, TODAY)] == [expected]


def test_what_was_kept_for_others_changes_nobodys_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """In any order, and with a memory that forgets all the time."""
    people = [
        PUPIL._replace(id=number, birth_date=born, grade=grade, pool=pool)
        for number, (born, grade, pool) in enumerate(
            [(date(2009, 3, 15), 12, True), (date(2010, 3, 15), 11, False), (date(2009, 3, 15), 12, False)]
        )
    ]
    alone = {one.id: _of(swept(), one) for one in people}
    monkeypatch.setattr(module, "MOST_KEPT", 1)
    for order in permutations(people):
        together = swept()
        assert {one.id: _of(together, one) for one in order} == alone


def _of(sweep: Sweep, one: Person) -> Foreseen:
    return sweep.of_followed(one, Kept(age_alone(one.birth_date))) if one.pool else sweep.of_roll(one)


def test_figures_add_up_and_come_back_from_the_table_as_they_were() -> None:
    whole, parts = Figures(), (Figures(), Figures())
    for number in range(40):
        one = Foreseen(number, 1, 2, (ROLL, POOL, CASE)[number % 3], of_age_on=TODAY + timedelta(number * 9))
        whole.add(one, TODAY)
        parts[number % 2].add(one, TODAY)
    together = Figures()
    for part in parts:
        together += part
    assert together == whole
    assert (whole.students, whole.pool, whole.cases) == (40, 13, 13)
    assert whole.of("of_age", months_from(TODAY, 24)) == 40

    class Row:
        students, pool, cases, figures = whole.students, whole.pool, whole.cases, whole.as_json()

    assert Figures.read(Row) == whole


def test_months_run_on_over_the_end_of_the_year() -> None:
    assert months_from(TODAY, 4) == ["2026-11", "2026-12", "2027-01", "2027-02"]


def test_every_count_says_what_it_means() -> None:
    for what in WHATS.values():
        assert what.label and what.meaning.endswith(".")
