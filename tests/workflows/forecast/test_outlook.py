"""The first lawful day against trying every day, its meeting, and the road after it."""

from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.forecast import outlook as module
from workflows.forecast.outlook import (
    NOT_VOTED,
    PAPERS,
    PROBATION,
    TIMED,
    Outlook,
    against,
    first_day,
    helped_from,
    outlook,
    road_from,
)
from workflows.rules import editions as editions_module
from workflows.rules.calendar import Calendar, Day
from workflows.rules.editions import Edition, Value, edition_on, editions
from workflows.rules.eligibility import Facts, unmet
from workflows.schedules.meeting_days import MeetingDays, Pattern

TODAY = date(2026, 11, 23)
CALENDAR = Calendar()
FIFTH = MeetingDays(Pattern(day=5))
NOBODY_KNOWN = Facts(
    birth_date=date(2009, 3, 15),
    schooling_met=True,
    certificate_on=None,
    file_completed_on=None,
    helper_official=False,
    shared_from=None,
    verification_open=None,
    verification_adverse=False,
    history_concluded=False,
    union_resolution_on=None,
    opinions_summarised=False,
    opinions_open=0,
    helper_letter_signed=False,
    official_members=9,
)


def looked(facts: Facts = NOBODY_KNOWN, graduation_on: date | None = None, today: date = TODAY) -> Outlook:
    return outlook(facts, meetings=FIFTH, calendar=CALENDAR, today=today, graduation_on=graduation_on)


def test_a_pupil_of_the_pool_waits_for_the_birthday_and_the_meeting_after_it() -> None:
    found = looked()
    assert found.first_day == date(2027, 3, 15)
    assert found.vote_on == date(2027, 4, 5)
    assert found.bottleneck is not None
    assert (found.bottleneck.condition, found.bottleneck.first_day) == ("age", date(2027, 3, 15))
    assert found.bottleneck.source
    assert found.never is None


def test_who_is_of_age_has_no_bottleneck_of_time_and_is_voted_on_at_the_next_meeting() -> None:
    found = looked(replace(NOBODY_KNOWN, birth_date=date(2008, 3, 15)))
    assert (found.first_day, found.vote_on, found.bottleneck) == (TODAY, date(2026, 12, 7), None)


def test_the_conditions_of_today_are_those_of_the_guard() -> None:
    found = looked()
    refused = {one.unmet.condition for one in found.standing if one.unmet is not None}
    assert refused == {one.condition for one in unmet(NOBODY_KNOWN, edition_on(TODAY), TODAY)}


def test_shared_time_decides_where_it_ends_after_the_birthday() -> None:
    helped = replace(NOBODY_KNOWN, helper_official=True, shared_from=date(2026, 9, 7))
    found = looked(helped)
    assert found.first_day == date(2027, 9, 7)
    assert found.bottleneck is not None
    assert found.bottleneck.condition == "shared_time"


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        ({"birth_date": None}, "age"),
        ({"birth_date": date(1960, 1, 1)}, "max_age"),
        ({"helper_official": True, "shared_from": None}, "shared_time"),
        ({"times_admitted": 2, "left_party_on": date(2020, 1, 1)}, "readmission_times"),
    ],
)
def test_where_waiting_does_not_help_the_reason_is_said_and_no_day(
    change: dict[str, object], condition: str
) -> None:
    found = looked(replace(NOBODY_KNOWN, **change), date(2027, 5, 28))  # type: ignore[arg-type]
    assert (found.first_day, found.vote_on, found.road) == (None, None, None)
    assert (found.decision_by, found.before_graduation, found.needs_handover) == (None, None, False)
    assert found.never is not None
    assert found.never.condition == condition


def test_an_upper_age_that_passes_before_the_meeting_is_said() -> None:
    found = looked(replace(NOBODY_KNOWN, birth_date=date(1966, 11, 30)))
    assert (found.first_day, found.vote_on) == (TODAY, None)
    assert found.never is not None
    assert found.never.condition == "max_age"


def test_a_paper_that_runs_out_before_the_meeting_is_named_and_moves_nothing() -> None:
    aged = replace(NOBODY_KNOWN, certificate_on=date(2022, 3, 20), file_completed_on=date(2026, 11, 1))
    found = looked(aged)
    assert found.vote_on == date(2027, 4, 5)
    assert found.lapsing == {"certificate": date(2027, 3, 20)}


def test_the_road_after_the_vote_carries_its_sums_and_the_editions_of_its_days() -> None:
    holidays = {
        date(2027, 4, 16): Day("holiday", "Giỗ Tổ Hùng Vương"),
        date(2027, 4, 30): Day("holiday", "30/4"),
    }
    calendar = Calendar(MappingProxyType(holidays))
    road = road_from(date(2027, 4, 5), calendar)
    assert road.decision_by.day == date(2027, 6, 30)  # 60 working days, two of them holidays
    assert road.decision_by.sum is not None
    assert [one.name for one in road.decision_by.sum.skipped] == ["Giỗ Tổ Hùng Vương", "30/4"]
    assert road.ceremony_by.start == road.decision_by.day
    assert road.probation_ends.day == date(2028, 8, 11)
    assert road.review_by.start == road.probation_ends.day
    assert road.recognised_by.start == road.review_by.day


def test_days_already_known_replace_the_counted_ones() -> None:
    road = road_from(date(2026, 4, 6), CALENDAR, decided_on=date(2026, 4, 20), ceremony_on=date(2026, 5, 4))
    assert road.ceremony_by.start == date(2026, 4, 20)
    assert road.probation_ends.day == date(2027, 5, 4)


@pytest.mark.parametrize(
    ("graduation_on", "before", "stands", "handover"),
    [
        (date(2027, 4, 4), False, NOT_VOTED, True),
        (date(2027, 4, 5), True, "voted", True),
        (date(2027, 6, 28), True, "decided", True),
        (date(2027, 8, 9), True, PROBATION, False),
        (date(2030, 5, 28), True, "official", False),
        (None, None, None, False),
    ],
)
def test_the_last_day_of_school_says_who_must_go_on(
    graduation_on: date | None, before: bool | None, stands: str | None, handover: bool
) -> None:
    found = looked(graduation_on=graduation_on)
    assert (found.before_graduation, found.at_graduation, found.needs_handover) == (before, stands, handover)


def edition_with(name: str, since: date, **values: object) -> Edition:
    newest = editions()[-1]
    changed = {key: Value(key, value, "", "bản thử", "assumed", "") for key, value in values.items()}  # type: ignore[arg-type]
    return replace(newest, name=name, in_force_from=since, values={**newest.values, **changed})


@pytest.fixture
def _two_more_editions(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that asks for a mentored time and reads the age by the month, and one that asks for 20 years."""
    local = edition_with("2027-03-01", date(2027, 3, 1), mentored_months_min=6, age_reading="month_of_birth")
    later = edition_with("2028-01-01", date(2028, 1, 1), min_age=20, shared_unit_months_min=3)
    known = (*editions(), local, later)
    for place in (module, editions_module):
        monkeypatch.setattr(place, "editions", lambda: known)


@pytest.mark.usefixtures("_two_more_editions")
def test_an_edition_to_come_decides_for_its_own_days() -> None:
    helped = replace(NOBODY_KNOWN, mentored_from=date(2026, 1, 5))
    assert looked(helped).first_day == date(2027, 3, 1)  # read by the month from then on
    unhelped = looked()
    assert unhelped.first_day == date(2027, 5, 23)  # helped from today at the earliest
    assert unhelped.bottleneck is not None
    assert unhelped.bottleneck.condition == "mentored_time"


@pytest.mark.usefixtures("_two_more_editions")
def test_a_meeting_under_a_stricter_edition_is_passed_over() -> None:
    found = looked(replace(NOBODY_KNOWN, birth_date=date(2009, 12, 20), mentored_from=date(2026, 1, 5)))
    assert found.first_day == date(2027, 12, 1)
    late = outlook(
        replace(NOBODY_KNOWN, birth_date=date(2009, 12, 20), mentored_from=date(2026, 1, 5)),
        meetings=MeetingDays(Pattern(day=31, moved=False, since=date(2028, 1, 1))),
        calendar=CALENDAR,
        today=TODAY,
        graduation_on=None,
    )
    assert late.vote_on == date(2029, 12, 31)


days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
births = st.dates(date(2007, 1, 1), date(2011, 12, 31)) | st.dates(date(1965, 1, 1), date(1969, 1, 1))
any_facts = st.builds(
    replace,
    st.just(NOBODY_KNOWN),
    birth_date=st.none() | births,
    certificate_on=st.none() | st.dates(date(2020, 1, 1), date(2028, 1, 1)),
    file_completed_on=st.none() | days,
    union_resolution_on=st.none() | days,
    union_exists=st.booleans(),
    helper_official=st.booleans(),
    shared_from=st.none() | days,
    transferred=st.booleans(),
    mentored_from=st.none() | days,
    left_party_on=st.none() | st.dates(date(2022, 1, 1), date(2026, 1, 1)),
    times_admitted=st.integers(0, 2),
)  # fmt: skip


LAST_TRIED = date(2032, 1, 1)  # the youngest is 20 by then


def tried_day_by_day(facts: Facts, since: date, known: tuple[Edition, ...]) -> date | None:
    """Every day of some years, by the guard itself, leaving out what people must do."""
    day = since
    while day <= LAST_TRIED:
        edition = [one for one in known if one.in_force_from <= day][-1]
        refusals = [
            one
            for one in unmet(facts, edition, day)
            if one.condition in TIMED | {"max_age", "readmission_times"}
            and not (one.condition in PAPERS and one.first_day is None)
        ]
        if not refusals:
            return day
        day += timedelta(days=1)
    return None


@pytest.mark.usefixtures("_two_more_editions")
@settings(max_examples=25, deadline=None)
@given(facts=any_facts, today=st.dates(date(2025, 1, 1), date(2028, 6, 1)))
def test_the_first_day_is_the_one_found_by_trying_every_day(facts: Facts, today: date) -> None:
    asked = helped_from(facts, today)
    found = first_day(asked, today)
    assert found == tried_day_by_day(asked, today, module.editions())
    seen = looked(facts, today=today)
    assert seen.first_day == found
    assert (seen.never is not None) == (seen.vote_on is None)
    assert found is not None or seen.vote_on is None
    if found is not None and seen.vote_on is not None:
        assert not against(asked, seen.vote_on)
        assert found == today or seen.bottleneck in against(asked, found - timedelta(days=1))
