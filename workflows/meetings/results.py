"""What was recorded of a meeting: who came, the votes of its day, what else was decided, the pool."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, exists, func, select

from engine.records import case
from engine.transactions import Transaction
from workflows.admission.records import act, meeting, vote
from workflows.meetings.bodies import SETTLES, votes_of
from workflows.meetings.queries import CLASS, Planned, full, on_its_day
from workflows.meetings.records import agenda_item, meeting_attendance
from workflows.people.records import member, pool_review, student, user_account


class Came(NamedTuple):
    """One member of the roll at a meeting."""

    member_id: int
    name: str
    status: str
    came: str


def attendance_of(tx: Transaction, meeting_id: int) -> list[Came]:
    """Who came, as it was recorded, by name."""
    rows: Any = tx.execute(
        select(
            member.c.id,
            member.c.family_name,
            member.c.middle_name,
            member.c.given_name,
            meeting_attendance.c.status,
            meeting_attendance.c.came,
        )
        .join(member, member.c.id == meeting_attendance.c.member_id)
        .where(meeting_attendance.c.planned_meeting_id == meeting_id)
        .order_by(member.c.sort_key, member.c.id)
    )
    return [Came(r[0], full(*r[1:4]), r[4], r[5]) for r in rows]


def recorded(tx: Transaction, of: Planned) -> Row[Any] | None:
    """The attendance that votes of that day rest on; the same kind of meeting first."""
    query = select(meeting).where(
        meeting.c.organisation_id == of.organisation_id,
        meeting.c.body == of.body,
        meeting.c.branch == of.branch,
        meeting.c.on_day == of.on_day,
        meeting.c.kind == of.kind,
    )
    return tx.execute(query).one_or_none()


@dataclass(frozen=True)
class Counted:
    """One recorded vote with the names around it. `row`: the vote's own columns."""

    row: Any
    name: str
    birth_date: date
    class_name: str
    number: str | None
    proposer: str | None
    confirmer: str | None
    rank: int | None
    shared: bool


def counted(tx: Transaction, of: Planned) -> list[Counted]:
    """The votes of that body on that day: those that wait and those that stand, in the agenda's order."""
    proposer, confirmer = user_account.alias("proposer"), user_account.alias("confirmer")
    on_agenda = and_(
        agenda_item.c.planned_meeting_id == of.id,
        agenda_item.c.case_id == vote.c.case_id,
        agenda_item.c.element == vote.c.step,
    )
    rows: Any = tx.execute(
        select(
            vote,
            *(student.c[name] for name in ("family_name", "middle_name", "given_name", "birth_date")),
            CLASS.label("class_of"),
            act.c.number.label("paper_number"),
            proposer.c.name.label("proposer"),
            confirmer.c.name.label("confirmer"),
            agenda_item.c.rank,
            meeting.c.kind.label("meeting_kind"),
        )
        .join(meeting, meeting.c.id == vote.c.meeting_id)
        .join(case, case.c.id == vote.c.case_id)
        .join(student, student.c.id == case.c.subject_id)
        .outerjoin(act, act.c.id == vote.c.act_id)
        .outerjoin(proposer, proposer.c.id == vote.c.proposed_by)
        .outerjoin(confirmer, confirmer.c.id == vote.c.confirmed_by)
        .outerjoin(agenda_item, on_agenda)
        .where(*on_its_day(_Values(of)), vote.c.status.in_(("pending", "standing")))
        .order_by(func.coalesce(agenda_item.c.rank, 10**6), student.c.sort_key, vote.c.id)
    )
    return [
        Counted(
            row,
            full(row.family_name, row.middle_name, row.given_name),
            row.birth_date,
            row.class_of,
            row.paper_number,
            row.proposer,
            row.confirmer,
            row.rank,
            row.meeting_kind == of.kind,
        )
        for row in rows
    ]


class _Values:
    """The key of one meeting, for the same comparison as between two tables."""

    def __init__(self, of: Planned) -> None:
        self.organisation_id, self.body = of.organisation_id, of.body
        self.branch, self.on_day = of.branch, of.on_day


class Settled(NamedTuple):
    """Something else that was decided on the day: an act without a count."""

    case_id: int
    element: str
    outcome: str | None
    number: str | None
    name: str


def settled(tx: Transaction, of: Planned) -> list[Settled]:
    """Acts of that organisation on that day that a meeting of the body settles, without counted votes."""
    of_branch = [CLASS.in_([of.branch])] if of.branch else []
    counted_acts = select(vote.c.act_id).where(vote.c.act_id.is_not(None))
    rows: Any = tx.execute(
        select(
            func.coalesce(case.c.parent_id, case.c.id),
            act.c.element,
            act.c.outcome,
            act.c.number,
            *(student.c[name] for name in ("family_name", "middle_name", "given_name")),
        )
        .join(case, case.c.id == act.c.case_id)
        .join(student, student.c.id == case.c.subject_id)
        .where(
            act.c.organisation_id == of.organisation_id,
            act.c.on_day == of.on_day,
            act.c.element.in_((*votes_of(of.body), *SETTLES[of.body])),
            act.c.before_system.is_(False),
            act.c.id.not_in(counted_acts),
            *of_branch,
        )
        .order_by(act.c.element, student.c.sort_key, act.c.id)
    )
    return [Settled(r[0], r[1], r[2], r[3], full(*r[4:7])) for r in rows]


def decided(tx: Transaction, of: Planned) -> set[tuple[int, str]]:
    """(case, step) of everything that this meeting decided: not asked again, even if the step is open."""
    votes = {(one.row.case_id, one.row.step) for one in counted(tx, of)}
    return votes | {(one.case_id, one.element) for one in settled(tx, of)}


def pool_confirmed(tx: Transaction, of: Planned) -> bool:
    """Did a meeting of that day confirm the cell's pool?"""
    query = exists().where(pool_review.c.cell_id == of.organisation_id, pool_review.c.meeting_on == of.on_day)
    return bool(tx.execute(select(query)).scalar())


def last_pool_review(tx: Transaction, cell_id: int) -> date | None:
    query = select(func.max(pool_review.c.meeting_on)).where(pool_review.c.cell_id == cell_id)
    return tx.execute(query).scalar()
