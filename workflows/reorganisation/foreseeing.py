"""What a plan would do: its changes done by the same verbs in a transaction that is undone, then counted.

An administrator sees no content of a case: cases are numbers, with the step that they lose and where they go.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from engine.among import among
from engine.errors import Failure, InvalidAnswers, Text
from engine.records import task
from engine.time import day_of
from engine.transactions import Store, Transaction
from workflows.access.standing_in import desk_of
from workflows.administration.placing import flows, misplaced
from workflows.administration.tree_changes import begin
from workflows.admission.records import act, vote
from workflows.bulk.records import batch
from workflows.organisations.queries import tree_of
from workflows.reorganisation.cases import CaseLeft, destinations, left
from workflows.reorganisation.doing import do
from workflows.reorganisation.going import Going, goings_of
from workflows.reorganisation.plans import Change, changes_of, find, first_day, real
from workflows.reorganisation.words import refs_of


@dataclass
class Trial:
    """One change tried: what went along, or why it cannot be done."""

    change: Change
    goes: Mapping[str, int] = field(default_factory=dict)
    faults: list[Text] = field(default_factory=list)


@dataclass
class Foreseen:
    """Everything that the preview says. `names`: organisations by number, those to be founded too."""

    on: date
    trials: list[Trial] = field(default_factory=list)
    untried: list[Change] = field(default_factory=list)  # behind the first that cannot be done
    cases: list[CaseLeft] = field(default_factory=list)
    flows: list[tuple[int | None, int | None, int]] = field(default_factory=list)
    unstaffed: list[tuple[int, int | None]] = field(default_factory=list)  # organisation, at whose desk
    pending: list[int] = field(default_factory=list)  # cases with figures that wait at a step they lose
    batches: int = 0  # work on many that is not finished, of organisations that end
    later_acts: int = 0  # dated on or after the day, in the name of what ends on it
    names: dict[int, str] = field(default_factory=dict)

    @property
    def fine(self) -> bool:
        return bool(self.trials) and not any(one.faults for one in self.trials)

    @property
    def moving(self) -> list[tuple[tuple[int, int], list[CaseLeft]]]:
        """Open cases by (from, to), the most first."""
        found: dict[tuple[int, int], list[CaseLeft]] = {}
        for one in self.cases:
            if one.from_id != one.to_id and not one.closed:
                found.setdefault((one.from_id, one.to_id), []).append(one)
        return sorted(found.items(), key=lambda pair: -len(pair[1]))

    @property
    def dropped(self) -> list[CaseLeft]:
        return [one for one in self.cases if one.dropped]

    @property
    def closed(self) -> int:
        return sum(one.closed and one.listed for one in self.cases)


class _OnlyTried(Exception):
    """Carries what was foreseen out of a transaction that is to be undone."""

    def __init__(self, found: Foreseen) -> None:
        super().__init__()
        self.found = found


def foresee(store: Store, plan_id: int, *, now: datetime) -> Foreseen:
    """Tries the plan in a transaction of its own and undoes it."""
    try:
        with store.transaction(now=now) as tx:
            raise _OnlyTried(tried(tx, plan_id, now=now))
    except _OnlyTried as done:
        return done.found


def tried(tx: Transaction, plan_id: int, *, now: datetime) -> Foreseen:
    """Does it all, as far as it can be done; the caller undoes the transaction."""
    begin(tx)
    plan, today = find(tx, plan_id), day_of(now)
    found = Foreseen(first_day(plan, today))
    changes = changes_of(tx, plan_id)
    for place, change in enumerate(changes):
        if change.done:
            continue
        trial = Trial(change)
        found.trials.append(trial)
        try:
            made, trial.goes = do(tx, plan, change, changes, today=today, now=now)
        except Failure as failure:
            trial.faults = faults_of(failure)
            found.untried = changes[place + 1 :]
            break
        changes[place] = change._replace(made_id=made, done=True)
    if found.fine:
        _look(tx, plan, changes, found)
    found.names |= {one.id: one.name for one in tree_of(tx).nodes.values()}
    return found


def faults_of(failure: Failure) -> list[Text]:
    if isinstance(failure, InvalidAnswers):
        return [text for texts in failure.fields.values() for text in texts]
    return [failure.text]


def _look(tx: Transaction, plan: Any, changes: list[Change], found: Foreseen) -> None:
    tree, on = tree_of(tx), found.on
    goings: list[Going] = [going for one in changes for going in goings_of(tx, one, changes, plan.on_day)]
    named = {real(changes, ref) for one in changes for ref in refs_of(one.verb, one.answers)}
    concerned = named.union(*(tree.descendants_on(one, on) for one in named))
    found.cases = left(tx, goings, concerned, on)
    custodians = destinations(tx, goings, on)
    found.flows = flows(misplaced(tx, tree, on, custodians=custodians))
    receiving = [to for _before, to, _count in found.flows if to is not None]
    receiving += [one.to_id for one in found.cases if not one.closed]
    desks = [(one, desk_of(tx, one, on)) for one in dict.fromkeys(receiving)]
    found.unstaffed = [(one, desk) for one, desk in desks if desk != one]
    found.pending = _pending(tx, found.dropped)
    ending = [going.organisation_id for going in goings if going.ends]
    found.later_acts = _acts_since(tx, ending, plan.on_day)
    found.batches = _batches(tx, ending)


def _pending(tx: Transaction, dropped: list[CaseLeft]) -> list[int]:
    """Cases whose figures wait for a second person at the step that ends: they are taken back."""
    query = (
        select(task.c.case_id)
        .join(vote, vote.c.task_id == task.c.id)
        .where(vote.c.status == "pending", among(task.c.case_id, "ids"))
    )
    ids = [one.case_id for one in dropped]
    return sorted(set(tx.execute(query, {"ids": ids}).scalars()))


def _batches(tx: Transaction, organisation_ids: list[int]) -> int:
    b = batch.c
    query = select(func.count()).where(among(b.organisation_id, "ids"), b.finished_at.is_(None))
    return int(tx.execute(query, {"ids": organisation_ids}).scalar_one())


def _acts_since(tx: Transaction, organisation_ids: list[int], since: date) -> int:
    """Acts dated on or after the day in the name of organisations that end on it: they stay as they are."""
    query = select(func.count()).where(among(act.c.organisation_id, "ids"), act.c.on_day >= since)
    return int(tx.execute(query, {"ids": organisation_ids}).scalar_one())
