"""What an organisation is to a case, a task, a student or another organisation, on a day.

The answer is a set of words of `permissions.RELATIONS`; an empty set is "none" and gives nothing.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select

from engine.records import metadata
from engine.transactions import Transaction
from workflows.access import queries
from workflows.access.permissions import (
    ANSWERING,
    ANSWERS_STILL,
    DECIDING,
    FORMER,
    HANDING,
    KEEPING,
    OWN,
    RECEIVER,
    SCHOOL,
    SHARED,
    SUPERIOR,
    TAKING,
)
from workflows.access.records import glass, mandate
from workflows.organisations.queries import tree_of


class Case(NamedTuple):
    """A case asked about by its number."""

    id: int


class Task(NamedTuple):
    """An open task asked about by its number."""

    id: int


class Student(NamedTuple):
    """A student asked about by the number of the row."""

    id: int


class Kept(NamedTuple):
    """What is done for a student by whoever keeps the person: account, consents, sealed fields; by number."""

    id: int


class Custody(NamedTuple):
    """Who answers for a student, asked about by the student's number."""

    id: int


class Handover(NamedTuple):
    """One handing on of a person, asked about by the number of its case."""

    id: int


class Whole(NamedTuple):
    """The installation itself: its calendar, its incidents. It belongs to the roots of the tree."""

    id: int = 0


class Organisation(NamedTuple):
    """An organisation asked about by its number."""

    id: int


class Vote(NamedTuple):
    """A vote that was recorded, asked about by its number."""

    id: int


class Upload(NamedTuple):
    """An uploaded list, asked about by its number."""

    id: int


class Body(NamedTuple):
    """An organisation whose body meets, asked about by its number."""

    id: int


class Meeting(NamedTuple):
    """A planned meeting asked about by its number."""

    id: int


class Mandate(NamedTuple):
    """An auditor's mandate, asked about by its number."""

    id: int


class Plan(NamedTuple):
    """A plan that rearranges organisations, asked about by its number."""

    id: int


class Glass(NamedTuple):
    """One opening of a case in an emergency, asked about by its number."""

    id: int


class Correction(NamedTuple):
    """A student's request to correct a field, asked about by its number."""

    id: int


class Batch(NamedTuple):
    """A batch of work on many, asked about by its number."""

    id: int


class Account(NamedTuple):
    """An account asked about by its number."""

    id: int


class Institution(NamedTuple):
    """A school, college or university, asked about by its number."""

    id: int


class Erasure(NamedTuple):
    """A request to erase a person, asked about by its number."""

    id: int


Thing = (
    Case
    | Task
    | Student
    | Organisation
    | Vote
    | Upload
    | Body
    | Meeting
    | Mandate
    | Glass
    | Correction
    | Erasure
    | Batch
    | Account
    | Institution
    | Kept
    | Custody
    | Handover
    | Whole
    | Plan
)


UNSEEN = ("not_now",)  # free will: the answer "not now" is nobody's to look at, whatever they are to it


def relations(tx: Transaction, organisation_id: int, thing: Thing, on: date) -> frozenset[str] | None:
    """The relations of the organisation to the thing; None when the thing does not exist."""
    return _BY_KIND[type(thing)](tx, organisation_id, thing.id, on)


def to_case(tx: Transaction, organisation_id: int, case_id: int, on: date) -> frozenset[str] | None:
    """By who stands for the custodian that day: an heir has the case before the case itself is moved."""
    case = queries.case_row(tx, case_id)
    if case is None:
        return None
    if case.closed_as in UNSEEN:
        return frozenset()
    found, custodian = set(), tree_of(tx).standing(case.custodian_id, on)
    if organisation_id == custodian:
        found.add(OWN)
    elif organisation_id in queries.above(tx, custodian, on):
        found.add(SUPERIOR)
    elif organisation_id in queries.former_custodians(tx, case_id):
        found.add(FORMER)
    if organisation_id in queries.deciding(tx, custodian, on):
        found.add(DECIDING)
    if organisation_id in queries.answering(tx, case_id):
        found.add(ANSWERING)
    if organisation_id in queries.school_of(tx, case.subject_id) and _still_here(tx, case):
        found.add(SCHOOL)
    return frozenset(found)


def to_task(tx: Transaction, organisation_id: int, task_id: int, on: date) -> frozenset[str] | None:
    task = queries.task_row(tx, task_id)
    if task is None:
        return None
    found = set()
    owing = task.organisation_id if task.organisation_id is not None else task.custodian_id
    if organisation_id == owing:
        found.add(OWN)
    elif organisation_id in queries.above(tx, owing, on):
        found.add(SUPERIOR)
    if organisation_id in queries.receivers(tx, task, on):
        found.add(RECEIVER)
    return frozenset(found)


def to_student(tx: Transaction, organisation_id: int, student_id: int, on: date) -> frozenset[str] | None:
    if not queries.student_exists(tx, student_id):
        return None
    return frozenset({SCHOOL} if organisation_id in queries.school_of(tx, student_id) else ())


def to_kept(tx: Transaction, organisation_id: int, student_id: int, on: date) -> frozenset[str] | None:
    """The school's organisations as long as one of them, or one under them, answers; then who took over, or
    the desk that stands in."""
    if not queries.student_exists(tx, student_id):
        return None
    return frozenset({KEEPING} if organisation_id in queries.keepers_of(tx, student_id, on) else ())


def to_organisation(tx: Transaction, organisation_id: int, other_id: int, on: date) -> frozenset[str] | None:
    if organisation_id == other_id:
        return frozenset({OWN})
    stands = tree_of(tx).day_of(other_id, on)  # one that has ended is still seen by those that stood above it
    return frozenset({SUPERIOR} if organisation_id in queries.above(tx, other_id, stands) else ())


def to_vote(tx: Transaction, organisation_id: int, vote_id: int, on: date) -> frozenset[str] | None:
    """The body that voted and the committees above it, as far as the case is theirs too."""
    row = queries.vote_row(tx, vote_id)
    if row is None:
        return None
    if not {OWN, SUPERIOR} & (to_case(tx, organisation_id, row.case_id, on) or frozenset()):
        return frozenset()
    if organisation_id == row.organisation_id:
        return frozenset({OWN})
    higher = queries.committees_above(tx, row.organisation_id, on)
    return frozenset({SUPERIOR} if organisation_id in higher else ())


def to_body(tx: Transaction, organisation_id: int, other_id: int, on: date) -> frozenset[str] | None:
    """Its own, or its successor's; above it; the desk that stands in where nobody has an account."""
    if other_id not in queries.tree_of(tx).nodes:
        return None
    standing = queries.tree_of(tx).standing(other_id, on)
    if organisation_id == standing:
        return frozenset({OWN})
    found = {SUPERIOR} if organisation_id in queries.above(tx, standing, on) else set()
    if found and queries.desk_of(tx, standing, on) == organisation_id:
        found.add(RECEIVER)
    return frozenset(found)


def to_meeting(tx: Transaction, organisation_id: int, meeting_id: int, on: date) -> frozenset[str] | None:
    row = queries.meeting_row(tx, meeting_id)
    return None if row is None else to_body(tx, organisation_id, row.organisation_id, on)


def to_upload(tx: Transaction, organisation_id: int, upload_id: int, on: date) -> frozenset[str] | None:
    schools = queries.schools_of_upload(tx, upload_id)
    return None if schools is None else frozenset({OWN} if organisation_id in schools else ())


def to_mandate(tx: Transaction, organisation_id: int, mandate_id: int, on: date) -> frozenset[str] | None:
    """Who gave it; who is audited only sees it in the list."""
    giver = tx.execute(select(mandate.c.organisation_id).where(mandate.c.id == mandate_id)).scalar()
    return None if giver is None else to_organisation(tx, organisation_id, giver, on)


def to_plan(tx: Transaction, organisation_id: int, plan_id: int, on: date) -> frozenset[str] | None:
    """Whose administrator makes it. That table belongs to a room that builds on this one: so by name."""
    plans = metadata.tables["reorganisation"]
    owner = tx.execute(select(plans.c.organisation_id).where(plans.c.id == plan_id)).scalar()
    return None if owner is None else to_organisation(tx, organisation_id, owner, on)


def to_glass(tx: Transaction, organisation_id: int, glass_id: int, on: date) -> frozenset[str] | None:
    """The custodian that was told, and those above it; where nobody is above, the custodian reviews."""
    row = tx.execute(select(glass).where(glass.c.id == glass_id)).one_or_none()
    if row is None:
        return None
    found = to_organisation(tx, organisation_id, row.custodian_id, on) or frozenset()
    return found | {SUPERIOR} if row.superior_id is None and OWN in found else found


def to_correction(
    tx: Transaction, organisation_id: int, correction_id: int, on: date
) -> frozenset[str] | None:
    """Whoever keeps the person's data: also of somebody whom the school has handed on."""
    student_id = _student_of(tx, "correction", correction_id)
    return None if student_id is None else to_kept(tx, organisation_id, student_id, on)


def to_erasure(tx: Transaction, organisation_id: int, erasure_id: int, on: date) -> frozenset[str] | None:
    """The school asks; whoever stands above its committee decides."""
    student_id = _student_of(tx, "erasure", erasure_id)
    if student_id is None:
        return None
    schools = queries.school_of(tx, student_id)
    above = {one for school in schools for one in queries.above(tx, school, on)} - schools
    found = {SCHOOL} if organisation_id in schools else set()
    return frozenset(found | ({SUPERIOR} if organisation_id in above else set()))


def _student_of(tx: Transaction, table: str, number: int) -> int | None:
    """Those tables belong to a room that builds on this one: so by name."""
    rows = metadata.tables[table]
    found: int | None = tx.execute(select(rows.c.student_id).where(rows.c.id == number)).scalar()
    return found


def to_account(tx: Transaction, organisation_id: int, account_id: int, on: date) -> frozenset[str] | None:
    """By where its holder sits now or later: all of it within reach, or only some."""
    return _by_places(tx, organisation_id, queries.places_of_account(tx, account_id, on), on, all_needed=True)


def to_whole(tx: Transaction, organisation_id: int, _number: int, on: date) -> frozenset[str]:
    """Own to whoever stands at the root of the tree on the day; nothing to all below."""
    return frozenset({OWN} if organisation_id in tree_of(tx).children_on(None, on) else ())


def to_institution(
    tx: Transaction, organisation_id: int, institution_id: int, on: date
) -> frozenset[str] | None:
    """Reached only where its Party organisation, its union and its cell all are: they read its roll."""
    places = queries.places_of_institution(tx, institution_id, on)
    found = _by_places(tx, organisation_id, places, on, all_needed=True)
    return found | {SCHOOL} if found is not None and organisation_id in (places or ()) else found


def _by_places(
    tx: Transaction, organisation_id: int, places: set[int] | None, on: date, *, all_needed: bool = False
) -> frozenset[str] | None:
    if places is None:
        return None
    near = {one for one in places if to_organisation(tx, organisation_id, one, on)}
    if not near:
        return frozenset()
    if all_needed and near != places:
        return frozenset({SHARED})
    return frozenset({OWN if organisation_id in near else SUPERIOR})


def to_batch(tx: Transaction, organisation_id: int, batch_id: int, on: date) -> frozenset[str] | None:
    """A batch is a person's: no organisation is anything to it (`personal.py`)."""
    return frozenset()


def to_custody(tx: Transaction, organisation_id: int, student_id: int, on: date) -> frozenset[str] | None:
    """The organisation that answers for the person, and those above it."""
    holder = queries.custodian_of(tx, student_id)
    if holder is None:
        return frozenset() if queries.student_exists(tx, student_id) else None
    return to_organisation(tx, organisation_id, queries.tree_of(tx).standing(holder, on), on)


def to_handover(tx: Transaction, organisation_id: int, handover_id: int, on: date) -> frozenset[str] | None:
    """Both sides, also afterwards, and those above them; a receiver from the letter on, but not for ever of
    one that was taken back and written to somebody else."""
    row = queries.handover_row(tx, handover_id)
    if row is None:
        return None
    tree = queries.tree_of(tx)
    senders, receivers = ({tree.standing(one, on) for one in side} for side in (row.senders, row.receivers))
    found = set()
    if organisation_id in senders:
        found |= {HANDING} if row.taken_over else {HANDING, ANSWERS_STILL}
    if organisation_id in receivers:
        found.add(TAKING)
    if any(organisation_id in queries.above(tx, one, on) for one in senders | receivers):
        found.add(SUPERIOR)
    if any(queries.desk_of(tx, one, on) == organisation_id for one in receivers - {organisation_id}):
        found.add(RECEIVER)
    return frozenset(found)


def _still_here(tx: Transaction, case: Any) -> bool:
    """The school keeps its sight of a case only while the custodian is one of the school's organisations."""
    return case.custodian_id in queries.school_of(tx, case.subject_id)


_BY_KIND: dict[type, Callable[[Transaction, int, int, date], frozenset[str] | None]] = {
    Case: to_case,
    Task: to_task,
    Student: to_student,
    Kept: to_kept,
    Organisation: to_organisation,
    Vote: to_vote,
    Upload: to_upload,
    Mandate: to_mandate,
    Glass: to_glass,
    Correction: to_correction,
    Erasure: to_erasure,
    Body: to_body,
    Meeting: to_meeting,
    Batch: to_batch,
    Account: to_account,
    Institution: to_institution,
    Custody: to_custody,
    Handover: to_handover,
    Whole: to_whole,
    Plan: to_plan,
}
