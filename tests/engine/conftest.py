"""A library with its models deployed, on a fresh database of each kind."""

from collections.abc import Callable

import pytest

from engine.registry import Registry
from engine.transactions import Store
from tests.engine.library import Facts, Library, open_library


@pytest.fixture
def library(make_store: Callable[[Registry], Store]) -> Library:
    facts = Facts()
    return open_library(make_store(facts.registry()), facts)
