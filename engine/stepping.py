"""One step of one case: hold its row, run its process, write what changed.

The case row is the mutex for everything in the case (FOR UPDATE on PostgreSQL; on SQLite the transaction
itself holds the only write lock), and its version is the second net. What a transaction holds it reads once:
nobody else can change it, and each step leaves it as it then stands (`Transaction.held`). Everything is
written in a few multi-row statements: this is the hot path.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Update, bindparam, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from engine.among import among
from engine.clocks import close_all, due_days
from engine.errors import Conflict, Failure, ModelError
from engine.models.store import ModelRow, specs_of, timer_names
from engine.placing import place_of_task
from engine.process import Functions, OpenItem, Process, SpecSet
from engine.records import case, model, task, timer
from engine.rows import CASE_COLUMNS, TASK_COLUMNS, CaseRow, TaskRow, case_of, open_task_of
from engine.transactions import Transaction

T = TypeVar("T")

NO_SERVICE = "không có dịch vụ mang tên này"
NO_DUE = "không có mốc thời gian mang tên này"

_HELD = (*CASE_COLUMNS, case.c.state, model.c.id, model.c.kind, model.c.sha256)
_CASE = len(CASE_COLUMNS)
_OF_CASE = (
    select(*_HELD)
    .join(model, model.c.id == case.c.model_id)
    .where(case.c.id == bindparam("id"))
    .with_for_update(of=case)
)
_FREE = (
    select(*_HELD)
    .join(model, model.c.id == case.c.model_id)
    .where(among(case.c.id, "cases"))
    .order_by(case.c.id)
    .with_for_update(of=case, skip_locked=True)
)
_TASK = select(*TASK_COLUMNS).where(task.c.id == bindparam("id"))
_TIMERS = (
    select(timer.c.id, timer.c.case_id, timer.c.engine_id, timer.c.name, timer.c.due_at)
    .where(among(timer.c.id, "timers"))
    .order_by(timer.c.due_at, timer.c.id)
)
_WRITTEN = ("version", "words", "stage", "state", "closed_on", "closed_as")


def _writing(*names: str) -> Update:
    of_this = (case.c.id == bindparam("of_case"), case.c.version == bindparam("of_version"))
    return (
        update(case)
        .where(*of_this)
        .values({name: bindparam(f"to_{name}", type_=case.c[name].type) for name in names})
    )


_WRITE, _WRITE_CUSTODIAN = _writing(*_WRITTEN), _writing("version", "custodian_id")
_CLOSE = {
    kind: delete(table).where(
        table.c.case_id == bindparam("of_case"), table.c.engine_id == bindparam("of_engine")
    )
    for kind, table in (("task", task), ("timer", timer))
}
_OPEN_TASK = insert(task).returning(task.c.id)
_OPEN_TASKS = insert(task).returning(task.c.id, sort_by_parameter_order=True)
_OPEN_TIMERS = insert(timer)
_MOVE_TIMERS = (
    update(timer)
    .where(timer.c.case_id == bindparam("of_case"), timer.c.engine_id == bindparam("of_engine"))
    .values(due_at=bindparam("to_due"), attempts=0, retry_at=None, last_error=None)
)


@dataclass(frozen=True)
class Held:
    """A case whose row this transaction holds. `state` is None when the case is closed; `elements`: what is
    open, known only after a step."""

    row: CaseRow
    state: bytes | None
    model: ModelRow
    elements: frozenset[str] | None = None


def hold_case(tx: Transaction, case_id: int) -> Held | None:
    """Holds a case until the end of the transaction; None where there is none."""
    known: Held | None = tx.held.get(case_id)
    if known is None:
        found = tx.execute(_OF_CASE, {"id": case_id}).first()
        if found is None:
            return None
        known = _held(tx, found)
    return known


def hold_free(tx: Transaction, case_ids: Collection[int]) -> set[int]:
    """Holds those of the cases that nobody else has; gives their numbers."""
    asked = set(case_ids) - tx.held.keys()
    for found in tx.execute(_FREE, {"cases": asked}) if asked else ():
        _held(tx, found)
    return set(case_ids) & tx.held.keys()


def hold_task(tx: Transaction, task_id: int) -> tuple[Held, TaskRow] | None:
    """Holds the case of an open task; None where the task is not open (any more)."""
    found = find_task(tx, task_id)
    held = hold_case(tx, found.case_id) if found is not None else None
    return (held, found) if held is not None and found is not None else None


def find_task(tx: Transaction, task_id: int) -> TaskRow | None:
    """A task as its row is now; None where it is not open."""

    def read() -> TaskRow | None:
        row = tx.execute(_TASK, {"id": task_id}).first()
        return open_task_of(row) if row else None

    return tx.once(("task", task_id), read, task)


class Waiting(NamedTuple):
    """A timer of a case."""

    id: int
    case_id: int
    engine_id: int
    name: str
    due_at: datetime


def waiting_timers(tx: Transaction, timer_ids: Collection[int]) -> list[Waiting]:
    """Those of the timers that still wait, the oldest first."""
    return [Waiting(*tuple(row)) for row in tx.execute(_TIMERS, {"timers": timer_ids})]


def _held(tx: Transaction, found: Any) -> Held:
    held = Held(case_of(found[:_CASE]), found[_CASE], ModelRow(*found[_CASE + 1 : _CASE + 4]))
    return keep_held(tx, held)


def keep_held(tx: Transaction, held: Held) -> Held:
    """From now on this is how the case stands for everybody in this transaction."""
    if tx.writing:  # a reading transaction holds nothing
        tx.held[held.row.id] = held
    return held


class Step:
    """One move of a held case. `answers` notes what services and timers said, for the journal."""

    def __init__(self, tx: Transaction, held: Held, *, on: date, now: datetime) -> None:
        self.tx = tx
        self.row = held.row
        self.on = on
        self.now = now
        self.answers: list[list[Any]] = []
        self._process: Process | None = None
        self._before: list[OpenItem] = []
        self._state = held.state
        self._model = held.model
        self._elements = held.elements

    # --- running --------------------------------------------------------------------------------------------

    def begin(self) -> Process:
        """Starts the process of a new case, up to its first open items."""
        self._process = self._guard(lambda: Process.start(self._specs(), self._functions(), self.now))
        return self._process

    @property
    def process(self) -> Process:
        """The process as the last step left it; Conflict where the case is closed."""
        if self._process is None:
            state = self._state
            if not state:
                raise Conflict
            self._process = self._guard(lambda: Process.load(state, self._specs(), self._functions()))
            self._before = self._process.open_items()
        return self._process

    def run(self, move: Callable[[Process], T]) -> T:
        """Makes one move. Whatever breaks inside is a ModelError that names the case; nothing is written."""
        process = self.process
        return self._guard(lambda: move(process))

    def is_open(self, engine_id: int) -> bool:
        """Whether the engine waits at this item. The row that said so may be older than the lock."""
        return bool(self.process) and any(item.engine_id == engine_id for item in self._before)

    def ask_again(self, item: OpenItem) -> date:
        """The first day that a waiting timer would get if the case came to it now."""
        name = timer_names(self._specs()).get(item.element, item.element)
        first_day = self.tx.registry.dues.get(name)
        if first_day is None:
            raise ModelError(item.element, NO_DUE)
        return first_day(self.tx, self._present(), self.on)

    def inputs(self, **move: Any) -> dict[str, Any]:
        """What the journal keeps of this step: the move, the answers, the elements passed."""
        return move | {"answers": self.answers, "trail": list(self.process.trail)}

    def _specs(self) -> SpecSet:
        return specs_of(self.tx, self._model)

    def _guard(self, move: Callable[[], T]) -> T:
        try:
            return move()
        except ModelError as error:
            error.case_id = error.case_id or self.row.id
            raise
        except (Failure, DBAPIError):
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise ModelError(self._where(), reason, case_id=self.row.id) from error

    def _where(self) -> str | None:
        return self.answers[-1][1] if self.answers and len(self.answers[-1]) == 2 else None

    def _functions(self) -> Functions:
        return Functions(service=self._serve, due=self._due)

    def _serve(self, name: str) -> str | list[int]:
        verb = self.tx.registry.services.get(name)
        if verb is None:
            raise ModelError(name, NO_SERVICE)
        answer: list[Any] = ["service", name]
        self.answers.append(answer)  # named before it runs, so that a failure can say where
        result = verb(self.tx, self._present(), self.on)
        answer.append(result)
        return result

    def _due(self, name: str) -> date:
        first_day = self.tx.registry.dues.get(name)
        if first_day is None:
            raise ModelError(name, NO_DUE)
        answer: list[Any] = ["due", name]
        self.answers.append(answer)
        result = first_day(self.tx, self._present(), self.on)
        answer.append(result.isoformat())
        return result

    def _present(self) -> CaseRow:
        """The case as a verb inside the step sees it: with the words said so far."""
        return replace(self.row, words=self._process.words()) if self._process else self.row

    # --- writing --------------------------------------------------------------------------------------------

    def keep(self) -> list[TaskRow]:
        """Writes case, tasks and timers as the process now stands; gives the tasks that were opened."""
        after = self.process.open_items()
        self._write_case(frozenset(item.element for item in after))
        before_ids, after_ids = ({item.engine_id for item in items} for items in (self._before, after))
        self._close([item for item in self._before if item.engine_id not in after_ids])
        opened = self._open([item for item in after if item.engine_id not in before_ids])
        self._move_timers(after)
        if self.row.closed_on is not None:
            close_all(self.tx, self.row.id, self.on)
        return opened

    def keep_custodian(self, custodian_id: int) -> None:
        """Another custodian, and nothing else: the process stays where it is, or closed."""
        row = replace(self.row, custodian_id=custodian_id, version=self.row.version + 1)
        values = {"of_case": row.id, "of_version": self.row.version, "to_version": row.version}
        if self.tx.execute(_WRITE_CUSTODIAN, values | {"to_custodian_id": custodian_id}).rowcount != 1:
            raise Conflict
        self._stands(row, self._state, self._elements)

    def _stands(self, row: CaseRow, state: bytes | None, elements: frozenset[str] | None) -> None:
        self.row, self._state, self._elements = row, state, elements
        keep_held(self.tx, Held(row, state, self._model, elements))

    def _write_case(self, elements: frozenset[str]) -> None:
        ended = self.process.ended_at()
        row = replace(
            self.row,
            version=self.row.version + 1,
            words=self.process.words(),
            stage=self.process.stage() if ended is None else None,
            closed_on=self.on if ended is not None else None,
            closed_as=ended,
        )
        state = self.process.state() if ended is None else None
        values = {f"to_{name}": getattr(row, name) for name in _WRITTEN if name != "state"}
        values |= {"to_state": state, "of_case": row.id, "of_version": self.row.version}
        if self.tx.execute(_WRITE, values).rowcount != 1:
            raise Conflict
        self._stands(row, state, elements)

    def _close(self, items: list[OpenItem]) -> None:
        for kind, statement in _CLOSE.items():
            gone = [
                {"of_case": self.row.id, "of_engine": item.engine_id} for item in items if item.kind == kind
            ]
            if gone:
                self.tx.execute(statement, gone if len(gone) > 1 else gone[0])

    def _open(self, items: list[OpenItem]) -> list[TaskRow]:
        timers = [
            {"case_id": self.row.id, "engine_id": item.engine_id, "name": item.element, "due_at": item.due}
            for item in items
            if item.kind == "timer"
        ]
        if timers:
            self.tx.execute(_OPEN_TIMERS, timers)
        tasks = [item for item in items if item.kind == "task"]
        if not tasks:
            return []
        due = self._due_days(tasks)
        rows = [self._task_row(item, due) for item in tasks]
        adding = self.tx.execute(_OPEN_TASKS, rows) if len(rows) > 1 else self.tx.execute(_OPEN_TASK, rows[0])
        ids = adding.scalars()
        return [TaskRow(id=id, assignee_id=None, **row) for id, row in zip(ids, rows, strict=True)]

    def _task_row(self, item: OpenItem, due: dict[tuple[str, int | None], date]) -> dict[str, Any]:
        lane = item.lane or ""
        clock = self.tx.registry.task_clock.get(item.element, "")
        return {
            "case_id": self.row.id,
            "engine_id": item.engine_id,
            "process": item.process,
            "element": item.element,
            "item": item.item,
            "lane": lane,
            "organisation_id": place_of_task(self.tx, self.row, lane, item.item, self.on),
            "opened_on": self.on,
            "opened_at": self.now,
            "due_on": due.get((clock, item.item)) or due.get((clock, None)),
        }

    def _due_days(self, tasks: list[OpenItem]) -> dict[tuple[str, int | None], date]:
        task_clock = self.tx.registry.task_clock
        names = {task_clock[item.element] for item in tasks if item.element in task_clock}
        return due_days(self.tx, self.row.id) if names else {}

    def _move_timers(self, after: list[OpenItem]) -> None:
        was = {item.engine_id: item.due for item in self._before if item.kind == "timer"}
        moved = [
            {"of_case": self.row.id, "of_engine": item.engine_id, "to_due": item.due}
            for item in after
            if item.kind == "timer" and item.engine_id in was and was[item.engine_id] != item.due
        ]
        if moved:
            self.tx.execute(_MOVE_TIMERS, moved)
