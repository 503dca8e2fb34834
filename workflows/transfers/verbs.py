"""What people do to hand a person on. Its steps are done by `acts.complete`, which asks for the right.

Each verb finds the open step itself, so that a page needs the handover's number only; where the step is not
open any more, the refusal says what happened instead. The caller opens the transaction.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from engine import cases
from engine.errors import Conflict, NotFound, Text
from engine.records import case as case_table
from engine.records import request
from engine.rows import CaseRow, Done, TaskRow
from engine.stepping import hold_case
from engine.time import day_of
from engine.transactions import Transaction
from workflows import access
from workflows.admission import acts, notices
from workflows.admission.acting import Acting, record_act, standing_in
from workflows.admission.clocks import start, stop
from workflows.admission.membership import member_with
from workflows.admission.path import Confirmation, begin, perform
from workflows.admission.side_acts import read_form, side_act
from workflows.admission.steps import STEPS
from workflows.people.members import place_of
from workflows.rules.editions import edition_on
from workflows.transfers import custody, deeds, standing
from workflows.transfers.following import KIND, RECALL
from workflows.transfers.forms import Recall
from workflows.transfers.offers import close_offer
from workflows.transfers.records import handover, handover_offer
from workflows.transfers.words import ANSWERS, STATES

PREPARE, OFFER, ANSWER = "prepare_handover", "offer_handover", "answer_handover"
ARRIVAL, RETURN = "confirm_arrival", "record_return"
NOBODY = Text(
    "Người này không có hồ sơ đang mở và không là đảng viên của chi bộ nào: không có gì để chuyển giao."
)


def open_for(
    tx: Transaction,
    student_id: int,
    *,
    on: date,
    by: int | None,
    now: datetime,
    request_key: str | None = None,
    for_user: int | None = None,
) -> CaseRow:
    """The handover of a person that is under way, or a new one: its first step waits with who answers now.

    Asks for no right; `prepare` does. Raises NotFound (nobody to hand on), Conflict.
    """
    admission = _open_admission(tx, student_id)
    known = _under_way(tx, student_id)
    if known is not None:
        return known
    holder = _holder(tx, student_id, admission, on, now)
    opened = cases.start_case(
        tx,
        KIND,
        subject_id=student_id,
        custodian_id=holder,
        on=on,
        by=by,
        now=now,
        parent_id=admission.id if admission is not None else None,
        request_key=request_key,
        facts=standing_in(for_user),
        edition=edition_on(on).name,
    )
    row = {
        "case_id": opened.id,
        "student_id": student_id,
        "admission_id": admission.id if admission is not None else None,
        "from_id": holder,
    }
    tx.insert_unless_there(handover, row)  # a repeated request has its row
    return opened


_OPEN_CASE = select(case_table.c.id).where(
    case_table.c.kind == bindparam("kind"),
    case_table.c.subject_id == bindparam("person"),
    case_table.c.closed_on.is_(None),
)


def _open_admission(tx: Transaction, student_id: int) -> CaseRow | None:
    """The open admission, held: it does not close while its person is handed on."""
    found = tx.execute(_OPEN_CASE, {"kind": "admission", "person": student_id}).scalar()
    held = hold_case(tx, found) if found is not None else None
    return held.row if held is not None and held.row.closed_on is None else None


def _under_way(tx: Transaction, student_id: int) -> CaseRow | None:
    found = tx.execute(_OPEN_CASE, {"kind": KIND, "person": student_id}).scalar()
    return cases.get_case(tx, found) if found is not None else None


def _holder(tx: Transaction, student_id: int, admission: CaseRow | None, on: date, now: datetime) -> int:
    """Who answers for the person; whoever came onto a roll otherwise gets the stair's first step here."""
    if standing.standing_of(tx, student_id, admission, on) is None:
        raise NotFound(NOBODY)
    holder = admission.custodian_id if admission is not None else _cell_of_member(tx, student_id, on)
    custody.take_up(tx, student_id, holder, on=on, now=now)
    return holder


def _cell_of_member(tx: Transaction, student_id: int, on: date) -> int:
    found = member_with(tx, student_id)
    place = place_of(tx, found, on) if found is not None else None
    if place is None:
        raise NotFound(NOBODY)
    return place[0]


def prepare(
    tx: Transaction,
    student_id: int,
    answers: Mapping[str, Any],
    *,
    by: int,
    now: datetime,
    request_key: str | None = None,
) -> Done:
    """Where to, why and since when, by whoever answers for the person, or stands above."""
    today = day_of(now)
    seat = access.require(tx, by, "transfer.prepare", access.Custody(student_id), today)
    opened = open_for(tx, student_id, on=today, by=by, now=now, for_user=seat.deputises)
    before = _answered(tx, opened.id, by, request_key)
    if before is not None:
        return acts.complete(tx, before, answers, by=by, now=now, request_key=request_key)
    task = _step(tx, opened.id, PREPARE)
    acting = begin(tx, task, {"outcome": "prepared", **answers}, by=by, now=now, for_user=seat.deputises)
    return perform(acting, task, STEPS[PREPARE], Confirmation("none"), request_key)


def give_up(
    tx: Transaction, handover_id: int, answers: Mapping[str, Any], *, by: int, now: datetime, **more: Any
) -> Done:
    """Nobody is handed on after all; with a reason."""
    return _do(tx, handover_id, PREPARE, {"outcome": "given_up", **answers}, by=by, now=now, **more)


def offer(
    tx: Transaction, handover_id: int, answers: Mapping[str, Any], *, by: int, now: datetime, **more: Any
) -> Done:
    """The letter goes out."""
    return _do(tx, handover_id, OFFER, {"outcome": "offered", **answers}, by=by, now=now, **more)


def send_back(
    tx: Transaction, handover_id: int, answers: Mapping[str, Any], *, by: int, now: datetime, **more: Any
) -> Done:
    """The committee that writes the letter wants it prepared otherwise."""
    return _do(tx, handover_id, OFFER, {"outcome": "sent_back", **answers}, by=by, now=now, **more)


def accept(
    tx: Transaction, handover_id: int, answers: Mapping[str, Any], *, by: int, now: datetime, **more: Any
) -> Done:
    """From this moment on the receiver answers for the person."""
    return _do(tx, handover_id, ANSWER, {"outcome": "accepted", **answers}, by=by, now=now, **more)


def let_go(
    tx: Transaction, handover_id: int, answers: Mapping[str, Any], *, by: int, now: datetime, **more: Any
) -> Done:
    """An organisation outside of the system took the person over, as its paper says."""
    return _do(tx, handover_id, ANSWER, {"outcome": "taken_away", **answers}, by=by, now=now, **more)


def return_(
    tx: Transaction, handover_id: int, answers: Mapping[str, Any], *, by: int, now: datetime, **more: Any
) -> Done:
    """Not to us: back to the sender, with a reason."""
    return _do(tx, handover_id, ANSWER, {"outcome": "returned", **answers}, by=by, now=now, **more)


def forward(
    tx: Transaction, handover_id: int, answers: Mapping[str, Any], *, by: int, now: datetime, **more: Any
) -> Done:
    """Not to us, but to the organisation named here."""
    return _do(tx, handover_id, ANSWER, {"outcome": "forwarded", **answers}, by=by, now=now, **more)


def arrive(
    tx: Transaction, handover_id: int, answers: Mapping[str, Any], *, by: int, now: datetime, **more: Any
) -> Done:
    """The person and the papers are there."""
    return _do(tx, handover_id, ARRIVAL, {"outcome": "arrived", **answers}, by=by, now=now, **more)


def come_back(
    tx: Transaction, handover_id: int, answers: Mapping[str, Any], *, by: int, now: datetime, **more: Any
) -> Done:
    """A member returned from a temporary transfer."""
    return _do(tx, handover_id, RETURN, {"outcome": "returned", **answers}, by=by, now=now, **more)


def recall(
    tx: Transaction,
    handover_id: int,
    answers: Mapping[str, Any],
    *,
    by: int,
    now: datetime,
    request_key: str | None = None,
) -> CaseRow:
    """The sender takes the letter back while nobody has answered it; Conflict where somebody has."""
    today = day_of(now)
    seat = access.require(tx, by, "transfer.recall", access.Handover(handover_id), today)
    hold(tx, handover_id)
    if _sent_before(tx, handover_id, by, request_key):
        return cases.get_case(tx, handover_id)
    _step(tx, handover_id, ANSWER)
    read = read_form(Recall, answers)
    acting = side_act(tx, handover_id, "handover_recall", read, by=by, now=now, for_user=seat.deputises)
    acting.outcome, acting.organisation_id = "recalled", seat.organisation_id
    record_act(acting)
    close_offer(tx, handover_id, "recalled", acting.on, acting.number, acting.act_id)
    _clocks_of_recall(acting)
    after = cases.send_message(
        tx,
        handover_id,
        RECALL,
        "recalled",
        on=acting.on,
        by=by,
        now=now,
        facts=acting.facts,
        request_key=request_key,
        edition=acting.edition.name,
    )
    notices.tell_opened(tx, cases.open_tasks(tx, handover_id), now=now)
    return after


def _clocks_of_recall(acting: Acting) -> None:
    """The letter is owed again, from the day on which it was taken back."""
    member = standing.is_member(acting.case.words.get("transfer_standing"))
    stop(acting, deeds.ANSWER)
    start(acting, deeds.LETTER, acting.on, rule=deeds.LETTER_RULE[member])


def hold(tx: Transaction, handover_id: int) -> None:
    """The admission before what hangs under it: everybody holds them in this order."""
    found = tx.execute(select(case_table.c.parent_id).where(case_table.c.id == handover_id)).first()
    if found is None:
        raise NotFound
    for case_id in (found.parent_id, handover_id):
        if case_id is not None:
            hold_case(tx, case_id)


def _do(
    tx: Transaction,
    handover_id: int,
    element: str,
    answers: Mapping[str, Any],
    *,
    by: int,
    now: datetime,
    request_key: str | None = None,
    case_version: int | None = None,
) -> Done:
    access.require(tx, by, "transfer.see", access.Handover(handover_id), day_of(now))
    hold(tx, handover_id)
    task_id = _answered(tx, handover_id, by, request_key) or _step(tx, handover_id, element).id
    return acts.complete(
        tx, task_id, answers, by=by, now=now, request_key=request_key, case_version=case_version
    )


def _sent_before(tx: Transaction, handover_id: int, by: int, key: str | None) -> bool:
    """Whether this very request was done before."""
    r = request.c
    query = select(r.key).where(r.by == by, r.key == key, r.case_id == handover_id)
    return key is not None and tx.execute(query).first() is not None


def _answered(tx: Transaction, handover_id: int, by: int, key: str | None) -> int | None:
    """The step that this very request did before: a repeat gets the first answer."""
    r = request.c
    query = select(r.answer).where(r.by == by, r.key == key, r.case_id == handover_id)
    found = tx.execute(query).scalar() if key is not None else None
    return int(found["closed"]["id"]) if found and "closed" in found else None


def _step(tx: Transaction, handover_id: int, element: str) -> TaskRow:
    """The open step; where it is not open, a Conflict that says what happened to the handover instead."""
    for task in cases.open_tasks(tx, handover_id):
        if task.element == element:
            return task
    raise Conflict(_instead(tx, handover_id))


def _instead(tx: Transaction, handover_id: int) -> Text:
    o = handover_offer.c
    last = tx.execute(
        select(o.answer, o.answered_on)
        .where(o.handover_id == handover_id, o.answer.is_not(None))
        .order_by(o.id.desc())
        .limit(1)
    ).first()
    state = Text(STATES[state_of(tx, handover_id)])
    if last is None:
        return Text("Việc này không còn chờ ở bước đó. Hiện nay: {state}.", state=state)
    return Text(
        "Việc này không còn chờ ở bước đó: {answer} ngày {day}. Hiện nay: {state}.",
        answer=Text(ANSWERS[last.answer]),
        day=f"{last.answered_on:%d/%m/%Y}",
        state=state,
    )


def state_of(tx: Transaction, handover_id: int) -> str:
    """Where it stands, as a key of STATES."""
    row = cases.get_case(tx, handover_id)
    if row.closed_as is not None:
        return row.closed_as
    tasks = cases.open_tasks(tx, handover_id)
    return tasks[0].element if tasks else "helper_awaited"
