"""Everything that a person's own page shows: the state in plain words, what is asked, what is held.

Nothing of what others think, vote or answer is here; only formal results that concern the person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.records import case, personal
from engine.transactions import Transaction
from workflows.admission.records import act, helper_assignment
from workflows.organisations.queries import name_on
from workflows.organisations.records import institution
from workflows.own_file import corrections, papers
from workflows.own_file.words import ENDS, STAGES, Stage
from workflows.people.identity import KIND
from workflows.people.records import consent, member, pool_entry, student

# Step and outcome → what the person reads of it; a step without a line is not told.
MILESTONES: Mapping[tuple[str, str], str] = {
    ("record_consent", "agreed"): "Bạn đồng ý phấn đấu vào Đảng",
    ("union_exec_vote", "carried"): "Đoàn giới thiệu bạn",
    ("cell_recognition", "recognised"): "Chi bộ công nhận bạn là quần chúng ưu tú",
    ("assign_helper", ""): "Chi bộ cử đảng viên giúp đỡ bạn",
    ("class_result", "passed"): "Bạn có giấy chứng nhận lớp bồi dưỡng nhận thức về Đảng",
    ("application", ""): "Chi bộ nhận đơn của bạn",
    ("personal_history", ""): "Chi bộ nhận lý lịch bạn tự khai",
    ("cell_vote", "carried"): "Chi bộ đề nghị kết nạp bạn",
    ("admission_decision", "admitted"): "Có quyết định kết nạp",
    ("admission_ceremony", ""): "Lễ kết nạp, bắt đầu thời gian dự bị",
    ("new_member_class", "passed"): "Bạn có giấy chứng nhận lớp đảng viên mới",
    ("self_review", ""): "Chi bộ nhận bản tự kiểm điểm của bạn",
    ("recognition_decision", "recognised"): "Có quyết định công nhận đảng viên chính thức",
    ("answer_handover", "accepted"): "Nơi mới tiếp nhận bạn",
    ("answer_handover", "taken_away"): "Nơi mới tiếp nhận bạn",
    ("strike_off_decision", "struck_off"): "Có quyết định xóa tên",
    ("complaint", "filed"): "Bạn gửi đơn khiếu nại",
    ("interruption", "withdrawn"): "Bạn rút",
}


@dataclass(frozen=True)
class OwnFile:
    """`stage` of the open case, or `ended` in words of the last one; both None before anything began."""

    person: Any
    case: Any
    stage: Stage | None
    ended: str | None
    custodian: str
    helper: str
    pool: Any
    asked: list[Any]
    consents: list[Any]
    corrections: list[Any]
    held: frozenset[str]  # names of the sealed fields there are
    milestones: list[tuple[date, str]]


def own_file(tx: Transaction, student_id: int, on: date) -> OwnFile:
    person = tx.execute(
        select(student, institution.c.name.label("institution"))
        .join(institution, institution.c.id == student.c.institution_id)
        .where(student.c.id == student_id)
    ).one()
    last = _last_case(tx, student_id)
    open_ = last is not None and last.closed_on is None
    return OwnFile(
        person=person,
        case=last,
        stage=STAGES.get(last.stage or "") if open_ else None,
        ended=ENDS.get(last.closed_as) if last is not None and not open_ else None,
        custodian=name_on(tx, last.custodian_id, on) if last is not None else "",
        helper=_helper(tx, last.id) if open_ else "",
        pool=tx.execute(
            select(pool_entry).where(pool_entry.c.student_id == student_id, pool_entry.c.left_on.is_(None))
        ).first(),
        asked=papers.asked_of(tx, student_id),
        consents=consents_of(tx, student_id),
        corrections=corrections.asked_by(tx, student_id),
        held=_held(tx, student_id),
        milestones=_milestones(tx, student_id),
    )


def anything_to_leave(page: OwnFile) -> bool:
    open_ = page.case is not None and page.case.closed_on is None
    return open_ or page.pool is not None or bool(page.consents)


def _last_case(tx: Transaction, student_id: int) -> Any:
    query = select(case).where(case.c.subject_id == student_id, case.c.kind == "admission")
    return tx.execute(query.order_by(case.c.closed_on.is_not(None), case.c.id.desc()).limit(1)).first()


def _helper(tx: Transaction, case_id: int) -> str:
    parts = (member.c.family_name, member.c.middle_name, member.c.given_name)
    row = tx.execute(
        select(*parts)
        .join(helper_assignment, helper_assignment.c.member_id == member.c.id)
        .where(helper_assignment.c.case_id == case_id, helper_assignment.c.valid_to.is_(None))
    ).first()
    return " ".join(part for part in tuple(row) if part) if row is not None else ""


def consents_of(tx: Transaction, student_id: int) -> list[Any]:
    """What was agreed to and not taken back."""
    query = select(consent).where(consent.c.student_id == student_id, consent.c.withdrawn_on.is_(None))
    return list(tx.execute(query.order_by(consent.c.id)))


def _held(tx: Transaction, student_id: int) -> frozenset[str]:
    query = select(personal.c.field).where(
        personal.c.subject_kind == KIND, personal.c.subject_id == student_id
    )
    return frozenset(tx.execute(query).scalars()) & set(corrections.FIELDS)


def _milestones(tx: Transaction, student_id: int) -> list[tuple[date, str]]:
    query = (
        select(act.c.element, act.c.outcome, act.c.on_day)
        .join(case, case.c.id == act.c.case_id)
        .where(case.c.subject_id == student_id)
        .order_by(act.c.on_day.desc(), act.c.id.desc())
    )
    found = []
    for row in tx.execute(query):
        words = MILESTONES.get((row.element, row.outcome or "")) or MILESTONES.get((row.element, ""))
        if words is not None:
            found.append((row.on_day, words))
    return found
