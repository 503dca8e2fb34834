"""Two people at once, a kill in the middle, several workers: each thing is done once."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from engine import cases
from engine.cases import CaseRow, Done
from engine.errors import Conflict
from engine.journal import entries
from engine.records import case, journal, request, timer
from engine.replaying import replay_process
from tests.engine.library import PLEASANT, Library
from tests.faults.conftest import LONG


@contextmanager
def actor(url: str, *args: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.faults.actor", url, *map(str, args)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def check_all(library: Library) -> None:
    """Every case: inbox and timers are what its journal replays to, words and stage too."""
    with library.tx(writing=False) as tx:
        ids = tx.execute(select(case.c.id)).scalars().all()
    for case_id in ids:
        with library.tx(writing=False) as tx:
            process, row = replay_process(tx, case_id), cases.get_case(tx, case_id)
            waiting = {task.engine_id for task in cases.open_tasks(tx, case_id)}
            ticking = set(tx.execute(select(timer.c.engine_id).where(timer.c.case_id == case_id)).scalars())
        items = process.open_items()
        assert {item.engine_id for item in items if item.kind == "task"} == waiting
        assert {item.engine_id for item in items if item.kind == "timer"} == ticking
        assert (process.words(), process.ended_at()) == (row.words, row.closed_as)


def at_once(*deeds: Callable[[], Done | CaseRow]) -> list[object]:
    """Does all deeds at the same moment in threads; gives what came of each."""
    gate = threading.Barrier(len(deeds))
    results: list[object] = [None] * len(deeds)

    def do(place: int) -> None:
        gate.wait()
        try:
            results[place] = deeds[place]()
        except Conflict as conflict:
            results[place] = conflict

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def doing(library: Library, task_id: int, by: int, key: str) -> Callable[[], Done]:
    return lambda: library.do(task_id, "chosen", by=by, request_key=key)


def test_a_task_done_by_two_people_at_once_is_done_once_and_the_other_told_so(library: Library) -> None:
    for reader in range(60 if LONG else 6):
        opened = library.lend(reader)
        [row] = library.tasks(opened.id)
        results = at_once(*(doing(library, row.id, by, f"key-{row.id}") for by in (1, 2)))
        [lost] = [result for result in results if isinstance(result, Conflict)]
        assert "vừa có người làm việc này" in str(lost)
        assert library.case(opened.id).version == 2
    check_all(library)


def test_a_double_click_that_arrives_twice_at_once_gets_one_answer_twice(library: Library) -> None:
    for reader in range(60 if LONG else 6):
        opened = library.lend(reader)
        [row] = library.tasks(opened.id)
        first, second = at_once(*[doing(library, row.id, 1, f"key-{row.id}")] * 2)
        assert isinstance(first, Done) and isinstance(second, Done)
        assert {first.repeated, second.repeated} == {False, True}
        assert first.opened == second.opened


def test_two_different_tasks_of_one_case_at_once_are_both_done(library: Library) -> None:
    opened = library.lend()
    library.do(library.tasks(opened.id)[0].id, "chosen")
    first, second = library.tasks(opened.id)
    results = at_once(
        lambda: library.do(first.id, PLEASANT[first.element]),
        lambda: library.do(second.id, PLEASANT[second.element]),
    )
    assert not any(isinstance(result, Conflict) for result in results)
    assert library.case(opened.id).version == 4
    check_all(library)


def test_the_same_subject_nominated_by_two_at_once_has_one_case(library: Library) -> None:
    results = at_once(lambda: library.lend(1), lambda: library.lend(1))
    assert sum(isinstance(result, Conflict) for result in results) == 1


@pytest.mark.parametrize(
    ("point", "kept"), [("inside", False), ("before_commit", False), ("after_commit", True)]
)
def test_a_kill_around_a_task_leaves_all_or_nothing_and_the_repeat_is_done_once(
    library: Library, database_url: str, point: str, kept: bool
) -> None:
    opened = library.lend()
    [row] = library.tasks(opened.id)
    with actor(database_url, "one", row.id, "key-1", point) as killed:
        assert killed.wait(60) == -signal.SIGKILL
    assert library.case(opened.id).version == (2 if kept else 1)
    assert (library.tasks(opened.id) == [row]) is not kept
    check_all(library)
    assert library.do(row.id, "chosen", request_key="key-1").repeated is kept
    with library.tx(writing=False) as tx:
        assert [entry.kind for entry in entries(tx, opened.id)] == ["start", "task"]
    check_all(library)


def test_kills_at_any_moment_lose_nothing_acknowledged_and_double_nothing(
    library: Library, database_url: str
) -> None:
    for reader in range(40 if LONG else 6):
        library.lend(reader)
    chance, acknowledged = random.Random(1), []
    for seed in range(40 if LONG else 2):
        with actor(database_url, "many", seed) as process:
            assert process.stdout
            acknowledged.append(process.stdout.readline().strip())  # it works now
            time.sleep(chance.uniform(0.0, 0.05))
            process.kill()
            acknowledged += [line.strip() for line in process.stdout]
        check_all(library)
    with library.tx(writing=False) as tx:
        keys = set(tx.execute(select(request.c.key)).scalars())
        done = tx.execute(select(journal.c.inputs).where(journal.c.kind == "task")).scalars().all()
    assert {key for key in acknowledged if key} <= keys
    assert max(Counter(inputs["task"] for inputs in done).values()) == 1
    assert len(done) == len(keys)
