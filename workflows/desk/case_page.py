"""The rows behind the case page: who, whose turn, votes, documents, requests; words are for the page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.records import case, clock, document, task, timer
from engine.transactions import Transaction
from workflows.admission.records import (
    helper_assignment,
    meeting,
    opinion_request,
    verification_request,
    vote,
)
from workflows.desk.progress import PATH
from workflows.organisations.records import institution, organisation
from workflows.people.records import member, student, user_account

__all__ = ["PATH", "CasePage", "age_in_words", "case_page", "model_of"]


@dataclass(frozen=True)
class CasePage:
    """One case with what happened in it; rows as the database gives them."""

    case: Any
    student: Any
    custodian: str | None
    institution: str
    tasks: list[Any]
    timers: list[Any]
    clocks: list[Any]
    votes: list[Any]
    documents: list[Any]
    verifications: list[Any]
    opinions: list[Any]
    helper: Any
    side_cases: list[Any]

    @property
    def name(self) -> str:
        parts = (self.student.family_name, self.student.middle_name, self.student.given_name)
        return " ".join(part for part in parts if part)

    def asked(self, line: Any) -> str | None:
        """Whom the request went to that an open task answers; None for any other task."""
        rows = {"verification_reply": self.verifications, "opinion_reply": self.opinions}
        found = next((row for row in rows.get(line.element, ()) if row.id == line.item), None)
        return (found.organisation or found.addressee) if found is not None else None

    @property
    def open_clocks(self) -> list[Any]:
        return [row for row in self.clocks if row.closed_on is None]


def case_page(tx: Transaction, case_id: int) -> CasePage | None:
    """None when there is no such case."""
    row = tx.execute(select(case).where(case.c.id == case_id)).one_or_none()
    if row is None:
        return None
    school = institution.c.name.label("institution")
    person = tx.execute(
        select(student, school)
        .outerjoin(institution, institution.c.id == student.c.institution_id)
        .where(student.c.id == row.subject_id)
    ).one()
    sides = select(case.c.id, case.c.kind, case.c.opened_on, case.c.closed_on).where(
        case.c.parent_id == case_id
    )
    side_cases = list(tx.execute(sides.order_by(case.c.id)))
    numbers = [case_id, *(line.id for line in side_cases)]
    timers = select(timer).where(timer.c.case_id == case_id).order_by(timer.c.due_at)
    clocks = select(clock).where(clock.c.case_id == case_id).order_by(clock.c.due_on, clock.c.id)
    return CasePage(
        case=row,
        student=person,
        custodian=tx.execute(
            select(organisation.c.name).where(organisation.c.id == row.custodian_id)
        ).scalar(),
        institution=person.institution or "",
        tasks=_tasks(tx, numbers),
        timers=list(tx.execute(timers)),
        clocks=list(tx.execute(clocks)),
        votes=_votes(tx, case_id),
        documents=_documents(tx, case_id),
        verifications=_requests(tx, verification_request, case_id),
        opinions=_requests(tx, opinion_request, case_id),
        helper=_helper(tx, case_id),
        side_cases=side_cases,
    )


def model_of(tx: Transaction, case_id: int) -> int:
    """The number of the models that the case runs on."""
    return int(tx.execute(select(case.c.model_id).where(case.c.id == case_id)).scalar_one())


def drawn_process(page: CasePage) -> str:
    """The process whose drawing says most: where a task is open, else the stage, else the whole path."""
    own = [line.process for line in page.tasks if line.case_id == page.case.id]
    return str(own[0] if own else page.case.stage or "admission")


def names_of(tx: Transaction, table: Any, numbers: Collection[int]) -> dict[int, str]:
    """Names of organisations or accounts by their numbers."""
    if not numbers:
        return {}
    rows = tx.execute(select(table.c.id, table.c.name).where(table.c.id.in_(numbers)))
    return {row.id: row.name for row in rows}


def _tasks(tx: Transaction, case_ids: list[int]) -> list[Any]:
    query = (
        select(task, organisation.c.name.label("organisation"), user_account.c.name.label("assignee"))
        .outerjoin(organisation, organisation.c.id == task.c.organisation_id)
        .outerjoin(user_account, user_account.c.id == task.c.assignee_id)
        .where(task.c.case_id.in_(case_ids))
        .order_by(task.c.due_on.is_(None), task.c.due_on, task.c.id)
    )
    return list(tx.execute(query))


def _votes(tx: Transaction, case_id: int) -> list[Any]:
    proposer, confirmer = user_account.alias("proposer"), user_account.alias("confirmer")
    query = (
        select(
            vote,
            meeting.c.on_day,
            meeting.c.body,
            organisation.c.name.label("organisation"),
            proposer.c.name.label("proposer"),
            confirmer.c.name.label("confirmer"),
        )
        .join(meeting, meeting.c.id == vote.c.meeting_id)
        .join(organisation, organisation.c.id == meeting.c.organisation_id)
        .outerjoin(proposer, proposer.c.id == vote.c.proposed_by)
        .outerjoin(confirmer, confirmer.c.id == vote.c.confirmed_by)
        .where(vote.c.case_id == case_id)
        .order_by(meeting.c.on_day, vote.c.id)
    )
    return list(tx.execute(query))


def _documents(tx: Transaction, case_id: int) -> list[Any]:
    query = (
        select(document, organisation.c.name.label("organisation"))
        .outerjoin(organisation, organisation.c.id == document.c.organisation_id)
        .where(document.c.case_id == case_id)
        .order_by(document.c.on, document.c.id)
    )
    return list(tx.execute(query))


def _requests(tx: Transaction, table: Any, case_id: int) -> list[Any]:
    query = (
        select(table, organisation.c.name.label("organisation"))
        .outerjoin(organisation, organisation.c.id == table.c.organisation_id)
        .where(table.c.case_id == case_id)
        .order_by(table.c.sent_on, table.c.id)
    )
    return list(tx.execute(query))


def _helper(tx: Transaction, case_id: int) -> Any:
    query = (
        select(
            helper_assignment.c.valid_from, member.c.family_name, member.c.middle_name, member.c.given_name
        )
        .join(member, member.c.id == helper_assignment.c.member_id)
        .where(helper_assignment.c.case_id == case_id, helper_assignment.c.valid_to.is_(None))
    )
    return tx.execute(query).one_or_none()


def age_in_words(born: date, on: date) -> tuple[int, int]:
    """Completed years and months."""
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return divmod(months, 12)
