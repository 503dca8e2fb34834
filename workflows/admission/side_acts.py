"""Acts that no task asks for: opening a case, leaving its path, losing the helper, extending a clock.

No rights are asked here; acts.py does, and adoption has its own.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from marshmallow import Schema, ValidationError
from sqlalchemy import select

from engine import cases, journal
from engine.documents import add_document
from engine.errors import Conflict, InvalidAnswers, NotFound, Text
from engine.records import case as case_table
from engine.rows import CaseRow
from engine.stepping import hold_case
from engine.time import day_of
from engine.transactions import Transaction
from workflows.admission import helper_change, history, mentoring, nominees, notices, votes
from workflows.admission.acting import Acting, record_act, standing_in
from workflows.admission.clocks import extend
from workflows.admission.dates import check_day, check_late
from workflows.admission.forms import HelperLost, Interruption
from workflows.admission.membership import leave
from workflows.admission.path import faults_of
from workflows.admission.records import ceremony, decision
from workflows.documents.catalogue import papers
from workflows.organisations.records import institution
from workflows.people.records import student
from workflows.rules.editions import edition_on
from workflows.rules.queries import calendar_of
from workflows.transfers import custody, following

KIND = "admission"
HELPER_CHANGE = helper_change.KIND
ENDS_HELP = {"withdrawn": "case_closed", "removed": "case_closed"}


def open_admission(
    tx: Transaction,
    student_id: int,
    *,
    by: int | None,
    on: date,
    now: datetime,
    cell_id: int | None = None,
    request_key: str | None = None,
    before_system: bool = False,
    for_user: int | None = None,
) -> CaseRow:
    """A new case of the student with the cell that follows the student, or the one named."""
    check_day(on, day_of(now), None)
    custodian = cell_id or cell_of(tx, student_id)
    again = _open_case(tx, student_id)
    if again is not None and request_key is None:
        raise Conflict(Text("Học sinh, sinh viên này đã có hồ sơ kết nạp đang mở."))
    if again is None:
        nominees.refuse_unready(tx, student_id, on=on, today=day_of(now), before_system=before_system)
    if again is None:
        custody.take_up(tx, student_id, custodian, on=on, now=now)
    facts = standing_in(for_user) | ({"before_system": True} if before_system else {})
    opened = cases.start_case(
        tx,
        KIND,
        subject_id=student_id,
        custodian_id=custodian,
        on=on,
        by=by,
        now=now,
        request_key=request_key,
        facts=facts,
        edition=edition_on(on).name,
    )
    if not before_system:
        notices.tell_opened(tx, cases.open_tasks(tx, opened.id), now=now)
    return opened


def cell_of(tx: Transaction, student_id: int) -> int:
    """The cell that follows a student: the student's own, else that of the institution."""
    row = tx.execute(
        select(student.c.cell_id, institution.c.cell_id.label("default_id"))
        .join(institution, institution.c.id == student.c.institution_id)
        .where(student.c.id == student_id, student.c.left_on.is_(None))
    ).first()
    if row is None:
        raise NotFound(Text("Không có học sinh, sinh viên này trong danh sách đang học."))
    found = row.cell_id or row.default_id
    if found is None:
        raise InvalidAnswers(
            {"student": [Text("Trường chưa có chi bộ theo dõi: quản trị viên cần khai báo chi bộ trước.")]}
        )
    return int(found)


def leave_path(
    tx: Transaction,
    case_id: int,
    answers: Mapping[str, Any],
    *,
    by: int | None,
    now: datetime,
    request_key: str | None = None,
    before_system: bool = False,
    for_user: int | None = None,
) -> CaseRow:
    """Record why the case leaves its path, and tell the model; requests sent out keep their answers."""
    read = read_form(Interruption, answers)
    acting = side_act(
        tx,
        case_id,
        history.INTERRUPTION,
        read,
        by=by,
        now=now,
        before_system=before_system,
        for_user=for_user,
    )
    acting.outcome = read["reason"]
    only_after_admission(acting)
    record_act(acting)
    for open_task in cases.open_tasks(tx, case_id):
        votes.withdraw(tx, open_task.id)
    if acting.outcome in ENDS_HELP:
        mentoring.end(tx, case_id, acting.on, ENDS_HELP[acting.outcome])
    if acting.outcome in ("withdrawn", "removed", "deceased"):
        leave(acting)
    if acting.outcome == "withdrawn":
        keep_letter(acting)
    after = cases.send_message(
        tx,
        case_id,
        history.INTERRUPTION,
        acting.outcome,
        on=acting.on,
        by=by,
        now=now,
        facts=acting.facts,
        request_key=request_key,
        edition=acting.edition.name,
    )
    helper_change.settle(acting, after)
    following.settle(acting, after)
    if not before_system:
        notices.tell_opened(tx, cases.open_tasks(tx, case_id), now=now)
    return after


NEEDS: Mapping[str, Sequence[Any]] = {
    "strike_off": (ceremony,),
    "wrong_admission": (decision, decision.c.kind == "admission", decision.c.result == "admitted"),
}


def only_after_admission(acting: Acting) -> None:
    """Only a probationer is struck off, only a decision taken can have been wrong."""
    needed = NEEDS.get(acting.outcome or "")
    if needed is None:
        return
    table, *conditions = needed
    query = select(table.c.id).where(table.c.case_id == acting.case.id, *conditions)
    if acting.tx.execute(query).first() is None:
        raise InvalidAnswers(
            {"reason": [Text("Chỉ dùng cho người đã có quyết định kết nạp, đã làm lễ kết nạp.")]}
        )


def lose_helper(
    tx: Transaction,
    case_id: int,
    answers: Mapping[str, Any],
    *,
    by: int | None,
    now: datetime,
    request_key: str | None = None,
    for_user: int | None = None,
) -> CaseRow:
    """End the helper's time and open the side process that finds another one."""
    read = read_form(HelperLost, answers)
    acting = side_act(tx, case_id, "helper_lost", read, by=by, now=now, after_acts=False, for_user=for_user)
    acting.outcome = read["reason"]
    if acting.case.closed_on is not None:
        raise Conflict(Text("Hồ sơ đã đóng, không còn người giúp đỡ nào phải thay."))
    record_act(acting)
    because = "died" if acting.outcome == "died" else "left"
    acting.facts |= {"helper": mentoring.lose(tx, case_id, acting.on, because), "because": because}
    journal.append(
        tx,
        case_id,
        "helper_lost",
        on=acting.on,
        by=by,
        now=now,
        facts=acting.facts,
        edition=acting.edition.name,
    )
    opened = helper_change.ask(acting, {"act": acting.act_id}, request_key)
    notices.tell_opened(tx, cases.open_tasks(tx, opened.id), now=now)
    return opened


def extend_deadline(
    tx: Transaction,
    case_id: int,
    name: str,
    answers: Mapping[str, Any],
    *,
    by: int | None,
    now: datetime,
    for_user: int | None = None,
) -> date:
    """The extension that the rules allow in special cases, once, with its reason. Returns the new due day."""
    if not str(answers.get("reason") or "").strip():
        raise InvalidAnswers({"reason": [Text("Cần ghi lý do gia hạn.")]})
    acting = side_act(tx, case_id, "extension", dict(answers), by=by, now=now, for_user=for_user)
    due = extend(acting, name)
    acting.outcome = name
    record_act(acting)
    journal.append(
        tx,
        case_id,
        "extension",
        on=acting.on,
        by=by,
        now=now,
        facts={**acting.facts, "clock": name, "due": due.isoformat()},
        edition=acting.edition.name,
    )
    return due


def side_act(
    tx: Transaction,
    case_id: int,
    element: str,
    answers: dict[str, Any],
    *,
    by: int | None,
    now: datetime,
    before_system: bool = False,
    follows: bool = True,
    after_acts: bool = True,
    for_user: int | None = None,
) -> Acting:
    """An act beside the tasks, with its dates checked; `follows` is False for one about an earlier act.

    `after_acts` is False for what happened on its own day, whatever was done in the case since.
    """
    held = hold_case(tx, case_id)  # from here on nobody else moves this case
    if held is None:
        raise NotFound
    found, on, today = held.row, answers["on"], day_of(now)
    check_day(on, today, history.last_day(tx, case_id) if follows and after_acts else None)
    edition, calendar = edition_on(on), calendar_of(tx)
    late = follows and check_late(
        on, today, answers.get("late_reason"), edition, calendar, before_system=before_system
    )
    return Acting(
        tx=tx,
        case=found,
        element=element,
        on=on,
        by=by,
        now=now,
        edition=edition,
        calendar=calendar,
        answers=answers,
        organisation_id=found.custodian_id,
        number=answers.get("number"),
        for_user=for_user,
        before_system=before_system,
        late=late,
    )


def read_form(form: type[Schema], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a side act, typed; every fault by its field."""
    try:
        found: dict[str, Any] = form().load(dict(answers))
    except ValidationError as error:
        raise InvalidAnswers(faults_of(error.messages)) from None
    return found


def keep_letter(acting: Acting) -> None:
    """The letter in which the candidate withdraws."""
    add_document(
        acting.tx,
        case_id=acting.case.id,
        subject_id=acting.student_id,
        type="withdrawal_letter",
        number=acting.number,
        on=acting.on,
        organisation_id=None,
        title=papers()["withdrawal_letter"].title,
        original=True,
        place=None,
        by=acting.by,
        now=acting.now,
        before_system=acting.before_system,
    )


def _open_case(tx: Transaction, student_id: int) -> int | None:
    query = select(case_table.c.id).where(
        case_table.c.kind == KIND, case_table.c.subject_id == student_id, case_table.c.closed_on.is_(None)
    )
    found: int | None = tx.execute(query).scalar()
    return found
