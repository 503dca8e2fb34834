"""The question: may this person do that to this, on this day?"""

from datetime import date

from engine.errors import NotAllowed, NotFound, Text
from engine.transactions import Transaction
from workflows.access.permissions import HELPER, PERMISSIONS
from workflows.access.queries import helps
from workflows.access.relations import Task, Thing, relations
from workflows.access.seats import Seat, acting_for


def may(tx: Transaction, user_id: int, permission: str, what: Thing | None, on: date) -> bool:
    """True when one seat of the person has a relation and a position that give the permission."""
    return seat_for(tx, user_id, permission, what, on) is not None


def seat_for(tx: Transaction, user_id: int, permission: str, what: Thing | None, on: date) -> Seat | None:
    """The seat that gives the permission: the answer to "why do I see this?"."""
    rule = PERMISSIONS[permission]
    for seat in acting_for(tx, user_id, on):
        if seat.position not in rule.positions:
            continue
        if not rule.relations:
            return seat
        if seat.position in HELPER and not _own_mentee(tx, seat, what):
            continue
        if what is not None and rule.relations & (
            relations(tx, seat.organisation_id, what, on) or frozenset()
        ):
            return seat
    return None


def _own_mentee(tx: Transaction, seat: Seat, what: Thing | None) -> bool:
    """A helper's seat reaches the tasks of the helper's lane, of the people assigned to that member."""
    return isinstance(what, Task) and helps(tx, seat.user_id, what.id)


def require(tx: Transaction, user_id: int, permission: str, what: Thing | None, on: date) -> Seat:
    """The seat that gives the permission, else NotFound: absent and forbidden look the same.

    NotAllowed only to one whose organisation has the relation but whose position does not act.
    """
    seat = seat_for(tx, user_id, permission, what, on)
    if seat is not None:
        return seat
    rule = PERMISSIONS[permission]
    for other in acting_for(tx, user_id, on) if what is not None else ():
        if rule.relations & (relations(tx, other.organisation_id, what, on) or frozenset()):  # type: ignore[arg-type]
            raise NotAllowed(
                Text("Chức trách của đồng chí không làm việc này. Hãy nhờ người được phân công.")
            )
    raise NotFound(Text("Không có trang này, hoặc đồng chí không được giao xem."))
