"""What people do in an admission: nominate, complete and confirm steps, interrupt, report a lost helper.

Each asks for the right first, then takes the path. The caller opens the transaction; nothing here commits.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from engine import cases
from engine.errors import Conflict, InvalidAnswers, NotAllowed, Text
from engine.rows import CaseRow, Done, TaskRow
from engine.time import day_of
from engine.transactions import Transaction
from workflows import access
from workflows.access.permissions import PERMISSIONS
from workflows.admission import votes
from workflows.admission.corrections import correct_vote
from workflows.admission.desk import Desk, prepare
from workflows.admission.granting import grant
from workflows.admission.path import (
    Confirmation,
    begin,
    find_task,
    perform,
    propose,
    same_version,
)
from workflows.admission.side_acts import extend_deadline, leave_path, lose_helper, open_admission
from workflows.admission.steps import STEPS
from workflows.admission.unions import kind_owing

__all__ = [
    "Desk",
    "complete",
    "confirm",
    "correct_vote",
    "extend",
    "grant_time",
    "interrupt",
    "nominate",
    "prepare",
    "report_helper_lost",
]


def complete(
    tx: Transaction,
    task_id: int,
    answers: Mapping[str, Any],
    *,
    by: int,
    now: datetime,
    request_key: str | None = None,
    on_behalf_of: int | None = None,
    case_version: int | None = None,
) -> Done:
    """Do a step. A vote that needs a second person is only proposed: then `closed_task` is still open.

    Raises NotFound, NotAllowed, InvalidAnswers, NotLawful, Conflict.
    """
    found = find_task(tx, task_id)
    if found is None:
        return cases.complete_task(tx, task_id, None, on=day_of(now), by=by, now=now, request_key=request_key)
    seat = access.require(tx, by, "task.complete", access.Task(task_id), day_of(now))
    step = STEPS[found.element]
    if on_behalf_of is None and found.organisation_id not in (None, seat.organisation_id):
        on_behalf_of = found.organisation_id  # typed by the receiver of the paper
    seat = preparing_seat(tx, seat, found, on_behalf_of is not None, day_of(now))
    acting = begin(tx, found, answers, by=by, now=now, on_behalf_of=on_behalf_of, for_user=seat.deputises)
    same_version(acting.case, case_version)
    if votes.taken(step.element, acting.outcome):
        confirming = (
            confirming_at(tx, found) if on_behalf_of is None else PERMISSIONS["task.confirm"].positions
        )
        if votes.second_person(tx, seat.organisation_id, confirming, day_of(now), beside=by):
            return propose(acting, found, step)
        return perform(acting, found, step, Confirmation("one_person"), request_key)
    if step.votes:
        votes.withdraw(tx, task_id)
    return perform(acting, found, step, Confirmation("none"), request_key)


def confirm(
    tx: Transaction,
    task_id: int,
    *,
    by: int,
    now: datetime,
    request_key: str | None = None,
    case_version: int | None = None,
) -> Done:
    """The second person looked at the paper: the vote stands and the step is done."""
    found = find_task(tx, task_id)
    if found is None:
        return cases.complete_task(tx, task_id, None, on=day_of(now), by=by, now=now, request_key=request_key)
    seat = access.require(tx, by, "task.confirm", access.Task(task_id), day_of(now))
    waiting = votes.pending(tx, task_id)
    if waiting is None:
        raise Conflict(Text("Không có biểu quyết nào chờ xác nhận ở bước này. Hãy tải lại trang."))
    if waiting.proposed_by == by:
        raise NotAllowed(
            Text("Người ghi không tự xác nhận được. Hãy nhờ người thứ hai xem văn bản và xác nhận.")
        )
    step = STEPS[found.element]
    own = seat.organisation_id == found.organisation_id
    if own:
        seats = access.acting_for(tx, by, day_of(now))
        confirming = access.seat_among(seats, seat.organisation_id, confirming_at(tx, found))
        if confirming is None:
            raise NotAllowed(Text("Chức trách của đồng chí không xác nhận bước này."))
        seat = confirming
    subject = cases.get_case(tx, found.case_id).subject_id
    answers = votes.proposed_answers(tx, subject, waiting.id, by=by, now=now)
    acting = begin(
        tx,
        found,
        answers,
        by=waiting.proposed_by,
        now=now,
        on_behalf_of=_written_on_behalf(tx, found, waiting),
        for_user=waiting.proposed_for,
        written_at=waiting.proposed_at,
    )
    same_version(acting.case, case_version)
    how = "two_persons" if own else "superior"
    return perform(acting, found, step, Confirmation(how, by, waiting.id, seat.deputises), request_key)


def _written_on_behalf(tx: Transaction, found: TaskRow, waiting: Any) -> int | None:
    """The organisation whose paper the first person typed from another desk; None at the own desk."""
    then = access.acting_for(tx, waiting.proposed_by, day_of(waiting.proposed_at))
    at_home = any(seat.organisation_id == found.organisation_id for seat in then)
    return None if at_home or found.organisation_id is None else found.organisation_id


def preparing_seat(
    tx: Transaction, seat: access.Seat, task: TaskRow, on_behalf: bool, on: date
) -> access.Seat:
    """The seat in which the step is done: one of the step's own positions; who types the paper of an outside
    organisation needs only a desk. Raises NotAllowed."""
    positions = preparing_at(tx, task)
    if on_behalf or seat.position in positions:
        return seat
    seats = access.acting_for(tx, seat.user_id, on)
    found = access.seat_among(seats, seat.organisation_id, positions)
    if found is None:
        raise NotAllowed(Text("Chức trách của đồng chí không làm bước này. Hãy nhờ người được phân công."))
    return found


def preparing_at(tx: Transaction, task: TaskRow) -> frozenset[str]:
    """Who prepares the step in the organisation that owes it."""
    return STEPS[task.element].prepare_at(kind_owing(tx, task))


def confirming_at(tx: Transaction, task: TaskRow) -> frozenset[str]:
    return STEPS[task.element].confirm_at(kind_owing(tx, task))


def nominate(
    tx: Transaction,
    student_id: int,
    *,
    by: int,
    on: date,
    now: datetime,
    request_key: str | None = None,
) -> CaseRow:
    """Open the admission of a student: the cell that follows the student answers for it from now on.

    Raises NotFound, NotAllowed, InvalidAnswers, Conflict (an admission is open already).
    """
    seat = access.require(tx, by, "student.nominate", access.Student(student_id), day_of(now))
    return open_admission(
        tx, student_id, by=by, on=on, now=now, request_key=request_key, for_user=seat.deputises
    )


def interrupt(
    tx: Transaction,
    case_id: int,
    reason: str,
    *,
    on: date,
    by: int,
    now: datetime,
    note: str | None = None,
    number: str | None = None,
    late_reason: str | None = None,
    request_key: str | None = None,
) -> CaseRow:
    """The case leaves its path: withdrawn, removed, deceased, strike_off, wrong_admission.

    Raises NotFound, NotAllowed, InvalidAnswers, Conflict (nothing of the kind can happen where it stands).
    """
    seat = access.require(tx, by, "case.interrupt", access.Case(case_id), day_of(now))
    answers = {"reason": reason, "on": on, "note": note, "number": number, "late_reason": late_reason}
    return leave_path(tx, case_id, answers, by=by, now=now, request_key=request_key, for_user=seat.deputises)


def report_helper_lost(
    tx: Transaction,
    case_id: int,
    reason: str,
    *,
    on: date,
    by: int,
    now: datetime,
    note: str | None = None,
    late_reason: str | None = None,
    request_key: str | None = None,
) -> CaseRow:
    """The helper left or died: the time ends, and the cell gets the task to name another one."""
    seat = access.require(tx, by, "case.helper_lost", access.Case(case_id), day_of(now))
    answers = {"reason": reason, "on": on, "note": note, "late_reason": late_reason}
    return lose_helper(tx, case_id, answers, by=by, now=now, request_key=request_key, for_user=seat.deputises)


def extend(
    tx: Transaction,
    case_id: int,
    clock: str,
    *,
    reason: str,
    on: date,
    by: int,
    now: datetime,
    late_reason: str | None = None,
) -> date:
    """The one extension that the rules allow for a special case; gives the new due day."""
    seat = access.require(tx, by, "case.extend", access.Case(case_id), day_of(now))
    if not reason.strip():
        raise InvalidAnswers({"reason": [Text("Cần ghi lý do gia hạn.")]})
    answers = {"on": on, "reason": reason, "late_reason": late_reason}
    return extend_deadline(tx, case_id, clock, answers, by=by, now=now, for_user=seat.deputises)


def grant_time(tx: Transaction, case_id: int, answers: Mapping[str, Any], *, by: int, now: datetime) -> date:
    """More time by the superior's paper where the rules know no extension; gives the new due day."""
    seat = access.require(tx, by, "case.grant", access.Case(case_id), day_of(now))
    return grant(
        tx,
        case_id,
        answers,
        organisation_id=seat.organisation_id,
        by=by,
        now=now,
        for_user=seat.deputises,
    )
