"""The legal clocks of an admission: which rule makes each, and starting, stopping, extending them.

A clock is a row of the engine; its due day and the sum behind it come from workflows.rules.deadlines.
In adoption only clocks that still run are started, so starts and stops are collected first.
"""

from datetime import date
from typing import Any

from engine import clocks
from engine.errors import Conflict, Text
from engine.transactions import Transaction
from workflows.admission import history
from workflows.admission.acting import Acting
from workflows.rules import deadlines
from workflows.rules.editions import Edition

# Clock → the words for it on pages and papers.
LABELS = {
    "verification": "Thẩm tra lý lịch",
    "admission_decision": "Quyết định kết nạp",
    "ceremony": "Lễ kết nạp",
    "probation_end": "Thời gian dự bị",
    "cell_review": "Chi bộ xét công nhận chính thức",
    "recognition_decision": "Quyết định công nhận chính thức",
    "complaint": "Khiếu nại việc xóa tên",
    "settle_complaint": "Giải quyết khiếu nại",
    "certificate_expiry": "Giấy chứng nhận học lớp",
    "file_expiry": "Hồ sơ còn dùng được",
    "member_transfer_start": "Làm thủ tục chuyển sinh hoạt đảng",
    "member_transfer_present": "Nộp giấy giới thiệu sinh hoạt đảng",
    "handover_letter": "Giới thiệu người chuyển đi",
    "handover_answer": "Tiếp nhận người chuyển đến",
    "handover_return": "Hết thời gian sinh hoạt tạm thời",
    "candidate_letter": "Giới thiệu quần chúng đi nơi khác",
    "candidate_acknowledge": "Nơi đến xác nhận tiếp nhận quần chúng",
}

# Element → the clock whose due day is the task's own; the others have none.
TASK_CLOCK = {
    "verification_reply": "verification",
    "cell_vote": "file_expiry",
    "section_appraisal": "admission_decision",
    "committee_resolution": "admission_decision",
    "board_appraisal": "admission_decision",
    "redo_order": "admission_decision",
    "admission_decision": "admission_decision",
    "decision_received": "ceremony",
    "admission_ceremony": "ceremony",
    "self_review": "cell_review",
    "helper_remark": "cell_review",
    "probation_opinions": "cell_review",
    "cell_review": "cell_review",
    "committee_review": "recognition_decision",
    "recognition_appraisal": "recognition_decision",
    "recognition_decision": "recognition_decision",
    "complaint": "complaint",
    "prepare_handover": "handover_letter",
    "offer_handover": "handover_letter",
    "answer_handover": "handover_answer",
    "confirm_arrival": "handover_answer",
    "record_return": "handover_return",
    "settle_complaint": "settle_complaint",
}


def start(
    acting: Acting,
    name: str,
    on: date,
    *,
    rule: str | None = None,
    item: int | None = None,
    edition: Edition | None = None,
) -> date:
    """Start a clock on a day; one that still runs under the name gives way. Returns the due day.

    `edition`: of the day from which it runs, where that is another than the one of the act.
    """
    due = deadlines.due(rule or name, on, edition or acting.edition, acting.calendar)
    stop(acting, name, item=item)
    number = clocks.open_clock(
        acting.tx,
        acting.case.id,
        name,
        item=item,
        started_on=on,
        due_on=due.day,
        rule=due.rule,
        edition=due.edition,
        calendar_version=str(due.calendar_version),
        act_seq=None,
        note=due.text(),
    )
    acting.clocks.append(number)
    return due.day


def start_until(acting: Acting, name: str, day: date) -> None:
    """Start a clock whose last day a paper names."""
    stop(acting, name)
    number = clocks.open_clock(
        acting.tx,
        acting.case.id,
        name,
        started_on=acting.on,
        due_on=day,
        rule=deadlines.NAMED,
        edition=acting.edition.name,
        note="ngày ghi trên giấy giới thiệu",
    )
    acting.clocks.append(number)


def stop(acting: Acting, name: str, *, item: int | None = None) -> None:
    """Stop a clock if it runs."""
    if running(acting, name, item=item) is not None:
        clocks.close_clock(acting.tx, acting.case.id, name, item=item, on=acting.on)


def running(acting: Acting, name: str, *, item: int | None = None) -> Any:
    """The open clock of that name; None when none runs."""
    for clock in clocks.open_clocks(acting.tx, acting.case.id):
        if clock.name == name and clock.item == item:
            return clock
    return None


def extend(acting: Acting, name: str) -> date:
    """The one extension that the rules allow for special cases. Raises Conflict when it cannot be."""
    clock = running(acting, name)
    rule = deadlines.RULES.get(clock.rule) if clock is not None else None
    if clock is None or rule is None or rule.extension is None or extended(acting.tx, clock):
        raise Conflict(Text("Thời hạn này không đang tính, không được gia hạn, hoặc đã gia hạn rồi."))
    due = deadlines.due(clock.rule, clock.started_on, acting.edition, acting.calendar, extended=True)
    clocks.extend_clock(acting.tx, acting.case.id, name, due_on=due.day, note=due.text(), item=clock.item)
    return due.day


def extended(tx: Transaction, clock: clocks.ClockRow) -> bool:
    """Was this clock extended by an act? (A recount for another calendar is none.)"""
    found = history.latest(tx, clock.case_id, "extension", outcomes=(clock.name,))
    return found is not None and found.on_day >= clock.started_on
