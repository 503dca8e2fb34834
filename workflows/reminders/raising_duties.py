"""The daily look at the duties that come back: who has not done what of this period or the one before.

One event, one key: organisation, duty, period and rung. Those above get one gathered message a duty, period
and rung, with how many of the organisations right below them it is about, and no name.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from engine.jobs import Done
from engine.outbox import tell
from engine.sweeping import sweep
from engine.time import day_of
from engine.transactions import Store, Transaction
from workflows.access.permissions import PERMISSIONS
from workflows.organisations.queries import tree_of
from workflows.organisations.tree import Tree
from workflows.reminders.ladder import PERSON, SUPERIOR, ladders
from workflows.reminders.queries import untold
from workflows.reminders.recipients import in_charge
from workflows.schedules.owing import DONE, Owed, owed

AT_ONCE: Final = 500  # organisations that are looked at together
DOERS: Final = PERMISSIONS["duties.record"].positions


@dataclass(frozen=True)
class Missing:
    """What somebody has not done. `earlier`: of the period before the present one."""

    owed: Owed
    earlier: bool

    @property
    def topic(self) -> str:
        return f"duty:{self.owed.organisation_id}:{self.owed.key}"

    def topic_of(self, superior: int) -> str:
        """What is gathered for those above: by day, which may be another from school to school."""
        return f"duties:{superior}:{self.owed.key}:{self.owed.due_on}"

    def rung(self, today: date) -> int | None:
        one = self.owed
        return ladders().of_duty(one.duty, one.span.first, one.due_on, today)

    def facts(self, rung: int, today: date) -> dict[str, Any]:
        one = self.owed
        return {
            "duty": one.duty,
            "period": one.span.key,
            "earlier": self.earlier,
            "due": one.due_on.isoformat(),
            "days": abs((one.due_on - today).days),
            "rung": rung,
        }


@dataclass(frozen=True)
class Event:
    """A rung that was reached today: by one organisation, or, `count`ed, by those right below `to`."""

    of: Missing
    rung: int
    to: int
    count: int | None = None

    @property
    def topic(self) -> str:
        return self.of.topic if self.count is None else self.of.topic_of(self.to)

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.rung}"

    @property
    def kind(self) -> str:
        if self.count is not None:
            return "duty_below"
        return "duty_before" if self.rung > 0 else "duty_late" if self.rung < 0 else "duty_today"

    def facts(self, today: date) -> dict[str, Any]:
        about = {"duty_of": self.to} if self.count is None else {"count": self.count}
        return self.of.facts(self.rung, today) | about | {"topic": self.topic}


def remind_of_duties(store: Store, now: datetime) -> Done:
    """The day's reminders. Repeating it tells nothing anew."""
    today, done = day_of(now), Done()
    with store.transaction(writing=False) as tx:
        families = list(_families(tree_of(tx), today))
    for together in families:
        if not done.left:
            done += _remind(store, together, today, now)
    return done


def missing(tx: Transaction, organisation_ids: Collection[int], today: date) -> list[Missing]:
    """What these organisations have not done of the present periods and of those before."""
    return [
        Missing(one, earlier)
        for earlier in (False, True)
        for one in owed(tx, organisation_ids, today, before=earlier)
        if one.state(today) != DONE
    ]


def topics_owed(tx: Transaction, organisation_ids: Collection[int], today: date) -> set[str]:
    """The topics that still hold of these organisations, and of those right above them."""
    tree, found = tree_of(tx), set()
    for one in missing(tx, organisation_ids, today):
        superior = tree.parent_on(one.owed.organisation_id, today)
        found |= {one.topic} if superior is None else {one.topic, one.topic_of(superior)}
    return found


def _families(tree: Tree, today: date) -> Iterator[list[int]]:
    """All organisations that stand, some hundred at once; those right below one never come apart."""
    below: dict[int, list[int]] = defaultdict(list)
    for number, node in tree.nodes.items():
        if node.stands_on(today):
            below[tree.parent_on(number, today) or 0].append(number)
    together: list[int] = []
    for _, children in sorted(below.items()):
        together += children
        if len(together) >= AT_ONCE:
            yield together
            together = []
    if together:
        yield together


def _remind(store: Store, organisation_ids: Collection[int], today: date, now: datetime) -> Done:
    with store.transaction(writing=False) as tx:
        reached = list(_reached(missing(tx, organisation_ids, today), today))
        above = list(_gathered(tree_of(tx), reached, today))
        new = untold(tx, {one.key: one for one in (*reached, *above)})
    told: dict[int, list[Event]] = defaultdict(list)
    for one in new.values():
        told[one.to].append(one)
    do = partial(_tell, events=told, today=today, now=now)
    return sweep(store, list(told), do, job="remind", now=now, cases=False)


def _reached(found: Iterable[Missing], today: date) -> Iterator[Event]:
    for one in found:
        rung = one.rung(today)
        if rung is not None:
            yield Event(one, rung, one.owed.organisation_id)


def _gathered(tree: Tree, reached: Sequence[Event], today: date) -> Iterator[Event]:
    """Of rungs that rise: whom they rise to, and how many stand there."""
    counts: Counter[str] = Counter()
    found: dict[str, Event] = {}
    for one in reached:
        superior = tree.parent_on(one.to, today)
        if superior is not None and SUPERIOR in ladders().audience.at(one.rung):
            gathered = Event(one.of, one.rung, superior, count=0)
            found.setdefault(gathered.key, gathered)
            counts[gathered.key] += 1
    for key, one in found.items():
        yield Event(one.of, one.rung, one.to, count=counts[key])


def _tell(
    tx: Transaction,
    organisation_id: int,
    *,
    events: Mapping[int, Sequence[Event]],
    today: date,
    now: datetime,
) -> int:
    """One message for each who is told; the first has the key of the event."""
    told = 0
    for one in events[organisation_id]:
        facts = one.facts(today)
        for place, to in enumerate(_to(tx, one, today)):
            key = f"{one.key}:{place}" if place else one.key
            told += tell(tx, key, one.kind, facts=facts, now=now, **to)
    return told


def _to(tx: Transaction, one: Event, today: date) -> list[dict[str, int]]:
    """Who is in charge there, as long as it is early; nobody to name, or later: the organisation."""
    if one.count is None and ladders().audience.at(one.rung) == (PERSON,):
        people = in_charge(tx, one.to, DOERS, None, today)
        if people:
            return [{"to_user": user} for user in people]
    return [{"to_organisation": one.to}]
