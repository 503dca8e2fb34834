"""The second person: another administrator of the same organisation, or one above; where nobody else could,
the maker alone, and the plan says "một người xác nhận"."""

from datetime import date, datetime
from typing import Any

from engine.errors import Conflict, InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.access.permissions import ADMINISTRATORS
from workflows.access.standing_in import able_at
from workflows.administration.log import note
from workflows.organisations.queries import tree_of
from workflows.reorganisation.plans import hold, put
from workflows.reorganisation.records import APPROVED, DRAFT, SUBMITTED

OWN_PLAN = Text("Người trình không tự duyệt khi còn quản trị viên khác duyệt được. Hãy nhờ đồng chí ấy.")


def approvers(tx: Transaction, plan: Any, on: date) -> dict[int, str]:
    """Who else could approve it on the day → as what: administrators there and above who can sign in."""
    found: dict[int, str] = {}
    for one in (plan.organisation_id, *tree_of(tx).ancestors_on(plan.organisation_id, on)):
        how = "two_persons" if one == plan.organisation_id else "superior"
        for able in able_at(tx, one, ADMINISTRATORS, on):
            if able.user_id not in (plan.made_by, plan.submitted_by):
                found.setdefault(able.user_id, how)
    return found


def approve(tx: Transaction, plan_id: int, *, revision: int, by: int, on: date, now: datetime) -> None:
    """It is carried out on its day, at once where that has come."""
    plan = hold(tx, plan_id, SUBMITTED, revision=revision)
    others = approvers(tx, plan, on)
    how = others.get(by, "one_person")
    if how == "one_person" and others:
        raise Conflict(OWN_PLAN)
    if how == "one_person":  # the maker stands for both
        put(tx, plan_id, submitted_by=by)
    put(tx, plan_id, state=APPROVED, approved_by=by, approved_at=now, approval=how)
    _note(tx, "reorganisation_approved", plan, by=by, on=on, now=now)


def send_back(tx: Transaction, plan_id: int, reason: str, *, by: int, on: date, now: datetime) -> None:
    """To its maker, with a reason, until something of it is done: before its day even when approved."""
    plan = hold(tx, plan_id, SUBMITTED, APPROVED)
    why = " ".join(reason.split())[:300]
    if not why:
        raise InvalidAnswers({"reason": [Text("Cần ghi lý do trả lại.")]})
    cleared = dict.fromkeys(("approved_by", "approved_at", "approval"))
    put(tx, plan_id, state=DRAFT, returned_because=why, revision=plan.revision + 1, **cleared)
    _note(tx, "reorganisation_returned", plan, by=by, on=on, now=now)


def _note(tx: Transaction, kind: str, plan: Any, *, by: int, on: date, now: datetime) -> None:
    note(
        tx,
        kind,
        organisation_id=plan.organisation_id,
        on=on,
        by=by,
        now=now,
        plan=plan.id,
        name=plan.title,
        number=plan.number,
        since=plan.on_day,
    )
