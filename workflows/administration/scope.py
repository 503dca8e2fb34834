"""How far an administrator reaches: the organisations of one's own administrator's seats and all below."""

from collections.abc import Collection
from datetime import date

from engine.transactions import Transaction
from workflows.access.seats import Seat
from workflows.organisations.queries import tree_of


def heads(seats: Collection[Seat], positions: Collection[str]) -> list[int]:
    """Organisations where one of these positions is held, lowest number first."""
    return sorted({seat.organisation_id for seat in seats if seat.position in positions})


def reach(tx: Transaction, of: Collection[int], on: date) -> set[int]:
    """These and all below on the day; what has ended or not begun counts where it last or first stood."""
    tree = tree_of(tx)
    found = set(of).union(*(tree.descendants_on(one, on) for one in of))
    for node in tree.nodes.values():
        if not node.stands_on(on) and node.id not in found:
            day = tree.day_of(node.id, on)
            if found & set(tree.ancestors_on(node.id, day)):
                found.add(node.id)
    return found


def reaches_all(tx: Transaction, of: Collection[int], on: date) -> bool:
    """True for whoever administers a root of the tree: nothing lies outside."""
    roots = tree_of(tx).children_on(None, on)
    return bool(roots) and set(roots) <= set(of)
