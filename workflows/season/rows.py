"""The rows behind the season: everybody of a school with an open case, or on a roll of members.

One statement, whoever asks: people whom one of the organisations given answers for, or handed on. Whoever is
years from leaving is not read at all.
"""

from collections.abc import Collection
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Date, Select, and_, bindparam, func, or_, select, union

from engine.among import among
from engine.records import case, task
from engine.transactions import Transaction
from workflows.admission.records import act
from workflows.organisations.records import institution
from workflows.people.names import Name, search_key
from workflows.people.records import member, member_place, student
from workflows.schedules.school_days import LAST_GRADE
from workflows.season.records import leaver_destination
from workflows.transfers.records import handover, handover_offer
from workflows.transfers.standing import CEREMONY, RECOGNITION


class Row(NamedTuple):
    """One person as the tables hold it. `holder_id`: who answers; `owing_id`: who owes the open step of the
    handover; `answer`, `given`: of the newest letter its answer and its form."""

    student_id: int
    family_name: str
    middle_name: str
    given_name: str
    sort_key: bytes
    class_name: str | None
    course: str | None
    programme: str | None
    grade: int | None
    foreseen: date | None
    left_on: date | None
    commune_code: str | None
    institution_id: int
    institution: str
    school_commune: str | None
    party_id: int | None
    school_cell_id: int | None
    own_cell_id: int | None
    admission_id: int | None
    stage: str | None
    words: Any
    recognised: bool
    met: bool
    holder_id: int | None
    status: str | None
    handover_id: int | None
    handover_closed_on: date | None
    handover_closed_as: str | None
    from_id: int | None
    receiver_id: int | None
    addressee: str | None
    moved_on: date | None
    element: str | None
    task_id: int | None
    owing_id: int | None
    due_on: date | None
    given: str | None
    answer: str | None
    answered_on: date | None
    to_id: int | None
    to_words: str | None
    no_place: str | None

    @property
    def name(self) -> str:
        return Name(self.family_name, self.middle_name, self.given_name).full


_admission, _moving = case.alias("admission"), case.alias("moving")
_ON: Final = bindparam("day", type_=Date)
_VALID = and_(
    member_place.c.valid_from <= _ON, or_(member_place.c.valid_to.is_(None), member_place.c.valid_to > _ON)
)
_OPEN = and_(_admission.c.kind == "admission", _admission.c.closed_on.is_(None))
_NEWEST_MOVE = (
    select(func.max(handover.c.case_id))
    .where(handover.c.student_id == student.c.id)
    .correlate(student)
    .scalar_subquery()
)
_NEWEST_LETTER = (
    select(func.max(handover_offer.c.id))
    .where(handover_offer.c.handover_id == handover.c.case_id)
    .correlate(handover)
    .scalar_subquery()
)
_NEWEST_WORD = (
    select(func.max(leaver_destination.c.id))
    .where(leaver_destination.c.student_id == student.c.id)
    .correlate(student)
    .scalar_subquery()
)
_PEOPLE = union(
    select(_admission.c.subject_id.label("id")).where(_OPEN, among(_admission.c.custodian_id, "mine")),
    select(member.c.student_id)
    .join(member_place, member_place.c.member_id == member.c.id)
    .where(_VALID, among(member_place.c.cell_id, "mine"), member.c.student_id.is_not(None)),
    select(handover.c.student_id).where(among(handover.c.from_id, "mine")),
).subquery("people")


def _did(steps: tuple[str, ...], *outcomes: str) -> Any:
    found = select(act.c.id).where(act.c.case_id == _admission.c.id, act.c.element.in_(steps))
    return (found.where(act.c.outcome.in_(outcomes)) if outcomes else found).correlate(_admission).exists()


def _query() -> Select[Any]:
    s, i, m, a = student.c, institution.c, _moving.c, _admission.c
    h, o, w = handover.c, handover_offer.c, leaver_destination.c
    columns = (
        *(s.id, s.family_name, s.middle_name, s.given_name, s.sort_key, s.class_name, s.course, s.programme),
        *(s.grade, s.graduation_on, s.left_on, s.commune_code),
        *(i.id, i.name, i.commune_code, i.party_organisation_id, i.cell_id, s.cell_id),
        *(a.id, a.stage, a.words, _did(RECOGNITION, "recognised"), _did(CEREMONY)),
        *(func.coalesce(a.custodian_id, member_place.c.cell_id), member_place.c.status),
        *(h.case_id, m.closed_on, m.closed_as, h.from_id, h.receiver_id, h.addressee, h.moved_on),
        *(task.c.element, task.c.id, task.c.organisation_id, task.c.due_on),
        *(o.variant, o.answer, o.answered_on),
        *(w.organisation_id, w.addressee, w.reason),
    )
    return (
        select(*(column.label(name) for column, name in zip(columns, Row._fields, strict=True)))
        .select_from(student)
        .join(_PEOPLE, _PEOPLE.c.id == s.id)
        .join(institution, i.id == s.institution_id)
        .outerjoin(_admission, and_(_OPEN, a.subject_id == s.id))
        .outerjoin(member, member.c.student_id == s.id)
        .outerjoin(member_place, and_(member_place.c.member_id == member.c.id, _VALID))
        .outerjoin(handover, h.case_id == _NEWEST_MOVE)
        .outerjoin(_moving, m.id == h.case_id)
        .outerjoin(task, task.c.case_id == h.case_id)
        .outerjoin(handover_offer, o.id == _NEWEST_LETTER)
        .outerjoin(leaver_destination, w.id == _NEWEST_WORD)
        # who came from a school without organisations of ours never was to be handed on by it
        .where(or_(i.party_organisation_id.is_not(None), i.cell_id.is_not(None)))
        .order_by(s.sort_key, s.id)
    )


_ROWS = _query()
# Somebody two grades below the last is more than a season away, whatever the day.
_SOON = or_(
    student.c.left_on.is_not(None),
    student.c.graduation_on.is_not(None),
    student.c.grade.is_(None),
    student.c.grade >= LAST_GRADE - 1,
)


def rows_of(
    tx: Transaction,
    mine: Collection[int],
    on: date,
    *,
    students: Collection[int] | None = None,
    institution_id: int | None = None,
    words: str = "",
) -> list[Row]:
    """Everybody within `mine` who may leave before long, by name; of one school, whose name has these words.
    `students`: these alone, whenever they leave."""
    query, asked = _ROWS, {"mine": mine, "day": on}
    if students is None:
        query = query.where(_SOON)
    else:
        query, asked = query.where(among(student.c.id, "students")), {**asked, "students": students}
    if institution_id is not None:
        query = query.where(student.c.institution_id == institution_id)
    if words:
        query = query.where(student.c.search_key.contains(search_key(words), autoescape=True))
    return [Row(*tuple(row)) for row in tx.execute(query, asked)]
