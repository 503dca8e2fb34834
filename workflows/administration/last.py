"""Somebody is always left who administers: the last administrator of a place can neither go nor close."""

from datetime import date

from sqlalchemy import exists, or_, select

from engine.errors import Conflict, Text
from engine.transactions import Transaction
from workflows.organisations.queries import tree_of
from workflows.organisations.records import organisation
from workflows.people.records import position, user_account


def require_another_administrator(
    tx: Transaction,
    organisation_id: int,
    *,
    on: date,
    without_account: int | None = None,
    without_position: int | None = None,
) -> None:
    """Conflict unless somebody else administers this organisation or one above it, from that day on.

    Somebody: a position of administrator without a known end, with an active account that has a password.
    The rows of all administrators are held, so that two who leave at once do not both count on the other.
    """
    places = {organisation_id, *tree_of(tx).ancestors_on(organisation_id, on)}
    p, a = position.c, user_account.c
    tx.execute(select(p.id).where(p.position == "administrator").order_by(p.id).with_for_update()).all()
    other = (
        exists()
        .where(p.user_id == a.id, a.active.is_(True), a.password.is_not(None))
        .where(p.position == "administrator", p.deputises_id.is_(None), p.organisation_id.in_(places))
        .where(p.valid_from <= on, p.valid_to.is_(None))
    )
    if without_account is not None:
        other = other.where(p.user_id != without_account)
    if without_position is not None:
        other = other.where(p.id != without_position)
    if tx.execute(select(or_(other))).scalar():
        return
    name = tx.execute(select(organisation.c.name).where(organisation.c.id == organisation_id)).scalar()
    raise Conflict(
        Text(
            "Đây là quản trị viên cuối cùng của {organisation}. "
            "Hãy giao chức vụ quản trị viên cho người khác trước.",
            organisation=name or "",
        )
    )
