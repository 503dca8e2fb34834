"""Promises that do not depend on the machine: bytes, statements, and not growing in a loop."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import open_road
from bench.measure import Figures, copy_case, measure_loop, measure_state, measure_statements
from bench.report import PROMISES, verdicts
from bench.road import PlainRoad
from engine.cases import replay

pytestmark = pytest.mark.xdist_group("bench")  # measured once, in one process


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    folder = tmp_path_factory.mktemp("bench")
    found, ours, plain = Figures(), open_road(folder / "ours.db"), PlainRoad(folder)
    measure_state(ours, plain, found)
    measure_statements(ours, found)
    measure_loop(ours, plain, found, returns=40)
    return found


def test_the_state_stays_small_with_everything_open_and_after_many_returns(figures: Figures) -> None:
    assert 0 < figures.state_bytes_open <= 2048
    assert figures.state_bytes_most <= 2048
    assert figures.loop_state_bytes <= figures.state_bytes_open
    assert figures.plain_bytes_open > 100 * figures.state_bytes_open


def test_an_act_sends_few_statements(figures: Figures) -> None:
    assert 5 <= figures.engine_statements_most <= 12


def test_copies_made_by_sql_are_cases_that_go_on(tmp_path: Path) -> None:
    road = open_road(tmp_path / "many.db")
    original = road.start()
    road.walk_to(original.id, "cell_vote")
    copy_case(road, original.id, 5)
    copy = original.id + 3
    [row] = road.tasks(copy)
    road.act(row)
    assert road.tasks(copy)[0].element != "cell_vote"
    with road.store.transaction(writing=False) as tx:
        assert replay(tx, original.id) and replay(tx, copy)


def test_every_promise_is_judged_and_told(figures: Figures) -> None:
    found = verdicts(figures)
    assert set(found) == {promise.name for promise in PROMISES}
    assert found["state_bytes"]["kept"] and found["statements"]["kept"]
    assert json.loads(json.dumps(found)) == found


def test_the_command_explains_itself() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "bench", "--help"], capture_output=True, text=True, check=True
    )
    assert "--json" in told.stdout
