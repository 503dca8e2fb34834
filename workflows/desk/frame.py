"""What surrounds every page: the seats of the person, in names."""

from collections.abc import Sequence

from sqlalchemy import select

from engine.transactions import Transaction
from workflows.access.seats import Seat
from workflows.organisations.records import organisation


def named_seats(tx: Transaction, seats: Sequence[Seat]) -> list[tuple[str, str]]:
    """(position, organisation) of each seat, in order."""
    numbers = {seat.organisation_id for seat in seats}
    rows = tx.execute(select(organisation.c.id, organisation.c.name).where(organisation.c.id.in_(numbers)))
    names = {row.id: row.name for row in rows}
    return [(seat.position, names.get(seat.organisation_id, "")) for seat in seats]
