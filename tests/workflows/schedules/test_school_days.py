"""The years of a school as a value: whose row stands, when somebody graduates, what is busy."""

from datetime import date

from workflows.schedules.school_days import BREAK, EXAM, GRADUATION, TERM, YEAR, Period, SchoolDays


def graduation(day: date, year: int, **whom: object) -> Period:
    return Period(GRADUATION, "Tốt nghiệp", day, day, year, **whom)  # type: ignore[arg-type]


PROVINCE = (
    Period(YEAR, "2026-2027", date(2026, 9, 5), date(2027, 5, 31), 2026, common=True),
    Period(TERM, "Học kỳ I", date(2026, 9, 5), date(2027, 1, 16), 2026, common=True),
    Period(BREAK, "Tết", date(2027, 2, 1), date(2027, 2, 12), 2026, common=True),
    graduation(date(2027, 5, 31), 2026, grade=12, common=True),
)
COLLEGE = (
    graduation(date(2027, 6, 30), 2026, course="K17"),
    graduation(date(2027, 7, 15), 2026, course="K17", programme="Điều dưỡng"),
)


def test_own_rows_of_a_kind_stand_for_those_of_the_province_in_that_year() -> None:
    own = Period(BREAK, "Tết của trường", date(2027, 1, 28), date(2027, 2, 14), 2026)
    days = SchoolDays.of([own], PROVINCE)
    assert [p.name for p in days.periods if p.kind == BREAK] == ["Tết của trường"]
    assert days.term_of(date(2026, 12, 1)) == PROVINCE[1]


def test_what_is_busy_touches_the_days_asked() -> None:
    exam = Period(EXAM, "Thi học kỳ I", date(2026, 12, 20), date(2026, 12, 28), 2026)
    days = SchoolDays.of([exam], PROVINCE)
    assert days.busy_between(date(2026, 12, 28), date(2027, 2, 1)) == [exam, PROVINCE[2]]
    assert days.busy_between(date(2026, 12, 29), date(2027, 1, 31)) == []


def test_a_pupil_graduates_on_the_schools_day_of_the_year_that_the_roll_foresees() -> None:
    days = SchoolDays.of((), PROVINCE)
    on = date(2026, 11, 23)
    assert days.graduation_of(12, None, None, date(2027, 5, 20), on) == date(2027, 5, 31)
    assert days.graduation_of(12, None, None, date(2028, 5, 20), on) == date(2028, 5, 20)


def test_without_a_foreseen_day_the_grade_says_the_year() -> None:
    days = SchoolDays.of((), PROVINCE)
    on = date(2026, 11, 23)
    assert days.graduation_of(12, None, None, None, on) == date(2027, 5, 31)
    assert days.graduation_of(10, None, None, None, on) == date(2029, 5, 31)
    assert SchoolDays().graduation_of(10, None, None, None, on) is None


def test_at_a_college_the_row_that_names_most_is_the_strongest() -> None:
    days = SchoolDays.of(COLLEGE, PROVINCE)
    on = date(2026, 11, 23)
    assert days.graduation_of(None, "K17", "Điều dưỡng", None, on) == date(2027, 7, 15)
    assert days.graduation_of(None, "K17", "Dược", None, on) == date(2027, 6, 30)
    assert days.graduation_of(None, "K17", "Dược", date(2027, 6, 1), on) == date(2027, 6, 30)
    assert days.graduation_of(None, "K18", "Dược", None, on) is None
    assert days.graduation_of(None, "K18", "Dược", date(2028, 6, 30), on) == date(2028, 6, 30)


def test_a_leap_day_is_carried_into_a_common_year() -> None:
    days = SchoolDays.of([graduation(date(2028, 2, 29), 2027, grade=12)])
    assert days.graduation_of(11, None, None, None, date(2027, 9, 10)) == date(2029, 2, 28)
