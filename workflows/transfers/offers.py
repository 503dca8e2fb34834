"""The letter that is under way: whether there is one, and its answer. At most one waits for a person."""

from datetime import date

from sqlalchemy import bindparam, select, update

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


_CLOSE = (
    update(handover_offer)
    .where(handover_offer.c.handover_id == bindparam("of_handover"), handover_offer.c.answer.is_(None))
    .values(
        answer=bindparam("to_answer"),
        answered_on=bindparam("to_day"),
        answer_number=bindparam("to_number"),
        answer_act_id=bindparam("to_act"),
    )
    .returning(handover_offer.c.sender_id)
)


def close_offer(
    tx: Transaction,
    handover_id: int,
    word: str,
    on: date,
    number: str | None = None,
    act_id: int | None = None,
) -> int | None:
    """The open offer gets its answer; gives who wrote the letter."""
    answered = {"to_answer": word, "to_day": on, "to_number": number, "to_act": act_id}
    found = tx.execute(_CLOSE, {"of_handover": handover_id, **answered}).first()
    return None if found is None else found.sender_id
