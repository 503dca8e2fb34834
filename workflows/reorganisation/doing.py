"""A change of a plan done: the dated rows of the tree, then everything that follows, in one transaction.

The verbs of `organisations.changes` keep the tree; the preview does the same and is undone.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.administration.touching import stops_of_ending, touched
from workflows.administration.tree_changes import require_fit
from workflows.organisations import changes as tree_verbs
from workflows.organisations.kinds import ORGANS, PARTY_CELL, UNION_BRANCH, YOUTH_UNION_BASE
from workflows.organisations.queries import tree_of
from workflows.organisations.tree import Tree
from workflows.reorganisation.going import Going, below_of, goings_of
from workflows.reorganisation.papers import (
    follow_mandates,
    follow_meeting_days,
    follow_meetings,
    follow_notices,
    follow_registers,
    follow_schools,
    follow_sizes,
)
from workflows.reorganisation.people import follow_members, follow_students
from workflows.reorganisation.plans import Change, real
from workflows.reorganisation.seats import follow_seats

Following = Callable[[Transaction, Going], dict[str, int]]
# In this order: students before the school's link, by which some of them are found.
FOLLOWS: Final[tuple[Following, ...]] = (
    follow_members,
    follow_students,
    follow_schools,
    follow_sizes,
    follow_registers,
    follow_meeting_days,
    follow_meetings,
    follow_mandates,
    follow_notices,
)
# Kinds of which one cannot go on as the other: a cell has members, a committee has cells.
ALIKE: Final = (frozenset({PARTY_CELL}), frozenset({YOUTH_UNION_BASE}), frozenset({UNION_BRANCH}))


class Doing:
    """One change on its way: the plan, its changes so far, and when it is done."""

    def __init__(self, tx: Transaction, plan: Any, changes: list[Change], *, today: Any, now: Any) -> None:
        self.tx, self.plan, self.changes, self.today, self.now = tx, plan, changes, today, now
        self.how: dict[str, Any] = {"on": plan.on_day, "by": plan.approved_by or plan.made_by, "now": now}

    def real(self, ref: int) -> int:
        return real(self.changes, ref)

    @property
    def tree(self) -> Tree:
        return tree_of(self.tx)


def do(tx: Transaction, plan: Any, change: Change, changes: list[Change], *, today: Any, now: Any) -> Any:
    """(the organisation that was founded or None, what went along by number)."""
    doing = Doing(tx, plan, changes, today=today, now=now)
    goings = goings_of(tx, change, changes, plan.on_day)
    organs = [one for going in goings if going.ends for one in _organs(doing.tree, going)]
    made, counted = VERBS[change.verb](doing, change)
    for going in [*goings, *(_as_they_ended(doing.tree, one, plan.on_day) for one in organs)]:
        counted.update(follow_seats(tx, going, today))
        for follow in FOLLOWS:
            counted.update(follow(tx, going))
    return made, {name: number for name, number in counted.items() if number}


def _organs(tree: Tree, going: Going) -> list[int]:
    """Board and centre of a committee: they end with it."""
    children = tree.children_on(going.organisation_id, going.on)
    return [one for one in children if tree.nodes[one].kind in ORGANS]


def _as_they_ended(tree: Tree, organ: int, on: Any) -> Going:
    heirs = tuple(tree.successors_of(organ))
    ends = not tree.nodes[organ].stands_on(on)
    return Going(organ, heirs[0] if heirs else None, heirs, on, ends=ends)


def _found(doing: Doing, change: Change) -> tuple[int | None, Counter[str]]:
    a, tx = change.answers, doing.tx
    parent = None if a["parent"] is None else doing.real(a["parent"])
    if parent is not None:
        require_fit(tx, parent, a["kind"], "kind")
    _refuse_same_name(doing, a["name"], parent)
    made = tree_verbs.found(
        tx,
        kind=a["kind"],
        name=a["name"],
        parent_id=parent,
        code14=a.get("code14") or None,
        commune_code=a.get("commune_code") or None,
        regime=a.get("regime") or None,
        decided_by=a.get("decided_by") or None,
        **doing.how,
    )
    return made, Counter()


def _refuse_same_name(doing: Doing, name: str, parent: int | None) -> None:
    tree, wanted = doing.tree, " ".join(name.split()).casefold()
    beside = tree.children_on(parent, doing.plan.on_day)
    if any(tree.nodes[one].name.casefold() == wanted for one in beside):
        raise InvalidAnswers({"name": [Text("Ở đây đã có tổ chức trực thuộc mang tên này.")]})


def _rename(doing: Doing, change: Change) -> tuple[int | None, Counter[str]]:
    tree_verbs.rename(
        doing.tx, doing.real(change.answers["organisation"]), change.answers["name"], **doing.how
    )
    return None, Counter()


def _move(doing: Doing, change: Change) -> tuple[int | None, Counter[str]]:
    _put_under(
        doing, doing.real(change.answers["organisation"]), doing.real(change.answers["parent"]), "parent"
    )
    return None, Counter()


def _put_under(doing: Doing, organisation_id: int, parent_id: int, field: str) -> None:
    """With the power and the regime that it has."""
    tree = doing.tree
    if organisation_id in tree.nodes:
        require_fit(doing.tx, parent_id, tree.nodes[organisation_id].kind, field)
    place = tree.place_on(organisation_id, doing.plan.on_day)
    power, regime = (place.decided_by, place.regime) if place else (None, None)
    tree_verbs.move(doing.tx, organisation_id, parent_id, regime=regime, decided_by=power, **doing.how)


def _power(doing: Doing, change: Change) -> tuple[int | None, Counter[str]]:
    a = change.answers
    organisation_id = doing.real(a["organisation"])
    place = doing.tree.place_on(organisation_id, doing.plan.on_day)
    parent = place.parent_id if place else None
    regime, power = a["regime"] or None, a["decided_by"] or None
    tree_verbs.move(doing.tx, organisation_id, parent, regime=regime, decided_by=power, **doing.how)
    return None, Counter()


def _merge(doing: Doing, change: Change) -> tuple[int | None, Counter[str]]:
    into, counted = doing.real(change.answers["into"]), Counter[str]()
    for ref in change.answers["organisations"]:
        gone = doing.real(ref)
        _require_alike(doing, gone, into, "into")
        counted["moved"] += len(doing.tree.children_on(gone, doing.plan.on_day))
        tree_verbs.succeed(doing.tx, gone, [into], **doing.how)
    return None, counted


def _split(doing: Doing, change: Change) -> tuple[int | None, Counter[str]]:
    a, counted = change.answers, Counter[str]()
    gone, heirs = doing.real(a["organisation"]), [doing.real(one) for one in a["into"]]
    for heir in heirs:
        _require_alike(doing, gone, heir, "into")
    for child, heir in below_of(doing.tx, change, doing.changes).items():
        if doing.tree.parent_on(child, doing.plan.on_day) == gone:
            _put_under(doing, child, heir, "into")
            counted["moved"] += 1
    if not a["stays"]:
        counted["moved"] += len(doing.tree.children_on(gone, doing.plan.on_day))
        tree_verbs.succeed(doing.tx, gone, heirs, **doing.how)
    return None, counted


def _require_alike(doing: Doing, gone: int, heir: int, field: str) -> None:
    nodes = doing.tree.nodes
    kinds = {nodes[one].kind for one in (gone, heir) if one in nodes}
    if len(kinds) > 1 and any(kinds & alike for alike in ALIKE):
        raise InvalidAnswers(
            {
                field: [
                    Text(
                        "{gone} và {heir} khác loại nên không kế tục nhau được.",
                        gone=nodes[gone].name,
                        heir=nodes[heir].name,
                    )
                ]
            }
        )


def _end(doing: Doing, change: Change) -> tuple[int | None, Counter[str]]:
    """Only of what holds nothing any more: everything else needs somebody who takes it."""
    gone, on = doing.real(change.answers["organisation"]), doing.plan.on_day
    found = touched(doing.tx, gone, on)
    stops_of_ending(doing.tx, gone, on, found)
    if found.students or found.schools:
        found.stops.append(
            Text(
                "Tổ chức còn theo dõi {students} học sinh, sinh viên và gắn với {schools} trường: "
                "hãy sáp nhập, chọn nơi tiếp nhận.",
                students=found.students,
                schools=len(found.schools),
            )
        )
    if found.stops:
        raise InvalidAnswers({"organisation": found.stops})
    tree_verbs.end(doing.tx, gone, **doing.how)
    return None, Counter()


VERBS: Final[Mapping[str, Callable[[Doing, Change], tuple[int | None, Counter[str]]]]] = MappingProxyType(
    {
        "found": _found,
        "rename": _rename,
        "move": _move,
        "power": _power,
        "merge": _merge,
        "split": _split,
        "end": _end,
    }
)
