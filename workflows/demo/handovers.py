"""People on their way to another organisation, at every stage of it, and where those who leave in summer go.

By the verbs of the handover, as the cases themselves; half of them of the schools whose accounts are printed.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select

from engine import cases
from engine.records import case
from engine.time import VIETNAM
from engine.transactions import Store, Transaction
from workflows.admission.records import act
from workflows.demo.measures import Measures
from workflows.demo.world import World
from workflows.organisations.queries import tree_of
from workflows.people.records import student
from workflows.season.destinations import record_destination
from workflows.season.words import REASONS
from workflows.transfers import verbs
from workflows.transfers.destinations import of_residence

CASES_A_HANDOVER = 40  # none in a world of a few cases
LAST_GRADE = 12
QUIET_DAYS = 45  # nothing was done to the case for so long: the handover is the newest that happened
OUTSIDE = "Chi bộ phố Minh họa, tỉnh khác"


class Stage(NamedTuple):
    """How far one has come, and how many days ago each step was."""

    prepared: int
    offered: int | None = None
    answer: Callable[..., Any] | None = None
    answered: int = 0
    arrived: int | None = None


STAGES = (
    Stage(3),
    Stage(9, 6),
    Stage(40, 35),  # the receiver is late
    Stage(24, 20, verbs.return_, 11),
    Stage(20, 17, verbs.accept, 8),
    Stage(38, 34, verbs.accept, 30, 28),  # waits for a helper
)


def hand_over(store: Store, world: World, measures: Measures) -> None:
    """A handover for so many cases; their chance is their own: nothing else moves by it."""
    chance = random.Random(world.seed)  # noqa: S311 - made-up people need no strong chance
    wanted = measures.cases // CASES_A_HANDOVER
    with store.transaction() as tx:
        for number, one in zip(range(wanted), _quiet(tx, world, chance), strict=False):
            _walk(tx, world, one, STAGES[number % len(STAGES)], chance)
        if wanted:
            _name_places(tx, world, chance)


def _quiet(tx: Transaction, world: World, chance: random.Random) -> Iterator[Any]:
    """Open cases that rested, the shown schools' in turn with the others'."""
    last = select(act.c.case_id, func.max(act.c.on_day).label("on")).group_by(act.c.case_id).subquery()
    before = world.today - timedelta(days=QUIET_DAYS)
    query = (
        select(case.c.id, case.c.subject_id, case.c.custodian_id, student.c.institution_id)
        .join(last, last.c.case_id == case.c.id)
        .join(student, student.c.id == case.c.subject_id)
        .where(case.c.closed_on.is_(None), case.c.kind == "admission", last.c.on < before)
        .where(case.c.stage.in_(("candidacy", "file_building", "file_checks", "admission_vote", "probation")))
    )
    rows = list(tx.execute(query.order_by(case.c.id)))
    chance.shuffle(rows)
    shown = {world.shown_school.institution_id, world.shown_university.institution_id}
    ours = [row for row in rows if row.institution_id in shown]
    others = [row for row in rows if row.institution_id not in shown]
    while ours or others:
        for those in (ours, others):
            if those:
                yield those.pop()


def _walk(tx: Transaction, world: World, one: Any, stage: Stage, chance: random.Random) -> None:
    to = _receiver(tx, world, one, chance)
    day = _day(world, stage.prepared)
    given = {"moved_because": "study", "moved_on": day.isoformat(), **to}
    handover = _do(tx, verbs.prepare, one.subject_id, world.user(one.custodian_id), day, given).case.id
    if stage.offered is not None:
        _step(tx, world, verbs.offer, handover, stage.offered, {"take_number": True})
    if stage.answer is not None and "receiver_id" in to:
        paper = {"number": f"{chance.randint(1, 90):02d}-CV/ĐU", "reason": "Không cư trú ở đây (minh họa)."}
        _step(tx, world, stage.answer, handover, stage.answered, paper)
        if stage.arrived is not None:
            _step(tx, world, verbs.arrive, handover, stage.arrived, {})


def _receiver(tx: Transaction, world: World, one: Any, chance: random.Random) -> dict[str, Any]:
    """A cell of the residence, else of any commune; now and then a place outside of the system."""
    if chance.random() < 0.1:
        return {"addressee": OUTSIDE}
    near = [place.id for place in of_residence(tx, one.subject_id, world.today)]
    cells = [place for place in near if place != one.custodian_id and place not in world.communes.values()]
    commune = chance.choice(sorted(world.residence_cells))
    return {"receiver_id": chance.choice(cells or world.residence_cells[commune])}


def _step(
    tx: Transaction,
    world: World,
    verb: Callable[..., Any],
    handover: int,
    ago: int,
    answers: Mapping[str, Any],
) -> None:
    """By the organisation whose turn it is, else by the nearest above it that has somebody."""
    day = _day(world, ago)
    [open_task] = cases.open_tasks(tx, handover)
    owing = open_task.organisation_id or cases.get_case(tx, handover).custodian_id
    desks = [owing, *tree_of(tx).ancestors_on(owing, day)]
    sitting = (world.users.get(desk, {}) for desk in desks)
    by = next(held[word] for held in sitting for word in ("secretary", "officer") if word in held)
    _do(tx, verb, handover, by, day, answers)


def _do(
    tx: Transaction, verb: Callable[..., Any], about: int, by: int, day: date, answers: Mapping[str, Any]
) -> Any:
    now = datetime.combine(day, time(10), VIETNAM)
    return verb(tx, about, {"on": day.isoformat(), **answers}, by=by, now=now)


def _day(world: World, ago: int) -> date:
    day = world.today - timedelta(days=ago)
    return day - timedelta(days=max(0, day.isoweekday() - 5))


def _name_places(tx: Transaction, world: World, chance: random.Random) -> None:
    """Of those in the last grade with a case, the school knows of some already where they go."""
    query = select(case.c.subject_id, case.c.custodian_id).join(student, student.c.id == case.c.subject_id)
    query = query.where(case.c.closed_on.is_(None), case.c.kind == "admission", student.c.grade == LAST_GRADE)
    now = datetime.combine(world.today, time(8), VIETNAM)
    here = (row for row in tx.execute(query.order_by(case.c.id)).all() if row.custodian_id in world.users)
    for row in here:  # whoever was taken over at home is the school's no more
        near = of_residence(tx, row.subject_id, world.today)
        said = chance.choice(
            (None, None, {"organisation_id": near[-1].id} if near else None, {"reason": REASONS[0][0]})
        )
        if said is not None:
            by = world.user(row.custodian_id)
            record_destination(tx, row.subject_id, said, by=by, now=now)
