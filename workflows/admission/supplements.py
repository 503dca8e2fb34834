"""What a return asks for, item by item, until it is supplied and accepted."""

from typing import Any

from sqlalchemy import select, update

from engine.transactions import Transaction
from workflows.admission.acting import Acting, keep_texts
from workflows.admission.records import supplement_item


def ask(acting: Acting) -> None:
    """The list of missing things that goes with a return; what is wanted is sealed, its type is not."""
    items = acting.answers.get("items") or ()
    for item in items:
        row = {
            "case_id": acting.case.id,
            "act_id": acting.act_id,
            "document_type": item.get("document_type"),
        }
        number = acting.tx.insert(supplement_item, row)
        keep_texts(acting, {"wanted": item["wanted"]}, of="item", number=number)
    acting.facts |= {"items": len(items)}


def supply(acting: Acting) -> None:
    """All that was asked for is there, says who supplies it."""
    acting.tx.execute(
        update(supplement_item)
        .where(supplement_item.c.case_id == acting.case.id, supplement_item.c.supplied_on.is_(None))
        .values(supplied_on=acting.on, supplied_act_id=acting.act_id)
    )


def accept(acting: Acting) -> None:
    """What was supplied is enough."""
    acting.tx.execute(
        update(supplement_item)
        .where(
            supplement_item.c.case_id == acting.case.id,
            supplement_item.c.supplied_on.is_not(None),
            supplement_item.c.accepted_on.is_(None),
        )
        .values(accepted_on=acting.on)
    )


def wanted(tx: Transaction, case_id: int) -> list[Any]:
    """What is still asked for."""
    query = select(supplement_item).where(
        supplement_item.c.case_id == case_id, supplement_item.c.accepted_on.is_(None)
    )
    return list(tx.execute(query.order_by(supplement_item.c.id)))
