"""The measurements: CPU time of this process; both ways take turns in the same run.

A figure is the median of the faster half of its rounds: the slower half is what other programs on the machine
do to the caches, and it is left out for both ways alike.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from statistics import mean, median
from typing import Any

from sqlalchemy import Table, event, func, select, text

from bench.road import PlainRoad, Road
from engine.records import case, clock, document, journal, task, timer

VERIFICATIONS, OPINIONS = 12, 5
MS = 1000.0


@dataclass
class Figures:
    """Everything that was measured. Times are milliseconds of CPU."""

    ours_ms: float = 0.0  # one completed task with everything, mean over the straight road
    plain_ms: float = 0.0
    ours_by_step_ms: dict[str, float] = field(default_factory=dict)
    plain_by_step_ms: dict[str, float] = field(default_factory=dict)
    ours_first_ms: float = 0.0  # mean of the first quarter of the road
    ours_last_ms: float = 0.0
    statements_most: int = 0
    statements_mean: float = 0.0
    engine_statements_most: int = 0  # without those of clocks and documents
    state_bytes_open: int = 0  # 12 verifications and 5 opinions open
    plain_bytes_open: int = 0
    state_bytes_most: int = 0
    plain_bytes_most: int = 0
    loop_first_ms: float = 0.0  # returning through a loop for the first time and after so many returns
    loop_last_ms: float = 0.0
    loop_returns: int = 0
    loop_state_bytes: int = 0
    plain_loop_first_ms: float = 0.0
    plain_loop_last_ms: float = 0.0
    plain_loop_returns: int = 0
    many_cases: int = 0
    many_ms: float = 0.0  # the same acts, with so many open cases
    few_ms: float = 0.0  # in turns with a database of a few
    inbox_ms: float = 0.0  # a page of 50 with so many open cases
    reference_ms: float = 0.0  # a fixed loop of plain Python: how fast this machine is just now

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def cpu(deed: Callable[[], object]) -> float:
    """Milliseconds of CPU that a deed takes."""
    began = time.process_time()
    deed()
    return (time.process_time() - began) * MS


def typical(times: Iterable[float]) -> float:
    """The median of the faster half."""
    fastest = sorted(times)
    return median(fastest[: (len(fastest) + 1) // 2])


def reference() -> float:
    """How long this machine takes for something that never changes."""
    return min(cpu(lambda: [number * number for number in range(100_000)]) for _ in range(7))


def measure_road(ours: Road, plain: PlainRoad, figures: Figures, rounds: int) -> None:
    """The straight road from end to end, ours and the plain way in turns."""
    mine: dict[str, list[float]] = {}
    theirs: dict[str, list[float]] = {}
    for turn in range(rounds + 1):
        opened = ours.start()
        walked = [(row.element, cpu(lambda row=row: ours.act(row))) for row in ours.steps(opened.id)]  # type: ignore[misc]
        plain.start()
        plainly = [(element, cpu(lambda e=element: plain.act(e))) for element, _ in walked]  # type: ignore[misc]
        if turn:  # the first round warms up
            for times, walk in ((mine, walked), (theirs, plainly)):
                for element, took in walk:
                    times.setdefault(element, []).append(took)
    figures.ours_by_step_ms = {element: typical(times) for element, times in mine.items()}
    figures.plain_by_step_ms = {element: typical(times) for element, times in theirs.items()}
    figures.ours_ms = mean(figures.ours_by_step_ms.values())
    figures.plain_ms = mean(figures.plain_by_step_ms.values())
    by_step = list(figures.ours_by_step_ms.values())
    quarter = len(by_step) // 4
    figures.ours_first_ms, figures.ours_last_ms = mean(by_step[:quarter]), mean(by_step[-quarter:])


@contextmanager
def counted(road: Road) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    said: list[str] = []

    def note(*args: Any) -> None:
        said.append(args[2])

    event.listen(road.store.engine, "before_cursor_execute", note)
    yield said
    event.remove(road.store.engine, "before_cursor_execute", note)


def measure_statements(road: Road, figures: Figures) -> None:
    """Statements of each act on the straight road, apart from BEGIN and COMMIT."""
    opened = road.start()
    all_counts, engine_counts = [], []
    for row in road.steps(opened.id):
        with counted(road) as said:
            road.act(row)
        all_counts.append(len(said))
        engine_counts.append(len([one for one in said if not _of_the_verb(one)]))
    figures.statements_most = max(all_counts)
    figures.statements_mean = mean(all_counts)
    figures.engine_statements_most = max(engine_counts)


def _of_the_verb(statement: str) -> bool:
    return any(
        mark in statement for mark in ("UPDATE clock", "INSERT INTO clock", "INTO document", "SET due_on")
    )


def measure_state(road: Road, plain: PlainRoad, figures: Figures) -> None:
    """The saved state with everything open at once, and at its largest on the straight road."""
    road.services |= {
        "list_verifications": list(range(101, 101 + VERIFICATIONS)),
        "list_opinions": list(range(201, 201 + OPINIONS)),
    }
    plain.services = road.services
    opened = road.start()
    plain.start()
    for row in road.steps(opened.id):
        if row.element in ("verification_reply", "opinion_reply"):
            break
        road.act(row)
        figures.plain_bytes_open = plain.act(row.element)
    waiting = [row.element for row in road.tasks(opened.id)]
    assert (waiting.count("verification_reply"), waiting.count("opinion_reply")) == (VERIFICATIONS, OPINIONS)
    figures.state_bytes_open = state_bytes(road, opened.id)
    for row in road.steps(opened.id):
        figures.state_bytes_most = max(figures.state_bytes_most, state_bytes(road, opened.id))
        road.act(row)
        figures.plain_bytes_most = max(figures.plain_bytes_most, plain.act(row.element, item=row.item))
    road.services |= {"list_verifications": [], "list_opinions": []}


def state_bytes(road: Road, case_id: int) -> int:
    with road.store.transaction(writing=False) as tx:
        return int(tx.execute(select(func.length(case.c.state)).where(case.c.id == case_id)).scalar_one())


def measure_loop(road: Road, plain: PlainRoad, figures: Figures, returns: int) -> None:
    """A vote put off again and again; then that case in turns with one that was put off only now.

    The plain way gets a quarter of the rounds: it grows too slow.
    """
    old, new = road.start().id, road.start().id
    plain.start()
    for row in road.steps(old):
        if row.element == "cell_vote":
            break
        road.act(row)
        plain.act(row.element)
    road.walk_to(new, "cell_vote")
    theirs = [cpu(lambda: plain.act("cell_vote", "postponed")) for _ in range(returns // 4)]
    for _ in range(returns):
        _put_off(road, old)
    first, last = zip(*((_put_off(road, new), _put_off(road, old)) for _ in range(20)), strict=True)
    figures.loop_first_ms, figures.loop_last_ms = typical(first), typical(last)
    figures.loop_returns, figures.loop_state_bytes = returns, state_bytes(road, old)
    figures.plain_loop_first_ms, figures.plain_loop_last_ms = typical(theirs[:5]), typical(theirs[-5:])
    figures.plain_loop_returns = len(theirs)


def _put_off(road: Road, case_id: int) -> float:
    [row] = road.tasks(case_id)
    return cpu(lambda: road.act(row, "postponed"))


STATIONS = ("record_consent", "enrol_class", "helper_letter", "cell_vote", "self_review")


def measure_many(few: Road, many: Road, figures: Figures, count: int, acts: int) -> None:
    """The same acts in turns: in a small database, and in one with so many open cases really made."""
    for station in STATIONS:
        original = many.start()
        many.walk_to(original.id, station)
        copy_case(many, original.id, count // len(STATIONS))
    with many.store.transaction(writing=False) as tx:
        open_now = select(func.count()).select_from(case).where(case.c.closed_on.is_(None))
        figures.many_cases = int(tx.execute(open_now).scalar_one())
    small: list[float] = []
    large: list[float] = []
    for station in STATIONS:
        took: list[tuple[float, float]] = []
        for turn in range(acts):
            here = few.walk_to(few.start().id, station)
            there = _some_task(many, station, turn)
            took.append((cpu(lambda r=here: few.act(r)), cpu(lambda r=there: many.act(r))))  # type: ignore[misc]
        small.append(typical(one for one, _ in took))
        large.append(typical(one for _, one in took))
    figures.few_ms, figures.many_ms = mean(small), mean(large)
    page = select(task).where(task.c.organisation_id == 7).order_by(task.c.due_on, task.c.id).limit(50)
    with many.store.transaction(writing=False) as tx:
        figures.inbox_ms = typical(cpu(lambda: tx.execute(page).all()) for _ in range(30))


def _some_task(road: Road, element: str, turn: int) -> Any:
    """An open task of this step from the middle of a large table, another one each turn."""
    with road.store.transaction(writing=False) as tx:
        bounds = tx.execute(select(func.min(task.c.id), func.max(task.c.id))).one()
        middle = bounds[0] + (bounds[1] - bounds[0]) * ((turn * 37 + 11) % 97) // 97
        near = select(task.c.id, task.c.case_id).where(task.c.element == element)
        after = tx.execute(near.where(task.c.id >= middle).limit(1)).first()
        found = after or tx.execute(near.order_by(task.c.id.desc()).limit(1)).one()
    return next(row for row in road.tasks(found.case_id) if row.id == found.id)


ORGANISATIONS = 500
COPIED = (case, task, timer, clock, journal, document)


def copy_case(road: Road, case_id: int, copies: int) -> None:
    """So many copies of a case with its rows, made by SQL, spread over organisations."""
    counting = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :copies)"
    with road.store.transaction() as tx:
        tx.execute(text("CREATE TEMP TABLE IF NOT EXISTS numbers (i INTEGER PRIMARY KEY)"))
        tx.execute(text("DELETE FROM numbers"))
        tx.execute(text(f"INSERT INTO numbers {counting} SELECT i FROM n"), {"copies": copies})
        base = int(tx.execute(select(func.max(case.c.id))).scalar_one())
        for table in COPIED:
            tx.execute(text(_copying(table)), {"base": base, "of_case": case_id})
    road.last_subject = base + copies


def _copying(table: Table) -> str:
    number = "id" if table is case else "case_id"
    anew = {
        number: ":base + i",
        "subject_id": ":base + i",
        "custodian_id": f"1 + i % {ORGANISATIONS}",
        "organisation_id": f"1 + i % {ORGANISATIONS}",
    }
    names = [column.name for column in table.columns if column.name != "id" or table is case]
    values = ", ".join(anew.get(name, f't."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    return (
        f'INSERT INTO "{table.name}" ({columns}) SELECT {values} '
        f'FROM "{table.name}" AS t, numbers WHERE t."{number}" = :of_case'
    )
