"""Once a day: who comes of age, has shared time enough, loses a certificate, leaves school, in how long.

Only of students in a pool or with a case, only to the cell and the youth union that may see them, each with
the step that comes next by the plan, else with what is waited for. One message a person, event, day and rung:
a day that was corrected is told anew. After days without a worker only the nearest rung is told.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import func, or_

from engine.jobs import Done
from engine.outbox import tell
from engine.records import case
from engine.sweeping import sweep as sweep_over
from engine.time import day_of
from engine.transactions import Store, Transaction
from workflows.admission.steps import STEPS
from workflows.desk.untold import ELEMENTS, VERIFICATION
from workflows.forecast.lead_times import VOTE
from workflows.forecast.look import TAKEN_BACK, Look, Subject, looks, subjects
from workflows.forecast.outlook import first_day
from workflows.forecast.plan import ONE_DAY
from workflows.forecast.queries import AT_ONCE, kept_of, sweep_of
from workflows.forecast.rungs import AGE, CERTIFICATE, GRADUATION, SHARED_TIME, rungs
from workflows.forecast.sweep import Kept, Person, Sweep, age_alone
from workflows.people.records import pool_entry, student
from workflows.reminders.queries import untold
from workflows.rules.ages import add_months
from workflows.rules.editions import edition_on
from workflows.rules.eligibility import ends, starts

JOB: Final = "remind_of_age"
OF_AGE: Final = "of_age"  # the timer before the vote
# Event → the words before the day and from the day on (reminders/texts.py).
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    AGE: ("age_before", "age_reached"),
    SHARED_TIME: ("shared_before", "shared_reached"),
    CERTIFICATE: ("certificate_months", "certificate_over"),
    GRADUATION: ("graduation_before", "graduation_reached"),
}


@dataclass(frozen=True)
class Event:
    """One thing to tell of a person today. `mark` stands for the day: the day of coming of age itself would
    give away the birth date."""

    of: Subject
    name: str
    rung: int
    mark: str
    left: bool = False  # the school is left: its union is told nothing any more

    @property
    def topic(self) -> str:
        """A later rung takes the place of an unread earlier one."""
        return f"{self.name}:{self.of.student_id}"

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.mark}:{self.rung}"

    @property
    def kind(self) -> str:
        return KINDS[self.name][0 if self.rung else 1]

    @property
    def at_school(self) -> bool:
        """Whoever follows the student belongs to the school, so that both see the student."""
        one = self.of
        own = (one.party_id, one.union_id, one.school_cell_id)
        return one.cell_id is not None and one.cell_id in own and not self.left

    def told_to(self) -> dict[str, int]:
        """Who is told → organisation: the cell that follows, and the union of the school where it is theirs
        to know; an organisation beyond the school only of the case that it keeps."""
        one = self.of
        cell = one.cell_id if self.at_school or one.case_id is not None else None
        union = one.union_id if self.at_school and one.union_id != cell else None
        return {word: number for word, number in (("cell", cell), ("union", union)) if number is not None}


class Next(NamedTuple):
    """The step to begin or to go on with, else the timer that the case waits at, else nothing. `renew`: a
    paper in hand that will have run out when the cell votes."""

    element: str | None = None
    waits: str | None = None
    renew: str | None = None


class Followed(NamedTuple):
    """Somebody in a pool or with a case, since when, and whether the school is left already."""

    of: Subject
    since: date
    left: bool


def remind_of_age(store: Store, now: datetime) -> Done:
    """The day's reminders. Repeating it tells nothing anew."""
    today, done, beyond = day_of(now), Done(), 0
    with store.transaction(writing=False) as tx:
        shared = sweep_of(tx, today)
    while not done.left:
        with store.transaction(writing=False) as tx:
            people = _people(tx, beyond)
            events = _untold(tx, list(_events(tx, shared, people)))
            ahead = _ahead(tx, events, today)
        if not people:
            break
        told = _by_person(events)
        do = partial(_tell, events=told, ahead=ahead, now=now)
        done += sweep_over(store, list(told), do, job=JOB, now=now, cases=False)
        beyond = people[-1].of.student_id
    return done


def _tell(
    tx: Transaction,
    student_id: int,
    *,
    events: Mapping[int, Sequence[Event]],
    ahead: Mapping[int, Next],
    now: datetime,
) -> int:
    """Everything of one person, to each who may know, once."""
    return sum(_tell_one(tx, one, ahead[student_id], now) for one in events[student_id])


def _tell_one(tx: Transaction, one: Event, ahead: Next, now: datetime) -> int:
    facts: dict[str, Any] = {"months": one.rung, "topic": one.topic, **_said(one, ahead)}
    if one.at_school:  # to others the case leads
        facts["student"] = one.of.student_id
    about: dict[str, Any] = {"now": now, "case_id": one.of.case_id}
    hidden = facts | {"element": VERIFICATION} if ahead.element in ELEMENTS else facts
    return sum(
        tell(
            tx,
            f"{one.key}:{word}",
            one.kind,
            to_organisation=organisation,
            facts=hidden if word == "union" else facts,
            **about,
        )
        for word, organisation in one.told_to().items()
    )


def _said(one: Event, ahead: Next) -> dict[str, str]:
    """On the day of coming of age the vote itself is next, whether or not its timer has fired by now."""
    if ahead.waits == OF_AGE and one.kind == "age_reached":
        ahead = Next(VOTE)
    return {name: word for name, word in ahead._asdict().items() if word is not None}


def _people(tx: Transaction, beyond: int) -> list[Followed]:
    """The next of those whom somebody follows: still at school, or with a case that goes on elsewhere."""
    since = func.coalesce(pool_entry.c.entered_on, case.c.opened_on)
    query = (
        subjects()
        .add_columns(since, student.c.left_on.is_not(None))
        .where(student.c.id > beyond, since.is_not(None))
        .where(or_(student.c.left_on.is_(None), case.c.id.is_not(None)))
        .order_by(student.c.id)
        .limit(AT_ONCE)
    )
    return [Followed(Subject(*row[:-2]), *row[-2:]) for row in map(tuple, tx.execute(query))]


def _events(tx: Transaction, shared: Sweep, people: Sequence[Followed]) -> Iterator[Event]:
    """What is told of each today; who took the yes back is left in peace."""
    silent = set(tx.execute(TAKEN_BACK, {"students": [one.of.student_id for one in people]}).scalars())
    asked = [one for one in people if one.of.student_id not in silent]
    files = kept_of(tx, [_person(one.of) for one in asked], shared.today)
    for one in asked:
        grown = shared.of_age_on(one.of.birth_date) is None
        for name, day in _days(shared, one, files[one.of.student_id]).items():
            ladder = rungs()[name]
            if day is None or (ladder.of_age and not grown):
                continue
            rung = ladder.reached(day, shared.today, since=one.since, case=one.of.case_id is not None)
            if rung is not None:
                yield Event(one.of, name, rung, _mark(tx, name, one.of.student_id, day), one.left)


def _mark(tx: Transaction, name: str, student_id: int, day: date) -> str:
    if name != AGE:
        return day.isoformat()
    return tx.keys.blind_index(AGE, f"{student_id}:{day}").hex()[:12]


def _days(shared: Sweep, one: Followed, kept: Kept) -> dict[str, date | None]:
    """Event → its day, by the functions of the rules themselves; after the vote only the end of school."""
    edition, long_ago = edition_on(shared.today), add_months(shared.today, -12)
    found = {} if one.left else {GRADUATION: shared.graduates_on(_person(one.of))}
    if kept.beyond:
        return found
    came = first_day(age_alone(one.of.birth_date), long_ago)
    serves_until = ends(kept.facts, edition).get("certificate")
    return found | {
        AGE: came if came != long_ago else None,
        SHARED_TIME: starts(kept.facts, edition).get("shared_time") if kept.facts.helper_official else None,
        CERTIFICATE: serves_until + ONE_DAY if serves_until is not None else None,
    }


def _person(one: Subject) -> Person:
    return Person(
        one.student_id,
        one.institution_id,
        one.school_cell_id,
        one.birth_date,
        one.grade,
        one.course,
        one.programme,
        one.graduation_on,
        one.pool_id is not None,
        one.case_id,
        one.cell_id,
        one.stage,
    )


def _by_person(events: Sequence[Event]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = defaultdict(list)
    for one in events:
        found[one.of.student_id].append(one)
    return found


def _untold(tx: Transaction, events: Sequence[Event]) -> list[Event]:
    """Without those of which everybody was told before."""
    keys = {f"{one.key}:{word}": one for one in events for word in one.told_to()}
    return list(dict.fromkeys(untold(tx, keys).values()))


def _ahead(tx: Transaction, events: Sequence[Event], today: date) -> dict[int, Next]:
    """Student → what is to be done now."""
    people = {one.of.student_id: one.of for one in events}
    seen = looks(tx, list(people.values()), today) if people else []
    return {look.of.student_id: _next(look) for look in seen}


def _next(look: Look) -> Next:
    """What the plan has begin within a month; else what is open; else what comes first of all; where nobody
    has to do anything, what is waited for."""
    begin = look.plan.to_begin(date.max) if look.plan is not None else []
    begin.sort(key=lambda step: step.start_by)
    if begin and begin[0].start_by <= add_months(look.seen.today, 1):
        return Next(begin[0].lead.element)
    step = next((element for element in look.opened if element in STEPS), None)
    step = step or (begin[0].lead.element if begin else None)
    if step is not None:
        return Next(step)
    return Next(waits=next(iter(look.opened), None), renew=next(iter(look.seen.lapsing), None))
