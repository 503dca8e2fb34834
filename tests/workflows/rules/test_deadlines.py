"""Due days by rule: the golden table, the two kinds of length, what changes between editions."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.rules import deadlines
from workflows.rules.calendar import Calendar, Day
from workflows.rules.deadlines import RULES, due
from workflows.rules.editions import edition_on, editions
from workflows.rules.keys import KEYS, MONTHS, WORKING_DAYS
from workflows.rules.seed import seed_days

CALENDAR = Calendar({row.day: Day(row.kind, row.name) for row in seed_days()}, "7", date(2026, 12, 31))


@pytest.mark.parametrize(
    ("rule", "start", "day", "why"),
    [
        ("admission_decision", date(2026, 1, 5), date(2026, 4, 3), "60 wd with Tết out and 10/01 in"),
        ("admission_decision", date(2026, 2, 13), date(2026, 5, 20), "resolution on the last wd before Tết"),
        ("ceremony", date(2026, 11, 20), date(2027, 1, 5), "30 wd over 24/11/2026 and New Year"),
        ("ceremony", date(2025, 11, 20), date(2026, 1, 5), "30 wd in 2025, with the swap of 02/01/2026"),
        ("probation_end", date(2025, 3, 3), date(2026, 3, 3), "12 months from the ceremony"),
        ("probation_end", date(2024, 2, 29), date(2025, 2, 28), "a ceremony on 29/02"),
        ("probation_end", date(2025, 1, 1), date(2026, 1, 1), "a day off does not move the end of probation"),
        ("cell_review", date(2026, 3, 3), date(2026, 4, 14), "30 wd after the 12 months"),
        ("recognition_decision", date(2026, 4, 20), date(2026, 6, 4), "30 wd over 27/04, 30/04, 01/05"),
        ("certificate_expiry", date(2021, 10, 31), date(2026, 10, 31), "60 months"),
        ("file_expiry", date(2025, 8, 31), date(2026, 8, 31), "12 months"),
        ("verification", date(2026, 3, 2), date(2026, 4, 13), "30 wd in the country"),
        ("verification_abroad", date(2026, 3, 2), date(2026, 7, 9), "90 wd abroad"),
        ("complaint", date(2026, 3, 2), date(2026, 4, 13), "30 wd to complain"),
    ],
)
def test_a_due_day(rule: str, start: date, day: date, why: str) -> None:
    assert due(rule, start, edition_on(start), CALENDAR).day == day, why


def test_an_extension_adds_its_days_and_only_where_there_is_one() -> None:
    edition, start = edition_on(date(2026, 1, 5)), date(2026, 1, 5)
    longer = due("admission_decision", start, edition, CALENDAR, extended=True)
    assert longer.sum is not None
    assert longer.sum.working_days == 90
    assert longer.day == CALENDAR.count(start, 90).due
    assert due("recognition_decision", start, edition, CALENDAR, extended=True).sum.working_days == 60  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="extension"):
        due("ceremony", start, edition, CALENDAR, extended=True)


def test_a_due_day_names_its_rule_source_edition_and_calendar() -> None:
    found = due("admission_decision", date(2025, 3, 3), edition_on(date(2025, 3, 3)), CALENDAR)
    assert found.source == "điểm 4.3.1, Quy định 232-QĐ/TW ngày 20/01/2025"
    assert (found.rating, found.edition, found.calendar_version) == ("verified", "2025-01-20", "7")
    assert found.text().startswith("60 ngày làm việc từ 03/03/2025 đến ")
    assert due("probation_end", date(2025, 3, 3), edition_on(date(2025, 3, 3)), CALENDAR).text() == (
        "12 tháng từ 03/03/2025 đến 03/03/2026"
    )


@pytest.mark.parametrize(
    ("day", "expected", "why"),
    [
        (date(2026, 7, 25), date(2026, 8, 10), "until QĐ 208 the clock runs from the receipt"),
        (date(2026, 7, 26), date(2026, 8, 3), "from QĐ 208 on from the issue"),
    ],
)
def test_the_ceremony_clock_starts_with_receipt_or_issue(day: date, expected: date, why: str) -> None:
    issued, received = date(2026, 8, 3), date(2026, 8, 10)
    start = deadlines.ceremony_start(edition_on(day), issued_on=issued, received_on=received)
    assert start == expected, why


def test_every_rule_rests_on_a_length_of_the_editions_and_gives_a_day_in_each() -> None:
    for name, rule in RULES.items():
        assert KEYS[rule.key].kind in (MONTHS, WORKING_DAYS), name
        for edition in editions():
            assert due(name, date(2026, 3, 2), edition, CALENDAR).day > date(2026, 3, 2)


@given(start=st.dates(date(2021, 9, 28), date(2026, 10, 1)), rule=st.sampled_from(sorted(RULES)))
@settings(max_examples=120, deadline=None)
def test_a_later_start_is_never_due_earlier(start: date, rule: str) -> None:
    edition = edition_on(start)
    one, next_one = (due(rule, start + timedelta(days=n), edition, CALENDAR).day for n in (0, 1))
    assert start < one <= next_one


@pytest.mark.parametrize(
    ("recorded_on", "late"),
    [(date(2026, 11, 20), False), (date(2026, 11, 26), False), (date(2026, 12, 1), True)],
)
def test_an_act_recorded_after_more_than_five_working_days_is_late(recorded_on: date, late: bool) -> None:
    """Wednesday 18/11/2026; 24/11 is a holiday, so five working days end on 26/11."""
    on = date(2026, 11, 18)
    assert deadlines.late_recording(on, recorded_on, edition_on(on), CALENDAR) is late


def test_a_named_last_day_rolls_forward() -> None:
    assert deadlines.last_day(date(2026, 2, 16), edition_on(date(2026, 2, 1)), CALENDAR) == date(2026, 2, 23)


def test_a_certificate_serves_through_the_last_day_of_its_sixty_months() -> None:
    edition = edition_on(date(2026, 3, 2))
    assert deadlines.valid_until("certificate_expiry", date(2021, 10, 31), edition) == date(2026, 10, 31)
    assert deadlines.valid_until("file_expiry", date(2024, 2, 29), edition) == date(2025, 2, 28)


def test_the_sum_in_parts_says_the_same_as_in_one_sentence() -> None:
    for rule, start in (("admission_decision", date(2026, 1, 5)), ("probation_end", date(2026, 1, 5))):
        found = due(rule, start, edition_on(start), CALENDAR)
        parts = [str(part) for part in found.parts()]
        assert found.text().startswith(parts[0])
        for part in parts[1:]:
            assert part.removeprefix("trừ ").removeprefix("cộng ") in found.text()
