"""What the pages of bulk work show: one's own batches, and the lines of one with their people."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import case as when
from sqlalchemy import func, select

from engine.errors import NotFound
from engine.records import case
from engine.transactions import Transaction
from workflows.admission.records import meeting, opinion_request, verification_request, vote
from workflows.bulk.records import DRAFT, FAILED, KEPT, READY, REFUSED, batch, batch_line
from workflows.organisations.records import organisation
from workflows.people.records import student, user_account

REQUESTS = {
    "verification_reply": (verification_request, "about"),
    "opinion_reply": (opinion_request, "giver"),
}
SHOWN = 50


class Line(NamedTuple):
    """One line with its person; `result` and `why` as `doing` keeps them."""

    id: int
    rank: int
    task_id: int | None
    case_id: int | None
    student_id: int
    item: int | None
    vote_id: int | None
    state: str
    result: dict[str, Any] | None
    why: dict[str, Any] | None
    family_name: str
    middle_name: str
    given_name: str
    birth_date: date
    class_name: str | None
    course: str | None

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.family_name, self.middle_name, self.given_name) if part)


def find_batch(tx: Transaction, batch_id: int) -> Any:
    """A batch, or NotFound."""
    found = tx.execute(select(batch).where(batch.c.id == batch_id)).first()
    if found is None:
        raise NotFound
    return found


def lines_of(tx: Transaction, batch_id: int, *states: str) -> list[Line]:
    """The lines in their order, all or those in some states."""
    query = (
        select(
            *(batch_line.c[name] for name in Line._fields[:10]),
            *(student.c[name] for name in Line._fields[10:]),
        )
        .join(student, student.c.id == batch_line.c.student_id)
        .where(batch_line.c.batch_id == batch_id)
        .order_by(batch_line.c.rank)
    )
    if states:
        query = query.where(batch_line.c.state.in_(states))
    return [Line(*tuple(row)) for row in tx.execute(query)]


def batches_of(tx: Transaction, user_id: int) -> list[Any]:
    """One's own batches with their counts, the newest first; forms that were never sent are left out."""
    counts = [
        func.sum(when((batch_line.c.state == word, 1), else_=0)).label(word)
        for word in (KEPT, REFUSED, FAILED, READY)
    ]
    query = (
        select(batch, organisation.c.name.label("organisation"), func.count().label("lines"), *counts)
        .join(batch_line, batch_line.c.batch_id == batch.c.id)
        .outerjoin(organisation, organisation.c.id == batch.c.organisation_id)
        .where(batch.c.by == user_id, batch.c.state != DRAFT)
        .group_by(batch.c.id, organisation.c.name)
        .order_by(batch.c.id.desc())
        .limit(SHOWN)
    )
    return list(tx.execute(query))


def organisation_name(tx: Transaction, organisation_id: int | None) -> str | None:
    return tx.execute(select(organisation.c.name).where(organisation.c.id == organisation_id)).scalar()


def custodians(tx: Transaction, case_ids: Sequence[int]) -> dict[int, int]:
    """Case → the organisation that answers for it."""
    query = select(case.c.id, case.c.custodian_id).where(case.c.id.in_(case_ids))
    return {row.id: row.custodian_id for row in tx.execute(query)}


def requests_asked(tx: Transaction, element: str | None, items: Sequence[int]) -> dict[int, tuple[str, str]]:
    """For replies: request → (about whom or who gives it, where it was sent)."""
    if element not in REQUESTS:
        return {}
    table, subject = REQUESTS[element]
    query = (
        select(table.c.id, table.c[subject], table.c.addressee, organisation.c.name)
        .outerjoin(organisation, organisation.c.id == table.c.organisation_id)
        .where(table.c.id.in_(items))
    )
    return {
        row.id: (str(row._mapping[subject]), row.name or row.addressee or "") for row in tx.execute(query)
    }


def figures_waiting(tx: Transaction, vote_ids: Sequence[int]) -> dict[int, Any]:
    """The figures that wait for a second person, with the meeting's day and the name of the first."""
    query = (
        select(vote, meeting.c.on_day, user_account.c.name.label("proposer"))
        .join(meeting, meeting.c.id == vote.c.meeting_id)
        .outerjoin(user_account, user_account.c.id == vote.c.proposed_by)
        .where(vote.c.id.in_(vote_ids))
    )
    return {row.id: row for row in tx.execute(query)}
