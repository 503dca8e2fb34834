"""Which cells can take a person over for a receiver, on a day. Pure."""

from datetime import date

from workflows.organisations.kinds import PARTY_CELL
from workflows.organisations.tree import Tree


def cells_under(tree: Tree, receiver: int, on: date) -> list[int]:
    """The receiver itself where it is a cell, else the cells under it; without any, it follows the person
    itself, as a residence committee does that has not split up into cells here."""
    if tree.nodes[receiver].kind == PARTY_CELL:
        return [receiver]
    cells = [one for one in tree.descendants_on(receiver, on) if tree.nodes[one].kind == PARTY_CELL]
    return cells or [receiver]
