"""The pure rules of meetings: the usual day, the order of people, attendance in figures, results, numbers."""

from datetime import date

import pytest

from workflows.meetings.rules import Room, counted_up, filled, may_come, ordered, result_of, room, usual_day
from workflows.rules.ballots import Quota, Result

TWO_THIRDS = Quota(2, 3)


@pytest.mark.parametrize(
    ("past", "after", "expected", "reason"),
    [
        ([(2026, 9, 5), (2026, 10, 5), (2026, 11, 5)], (2026, 11, 23), (2026, 12, 5), "day 5 every month"),
        ([(2026, 9, 5), (2026, 10, 3), (2026, 11, 7)], (2026, 11, 23), (2026, 12, 5), "first Saturday"),
        ([(2026, 10, 31), (2026, 8, 31)], (2026, 11, 1), (2026, 12, 31), "a month without day 31"),
        ([(2026, 11, 3)], (2026, 11, 23), (2026, 12, 3), "one meeting is a habit too"),
        ([(2026, 3, 3), (2026, 4, 3)], (2026, 11, 23), (2026, 12, 3), "after a long pause"),
        ([(2026, 11, 30), (2026, 10, 30)], (2026, 11, 30), (2026, 12, 30), "never twice in a month"),
    ],
)  # fmt: skip
def test_the_next_day_keeps_the_habit(past: list, after: tuple, expected: tuple, reason: str) -> None:
    found = usual_day([date(*one) for one in past], date(*after))
    assert found is not None and found.day == date(*expected), reason


def test_without_a_habit_no_day_is_proposed() -> None:
    assert usual_day([], date(2026, 11, 23)) is None
    assert usual_day([date(2026, 9, 1), date(2026, 10, 14), date(2026, 11, 20)], date(2026, 11, 23)) is None


def test_the_order_is_the_cells_and_the_rest_follows_by_name() -> None:
    by_name = ["An", "Bình", "Châu", "Dung"]
    assert ordered(by_name, {}) == by_name
    assert ordered(by_name, {"Dung": 1, "Bình": 2}) == ["Dung", "Bình", "An", "Châu"]
    assert ordered(by_name, {"Dung": 1, "An": 1}) == ["An", "Dung", "Bình", "Châu"], "equal ranks: by name"
    assert ordered(["An", "An"], {}) == ["An"], "nobody stands twice on an agenda"


def test_the_figures_of_a_meeting_follow_from_who_came() -> None:
    lines = [
        ("official", "present"),
        ("official", "ill"),
        ("official", "unknown"),
        ("exempt", "exempt"),
        ("exempt", "present"),
        ("away", "away"),
        ("probationary", "present"),
    ]
    assert room(lines) == Room(members=6, exempt_absent=1, away=1, present=2)
    assert room(lines).counted == 4, "the absent official members stay in the base"


def test_who_is_away_may_have_come_and_who_is_official_cannot_be_exempt() -> None:
    assert list(may_come("away")) == ["away", "present"]
    assert next(iter(may_come("official"))) == "present"
    assert "exempt" not in may_come("official") and "away" not in may_come("probationary")


@pytest.mark.parametrize(
    ("votes_for", "against", "invalid", "carried"),
    [(6, 1, 0, True), (5, 2, 0, False), (7, 0, 0, True), (6, 0, 1, True), (0, 7, 0, False)],
)
def test_a_result_counts_against_everybody_who_must_be_counted(
    votes_for: int, against: int, invalid: int, carried: bool
) -> None:
    found = result_of(
        {"votes_for": votes_for, "votes_against": against, "invalid": invalid}, Room(9, 0, 1, 7), TWO_THIRDS
    )
    assert isinstance(found, Result)
    assert (found.base, found.needed, found.carried) == (8, 6, carried)


@pytest.mark.parametrize(
    ("figures", "seats", "field"),
    [
        ({"votes_for": 6}, Room(9, 0, 1, 7), "votes_for"),
        ({"votes_for": 8}, Room(9, 0, 1, 7), "votes_for"),
        ({"votes_for": 9}, Room(9, 0, 1, 9), "present"),
        ({"votes_for": 0}, Room(0, 0, 0, 0), "entitled"),
    ],
)
def test_figures_that_do_not_add_up_are_named(figures: dict, seats: Room, field: str) -> None:
    found = result_of(figures, seats, TWO_THIRDS)
    assert isinstance(found, dict) and field in found


def test_filling_never_touches_what_was_typed() -> None:
    seats = Room(9, 0, 1, 7)
    assert filled({}, seats) == {"votes_for": 7, "votes_against": 0, "invalid": 0}
    assert filled({"votes_against": 2}, seats) == {"votes_against": 2}


def test_numbers_are_counted_up_from_a_plain_first_one() -> None:
    assert counted_up("12", 3) == ["12", "13", "14"]
    assert counted_up("12a", 2) == ["", ""] and counted_up("", 1) == [""]
