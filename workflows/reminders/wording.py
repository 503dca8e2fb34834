"""The words of a message for one reader: names stand in them only of people whom the reader may see now.

What was told is not what may be seen: whoever has changed office since keeps the line, without the name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, or_, select, true

from engine.among import among
from engine.errors import Text
from engine.records import case, clock, task
from engine.time import day_of
from engine.transactions import Transaction
from workflows.access.permissions import CLERKS, PARTY, UNION
from workflows.access.queries import below
from workflows.access.seats import Seat
from workflows.admission.clocks import LABELS
from workflows.admission.records import helper_assignment
from workflows.desk.cases import LISTED, reach_of
from workflows.desk.labels import labels
from workflows.forecast.sweep import of_age_after
from workflows.organisations.queries import tree_of
from workflows.organisations.tree import Tree
from workflows.people.records import student, user_account
from workflows.reminders.texts import (
    DAYS,
    NO_NAME,
    NOTHING,
    ORGANISATIONS,
    RENEW,
    SOMEBODY,
    STEP,
    WAITS,
    WAITS_FOR_AGE,
    WAITS_FOR_DAY,
    kind_of,
)
from workflows.schedules.duties import DUTIES, words_of

_DUE = select(clock.c.id, clock.c.due_on).where(among(clock.c.id, "clocks"))
_PERSON = (student.c.birth_date, student.c.family_name, student.c.middle_name, student.c.given_name)
OF_AGE: Final = "of_age"  # the timer before the vote


class Seen(NamedTuple):
    """Somebody whom the reader may see."""

    name: str
    born: date


@dataclass(frozen=True)
class Known:
    """The people that the reader may see, what organisations and steps are called, and the day of each clock
    as it is now."""

    of_cases: Mapping[int, Seen]
    of_students: Mapping[int, Seen]
    tree: Tree
    labels: Mapping[str, str]
    due_on: Mapping[int, date] = field(default_factory=dict)

    def organisation(self, number: int | None) -> str | None:
        node = self.tree.nodes.get(number or 0)
        return node.name if node is not None else None


def known_to(tx: Transaction, seats: Sequence[Seat], rows: Sequence[Any], on: date) -> Known:
    """All that the words of these rows need, in at most three statements however many they are."""
    cases = {row.case_id for row in rows if row.case_id is not None}
    clocks = {row.facts["clock"] for row in rows if "clock" in row.facts}
    students = {row.facts["student"] for row in rows if "student" in row.facts}
    return Known(
        of_cases=_of_cases(tx, seats, cases, on) if cases and seats else {},
        of_students=_of_students(tx, seats, students) if students and seats else {},
        tree=tree_of(tx),
        labels=labels(tx.registry),
        due_on={row.id: row.due_on for row in tx.execute(_DUE, {"clocks": clocks})} if clocks else {},
    )


def worded(row: Any, known: Known) -> Text:
    """The words of the kind with their places filled; days as days, the rest of the facts as they are.

    A due day that has moved since is told as it is now, as seen from the day of the notice.
    """
    places = {name: _as_day(value) if name in DAYS else value for name, value in row.facts.items()}
    if (moved := known.due_on.get(row.facts.get("clock", 0))) not in (None, places.get("due")):
        places |= {"due": moved, "days": abs((moved - day_of(row.at)).days)}
    places |= {"person": _person(row, known), "what": _what(row.facts, known), "next": _next(row, known)}
    for name in ORGANISATIONS:
        if name in row.facts:
            places["organisation"] = known.organisation(row.facts[name]) or ""
    return Text(kind_of(row.kind).words.msgid, **places)


def _as_day(value: object) -> object:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value


def _seen(row: Any, known: Known) -> Seen | None:
    if row.case_id is not None:
        return known.of_cases.get(row.case_id)
    return known.of_students.get(row.facts.get("student", 0))


def _person(row: Any, known: Known) -> str | Text:
    seen = _seen(row, known)
    if seen is not None:
        return seen.name
    return SOMEBODY if row.case_id is None else Text(NO_NAME.msgid, number=row.case_id)


def _what(facts: Mapping[str, Any], known: Known) -> Text:
    """The step, the duty, else the legal deadline, as pages call it."""
    if "duty" in facts:
        label = Text(DUTIES[facts["duty"]].label)
        return Text("{duty}, {period}", duty=label, period=words_of(facts["period"]))
    element, clock = str(facts.get("element", "")), str(facts.get("name", ""))
    return Text(known.labels.get(element) or LABELS.get(clock) or clock or element)


def _next(row: Any, known: Known) -> Text:
    """What is to be done now about the person: a step, or what is waited for."""
    waits = row.facts.get("waits")
    if row.facts.get("element"):
        return Text(STEP.msgid, what=_what(row.facts, known))
    if waits != OF_AGE:
        return Text(WAITS.msgid, what=Text(known.labels.get(waits, waits))) if waits else NOTHING
    if "renew" in row.facts:
        return Text(RENEW.msgid, what=Text(LABELS[f"{row.facts['renew']}_expiry"]))
    seen = _seen(row, known)
    day = of_age_after(seen.born, day_of(row.at)) if seen is not None else None
    return Text(WAITS_FOR_DAY.msgid, day=day) if day is not None else WAITS_FOR_AGE


def _of_cases(tx: Transaction, seats: Sequence[Seat], cases: set[int], on: date) -> dict[int, Seen]:
    """Of the cases that I may open, and of those in which I, or somebody under me, owe a task."""
    reached = reach_of(tx, seats, on)
    acting = [seat.organisation_id for seat in seats if seat.position in CLERKS]
    owed = select(task.c.case_id).where(among(task.c.organisation_id, "owing"))
    helped = (
        select(helper_assignment.c.case_id)
        .join(user_account, user_account.c.member_id == helper_assignment.c.member_id)
        .where(user_account.c.id == seats[0].user_id, helper_assignment.c.valid_to.is_(None))
    )
    seen = or_(and_(true(), *reached.conditions()), case.c.id.in_(owed), case.c.id.in_(helped))
    query = select(case.c.id, *_PERSON).join(student, student.c.id == case.c.subject_id)
    given = {"these": cases, "owing": below(tx, acting, on)} | reached.given
    return _named(tx.execute(query.where(among(case.c.id, "these"), LISTED, seen), given))


def _of_students(tx: Transaction, seats: Sequence[Seat], students: set[int]) -> dict[int, Seen]:
    """Of the students of my own school, and of those whom my cell follows."""
    own = {seat.organisation_id for seat in seats if seat.position in PARTY | UNION and seat.of_school}
    schools = {
        school.id
        for school in tree_of(tx).schools
        if own & {school.party_organisation_id, school.union_organisation_id, school.cell_id}
    }
    near = or_(among(student.c.institution_id, "schools"), among(student.c.cell_id, "cells"))
    query = select(student.c.id, *_PERSON).where(among(student.c.id, "these"), near)
    return _named(tx.execute(query, {"these": students, "schools": schools, "cells": own}))


def _named(rows: Iterable[Any]) -> dict[int, Seen]:
    found: dict[int, Seen] = {}
    for number, born, *parts in (tuple(row) for row in rows):
        found[number] = Seen(" ".join(part for part in parts if part), born)
    return found
