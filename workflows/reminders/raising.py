"""The daily look at every running clock and every agreed day: what is due to be said is left in the outbox;
duties that come back have a file of their own.

One event, one key: the clock, its due day and the rung. The same is never told twice, of a clock that moved
only what is news, and after days without a worker only the nearest rung.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from engine.jobs import Done
from engine.outbox import tell
from engine.sweeping import sweep
from engine.time import day_of
from engine.transactions import Store, Transaction
from workflows.access.permissions import PARTY
from workflows.admission.steps import STEPS
from workflows.organisations.queries import tree_of
from workflows.reminders import queries
from workflows.reminders.ladder import ORGANISATION, PERSON, SUPERIOR, Ladder, is_news, ladders
from workflows.reminders.queries import Hanging, Near
from workflows.reminders.raising_duties import remind_of_duties
from workflows.reminders.recipients import helpers_of, in_charge
from workflows.reminders.texts import KINDS


def remind(store: Store, now: datetime) -> Done:
    """The day's reminders. Repeating it tells nothing anew."""
    return _remind_of_clocks(store, now) + _remind_of_days(store, now) + remind_of_duties(store, now)


def _remind_of_clocks(store: Store, now: datetime) -> Done:
    today, done, beyond = day_of(now), Done(), 0
    while not done.left:
        with store.transaction(writing=False) as tx:
            found = queries.near(tx, today, beyond=beyond)
            new = _news(tx, queries.untold(tx, _keyed(found, today)).values(), today)
            hanging = queries.hanging(tx, list(new.values()))
        if not found:
            break
        do = partial(_tell, clocks=new, tasks=hanging, today=today, now=now)
        done += sweep(store, list(new), do, job="remind", now=now, cases=False)
        beyond = found[-1].id
    return done


def _remind_of_days(store: Store, now: datetime) -> Done:
    today, done, beyond = day_of(now), Done(), 0
    while not done.left:
        with store.transaction(writing=False) as tx:
            found = queries.agreed(tx, today, beyond=beyond)
            new = {
                one.id: one for one in queries.untold(tx, {_key_of_day(one): one for one in found}).values()
            }
        if not found:
            break
        do = partial(_tell_day, tasks=new, today=today, now=now)
        done += sweep(store, list(new), do, job="remind", now=now, cases=False)
        beyond = found[-1].id
    return done


# --- a clock


def _keyed(found: Sequence[Near], today: date) -> dict[str, Near]:
    """Key of the event → its clock, for the clocks that have reached a rung."""
    rungs = {one: _rung(one, today) for one in found}
    return {_key(one, rung): one for one, rung in rungs.items() if rung is not None}


def _news(tx: Transaction, found: Collection[Near], today: date) -> dict[int, Near]:
    """Clock → itself, without those whose day moved so little that what was told of it still holds."""
    before = queries.told_before(tx, found)
    rungs = {one: _rung(one, today) for one in found}
    return {
        one.id: one
        for one, rung in rungs.items()
        if rung is not None and is_news(one.due_on, rung, before.get(one.id, ()))
    }


def _rung(one: Near, today: date) -> int | None:
    return ladders().of(one.name).reached(one.started_on, one.due_on, today)


def _key(one: Near, rung: int) -> str:
    return f"due:{one.id}:{one.due_on}:{rung}"


def _tell(
    tx: Transaction,
    clock_id: int,
    *,
    clocks: Mapping[int, Near],
    tasks: Mapping[int, Sequence[Hanging]],
    today: date,
    now: datetime,
) -> int:
    """One message for each of those who are told at this rung; the first has the key of the event."""
    one = clocks[clock_id]
    rung = _rung(one, today)
    if rung is None:
        return 0
    ladder, number = ladders().of(one.name), 0
    for kind, to, facts in _addressed(tx, one, tasks[clock_id], ladder, rung, today):
        key = _key(one, rung) + (f":{number}" if number else "")
        number += tell(tx, key, kind, facts=facts, now=now, case_id=one.case_id, **to)
    return number


Addressed = tuple[str, Mapping[str, int], Mapping[str, Any]]


def _addressed(
    tx: Transaction, one: Near, tasks: Sequence[Hanging], ladder: Ladder, rung: int, today: date
) -> Iterator[Addressed]:
    """Kind, addressee and facts of each message; nobody is told twice of one event."""
    seen: set[tuple[str, int]] = set()
    for who in ladders().audience.at(rung):
        kind = _kind(ladder, rung, who)
        for task in tasks or (None,) if kind in KINDS else ():
            owing = one.custodian_id if task is None or task.organisation_id is None else task.organisation_id
            for to, number in _to(tx, who, one, task, owing, today):
                if (to, number) not in seen:
                    seen.add((to, number))
                    yield kind, {to: number}, _facts(one, task, owing, rung, today)


def _kind(ladder: Ladder, rung: int, who: str) -> str:
    if who == SUPERIOR:
        return f"{ladder.words}_below"
    return f"{ladder.words}_{'before' if rung > 0 else 'late' if rung < 0 else 'today'}"


def _facts(one: Near, task: Hanging | None, owing: int, rung: int, today: date) -> dict[str, Any]:
    facts = {
        "clock": one.id,
        "name": one.name,
        "due": one.due_on.isoformat(),
        "days": abs((one.due_on - today).days),
        "rung": rung,
        "organisation": owing,
    }
    return facts if task is None else facts | {"task": task.id, "element": task.element}


def _to(
    tx: Transaction, who: str, one: Near, task: Hanging | None, owing: int, today: date
) -> Iterator[tuple[str, int]]:
    """Where nobody in particular can be named, the organisation is told; distribution finds its desk."""
    if who == SUPERIOR:
        above = tree_of(tx).parent_on(owing, today)
        if above is not None:
            yield "to_organisation", above
    elif who == PERSON and (people := _in_charge(tx, one, task, owing, today)):
        yield from (("to_user", user) for user in people)
    elif who in (PERSON, ORGANISATION):
        yield "to_organisation", owing


def _in_charge(tx: Transaction, one: Near, task: Hanging | None, owing: int, today: date) -> list[int]:
    if task is None:
        return in_charge(tx, owing, PARTY, None, today)
    helpers = helpers_of(tx, one.case_id) if task.lane == "helper" else []
    prepare = _preparing(tx, task.element, owing)
    return helpers or in_charge(tx, owing, prepare, task.assignee_id, today)


def _preparing(tx: Transaction, element: str, owing: int) -> frozenset[str]:
    step, node = STEPS.get(element), tree_of(tx).nodes.get(owing)
    return PARTY if step is None else step.prepare_at(node.kind if node is not None else None)


# --- a day that was agreed on


def _key_of_day(one: Hanging) -> str:
    return f"follow:{one.id}:{one.follow_up_on}"


def _tell_day(
    tx: Transaction, task_id: int, *, tasks: Mapping[int, Hanging], today: date, now: datetime
) -> int:
    """To whoever has the task in hand, else to the organisation: the day was its own."""
    one = tasks[task_id]
    owing = one.organisation_id
    if owing is None:
        return 0
    positions = _preparing(tx, one.element, owing)
    people = in_charge(tx, owing, positions, one.assignee_id, today) if one.assignee_id else []
    to = {"to_user": people[0]} if people else {"to_organisation": owing}
    facts = {"task": one.id, "element": one.element, "day": str(one.follow_up_on), "organisation": owing}
    key = _key_of_day(one)
    return int(tell(tx, key, "follow_up", facts=facts, now=now, case_id=one.case_id, **to))
