"""Who owes which duty for which period, and what of it is done: read for many organisations at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import select, union

from engine.among import among
from engine.errors import Text
from engine.transactions import Transaction
from workflows.organisations.queries import tree_of
from workflows.organisations.records import institution
from workflows.people.records import pool_entry, pool_review
from workflows.rules.calendar import Calendar
from workflows.rules.editions import Edition, edition_on
from workflows.rules.queries import calendar_of
from workflows.schedules.duties import DUTIES, POOL_REVIEW, Duty, Span, due_on, span_before, span_of
from workflows.schedules.queries import school_days_of
from workflows.schedules.records import duty_done
from workflows.schedules.school_days import SchoolDays

DONE, OPEN, LATE = "done", "open", "late"
_d, _r, _i = duty_done.c, pool_review.c, institution.c
_SCHOOLS = select(_i.id, _i.cell_id, _i.party_organisation_id, _i.union_organisation_id).order_by(_i.id)
_CELLS = union(
    select(pool_entry.c.cell_id).where(pool_entry.c.left_on.is_(None)),
    select(_i.cell_id).where(_i.cell_id.is_not(None)),
)
_DONE = (
    select(_d.organisation_id, _d.duty, _d.period, _d.id, _d.on_day, _d.number)
    .where(among(_d.organisation_id, "organisations"), _d.withdrawn_at.is_(None))
    .order_by(_d.on_day, _d.id)
)
_REVIEWS = (
    select(_r.cell_id, _r.id, _r.meeting_on)
    .where(among(_r.cell_id, "organisations"))
    .order_by(_r.meeting_on, _r.id)
)


class Done(NamedTuple):
    """One time it was done; a review of the pool has no paper of its own."""

    id: int
    on: date
    number: str | None


@dataclass(frozen=True)
class Owed:
    """A duty of an organisation for a period. `times`: how often it is asked for."""

    organisation_id: int
    duty: str
    span: Span
    due_on: date
    times: int
    source: str
    rating: str
    done: tuple[Done, ...] = ()

    @property
    def label(self) -> Text:
        return Text(DUTIES[self.duty].label)

    @property
    def key(self) -> str:
        return f"{self.duty}:{self.span.key}"

    def state(self, today: date) -> str:
        """Done however late it was; late only while something is missing after its day."""
        if len(self.done) >= self.times:
            return DONE
        return LATE if today > self.due_on else OPEN


def owed(tx: Transaction, organisation_ids: Collection[int], on: date, *, before: bool = False) -> list[Owed]:
    """What they owe for the periods of that day, or for the ones `before`; the most urgent first."""
    edition, calendar = edition_on(on), calendar_of(tx)
    wanted = set(organisation_ids)
    owners = [one for one in _owners(tx, edition) if one[0] in wanted]
    schools = school_days_of(tx, {school for _owner, _duty, school in owners if school is not None})
    done = _done(tx, wanted)
    found: dict[tuple[int, str], Owed] = {}
    for organisation, name, school in owners:
        days = schools.get(school, SchoolDays()) if school is not None else SchoolDays()
        span = (span_before if before else span_of)(DUTIES[name].every, on, days)
        if span is not None and _stood(tx, organisation, span):
            one = _one(organisation, name, span, edition, calendar, done)
            found.setdefault((organisation, name), one)
    return sorted(found.values(), key=lambda one: (one.state(on) == DONE, one.due_on, one.organisation_id))


def _one(
    organisation: int,
    name: str,
    span: Span,
    edition: Edition,
    calendar: Calendar,
    done: Mapping[tuple[int, str], list[tuple[str, Done]]],
) -> Owed:
    duty: Duty = DUTIES[name]
    told = duty.times or duty.by
    return Owed(
        organisation_id=organisation,
        duty=name,
        span=span,
        due_on=due_on(duty, span, edition, calendar),
        times=edition.number(duty.times) if duty.times else 1,
        source=edition.source(told),
        rating=edition.rating(told),
        done=tuple(one for period, one in done.get((organisation, name), ()) if period == span.key),
    )


def _owners(tx: Transaction, edition: Edition) -> Iterator[tuple[int, str, int | None]]:
    """(organisation, duty, school): as the edition says; the cells are those that follow students."""
    schools = tx.execute(_SCHOOLS).all()
    for name, duty in DUTIES.items():
        word = edition.word(duty.by)
        if word == "cell":
            school_of = {row.cell_id: row.id for row in reversed(schools)}
            yield from ((row[0], name, school_of.get(row[0])) for row in tx.execute(_CELLS))
        for row in schools:
            for organisation in _of_school(word, row.party_organisation_id, row.union_organisation_id):
                yield organisation, name, row.id


def _of_school(word: str, party: int | None, union_id: int | None) -> Iterable[int]:
    named = {"party": (party,), "union": (union_id,), "party_and_union": (party, union_id)}
    return (one for one in named.get(word, ()) if one is not None)


def _done(
    tx: Transaction, organisations: Collection[int]
) -> Mapping[tuple[int, str], list[tuple[str, Done]]]:
    found: dict[tuple[int, str], list[tuple[str, Done]]] = defaultdict(list)
    for row in tx.execute(_DONE, {"organisations": organisations}):
        found[row.organisation_id, row.duty].append((row.period, Done(row.id, row.on_day, row.number)))
    for row in tx.execute(_REVIEWS, {"organisations": organisations}):
        done = Done(row.id, row.meeting_on, None)
        found[row.cell_id, POOL_REVIEW].append((f"{row.meeting_on:%Y-%m}", done))
    return found


def _stood(tx: Transaction, organisation: int, span: Span) -> bool:
    """Nobody owes anything for a time before it was founded or after it ended."""
    node = tree_of(tx).nodes.get(organisation)
    if node is None or node.valid_from > span.last:
        return False
    return node.valid_to is None or node.valid_to > span.first
