"""The desk at work: inbox, filters and search of a user in fifty organisations, request to full response.

Server time of the real application through its own door (session, account, rights, frame, template), warmed
up; statements are counted where they are sent.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, event, func, insert, select

from bench.province import TODAY, live_through, move, multiply
from bench.server import postgresql
from engine.database import open_engine
from engine.records import document, task
from engine.secrets import Keys
from engine.time import start_of
from engine.transactions import Store
from workflows import schema
from workflows.admission.registry import build_registry
from workflows.organisations.records import organisation
from workflows.people.records import position, student, user_account

ORGANISATIONS = 50
USER, PASSWORD = "bench", "mot-hai-ba-bon-nam"
SITE = "https://localhost"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How much there is, and how long a page may take."""

    name: str
    students: int
    tasks: int
    limit_ms: float
    sqlite: bool


SIZES = (
    Size("tỉnh", 150_000, 25_000, 50.0, True),
    Size("mười tỉnh", 1_500_000, 250_000, 100.0, False),
)
QUICK = (Size("thử", 6_000, 1_000, 50.0, True),)
MOST_STATEMENTS = 6


@dataclass(frozen=True)
class Timing:
    """One kind of page on one database: 95 of 100 requests took at most `p95_ms`.

    `cpu_ms`: what the web process itself worked in the middle of them; the rest is the database, and waiting
    where the machine does other things.
    """

    size: str
    database: str
    page: str
    p95_ms: float
    median_ms: float
    cpu_ms: float
    statements: int
    limit_ms: float

    @property
    def kept(self) -> bool:
        return self.p95_ms <= self.limit_ms and self.statements <= MOST_STATEMENTS


@dataclass(frozen=True)
class Amounts:
    """What the user meets: all students and open tasks, and the tasks of the fifty organisations."""

    students: int
    tasks: int
    own: int


def measure_desk(folder: Path, say: Say, *, quick: bool = False, rounds: int = 60) -> Iterator[Any]:
    """Timings of every page, size and database, each with the amounts they were taken at."""
    logging.disable(logging.WARNING)
    keys = Keys(bytes(range(32)))
    small = open_store(f"sqlite:///{folder / 'desk.db'}", keys)
    live_through(small, say)
    sizes = QUICK if quick else SIZES
    with postgresql() as url:
        large = open_store(url, keys) if url else None
        if large is not None:
            move(small, large)
        for size in sizes:
            for store in (small if size.sqlite else None, large):
                if store is not None:
                    yield from _measure(store, size, say, rounds)
        for store in (small, large):
            if store is not None:
                store.engine.dispose()


def open_store(url: str, keys: Keys) -> Store:
    key = keys.database if url.startswith("sqlite") else None
    engine = open_engine(url, key, create=True)
    schema.upgrade(engine)
    return Store(engine, registry=build_registry(), keys=keys)


def _measure(store: Store, size: Size, say: Say, rounds: int) -> Iterator[Any]:
    multiply(store, size.students, size.tasks, say)
    amounts, examples = place_user(store)
    database = store.engine.dialect.name
    client = signed_in(application(store))
    for page, addresses in _pages(examples).items():
        say(f"{size.name}, {database}: {page}")
        times, worked, most = _time(client, store.engine, addresses, rounds)
        times.sort()
        p95 = times[min(len(times) - 1, round(0.95 * len(times)))]
        middle = median(times), median(worked)
        yield Timing(size.name, database, page, p95, *middle, most, size.limit_ms), amounts


def place_user(store: Store) -> tuple[Amounts, dict[str, list[Any]]]:
    """An account with a seat in the fifty organisations that have the most to do."""
    with store.transaction() as tx:
        user = tx.execute(select(user_account.c.id).where(user_account.c.username == USER)).scalar()
        if user is None:
            user = tx.insert(user_account, _account())
        held = select(position.c.id).where(position.c.user_id == user)
        if tx.execute(held).first() is None:
            tx.execute(insert(position), [_seat(user, one, kind) for one, kind in _busiest(tx)])
        own = select(position.c.organisation_id).where(position.c.user_id == user)
        counts = (
            tx.execute(select(func.count()).select_from(student)).scalar_one(),
            tx.execute(select(func.count()).select_from(task)).scalar_one(),
            tx.execute(
                select(func.count()).select_from(task).where(task.c.organisation_id.in_(own))
            ).scalar_one(),
        )
        return Amounts(*counts), _examples(tx)


def place_in(tx: Any, organisation_id: int) -> None:
    """The account, with a seat in this organisation."""
    user = tx.execute(select(user_account.c.id).where(user_account.c.username == USER)).scalar()
    if user is None:
        user = tx.insert(user_account, _account())
    held = select(position.c.id).where(position.c.user_id == user)
    if tx.execute(held.where(position.c.organisation_id == organisation_id)).first() is None:
        tx.execute(insert(position), [_seat(user, organisation_id, "")])


def _busiest(tx: Any) -> list[tuple[int, str]]:
    """The busiest organisations of the first few copies, whatever their kind."""
    rows = tx.execute(
        select(task.c.organisation_id, organisation.c.kind)
        .join(organisation, organisation.c.id == task.c.organisation_id)
        .where(task.c.organisation_id < 1_000_000)
        .group_by(task.c.organisation_id, organisation.c.kind)
        .order_by(func.count().desc(), task.c.organisation_id)
        .limit(ORGANISATIONS)
    )
    return [tuple(row) for row in rows]


def _account() -> dict[str, Any]:
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    row = {"username": USER, "name": "Người đo", "active": True, "fs_uniquifier": "f" * 32}
    return row | {"password": hashed, "language": "vi"}


def _seat(user: int, organisation_id: int, kind: str) -> dict[str, Any]:
    words = {"youth_union_base": "union_secretary", "political_centre": "centre_officer"}
    word = words.get(kind, "officer" if "board" in kind else "secretary")
    return {
        "user_id": user,
        "organisation_id": organisation_id,
        "position": word,
        "valid_from": TODAY.replace(year=2020),
    }


def _examples(tx: Any) -> dict[str, list[Any]]:
    """Names and numbers that really occur, for searches."""
    names = tx.execute(select(student.c.search_key).order_by(student.c.id).limit(1500)).scalars().all()
    papers = tx.execute(select(document.c.number).where(document.c.number.is_not(None)).limit(300)).scalars()
    steps = tx.execute(
        select(task.c.element).group_by(task.c.element).order_by(func.count().desc())
    ).scalars()
    return {"names": list(names[::97]), "papers": list(papers)[::60], "steps": list(steps)[:6]}


def _pages(examples: dict[str, list[Any]]) -> dict[str, list[str]]:
    """Kind of page → addresses that take turns."""
    words = [name.split(" ")[-1] for name in examples["names"][:5]]
    words += [" ".join(name.split(" ")[:2]) for name in examples["names"][5:8]] + examples["names"][8:10]
    whose = ("mine", "behalf", "confirm")
    filters = [f"/tasks?step={step}" for step in examples["steps"]]
    filters += [f"/tasks?due={word}&sort=name" for word in ("late", "soon", "none")]
    filters += [
        "/tasks?stage=file_building",
        "/tasks?hand=nobody&follow=no",
        *(f"/tasks?whose={w}" for w in whose),
    ]
    return {
        "hộp việc": ["/tasks", "/tasks?sort=name"],
        "hộp việc có lọc": filters,
        "tìm trong hộp việc": [f"/tasks?q={word}" for word in words],
        "trang tìm": [f"/search?q={word}" for word in (*words, *examples["papers"])],
    }


def application(store: Store) -> Flask:
    from web.application import create_app

    moment = start_of(TODAY).replace(hour=3)
    return create_app(store, config={"CLOCK": lambda: moment, "TESTING": True, "SECOND_FACTOR_GRACE": None})


def signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    page = client.get("/sign-in", base_url=SITE).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]*)"', page)
    assert token
    form = {"csrf_token": token[1], "username": USER, "password": PASSWORD}
    answer = client.post("/sign-in", data=form, base_url=SITE, headers={"Referer": SITE + "/"})
    assert answer.status_code == 303, answer.status_code
    return client


def _time(
    client: FlaskClient, engine: Engine, addresses: list[str], rounds: int
) -> tuple[list[float], list[float], int]:
    """Milliseconds of each request by the clock and of this process, and the most statements of one."""
    sent: list[int] = []

    def note(*_args: Any) -> None:
        sent[-1] += 1

    event.listen(engine, "before_cursor_execute", note)
    times: list[float] = []
    worked: list[float] = []
    try:
        for turn in range(rounds + len(addresses)):
            sent.append(0)
            began, working = time.perf_counter(), time.process_time()
            answer = client.get(addresses[turn % len(addresses)], base_url=SITE)
            took = (time.perf_counter() - began) * 1000
            assert answer.status_code == 200, (addresses[turn % len(addresses)], answer.status_code)
            if turn >= len(addresses):  # each address was asked once before
                times.append(took)
                worked.append((time.process_time() - working) * 1000)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return times, worked, max(sent[len(addresses) :])


def desk_verdicts(measured: Sequence[tuple[Timing, Amounts]]) -> dict[str, dict[str, float | bool]]:
    """Each page, size and database with its limit, what was measured, and whether it is kept."""
    return {
        f"{one.page}, {one.size}, {one.database}": {
            "limit": one.limit_ms,
            "measured": round(one.p95_ms, 1),
            "statements": one.statements,
            "kept": one.kept,
        }
        for one, _amounts in measured
    }


def print_desk(measured: Sequence[tuple[Timing, Amounts]]) -> None:
    """What was asked of which database, and how long 95 of 100 answers took at most."""
    for of_size, lines in groupby(measured, key=lambda one: (one[0].size, one[1])):
        size, amounts = of_size
        table = Table(
            title=f"Bàn làm việc, {size}: {amounts.students} học sinh, sinh viên, {amounts.tasks} việc mở; "
            f"một người ở {ORGANISATIONS} tổ chức có {amounts.own} việc (máy chủ, cả trang, đã chạy nóng)"
        )
        for heading in (
            "Trang",
            "Cơ sở dữ liệu",
            "Giới hạn p95",
            "p95",
            "Trung vị",
            "CPU web",
            "Câu lệnh",
            "",
        ):
            table.add_column(
                heading, justify="right" if "p95" in heading or heading == "Trung vị" else "left"
            )
        for one, _amounts in lines:
            mark = "giữ" if one.kept else "KHÔNG GIỮ"
            figures = [f"{one.limit_ms:.0f} ms"]
            figures += [f"{value:.1f} ms" for value in (one.p95_ms, one.median_ms, one.cpu_ms)]
            table.add_row(one.page, one.database, *figures, f"{one.statements} / {MOST_STATEMENTS}", mark)
        Console().print(table)
