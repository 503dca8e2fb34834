"""Who leaves school before the cell may vote, or only just after: months ahead, with the plan of each.

The plan is the last lawful meeting before the day of leaving and by when its first step must begin; where no
meeting before that day is lawful, the person is handed on as one who is helped, and it is said to whom. Days
are those of the forecast: the guards' own functions say what is lawful.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select

from engine.among import among
from engine.records import case
from engine.transactions import Transaction
from workflows.desk.people import STILL_HERE
from workflows.forecast.figures import Reach
from workflows.forecast.look import BEFORE_VOTE, Look, Subject, looks, subjects
from workflows.forecast.outlook import against, helped_from
from workflows.forecast.plan import Plan, plan
from workflows.forecast.sweep import of_age_after
from workflows.organisations.queries import tree_of
from workflows.people.records import student
from workflows.rules.ages import add_months
from workflows.schedules.school_days import LAST_GRADE
from workflows.season.records import leaver_destination
from workflows.transfers.destinations import of_communes

AHEAD_MONTHS: Final = 12
NEVER, TIGHT, IN_TIME = "never", "tight", "in_time"
GROUPS: Final[Mapping[str, str]] = {
    NEVER: "Không có kỳ họp nào xét được trước khi ra trường",
    TIGHT: "Còn kỳ họp, nhưng theo nhịp thường thì không kịp",
    IN_TIME: "Chưa đủ tuổi, còn kịp trước khi ra trường",
}


@dataclass(frozen=True)
class Young:
    """One of them. `last_meeting`: the last lawful one before leaving, `plan`: the way to it; both None where
    there is none. `to_words`, `to_id`: the place written down, else the residence by the tree."""

    of: Subject
    leaves_on: date
    group: str
    of_age_on: date | None
    first_lawful: date | None
    last_meeting: date | None
    plan: Plan | None
    to_id: int | None = None
    to_words: str | None = None

    @property
    def begin_by(self) -> date | None:
        """The first day on which something that has not begun must begin."""
        if self.plan is None:
            return None
        waiting = [
            step.start_by for step in self.plan.steps if step.opened_on is None and not step.lead.waits
        ]
        return min(waiting, default=None)


def own_young(tx: Transaction, reach: Reach, on: date) -> list[Young]:
    """Of the own roll: who is in the pool or has a case that is kept here."""
    kept = or_(case.c.id.is_(None), STILL_HERE)
    return _young(tx, and_(reach.roll.students, kept), {}, on)


def young_of(tx: Transaction, reach: Reach, institution_id: int, on: date) -> list[Young]:
    """Of a school below: those whose case is kept within reach, who may be opened."""
    mine = and_(student.c.institution_id == institution_id, among(case.c.custodian_id, "mine"))
    return _young(tx, mine, {"mine": reach.organisations}, on)


def _young(
    tx: Transaction, whose: ColumnElement[bool], asked: Mapping[str, Collection[int]], on: date
) -> list[Young]:
    soon = or_(
        student.c.graduation_on.is_not(None), student.c.grade.is_(None), student.c.grade >= LAST_GRADE - 1
    )
    before = or_(case.c.id.is_(None), case.c.stage.in_(BEFORE_VOTE))
    query = subjects().where(whose, soon, before, student.c.left_on.is_(None))
    people = [Subject(*tuple(row)) for row in tx.execute(query, dict(asked))]
    seen = looks(tx, [one for one in people if one.followed], on)
    found = [one for look in seen if (one := _one(look, on)) is not None]
    found.sort(key=lambda one: (one.leaves_on, one.of.sort_key, one.of.student_id))
    return _with_places(tx, found, on)


def _one(look: Look, on: date) -> Young | None:
    """None for who leaves later, who can be voted on without haste, or whose yes was taken back."""
    leaves, seen = look.seen.graduation_on, look.seen
    if leaves is None or not on <= leaves <= add_months(on, AHEAD_MONTHS) or not look.of.followed:
        return None
    of_age = of_age_after(look.of.birth_date, on - timedelta(days=1))
    last = _last_lawful(look, leaves, on)
    if last is None:
        group = NEVER
    elif look.plan is not None and look.plan.reachable > leaves:
        group = TIGHT
    elif of_age is not None:
        group = IN_TIME
    else:
        return None
    way = plan(seen, look.ground, look.opened, vote_on=last) if last is not None else None
    return Young(look.of, leaves, group, of_age, seen.first_day, last, way)


def _last_lawful(look: Look, leaves: date, on: date) -> date | None:
    """The last meeting until the day of leaving against which time alone says nothing."""
    seen, ground = look.seen, look.ground
    if seen.vote_on is None or seen.vote_on > leaves:
        return None
    facts = helped_from(seen.facts, on)
    meeting = ground.meetings.last_on_or_before(leaves, ground.calendar)
    while meeting is not None and meeting >= max(on, seen.vote_on):
        if not against(facts, meeting):
            return meeting
        meeting = ground.meetings.last_on_or_before(meeting - timedelta(days=1), ground.calendar)
    return seen.vote_on


def _with_places(tx: Transaction, found: Sequence[Young], on: date) -> list[Young]:
    """To whom each would be handed on, by a few statements for all."""
    tree = tree_of(tx)
    near = of_communes(tx, {one.of.commune_code for one in found if one.of.commune_code}, on)
    students = [one.of.student_id for one in found]
    said = {row.student_id: row for row in tx.execute(_SAID, {"students": students})}
    made = []
    for one in found:
        word = said.get(one.of.student_id)
        to_words = word.addressee if word is not None else None
        to_id = word.organisation_id if word is not None else None
        if to_id is None and to_words is None:
            homes = near.get(one.of.commune_code or "", ())
            to_id = next((home for home in homes if home != one.of.cell_id), None)
        heir = tree.standing(to_id, on) if to_id is not None else None
        made.append(replace(one, to_id=heir, to_words=to_words))
    return made


_w = leaver_destination.c
_SAID = (
    select(_w.student_id, _w.organisation_id, _w.addressee)
    .where(among(_w.student_id, "students"))
    .order_by(_w.id)  # the newest word stands
)
