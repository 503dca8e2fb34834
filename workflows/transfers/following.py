"""What an act or a timer of the admission means for its handover: a helper was named, or nothing is left.

Called after every act and every timer; the admission is held, so nobody answers the handover meanwhile.
"""

from datetime import date, datetime

from sqlalchemy import select

from engine import cases
from engine.records import case as case_table
from engine.rows import CaseRow
from engine.transactions import Transaction
from workflows.admission import helper_change, mentoring
from workflows.admission.acting import Acting
from workflows.transfers.offers import close_offer

KIND = "handover"
HELPER_ASSIGNED, RECALL = "helper_assigned", "recall"
CASE_CLOSED = "case_closed"
STAYS_MEMBER = "official_member"  # the admission is over, the person is still somebody to hand on
# Open step → the word that leads towards the end of a handover which has become pointless.
WAY_OUT = {
    "offer_handover": "sent_back",
    "prepare_handover": "given_up",
    "confirm_arrival": "not_needed",
    "record_return": "returned",
}


def settle(acting: Acting, after: CaseRow) -> None:
    """After an act of the admission, or of a side process of it."""
    if "helper" in acting.facts:
        say_helper(acting.tx, acting.main_case_id, "assigned", on=acting.on, by=acting.by, now=acting.now)
    if acting.outcome != "moved_away":
        _ended(acting.tx, after, on=acting.on, by=acting.by, now=acting.now)


def timed(tx: Transaction, after: CaseRow, on: date, now: datetime) -> None:
    """After a timer of the admission: the days for a complaint ran out, the striking off stands."""
    if after.kind == "admission" and after.closed_on is not None:
        mentoring.end(tx, after.id, on, helper_change.CASE_CLOSED)
        helper_change.close(tx, after.id, helper_change.CASE_CLOSED, on=on, by=None, now=now)
        _ended(tx, after, on=on, by=None, now=now)


def _ended(tx: Transaction, after: CaseRow, *, on: date, by: int | None, now: datetime) -> None:
    if after.kind != "admission" or after.closed_on is None:
        return
    if after.closed_as == STAYS_MEMBER:
        say_helper(tx, after.id, CASE_CLOSED, on=on, by=by, now=now)
    else:
        call_off(tx, after.id, on=on, by=by, now=now)


def open_handover(tx: Transaction, admission_id: int) -> int | None:
    """The handover under way for an admission; None where there is none."""
    found: int | None = tx.execute(
        select(case_table.c.id).where(
            case_table.c.kind == KIND,
            case_table.c.parent_id == admission_id,
            case_table.c.closed_on.is_(None),
        )
    ).scalar()
    return found


def say_helper(
    tx: Transaction, admission_id: int, word: str, *, on: date, by: int | None, now: datetime
) -> None:
    """Where the handover waits for a helper at the new place, it waits no more."""
    found = open_handover(tx, admission_id)
    if found is not None and not cases.open_tasks(tx, found):
        cases.send_message(tx, found, HELPER_ASSIGNED, word, on=on, by=by, now=now)


def call_off(tx: Transaction, admission_id: int, *, on: date, by: int | None, now: datetime) -> None:
    """The admission ended without a member: what is under way is taken back step by step, and closed."""
    found = open_handover(tx, admission_id)
    if found is None:
        return
    close_offer(tx, found, "called_off", on)
    say_helper(tx, admission_id, CASE_CLOSED, on=on, by=by, now=now)
    because = {"because": CASE_CLOSED}
    while tasks := cases.open_tasks(tx, found):
        element = tasks[0].element
        if element == "answer_handover":
            cases.send_message(tx, found, RECALL, CASE_CLOSED, on=on, by=by, now=now, facts=because)
            continue
        word = WAY_OUT[element]
        cases.complete_task(tx, tasks[0].id, word, on=on, by=by, now=now, facts=because)
