"""A season of graduation: thousands of leavers prepared, offered and accepted in lists, letters afterwards.

The leavers are those of the demonstration with their open cases, copied with their rows; everything done to
them takes the way of the pages: a list, its form, the trial of each line, the start, the work; trials and
work are the worker processes', as where a page was closed. Beside it the single verbs in a loop.
"""

import logging
import os
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from bench.desk import open_store
from bench.leavers import crowd_of_leavers
from bench.province import TODAY, live_through, move
from bench.server import postgresql
from bench.working import KEYS, start
from engine.records import case, incident, task
from engine.time import start_of
from engine.transactions import Store, Transaction
from workflows.access.standing_in import able_at, desk_of
from workflows.bulk import choosing, orders
from workflows.bulk.answers import Typed
from workflows.bulk.queries import find_batch, lines_of
from workflows.bulk.records import BARRED, CHECKING, KEPT, RUNNING, batch, batch_line
from workflows.bulk.running import advance
from workflows.bulk.table import MOST_LINES
from workflows.jobs import JOBS
from workflows.organisations.queries import tree_of
from workflows.season.letters import JOB as DRAW
from workflows.season.letters import left_to_draw
from workflows.season.preparing import prepare_many
from workflows.transfers import verbs
from workflows.transfers.custody import last_step
from workflows.transfers.records import custody, handover, handover_offer
from workflows.transfers.taking import cells_under

LEAVERS, ON_SQLITE, QUICK, SINGLY, SECONDS = 5_000, 1_000, 200, 40, 180.0
PROCESSES = 2
POSITIONS = ("secretary", "deputy_secretary")
NOW = start_of(TODAY) + timedelta(hours=3)
ON_A_PAGE = 1.5
LATER = NOW + timedelta(minutes=5)  # the worker's clock: every page was closed long ago
Say = Callable[[str], None]
Lists = list[int]


@dataclass(frozen=True)
class Phase:
    """One phase for all leavers. `cpu_s`: of this process and the workers; the database server's is not seen.

    `singly_ms`: the same by the verb of the single form, a line, without a trial."""

    name: str
    lines: int
    seconds: float
    cpu_s: float
    singly_ms: float = 0.0
    trial: bool = False  # the preview before somebody says yes

    @property
    def each_ms(self) -> float:
        return self.seconds / max(self.lines, 1) * 1000


@dataclass
class Season:
    """What came of one run."""

    database: str
    leavers: int
    processes: int
    phases: list[Phase] = field(default_factory=list)
    letters: Phase | None = None
    whole: bool = False  # every leaver has one acceptance and one new custodian, nothing broke

    @property
    def seconds(self) -> float:
        """Of what is done once the lists were confirmed."""
        return sum(phase.seconds for phase in self.phases if not phase.trial)

    @property
    def trials(self) -> float:
        """Seconds of the previews: every line done in full and undone."""
        return sum(phase.seconds for phase in self.phases if phase.trial)

    @property
    def promised(self) -> bool:
        """Three minutes on PostgreSQL for the work; of an embedded database only that all are done."""
        return self.whole and (self.seconds <= SECONDS or self.database == "sqlite")


def measure_season(folder: Path, say: Say, *, quick: bool = False) -> Iterator[Season]:
    """On PostgreSQL with all leavers, on SQLite with fewer."""
    logging.disable(logging.WARNING)
    first = open_store(f"sqlite:///{folder / 'season.db'}", KEYS)
    live_through(first, say)
    with postgresql(durable=True) as url:
        if url:
            large = open_store(url, KEYS)
            move(first, large)
            yield _live(large, url, QUICK if quick else LEAVERS, PROCESSES, say)
            large.engine.dispose()
    yield _live(first, str(first.engine.url), QUICK if quick else ON_SQLITE, 1, say)
    first.engine.dispose()


def _live(store: Store, url: str, count: int, processes: int, say: Say) -> Season:
    students = crowd_of_leavers(store, count + SINGLY)
    alone, many = students[:SINGLY], students[SINGLY:]
    season = Season(store.engine.dialect.name, len(many), processes)
    say(f"{season.database}: từng người một")
    single = _one_by_one(store, alone)
    with _Workers(url, processes) as workers:
        for name, make in STEPS.items():
            say(f"{season.database}: {name}")
            season.phases += _phase(store, workers, name, make, many, single[name])
    say(f"{season.database}: giấy")
    season.letters = _letters(store, url, processes)
    season.whole = _each_once(store, many)
    return season


# --- the lists of each step, as their users make them


def _to_prepare(tx: Transaction, students: Sequence[int]) -> Lists:
    """A list for each cell that answers, or several where it has many leavers."""
    holders = select(case.c.custodian_id, case.c.subject_id).where(
        case.c.subject_id.in_(students), case.c.kind == "admission"
    )
    own: dict[int, list[int]] = {}
    for holder, student in (tuple(row) for row in tx.execute(holders)):
        own.setdefault(holder, []).append(student)
    mine = set(tree_of(tx).nodes)
    return [
        prepare_many(tx, some, mine=mine, moved_on=TODAY, by=_user(tx, holder), now=NOW)
        for holder, those in sorted(own.items())
        for some in _parts(those)
    ]


def _to_offer(tx: Transaction, students: Sequence[int]) -> Lists:
    typed = {"outcome": "offered", "on": TODAY.isoformat(), "numbering": "each"}
    return _lists(tx, verbs.OFFER, students, lambda _line: {}, typed)


def _to_answer(tx: Transaction, students: Sequence[int]) -> Lists:
    typed = {"outcome": "accepted", "on": TODAY.isoformat()}
    return _lists(tx, verbs.ANSWER, students, lambda line: _taking(tx, line), typed)


STEPS: dict[str, Callable[[Transaction, Sequence[int]], Lists]] = {
    "chuẩn bị": _to_prepare,
    "giới thiệu": _to_offer,
    "tiếp nhận": _to_answer,
}


def _lists(
    tx: Transaction,
    element: str,
    students: Sequence[int],
    own: Callable[[Any], dict[str, str]],
    typed: dict[str, str],
) -> Lists:
    """Tasks ticked by who does them, sorted into lists by the program, filled in."""
    waiting = (
        select(task.c.organisation_id, task.c.id)
        .join(case, case.c.id == task.c.case_id)
        .where(task.c.element == element, case.c.subject_id.in_(students))
        .order_by(task.c.organisation_id, task.c.id)
    )
    owed: dict[int, list[int]] = {}
    for owing, task_id in (tuple(row) for row in tx.execute(waiting)):
        owed.setdefault(owing, []).append(task_id)
    made = []
    for owing, those in owed.items():
        by = _user(tx, owing)
        for some in _parts(those):
            chosen = choosing.sort_tasks(tx, some, by=by, on=TODAY)
            [(group, rows)] = chosen.groups.items()
            number = choosing.create(tx, group, rows, by=by, now=NOW)
            said = {str(line.id): own(line) for line in lines_of(tx, number)}
            sent = Typed(typed, {line: answers for line, answers in said.items() if answers})
            orders.refuse_form(tx, number, sent, now=NOW)
            orders.fill_in(tx, number, sent, now=NOW)
            made.append(number)
    return made


def _parts(those: list[int]) -> list[list[int]]:
    return [those[start : start + MOST_LINES] for start in range(0, len(those), MOST_LINES)]


def _user(tx: Transaction, organisation_id: int) -> int:
    """A secretary of the organisation, or of whoever stands in for it."""
    desk = desk_of(tx, organisation_id, TODAY)
    return able_at(tx, desk or organisation_id, POSITIONS, TODAY)[0].user_id


def _taking(tx: Transaction, line: Any) -> dict[str, str]:
    """The first cell of the receiver; the number of the paper where another desk types its answer."""
    query = select(handover.c.receiver_id).where(handover.c.case_id == line.case_id)
    receiver = tx.execute(query).scalar_one()
    said = {"cell_id": str(cells_under(tree_of(tx), receiver, TODAY)[0])}
    return said if desk_of(tx, receiver, TODAY) == receiver else said | {"number": "12-CV/ĐU"}


# --- the phases


def _phase(
    store: Store,
    workers: "_Workers",
    name: str,
    make: Callable[[Transaction, Sequence[int]], Lists],
    students: Sequence[int],
    singly_ms: float,
) -> Iterator[Phase]:
    """The form and the trial of every line; then the work."""
    with _Watch(workers) as watch:
        with store.transaction() as tx:
            numbers = make(tx, students)
        _as_pages(store, numbers)
        _wait(store, numbers, CHECKING)
    yield Phase(f"{name}: xem trước", len(students), watch.seconds, watch.cpu_s, trial=True)
    with _Watch(workers) as watch:
        for number in numbers:
            _none_barred(store, number)
            with store.transaction() as tx:
                orders.start(tx, number, find_batch(tx, number).revision, now=NOW)
        _as_pages(store, numbers)
        _wait(store, numbers, RUNNING)
    ours = (batch_line.c.batch_id.in_(numbers), batch_line.c.state == KEPT)
    kept = _count(store, select(func.count()).where(*ours))
    assert kept == len(students), (name, kept, len(students), _why_not(store, numbers))
    yield Phase(f"{name}: ghi", len(students), watch.seconds, watch.cpu_s, singly_ms)


def _why_not(store: Store, numbers: Lists) -> list[Any]:
    with store.transaction(writing=False) as tx:
        return [line.why for number in numbers for line in lines_of(tx, number) if line.state != KEPT][:3]


def _none_barred(store: Store, number: int) -> None:
    """The preview says that every line can be done; else this measures something else."""
    with store.transaction(writing=False) as tx:
        why = [line.why for line in lines_of(tx, number) if line.state == BARRED]
    assert not why, (number, len(why), why[0])


def _as_pages(store: Store, numbers: Lists) -> None:
    """The page that a form leads to does some lines before it answers; then it is closed."""
    for number in numbers:
        advance(store, number, now=NOW, seconds=ON_A_PAGE)


def _wait(store: Store, numbers: Lists, state: str) -> None:
    under_way = select(func.count()).where(batch.c.id.in_(numbers), batch.c.state == state)
    while _count(store, under_way):
        time.sleep(0.2)


def _count(store: Store, query: Any) -> int:
    with store.transaction(writing=False) as tx:
        return int(tx.execute(query).scalar_one())


def _letters(store: Store, url: str, processes: int) -> Phase:
    """Every letter of the season, drawn by the worker once the last answer is in."""
    waiting = _left_to_draw(store)
    with _Workers(url, processes, DRAW) as workers, _Watch(workers) as watch:
        while _left_to_draw(store):
            time.sleep(0.2)
    return Phase("giấy giới thiệu", waiting, watch.seconds, watch.cpu_s)


def _left_to_draw(store: Store) -> int:
    with store.transaction(writing=False) as tx:
        return left_to_draw(tx, LATER)


def _one_by_one(store: Store, students: Sequence[int]) -> dict[str, float]:
    """Milliseconds a line, each verb in a transaction of its own."""
    took: dict[str, float] = {}
    for name, do in SINGLE.items():
        began = time.perf_counter()
        for student in students:
            with store.transaction() as tx:
                do(tx, student)
        took[name] = (time.perf_counter() - began) / len(students) * 1000
    return took


def _prepare_one(tx: Transaction, student: int) -> None:
    holder = last_step(tx, student).organisation_id
    home = next(one for one in tree_of(tx).nodes.values() if one.kind == "commune_committee")
    said = {"on": TODAY, "moved_because": "graduated", "moved_on": TODAY, "receiver_id": home.id}
    verbs.prepare(tx, student, said, by=_user(tx, holder), now=NOW)


def _offer_one(tx: Transaction, student: int) -> None:
    found, owing = _moving(tx, student)
    verbs.offer(tx, found, {"on": TODAY, "take_number": True}, by=_user(tx, owing), now=NOW)


def _accept_one(tx: Transaction, student: int) -> None:
    found, owing = _moving(tx, student)
    cell = cells_under(tree_of(tx), owing, TODAY)[0]
    verbs.accept(tx, found, {"on": TODAY, "cell_id": cell}, by=_user(tx, owing), now=NOW)


SINGLE = {"chuẩn bị": _prepare_one, "giới thiệu": _offer_one, "tiếp nhận": _accept_one}


def _moving(tx: Transaction, student: int) -> tuple[int, int]:
    """The handover under way, and who owes its step."""
    query = (
        select(handover.c.case_id, task.c.organisation_id)
        .join(task, task.c.case_id == handover.c.case_id)
        .where(handover.c.student_id == student)
    )
    found: tuple[int, int] = tuple(tx.execute(query).one())  # type: ignore[assignment]
    return found


def _each_once(store: Store, students: Sequence[int]) -> bool:
    o, c = handover_offer.c, custody.c
    accepted = select(func.count(), func.count(o.student_id.distinct())).where(
        o.student_id.in_(students), o.answer == "accepted"
    )
    handed = select(func.count()).where(c.student_id.in_(students), c.seq == 2)
    with store.transaction(writing=False) as tx:
        offers, people = tx.execute(accepted).one()
        broken = tx.execute(select(func.count()).select_from(incident)).scalar_one()
        return offers == people == len(students) == tx.execute(handed).scalar_one() and not broken


# --- processes


class _Workers:
    """Worker processes, and the CPU seconds that they have used."""

    def __init__(self, url: str, count: int, *jobs: str) -> None:
        jobs = jobs or tuple(job.name for job in JOBS if not job.by_day)  # all but the letters
        self.running = [start(url, LATER, *jobs) for _ in range(count)]

    def __enter__(self) -> "_Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for pid in self.running:
            os.kill(pid, 15)
        for pid in self.running:
            os.wait4(pid, 0)

    def cpu_s(self) -> float:
        return sum(_cpu_of(pid) for pid in self.running)


def _cpu_of(pid: int) -> float:
    parts = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


class _Watch:
    """Seconds by the clock, and of the CPU, from its beginning to its end."""

    def __init__(self, workers: _Workers) -> None:
        self.workers = workers
        self.seconds = self.cpu_s = 0.0

    def __enter__(self) -> "_Watch":
        self.seconds, self.cpu_s = -time.monotonic(), -self._used()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds += time.monotonic()
        self.cpu_s += self._used()

    def _used(self) -> float:
        own = resource.getrusage(resource.RUSAGE_SELF)
        return own.ru_utime + own.ru_stime + self.workers.cpu_s()


def season_verdicts(seasons: Sequence[Season]) -> dict[str, dict[str, float | bool]]:
    return {
        f"{one.leavers} người ra trường, {one.database}": {
            "limit": SECONDS,
            "measured": round(one.seconds, 1),
            "kept": one.promised,
        }
        for one in seasons
    }


def print_season(seasons: Sequence[Season]) -> None:
    """Each phase with its seconds and CPU, a line, beside the single verb; the sum; the letters apart."""
    for one in seasons:
        title = f"Mùa tốt nghiệp, {one.database}: {one.leavers} người, {one.processes} tiến trình nền"
        table = Table(title=title)
        for heading in ("Phần", "Giây", "CPU (không kể máy chủ CSDL)", "Mỗi người", "Làm lẻ"):
            table.add_column(heading, justify="left" if heading == "Phần" else "right")
        for phase in (*one.phases, *([one.letters] if one.letters else ())):
            single = f"{phase.singly_ms:.1f} ms" if phase.singly_ms else ""
            figures = (f"{phase.seconds:.1f}", f"{phase.cpu_s:.1f}", f"{phase.each_ms:.1f} ms", single)
            table.add_row(phase.name, *figures)
        kept = "giữ" if one.promised else "KHÔNG GIỮ"
        whole = "mỗi người một lần" if one.whole else "KHÔNG trọn"
        table.add_row("Ba lần xem trước", f"{one.trials:.1f}", "", "", "")
        table.add_row("Ba lần ghi", f"{one.seconds:.1f} / {SECONDS:.0f}", "", kept, whole)
        Console().print(table)
