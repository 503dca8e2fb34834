"""Adoption: a paper case that runs already enters the program at any step.

Its acts, with number and date, are replayed along the same path as every act and marked "before the
system"; only clocks that still run are kept, and nobody is told of the past. A history that cannot have
been is refused as a list: which act, which field, why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete

from engine import cases, journal
from engine.clocks import open_clocks
from engine.errors import Failure, InvalidAnswers, NotAllowed, NotLawful, Text
from engine.records import clock
from engine.rows import CaseRow, TaskRow
from engine.time import day_of
from engine.transactions import Transaction
from workflows import access
from workflows.admission import notices
from workflows.admission.choices import OUTCOMES
from workflows.admission.path import Confirmation, begin, perform
from workflows.admission.side_acts import open_admission
from workflows.admission.step import PARTY
from workflows.admission.steps import STEPS
from workflows.organisations.kinds import PARTY_CELL
from workflows.organisations.queries import organisations_of_kind

ON_PAPER = "Theo hồ sơ giấy, trước khi dùng chương trình."
MOST_STEPS = 60  # implied steps between two papers; the longest stretch of the road is far shorter


@dataclass(frozen=True)
class PaperAct:
    """One act as the paper says it: the step, what came out, the day, the number, and what else it asks."""

    element: str
    on: date
    outcome: str | None = None
    number: str | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)


# Steps without a paper of their own: what a later paper shows to have been done, with the usual outcome.
IMPLIED: Mapping[str, Mapping[str, Any]] = {
    "record_consent": {"outcome": "agreed", "paper": ON_PAPER},
    "confirm_source": {"outcome": "confirmed"},
    "branch_vote": {"outcome": "carried"},
    "union_exec_vote": {"outcome": "carried"},
    "cell_recognition": {"outcome": "recognised"},
    "enrol_class": {"outcome": "enrolled"},
    "application": {"outcome": "submitted"},
    "personal_history": {"outcome": "submitted"},
    "file_precheck": {"outcome": "sealed"},
    "committee_precheck": {"outcome": "sealed"},
    "helper_letter": {"outcome": "signed"},
    "send_verifications": {"outcome": "none_needed", "reason": ON_PAPER},
    "request_opinions": {"outcome": "sent", "givers": [{"giver": "residence", "addressee": ON_PAPER}]},
    "opinion_reply": {"outcome": "answered", "answer": "favourable"},
    "summarise_opinions": {"outcome": "favourable"},
    "section_appraisal": {"outcome": "proposed"},
    "board_appraisal": {"outcome": "complete"},
    "decision_received": {"outcome": "received"},
    "probation_report": {"outcome": "final", "content": ON_PAPER},
    "self_review": {"outcome": "submitted"},
    "helper_remark": {"outcome": "signed", "content": ON_PAPER},
    "probation_opinions": {"outcome": "summarised"},
    "section_review": {"outcome": "proposed"},
    "recognition_appraisal": {"outcome": "complete"},
}


def adopt(
    tx: Transaction,
    student_id: int,
    papers: Sequence[PaperAct],
    *,
    by: int,
    now: datetime,
    cell_id: int | None = None,
) -> CaseRow:
    """Open a student's case and drive it to where its papers say it stands.

    Raises InvalidAnswers with fields `0.on`, `3.number` … (the place of the act in the list), NotFound,
    NotAllowed, Conflict. The caller's transaction undoes everything then.
    """
    access.require(tx, by, "student.nominate", access.Student(student_id), day_of(now))
    may_adopt(tx, by, cell_id, day_of(now))
    refuse_unsound(papers, day_of(now))
    opened = open_admission(
        tx, student_id, by=by, on=papers[0].on, now=now, cell_id=cell_id, before_system=True
    )
    replay_papers(tx, opened.id, papers, by=by, now=now)
    return settle(tx, opened.id, len(papers), by=by, now=now)


def replay_papers(
    tx: Transaction, case_id: int, papers: Sequence[PaperAct], *, by: int, now: datetime
) -> None:
    """One after the other; a history that cannot have been is InvalidAnswers at the act's place."""
    for place, paper in enumerate(papers):
        try:
            replay_act(tx, case_id, paper, by=by, now=now)
        except Failure as failure:
            raise InvalidAnswers(named(place, paper, failure)) from failure


def may_adopt(tx: Transaction, by: int, cell_id: int | None, today: date) -> None:
    """The Party's acts are taken over by the Party's own clerks, for a cell that stands today."""
    if not any(seat.position in PARTY for seat in access.acting_for(tx, by, today)):
        raise NotAllowed(Text("Chỉ cán bộ của tổ chức đảng tiếp nhận được hồ sơ giấy đang làm dở."))
    if cell_id is not None and cell_id not in {
        row.id for row in organisations_of_kind(tx, PARTY_CELL, today)
    }:
        raise InvalidAnswers({"cell": [Text("Nơi theo dõi hồ sơ phải là một chi bộ đang hoạt động.")]})


def refuse_unsound(papers: Sequence[PaperAct], today: date) -> None:
    """What a look at the list alone shows: all faults at once."""
    faults: dict[str, list[Text]] = {}
    if not papers:
        faults["papers"] = [Text("Cần ít nhất một văn bản có ngày.")]
    for place, paper in enumerate(papers):
        if paper.element not in STEPS:
            faults[f"{place}.element"] = [Text("Không có bước “{step}”.", step=paper.element)]
            continue
        words = [word for word, _label in OUTCOMES[paper.element]]
        if paper.outcome is not None and paper.outcome not in words:
            faults[f"{place}.outcome"] = [Text("Bước này không có kết quả “{word}”.", word=paper.outcome)]
        if paper.on > today:
            faults[f"{place}.on"] = [Text("Ngày {day} ở tương lai.", day=f"{paper.on:%d/%m/%Y}")]
    if faults:
        raise InvalidAnswers(faults)


def replay_act(tx: Transaction, case_id: int, paper: PaperAct, *, by: int, now: datetime) -> None:
    """Do the act on the open task of its step; steps before it that have no paper are implied."""
    for _ in range(MOST_STEPS):
        open_tasks = cases.open_tasks(tx, case_id)
        wanted = next((task for task in open_tasks if task.element == paper.element), None)
        if wanted is not None:
            outcome = paper.outcome or OUTCOMES[paper.element][0][0]  # unsaid: the one that goes on
            answers = {"outcome": outcome, "on": paper.on, "number": paper.number, **paper.answers}
            perform_on_paper(tx, wanted, answers, by=by, now=now, implied=False)
            return
        between = next((task for task in open_tasks if task.element in IMPLIED), None)
        if between is None:
            raise InvalidAnswers({"element": [unreachable(paper, open_tasks)]})
        answers = {**IMPLIED[between.element], "on": paper.on}
        perform_on_paper(tx, between, answers, by=by, now=now, implied=True)
    raise InvalidAnswers({"element": [unreachable(paper, cases.open_tasks(tx, case_id))]})


def perform_on_paper(
    tx: Transaction, task: TaskRow, answers: Mapping[str, Any], *, by: int, now: datetime, implied: bool
) -> None:
    acting = begin(tx, task, answers, by=by, now=now, before_system=True)
    if implied:
        acting.facts |= {"implied": True}
    perform(acting, task, STEPS[task.element], Confirmation("paper"))


def unreachable(paper: PaperAct, open_tasks: Sequence[TaskRow]) -> Text:
    """Says what the case waits for instead."""
    waiting = ", ".join(f"“{STEPS[task.element].label}”" for task in open_tasks)
    return Text(
        "Chưa thể đến bước “{step}”: hồ sơ còn chờ {waiting}. Hãy ghi văn bản của bước đó trước.",
        step=STEPS[paper.element].label,
        waiting=waiting or "đến ngày đủ điều kiện",
    )


def named(place: int, paper: PaperAct, failure: Failure) -> dict[str, list[Text]]:
    """The faults of one act under its place in the list."""
    if isinstance(failure, InvalidAnswers):
        return {f"{place}.{name}": texts for name, texts in failure.fields.items()}
    if isinstance(failure, NotLawful):
        return {f"{place}.on": [unmet.text for unmet in failure.unmet]}
    return {f"{place}.element": [failure.text]}


def settle(tx: Transaction, case_id: int, papers: int, *, by: int, now: datetime) -> CaseRow:
    """Only clocks that still run have ever started here; the present step is told of, the past is not."""
    tx.execute(delete(clock).where(clock.c.case_id == case_id, clock.c.closed_on.is_not(None)))
    journal.append(
        tx,
        case_id,
        "adoption",
        on=day_of(now),
        by=by,
        now=now,
        facts={"papers": papers, "clocks": [running.name for running in open_clocks(tx, case_id)]},
    )
    notices.tell_opened(tx, cases.open_tasks(tx, case_id), now=now)
    return cases.get_case(tx, case_id)
