"""Requests sent out: verification of the history, one an address, and opinions, one a giver.

They live here and not in the engine's tokens, so an answer that came in survives a change of unit or a
second round; a request may be answered on behalf of an organisation that has no account.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Table, func, select, update

from engine.errors import Conflict, InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.admission.acting import Acting, keep_texts
from workflows.admission.clocks import start, stop
from workflows.admission.records import opinion_request, verification_request


def send_verifications(acting: Acting) -> None:
    """One row and one clock for each address; nothing when no place has to be asked."""
    for address in acting.answers.get("addresses") or ():
        number = _sent(
            acting, verification_request, address, about=address["about"], abroad=address["abroad"]
        )
        keep_texts(acting, {"person": address.get("person")}, of="verification", number=number)
        rule = "verification_abroad" if address["abroad"] else "verification"
        start(acting, "verification", acting.on, rule=rule, item=number)


def send_again(acting: Acting) -> None:
    """Ask again where the answer was unclear: the new requests take the place of the unclear ones."""
    unclear = [row.id for row in verifications(acting.tx, acting.case.id) if row.answer == "unclear"]
    send_verifications(acting)
    newest = max(row.id for row in verifications(acting.tx, acting.case.id))
    acting.tx.execute(
        update(verification_request)
        .where(verification_request.c.id.in_(unclear))
        .values(replaced_by_id=newest)
    )


def weigh(acting: Acting, words: tuple[str, ...]) -> None:
    """The committee looked at unclear or adverse answers and said what they weigh."""
    acting.tx.execute(
        update(verification_request)
        .where(
            verification_request.c.case_id == acting.case.id,
            verification_request.c.answer.in_(words),
            verification_request.c.replaced_by_id.is_(None),
        )
        .values(weighed=acting.outcome)
    )


def answer_verification(acting: Acting) -> None:
    """The answer of one address; its content is sealed, its clock stops."""
    _answered(acting, verification_request, "verification")
    stop(acting, "verification", item=acting.item)


def send_opinions(acting: Acting) -> None:
    """One row for each organisation asked for its opinion; no clock is known for these."""
    for giver in acting.answers.get("givers") or ():
        _sent(acting, opinion_request, giver, giver=giver["giver"])


def answer_opinion(acting: Acting) -> None:
    """The opinion of one giver; its content is sealed."""
    _answered(acting, opinion_request, "opinion")


def verifications(tx: Transaction, case_id: int) -> list[Any]:
    """The requests that count: those not replaced by a later one, oldest first."""
    query = select(verification_request).where(
        verification_request.c.case_id == case_id, verification_request.c.replaced_by_id.is_(None)
    )
    return list(tx.execute(query.order_by(verification_request.c.id)))


def opinions(tx: Transaction, case_id: int) -> list[Any]:
    """All opinions asked for, oldest first."""
    query = select(opinion_request).where(opinion_request.c.case_id == case_id)
    return list(tx.execute(query.order_by(opinion_request.c.id)))


def _sent(acting: Acting, table: Table, to: Mapping[str, Any], **own: Any) -> int:
    row = {
        "case_id": acting.case.id,
        "act_id": acting.act_id,
        "organisation_id": to.get("organisation_id"),
        "addressee": to.get("addressee"),
        "sent_on": acting.on,
        "number": acting.number,
        **own,
    }
    return acting.tx.insert(table, row)


def _answered(acting: Acting, table: Table, of: str) -> None:
    found = acting.tx.execute(select(table).where(table.c.id == acting.item)).one()
    if found.answered_on is not None:
        raise Conflict(Text("Yêu cầu này đã có trả lời ngày {day}.", day=f"{found.answered_on:%d/%m/%Y}"))
    _not_before(acting.on, found.sent_on)
    acting.tx.execute(
        update(table)
        .where(table.c.id == acting.item)
        .values(
            answered_on=acting.on,
            answer=acting.answers["answer"],
            answer_number=acting.number,
            answer_act_id=acting.act_id,
        )
    )
    acting.facts |= {"answer": acting.answers["answer"], f"{of}_request": acting.item}


def after_answers(acting: Acting, table: Table) -> None:
    """Answers are weighed when they are all there: never on a day before the last of them."""
    query = select(func.max(table.c.answered_on)).where(table.c.case_id == acting.case.id)
    last = acting.tx.execute(query).scalar()
    if last is not None and acting.on < last:
        day = f"{last:%d/%m/%Y}"
        raise InvalidAnswers({"on": [Text("Không thể trước ngày có trả lời cuối cùng, {day}.", day=day)]})


def _not_before(on: date, sent_on: date) -> None:
    if on < sent_on:
        raise InvalidAnswers(
            {"on": [Text("Ngày trả lời không thể trước ngày gửi {day}.", day=f"{sent_on:%d/%m/%Y}")]}
        )
