"""What an organisation is to a case, a task, a student or another organisation, on a day.

The answer is a set of words of `permissions.RELATIONS`; an empty set is "none" and gives nothing.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from engine.transactions import Transaction
from workflows.access import queries
from workflows.access.permissions import ANSWERING, DECIDING, FORMER, OWN, RECEIVER, SCHOOL, SUPERIOR


class Case(NamedTuple):
    """A case asked about by its number."""

    id: int


class Task(NamedTuple):
    """An open task asked about by its number."""

    id: int


class Student(NamedTuple):
    """A student asked about by the number of the row."""

    id: int


class Organisation(NamedTuple):
    """An organisation asked about by its number."""

    id: int


class Vote(NamedTuple):
    """A vote that was recorded, asked about by its number."""

    id: int


class Upload(NamedTuple):
    """An uploaded list, asked about by its number."""

    id: int


Thing = Case | Task | Student | Organisation | Vote | Upload


def relations(tx: Transaction, organisation_id: int, thing: Thing, on: date) -> frozenset[str] | None:
    """The relations of the organisation to the thing; None when the thing does not exist."""
    return _BY_KIND[type(thing)](tx, organisation_id, thing.id, on)


def to_case(tx: Transaction, organisation_id: int, case_id: int, on: date) -> frozenset[str] | None:
    case = queries.case_row(tx, case_id)
    if case is None:
        return None
    found = set()
    if organisation_id == case.custodian_id:
        found.add(OWN)
    elif organisation_id in queries.above(tx, case.custodian_id, on):
        found.add(SUPERIOR)
    elif organisation_id in queries.former_custodians(tx, case_id):
        found.add(FORMER)
    if organisation_id in queries.deciding(tx, case.custodian_id, on):
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


def to_organisation(tx: Transaction, organisation_id: int, other_id: int, on: date) -> frozenset[str] | None:
    if organisation_id == other_id:
        return frozenset({OWN})
    return frozenset({SUPERIOR} if organisation_id in queries.above(tx, other_id, on) else ())


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


def to_upload(tx: Transaction, organisation_id: int, upload_id: int, on: date) -> frozenset[str] | None:
    schools = queries.schools_of_upload(tx, upload_id)
    return None if schools is None else frozenset({OWN} if organisation_id in schools else ())


def _still_here(tx: Transaction, case: Any) -> bool:
    """The school keeps its sight of a case only while the custodian is one of the school's organisations."""
    return case.custodian_id in queries.school_of(tx, case.subject_id)


_BY_KIND: dict[type, Callable[[Transaction, int, int, date], frozenset[str] | None]] = {
    Case: to_case,
    Task: to_task,
    Student: to_student,
    Organisation: to_organisation,
    Vote: to_vote,
    Upload: to_upload,
}
