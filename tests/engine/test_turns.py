"""Giving way: one worker writes at a time, and people get in between, however many workers write."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import update

from engine import turns
from engine.records import timer
from engine.transactions import Store
from engine.turns import Queue, Turn, give_way
from tests.engine.library import Library

HOLDS = """
import sys, time
from pathlib import Path
from engine.turns import Queue
with Queue(Path(sys.argv[1])):
    print("has it", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def lower(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Notes by how much the process gave way, and leaves that of the tests as it is."""
    noted: list[int] = []
    monkeypatch.setattr(os, "nice", noted.append)
    return noted


def test_a_worker_is_a_process_of_lower_priority(library: Library, lower: list[int]) -> None:
    give_way(library.store)
    assert lower == [turns.NICE]


def test_where_the_system_knows_no_priorities_a_worker_works_all_the_same(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "nice")
    give_way(library.store)
    library.lend()


def test_whoever_is_killed_in_the_queue_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "ketnap.db-worker"
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(path)], stdout=subprocess.PIPE) as other:
        assert other.stdout and other.stdout.readline() == b"has it\n"
        ours = Queue(path)
        assert not ours._locked()
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert ours._locked()


def test_a_worker_that_came_to_a_stop_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    stopped, other = Queue(tmp_path / "w"), Queue(tmp_path / "w")
    with stopped, other:
        pass
    with other:
        assert not stopped._locked()


def test_people_write_at_once_between_workers_that_write_all_the_time(
    library: Library, lower: list[int]
) -> None:
    """Three workers with transactions of 20 ms each: who writes waits for one or two of them, not for all."""
    over = threading.Event()

    def work() -> None:
        store = Store(library.store.engine, registry=library.store.registry, keys=library.store.keys)
        give_way(store)
        while not over.is_set():
            with store.transaction() as tx:
                tx.execute(update(timer).where(timer.c.id == 0).values(attempts=0))
                time.sleep(0.02)

    working = [threading.Thread(target=work) for _ in range(3)]
    for one in working:
        one.start()
    waited: list[float] = []
    try:
        for reader in range(12):
            began = time.monotonic()
            library.lend(reader)
            waited.append(time.monotonic() - began)
    finally:
        over.set()
        for one in working:
            one.join()
    assert sorted(waited)[len(waited) // 2] < 0.3


def test_only_where_there_is_one_writer_there_is_rest(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    monkeypatch.setattr(turns.time, "sleep", rests.append)
    turn = Turn(library.store)
    turn.since -= 1
    turn.rest()
    turn.rest()
    assert rests == ([turns.REST] if library.store.engine.dialect.name == "sqlite" else [])


def test_who_gave_way_rests_with_each_transaction_and_not_once_more(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rests: list[float] = []
    library.store.queue = Queue(tmp_path / "queue")
    turn = Turn(library.store)
    turn.since -= 1
    monkeypatch.setattr(turns.time, "sleep", rests.append)
    turn.rest()
    assert rests == []
