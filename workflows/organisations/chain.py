"""The words that the approval chain is chosen by: regime, place of the cell, power of the deciding body.

The DMN table `approval_chain` turns them into the steps that are needed; nothing here knows those steps.
"""

from datetime import date
from typing import Final, NamedTuple

from workflows.organisations.kinds import BASE_COMMITTEES, SECTION_COMMITTEE, STANDING
from workflows.organisations.tree import Tree
from workflows.rules.editions import edition_on

BASE_CELL: Final = "base_cell"
UNDER_COMMITTEE: Final = "under_committee"
UNDER_SECTION: Final = "under_section"
PLACES: Final = (BASE_CELL, UNDER_COMMITTEE, UNDER_SECTION)


class Chain(NamedTuple):
    regime: str
    place: str
    power: str


def regime_on(day: date) -> str:
    """The regime of the law on a day."""
    return edition_on(day).word("regime")


def regime_word(tree: Tree, cell_id: int, day: date) -> str:
    """The regime named by the cell's own place (it may be rearranged weeks after the law), else the law's."""
    place = tree.place_on(tree.standing(cell_id, day), day)
    return place.regime if place and place.regime else regime_on(day)


def deciding_committee(tree: Tree, cell_id: int, day: date) -> int | None:
    """The nearest committee above the cell that decides on admissions on that day."""
    for one in tree.ancestors_on(tree.standing(cell_id, day), day):
        place = tree.place_on(one, day)
        if place and place.decided_by:
            return one
    return None


def base_committee(tree: Tree, cell_id: int, day: date) -> int | None:
    """The committee that resolves between the cell and the deciding committee; None where there is none."""
    deciding = deciding_committee(tree, cell_id, day)
    for one in tree.ancestors_on(tree.standing(cell_id, day), day):
        if one == deciding:
            return None
        if tree.nodes[one].kind in BASE_COMMITTEES:
            return one
    return None


def section_committee(tree: Tree, cell_id: int, day: date) -> int | None:
    """The section committee between the cell and the deciding committee; None where there is none."""
    deciding = deciding_committee(tree, cell_id, day)
    for one in tree.ancestors_on(tree.standing(cell_id, day), day):
        if one == deciding:
            return None
        if tree.nodes[one].kind == SECTION_COMMITTEE:
            return one
    return None


def place_word(tree: Tree, cell_id: int, day: date) -> str:
    """What stands between the cell and the deciding committee: nothing, a committee, or a section first.

    A section under a grassroots committee that decides with its own standing committee (possible since
    QĐ 208, which knows no sections) adds no step: such a cell counts as standing right under it.
    """
    base = base_committee(tree, cell_id, day)
    section = section_committee(tree, cell_id, day)
    if section is not None and (base is not None or power_word(tree, cell_id, day) != STANDING):
        return UNDER_SECTION
    return BASE_CELL if base is None else UNDER_COMMITTEE


def power_word(tree: Tree, cell_id: int, day: date) -> str:
    """With which body the deciding committee decides; its standing committee where nothing is known."""
    deciding = deciding_committee(tree, cell_id, day)
    place = tree.place_on(deciding, day) if deciding is not None else None
    return place.decided_by if place and place.decided_by else STANDING


def chain(tree: Tree, cell_id: int, day: date) -> Chain:
    return Chain(
        regime_word(tree, cell_id, day), place_word(tree, cell_id, day), power_word(tree, cell_id, day)
    )
