"""A small domain to try the engine with: books lent to readers. Its facts are attributes a test sets."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from engine import cases
from engine.cases import CaseRow, Done, TaskRow
from engine.models.store import deploy
from engine.registry import Registry
from engine.transactions import Store, Transaction

MODELS = Path(__file__).parent / "loan"
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DESK, STORE_ROOM, BRANCH = 1, 2, 3
BY = 7

PLEASANT = {
    "request_book": "chosen",
    "sign_card": "signed",
    "expert_opinion": "for",
    "pack": "packed",
    "mend": "mended",
    "approve_long": "approved",
    "hand_out": "handed",
    "keep_book": "returned",
    "fetch_book": "fetched",
    "hand_on": "handed_on",
}


def files() -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in sorted(MODELS.iterdir()) if path.suffix in (".bpmn", ".dmn")
    }


@dataclass
class Facts:
    """What the services and timers of the library answer; a test changes them as it likes."""

    services: dict[str, Any] = field(
        default_factory=lambda: {
            "check_reader": "reader",
            "shelf_state": "free",
            "list_experts": [],
            "next_volume": "done",
            "stage_left": "lending",
        }
    )
    days: dict[str, date] = field(
        default_factory=lambda: {
            "book_free": TODAY + timedelta(days=10),
            "loan_overdue": TODAY + timedelta(days=30),
        }
    )
    rooms: dict[str, int] = field(default_factory=dict)  # element of the lane's end -> organisation

    def registry(self) -> Registry:
        return Registry(
            services={name: self._service(name) for name in self.services},
            dues={name: self._due(name) for name in self.days},
            place=self._place,
            task_clock={"keep_book": "loan_period", "expert_opinion": "opinion"},
        )

    def _service(self, name: str) -> Any:
        def answer(tx: Transaction, case: CaseRow, on: date) -> Any:
            said = self.services[name]
            if isinstance(said, Exception):
                raise said
            return said

        return answer

    def _due(self, name: str) -> Any:
        return lambda tx, case, on: self.days[name]

    def _place(self, tx: Transaction, case: CaseRow, lane: str, item: int | None, on: date) -> int | None:
        if item is not None:
            return 100 + item
        return self.rooms.get(lane.split("_")[-1], case.custodian_id)


@dataclass
class Library:
    """A store of loans, and short ways to move them."""

    store: Store
    facts: Facts

    @contextmanager
    def tx(self, writing: bool = True) -> Iterator[Transaction]:
        with self.store.transaction(writing, now=NOW) as tx:
            yield tx

    def lend(self, reader: int = 1, **more: Any) -> CaseRow:
        with self.tx() as tx:
            return cases.start_case(
                tx, "loan", subject_id=reader, custodian_id=DESK, on=TODAY, by=BY, now=NOW, **more
            )

    def tasks(self, case_id: int) -> list[TaskRow]:
        with self.tx(writing=False) as tx:
            return cases.open_tasks(tx, case_id)

    def do(self, task_id: int, outcome: str | None, **more: Any) -> Done:
        with self.tx() as tx:
            return cases.complete_task(tx, task_id, outcome, **{"on": TODAY, "by": BY, "now": NOW} | more)

    def walk(self, case_id: int, *, until: str = "", words: Mapping[str, str] = PLEASANT) -> None:
        """Does open tasks, the oldest first, until a task with this name is open or nothing is."""
        for _ in range(200):
            open_now = self.tasks(case_id)
            if not open_now or any(row.element == until for row in open_now):
                return
            self.do(open_now[0].id, words[open_now[0].element])
        raise AssertionError("the loan does not end")

    def task(self, case_id: int, element: str) -> TaskRow:
        return next(row for row in self.tasks(case_id) if row.element == element)

    def case(self, case_id: int) -> CaseRow:
        with self.tx(writing=False) as tx:
            return cases.get_case(tx, case_id)


def open_library(store: Store, facts: Facts) -> Library:
    with store.transaction() as tx:
        deploy(tx, files())
    return Library(store, facts)
