"""The forecast of a large province: the nightly sweep with its memory, and the pages of one school.

The sweep runs in a process of its own, so that its memory is what it needed itself. Birth dates differ from
copy to copy: what is kept for those who share a birthday must not look better than it is.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select, text

from bench.desk import SITE, Say, application, open_store, place_in, signed_in
from bench.province import STRIDE, TODAY, move, multiply
from bench.server import postgresql
from engine.records import case
from engine.secrets import Keys
from engine.time import start_of
from engine.transactions import Store
from workflows.demo.building import build
from workflows.demo.measures import Measures
from workflows.forecast.reckoning import reckon
from workflows.organisations.records import institution
from workflows.people.records import pool_entry, student

# Two upper secondary schools of a thousand pupils, a university of three thousand; one in twenty in the pool.
FIRST = Measures(communes=3, schools=2, higher=1, members=200, students=5000, cases=300)
SMALL = Measures(communes=3, schools=2, higher=1, members=100, students=600, cases=30)
TABLES = (
    "pool_entry",
    "member",
    "member_place",
    "act",
    "helper_assignment",
    "certificate",
    "decision",
    "ceremony",
    "consent",
    "timer",
    "meeting_day",
)
KEY = bytes(range(32))


@dataclass(frozen=True)
class Wide:
    """How many students, and what their sweep may take."""

    name: str
    students: int
    seconds: float
    megabytes: float
    sqlite: bool


SIZES = (Wide("tỉnh", 150_000, 10.0, 300.0, True), Wide("mười tỉnh", 1_500_000, 90.0, 500.0, False))
QUICK = (Wide("thử", 6_000, 10.0, 300.0, True),)
PAGE_MS = 200.0
ROUNDS = 40


@dataclass(frozen=True)
class Swept:
    """One sweep: seconds with the writing of the figures, those in which its process worked, its memory."""

    size: str
    database: str
    students: int
    pool: int
    cases: int
    seconds: float
    worked: float
    megabytes: float
    limit_seconds: float
    limit_megabytes: float

    @property
    def kept(self) -> bool:
        return self.seconds <= self.limit_seconds and self.megabytes <= self.limit_megabytes


@dataclass(frozen=True)
class Page:
    """One page of one school: 95 of 100 requests took at most `p95_ms`."""

    size: str
    database: str
    page: str
    students: int
    p95_ms: float
    median_ms: float
    cpu_ms: float
    limit_ms: float = PAGE_MS

    @property
    def kept(self) -> bool:
        return self.p95_ms <= self.limit_ms


Measured = Swept | Page


def measure_forecast(folder: Path, say: Say, *, quick: bool = False) -> Iterator[Measured]:
    """Sweeps and pages, by size and database."""
    keys = Keys(KEY)
    small = open_store(f"sqlite:///{folder / 'forecast.db'}", keys)
    say("tỉnh mẫu")
    build(small, seed=7, today=TODAY, measures=SMALL if quick else FIRST)
    with postgresql() as url:
        large = open_store(url, keys) if url else None
        if large is not None:
            move(small, large)
        for size in QUICK if quick else SIZES:
            for store in (small if size.sqlite else None, large):
                if store is not None:
                    yield from _measure(store, size, say)
        for store in (small, large):
            if store is not None:
                store.engine.dispose()


def _measure(store: Store, size: Wide, say: Say) -> Iterator[Measured]:
    multiply(store, size.students, 0, say, TABLES)
    _birthdays_apart(store)
    database = store.engine.dialect.name
    say(f"{size.name}, {database}: tính dự báo")
    yield _sweep(store, size)
    schools = _schools(store)
    client = signed_in(application(store))
    for word, (count, addresses) in schools:
        for page, address in addresses.items():
            say(f"{size.name}, {database}: {word}, {page}")
            times, worked = zip(*_times(client, address), strict=True)
            p95 = sorted(times)[min(len(times) - 1, round(0.95 * len(times)))]
            middle = median(times), median(worked)
            yield Page(size.name, database, f"{word}: {page}", count, p95, *middle)


def _birthdays_apart(store: Store) -> None:
    """In each copy everybody is some days younger than in the one before, up to four weeks."""
    days = f"((id / {STRIDE}) % 29)"
    moved = (
        f"date(birth_date, '+' || {days} || ' days')"
        if store.engine.dialect.name == "sqlite"
        else f"birth_date + CAST({days} AS integer)"
    )
    with store.engine.begin() as connection:
        connection.execute(text(f"UPDATE student SET birth_date = {moved} WHERE id >= {STRIDE}"))


def _sweep(store: Store, size: Wide) -> Swept:
    """In a process of its own; the figures that it kept are those of the pages afterwards."""
    url = store.engine.url.render_as_string(hide_password=False)
    answer = subprocess.run([sys.executable, "-m", "bench.forecast", url], capture_output=True, check=True)
    told = json.loads(answer.stdout.splitlines()[-1])
    with store.transaction(writing=False) as tx:
        count = {
            "students": select(func.count()).select_from(student).where(student.c.left_on.is_(None)),
            "pool": select(func.count()).select_from(pool_entry).where(pool_entry.c.left_on.is_(None)),
            "cases": select(func.count()).select_from(case).where(case.c.closed_on.is_(None)),
        }
        amounts = {name: tx.execute(query).scalar_one() for name, query in count.items()}
    limits = {"limit_seconds": size.seconds, "limit_megabytes": size.megabytes}
    return Swept(size.name, store.engine.dialect.name, **amounts, **told, **limits)


def _schools(store: Store) -> list[tuple[str, tuple[int, dict[str, str]]]]:
    """The pages of a school and of a university, for the user who sits in their committees."""
    found = []
    with store.transaction() as tx:
        for word, kind in (("trường THPT", "high_school"), ("trường đại học", "university")):
            row = tx.execute(
                select(institution.c.id, institution.c.party_organisation_id, func.count())
                .join(student, student.c.institution_id == institution.c.id)
                .where(institution.c.kind == kind, institution.c.id < STRIDE, student.c.left_on.is_(None))
                .group_by(institution.c.id, institution.c.party_organisation_id)
                .order_by(func.count().desc())
                .limit(1)
            ).one()
            place_in(tx, row.party_organisation_id)
            asked = f"where=own&school={row.id}"
            pages = {
                "trang": f"/forecast?{asked}",
                "biểu đồ": f"/forecast/chart.svg?part=vote&{asked}",
                "họ tên": f"/forecast/people?what=vote_before&{asked}",
            }
            found.append((word, (row[2], pages)))
    return found


def _times(client: Any, address: str) -> Iterator[tuple[float, float]]:
    """Milliseconds by the clock and of this process."""
    for turn in range(ROUNDS + 2):
        began, working = time.perf_counter(), time.process_time()
        answer = client.get(address, base_url=SITE)
        took = (time.perf_counter() - began) * 1000
        assert answer.status_code == 200, (address, answer.status_code)
        if turn > 1:  # warm
            yield took, (time.process_time() - working) * 1000


def forecast_verdicts(measured: Sequence[Measured]) -> dict[str, dict[str, float | bool]]:
    found: dict[str, dict[str, float | bool]] = {}
    for one in measured:
        name = f"{one.size}, {one.database}"
        if isinstance(one, Page):
            found[f"dự báo, {one.page}, {name}"] = {
                "limit": one.limit_ms,
                "measured": round(one.p95_ms, 1),
                "kept": one.kept,
            }
        else:
            found[f"tính dự báo, {name}"] = {
                "limit": one.limit_seconds,
                "measured": round(one.seconds, 1),
                "megabytes": round(one.megabytes),
                "kept": one.kept,
            }
    return found


def print_forecast(measured: Sequence[Measured]) -> None:
    sweeps = _table("Tính dự báo: mọi học sinh, sinh viên, một lần", SWEEP_COLUMNS)
    pages = _table("Trang dự báo của một trường (máy chủ, cả trang, đã chạy nóng)", PAGE_COLUMNS)
    for one in measured:
        mark = "giữ" if one.kept else "KHÔNG GIỮ"
        if isinstance(one, Swept):
            figures = [str(number) for number in (one.students, one.pool, one.cases)]
            figures += [f"{one.seconds:.1f} / {one.limit_seconds:.0f}", f"{one.worked:.1f}"]
            figures += [f"{one.megabytes:.0f} / {one.limit_megabytes:.0f} MB"]
            sweeps.add_row(one.size, one.database, *figures, mark)
        else:
            figures = [str(one.students), f"{one.p95_ms:.0f} / {one.limit_ms:.0f} ms"]
            figures += [f"{value:.0f} ms" for value in (one.median_ms, one.cpu_ms)]
            pages.add_row(one.size, one.database, one.page, *figures, mark)
    Console().print(sweeps)
    Console().print(pages)


WORDS = ("Cỡ", "Cơ sở dữ liệu", "Trang", "")
SWEEP_COLUMNS = ("Cỡ", "Cơ sở dữ liệu", "Người", "Nguồn", "Hồ sơ mở", "Giây", "CPU", "Bộ nhớ", "")
PAGE_COLUMNS = ("Cỡ", "Cơ sở dữ liệu", "Trang", "Người", "p95", "Trung vị", "CPU web", "")


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title)
    for heading in columns:
        table.add_column(heading, justify="left" if heading in WORDS else "right")
    return table


def _sweep_here(url: str) -> None:
    """The sweep as the worker does it: time by the clock, the most memory the process ever had."""
    store = open_store(url, Keys(KEY))
    began, working = time.perf_counter(), time.process_time()
    reckon(store, start_of(TODAY))
    seconds, worked = time.perf_counter() - began, time.process_time() - working
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    print(json.dumps({"seconds": seconds, "worked": worked, "megabytes": int(peak.split()[1]) / 1024}))


if __name__ == "__main__":
    _sweep_here(sys.argv[1])
