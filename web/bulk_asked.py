"""What a line of a list is about beside its person: whom a reply speaks of, where somebody goes."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from engine.transactions import Transaction
from web.case_words import PERSONS
from web.language import words
from workflows.bulk import queries
from workflows.bulk.answers import Typed
from workflows.bulk.queries import Line
from workflows.season import preparing
from workflows.transfers.queries import lines_of
from workflows.transfers.verbs import ANSWER, ARRIVAL, OFFER, PREPARE, RETURN

HANDING = frozenset({PREPARE, OFFER, ANSWER, ARRIVAL, RETURN})


def asked_of(tx: Transaction, element: str | None, lines: Sequence[Line]) -> dict[int, str]:
    """Line → a sentence."""
    items = queries.requests_asked(tx, element, [line.item for line in lines if line.item])
    found = {
        line.id: f"{words(PERSONS.get(items[line.item][0], items[line.item][0]))}: {items[line.item][1]}"
        for line in lines
        if line.item in items
    }
    if element in HANDING:
        cases = {line.case_id: line.id for line in lines if line.case_id is not None}
        for one in lines_of(tx, cases):
            to = one.receiver or one.addressee or words("chưa chọn nơi nhận")
            found[cases[one.case_id]] = f"{one.sender} → {to}"
    return found


def places_typed(tx: Transaction, lines: Sequence[Line], typed: Typed, on: date) -> dict[int, str]:
    """Line → where to, as it was filled in: of those who have no handover yet."""
    own: Mapping[str, Mapping[str, Any]] = {
        str(line.id): {**typed.shared, **typed.of_line(line.id)} for line in lines
    }
    named = dict(preparing.places(tx, [line.student_id for line in lines], own, on))
    found = {}
    for line in lines:
        said = own[str(line.id)]
        place = named.get(int(said["receiver_id"])) if said.get("receiver_id") else said.get("addressee")
        if place:
            found[line.id] = f"→ {place}"
    return found
