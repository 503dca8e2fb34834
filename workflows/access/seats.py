"""The seats a person sits in on a day: organisation and position, own or as a deputy. No seat, no right."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from engine.transactions import Transaction
from workflows.access.queries import SEATED, seats_on


class Seat(NamedTuple):
    """One position of one person in one organisation.

    `deputises`: the user stood in for, None in one's own seat; `stood_in_for` is that user's name.
    `of_school`: the organisation belongs to an institution, or follows students of one.
    """

    user_id: int
    organisation_id: int
    position: str
    deputises: int | None = None
    organisation: str = ""
    stood_in_for: str | None = None
    of_school: bool = False


def acting_for(tx: Transaction, user_id: int, on: date) -> list[Seat]:
    """All seats of an active account on the day, one's own before those of a deputy."""
    key = ("access.seats", user_id, on)
    return tx.once(key, lambda: [Seat(user_id, *row) for row in seats_on(tx, user_id, on)], *SEATED)


def seat_among(seats: Sequence[Seat], organisation_id: int, positions: Collection[str]) -> Seat | None:
    """The first seat in the organisation with one of the positions: one's own, where there is one."""
    fitting = (seat for seat in seats if seat.organisation_id == organisation_id)
    return next((seat for seat in fitting if seat.position in positions), None)
