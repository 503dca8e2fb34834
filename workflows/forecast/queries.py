"""Who is swept: the roll as a stream, and of those who are followed what their files say, by the thousand."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from engine.among import among
from engine.records import case
from engine.transactions import Transaction
from workflows.admission.records import act
from workflows.admission.vote_facts import facts_of_many
from workflows.forecast.look import ABROAD, BEFORE_VOTE, NO_CELL, TAKEN_BACK, Asked, open_steps
from workflows.forecast.months import Foreseen
from workflows.forecast.sweep import Kept, Person, Sweep
from workflows.organisations.records import institution
from workflows.people.records import pool_entry, student
from workflows.rules.queries import calendar_of
from workflows.schedules.queries import meeting_days_of, school_days_of

AT_ONCE: Final = 1000  # people whose files are read together
STREAMED: Final = 5000
CELL: Final = func.coalesce(student.c.cell_id, institution.c.cell_id)
# A school knows of a case while one of its own keeps the file.
_KEPT_HERE = or_(case.c.custodian_id == CELL, case.c.custodian_id == institution.c.party_organisation_id)
_elsewhere = case.alias("elsewhere")
_ANYWHERE = (
    select(_elsewhere.c.id)
    .where(
        _elsewhere.c.subject_id == student.c.id,
        _elsewhere.c.kind == "admission",
        _elsewhere.c.closed_on.is_(None),
    )
    .correlate(student)
    .exists()
)
_DONE: Final = {
    "cell_vote": ("voted_on", "carried"),
    "admission_decision": ("decided_on", "admitted"),
    "admission_ceremony": ("ceremony_on", None),
}


def sweep_of(tx: Transaction, on: date, institutions: Collection[int] | None = None) -> Sweep:
    """What everybody shares: the calendar, the meeting days of the cells, the school years; of all schools
    where none are named."""
    i = institution.c
    schools = select(i.id, i.cell_id, i.party_organisation_id)
    cells = select(student.c.cell_id).where(student.c.cell_id.is_not(None)).distinct()
    if institutions is not None:
        schools = schools.where(among(i.id, "institutions"))
        cells = cells.where(among(student.c.institution_id, "institutions"))
    asked = {} if institutions is None else {"institutions": institutions}
    rows = tx.execute(schools, asked).all()
    bodies = {one for row in rows for one in (row.cell_id, row.party_organisation_id) if one is not None}
    bodies |= set(tx.execute(cells, asked).scalars())
    meetings = meeting_days_of(tx, bodies | {NO_CELL}, on)
    return Sweep(
        today=on,
        calendar=calendar_of(tx),
        meetings=meetings,
        schools=school_days_of(tx, [row.id for row in rows], on),
        default=meetings[NO_CELL],
    )


def foreseen(
    tx: Transaction, sweep: Sweep, whose: ColumnElement[bool] | None = None, **asked: Any
) -> Iterator[Foreseen]:
    """Everybody still at school (of those meant), as a stream; who is followed comes by the thousand."""
    people = (Person(*row) for row in _rows(tx, _people(whose), asked))
    waiting: list[Person] = []
    for one in people:
        if not one.pool and one.case_id is None:
            yield sweep.of_roll(one)
            continue
        waiting.append(one)
        if len(waiting) == AT_ONCE:
            yield from _followed(tx, sweep, waiting)
            waiting = []
    yield from _followed(tx, sweep, waiting)


def _rows(tx: Transaction, query: Select[Any], asked: dict[str, Any]) -> Iterator[Any]:
    """A few thousand rows in memory at a time."""
    found = tx.execute(query.execution_options(yield_per=STREAMED), asked)
    while some := list(islice(found, STREAMED)):
        yield from some


def _people(whose: ColumnElement[bool] | None) -> Select[Any]:
    open_case = and_(
        case.c.subject_id == student.c.id,
        case.c.kind == "admission",
        case.c.closed_on.is_(None),
        _KEPT_HERE,
    )
    open_entry = and_(
        pool_entry.c.student_id == student.c.id,
        pool_entry.c.left_on.is_(None),
        or_(case.c.id.is_not(None), ~_ANYWHERE),  # the pool says nothing where the file is kept elsewhere
    )
    s = student.c
    query = (
        select(
            s.id,
            s.institution_id,
            CELL,
            s.birth_date,
            s.grade,
            s.course,
            s.programme,
            s.graduation_on,
            pool_entry.c.id.is_not(None),
            case.c.id,
            case.c.custodian_id,
            case.c.stage,
        )
        .select_from(student)
        .join(institution, institution.c.id == s.institution_id)
        .outerjoin(case, open_case)
        .outerjoin(pool_entry, open_entry)
        .where(s.left_on.is_(None))
    )
    return query if whose is None else query.where(whose)


def _followed(tx: Transaction, sweep: Sweep, people: Sequence[Person]) -> Iterator[Foreseen]:
    """By their files; who took the yes back is seen by the roll alone."""
    if not people:
        return
    silent = set(tx.execute(TAKEN_BACK, {"students": [one.id for one in people]}).scalars())
    heard = [one for one in people if one.id not in silent]
    yield from (sweep.of_roll(one) for one in people if one.id in silent)
    files = kept_of(tx, heard, sweep.today)
    yield from (sweep.of_followed(one, files[one.id]) for one in heard)


def kept_of(tx: Transaction, people: Sequence[Person], on: date) -> dict[int, Kept]:
    """Student → what the tables hold, by some statements for all."""
    asked = [
        Asked(one.case_id or -one.id, one.id, one.custodian_id or one.cell_id or NO_CELL) for one in people
    ]
    facts = facts_of_many(tx, asked, on)
    cases = [one.case_id for one in people if one.case_id is not None]
    opened = open_steps(tx, cases, on)
    abroad = set(tx.execute(ABROAD, {"cases": cases}).scalars())
    beyond = [one.case_id for one in people if one.case_id is not None and one.stage not in BEFORE_VOTE]
    days: dict[int, dict[str, date]] = {number: {} for number in beyond}
    for row in tx.execute(_DAYS, {"cases": beyond}):
        name, outcome = _DONE[row.element]
        if outcome in (None, row.outcome):
            days[row.case_id][name] = row.on_day
    return {
        one.id: Kept(
            facts[key.id],
            opened.get(key.id, {}),
            beyond=key.id in days,
            abroad=key.id in abroad,
            **days.get(key.id, {}),
        )
        for one, key in zip(people, asked, strict=True)
    }


_DAYS = (
    select(act.c.case_id, act.c.element, act.c.outcome, act.c.on_day)
    .where(among(act.c.case_id, "cases"), act.c.element.in_(_DONE))
    .order_by(act.c.id)  # the last of each stands
)
