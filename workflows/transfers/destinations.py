"""Where a person may be handed to: the place of residence through the tree, else found by name."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import or_, select

from engine.transactions import Transaction
from workflows.organisations.kinds import (
    COMMUNE_COMMITTEE,
    GRASSROOTS_COMMITTEE,
    PARTY_CELL,
    SUBORDINATE_COMMITTEE,
)
from workflows.organisations.queries import tree_of
from workflows.organisations.records import organisation
from workflows.people.records import student

RECEIVERS = frozenset({COMMUNE_COMMITTEE, GRASSROOTS_COMMITTEE, SUBORDINATE_COMMITTEE, PARTY_CELL})


class Destination(NamedTuple):
    """An organisation that may be asked to take a person over, with the one above it."""

    id: int
    name: str
    above: str


def of_residence(tx: Transaction, student_id: int, on: date) -> list[Destination]:
    """The committee of the commune where the person lives, then that commune's own cells; without those of
    the school that happen to lie there. Empty where the commune is not known, or none of ours."""
    lives = tx.execute(select(student.c.commune_code).where(student.c.id == student_id)).scalar()
    if lives is None:
        return []
    return [destination(tx, one, on) for one in of_communes(tx, [lives], on).get(lives, ())]


def of_communes(tx: Transaction, codes: Iterable[str], on: date) -> dict[str, list[int]]:
    """The same for many communes by one statement: code → the committee first, then its own cells."""
    tree, o = tree_of(tx), organisation.c
    here = select(o.id, o.commune_code).where(
        o.commune_code.in_(sorted(set(codes))),
        o.kind.in_((COMMUNE_COMMITTEE, PARTY_CELL)),
        o.valid_from <= on,
        or_(o.valid_to.is_(None), o.valid_to > on),
    )
    lying: dict[str, list[int]] = defaultdict(list)
    for row in tx.execute(here.order_by(o.name_key, o.id)):
        lying[row.commune_code].append(row.id)
    found = {}
    for code, those in lying.items():
        committees = [one for one in those if tree.nodes[one].kind == COMMUNE_COMMITTEE]
        cells = [one for one in those if one not in committees]
        committees = committees or _committees_above(tx, cells, on)
        found[code] = [*committees, *(one for one in cells if tree.parent_on(one, on) in committees)]
    return found


def _committees_above(tx: Transaction, cells: list[int], on: date) -> list[int]:
    tree = tree_of(tx)
    above = (one for cell in cells for one in tree.ancestors_on(cell, on))
    return list(dict.fromkeys(one for one in above if tree.nodes[one].kind == COMMUNE_COMMITTEE))


def destination(tx: Transaction, organisation_id: int, on: date) -> Destination:
    tree = tree_of(tx)
    parent = tree.parent_on(organisation_id, on)
    above = tree.nodes[parent].name if parent is not None else ""
    return Destination(organisation_id, tree.nodes[organisation_id].name, above)
