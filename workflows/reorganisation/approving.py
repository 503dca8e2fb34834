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
from workflows.reorganisation.plans import MOVED_ON, changes_of, delete_change, hold, put
from workflows.reorganisation.records import APPROVED, DRAFT, RUNNING, SUBMITTED
from workflows.reorganisation.telling import AGREED, RETURNED, tell_makers, waits_no_more

BEGUN = Text("Phương án đã bắt đầu thực hiện nên không trả lại được nữa.")
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
    waits_no_more(tx, plan, now=now)
    tell_makers(tx, plan, AGREED, by=by, now=now)


def send_back(tx: Transaction, plan_id: int, reason: str, *, by: int, on: date, now: datetime) -> None:
    """To its maker, with a reason, until something of it is done: even when approved, or stopped at once."""
    plan = hold(tx, plan_id, SUBMITTED, APPROVED, RUNNING)
    if plan.state == RUNNING and (
        plan.stopped_at is None or any(one.done for one in changes_of(tx, plan_id))
    ):
        raise Conflict(BEGUN)
    why = " ".join(reason.split())[:300]
    if not why:
        raise InvalidAnswers({"reason": [Text("Cần ghi lý do trả lại.")]})
    cleared = dict.fromkeys(("approved_by", "approved_at", "approval", "stopped_at", "stopped_because"))
    put(tx, plan_id, state=DRAFT, returned_because=why, revision=plan.revision + 1, **cleared)
    _note(tx, "reorganisation_returned", plan, by=by, on=on, now=now)
    waits_no_more(tx, plan, now=now)
    tell_makers(tx, plan, RETURNED, by=by, now=now)


def cut_short(tx: Transaction, plan_id: int, *, by: int, on: date, now: datetime) -> None:
    """A plan that stopped halfway goes on without the changes that were not done; another may do them."""
    plan = hold(tx, plan_id, RUNNING)
    if plan.stopped_at is None:
        raise Conflict(MOVED_ON)
    for change in changes_of(tx, plan_id):
        if not change.done:
            delete_change(tx, change.id)
    put(tx, plan_id, stopped_at=None, stopped_because=None)
    _note(tx, "reorganisation_cut", plan, by=by, on=on, now=now)


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
