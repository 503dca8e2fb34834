"""The official member who helps a candidate: assigned, replaced, lost; since when they share a unit."""

from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select, update

from engine.errors import InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from workflows.admission import history
from workflows.admission.acting import Acting
from workflows.admission.records import helper_assignment
from workflows.people.members import place_of
from workflows.transfers import custody


def assign(acting: Acting) -> int:
    """The cell's helper for this candidate from `on`; an earlier one ends as replaced."""
    member_id, since = acting.answers["member_id"], acting.answers.get("shared_since") or acting.on
    if since > acting.on:
        raise InvalidAnswers(
            {"shared_since": [Text("Ngày bắt đầu cùng đơn vị không thể sau ngày phân công.")]}
        )
    _is_official(acting, member_id)
    end(acting.tx, acting.main_case_id, acting.on, "replaced")
    row = {
        "case_id": acting.main_case_id,
        "act_id": acting.act_id,
        "member_id": member_id,
        "valid_from": acting.on,
        "shared_since": since,
        "after_transfer": moved(acting.tx, acting.main_case_id, acting.student_id),
    }
    acting.facts |= {"helper": member_id}
    return acting.tx.insert(helper_assignment, row)


def _is_official(acting: Acting, member_id: int) -> None:
    """Only an official member of the cell may help; adoption believes the paper about who was one."""
    place = place_of(acting.tx, member_id, acting.on)
    if acting.before_system and place is not None:
        return
    if place is None or place != (acting.organisation_id or acting.case.custodian_id, "official"):
        raise InvalidAnswers(
            {"member_id": [Text("Người giúp đỡ phải là đảng viên chính thức của chi bộ vào ngày phân công.")]}
        )


_CURRENT = select(helper_assignment).where(
    helper_assignment.c.case_id == bindparam("of_case"), helper_assignment.c.valid_to.is_(None)
)


def current(tx: Transaction, case_id: int) -> Any:
    """The helper of now; None where nobody is."""
    asked = {"of_case": case_id}
    return tx.once(("helper", case_id), lambda: tx.execute(_CURRENT, asked).first(), helper_assignment)


def end(tx: Transaction, case_id: int, on: date, because: str) -> bool:
    """The present helper's time ends; False where there was none. Never before it began."""
    now = current(tx, case_id)
    if now is None:
        return False
    if on < now.valid_from:
        raise InvalidAnswers(
            {
                "on": [
                    Text(
                        "Ngày thôi giúp đỡ không thể trước ngày phân công {day}.",
                        day=f"{now.valid_from:%d/%m/%Y}",
                    )
                ]
            }
        )
    tx.execute(
        update(helper_assignment)
        .where(helper_assignment.c.id == now.id)
        .values(valid_to=on, ended_because=because)
    )
    return True


def lose(tx: Transaction, case_id: int, on: date, because: str) -> int:
    """The helper left or died; returns the member's id. NotFound where nobody helps now."""
    now = current(tx, case_id)
    if now is None:
        raise NotFound(Text("Hồ sơ này hiện chưa có đảng viên giúp đỡ."))
    end(tx, case_id, on, because)
    return int(now.member_id)


def moved(tx: Transaction, case_id: int, student_id: int) -> bool:
    """Did the person change the unit once helped, or come from outside of the system? Then shared time is
    not asked of the new helper."""
    if custody.came_from_outside(tx, student_id):
        return True
    first = tx.execute(
        select(func.min(helper_assignment.c.act_id)).where(helper_assignment.c.case_id == case_id)
    ).scalar()
    return first is not None and history.moved_after(tx, case_id, int(first))
