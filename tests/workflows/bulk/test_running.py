"""A batch under stress: killed between lines, two at once, others quicker, rights lost, errors, old age."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from engine import database
from engine.errors import Conflict, Unavailable
from engine.records import case, personal
from tests.workflows.builders import World, noon
from tests.workflows.bulk.conftest import Batches
from workflows.admission import acts
from workflows.bulk import doing, orders, running, together
from workflows.bulk.records import batch, batch_line
from workflows.people.users import end_position, positions_on


def cases(world: World) -> int:
    return int(world.rows(select(func.count()).select_from(case))[0][0])


def test_a_trial_writes_nothing_and_says_what_will_happen(world: World, batches: Batches) -> None:
    number = batches.nominations(3)
    batches.fill(number, {"on": world.today.isoformat()})
    batches.advance(number)
    assert batches.batch(number).state == "checked" and batches.states(number) == ["fine"] * 3
    assert [line.result["next"] for line in batches.lines(number)] == [["record_consent"]] * 3
    assert cases(world) == 0


def test_the_time_of_a_page_ends_and_the_next_goes_on_where_it_stopped(
    world: World, batches: Batches
) -> None:
    number = batches.ready(3)
    for done in (1, 2, 3):
        batches.advance(number, seconds=0)
        assert batches.states(number).count("done") == done == cases(world)
    assert batches.batch(number).state == "done"
    batches.advance(number)
    assert cases(world) == 3


KILLED = """
import os, signal, sys
from datetime import datetime
from engine.database import open_engine
from engine.secrets import Keys
from engine.transactions import Store
from workflows.admission.registry import build_registry
from workflows.bulk import doing, orders, running, together
url, number, now, lines = sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3]), int(sys.argv[4])
keys, done, real = Keys(bytes(range(32))), [0], doing.attempt
def attempt(*what, **more):
    result = real(*what, **more)
    done[0] += 1
    if done[0] > lines + 1:  # the second of the second transaction
        os.kill(os.getpid(), signal.SIGKILL)  # after the act, before its transaction ends
    return result
running.attempt = attempt
together._FREE, together.longest = together._FREE.limit(lines), lambda store: 60  # so many together
store = Store(open_engine(url, keys.database), registry=build_registry(), keys=keys)
running.advance(store, number, now=now, seconds=60)
"""


def test_a_process_killed_within_some_lines_loses_nothing_and_doubles_nothing(
    world: World, batches: Batches, database_url: str
) -> None:
    number = batches.ready(4)
    command = [sys.executable, "-c", KILLED, database_url, str(number), batches.now.isoformat(), "2"]
    killed = subprocess.run(command, env={**os.environ, "PYTHONPATH": os.getcwd()}, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert batches.states(number) == ["done", "done", "ready", "ready"] and cases(world) == 2
    assert running.continue_resting(world.store, batches.now + timedelta(minutes=1)).items == 1  # the worker
    assert batches.states(number) == ["done"] * 4 and cases(world) == 4
    assert batches.batch(number).state == "done"


def test_the_worker_leaves_a_batch_alone_while_its_page_is_open(world: World, batches: Batches) -> None:
    number = batches.ready(1)
    assert running.continue_resting(world.store, batches.now + timedelta(seconds=5)).items == 0
    assert batches.states(number) == ["ready"]


def test_two_tabs_and_the_worker_at_once_do_every_line_once(world: World, batches: Batches) -> None:
    number = batches.ready(6)
    gate, wrong = threading.Barrier(3), []

    def work() -> None:
        gate.wait()
        try:
            while batches.batch(number).state == "running":
                batches.advance(number, seconds=0.05)
        except Exception as error:  # shown by the assertion below
            wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert batches.states(number) == ["done"] * 6 and cases(world) == 6


def test_confirmed_twice_it_starts_once_and_an_old_preview_starts_nothing(
    world: World, batches: Batches
) -> None:
    number = batches.ready(2)
    batches.start(number)
    batches.advance(number)
    batches.start(number)
    assert batches.states(number) == ["done"] * 2 and cases(world) == 2
    other = batches.nominations(3)
    batches.fill(other, {"on": world.today.isoformat()})
    batches.advance(other)
    seen = batches.batch(other).revision
    batches.fill(other, {"on": world.today.isoformat()})  # in another tab
    batches.advance(other)
    with pytest.raises(Conflict, match="vừa được sửa"), world.store.transaction() as tx:
        orders.start(tx, other, seen, now=batches.now)


def test_a_form_sent_after_the_start_changes_nothing(world: World, batches: Batches) -> None:
    number = batches.ready(1)
    with pytest.raises(Conflict, match="đã bắt đầu ghi"):
        batches.fill(number, {"on": "2020-01-01"})


def test_what_another_did_meanwhile_is_refused_and_the_rest_goes_on(world: World, batches: Batches) -> None:
    number = batches.of_step("enrol_class", 3, "cell1")
    batches.fill(number, {"on": world.today.isoformat(), "outcome": "enrolled"})
    batches.advance(number)
    batches.start(number)
    second = batches.lines(number)[1]
    world.do(second.case_id, "enrol_class")
    batches.advance(number)
    assert batches.states(number) == ["done", "refused", "done"]
    assert "vừa có người làm" in str(doing.text_of(batches.lines(number)[1].why["text"]))


def test_rights_are_asked_again_on_the_day_of_the_work(world: World, batches: Batches) -> None:
    number = batches.ready(2)
    with world.store.transaction() as tx:
        for held in positions_on(tx, world.users["union1"], world.today):
            end_position(tx, held.id, on=world.today)
    running.continue_resting(world.store, batches.now + timedelta(minutes=1))
    assert batches.states(number) == ["refused"] * 2 and cases(world) == 0


def test_an_error_of_the_program_fails_its_line_alone_and_is_done_again(
    world: World, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, real = batches.ready(3), acts.nominate

    def broken(tx: Any, student_id: int, **more: Any) -> Any:
        done = real(tx, student_id, **more)
        if student_id == world.students[1]:
            raise ZeroDivisionError
        return done

    monkeypatch.setattr(acts, "nominate", broken)
    batches.advance(number)
    assert sorted(batches.states(number)) == ["done", "done", "failed"] and cases(world) == 2
    monkeypatch.undo()
    with world.store.transaction() as tx:
        orders.retry(tx, number, now=batches.now)
    batches.advance(number)
    assert batches.states(number) == ["done"] * 3 and cases(world) == 3


def test_a_busy_database_leaves_the_lines_waiting(
    world: World, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = batches.ready(2)

    def busy(*_what: Any, **_more: Any) -> Any:
        raise Unavailable

    monkeypatch.setattr(running, "attempt", busy)
    batches.advance(number)
    assert batches.states(number) == ["ready"] * 2
    monkeypatch.undo()
    batches.advance(number)
    assert batches.states(number) == ["done"] * 2


def test_stopping_leaves_the_rest_and_correcting_takes_it_up_with_what_was_typed(
    world: World, batches: Batches
) -> None:
    number = batches.ready(3)
    batches.advance(number, seconds=0)
    with world.store.transaction() as tx:
        orders.stop(tx, number, now=batches.now)
    batches.advance(number)
    assert batches.states(number) == ["done", "stopped", "stopped"] and cases(world) == 1
    with world.store.transaction() as tx:
        again = orders.correct(tx, number, now=batches.now)
        typed = running.typed_answers.read(tx, again, by=world.users["union1"], now=batches.now)
    assert typed.shared == {"on": world.today.isoformat()}
    assert batches.batch(again).state == "draft" and len(batches.lines(again)) == 2


def test_what_was_typed_stands_nowhere_in_clear_and_is_erased_after_the_end(
    world: World, batches: Batches
) -> None:
    number = batches.of_step("summarise_opinions", 1, "cell1")
    secret = "Có một ý kiến không thuận về gia đình."
    typed = {"on": world.today.isoformat(), "outcome": "unfavourable", "reason": secret}
    batches.fill(number, typed)
    batches.advance(number)
    batches.start(number)
    batches.advance(number)
    assert batches.states(number) == ["done"]
    shown = [str(row) for table in (batch, batch_line) for row in world.rows(select(table))]
    assert not any(secret in row for row in shown)
    sealed = select(personal.c.sealed).where(personal.c.subject_kind == "batch")
    assert world.rows(sealed) and not any(secret.encode() in row.sealed for row in world.rows(sealed))
    running.forget_old(world.store, batches.now + timedelta(days=8))
    assert world.rows(sealed) == [] and batches.batch(number).erased_at is not None
    assert batches.states(number) == ["done"]  # the report stays


def test_a_form_that_was_never_confirmed_goes_after_two_days(world: World, batches: Batches) -> None:
    number = batches.nominations(2)
    batches.fill(number, {"on": world.today.isoformat()})
    running.forget_old(world.store, batches.now + timedelta(days=1))
    assert batches.states(number) == ["waiting"] * 2
    running.forget_old(world.store, batches.now + timedelta(days=3))
    assert world.rows(select(batch)) == [] and world.rows(select(batch_line)) == []


def test_a_line_done_by_another_process_stays_done_when_the_first_one_fails(
    world: World, batches: Batches
) -> None:
    number = batches.ready(1)
    [line] = batches.lines(number)
    with world.store.transaction() as tx:
        tx.execute(update(batch_line).where(batch_line.c.id == line.id).values(state="done"))
        what = {"to_result": None, "to_why": doing.broken(), "to_case": None, "to_done": noon(world.today)}
        together._mark(tx, [{"of_line": line.id, "from_state": "ready", "to_state": "refused"} | what])
    assert batches.states(number) == ["done"]


def test_on_sqlite_lines_let_others_write_between_them(
    world: World, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    monkeypatch.setattr(running.Turn, "WORK", 0)
    monkeypatch.setattr(together, "longest", lambda store: 0)
    monkeypatch.setattr("engine.turns.time.sleep", rests.append)
    batches.advance(batches.ready(2))
    one_writer = world.store.engine.dialect.name == "sqlite"
    assert len(rests) == (4 if one_writer else 0)  # two tried, two done
    assert all(rest > 2 * database.LOOK for rest in rests), "longer than waiting writers need to look again"
