"""Long random histories of handing a person on, with crashes at any statement: always exactly one answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import KEYS
from tests.faults.conftest import LONG
from tests.workflows.transfers.test_histories import histories
from tests.workflows.transfers.town import STOPS, Towns

EACH = 2_500 if LONG else 5  # of eight beginnings: 20,000 in `make faults`


@pytest.fixture(scope="module")
def towns(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    made = Towns(sqlite_template, KEYS, tmp_path_factory.mktemp("towns"))
    yield made
    made.close()


@pytest.mark.parametrize("stop", STOPS)
def test_exactly_one_organisation_answers_through_long_histories(
    towns: Towns, stop: str, tmp_path: Path
) -> None:
    seen = histories(towns.at(stop, tmp_path), EACH, longest=12)
    towns.close()
    assert sum(seen.values()) >= EACH
