"""What the page of a task shows beside its form: whose it is, the request it answers, the vote that waits."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from engine.records import case, task
from engine.transactions import Transaction
from workflows.admission.records import meeting, opinion_request, verification_request, vote
from workflows.desk.inbox_filters import DUE_STATE, SOON
from workflows.organisations.records import organisation
from workflows.people.records import student, user_account

REQUESTS = {
    "verification_reply": (verification_request, "about"),
    "opinion_reply": (opinion_request, "giver"),
}


@dataclass(frozen=True)
class Asked:
    """The request that a reply answers: about whom, whom it was sent to, when, under which number."""

    subject: str
    addressee: str
    sent_on: Any
    number: str | None


def task_and_student(tx: Transaction, task_id: int) -> Any:
    """An open task with the names of whom it is about."""
    return tx.execute(
        select(
            task.c.id,
            task.c.element,
            task.c.case_id.label("own_case_id"),
            func.coalesce(case.c.parent_id, case.c.id).label("case_id"),
            student.c.family_name,
            student.c.middle_name,
            student.c.given_name,
        )
        .join(case, case.c.id == task.c.case_id)
        .join(student, student.c.id == case.c.subject_id)
        .where(task.c.id == task_id)
    ).one()


def due_word(tx: Transaction, task_id: int, on: date) -> str:
    """The state of its deadline, as the inbox says it."""
    given = {"on": on, "soon_until": on + SOON}
    return str(tx.execute(select(DUE_STATE).where(task.c.id == task_id), given).scalar_one())


def organisation_name(tx: Transaction, organisation_id: int | None) -> str | None:
    return tx.execute(select(organisation.c.name).where(organisation.c.id == organisation_id)).scalar()


def request_asked(tx: Transaction, element: str, item: int | None) -> Asked | None:
    """The request row behind a reply; None for any other step."""
    if element not in REQUESTS or item is None:
        return None
    table, subject = REQUESTS[element]
    row = tx.execute(
        select(table, organisation.c.name.label("organisation"))
        .outerjoin(organisation, organisation.c.id == table.c.organisation_id)
        .where(table.c.id == item)
    ).one_or_none()
    if row is None:
        return None
    return Asked(str(row._mapping[subject]), row.organisation or row.addressee, row.sent_on, row.number)


def pending_vote(tx: Transaction, task_id: int) -> Any:
    """The figures that wait for a second person, with the meeting's day and the first person's name."""
    return tx.execute(
        select(vote, meeting.c.on_day, user_account.c.name.label("proposer"))
        .join(meeting, meeting.c.id == vote.c.meeting_id)
        .outerjoin(user_account, user_account.c.id == vote.c.proposed_by)
        .where(vote.c.task_id == task_id, vote.c.status == "pending")
    ).one_or_none()
