"""Outlook and plan of people, read for many at once by few statements; one person is a list of one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select

from engine.among import among
from engine.records import case, task, timer
from engine.transactions import Transaction
from workflows.admission.records import verification_request
from workflows.admission.vote_facts import facts_of_many
from workflows.forecast.outlook import Outlook, outlook
from workflows.forecast.plan import Ground, Plan, ground_of, plan
from workflows.organisations.records import institution
from workflows.people.names import Name
from workflows.people.records import consent, pool_entry, student
from workflows.rules.calendar import Calendar
from workflows.rules.eligibility import Facts
from workflows.rules.queries import calendar_of
from workflows.schedules.queries import meeting_days_of, school_days_of

NO_CELL: Final = 0  # where no cell follows a school yet: it meets as one that has no day of its own
NO_CASE: Final = 0
# Stages before the cell has voted: from here on nothing is planned backward.
BEFORE_VOTE: Final = (
    "source_building",
    "union_nomination",
    "candidacy",
    "awareness_class",
    "file_building",
    "file_checks",
    "admission_vote",
)


class Subject(NamedTuple):
    """Somebody on the roll, in a pool or with an open case; `cell_id`: whose meeting would vote.

    `party_id`, `union_id`, `school_cell_id`: the organisations of the school that may see the person.
    """

    student_id: int
    family_name: str
    middle_name: str
    given_name: str
    sort_key: bytes
    birth_date: date
    class_name: str | None
    course: str | None
    programme: str | None
    grade: int | None
    graduation_on: date | None
    commune_code: str | None
    institution_id: int
    institution: str
    cell_id: int | None
    party_id: int | None
    union_id: int | None
    school_cell_id: int | None
    pool_id: int | None
    case_id: int | None
    stage: str | None

    @property
    def name(self) -> str:
        return Name(self.family_name, self.middle_name, self.given_name).full

    @property
    def followed(self) -> bool:
        """More than the roll may be looked at: the student is in a pool or has a case."""
        return self.pool_id is not None or self.case_id is not None


@dataclass(frozen=True)
class Look:
    """What is foreseen for one person; nobody is planned for who is not followed.

    `opened`: open step or timer → since when. `ground`: the days that the plan was counted with.
    """

    of: Subject
    seen: Outlook
    plan: Plan | None
    opened: Mapping[str, date]
    ground: Ground

    @property
    def voted(self) -> bool:
        """The case stands beyond the vote."""
        return self.of.stage is not None and self.of.stage not in BEFORE_VOTE


class Asked(NamedTuple):
    """A case whose facts are asked for; somebody without one has a number that no case has."""

    id: int
    subject_id: int
    custodian_id: int


def subjects() -> Select[Any]:
    """Everybody on a roll, with the open case and the open place in a pool."""
    open_case = and_(
        case.c.subject_id == student.c.id, case.c.kind == "admission", case.c.closed_on.is_(None)
    )
    open_entry = and_(pool_entry.c.student_id == student.c.id, pool_entry.c.left_on.is_(None))
    followed_by = func.coalesce(student.c.cell_id, institution.c.cell_id)
    return (
        select(
            student.c.id,
            *(student.c[name] for name in Subject._fields[1:12]),
            institution.c.id,
            institution.c.name,
            func.coalesce(case.c.custodian_id, pool_entry.c.cell_id, followed_by),
            institution.c.party_organisation_id,
            institution.c.union_organisation_id,
            followed_by,
            pool_entry.c.id,
            case.c.id,
            case.c.stage,
        )
        .select_from(student)
        .join(institution, institution.c.id == student.c.institution_id)
        .outerjoin(case, open_case)
        .outerjoin(pool_entry, open_entry)
    )


def subject_of(tx: Transaction, condition: ColumnElement[bool]) -> Subject | None:
    row = tx.execute(subjects().where(condition)).first()
    return Subject(*tuple(row)) if row is not None else None


def without_file(one: Subject) -> Subject:
    """As somebody sees the person who may not see the case: the roll alone."""
    return one._replace(case_id=None, stage=None, pool_id=None, cell_id=one.school_cell_id)


def looks(tx: Transaction, people: Sequence[Subject], on: date, *, vote_on: date | None = None) -> list[Look]:
    """In the order of the people; who took the yes back is looked at by the roll alone.

    `vote_on`: plan for the meeting of that day, or the next, not for the first within reach.
    """
    silent = set(tx.execute(TAKEN_BACK, {"students": [one.student_id for one in people]}).scalars())
    people = [without_file(one) if one.student_id in silent else one for one in people]
    facts = facts_of_many(tx, [_asked(one) for one in people], on)
    opened = open_steps(tx, [one.case_id for one in people if one.case_id is not None], on)
    grounds = _Grounds(tx, people, on)
    return [
        _look(one, facts[_asked(one).id], grounds, opened.get(one.case_id or NO_CASE, {}), vote_on)
        for one in people
    ]


def _look(
    one: Subject, facts: Facts, grounds: "_Grounds", opened: Mapping[str, date], vote_on: date | None
) -> Look:
    if not one.followed:
        facts = replace(facts, certificate_on=None, left_party_on=None, times_admitted=0)
    ground = grounds.of(one)
    seen = outlook(
        facts,
        meetings=ground.meetings,
        calendar=ground.calendar,
        today=grounds.on,
        graduation_on=grounds.graduation(one),
    )
    if vote_on is not None:
        vote_on = ground.meetings.next_on_or_after(vote_on, ground.calendar)
    before_vote = one.stage is None or one.stage in BEFORE_VOTE
    ahead = plan(seen, ground, opened, vote_on=vote_on) if one.followed and before_vote else None
    return Look(one, seen, ahead, opened, ground)


def open_steps(tx: Transaction, cases: Sequence[int], on: date) -> dict[int, dict[str, date]]:
    """Case → open step → the latest day on which one of it opened; a timer counts as opened today."""
    found: dict[int, dict[str, date]] = defaultdict(dict)
    for row in tx.execute(_TASKS, {"cases": cases}):
        found[row.case_id][row.element] = row.opened_on
    for row in tx.execute(_TIMERS, {"cases": cases}):
        found[row.case_id].setdefault(row.name, on)
    return found


class _Grounds:
    """Grounds shared by people of one cell, school and grade; days of cells and schools read once for all."""

    def __init__(self, tx: Transaction, people: Iterable[Subject], on: date) -> None:
        known = list(people)
        self.on = on
        self.calendar: Calendar = calendar_of(tx)
        cells = {one.cell_id for one in known if one.cell_id is not None}
        self.meetings = meeting_days_of(tx, cells | {NO_CELL}, on)
        self.schools = school_days_of(tx, {one.institution_id for one in known}, on)
        cases = [one.case_id for one in known if one.case_id is not None]
        self.abroad = set(tx.execute(ABROAD, {"cases": cases}).scalars())
        self.grounds: dict[object, Ground] = {}
        self.graduations: dict[object, date | None] = {}

    def graduation(self, one: Subject) -> date | None:
        told = one.grade, one.course, one.programme, one.graduation_on
        key = one.institution_id, *told
        if key not in self.graduations:
            self.graduations[key] = self.schools[one.institution_id].graduation_of(*told, self.on)
        return self.graduations[key]

    def of(self, one: Subject) -> Ground:
        abroad = one.case_id in self.abroad
        key = (one.cell_id, one.institution_id, one.grade, one.course, one.programme, abroad)
        if key not in self.grounds:
            self.grounds[key] = ground_of(
                self.calendar,
                self.meetings[one.cell_id or NO_CELL],
                self.schools[one.institution_id],
                today=self.on,
                grade=one.grade,
                course=one.course,
                programme=one.programme,
                abroad=abroad,
            )
        return self.grounds[key]


def _asked(one: Subject) -> Asked:
    return Asked(one.case_id or -one.student_id, one.student_id, one.cell_id or NO_CELL)


_TASKS = (
    select(task.c.case_id, task.c.element, task.c.opened_on)
    .where(among(task.c.case_id, "cases"))
    .order_by(task.c.opened_on)
)
_TIMERS = select(timer.c.case_id, timer.c.name).where(among(timer.c.case_id, "cases"))
ABROAD = select(verification_request.c.case_id).where(
    among(verification_request.c.case_id, "cases"),
    verification_request.c.abroad.is_(True),
    verification_request.c.answered_on.is_(None),
    verification_request.c.replaced_by_id.is_(None),
)
# Whose yes to political data was withdrawn and not given again.
TAKEN_BACK = (
    select(consent.c.student_id)
    .where(among(consent.c.student_id, "students"), consent.c.kind == "political")
    .group_by(consent.c.student_id)
    .having(func.count(consent.c.withdrawn_on) == func.count())
)
