"""The admission's road without its law: fixed answers, so that both ways walk the same steps.

The models are the real ones, and so are clocks and documents written with each act; only the verbs of
services are replaced by the words they would say.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import bpmn
from bench.plain import Answers, Plain, PlainModels, Row
from engine import cases
from engine.cases import CaseRow, TaskRow
from engine.clocks import close_clock, open_clock
from engine.documents import add_document
from engine.models.store import deploy
from engine.process import SpecSet
from engine.registry import Registry
from engine.transactions import Store

KIND = "admission"
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)

SERVICES: dict[str, str | list[int]] = {
    "assess_file": "complete",
    "candidate_standing": "new",
    "chain_place": "base_cell",
    "chain_power": "standing",
    "chain_regime": "two_level",
    "check_certificate": "none",
    "checks_state": "open",
    "class_standing": "none",
    "count_attempts": "again",
    "file_state": "new",
    "judge_verification": "clear",
    "list_opinions": [],
    "list_verifications": [],
    "opinion_plan": "sent",
    "probation_standing": "running",
    "reassess_file": "complete",
    "stage_left": "candidacy",
    "verification_plan": "sent",
}
WORDS = {
    "cell_recognition": "recognised",
    "class_result": "passed",
    "file_precheck": "sealed",
    "committee_precheck": "sealed",
    "conclude_history": "certified",
    "board_appraisal": "complete",
    "admission_decision": "admitted",
    "new_member_class": "passed",
    "probation_report": "final",
    "recognition_appraisal": "complete",
    "recognition_decision": "recognised",
}


def word_of(element: str) -> str:
    """The word that leads straight on."""
    return WORDS.get(element, "carried")


@dataclass
class Road:
    """Our way: a store with the admission's models, and the act that is measured."""

    store: Store
    services: dict[str, Any]
    last_subject: int = 0

    @classmethod
    def open(cls, store_of: Callable[[Registry], Store]) -> "Road":
        services: dict[str, Any] = dict(SERVICES)
        registry = Registry(
            services={name: _answer(services, name) for name in services},
            dues=dict.fromkeys(("of_age", "probation_end", "complaint"), _long_past),
            task_clock={"cell_vote": "pace", "committee_resolution": "pace"},
        )
        road = cls(store_of(registry), services)
        with road.store.transaction() as tx:
            deploy(tx, bpmn.files(), kinds=[KIND])
        return road

    def start(self) -> CaseRow:
        self.last_subject += 1
        with self.store.transaction() as tx:
            return cases.start_case(
                tx, KIND, subject_id=self.last_subject, custodian_id=1, on=TODAY, by=1, now=NOW
            )

    def tasks(self, case_id: int) -> list[TaskRow]:
        with self.store.transaction(writing=False) as tx:
            return cases.open_tasks(tx, case_id)

    def act(self, row: TaskRow, word: str | None = None) -> None:
        """One act as the house does it: the task, its clock, the next clock, its document, one commit."""
        with self.store.transaction() as tx:
            done = cases.complete_task(
                tx,
                row.id,
                word or word_of(row.element),
                on=TODAY,
                by=1,
                now=NOW,
                facts={"present": 9, "for": 9},
                edition="2026-08",
                request_key=f"request-{row.id}",
            )
            close_clock(tx, row.case_id, "pace", on=TODAY)
            open_clock(
                tx,
                row.case_id,
                "pace",
                started_on=TODAY,
                due_on=TODAY + timedelta(days=30),
                rule="pace",
                edition="2026-08",
                calendar_version="1",
                act_seq=done.seq,
            )
            add_document(
                tx,
                case_id=row.case_id,
                subject_id=done.case.subject_id,
                type=row.element,
                number=str(row.id),
                on=TODAY,
                organisation_id=row.organisation_id,
                title="Biên bản",
                original=True,
                place="tủ 1",
                by=1,
                now=NOW,
            )

    def steps(self, case_id: int) -> Iterator[TaskRow]:
        """The tasks of a straight walk, each to be done before the next is asked for."""
        while waiting := self.tasks(case_id):
            yield waiting[0]

    def walk_to(self, case_id: int, element: str) -> TaskRow:
        """Walks on until this step is open."""
        for row in self.steps(case_id):
            for one in self.tasks(case_id):
                if one.element == element:
                    return one
            self.act(row)
        raise AssertionError(f"{element} was never reached")


class PlainRoad:
    """The plain way: the library and its JSON in one SQLite row, nothing else."""

    def __init__(self, folder: Path) -> None:
        self.services: dict[str, Any] = dict(SERVICES)
        self.models = PlainModels(bpmn.files(), KIND)
        words = SpecSet.parse(bpmn.files(), KIND).words
        self.answers = Answers(lambda name: self.services[name], lambda name: "2000-01-01", words)
        self.row = Row(str(folder / "plain.db"))

    def start(self) -> None:
        self.row.write(Plain.start(self.models, self.answers).dump())

    def act(self, element: str, word: str | None = None, item: int | None = None) -> int:
        """One act: load, complete, save, commit. Gives the bytes of the state."""
        case = Plain.load(self.row.read(), self.models, self.answers)
        case.complete(element, word or word_of(element), item)
        text = case.dump()
        self.row.write(text)
        return len(text.encode())


def _answer(services: dict[str, Any], name: str) -> Any:
    return lambda tx, case, on: services[name]


def _long_past(*_: object) -> date:
    return date(2026, 11, 1)
