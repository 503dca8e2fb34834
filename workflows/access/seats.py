"""The seats a person sits in on a day: organisation and position. No seat, no right."""

from datetime import date
from typing import NamedTuple

from engine.transactions import Transaction
from workflows.access.queries import seats_on


class Seat(NamedTuple):
    """One position of one person in one organisation."""

    user_id: int
    organisation_id: int
    position: str


def acting_for(tx: Transaction, user_id: int, on: date) -> list[Seat]:
    """All seats of an active account on the day, in a stable order."""
    return [
        Seat(user_id, organisation_id, position) for organisation_id, position in seats_on(tx, user_id, on)
    ]
