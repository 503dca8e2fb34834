"""What surrounds every page: the seats of the person, in names."""

from collections.abc import Sequence

from engine.transactions import Transaction
from workflows.access.seats import Seat


def named_seats(_tx: Transaction, seats: Sequence[Seat]) -> list[tuple[str, str]]:
    """(position, organisation) of each seat, in order."""
    return [(seat.position, seat.organisation) for seat in seats]
