"""Votes in integers: thresholds, bases, figures that add up; checked against exact fractions."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.rules.ballots import CARDS, Quota, Vote, carries, reachable

TWO_THIRDS = Quota.parse("2/3")
MAJORITY = Quota.parse("1/2", ">")
OF_PRESENT = Quota.parse("1/2", ">", "present")


@pytest.mark.parametrize("quota", [TWO_THIRDS, MAJORITY, Quota.parse("3/4"), Quota.parse("1/1")])
def test_every_count_up_to_forty_agrees_with_exact_fractions(quota: Quota) -> None:
    share = Fraction(quota.numerator, quota.denominator)
    for base in range(1, 41):
        for votes in range(base + 1):
            got = Fraction(votes, base)
            exact = got > share if quota.comparison == ">" else got >= share
            assert quota.met(votes, base) is exact, (votes, base)
            assert (votes >= quota.needed(base)) is exact, (votes, base)


def vote(**figures: int | str) -> Vote:
    return Vote(**({"entitled": 9, "present": 9, "votes_for": 6, "votes_against": 3} | figures))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cast", "quota", "carried", "why"),
    [
        (vote(), TWO_THIRDS, True, "6 of 9 is exactly two thirds"),
        (vote(votes_for=5, votes_against=4), TWO_THIRDS, False, "one short of two thirds"),
        (
            vote(present=7, votes_against=1),
            TWO_THIRDS,
            True,
            "the base is the total, and 6 of 9 still carries",
        ),
        (vote(present=6, votes_for=5, votes_against=1), TWO_THIRDS, False, "5 of 6 present is not 2/3 of 9"),
        (vote(present=6, votes_against=0, away=2), TWO_THIRDS, True, "two away leave a base of 7: 6 of 7"),
        (
            vote(entitled=9, present=5, votes_for=5, votes_against=0, away=1, exempt_absent=1),
            TWO_THIRDS,
            True,
            "base 7, needed 5",
        ),
        (
            vote(entitled=9, present=5, votes_for=5, votes_against=0, away=1),
            TWO_THIRDS,
            False,
            "base 8, needed 6: without the exemption it fails",
        ),
        (vote(votes_for=4, votes_against=4, invalid=1), MAJORITY, False, "4 of 9 is no majority"),
        (vote(votes_for=5, votes_against=3, invalid=1), MAJORITY, True, "5 of 9 is one"),
        (vote(entitled=8, present=8, votes_for=4, votes_against=4), MAJORITY, False, "half is not more"),
        (vote(present=4, votes_for=3, votes_against=1), OF_PRESENT, True, "3 of 4 present"),
        (vote(present=4, votes_for=2, votes_against=2), OF_PRESENT, False, "half of those present"),
        (vote(votes_for=5, votes_against=0, invalid=4), TWO_THIRDS, False, "an invalid paper is no vote for"),
        (vote(method=CARDS), TWO_THIRDS, True, "raised cards count alike"),
        (vote(entitled=3, present=3, votes_for=2, votes_against=1), TWO_THIRDS, True, "2 of 3"),
    ],
)
def test_a_vote_carries_or_not(cast: Vote, quota: Quota, carried: bool, why: str) -> None:
    assert cast.faults() == {}
    assert carries(cast, quota) is carried, why


@pytest.mark.parametrize(
    ("figures", "field", "why"),
    [
        ({"votes_for": 7}, "votes_for", "7 + 3 is not 9"),
        ({"votes_for": 5}, "votes_for", "one paper is missing"),
        ({"present": 10, "votes_for": 7}, "present", "more present than entitled"),
        ({"away": 1}, "present", "somebody away cannot be present"),
        ({"entitled": 0, "present": 0, "votes_for": 0, "votes_against": 0}, "entitled", "nobody may vote"),
        ({"away": 5, "exempt_absent": 4, "present": 0, "votes_for": 0, "votes_against": 0}, "exempt_absent",
         "nobody is left to count"),
        ({"votes_against": -1}, "votes_against", "a negative figure"),
        ({"invalid": -1, "votes_for": 7}, "invalid", "a negative figure that adds up"),
        ({"method": "shouting"}, "method", "no such method"),
        ({"attempt": 0}, "attempt", "attempts begin with 1"),
    ],
)  # fmt: skip
def test_figures_that_do_not_add_up_are_named(figures: dict[str, int], field: str, why: str) -> None:
    wrong = vote(**figures)
    assert field in wrong.faults(), why
    assert all(str(text) for text in wrong.faults().values())
    with pytest.raises(ValueError, match="add up"):
        wrong.result(TWO_THIRDS)


def test_the_result_explains_itself_in_words() -> None:
    cast = Vote(entitled=12, present=9, votes_for=7, votes_against=2, away=1, exempt_absent=1)
    result = cast.result(TWO_THIRDS)
    assert (result.base, result.needed, result.carried) == (10, 7, True)
    assert result.text() == (
        "7/10 tán thành, cần ít nhất 2/3 tổng số phải tính (từ 7 phiếu); "
        "10 = 12 − 1 công tác xa − 1 được miễn, vắng mặt: đạt."
    )
    failed = replace(cast, votes_for=6, votes_against=3).result(MAJORITY)
    assert failed.text().startswith("6/10 tán thành, cần trên 1/2 tổng số phải tính (từ 6 phiếu)")
    assert failed.carried
    assert (
        vote(votes_for=2, votes_against=7)
        .result(OF_PRESENT)
        .text()
        .endswith("số có mặt (từ 5 phiếu): chưa đạt.")
    )


@given(
    entitled=st.integers(1, 60),
    away=st.integers(0, 10),
    exempt=st.integers(0, 10),
    absent=st.integers(0, 20),
    split=st.floats(0, 1),
)
@settings(deadline=None)
def test_one_more_vote_for_never_makes_it_fail(
    entitled: int, away: int, exempt: int, absent: int, split: float
) -> None:
    base = entitled - away - exempt
    present = max(0, base - absent)
    if base < 1 or present < 1:
        return
    votes_for = int(split * (present - 1))
    figures = {"entitled": entitled, "present": present, "away": away, "exempt_absent": exempt}
    one = Vote(**figures, votes_for=votes_for, votes_against=present - votes_for)
    more = Vote(**figures, votes_for=votes_for + 1, votes_against=present - votes_for - 1)
    for quota in (TWO_THIRDS, MAJORITY, OF_PRESENT):
        assert carries(one, quota) <= carries(more, quota)


@pytest.mark.parametrize(
    ("fraction", "why"),
    [
        ("0.67", "a float in disguise"),
        ("2", "no denominator"),
        ("2/0", "division by nothing"),
        ("3/2", "more than everybody"),
        ("0/3", "nobody at all"),
        ("-1/2", "negative"),
        ("2/x", "not a number"),
        ("", "empty"),
        ("2/3/4", "two slashes"),
    ],
)
def test_what_is_no_fraction_is_refused(fraction: str, why: str) -> None:
    with pytest.raises(ValueError):
        Quota.parse(fraction)


def test_an_unknown_comparison_or_base_is_refused() -> None:
    with pytest.raises(ValueError, match="comparison"):
        Quota.parse("2/3", "<")
    with pytest.raises(ValueError, match="base"):
        Quota.parse("2/3", ">=", "friends")


@pytest.mark.parametrize(
    ("roll", "possible", "why"),
    [
        ({"entitled": 3}, True, "all three may come"),
        ({"entitled": 3, "away": 3}, False, "nobody is left"),
        ({"entitled": 9, "expected": 6}, True, "six of nine reach two thirds"),
        ({"entitled": 9, "expected": 5}, False, "five of nine cannot"),
        ({"entitled": 9, "away": 2, "expected": 5}, True, "five of seven"),
        ({"entitled": 9, "exempt": 3, "expected": 4}, True, "four of six, the exempted stay at home"),
        ({"entitled": 9, "exempt": 3, "expected": 9}, True, "the exempted come and count"),
        ({"entitled": 0}, False, "an empty cell"),
    ],
)
def test_whether_the_quota_can_be_reached_at_all(roll: dict[str, int], possible: bool, why: str) -> None:
    assert reachable(TWO_THIRDS, **roll) is possible, why


@given(
    entitled=st.integers(0, 30),
    away=st.integers(0, 10),
    exempt=st.integers(0, 10),
    expected=st.integers(0, 30),
)
@settings(deadline=None)
def test_what_is_not_reachable_no_vote_can_carry(
    entitled: int, away: int, exempt: int, expected: int
) -> None:
    if away + exempt > entitled:
        return
    if reachable(TWO_THIRDS, entitled=entitled, away=away, exempt=exempt, expected=expected):
        return
    coming = min(expected, entitled - away)
    for exempt_who_come in range(min(exempt, coming) + 1):
        absent = exempt - exempt_who_come
        present = min(coming, entitled - away - absent)
        cast = Vote(entitled, present, present, 0, exempt_absent=absent, away=away)
        assert cast.faults() or not carries(cast, TWO_THIRDS)
