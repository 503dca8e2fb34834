"""The worker in a storm: thousands of timers due at once, fired by several processes, some of them killed.

Real cases of the demonstration through the real write path; each timer must fire once. Meanwhile somebody
whose organisations have no part in the storm reads the inbox and takes tasks in hand, again and again, timed
beside the same before the first timer fires. Who reads and acts is a process on the same machine.
"""

import logging
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psycopg
from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from bench.crowd import crowd
from bench.desk import SITE, application, open_store, place_in, signed_in
from bench.province import TODAY, live_through, move
from bench.server import postgresql
from bench.working import KEYS, start
from engine.assignment import assign
from engine.database import open_engine
from engine.records import case, incident, journal, task, timer
from engine.time import start_of
from engine.transactions import Store
from workflows.admission.registry import build_registry
from workflows.organisations.queries import tree_of
from workflows.organisations.records import institution

TIMERS, QUICK, SECONDS = 10_000, 1_000, 60.0
PAGE_MS, ACT_MS = 100.0, 250.0  # what "unharmed meanwhile" means, on both databases
PROCESSES = (1, 2, 4)
KILLS = 3
PAUSE = 0.15  # of the person who reads a page before the next
Say = Callable[[str], None]


@dataclass
class Storm:
    """What one storm came to. Times of pages and acts are milliseconds, the slowest of 95 of 100."""

    database: str
    processes: int
    due: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0  # of the worker processes, with those that were killed; the server's is not seen
    kills: int = 0
    once: bool = False  # each fired, none twice, nothing broken
    page_quiet_ms: float = 0.0
    page_ms: float = 0.0
    act_quiet_ms: float = 0.0
    act_ms: float = 0.0

    turns: int = 0  # pages read, and acts done, meanwhile

    @property
    def in_time(self) -> bool:
        """Promised of PostgreSQL; of an embedded database only that each fires once."""
        return self.once and (self.seconds <= SECONDS or self.database == "sqlite")

    @property
    def unharmed(self) -> bool:
        return self.page_ms <= PAGE_MS and self.act_ms <= ACT_MS


def measure_worker(folder: Path, say: Say, *, quick: bool = False) -> Iterator[Storm]:
    """Storms on both databases, with one, two and four worker processes."""
    logging.disable(logging.WARNING)
    first = open_store(f"sqlite:///{folder / 'first.db'}", KEYS)
    live_through(first, say)
    count = QUICK if quick else TIMERS
    with postgresql(durable=True) as url:
        if url:
            made = url.replace("/postgres?", "/ketnap_first?")
            _execute(url, "CREATE DATABASE ketnap_first")
            large = open_store(made, KEYS)
            move(first, large)
            due, moment = crowd(large, count)
            large.engine.dispose()
            for processes in PROCESSES:
                say(f"postgresql, {processes}")
                name = f"ketnap_{processes}"
                _execute(url, f"CREATE DATABASE {name} TEMPLATE ketnap_first")
                yield _storm(url.replace("/postgres?", f"/{name}?"), processes, due, moment)
    due, moment = crowd(first, count)
    first.engine.dispose()
    for processes in PROCESSES:
        say(f"sqlite, {processes}")
        path = folder / f"storm_{processes}.db"
        shutil.copyfile(folder / "first.db", path)
        yield _storm(f"sqlite:///{path}", processes, due, moment)


def _execute(url: str, statement: str) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def _storm(url: str, processes: int, due: int, moment: datetime) -> Storm:
    store = Store(open_engine(url, KEYS.database), registry=build_registry(), keys=KEYS)
    storm = Storm(store.engine.dialect.name, processes, due)
    task_id = _place_bystander(store)
    people = _People(store, signed_in(application(store)), task_id)
    for _ in range(40):
        people.turn(pause=0)
    storm.page_quiet_ms, storm.act_quiet_ms = people.slowest()
    chance, began = random.Random(processes), time.monotonic()
    with _Workers(url, moment, processes) as workers:
        while left := _left(store, moment):
            if storm.kills < KILLS and left < due * (KILLS - storm.kills) / (KILLS + 1):
                workers.replace(chance.randrange(processes))
                storm.kills += 1
            people.turn(pause=PAUSE)
        storm.seconds = time.monotonic() - began
    storm.cpu_s = workers.cpu_s
    storm.turns = len(people.pages)
    storm.page_ms, storm.act_ms = people.slowest()
    storm.once = _each_once(store, due)
    store.engine.dispose()
    return storm


def _place_bystander(store: Store) -> int:
    """A user with a seat wherever something is to do and nothing waits for a timer; gives a task of theirs.

    The inbox of who has a part in the storm grows a thousandfold, and would say how long such an inbox takes.
    """
    with store.transaction() as tx:
        tree = tree_of(tx)
        kept = select(case.c.custodian_id).join(timer, timer.c.case_id == case.c.id).distinct()
        struck = {
            one for cell in tx.execute(kept).scalars() for one in (cell, *tree.ancestors_on(cell, TODAY))
        }
        unions = select(institution.c.union_organisation_id).where(
            institution.c.party_organisation_id.in_(struck)
        )
        struck |= set(tx.execute(unions).scalars())
        owing = task.c.organisation_id
        free = select(owing, func.min(task.c.id)).where(owing.not_in(struck)).group_by(owing).order_by(owing)
        rows = [tuple(row) for row in tx.execute(free)]
        for organisation_id, _task in rows:
            place_in(tx, organisation_id)
        return int(rows[0][1])


@dataclass
class _People:
    """Somebody who reads the inbox and takes a task in hand, as fast as pages come."""

    store: Store
    client: FlaskClient
    task_id: int
    pages: list[float] = field(default_factory=list)
    acts: list[float] = field(default_factory=list)

    def turn(self, *, pause: float) -> None:
        began = time.perf_counter()
        assert self.client.get("/tasks", base_url=SITE).status_code == 200
        read = time.perf_counter()
        with self.store.transaction() as tx:
            one = tx.execute(select(task).where(task.c.id == self.task_id)).one()
            assign(tx, one.id, None if one.assignee_id else 1, by=1, on=TODAY, now=start_of(TODAY))
        self.acts.append((time.perf_counter() - read) * 1000)
        self.pages.append((read - began) * 1000)
        time.sleep(pause)

    def slowest(self) -> tuple[float, float]:
        """The 95th of a hundred, of pages and of acts; begins anew. The very first warmed up."""
        found = _p95(self.pages[3:]), _p95(self.acts[3:])
        self.pages.clear()
        self.acts.clear()
        return found


def _p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, round(0.95 * len(times)))] if times else 0.0


class _Workers:
    """So many worker processes, and the CPU seconds of those that have ended."""

    def __init__(self, url: str, moment: datetime, count: int) -> None:
        self.url, self.moment = url, moment
        self.running = [start(url, moment) for _ in range(count)]
        self.cpu_s = 0.0

    def __enter__(self) -> "_Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for pid in self.running:
            os.kill(pid, signal.SIGTERM)
        for pid in self.running:
            self._wait(pid)

    def replace(self, place: int) -> None:
        os.kill(self.running[place], signal.SIGKILL)
        self._wait(self.running[place])
        self.running[place] = start(self.url, self.moment)

    def _wait(self, pid: int) -> None:
        used = os.wait4(pid, 0)[2]
        self.cpu_s += used.ru_utime + used.ru_stime


def _left(store: Store, moment: datetime) -> int:
    with store.transaction(writing=False) as tx:
        due = select(func.count()).select_from(timer).where(timer.c.due_at <= moment)
        return int(tx.execute(due).scalar_one())


def _each_once(store: Store, due: int) -> bool:
    with store.transaction(writing=False) as tx:
        fired = select(journal.c.case_id, journal.c.element).where(journal.c.kind == "timer")
        fired = fired.where(journal.c.recorded_at > start_of(TODAY.replace(year=TODAY.year + 1)))
        rows = [tuple(row) for row in tx.execute(fired)]
        broken = tx.execute(select(func.count()).select_from(incident)).scalar_one()
    return len(rows) == len(set(rows)) == due and not broken


def worker_verdicts(storms: list[Storm]) -> dict[str, dict[str, float | bool]]:
    found: dict[str, dict[str, float | bool]] = {}
    for storm in storms:
        name = f"{storm.due} mốc, {storm.processes} tiến trình, {storm.database}"
        rows: tuple[tuple[str, float, float, bool], ...] = (
            ("giây", SECONDS, storm.seconds, storm.in_time),
            ("trang", PAGE_MS, storm.page_ms, storm.page_ms <= PAGE_MS),
            ("việc", ACT_MS, storm.act_ms, storm.act_ms <= ACT_MS),
        )
        for what, limit, measured, kept in rows:
            found[f"{name}: {what}"] = {"limit": limit, "measured": round(measured, 1), "kept": kept}
    return found


def print_worker(storms: list[Storm]) -> None:
    """How long each storm took, and what pages and acts felt of it."""
    promise = f"hứa: {SECONDS:.0f} giây, trang {PAGE_MS:.0f} ms, việc {ACT_MS:.0f} ms"
    title = f"Tiến trình nền: {storms[0].due} mốc đến hạn cùng lúc, có tiến trình bị giết (-9); {promise}"
    table = Table(title=title)
    headings = ("Cơ sở dữ liệu", "Tiến trình", "Bị giết", "Giây", "CPU", "Mốc/giây", "Mỗi mốc một lần")
    for heading in (*headings, "Trang p95 (lúc vắng)", "Việc p95 (lúc vắng)", ""):
        table.add_column(heading, justify="left" if heading in headings[:1] else "right")
    for one in storms:
        table.add_row(
            one.database,
            str(one.processes),
            str(one.kills),
            f"{one.seconds:.1f}",
            f"{one.cpu_s:.0f}",
            f"{one.due / one.seconds:.0f}",
            "có" if one.once else "KHÔNG",
            f"{one.page_ms:.0f} ms ({one.page_quiet_ms:.0f})",
            f"{one.act_ms:.0f} ms ({one.act_quiet_ms:.0f})",
            "giữ" if one.in_time and one.unharmed else "KHÔNG GIỮ",
        )
    Console().print(table)
