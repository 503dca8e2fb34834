"""What an organisation must begin in a month, and for whom: the plans of everybody whose steps it owes.

Each person is planned for the first meeting within reach. Names are told only to who may open the person or
the case; of the others a centre or a committee sees how many, by cell. Order: day, then the person's name.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import or_, select

from engine.among import among
from engine.records import case
from engine.transactions import Transaction
from workflows.access.queries import above
from workflows.admission.steps import STEPS
from workflows.forecast.lead_times import leads
from workflows.forecast.look import BEFORE_VOTE, Look, Subject, looks, subjects
from workflows.forecast.plan import PlanStep
from workflows.organisations.kinds import COMMITTEES, PARTY_CELL
from workflows.organisations.queries import tree_of
from workflows.organisations.resolution import answering
from workflows.organisations.tree import Tree
from workflows.people.records import pool_entry, student
from workflows.rules.ages import month_end

# Step before the vote → the lane that owes it.
LANE_OF: Final = {name: STEPS[name].lane for name, lead in leads().items() if not lead.waits}
LANES: Final = tuple(dict.fromkeys(LANE_OF.values()))


@dataclass(frozen=True)
class Line:
    """One step to begin for one person. `vote_on`: the meeting it is for, `after_school`: when that meeting
    comes after the last day of school."""

    step: PlanStep
    one: Subject
    vote_on: date
    after_school: bool


@dataclass(frozen=True)
class Figure:
    """How many people of a cell need a step, whose names are not this organisation's to see."""

    cell: str
    element: str
    count: int
    start_by: date


@dataclass(frozen=True)
class Month:
    first: date
    last: date
    lines: list[Line]
    figures: list[Figure]

    @property
    def elements(self) -> list[str]:
        """The steps of the month, in the order of the path."""
        found = {line.step.lead.element for line in self.lines} | {one.element for one in self.figures}
        return [name for name in leads() if name in found]


def month_of(tx: Transaction, organisation_id: int, first: date, on: date) -> Month:
    """What must begin until the end of the month that begins on `first`; of the present month also before."""
    last = month_end(first)
    lanes = _lanes(tree_of(tx), organisation_id, on)
    lines: list[Line] = []
    unnamed: dict[tuple[str, str], list[date]] = defaultdict(list)
    for look in looks(tx, _people(tx, lanes), on):
        owed = lanes.get(look.of.cell_id or 0, frozenset())
        named = _may_be_named(tx, look.of, organisation_id, on)
        for line in _of_person(look, first if first > on else date.min, last):
            if LANE_OF[line.step.lead.element] not in owed:
                continue
            if named:
                lines.append(line)
            else:
                key = _cell_name(tx, look.of), line.step.lead.element
                unnamed[key].append(line.step.start_by)
    lines.sort(key=lambda line: (line.step.start_by, line.one.sort_key, line.one.student_id))
    figures = [Figure(cell, element, len(days), min(days)) for (cell, element), days in unnamed.items()]
    return Month(first, last, lines, sorted(figures, key=lambda one: (one.start_by, one.cell, one.element)))


def _of_person(look: Look, first: date, last: date) -> Iterator[Line]:
    plan, seen = look.plan, look.seen
    if plan is None:
        return
    for step in plan.to_begin(last):
        if step.start_by >= first:
            yield Line(
                step,
                look.of,
                plan.vote_on,
                after_school=seen.graduation_on is not None and plan.vote_on > seen.graduation_on,
            )


def _lanes(tree: Tree, organisation_id: int, on: date) -> Mapping[int, frozenset[str]]:
    """Cell → the lanes that this organisation answers for there: its own cells, those below or beside it."""
    node = tree.nodes.get(organisation_id)
    if node is None:
        return {}
    root = organisation_id
    if (
        node.kind != PARTY_CELL and node.kind not in COMMITTEES
    ):  # a union, a centre, a board: beside its cells
        root = tree.parent_on(organisation_id, on) or organisation_id
    cells = [one for one in (root, *tree.descendants_on(root, on)) if tree.nodes[one].kind == PARTY_CELL]
    found = {
        cell: frozenset(lane for lane in LANES if answering(tree, lane, cell, on) == organisation_id)
        for cell in cells
    }
    return {cell: owed for cell, owed in found.items() if owed}


def _people(tx: Transaction, cells: Mapping[int, object]) -> list[Subject]:
    """Whom these cells follow: in their pools, or with a case before the vote."""
    with_case = select(case.c.subject_id).where(
        among(case.c.custodian_id, "cells"), case.c.kind == "admission", case.c.closed_on.is_(None)
    )
    in_pool = select(pool_entry.c.student_id).where(
        among(pool_entry.c.cell_id, "cells"), pool_entry.c.left_on.is_(None)
    )
    query = subjects().where(
        student.c.id.in_(with_case.union_all(in_pool)),
        student.c.left_on.is_(None),
        or_(case.c.id.is_(None), case.c.stage.in_(BEFORE_VOTE)),
    )
    return [Subject(*tuple(row)) for row in tx.execute(query, {"cells": cells})]


def _may_be_named(tx: Transaction, one: Subject, organisation_id: int, on: date) -> bool:
    """As `student.see` and `case.see` ask of it: the school's own, the custodian, those above."""
    of_school = {one.party_id, one.union_id, one.school_cell_id}
    if one.case_id is None:
        return organisation_id in of_school
    custodian = one.cell_id
    if organisation_id == custodian or (organisation_id in of_school and custodian in of_school):
        return True
    return custodian is not None and organisation_id in above(tx, custodian, on)


def _cell_name(tx: Transaction, one: Subject) -> str:
    node = tree_of(tx).nodes.get(one.cell_id or 0)
    return node.name if node is not None else ""
