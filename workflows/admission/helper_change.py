"""The side process in which a cell names another helper: asked for, handed on with the case, closed.

It hangs under its admission: follows a hand-over, and ends when a helper is assigned or the case closes.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine import cases
from engine.records import case as case_table
from engine.rows import CaseRow
from engine.transactions import Transaction
from workflows.admission import mentoring
from workflows.admission.acting import Acting

KIND = "helper_change"
REPLACED, CASE_CLOSED = "replaced", "case_closed"


def ask(acting: Acting, facts: Mapping[str, Any], request_key: str | None = None) -> CaseRow:
    """The case's cell gets the task to name a helper. Conflict where it has it already."""
    return cases.start_case(
        acting.tx,
        KIND,
        subject_id=acting.student_id,
        custodian_id=acting.organisation_id or acting.case.custodian_id,
        on=acting.on,
        by=acting.by,
        now=acting.now,
        parent_id=acting.case.id,
        request_key=request_key,
        facts=facts,
        edition=acting.edition.name,
    )


def waiting(tx: Transaction, case_id: int) -> int | None:
    """The open side process of an admission; None where no helper is being looked for."""
    query = select(case_table.c.id).where(
        case_table.c.kind == KIND, case_table.c.parent_id == case_id, case_table.c.closed_on.is_(None)
    )
    found: int | None = tx.execute(query).scalar()
    return found


def follow(acting: Acting, receiver: int) -> bool:
    """The receiving cell looks for the helper now; False where nobody is looked for."""
    found = waiting(acting.tx, acting.case.id)
    if found is None:
        return False
    facts = {"act": acting.act_id}
    cases.change_custodian(
        acting.tx, found, receiver, on=acting.on, by=acting.by, now=acting.now, facts=facts
    )
    return True


def settle(acting: Acting, after: CaseRow) -> None:
    """After an act of the admission: who has a helper now, or is closed, looks for none any more."""
    if acting.case.parent_id is not None:
        return  # the side process itself
    if after.closed_on is not None:
        mentoring.end(acting.tx, after.id, acting.on, CASE_CLOSED)
        close(acting.tx, after.id, CASE_CLOSED, on=acting.on, by=acting.by, now=acting.now)
    elif "helper" in acting.facts:
        close(acting.tx, after.id, REPLACED, on=acting.on, by=acting.by, now=acting.now)


def close(tx: Transaction, case_id: int, because: str, *, on: date, by: int | None, now: datetime) -> None:
    """Complete the open side process of an admission; the journal says why."""
    found = waiting(tx, case_id)
    for task in cases.open_tasks(tx, found) if found is not None else ():
        cases.complete_task(tx, task.id, REPLACED, on=on, by=by, now=now, facts={"because": because})
