"""Where the letters of a list go: typed as a name, known again as an organisation where there is one.

A name that two organisations bear on the day is refused: the letter must reach one of them.
"""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select

from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.organisations.kinds import PARTY_CELL, YOUTH_UNION_BASE
from workflows.organisations.queries import organisations_of_kind
from workflows.organisations.records import organisation
from workflows.people.records import student

COMMITTEES = (
    "commune_committee",
    "grassroots_committee",
)  # who checks a history, as the step's own form offers
TWICE = Text("Có nhiều tổ chức mang tên này. Hãy làm riêng người này ở biểu của một người.")


@dataclass
class Places:
    """`lists`: name of a list → the names in it; a letter's word and a student say which list."""

    lists: dict[str, list[str]] = field(default_factory=dict)
    known: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    communes: Mapping[int, str] = field(default_factory=dict)  # student → code of the commune of residence
    committee_of: Mapping[str, str] = field(default_factory=dict)  # commune → name of its committee

    def list_of(self, word: str, student_id: int) -> str:
        """The list that belongs to the letter of that word for that student."""
        if word == "residence":
            return f"cells-{self.communes.get(student_id, '')}"
        return "unions" if word == "union" else "committees"

    def find(self, word: str, student_id: int, name: str) -> int | None:
        """The organisation of that name; None where it is one outside of the system."""
        found = self.known.get(self.list_of(word, student_id), {}).get(_folded(name), [])
        if len(found) > 1:
            raise InvalidAnswers({f"to_{word}": [TWICE]})
        return found[0] if found else None

    def usual(self, word: str, student_id: int) -> str:
        """What the page proposes: the committee of the residence, the only cell, the only union."""
        if word == "candidate":
            return self.committee_of.get(self.communes.get(student_id, ""), "")
        names = self.lists.get(self.list_of(word, student_id), [])
        return names[0] if word in ("residence", "union") and len(names) == 1 else ""


def places_of(tx: Transaction, element: str | None, students: Collection[int], on: date) -> Places:
    """The organisations that the letters of a step may go to; nothing where it sends none."""
    places = Places()
    if element not in ("send_verifications", "request_opinions"):
        return places
    query = select(student.c.id, student.c.commune_code).where(student.c.id.in_(students))
    places.communes = {row.id: row.commune_code or "" for row in tx.execute(query)}
    if element == "send_verifications":
        rows = [row for kind in COMMITTEES for row in organisations_of_kind(tx, kind, on)]
        _add(places, "committees", [(row.id, row.name) for row in rows])
        places.committee_of = _committees(tx, on)
        return places
    _add(places, "unions", [(row.id, row.name) for row in organisations_of_kind(tx, YOUTH_UNION_BASE, on)])
    for code in set(places.communes.values()) - {""}:
        _add(places, f"cells-{code}", _cells(tx, code, on))
    return places


def _add(places: Places, name: str, rows: list[tuple[int, str]]) -> None:
    places.lists[name] = [one for _number, one in rows]
    known = places.known.setdefault(name, {})
    for number, one in rows:
        known.setdefault(_folded(one), []).append(number)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _committees(tx: Transaction, on: date) -> dict[str, str]:
    query = select(organisation.c.commune_code, organisation.c.name).where(
        organisation.c.kind == "commune_committee", organisation.c.commune_code.is_not(None), _standing(on)
    )
    return {row.commune_code: row.name for row in tx.execute(query)}


def _cells(tx: Transaction, commune_code: str, on: date) -> list[tuple[int, str]]:
    query = select(organisation.c.id, organisation.c.name).where(
        organisation.c.commune_code == commune_code, organisation.c.kind == PARTY_CELL, _standing(on)
    )
    return [(row.id, row.name) for row in tx.execute(query.order_by(organisation.c.name_key))]


def _standing(on: date) -> ColumnElement[bool]:
    still = or_(organisation.c.valid_to.is_(None), organisation.c.valid_to > on)
    return and_(organisation.c.valid_from <= on, still)
