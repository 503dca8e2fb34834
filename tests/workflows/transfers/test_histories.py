"""Whatever is offered, returned, forwarded, recalled, merged, broken off: exactly one answers for someone."""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.workflows.transfers.histories import CHOICES, run
from tests.workflows.transfers.town import Town

# Where the person stands, whether a letter is out when the history begins, how many of such: 2,000 in all.
BEGINNINGS = [
    ("helped", True, 900),
    ("helped", False, 300),
    ("official", True, 600),
    ("official", False, 200),
]


def histories(town: Town, count: int, longest: int = 5) -> Counter[int]:
    """So many random histories; how many of them had so many acceptances."""
    seen: Counter[int] = Counter()

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.tuples(st.sampled_from(CHOICES), st.integers(0, 2**20)), min_size=1, max_size=longest))
    def one(deeds: list[tuple[str, int]]) -> None:
        seen[run(town, deeds)] += 1

    one()
    return seen


@pytest.mark.parametrize(("stop", "offered", "count"), BEGINNINGS)
def test_exactly_one_organisation_answers_whatever_happens(
    at: Callable[[str], Town], stop: str, offered: bool, count: int
) -> None:
    town = at(stop)
    if offered:
        town.offered(town.home)
    seen = histories(town, count)
    assert sum(seen.values()) >= count
    assert not offered or sum(seen.values()) - seen[0] > count / 6, "many are taken over"
