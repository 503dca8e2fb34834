"""A vote that was recorded wrongly is corrected by a new act that names the old one; nothing is edited.

Only figures that leave the result as it was: where the result itself was wrong, the path has gone another
way already, and the competent committee orders the redo.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from engine import journal
from engine.errors import Conflict, InvalidAnswers, NotAllowed, Text
from engine.time import day_of
from engine.transactions import Transaction
from workflows import access
from workflows.admission import votes
from workflows.admission.acting import record_act
from workflows.admission.records import act, vote
from workflows.admission.side_acts import side_act
from workflows.rules.ballots import Quota, Vote

FROM_BALLOT = ("meeting_id", "case_id", "task_id", "step", "attempt")
FROM_RULES = ("numerator", "denominator", "comparison", "result", "outcome", "edition")
FIGURES = ("entitled", "exempt_absent", "away", "present", "votes_for", "votes_against", "invalid", "method")


def correct_vote(
    tx: Transaction, vote_id: int, figures: Mapping[str, Any], reason: str, *, by: int, now: datetime
) -> int:
    """Write the right figures of a vote as a new row. Returns its id.

    Raises NotFound, NotAllowed (who wrote the figures cannot correct them alone), InvalidAnswers, Conflict.
    """
    old = votes.standing_vote(tx, vote_id)
    seat = access.require(tx, by, "vote.correct", access.Vote(vote_id), day_of(now))
    if old.proposed_by == by:
        raise NotAllowed(Text("Người đã ghi biểu quyết không tự đính chính. Hãy nhờ người thứ hai."))
    if not reason.strip():
        raise InvalidAnswers({"reason": [Text("Cần ghi lý do đính chính.")]})
    values = {name: figures.get(name, getattr(old, name)) for name in FIGURES}
    cast = Vote(**values, attempt=old.attempt)
    faults = cast.faults()
    if faults:
        raise InvalidAnswers({name: [text] for name, text in faults.items()})
    result = cast.result(Quota(old.numerator, old.denominator, old.comparison, _base(old)))
    if ("carried" if result.carried else "failed") != old.result:
        raise Conflict(
            Text("Số đúng làm đổi kết quả biểu quyết: không đính chính được, phải làm lại theo quy định.")
        )
    return _write(tx, old, values, result.base, reason, seat, now)


def _base(old: Any) -> str:
    """Was the share counted of all or of those present? The row keeps the number, not the word."""
    return "total" if old.base == old.entitled - old.exempt_absent - old.away else "present"


def _write(
    tx: Transaction,
    old: Any,
    values: dict[str, Any],
    base: int,
    reason: str,
    seat: access.Seat,
    now: datetime,
) -> int:
    on = tx.execute(select(act.c.on_day).where(act.c.id == old.act_id)).scalar_one()
    by, answers = seat.user_id, {"on": on, "reason": reason}
    acting = side_act(
        tx, old.case_id, "correction", answers, by=by, now=now, follows=False, for_user=seat.deputises
    )
    acting.outcome = old.outcome
    record_act(acting)
    tx.execute(update(act).where(act.c.id == acting.act_id).values(corrects_id=old.act_id))
    tx.execute(update(vote).where(vote.c.id == old.id).values(status="corrected"))
    kept = {name: getattr(old, name) for name in FROM_BALLOT + FROM_RULES}
    row = kept | values | {"base": base, "status": "standing", "proposed_by": by, "proposed_at": now}
    row["proposed_for"] = seat.deputises
    number = tx.insert(vote, row | {"act_id": acting.act_id, "corrects_id": old.id})
    facts = {**acting.facts, "vote": number, "corrects": old.id}
    journal.append(tx, old.case_id, "correction", on=on, by=by, now=now, element=old.step, facts=facts)
    return number
