"""From a meeting back to the latest starts, forward again by the same sums; the rows of the lead times."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bpmn
from tests.workflows.forecast.test_outlook import NOBODY_KNOWN, edition_with
from workflows.admission.steps import STEPS
from workflows.admission.steps_before_vote import BEFORE_VOTE
from workflows.desk.case_page import PATH
from workflows.desk.progress import map_of
from workflows.forecast import lead_times
from workflows.forecast import outlook as outlook_module
from workflows.forecast import plan as plan_module
from workflows.forecast.lead_times import VOTE, followers, leads, row_of, still_to_do
from workflows.forecast.outlook import outlook
from workflows.forecast.plan import Ground, Plan, backward, forward, ground_of, plan
from workflows.rules import editions as editions_module
from workflows.rules.ages import birthday
from workflows.rules.calendar import HOLIDAY, Calendar, Day
from workflows.rules.deadlines import RULES
from workflows.rules.editions import edition_on, editions
from workflows.rules.eligibility import Facts
from workflows.rules.keys import KEYS
from workflows.schedules.meeting_days import MeetingDays, Pattern
from workflows.schedules.school_days import BREAK, EXAM, Period, SchoolDays

TODAY = date(2026, 11, 23)
TET = {date(2027, 2, day): Day(HOLIDAY, "Tết Nguyên đán") for day in (5, 8, 9, 10, 11)}
CALENDAR = Calendar({**TET, date(2026, 11, 24): Day(HOLIDAY, "Ngày Văn hóa Việt Nam")})
FIFTH = MeetingDays(Pattern(day=5))
YEAR = SchoolDays(
    (
        Period(EXAM, "Thi học kỳ I", date(2026, 12, 21), date(2027, 1, 4), 2026),
        Period(BREAK, "Nghỉ Tết", date(2027, 2, 1), date(2027, 2, 14), 2026),
        Period(EXAM, "Thi tốt nghiệp", date(2027, 6, 10), date(2027, 6, 12), 2026, grade=12),
        Period(BREAK, "Nghỉ hè", date(2027, 6, 1), date(2027, 8, 14), 2026),
    )
)
GROUND = ground_of(CALENDAR, FIFTH, YEAR, today=TODAY, grade=12)
OFFICE = ground_of(CALENDAR, FIFTH, today=TODAY)
ALL = frozenset(leads())
STEPS_OF_PEOPLE = [name for name, lead in leads().items() if not lead.waits]


def planned(
    facts: Facts = NOBODY_KNOWN, opened: dict[str, date] | None = None, vote_on: date | None = None
) -> Plan:
    seen = outlook(facts, meetings=FIFTH, calendar=CALENDAR, today=TODAY, graduation_on=None)
    found = plan(seen, GROUND, opened or {}, vote_on=vote_on)
    assert found is not None
    return found


# The rows.

LOOPS = {"union_follow_up", "supplement_file", "union_reconsider", "follow_up_verification"} | {
    "weigh_adverse",
    "weigh_opinions",
}


def test_every_step_before_the_vote_has_a_row_or_is_a_loop_of_one() -> None:
    rows = {name for name, lead in leads().items() if not lead.waits}
    assert rows == {step.element for step in BEFORE_VOTE} - LOOPS | {VOTE}
    assert all(row_of(element) is not None for element in LOOPS)


def test_rows_stand_in_the_order_of_the_steps() -> None:
    order = list(STEPS)
    places = [order.index(name) for name, lead in leads().items() if not lead.waits]
    assert places == sorted(places)
    names = list(leads())
    assert all(names.index(before) < names.index(name) for name in names for before in leads()[name].after)


def test_what_comes_before_a_row_comes_before_it_in_the_drawn_models() -> None:
    drawn = map_of(bpmn.files())
    stage_of = {name: drawn.process[name] for name in STEPS if name in drawn.process}
    parts = {"verification": "file_checks", "opinions": "file_checks"}
    for name, lead in leads().items():
        for before in lead.after:
            if lead.waits or leads()[before].waits:
                continue
            here, there = (stage_of[one] for one in (before, name))
            stages = [PATH.index(parts.get(one, one)) for one in (here, there)]
            assert stages == sorted(stages), (before, name)
            if here == there:
                assert name in _reached(drawn.after, before), (before, name)


def _reached(after: dict[str, frozenset[str]], element: str) -> set[str]:
    found: set[str] = set()
    stack = [element]
    while stack:
        for one in after.get(stack.pop(), frozenset()):
            if one not in found:
                found.add(one)
                stack.append(one)
    return found


def test_a_row_names_a_rule_of_the_law_or_says_that_it_is_a_convention() -> None:
    for lead in leads().values():
        if lead.rule is None and lead.months is None:
            assert lead.rating == "assumed"
            assert lead.note
            assert lead.source(edition_on(TODAY)) is None
        else:
            assert lead.rating is None
            assert lead.key() in KEYS
            assert lead.rule is None or {lead.rule, lead.abroad} <= RULES.keys()


def test_a_row_with_two_lengths_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    file = tmp_path / "leads.toml"  # type: ignore[operator]
    file.write_text('[cell_vote]\ndays = 5\nrule = "verification"\n')
    monkeypatch.setattr(lead_times, "FILE", file)
    with pytest.raises(ValueError, match="cell_vote"):
        leads.__wrapped__()


# Where a case stands.


def test_without_a_case_everything_is_left_but_the_class_of_who_holds_its_certificate() -> None:
    assert still_to_do([]) == ALL
    assert ALL - still_to_do([], {"certificate"}) == {"enrol_class", "class_result"}


def test_a_case_in_the_checks_has_its_open_branches_and_what_follows_left() -> None:
    left = still_to_do(["verification_reply", "opinion_reply"])
    assert left == {"verification_reply", "opinion_reply", "summarise_opinions", "conclude_history", VOTE}


def test_a_loop_counts_as_the_step_it_leads_back_to_and_the_timer_as_the_vote() -> None:
    assert still_to_do(["weigh_adverse"]) == {"verification_reply", "conclude_history", VOTE}
    assert still_to_do(["of_age"]) == {VOTE}


def test_a_case_beyond_the_vote_has_nothing_left_and_no_plan() -> None:
    assert still_to_do(["admission_decision"]) == frozenset()
    seen = outlook(NOBODY_KNOWN, meetings=FIFTH, calendar=CALENDAR, today=TODAY, graduation_on=None)
    assert plan(seen, GROUND, {"admission_decision": TODAY}) is None


def test_the_followers_of_the_first_step_are_all_others() -> None:
    assert followers()["record_consent"] == ALL - {"record_consent"}


# Backward and forward.


def test_the_latest_starts_of_a_meeting_count_the_days_of_law_school_and_cell() -> None:
    found = backward(date(2027, 5, 5), GROUND, ALL)
    assert found[VOTE] == (date(2027, 4, 28), date(2027, 5, 5))
    assert found["conclude_history"] == (date(2027, 4, 21), date(2027, 4, 28))
    assert found["verification_reply"] == (date(2027, 3, 10), date(2027, 4, 21))  # 30 working days
    assert found["assign_helper"][0] == found["cell_recognition"][1]  # in the same meeting
    start, done = found["personal_history"]
    counted = GROUND.sum_of(leads()["personal_history"], start)
    assert counted is not None
    assert counted.due <= done
    assert {one.name for one in counted.skipped} <= {"Nghỉ Tết", "Tết Nguyên đán"}


def test_a_break_of_the_school_moves_its_steps_and_not_those_of_the_offices() -> None:
    school, office = leads()["application"], leads()["file_precheck"]
    assert GROUND.arrives(school, date(2027, 1, 29)) == date(2027, 2, 19)
    assert OFFICE.arrives(school, date(2027, 1, 29)) == date(2027, 2, 8) + timedelta(days=7 - 3)
    assert GROUND.arrives(office, date(2027, 1, 29)) == OFFICE.arrives(office, date(2027, 1, 29))
    assert GROUND.latest_start(school, date(2027, 2, 19)) == date(2027, 1, 29)


def test_exams_of_another_grade_move_nothing() -> None:
    exam = SchoolDays((Period(EXAM, "Thi tốt nghiệp", date(2027, 6, 10), date(2027, 6, 12), 2026, grade=12),))
    day = date(2027, 6, 10)
    eleventh = ground_of(CALENDAR, FIFTH, exam, today=TODAY, grade=11)
    twelfth = ground_of(CALENDAR, FIFTH, exam, today=TODAY, grade=12)
    assert eleventh.school.is_working_day(day)
    assert not twelfth.school.is_working_day(day)
    next_year = SchoolDays(
        (exam.periods[0]._replace(first=date(2028, 6, 8), last=date(2028, 6, 9), year=2027),)
    )
    grown = ground_of(CALENDAR, FIFTH, next_year, today=TODAY, grade=11)
    assert not grown.school.is_working_day(date(2028, 6, 8))  # grade 12 by then


def test_an_address_abroad_takes_the_longer_time_of_the_rule() -> None:
    abroad = ground_of(CALENDAR, FIFTH, today=TODAY, abroad=True)
    reply, start = leads()["verification_reply"], date(2027, 3, 10)
    assert (abroad.arrives(reply, start) - start).days > 2 * (OFFICE.arrives(reply, start) - start).days


def test_a_case_that_has_waited_too_long_for_an_answer_is_late_and_may_still_come_at_once() -> None:
    grown = replace(NOBODY_KNOWN, birth_date=date(2008, 1, 1))
    found = planned(grown, {"verification_reply": date(2026, 9, 1)})
    assert found.vote_on == found.reachable == date(2027, 1, 5)  # overdue: today at the earliest
    assert [step.lead.element for step in found.steps] == ["verification_reply", "conclude_history", VOTE]
    sooner = planned(grown, {"verification_reply": date(2026, 11, 16)}, vote_on=date(2026, 12, 7))
    assert [step.lead.element for step in sooner.late] == ["verification_reply", "conclude_history"]
    assert sooner.reachable == date(2027, 2, 12)


def test_somebody_not_yet_of_age_is_planned_for_the_meeting_after_the_birthday() -> None:
    found = planned(replace(NOBODY_KNOWN, birth_date=date(2010, 3, 15)))
    assert found.vote_on == found.reachable == date(2028, 4, 5)
    assert found.late == []
    assert found.helper_since == date(2027, 4, 5)
    assert found.to_begin(date(2026, 11, 30)) == []
    first = found.steps[0]
    assert first.lead.element == "record_consent"
    assert found.to_begin(first.start_by)[0] == first


def test_a_meeting_too_early_names_what_is_late_already() -> None:
    found = planned(replace(NOBODY_KNOWN, birth_date=date(2008, 3, 15)), vote_on=date(2027, 2, 5))
    assert found.reachable > date(2027, 2, 5)
    assert found.late
    assert found.late[0].lead.element == "record_consent"


def add_edition(patch: pytest.MonkeyPatch) -> None:
    """An edition to come asks for fewer days, counts the first day itself, and asks for a mentored time."""
    changed = {"verify_wd_domestic": 10, "counting_start": "same_day", "mentored_months_min": 2}
    known = (*editions(), edition_with("2027-03-01", date(2027, 3, 1), **changed))
    for place in (plan_module, outlook_module, editions_module):
        patch.setattr(place, "editions", lambda: known)


grounds = st.sampled_from(
    [
        GROUND,
        OFFICE,
        ground_of(CALENDAR, MeetingDays(Pattern(weekday=3, nth=1)), YEAR, today=TODAY, grade=11, abroad=True),
        ground_of(CALENDAR, MeetingDays(Pattern(day=20), planned=(date(2027, 3, 4),)), today=TODAY),
    ]
)
meetings = st.dates(date(2027, 9, 1), date(2028, 5, 1))
finishes = st.dates(date(2027, 1, 10), date(2027, 12, 20))


def next_working_day(lead: lead_times.Lead, ground: Ground, day: date) -> date:
    days = ground.school if lead.school else ground.calendar
    return days.next_working_day(day + timedelta(days=1))


@pytest.mark.parametrize("edition_to_come", [False, True])
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_latest_start_arrives_in_time_and_a_working_day_later_does_not(
    edition_to_come: bool, data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if edition_to_come:
            add_edition(patch)
        known = data.draw(grounds)
        ground = replace(known, _done={}, _starts={})
        lead, finish = leads()[data.draw(st.sampled_from(sorted(ALL)))], data.draw(finishes)
        start = ground.latest_start(lead, finish)
        assert ground.arrives(lead, start) <= finish
        later = next_working_day(lead, ground, start)
        assert ground.arrives(lead, later) > finish


@settings(max_examples=200, deadline=None)
@given(ground=grounds, wanted=meetings, rows=st.sampled_from(STEPS_OF_PEOPLE))
def test_a_case_begun_on_its_latest_days_is_voted_on_at_the_meeting_and_a_day_later_it_is_not(
    ground: Ground, wanted: date, rows: str
) -> None:
    vote_on = ground.meetings.next_on_or_after(wanted, ground.calendar)
    left = still_to_do([rows])
    latest = backward(vote_on, ground, left)
    assert all(ground.arrives(leads()[name], start) <= done for name, (start, done) in latest.items())
    first = latest[rows][0]
    assert forward(first, ground, left, {})[VOTE][1] <= vote_on
    later = next_working_day(leads()[rows], ground, first)
    assert forward(later, ground, left, {})[VOTE][1] > vote_on


@settings(max_examples=200, deadline=None)
@given(born=st.dates(date(2007, 1, 1), date(2011, 1, 1)), ahead=st.integers(0, 14))
def test_a_meeting_within_reach_has_nothing_late_and_one_before_it_has(born: date, ahead: int) -> None:
    facts = replace(NOBODY_KNOWN, birth_date=born)
    found = planned(facts)
    assert found.late == []
    meeting = FIFTH.next_on_or_after(TODAY + timedelta(days=30 * ahead), CALENDAR)
    chosen = planned(facts, vote_on=meeting)
    if meeting >= found.reachable:
        assert chosen.late == []
    elif found.reachable != FIFTH.next_on_or_after(birthday(born, 18), CALENDAR):
        assert chosen.late
