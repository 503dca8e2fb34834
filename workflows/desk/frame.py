"""What surrounds every page: how much waits, and where the person stands in the tree."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select

from engine.records import task
from engine.transactions import Transaction
from workflows.access.permissions import ADMINISTRATORS, HELPER
from workflows.access.seats import Seat
from workflows.desk import inbox_groups
from workflows.organisations.queries import tree_of
from workflows.reminders.reading import UNREAD, unread_count


class Waits(NamedTuple):
    """Open tasks of my organisations and of those whom I stand in for; notices that I have not read."""

    tasks: int
    notices: int


def what_waits(
    tx: Transaction, seats: Sequence[Seat], user_id: int, on: date, *, tasks: int | None = None
) -> Waits:
    """Both numbers in one statement; `tasks`: where the page knows them already."""
    if not seats or tasks is not None:
        return Waits(tasks or 0, unread_count(tx, user_id))
    helping = any(seat.position in HELPER for seat in seats)
    given = inbox_groups.reach(tx, seats, on) if helping else inbox_groups.values(seats, on) | {"mentees": []}
    return Waits(*tuple(tx.execute(_WAITING, given | {"reader": user_id}).one()))


_OPEN = select(func.count()).select_from(task).where(inbox_groups.WAITING)
_WAITING = select(_OPEN.scalar_subquery(), UNREAD.scalar_subquery())


def at_root(tx: Transaction, seats: Sequence[Seat], on: date) -> bool:
    """Does an administrator's seat stand at the root of the tree? The others are not looked at."""
    own = {seat.organisation_id for seat in seats if seat.position in ADMINISTRATORS}
    return bool(own) and not own.isdisjoint(tree_of(tx).children_on(None, on))
