"""Search over everything that one may see: cases of one's own and of those below, students of one's schools.

Two statements; which organisations and institutions count comes from the tree that is in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import func, null, or_, select

from engine.among import among
from engine.records import case, document
from engine.transactions import Transaction
from workflows.access.permissions import PARTY, UNION
from workflows.access.seats import Seat
from workflows.desk.cases import LISTED, Reach, reach_of
from workflows.desk.finding import (
    Shape,
    case_matches,
    folded,
    person_matches,
    shape_of,
    values_of,
    with_paper,
)
from workflows.organisations.queries import tree_of
from workflows.organisations.records import institution, organisation
from workflows.people.records import student

MOST = 50


class CaseHit(NamedTuple):
    """A case that was found; `paper` is the number by which, where it was a paper's."""

    id: int
    stage: str | None
    closed_as: str | None
    closed_on: date | None
    custodian: str | None
    family_name: str
    middle_name: str
    given_name: str
    birth_date: date
    class_name: str | None
    course: str | None
    paper: str | None

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.family_name, self.middle_name, self.given_name) if part)


class StudentHit(NamedTuple):
    """A student of one's own institutions."""

    id: int
    family_name: str
    middle_name: str
    given_name: str
    birth_date: date
    class_name: str | None
    course: str | None
    code: str | None
    school: str

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.family_name, self.middle_name, self.given_name) if part)


@dataclass(frozen=True)
class Found:
    """The first of each kind, by name; `students` is None for whom no institution concerns."""

    cases: list[CaseHit]
    students: list[StudentHit] | None
    more_cases: bool = False
    more_students: bool = False


def search(tx: Transaction, seats: Sequence[Seat], words: str, on: date) -> Found:
    """Cases and students whom the words mean, at most fifty of each."""
    if not folded(words):
        return Found([], None)
    shape, given = shape_of(words), values_of(words)
    reached = reach_of(tx, seats, on)
    asking = _cases(shape, reached.custodians is not None, bool(reached.near))
    cases = [CaseHit(*tuple(row)) for row in tx.execute(asking, given | reached.given)]
    schools, cells, students = *_students_of(tx, seats), None
    if schools or cells:
        given |= {"schools": schools, "cells": cells}
        students = [StudentHit(*tuple(row)) for row in tx.execute(_students(shape), given)]
    return Found(cases[:MOST], students and students[:MOST], len(cases) > MOST, len(students or ()) > MOST)


@lru_cache
def _cases(shape: Shape, bounded: bool, near: bool) -> Any:
    """`bounded`: not everything is seen; `near`: of some custodians only the cases of one's own students."""
    names = ("family_name", "middle_name", "given_name", "birth_date", "class_name", "course")
    within = Reach({0} if bounded else None, {0} if near else set(), set()).conditions()
    found = (
        select(case.c.id, student.c.sort_key)
        .join(student, student.c.id == case.c.subject_id)
        .where(case.c.kind == "admission", LISTED, *within, case_matches(shape))
        .order_by(student.c.sort_key, case.c.id)
        .limit(MOST + 1)
        .subquery("found")
    )
    return (
        select(
            *(case.c[name] for name in CaseHit._fields[:4]),
            organisation.c.name,
            *(student.c[name] for name in names),
            _paper() if shape.paper else null(),
        )
        .join(found, found.c.id == case.c.id)
        .join(student, student.c.id == case.c.subject_id)
        .outerjoin(organisation, organisation.c.id == case.c.custodian_id)
        .order_by(found.c.sort_key, case.c.id)
    )


def _paper() -> Any:
    """The number of the paper that the words begin, if they are one."""
    of_case = with_paper().with_only_columns(func.min(document.c.number))
    return of_case.where(document.c.case_id == case.c.id).correlate(case).scalar_subquery()


@lru_cache
def _students(shape: Shape) -> Any:
    scope = or_(among(student.c.institution_id, "schools"), among(student.c.cell_id, "cells"))
    return (
        select(*(student.c[name] for name in StudentHit._fields[:8]), institution.c.name)
        .join(institution, institution.c.id == student.c.institution_id)
        .where(scope, student.c.left_on.is_(None), person_matches(shape))
        .order_by(student.c.sort_key, student.c.id)
        .limit(MOST + 1)
    )


def _students_of(tx: Transaction, seats: Sequence[Seat]) -> tuple[set[int], set[int]]:
    """Institutions that one acts for, and cells that may follow students themselves."""
    of_schools = [seat for seat in seats if seat.position in PARTY | UNION and seat.of_school]
    own = {seat.organisation_id for seat in of_schools}
    schools = {
        school.id
        for school in tree_of(tx).schools
        if own & {school.party_organisation_id, school.union_organisation_id, school.cell_id}
    }
    return schools, own
