"""The case page: who, where on the path, whose turn, by when, what is missing, and the whole record below."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from engine.records import case, clock, document, journal, task, timer
from engine.transactions import Transaction
from workflows.admission.records import (
    act,
    helper_assignment,
    meeting,
    opinion_request,
    verification_request,
    vote,
)
from workflows.desk.progress import PATH
from workflows.organisations.records import institution, organisation
from workflows.people.records import member, student, user_account

JOURNAL_LINES = 200

__all__ = ["PATH", "CasePage", "case_page"]


@dataclass(frozen=True)
class CasePage:
    """Everything of one case; rows as the database gives them, words are the page's business."""

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
    journal: list[Any]
    side_cases: list[Any]

    @property
    def open_clocks(self) -> list[Any]:
        return [row for row in self.clocks if row.closed_on is None]


def case_page(tx: Transaction, case_id: int) -> CasePage | None:
    """None when there is no such case."""
    row = tx.execute(select(case).where(case.c.id == case_id)).one_or_none()
    if row is None:
        return None
    person = tx.execute(select(student).where(student.c.id == row.subject_id)).one()
    of_case = or_(case.c.id == case_id, case.c.parent_id == case_id)
    numbers = [line.id for line in tx.execute(select(case.c.id).where(of_case))]
    return CasePage(
        case=row,
        student=person,
        custodian=_name_of(tx, organisation, row.custodian_id),
        institution=_name_of(tx, institution, person.institution_id) or "",
        tasks=_tasks(tx, numbers),
        timers=list(tx.execute(select(timer).where(timer.c.case_id == case_id).order_by(timer.c.due_at))),
        clocks=list(
            tx.execute(select(clock).where(clock.c.case_id == case_id).order_by(clock.c.due_on, clock.c.id))
        ),
        votes=_votes(tx, case_id),
        documents=_documents(tx, case_id),
        verifications=_requests(tx, verification_request, case_id),
        opinions=_requests(tx, opinion_request, case_id),
        helper=_helper(tx, case_id),
        journal=_journal(tx, case_id),
        side_cases=list(
            tx.execute(select(case.c.id, case.c.kind, case.c.closed_on).where(case.c.parent_id == case_id))
        ),
    )


def model_of(tx: Transaction, case_id: int) -> int:
    """The number of the models that the case runs on."""
    return int(tx.execute(select(case.c.model_id).where(case.c.id == case_id)).scalar_one())


def drawn_process(page: CasePage) -> str:
    """The process whose drawing says most: where a task is open, else the stage, else the whole path."""
    own = [line.process for line in page.tasks if line.case_id == page.case.id]
    return str(own[0] if own else page.case.stage or "admission")


def stage_of(tx: Transaction, case_id: int) -> str | None:
    """The stage where the case stands; None when it is closed."""
    stage: str | None = tx.execute(select(case.c.stage).where(case.c.id == case_id)).scalar()
    return stage


def waiting_elements(tx: Transaction, case_id: int) -> dict[str, set[str]]:
    """Process → elements where the case stands: its open tasks and its timers."""
    found: dict[str, set[str]] = {}
    rows = tx.execute(select(task.c.process, task.c.element).where(task.c.case_id == case_id))
    for row in rows:
        found.setdefault(row.process, set()).add(row.element)
    names = [row.name for row in tx.execute(select(timer.c.name).where(timer.c.case_id == case_id))]
    found.setdefault("", set()).update(names)
    return found


def passed_elements(tx: Transaction, case_id: int) -> set[str]:
    """Elements of which an act was recorded."""
    return {
        row.element for row in tx.execute(select(act.c.element).where(act.c.case_id == case_id).distinct())
    }


def _name_of(tx: Transaction, table: Any, number: int | None) -> str | None:
    return tx.execute(select(table.c.name).where(table.c.id == number)).scalar()


def _tasks(tx: Transaction, case_ids: list[int]) -> list[Any]:
    query = (
        select(task, organisation.c.name.label("organisation"))
        .outerjoin(organisation, organisation.c.id == task.c.organisation_id)
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


def _journal(tx: Transaction, case_id: int) -> list[Any]:
    query = (
        select(journal, user_account.c.name.label("who"), organisation.c.name.label("behalf"))
        .outerjoin(user_account, user_account.c.id == journal.c.by)
        .outerjoin(organisation, organisation.c.id == journal.c.on_behalf_of)
        .where(journal.c.case_id == case_id)
        .order_by(journal.c.seq.desc())
        .limit(JOURNAL_LINES)
    )
    return list(tx.execute(query))


def age_in_words(born: date, on: date) -> tuple[int, int]:
    """Completed years and months."""
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return divmod(months, 12)
