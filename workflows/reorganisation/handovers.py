"""Handovers under way to an organisation that ends go to its successor; the letter says whom it named."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from engine import cases, journal
from engine.records import case
from engine.time import day_of
from engine.transactions import Transaction
from workflows.organisations.queries import tree_of
from workflows.reorganisation.going import Going
from workflows.transfers.records import handover


def receivers_moved(tx: Transaction, plan: Any, goings: Collection[Going], *, now: datetime) -> int:
    """Gives how many handovers have another receiver now. Done again, it finds none."""
    today, tree, moved = day_of(now), tree_of(tx), 0
    for going in goings:
        if going.rest is None:
            continue
        to = tree.standing(going.rest, today)
        for case_id in _under_way(tx, going.organisation_id):
            tx.execute(update(handover).where(handover.c.case_id == case_id).values(receiver_id=to))
            facts = {"from": going.organisation_id, "to": to, "plan": plan.id, "number": plan.number}
            journal.append(
                tx, case_id, "receiver_moved", on=plan.on_day, by=plan.approved_by, now=now, facts=facts
            )
            cases.place_tasks(tx, case_id, on=today)
            moved += 1
    return moved


def _under_way(tx: Transaction, receiver_id: int) -> list[int]:
    h = handover.c
    query = (
        select(h.case_id)
        .join(case, case.c.id == h.case_id)
        .where(h.receiver_id == receiver_id, case.c.closed_on.is_(None))
    )
    return list(tx.execute(query.order_by(h.case_id)).scalars())
