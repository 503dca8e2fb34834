"""Moving a case under a plan: to who answers for it from now on, off the step that is no more."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from engine import cases
from engine.errors import Conflict
from engine.stepping import hold_case
from engine.transactions import Transaction
from workflows.admission import history, notices, votes
from workflows.admission.acting import Acting, record_act
from workflows.reorganisation.cases import REARRANGED, CaseLeft
from workflows.reorganisation.records import reorganisation_case
from workflows.rules.editions import edition_on
from workflows.rules.queries import calendar_of
from workflows.transfers.custody import hand


def of_persons(some: Collection[CaseLeft]) -> dict[int, list[CaseLeft]]:
    """What is left, a person at a time by the number of the first case: all that somebody has moves at once,
    so that there is never a moment with two who answer."""
    found: dict[int, list[CaseLeft]] = {}
    for one in some:
        found.setdefault(one.subject_id, []).append(one)
    return {together[0].case_id: together for together in found.values()}


def move_case(tx: Transaction, plan: Any, one: CaseLeft, *, today: date, now: datetime) -> None:
    """Hand the case on, end the step that is no more, place its tasks; with the row that says so."""
    on, by = plan.on_day, plan.approved_by
    facts = {"plan": plan.id, "number": plan.number, "paper_on": plan.paper_on.isoformat()}
    held = hold_case(tx, one.case_id)
    if held is None or held.row.custodian_id not in (one.from_id, one.to_id):
        raise Conflict
    if held.row.custodian_id != one.to_id:
        since = max(on, held.row.opened_on)
        hand(tx, one.subject_id, one.to_id, [one.case_id], on=since, by=by, now=now, facts=facts)
    next_step = None
    if not one.closed:
        next_step = _drop(tx, plan, one, today, now, facts) if one.dropped else None
        cases.place_tasks(tx, one.case_id, on=today)
        notices.tell_opened(tx, cases.open_tasks(tx, one.case_id), now=now)
    row = {"plan_id": plan.id, "case_id": one.case_id, "from_id": one.from_id, "to_id": one.to_id}
    row |= {"dropped": one.dropped, "next_step": next_step, "tasks": one.tasks, "done_at": now}
    tx.insert_new(
        reorganisation_case, [row]
    )  # a case touched a second time has its row: the first tells more


def _drop(
    tx: Transaction, plan: Any, one: CaseLeft, today: date, now: datetime, facts: Mapping[str, Any]
) -> str | None:
    """ "Thôi thực hiện do sắp xếp tổ chức": an act with the plan's paper; gives the step where it goes on."""
    held = cases.get_case(tx, one.case_id)
    open_tasks = [row for row in cases.open_tasks(tx, one.case_id) if row.element == one.dropped]
    if not open_tasks:
        return None  # it was done a moment ago, or somebody else carries the plan out too
    votes.withdraw(tx, open_tasks[0].id)
    day = max(plan.on_day, history.last_day(tx, one.case_id) or plan.on_day)
    acting = Acting(
        tx=tx,
        case=held,
        element=REARRANGED,
        on=day,
        by=plan.approved_by,
        now=now,
        edition=edition_on(day),
        calendar=calendar_of(tx),
        answers={},
        outcome=one.dropped,
        organisation_id=open_tasks[0].organisation_id,
        number=plan.number,
    )
    record_act(acting)
    told = {**acting.facts, **facts, "dropped": one.dropped, "since": plan.on_day.isoformat()}
    cases.send_message(
        tx,
        one.case_id,
        REARRANGED,
        str(one.dropped),
        on=today,
        by=plan.approved_by,
        now=now,
        facts=told,
        edition=acting.edition.name,
    )
    opened = cases.open_tasks(tx, one.case_id)
    return opened[0].element if opened else None
