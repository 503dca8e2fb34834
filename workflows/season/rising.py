"""Once a day: a leaver without a place or a reason is told to the school before the day, to the committee
above it on the day, to the province afterwards. One message a school, day of leaving and rung, with a number
and no name.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from engine.jobs import Done
from engine.outbox import message, tell_all
from engine.sweeping import sweep
from engine.time import day_of
from engine.transactions import Store, Transaction
from workflows.organisations.queries import tree_of
from workflows.organisations.tree import Tree
from workflows.season.leavers import Leaver, leavers
from workflows.season.rungs import PROVINCE, SCHOOL, SUPERIOR, TOLD, rungs

JOB: Final = "raise_leavers"
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    SCHOOL: ("leavers_before", "leavers_due"),
    SUPERIOR: ("leavers_above", "leavers_above"),
    PROVINCE: ("leavers_above", "leavers_above"),
}


def raise_leavers(store: Store, now: datetime) -> Done:
    """The day's messages. Repeating it tells nothing anew."""
    today, lost = day_of(now), defaultdict[int, list[Leaver]](list)
    with store.transaction(writing=False) as tx:
        for one in leavers(tx, tree_of(tx).nodes, today):
            if one.lost:
                lost[one.row.institution_id].append(one)

    def tell_of(tx: Transaction, institution_id: int) -> int:
        return tell_all(tx, list(_messages(tree_of(tx), lost[institution_id], today, now)))

    return sweep(store, sorted(lost), tell_of, job=JOB, now=now, cases=False)


def _messages(tree: Tree, lost: Sequence[Leaver], today: date, now: datetime) -> Iterator[dict[str, Any]]:
    for (school, institution, day), count in sorted(_counted(tree, lost, today).items()):
        for who in TOLD:
            rung = rungs().reached(who, day, today)
            to = _whom(tree, who, school, today)
            if rung is None or to is None:
                continue
            before, after = KINDS[who]
            facts = {
                "organisation": school,
                "institution": institution,
                "due": day.isoformat(),
                "days": abs((day - today).days),
                "count": count,
            }
            key = f"leavers:{institution}:{day}:{who}:{rung}"
            kind = before if day > today else after
            yield message(key, kind, facts=facts, now=now, to_organisation=to)


def _counted(tree: Tree, lost: Sequence[Leaver], today: date) -> dict[tuple[int, int, date], int]:
    """(The school's Party organisation, or who answers; institution; day) → how many."""
    found: dict[tuple[int, int, date], int] = defaultdict(int)
    for one in lost:
        school = one.row.party_id or one.row.school_cell_id or one.row.holder_id
        if school is not None:
            found[tree.standing(school, today), one.row.institution_id, one.leaves_on] += 1
    return found


def _whom(tree: Tree, who: str, school: int, on: date) -> int | None:
    above = tree.ancestors_on(school, on)
    if who == SCHOOL:
        return school
    if who == SUPERIOR:
        return above[0] if above else None
    return above[-1] if len(above) > 1 else None
