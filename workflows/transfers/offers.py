"""The letter that is under way: whether there is one, and its answer. At most one waits for a person."""

from datetime import date

from sqlalchemy import select, update

from engine.transactions import Transaction
from workflows.transfers.records import handover, handover_offer


def letter_under_way(tx: Transaction, admission_id: int) -> str | None:
    """The form of the letter that waits for its answer; None where none does."""
    o = handover_offer.c
    found: str | None = tx.execute(
        select(o.variant)
        .join(handover, handover.c.case_id == o.handover_id)
        .where(handover.c.admission_id == admission_id, o.answer.is_(None))
    ).scalar()
    return found


def close_offer(
    tx: Transaction,
    handover_id: int,
    word: str,
    on: date,
    number: str | None = None,
    act_id: int | None = None,
) -> int | None:
    """The open offer gets its answer; gives who wrote the letter."""
    o = handover_offer.c
    found = tx.execute(
        select(o.id, o.sender_id).where(o.handover_id == handover_id, o.answer.is_(None))
    ).first()
    if found is None:
        return None
    answered = {"answer": word, "answered_on": on, "answer_number": number, "answer_act_id": act_id}
    tx.execute(update(handover_offer).where(o.id == found.id).values(answered))
    sender: int | None = found.sender_id
    return sender
