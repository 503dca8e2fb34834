"""Votes as formal acts: which body, which threshold, four eyes, attempts, correction by a new act.

The first person's figures wait as a pending row; a second person's confirmation lets them stand and the
step complete. Where the organisation has one account only, the vote stands with that said.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from engine.errors import Conflict, InvalidAnswers, NotFound, Text
from engine.records import task
from engine.secrets import reveal
from engine.transactions import Transaction
from workflows.access.standing_in import able_at
from workflows.admission import history
from workflows.admission.acting import Acting, keep_texts
from workflows.admission.meetings import attendance, meeting_for
from workflows.admission.records import vote
from workflows.rules.ballots import TOTAL, Quota, Result, Vote

CELL, PLENUM, STANDING = "cell", "plenum", "standing"


@dataclass(frozen=True)
class Ballot:
    """Who votes on a step, by which share, and which outcomes say that it carried or failed.

    `body` and `quota` of a deciding committee are those the approval chain named: standing or plenum.
    """

    body: str
    quota: str
    carried: str = "carried"
    failed: str = "failed"


DECIDING: Final = "decided_by"
BALLOTS: Final[dict[str, Ballot]] = {
    "branch_vote": Ballot("union_branch", "union_branch_quota"),
    "union_exec_vote": Ballot("union_exec", "union_exec_quota"),
    "cell_recognition": Ballot(CELL, "cell_recognition_quota", "recognised", "declined"),
    "union_resolution": Ballot("union_exec", "union_exec_quota"),
    "cell_vote": Ballot(CELL, "cell_quota"),
    "committee_resolution": Ballot(PLENUM, "committee_quota"),
    "admission_decision": Ballot(DECIDING, DECIDING, "admitted", "refused"),
    "cell_review": Ballot(CELL, "cell_quota"),
    "committee_review": Ballot(PLENUM, "committee_quota"),
    "recognition_decision": Ballot(DECIDING, DECIDING, "recognised", "refused"),
    "strike_off_vote": Ballot(CELL, "cell_quota"),
    "strike_off_resolution": Ballot(PLENUM, "committee_quota"),
    "strike_off_decision": Ballot(DECIDING, DECIDING, "struck_off", "kept"),
}
DECIDING_QUOTA: Final = {STANDING: "standing_quota", PLENUM: "delegated_quota"}


def taken(element: str, outcome: str | None) -> bool:
    """Does this outcome of the step say that a vote was taken?"""
    ballot = BALLOTS.get(element)
    return ballot is not None and outcome in (ballot.carried, ballot.failed)


def body_of(acting: Acting) -> tuple[str, Quota]:
    """The body that votes and its threshold, by the edition of the day."""
    ballot = BALLOTS[acting.element]
    if ballot.body != DECIDING:
        return ballot.body, acting.edition.quota(ballot.quota)
    body = str(acting.case.words.get("decided_by") or STANDING)
    return body, acting.edition.quota(DECIDING_QUOTA[body])


def counted(acting: Acting) -> tuple[Result, int]:
    """The result that the figures give and the meeting they belong to; the outcome must agree with it."""
    ballot = BALLOTS[acting.element]
    body, quota = body_of(acting)
    organisation_id = acting.organisation_id or acting.case.custodian_id
    figures = attendance(acting, organisation_id, body)
    given: Callable[[str], Any] = acting.answers.get
    cast = Vote(
        entitled=figures.members,
        present=figures.present,
        votes_for=given("votes_for"),
        votes_against=given("votes_against"),
        invalid=given("invalid") or 0,
        exempt_absent=figures.exempt_absent,
        away=figures.away,
        method=given("method"),
        attempt=attempts(acting.tx, acting.case.id, acting.element) + 1,
    )
    faults = cast.faults()
    if faults:
        raise InvalidAnswers(
            {("members" if name == "entitled" else name): [text] for name, text in faults.items()}
        )
    result = cast.result(quota)
    expected = ballot.carried if result.carried else ballot.failed
    if acting.outcome != expected:
        raise InvalidAnswers(
            {"outcome": [Text("Kết quả chọn không khớp số phiếu: {count}", count=result.text())]}
        )
    return result, meeting_for(acting, organisation_id, body, figures)


def attempts(tx: Transaction, case_id: int, element: str) -> int:
    """How many votes of this step were taken so far, whatever came out."""
    ballot = BALLOTS[element]
    return history.count(tx, case_id, element, (ballot.carried, ballot.failed))


def second_person(
    tx: Transaction, organisation_id: int, positions: frozenset[str], day: date, *, beside: int | None
) -> bool:
    """Is there somebody else in the organisation who may confirm on that day, and who can sign in at all?"""
    return any(one.user_id != beside for one in able_at(tx, organisation_id, positions, day))


def record_vote(
    acting: Acting, *, status: str, confirmed_by: int | None = None, confirmed_at: datetime | None = None
) -> int:
    """The row of the vote; the database checks once more that the figures add up."""
    result, meeting_id = counted(acting)
    cast, quota = result.vote, result.quota
    row = {
        "meeting_id": meeting_id,
        "case_id": acting.case.id,
        "task_id": acting.task_id,
        "step": acting.element,
        "entitled": cast.entitled,
        "exempt_absent": cast.exempt_absent,
        "away": cast.away,
        "present": cast.present,
        "votes_for": cast.votes_for,
        "votes_against": cast.votes_against,
        "invalid": cast.invalid,
        "method": cast.method,
        "attempt": cast.attempt,
        "numerator": quota.numerator,
        "denominator": quota.denominator,
        "comparison": quota.comparison,
        "base": result.base if quota.base != TOTAL else cast.counted,
        "result": "carried" if result.carried else "failed",
        "outcome": acting.outcome,
        "edition": acting.edition.name,
        "status": status,
        "proposed_by": acting.by,
        "proposed_for": acting.for_user,
        "proposed_at": acting.now,
        "confirmed_by": confirmed_by,
        "confirmed_at": confirmed_at,
        "act_id": acting.act_id or None,
    }
    number = acting.tx.insert(vote, row)
    acting.facts |= {"vote": number, "result": row["result"], "attempt": cast.attempt}
    return number


def propose(acting: Acting) -> int:
    """Keep the first person's figures until a second person confirms; an earlier proposal gives way."""
    withdraw(acting.tx, acting.task_id)
    number = record_vote(acting, status="pending")
    answers = json.dumps(dict(acting.answers), default=str, ensure_ascii=False)
    keep_texts(acting, {"answers": answers}, of="vote", number=number)
    return number


_WITHDRAW = (
    update(vote)
    .where(vote.c.task_id == bindparam("of_task"), vote.c.status == "pending")
    .values(status="withdrawn")
)


def withdraw(tx: Transaction, task_id: int | None) -> None:
    """Takes back figures that nobody has confirmed."""
    tx.execute(_WITHDRAW, {"of_task": task_id})


def withdraw_closed(tx: Transaction, case_id: int) -> None:
    """Figures that wait on a step which the case has left are taken back with it."""
    still_open = select(task.c.id).where(task.c.case_id == case_id)
    tx.execute(
        update(vote)
        .where(vote.c.case_id == case_id, vote.c.status == "pending", vote.c.task_id.not_in(still_open))
        .values(status="withdrawn")
    )


def pending(tx: Transaction, task_id: int) -> Any:
    """The row that waits for a second person; None when none does."""
    return tx.execute(select(vote).where(vote.c.task_id == task_id, vote.c.status == "pending")).first()


def proposed_answers(
    tx: Transaction, student_id: int, vote_id: int, *, by: int, now: datetime
) -> dict[str, Any]:
    """What the first person wrote; reading it leaves a row in the read log."""
    name = f"vote.{vote_id}.answers"
    found = reveal(tx, "student", student_id, [name], by=by, purpose="xác nhận biểu quyết", now=now)
    answers: dict[str, Any] = json.loads(found[name])
    return answers


def stand(acting: Acting, vote_id: int, *, confirmed_by: int) -> None:
    """The pending vote stands: the second person's name is on it, the act is named."""
    changed = acting.tx.execute(
        update(vote)
        .where(vote.c.id == vote_id, vote.c.status == "pending")
        .values(status="standing", confirmed_by=confirmed_by, confirmed_at=acting.now, act_id=acting.act_id)
    )
    if changed.rowcount != 1:
        raise Conflict()
    found = acting.tx.execute(select(vote.c.result, vote.c.attempt).where(vote.c.id == vote_id)).one()
    acting.facts |= {"vote": vote_id, "result": found.result, "attempt": found.attempt}


def standing_vote(tx: Transaction, vote_id: int) -> Any:
    """A vote that stands, or NotFound."""
    found = tx.execute(select(vote).where(vote.c.id == vote_id, vote.c.status == "standing")).first()
    if found is None:
        raise NotFound(Text("Không có biểu quyết này, hoặc biểu quyết đã được đính chính."))
    return found
