"""Plans of reorganisation killed at any statement and resumed: all comes to the same end, nothing is lost."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.database import open_engine
from engine.transactions import Store
from tests.conftest import KEYS
from tests.faults.conftest import LONG
from tests.workflows.reorganisation.assistant import Assistant, assert_whole
from tests.workflows.reorganisation.province import DISTRICTS_END, fingerprint
from tests.workflows.reorganisation.test_any_plans import base, survives
from tests.workflows.reorganisation.test_provinces import Killed, approved, dying
from workflows.admission.registry import build_registry
from workflows.reorganisation.plans import find

__all__ = ["base"]

STEP = 1 if LONG else 200  # statements from one death to the next
SEEDS = range(1_000, 1_500) if LONG else range(1_000, 1_002)


class Approved:
    """The plan of 01/07/2025 for the small world, approved and not begun: a file, copied for each death."""

    def __init__(self, template: Path, folder: Path) -> None:
        self.path, self.copies = folder / "approved.db", folder / "copy.db"
        shutil.copyfile(template, self.path)
        with opened(self.path) as store:
            of, self.plan = approved(store)
            told = of.assistant
            self.who = (told.head, told.maker, told.second, told.today)
        with self.copied() as whole:
            self.died(whole, 10**9)
            self.end = fingerprint_of(whole.store)

    @contextmanager
    def copied(self) -> Iterator[Assistant]:
        shutil.copyfile(self.path, self.copies)
        with opened(self.copies) as store:
            yield Assistant(store, *self.who)

    def died(self, assistant: Assistant, after: int) -> bool:
        """Whether the run ended before its statement of that number."""
        with pytest.MonkeyPatch.context() as patch:
            try:
                with dying(patch, after):
                    assert assistant.carry_out(self.plan)
            except Killed:
                return True
        return False


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    engine = open_engine(f"sqlite:///{path}", KEYS.database)
    yield Store(engine, registry=build_registry(), keys=KEYS)
    engine.dispose()


def fingerprint_of(store: Store) -> dict[str, Any]:
    with store.transaction(writing=False) as tx:
        return fingerprint(tx)


@pytest.fixture(scope="module")
def plan(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Approved:
    return Approved(sqlite_template, tmp_path_factory.mktemp("approved"))


def test_killed_at_each_statement_in_turn_and_resumed_a_plan_comes_to_the_same_end(plan: Approved) -> None:
    after, died = 1, True
    while died:
        with plan.copied() as assistant:
            died = plan.died(assistant, after)
            assert not plan.died(assistant, 10**9)
            with assistant.store.transaction(writing=False) as tx:
                assert find(tx, plan.plan).state == "done", after
            assert fingerprint_of(assistant.store) == plan.end, after
            assert_whole(assistant.store, DISTRICTS_END)
        after += STEP
    assert after > 3 * STEP


@pytest.mark.parametrize("seed", SEEDS)
def test_plans_at_random_killed_at_random_lose_nothing(
    seed: int, base: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survives(seed, base, tmp_path / "copy.db", monkeypatch)
