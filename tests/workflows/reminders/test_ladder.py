"""Rungs before and after a due day: the nearest one reached, each once, whatever nights are missed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.admission.clocks import LABELS
from workflows.reminders.ladder import ORGANISATION, PERSON, SUPERIOR, Ladder, Told, is_news, ladders, read
from workflows.reminders.texts import KINDS

START = date(2026, 1, 1)
DUE = date(2026, 6, 1)
STEPS = Ladder("due", (30, 15, 7, 3, 1, 0, -1, -3, -7, -14), 14)


@pytest.mark.parametrize(
    ("left", "rung", "why"),
    [
        (31, None, "before the first rung nothing is said"),
        (30, 30, "on the day of a rung it is that rung"),
        (16, 30, "between two rungs it is the earlier one"),
        (15, 15, "then the next"),
        (2, 3, "the nearest that has been reached"),
        (0, 0, "the day itself"),
        (-2, -1, "two days late is past the first late rung"),
        (-14, -14, "the last rung by name"),
        (-27, -14, "and then nothing until the rhythm comes round"),
        (-28, -28, "a fortnight later again"),
        (-700, -700, "for as long as it takes"),
    ],
)
def test_the_rung_is_the_latest_whose_day_has_come(left: int, rung: int | None, why: str) -> None:
    assert STEPS.reached(START, DUE, DUE - timedelta(days=left)) == rung, why


def test_a_rung_whose_day_was_over_at_the_start_is_not_told() -> None:
    short = DUE - timedelta(days=20)
    assert STEPS.reached(short, DUE, short) is None
    assert STEPS.reached(short, DUE, DUE - timedelta(days=15)) == 15
    assert STEPS.reached(DUE - timedelta(days=15), DUE, DUE - timedelta(days=15)) is None


def test_a_ladder_without_a_rhythm_falls_silent() -> None:
    long = ladders().of("file_expiry")
    assert long.rungs[:4] == (90, 60, 30, 15)
    last = long.reached(START, DUE, DUE + timedelta(days=1))
    assert last == long.reached(START, DUE, DUE + timedelta(days=4000)) == -1


@pytest.mark.parametrize(
    ("told", "moved", "rung", "news"),
    [
        ([], 0, 15, True),
        ([15], 1, 15, False),
        ([15], 7, 15, False),
        ([15], 8, 15, True),
        ([15], -1, 15, False),
        ([15], -12, 3, True),
        ([30, 15, 7], 42, 30, True),
        ([-1], 2, -1, True),
        ([-1], -1, -1, False),
    ],
)
def test_a_rung_of_a_day_that_moved_is_news_where_it_moved_far_or_came_nearer(
    told: list[int], moved: int, rung: int, news: bool
) -> None:
    assert is_news(DUE + timedelta(days=moved), rung, [Told(DUE, one) for one in told]) is news


@given(
    st.sets(st.integers(0, 250), max_size=40),
    st.integers(0, 200),
    st.sampled_from([ladders().of(name) for name in ("verification", "settle_complaint", "file_expiry")]),
)
def test_whatever_nights_are_missed_each_rung_is_told_once_and_only_the_nearest(
    nights: set[int], length: int, ladder: Ladder
) -> None:
    due = START + timedelta(days=length)
    told: list[int] = []
    for night in sorted(nights):
        rung = ladder.reached(START, due, START + timedelta(days=night))
        if rung is not None and rung not in told:
            told.append(rung)
            day = due - timedelta(days=rung)
            assert START < day <= START + timedelta(days=night)
            nearer = [one for one in ladder.rungs if one < rung]
            assert all(due - timedelta(days=one) > START + timedelta(days=night) for one in nearer)
    assert told == sorted(told, reverse=True)


def test_with_every_night_worked_every_rung_is_told() -> None:
    ladder = ladders().of("file_expiry")
    nights = [START + timedelta(days=n) for n in range((DUE - START).days + 30)]
    told = {ladder.reached(START, DUE, night) for night in nights} - {None}
    assert told == set(ladder.rungs)


def test_the_audience_widens_from_the_person_to_the_superior() -> None:
    audience = ladders().audience
    assert audience.at(30) == audience.at(8) == (PERSON,)
    assert audience.at(7) == audience.at(0) == audience.at(-1) == (ORGANISATION,)
    assert audience.at(-3) == audience.at(-28) == (ORGANISATION, SUPERIOR)


def test_every_clock_has_its_ladder_and_every_rung_its_words() -> None:
    assert set(ladders().by_clock) <= set(LABELS)
    for ladder in (*ladders().by_clock.values(), ladders().other):
        said = {"before", "today"} | ({"late"} if ladder.again_every or min(ladder.rungs) < 0 else set())
        assert {f"{ladder.words}_{one}" for one in said} <= set(KINDS)
    assert ladders().rating == "house convention"


def test_rungs_in_disorder_are_refused() -> None:
    row = {"ladder": "odd", "words": "due"}
    raw = {
        "rating": "house convention",
        "audience": {"organisation_from": 7, "superior_from": -3},
        "clocks": {},
        "other": row,
    }
    with pytest.raises(ValueError, match="early to late"):
        read(raw | {"ladders": {"odd": {"before": [1, 7], "late": []}}})
    with pytest.raises(ValueError, match="every 0 days"):
        read(raw | {"ladders": {"odd": {"before": [7, 1], "late": [1], "again_every": 0}}})
