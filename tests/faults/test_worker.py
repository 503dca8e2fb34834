"""The worker process: killed, told to end, its database restarted, its machine in another time zone."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.engine import make_url

from engine import scheduler
from engine.database import open_engine
from engine.errors import Conflict
from engine.incidents import incidents
from engine.records import job_run, job_state, journal, timer, worker
from engine.runs import APART, Hand, still_ours
from engine.scheduler import Done, Job, run_job, run_worker
from engine.secrets import Keys
from engine.sweeping import ended_by, sweep
from engine.timers import fire_due
from engine.transactions import Store, Transaction
from tests import conftest
from tests.engine.library import NOW, Facts, Library, open_library
from tests.faults.conftest import LONG
from tests.faults.test_races import actor, check_all
from workflows.tables import metadata

LATER = NOW + timedelta(days=400)
ZONES = ("America/Los_Angeles", "Pacific/Kiritimati", "Asia/Ho_Chi_Minh")


def waits_for(is_there: Callable[[], object], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not is_there():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def waiting_loans(library: Library, count: int) -> list[int]:
    library.facts.services["shelf_state"] = "taken"
    ids = [library.lend(reader).id for reader in range(count)]
    for case_id in ids:
        library.walk(case_id)
    library.facts.services["shelf_state"] = "free"
    return ids


def fired(library: Library) -> list[int]:
    with library.tx(writing=False) as tx:
        return list(tx.execute(select(journal.c.case_id).where(journal.c.kind == "timer")).scalars())


def test_workers_killed_in_the_middle_of_a_storm_leave_each_timer_fired_once(
    library: Library, database_url: str
) -> None:
    """The small one of `python -m bench --only worker`."""
    ids = waiting_loans(library, 600 if LONG else 60)
    for killed_after in (0.05, 0.2, 0.4, 0.8, 1.6) if LONG else (0.1,):
        with actor(database_url, "timers") as victim, actor(database_url, "timers") as other:
            assert victim.stdout and victim.stdout.readline() == "ready\n"
            time.sleep(killed_after)
            victim.kill()
            other.wait(120)
        check_all(library)
    while fire_due(library.store, LATER).left:
        pass
    assert sorted(fired(library)) == ids
    check_all(library)


@pytest.mark.parametrize("zone", ZONES)
def test_in_whatever_time_zone_machine_and_server_are_a_day_is_a_day_of_vietnam(
    library: Library, database_url: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """23:30 and 00:30 in Vietnam: two days, though one day elsewhere; and a timer of the second."""
    [case_id] = waiting_loans(library, 1)
    day = library.facts.days["book_free"]
    before, after = (
        datetime.fromisoformat(f"{one}+07:00") for one in (f"{day - timedelta(1)} 23:30", f"{day} 00:30")
    )
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        if "postgresql" in database_url:
            with library.store.engine.connect() as connection:
                connection.exec_driver_sql(f"SET TIME ZONE '{zone}'")
                connection.commit()
        days: list[date] = []
        job = Job("letters", 60, lambda store, now, day: days.append(day), every_day=True)
        results = []
        for moment in (before, before, after, after):
            run_job(library.store, job, lambda at=moment: at)  # type: ignore[misc]
            results.append(fire_due(library.store, moment).fired)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert days == [day - timedelta(1), day] and results == [0, 0, 1, 0]
    assert fired(library) == [case_id]


def test_with_the_clock_a_day_back_and_far_ahead_each_timer_fires_once_and_failed_ones_are_not_lost(
    library: Library,
) -> None:
    first, second = waiting_loans(library, 2)
    library.facts.services["list_experts"] = ValueError("no list")
    assert fire_due(library.store, LATER + timedelta(days=400)).failed == 2, "and put off by that clock"
    library.facts.services["list_experts"] = []
    assert fire_due(library.store, LATER).fired == 2, "a wait of 400 days is none"
    assert fire_due(library.store, LATER - timedelta(days=1)).fired == 0
    assert sorted(fired(library)) == [first, second]


def test_a_machine_whose_clock_is_not_that_of_the_server_does_nothing_and_says_so(library: Library) -> None:
    if library.store.engine.dialect.name == "sqlite":
        return  # one machine, one clock
    with library.store.engine.connect() as connection:
        right = connection.scalar(select(func.clock_timestamp()))
    moment = [right + timedelta(days=400)]
    hand, done = Hand("far:1", lambda: moment[0]), []
    with library.tx() as tx:
        hand.row_id = tx.insert(worker, {"name": "far:1", "started_at": NOW, "seen_at": NOW})
    still_ours(library.store, hand)
    job = Job("report", 60, lambda store, now: done.append(now))
    assert hand.astray and run_job(library.store, job, lambda: moment[0], hand=hand) is None
    with library.tx(writing=False) as tx:
        assert [told.element for told in incidents(tx)] == ["clock"]
        assert tx.execute(select(worker.c.astray)).scalar_one()
    moment[0] = right + APART / 2
    still_ours(library.store, hand)
    assert not hand.astray and run_job(library.store, job, lambda: NOW, hand=hand) is not None


def test_one_broken_or_busy_case_never_stops_a_sweep_and_is_told(library: Library) -> None:
    ids = [library.lend(reader).id for reader in range(4)]
    asked: list[int] = []

    def do(tx: Transaction, case_id: int) -> bool:
        asked.append(case_id)
        if case_id == ids[1]:
            raise KeyError("Nguyễn Văn A")
        if case_id == ids[2] and asked.count(case_id) == 1:
            raise Conflict
        return case_id != ids[0]

    assert sweep(library.store, ids, do, job="look", now=NOW) == Done(2, 1, 0)
    assert asked == [*ids, ids[2]], "the busy one once more in the end"
    with library.tx(writing=False) as tx:
        [told] = incidents(tx)
    assert (told.kind, told.element, told.case_id) == ("job", "look", ids[1])
    assert told.cause.startswith("KeyError (") and "Nguyễn" not in told.cause
    with ended_by(lambda: len(asked) >= 7):
        assert sweep(library.store, ids, do, job="look", now=NOW) == Done(0, 1, 2)


def test_a_long_sweep_lets_others_write_meanwhile(library: Library) -> None:
    """Thirty transactions of 20 ms: whoever writes a loan in between waits a fraction of the whole."""
    ids = [library.lend(reader).id for reader in range(4)] * 15
    waited: list[float] = []

    def do(tx: Transaction, case_id: int) -> bool:
        tx.execute(update(timer).where(timer.c.id == 0).values(attempts=0))
        time.sleep(0.02)
        return True

    sweeping = threading.Thread(
        target=sweep, args=(library.store, ids, do), kwargs={"job": "long", "now": NOW}
    )
    sweeping.start()
    for reader in range(100, 104):
        began = time.monotonic()
        library.lend(reader)
        waited.append(time.monotonic() - began)
    sweeping.join()
    assert max(waited) < 1.0


@contextmanager
def restartable() -> Iterator[tuple[str, Callable[[], None]]]:
    """A PostgreSQL of its own: its address, and how to restart it."""
    folder = Path(tempfile.mkdtemp(prefix="ketnap-restart-", dir="/tmp"))
    try:
        server = conftest._debian_server(folder) or conftest._wheel_server(folder)
        if server is None:
            pytest.skip("no PostgreSQL server")
        url, stop = server
        options = (folder / "data" / "postmaster.opts").read_text().replace('"', "").split()
        running: list[subprocess.Popen[bytes]] = []

        def restart() -> None:
            stop() if not running else None
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            again = subprocess.Popen(options, user=conftest._unprivileged(), cwd=folder, **quiet)
            running.append(again)

        try:
            yield url, restart
        finally:
            if running:
                running[-1].send_signal(signal.SIGINT)
                running[-1].wait(20)
            else:
                stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_worker_lives_through_a_restart_of_its_database(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(scheduler, "BEAT", 0.2)
    with restartable() as (url, restart):
        engine = open_engine(url, keys.database)
        metadata.create_all(engine)
        facts = Facts()
        library = open_library(Store(engine, registry=facts.registry(), keys=keys), facts)
        stop, ticks, daily = threading.Event(), [0], [0]

        def tick(store: Store, now: datetime) -> Done:
            with store.transaction() as tx:
                tx.execute(update(job_state).where(job_state.c.name == "tick").values(last_items=1))
            ticks[0] += 1
            return Done(1)

        def report(store: Store, now: datetime) -> None:
            daily[0] += 1
            if daily[0] == 1:
                restart()  # in the middle of its claim
                with store.transaction() as tx:
                    tx.execute(select(job_state))

        jobs = [Job("tick", 0.2, tick), Job("report", 0.2, report, daily=True)]
        working = threading.Thread(
            target=run_worker, args=(library.store, jobs), kwargs={"stop": stop}, daemon=True
        )
        working.start()
        try:
            waits_for(lambda: daily[0] >= 1)
            before = ticks[0]
            waits_for(lambda: ticks[0] > before + 2)
            assert working.is_alive()
        finally:
            stop.set()
            working.join(20)
        assert not working.is_alive()
        engine.dispose()


def test_the_worker_of_the_command_line_says_what_it_does_and_ends_in_good_order(
    tmp_path: Path, sqlite_template: Path, keys: Keys
) -> None:
    data, key = tmp_path / "data", tmp_path / "keys" / "ketnap.key"
    environment = os.environ | {
        "KETNAP_DATA": str(data),
        "KETNAP_KEY_FILE": str(key),
        "PYTHONUNBUFFERED": "1",
    }
    ketnap = [sys.executable, "-m", "web.command"]
    subprocess.run([*ketnap, "db", "upgrade"], env=environment, check=True, capture_output=True)
    with subprocess.Popen([*ketnap, "worker"], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        first = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
    assert process.returncode == 0
    assert "Tiến trình nền" in first and "việc" in first
    assert rest.endswith("Tiến trình nền đã dừng.\n")


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def test_a_connection_lost_within_a_sweep_is_told_as_trouble_with_the_database_and_the_day_done_later(
    library: Library, database_url: str
) -> None:
    if library.store.engine.dialect.name == "sqlite":
        return  # a file has no connection to cut
    lost: list[int] = []

    def do(store: Store, now: datetime) -> Any:
        with store.transaction() as tx:
            if not lost:
                lost.append(1)
                mine = tx.execute(select(func.pg_backend_pid())).scalar_one()
                with psycopg.connect(_plain(database_url), autocommit=True) as killer:
                    killer.execute("SELECT pg_terminate_backend(%s)", (mine,))
            tx.execute(select(timer))
        return 1

    job = Job("report", 60, do, daily=True)
    assert run_job(library.store, job, lambda: NOW) is None
    with library.tx(writing=False) as tx:
        assert incidents(tx) == [] and tx.execute(select(job_run.c.error)).scalar_one() == "Unavailable"
    assert run_job(library.store, job, lambda: NOW) == Done(1)
