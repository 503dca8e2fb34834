"""What surrounds every page: where the person stands in the tree."""

from collections.abc import Sequence
from datetime import date

from engine.transactions import Transaction
from workflows.access.permissions import ADMINISTRATORS
from workflows.access.seats import Seat
from workflows.organisations.queries import tree_of


def at_root(tx: Transaction, seats: Sequence[Seat], on: date) -> bool:
    """Does an administrator's seat stand at the root of the tree? The others are not looked at."""
    own = {seat.organisation_id for seat in seats if seat.position in ADMINISTRATORS}
    return bool(own) and not own.isdisjoint(tree_of(tx).children_on(None, on))
