"""One opening of a case in an emergency, as its page shows it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.records import case
from engine.secrets import reveal
from engine.transactions import Transaction
from workflows.access.records import glass
from workflows.organisations.records import organisation
from workflows.people.records import student, user_account

PURPOSE = "Xem xét lần mở khẩn"


def one_opening(tx: Transaction, glass_id: int) -> Any:
    """The row with the names around it; None where there is none."""
    opener, reviewer, ender = (user_account.alias(name) for name in ("opener", "reviewer", "ender"))
    seat, superior = organisation.alias("seat"), organisation.alias("superior")
    query = (
        select(
            glass,
            opener.c.name.label("opener"),
            reviewer.c.name.label("reviewer"),
            ender.c.name.label("ender"),
            seat.c.name.label("place"),
            superior.c.name.label("superior"),
            organisation.c.name.label("custodian"),
            student.c.id.label("student_id"),
            *(student.c[name] for name in ("family_name", "middle_name", "given_name")),
        )
        .join(opener, opener.c.id == glass.c.user_id)
        .outerjoin(reviewer, reviewer.c.id == glass.c.reviewed_by)
        .outerjoin(ender, ender.c.id == glass.c.ended_by)
        .join(seat, seat.c.id == glass.c.organisation_id)
        .outerjoin(superior, superior.c.id == glass.c.superior_id)
        .join(organisation, organisation.c.id == glass.c.custodian_id)
        .join(case, case.c.id == glass.c.case_id)
        .join(student, student.c.id == case.c.subject_id)
        .where(glass.c.id == glass_id)
    )
    return tx.execute(query).one_or_none()


def reason_of(tx: Transaction, glass_id: int, *, by: int, now: datetime) -> str:
    """The sealed words of the reason; the reading is logged."""
    row = one_opening(tx, glass_id)
    field = f"glass.{glass_id}.reason"
    found = reveal(tx, "student", row.student_id, [field], by=by, purpose=PURPOSE, now=now)
    return found.get(field, "")
