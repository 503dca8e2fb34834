"""Free will: leaving at every step, before a case and within one. It is asked once, and it works.

A "no" before the first yes is the answer "not now", kept as such; afterwards it is a withdrawal, recorded as
done by the person.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine import journal
from engine.records import case, task
from engine.rows import TASK_COLUMNS, TaskRow
from engine.time import day_of
from engine.transactions import Transaction
from workflows.admission.path import Confirmation, begin, perform
from workflows.admission.side_acts import KIND, leave_path
from workflows.admission.steps import STEPS
from workflows.people.consents import has_consent, withdraw_consent
from workflows.people.pool import in_pool, leave_pool
from workflows.people.words import CONSENTS

FIRST_QUESTION = "record_consent"


def leave(
    tx: Transaction,
    student_id: int,
    *,
    note: str | None = None,
    by: int,
    now: datetime,
    request_key: str | None = None,
) -> str:
    """Out of the case, the pool, and what was agreed to; gives a word for what ended.

    not_now | withdrawn | pool | nothing. Raises Conflict where the step cannot be left any more.
    """
    on, found = day_of(now), open_case(tx, student_id)
    left = "nothing"
    if found is not None:
        asked = first_question(tx, found.id)
        if asked is not None:
            left = _not_now(tx, asked, on, by, now, request_key)
        else:
            answers = {"reason": "withdrawn", "on": on, "note": note}
            leave_path(tx, found.id, answers, by=by, now=now, request_key=request_key)
            left = "withdrawn"
    if in_pool(tx, student_id, on):
        leave_pool(tx, student_id, reason="own_wish", on=on, by=by, now=now)
        left = "pool" if left == "nothing" else left
    for kind in ("source", "political"):
        end_consent(tx, student_id, kind, by=by, now=now)
    return left


def end_consent(tx: Transaction, student_id: int, kind: str, *, by: int, now: datetime) -> bool:
    """A yes taken back, with its entry in the journal; False where there was none."""
    if kind not in CONSENTS or not has_consent(tx, student_id, kind, day_of(now)):
        return False
    ended = withdraw_consent(tx, student_id, kind, on=day_of(now))
    facts = {"student": student_id, "consent": kind}
    journal.append(tx, None, "consent_withdrawn", on=day_of(now), by=by, now=now, facts=facts)
    return ended


def open_case(tx: Transaction, student_id: int) -> Any:
    """The open admission of the student; None where there is none."""
    query = select(case).where(
        case.c.kind == KIND, case.c.subject_id == student_id, case.c.closed_on.is_(None)
    )
    return tx.execute(query).one_or_none()


def first_question(tx: Transaction, case_id: int) -> TaskRow | None:
    """The task that asks whether the person wants at all; None once there is an answer."""
    query = select(*TASK_COLUMNS).where(task.c.case_id == case_id, task.c.element == FIRST_QUESTION)
    row = tx.execute(query).first()
    return TaskRow(*tuple(row)) if row else None


def _not_now(
    tx: Transaction, asked: TaskRow, on: date, by: int, now: datetime, request_key: str | None
) -> str:
    acting = begin(tx, asked, {"outcome": "not_now", "on": on.isoformat()}, by=by, now=now)
    perform(acting, asked, STEPS[asked.element], Confirmation("none"), request_key)
    return "not_now"
