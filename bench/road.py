"""The admission's road without its law: fixed answers, so that both ways walk the same steps.

The models are the real ones, and so are clocks and documents written with each act; only the verbs of
services are replaced by the words they would say.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

import bpmn
from engine import cases
from engine.cases import CaseRow, TaskRow
from engine.clocks import close_clock, open_clock
from engine.documents import add_document
from engine.models.store import deploy
from engine.records import task
from engine.registry import Registry
from engine.rows import TASK_COLUMNS, open_task_of
from engine.transactions import Store, Transaction

KIND = "admission"
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
VERIFICATIONS, OPINIONS = 12, 5

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
    "class_result": "passed",
    "conclude_history": "certified",
    "admission_decision": "admitted",
    "board_appraisal": "complete",
    "recognition_appraisal": "complete",
    "recognition_decision": "recognised",
    "new_member_class": "passed",
    "probation_report": "final",
    "cell_recognition": "recognised",
    "file_precheck": "sealed",
    "committee_precheck": "sealed",
}


def word_of(element: str) -> str:
    """The word that leads straight on."""
    return WORDS.get(element, "carried")


@dataclass
class Road:
    """A store with the admission's models, and the act that is measured."""

    store: Store
    services: dict[str, str | list[int]] = field(default_factory=lambda: dict(SERVICES))
    next_subject: int = 1

    def start(self) -> CaseRow:
        self.next_subject += 1
        with self.store.transaction() as tx:
            return cases.start_case(
                tx, KIND, subject_id=self.next_subject, custodian_id=1, on=TODAY, by=1, now=NOW
            )

    def tasks(self, case_id: int) -> list[TaskRow]:
        with self.store.transaction(writing=False) as tx:
            query = select(*TASK_COLUMNS).where(task.c.case_id == case_id).order_by(task.c.id)
            return [open_task_of(row) for row in tx.execute(query)]

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
            if done.case.closed_on is None:
                self._clocks_and_paper(tx, row, done)

    def _clocks_and_paper(self, tx: Transaction, row: TaskRow, done: cases.Done) -> None:
        close_clock(tx, row.case_id, "pace", on=TODAY)
        rule: dict[str, Any] = {"rule": "pace", "edition": "2026-08", "calendar_version": "1"}
        due = TODAY + timedelta(days=30)
        open_clock(tx, row.case_id, "pace", started_on=TODAY, due_on=due, act_seq=done.seq, **rule)
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

    def walk_to(self, case_id: int, element: str) -> list[TaskRow]:
        """Goes on by the oldest task until this step is open; gives the open tasks."""
        for _ in range(200):
            open_now = self.tasks(case_id)
            if any(row.element == element for row in open_now):
                return open_now
            self.act(open_now[0])
        raise AssertionError(f"{element} was never reached")


def open_road(store_of: Any) -> Road:
    """A road whose services answer by the road's own table, which a measurement may change."""
    road = Road.__new__(Road)
    services = dict(SERVICES)
    registry = Registry(
        services={name: _answer(services, name) for name in services},
        dues=dict.fromkeys(("of_age", "probation_end", "complaint"), _past),
        task_clock={"cell_vote": "pace", "committee_resolution": "pace"},
    )
    store = store_of(registry)
    with store.transaction() as tx:
        deploy(tx, bpmn.files(), kinds=[KIND])
    road.__init__(store, services)  # type: ignore[misc]
    return road


def _answer(services: dict[str, Any], name: str) -> Any:
    return lambda tx, case, on: services[name]


def _past(tx: Transaction, case: CaseRow, on: date) -> date:
    return date(2026, 11, 1)
