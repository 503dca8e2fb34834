"""Who answers for a step: lane + case + day (+ the row of a request) → organisation.

The core reads a `Tree` and nothing else; `resolve` is the function that the engine's registry holds.
"""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from engine.records import metadata
from workflows.organisations import chain
from workflows.organisations.kinds import (
    BASE_COMMITTEES,
    PARTY_BUILDING_BOARD,
    POLITICAL_CENTRE,
    PROVINCE_COMMITTEE,
    TWO_LEVEL_208,
    YOUTH_UNION_BASE,
)
from workflows.organisations.queries import tree_of
from workflows.organisations.tree import Tree

if TYPE_CHECKING:
    from engine.cases import CaseRow
    from engine.transactions import Transaction

# A step of these lanes is owed by the organisation that a request row names, if it is one of ours.
REQUESTS: Final = {"addressee": "verification_request", "opinion_giver": "opinion_request"}
# Lanes of a handover: who writes the letter, as the case's word says, and whom it is for, as its row says.
REFERRING: Final = "referring_committee"
RECEIVING: Final = "receiver"
REFERRED_BY: Final = "referred_by"

Answering = Callable[[Tree, int, date], int]


def resolve(tx: "Transaction", case: "CaseRow", lane: str, item: int | None, on: date) -> int | None:
    """The organisation that answers for a task of that lane on that day; None for a lane nobody knows."""
    tree = tree_of(tx)
    if lane in (RECEIVING, REFERRING):
        named = receiver_of(tx, case.id) if lane == RECEIVING else None
        return named_or_referring(tree, case.custodian_id, case.words.get(REFERRED_BY), named, on)
    asked = _asked(tx, lane, item) if item is not None and lane in REQUESTS else None
    return answering(tree, lane, case.custodian_id, on, asked=asked)


def named_or_referring(tree: Tree, custodian_id: int, word: object, named: int | None, day: date) -> int:
    """Whom the letter names, or who wrote it: the paper of a receiver outside of the system comes to them."""
    if named is not None and named in tree.nodes:
        return tree.standing(named, day)
    rule = SENDERS.get(str(word), _custodian)
    return rule(tree, tree.standing(custodian_id, day), day)


def answering(tree: Tree, lane: str, custodian_id: int, day: date, *, asked: int | None = None) -> int | None:
    """`asked`: the organisation of a request row; without one the committee enters the reply."""
    rule = LANES.get(lane)
    if rule is None:
        return None
    custodian = tree.standing(custodian_id, day)
    if asked is not None and asked in tree.nodes:
        return tree.standing(asked, day)
    return rule(tree, custodian, day)


def _custodian(tree: Tree, custodian: int, day: date) -> int:
    return custodian


def _union(tree: Tree, custodian: int, day: date) -> int:
    """The union of the custodian's institution, one of no school under a committee above, or itself."""
    above = tree.ancestors_on(custodian, day)
    school = tree.school_of(custodian, above, day)
    if school and school.union_organisation_id is not None:
        return tree.standing(school.union_organisation_id, day)
    of_schools = {school.union_organisation_id for school in tree.schools}
    for one in above:
        for beside in tree.children_on(one, day):
            if tree.nodes[beside].kind == YOUTH_UNION_BASE and beside not in of_schools:
                return beside
    return custodian


def _section(tree: Tree, custodian: int, day: date) -> int:
    found = chain.section_committee(tree, custodian, day)
    return found if found is not None else _grassroots(tree, custodian, day)


def _grassroots(tree: Tree, custodian: int, day: date) -> int:
    """The committee between the cell and the deciding one; where there is none, the deciding one acts."""
    found = chain.base_committee(tree, custodian, day)
    return found if found is not None else _deciding(tree, custodian, day)


def _deciding(tree: Tree, custodian: int, day: date) -> int:
    """Where no committee above decides on that day, the nearest one; at the root, the custodian."""
    found = chain.deciding_committee(tree, custodian, day)
    if found is not None:
        return found
    above = tree.ancestors_on(custodian, day)
    return above[0] if above else custodian


def _base(tree: Tree, custodian: int, day: date) -> int:
    """The committee of the grassroots organisation; since QĐ 208 that is the commune's, which decides."""
    if chain.regime_word(tree, custodian, day) == TWO_LEVEL_208:
        return _deciding(tree, custodian, day)
    return _grassroots(tree, custodian, day)


def _superior(tree: Tree, custodian: int, day: date) -> int:
    """Right above the grassroots organisation; the organisation board where that is the province."""
    deciding = _deciding(tree, custodian, day)
    two_level = chain.regime_word(tree, custodian, day) == TWO_LEVEL_208
    decides_as_base = two_level or tree.nodes[deciding].kind in BASE_COMMITTEES
    above = (tree.parent_on(deciding, day) or deciding) if decides_as_base else deciding
    if tree.nodes[above].kind != PROVINCE_COMMITTEE:
        return above
    board = _attached(tree, above, PARTY_BUILDING_BOARD, day)
    return above if board is None else board


def _board(tree: Tree, custodian: int, day: date) -> int:
    return _beside_deciding(tree, custodian, PARTY_BUILDING_BOARD, day)


def _centre(tree: Tree, custodian: int, day: date) -> int:
    return _beside_deciding(tree, custodian, POLITICAL_CENTRE, day)


def _beside_deciding(tree: Tree, custodian: int, kind: str, day: date) -> int:
    deciding = _deciding(tree, custodian, day)
    found = _attached(tree, deciding, kind, day)
    return deciding if found is None else found


def _attached(tree: Tree, organisation_id: int, kind: str, day: date) -> int | None:
    """The first child of that kind on that day."""
    children = tree.children_on(organisation_id, day)
    return next((child for child in children if tree.nodes[child].kind == kind), None)


LANES: Final[Mapping[str, Answering]] = MappingProxyType(
    {
        "candidate": _custodian,
        "helper": _custodian,
        "party_cell": _custodian,
        "custodian": _custodian,
        "union_branch": _union,
        "youth_union": _union,
        "section_committee": _section,
        "grassroots_committee": _grassroots,
        "deciding_committee": _deciding,
        "party_building_board": _board,
        "political_centre": _centre,
        "addressee": _grassroots,
        "opinion_giver": _grassroots,
        RECEIVING: _custodian,
        REFERRING: _custodian,
    }
)


# Word of the table `transfer_variant` → who writes the letter.
SENDERS: Final[Mapping[str, Answering]] = MappingProxyType(
    {"base_committee": _base, "deciding_committee": _deciding, "superior_committee": _superior}
)


def receiver_of(tx: "Transaction", handover_id: int) -> int | None:
    """Whom a handover is for, if it is one of ours; the table is of a room above this one: so by name."""
    table = metadata.tables["handover"]
    query = select(table.c.receiver_id).where(table.c.case_id == handover_id)
    found = tx.once(("receiver", handover_id), lambda: tx.execute(query).scalar(), table)
    return None if found is None else int(found)


def _asked(tx: "Transaction", lane: str, item: int | None) -> int | None:
    """The organisation of a request row; the table belongs to a room that builds on this one: so by name."""
    table = metadata.tables[REQUESTS[lane]]
    found = tx.execute(select(table.c.organisation_id).where(table.c.id == item)).scalar()
    return None if found is None else int(found)
