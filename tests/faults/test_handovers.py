"""Long random histories of handing a person on, with crashes at any statement: always exactly one answers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import KEYS
from tests.faults.conftest import LONG
from tests.workflows.transfers.test_histories import histories
from tests.workflows.transfers.town import STOPS, Town, Towns

EACH = 2_500 if LONG else 5  # of eight beginnings: 20,000 in `make faults`


@pytest.fixture
def at(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> Iterator[Callable[[str], Town]]:
    towns = Towns(sqlite_template, KEYS, tmp_path_factory.mktemp("towns"))
    yield lambda stop: towns.at(stop, tmp_path)
    towns.close()


def test_exactly_one_organisation_answers_through_long_histories(at: Callable[[str], Town]) -> None:
    for stop in STOPS:
        town = at(stop)
        assert sum(histories(town, EACH, longest=12).values()) >= EACH
        town.store.engine.dispose()
