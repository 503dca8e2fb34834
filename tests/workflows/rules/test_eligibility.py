"""The guard before the cell's vote, one row a condition; the first lawful day against trying every day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.rules.editions import Edition, Value, edition_on, editions
from workflows.rules.eligibility import (
    CONDITIONS,
    Facts,
    first_lawful_day,
    unmet,
)
from workflows.rules.standing import TITLES, standing

ON = date(2026, 10, 5)
EDITION = edition_on(ON)
READY = Facts(
    birth_date=date(2008, 9, 15),
    schooling_met=True,
    certificate_on=date(2025, 12, 20),
    file_completed_on=date(2026, 9, 1),
    helper_official=True,
    shared_from=date(2025, 9, 5),
    verification_open=0,
    verification_adverse=False,
    history_concluded=True,
    union_resolution_on=date(2026, 9, 20),
    opinions_summarised=True,
    opinions_open=0,
    helper_letter_signed=True,
    official_members=9,
)


def test_a_ready_file_of_a_person_of_age_may_be_voted_on() -> None:
    assert unmet(READY, EDITION, ON) == []


@pytest.mark.parametrize(
    ("change", "condition", "first_day", "words"),
    [
        ({"birth_date": date(2008, 10, 6)}, "age", date(2026, 10, 6), "Chưa đủ 18 tuổi"),
        ({"birth_date": None}, "age", None, "Chưa có ngày sinh"),
        ({"birth_date": date(1966, 10, 4)}, "max_age", None, "Đã quá 60 tuổi"),
        ({"schooling_met": False}, "schooling", None, "học vấn"),
        ({"certificate_on": None}, "certificate", None, "Chưa có giấy chứng nhận"),
        ({"certificate_on": date(2021, 10, 4)}, "certificate", None, "đã quá 60 tháng"),
        ({"certificate_on": date(2026, 10, 6)}, "certificate", date(2026, 10, 6), "sau ngày họp"),
        ({"file_completed_on": None}, "file_age", None, "Hồ sơ chưa hoàn thành"),
        ({"file_completed_on": date(2025, 10, 4)}, "file_age", None, "đã quá 12 tháng"),
        ({"file_completed_on": date(2026, 10, 9)}, "file_age", date(2026, 10, 9), "sau ngày họp"),
        ({"helper_official": False}, "helper", None, "Chưa phân công"),
        ({"shared_from": date(2025, 10, 6)}, "shared_time", date(2026, 10, 6), "mới cùng đơn vị 11 tháng"),
        ({"shared_from": None}, "shared_time", None, "Chưa ghi từ ngày nào"),
        ({"verification_open": None}, "verification", None, "Chưa thẩm tra"),
        ({"verification_open": 2}, "verification", None, "Còn 2 yêu cầu"),
        ({"verification_adverse": True}, "verification", None, "vấn đề chưa được kết luận"),
        ({"history_concluded": False}, "verification", None, "chưa kết luận"),
        ({"union_resolution_on": None}, "union_resolution", None, "Chưa có nghị quyết"),
        ({"union_resolution_on": date(2026, 10, 6)}, "union_resolution", date(2026, 10, 6), "sau ngày họp"),
        ({"helper_letter_signed": False}, "helper_letter", None, "giấy giới thiệu"),
        ({"opinions_summarised": False}, "opinions", None, "Chưa tổng hợp"),
        ({"opinions_summarised": False, "opinions_open": 3}, "opinions", None, "Còn 3 nơi"),
        ({"official_members": 2}, "official_members", None, "có 2 đảng viên chính thức, cần ít nhất 3"),
        ({"expected_present": 5}, "quorum", None, "cần ít nhất 6 người"),
    ],
)  # fmt: skip
def test_each_missing_condition_is_named_with_its_source_and_first_day(
    change: dict[str, object], condition: str, first_day: date | None, words: str
) -> None:
    (found,) = unmet(replace(READY, **change), EDITION, ON)  # type: ignore[arg-type]
    assert (found.condition, found.first_day) == (condition, first_day)
    assert words in str(found.text)
    assert found.source
    assert found.rating in {"verified", "second_hand", "assumed"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"birth_date": date(2008, 10, 5)}, "the eighteenth birthday itself"),
        ({"birth_date": date(1966, 10, 5)}, "the sixtieth birthday itself"),
        ({"certificate_on": date(2021, 10, 5)}, "the last day of the sixty months"),
        ({"certificate_on": ON}, "a certificate of the day"),
        ({"file_completed_on": date(2025, 10, 5)}, "the last day of the twelve months"),
        ({"shared_from": date(2025, 10, 5)}, "twelve months to the day"),
        ({"shared_from": date(2026, 9, 1), "transferred": True}, "shared time is waived after a transfer"),
        ({"shared_from": None, "transferred": True}, "nor has its start to be known then"),
        ({"union_exists": False, "union_resolution_on": None}, "where there is no union"),
        ({"official_members": 3}, "the smallest cell that may act"),
        ({"expected_present": 6}, "just the quorum"),
        ({"members_away": 3, "expected_present": 4}, "four of six once three are away"),
    ],
)
def test_the_edge_of_each_condition_is_met(change: dict[str, object], why: str) -> None:
    assert unmet(replace(READY, **change), EDITION, ON) == [], why  # type: ignore[arg-type]


def test_nothing_known_leaves_every_condition_unmet_once() -> None:
    nothing = Facts(
        birth_date=None,
        schooling_met=False,
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
        official_members=0,
    )
    names = [one.condition for one in unmet(nothing, EDITION, ON)]
    assert len(names) == len(set(names)) == len(CONDITIONS) - 2  # shared and mentored time wait for a helper
    assert first_lawful_day(nothing, EDITION) is None


def with_value(edition: Edition, key: str, value: object) -> Edition:
    row = edition.values[key]
    changed = Value(key, value, row.article, row.source, row.rating, row.note)  # type: ignore[arg-type]
    return replace(edition, values={**edition.values, key: changed})


@pytest.mark.parametrize(
    ("reading", "first"),
    [
        ("strict_day", date(2026, 10, 20)),
        ("month_of_birth", date(2026, 10, 1)),
        ("month_after", date(2026, 11, 1)),
    ],
)
def test_the_edition_chooses_the_reading_of_the_age(reading: str, first: date) -> None:
    edition = with_value(EDITION, "age_reading", reading)
    facts = replace(READY, birth_date=date(2008, 10, 20))
    assert first_lawful_day(facts, edition) == first
    assert [one.condition for one in unmet(facts, edition, first - timedelta(days=1))] == ["age"]
    assert unmet(facts, edition, first) == []


def test_a_local_mentoring_time_counts_only_where_the_edition_has_one() -> None:
    facts = replace(READY, mentored_from=date(2026, 3, 5))
    assert unmet(facts, EDITION, ON) == []
    local = with_value(EDITION, "mentored_months_min", 12)
    (found,) = unmet(facts, local, ON)
    assert (found.condition, found.first_day) == ("mentored_time", date(2027, 3, 5))
    assert first_lawful_day(replace(facts, file_completed_on=date(2026, 9, 1)), local) == date(2027, 3, 5)
    (unknown,) = unmet(replace(facts, mentored_from=None), local, ON)
    assert unknown.first_day is None


@pytest.mark.parametrize("edition", editions(), ids=lambda edition: edition.name)
def test_the_refusal_cites_the_edition_of_the_day(edition: Edition) -> None:
    (found,) = unmet(replace(READY, birth_date=date(2008, 10, 6)), edition, ON)
    assert found.source == edition.source("min_age")
    assert found.rating == edition.rating("min_age")


# The first lawful day

TIME_BOUND = {"age", "max_age", "certificate", "file_age", "shared_time", "mentored_time", "union_resolution"}
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@given(
    birth=st.dates(date(2006, 1, 1), date(2010, 12, 31)),
    shared=days,
    certificate=st.dates(date(2021, 6, 1), date(2026, 10, 1)),
    completed=st.dates(date(2025, 6, 1), date(2026, 10, 1)),
    transferred=st.booleans(),
    reading=st.sampled_from(["strict_day", "month_of_birth", "month_after"]),
)
@settings(max_examples=40, deadline=None)
def test_the_first_lawful_day_is_the_first_that_trying_every_day_finds(
    birth: date, shared: date, certificate: date, completed: date, transferred: bool, reading: str
) -> None:
    edition = with_value(EDITION, "age_reading", reading)
    facts = replace(
        READY,
        birth_date=birth,
        shared_from=shared,
        certificate_on=certificate,
        file_completed_on=completed,
        transferred=transferred,
    )
    tried = (min(certificate, completed) + timedelta(days=n) for n in range(2600))
    brute = next(
        (day for day in tried if not {one.condition for one in unmet(facts, edition, day)} & TIME_BOUND), None
    )
    found = first_lawful_day(facts, edition)
    assert found == brute


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"birth_date": None}, "the birth date is not known"),
        ({"shared_from": None}, "the start of the shared time is not known"),
        ({"birth_date": date(2009, 9, 2)}, "the file is too old a day before the birthday"),
        ({"certificate_on": date(2021, 9, 10)}, "the certificate runs out before the birthday"),
    ],
)
def test_there_is_no_first_day_where_waiting_does_not_help(change: dict[str, object], why: str) -> None:
    assert first_lawful_day(replace(READY, **change), EDITION) is None, why  # type: ignore[arg-type]


def test_what_people_must_still_do_does_not_move_the_first_day() -> None:
    open_file = replace(READY, verification_open=4, opinions_summarised=False, official_members=1)
    assert first_lawful_day(open_file, EDITION) == first_lawful_day(READY, EDITION) == date(2026, 9, 20)
    undated = replace(READY, union_resolution_on=None)
    assert first_lawful_day(undated, EDITION) == date(2026, 9, 15)


BAD = replace(
    READY,
    birth_date=None,
    schooling_met=False,
    certificate_on=None,
    file_completed_on=None,
    shared_from=None,
    verification_open=None,
    union_resolution_on=None,
    helper_letter_signed=False,
    opinions_summarised=False,
    official_members=0,
    left_party_on=date(2026, 1, 1),
)


def test_every_condition_is_listed_met_or_not_by_the_functions_that_refuse() -> None:
    day = date(2026, 9, 20)
    listed = standing(READY, EDITION, day)
    assert [one.unmet for one in listed if one.unmet] == unmet(READY, EDITION, day) == []
    assert all(one.source and one.rating for one in listed)
    for condition, title in TITLES.items():
        bad = condition(BAD, EDITION, day)
        assert bad is None or bad.condition in (title.name, "max_age", "readmission_times")
    lacking = replace(READY, birth_date=date(2009, 1, 1), opinions_summarised=False)
    found = standing(lacking, EDITION, day)
    assert [one.condition for one in found] == [one.condition for one in listed]
    assert [one.unmet for one in found if one.unmet] == unmet(lacking, EDITION, day)
    age = found[0]
    assert age.unmet is not None
    assert age.since == age.unmet.first_day == date(2027, 1, 1)
    assert age.until is not None


def test_a_condition_that_is_not_asked_of_this_person_is_not_listed() -> None:
    day = date(2026, 9, 20)
    asked = {one.condition for one in standing(READY, EDITION, day)}
    assert "shared_time" in asked
    assert "readmission" not in asked
    moved = replace(READY, transferred=True, union_exists=False, left_party_on=date(2026, 1, 1))
    after = {one.condition for one in standing(moved, EDITION, day)}
    assert asked ^ after == {"shared_time", "union_resolution", "readmission"}
