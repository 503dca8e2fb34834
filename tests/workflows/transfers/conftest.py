"""The town at any stop of the road (SQLite), and at the start of it on each kind of database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.secrets import Keys
from engine.transactions import Store
from tests.workflows.builders import BEGINNING, build
from tests.workflows.transfers.town import Town, Towns, extend
from workflows.organisations.queries import tree_of


@pytest.fixture(scope="session")
def towns(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Towns:
    from tests.conftest import KEYS

    return Towns(sqlite_template, KEYS, tmp_path_factory.mktemp("towns"))


@pytest.fixture
def at(towns: Towns, tmp_path: Path) -> Iterator[Callable[[str], Town]]:
    yield lambda stop: towns.at(stop, tmp_path)
    towns.close()


@pytest.fixture
def town(store: Store, keys: Keys) -> Town:
    """On each kind of database, where the person is helped and nobody has voted."""
    world = build(store)
    with store.transaction() as tx:
        made = Town(**vars(world), province=tree_of(tx).ancestors_on(world.commune, BEGINNING)[-1])
        extend(tx, made)
    made.case_id = made.nominate()
    made.until(made.case_id, "application")
    return made
