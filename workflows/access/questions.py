"""The question: may this person do that to this, on this day?"""

from datetime import date
from typing import NamedTuple

from engine.errors import NotAllowed, NotFound, Text
from engine.transactions import Transaction
from workflows.access.permissions import (
    ANSWERING,
    ANSWERS_STILL,
    BESIDE,
    DECIDING,
    FORMER,
    GLASS,
    GLASS_TEXTS,
    HANDING,
    HELPER,
    KEEPING,
    MAKER,
    MANDATE,
    OWN,
    PERMISSIONS,
    RECEIVER,
    SCHOOL,
    SELF,
    SHARED,
    SUPERIOR,
    TAKING,
    Permission,
)
from workflows.access.personal import of_person
from workflows.access.queries import helps
from workflows.access.relations import Task, Thing, relations
from workflows.access.seats import Seat, acting_for


def may(tx: Transaction, user_id: int, permission: str, what: Thing | None, on: date) -> bool:
    """True when one seat of the person has a relation and a position that give the permission."""
    return seat_for(tx, user_id, permission, what, on) is not None


def seat_for(tx: Transaction, user_id: int, permission: str, what: Thing | None, on: date) -> Seat | None:
    """The seat that gives the permission."""
    right = right_for(tx, user_id, permission, what, on)
    return right.seat if right else None


class Right(NamedTuple):
    """The answer to "why do I see this?": the seat, and the relation; None where the position is enough."""

    seat: Seat
    relation: str | None


def right_for(tx: Transaction, user_id: int, permission: str, what: Thing | None, on: date) -> Right | None:
    """What gives the permission: an organisation's relation first, then the person's own."""
    rule = PERMISSIONS[permission]
    seats = acting_for(tx, user_id, on)
    for seat in seats:
        if seat.position not in rule.positions:
            continue
        if not rule.relations:
            return Right(seat, None)
        if seat.position in HELPER and not _own_mentee(tx, seat, what):
            continue
        if what is None:
            continue
        found = rule.relations & (relations(tx, seat.organisation_id, what, on) or frozenset())
        if found:
            return Right(seat, min(found, key=ORDER.index))
    return _personal(tx, user_id, rule, seats, what, on) if rule.personal else None


# Of several relations the nearest is named.
ORDER = (
    OWN,
    HANDING,
    ANSWERS_STILL,
    TAKING,
    SCHOOL,
    KEEPING,
    RECEIVER,
    ANSWERING,
    DECIDING,
    SUPERIOR,
    SHARED,
    FORMER,
    SELF,
    MANDATE,
    GLASS,
    GLASS_TEXTS,
    MAKER,
)
NO_SEAT = "student"  # the word of the seat of one's own file


def _personal(
    tx: Transaction, user_id: int, rule: Permission, seats: list[Seat], what: Thing | None, on: date
) -> Right | None:
    """A row that names the person and the thing, with the seat that such a row needs."""
    for relation in sorted(rule.personal & of_person(tx, user_id, what, on), key=ORDER.index):
        if not BESIDE[relation]:
            return Right(Seat(user_id, 0, NO_SEAT), relation)
        for seat in seats:
            if seat.position in BESIDE[relation]:
                return Right(seat, relation)
    return None


def _own_mentee(tx: Transaction, seat: Seat, what: Thing | None) -> bool:
    """A helper's seat reaches the tasks of the helper's lane, of the people assigned to that member."""
    return isinstance(what, Task) and helps(tx, seat.user_id, what.id)


def require(tx: Transaction, user_id: int, permission: str, what: Thing | None, on: date) -> Seat:
    """The seat that gives the permission, else NotFound: absent and forbidden look the same.

    NotAllowed only to one whose organisation has the relation but whose position does not act.
    """
    return require_right(tx, user_id, permission, what, on).seat


def require_right(tx: Transaction, user_id: int, permission: str, what: Thing | None, on: date) -> Right:
    """As `require`, with the relation that gave it."""
    right = right_for(tx, user_id, permission, what, on)
    if right is not None:
        return right
    rule = PERMISSIONS[permission]
    for other in acting_for(tx, user_id, on) if what is not None else ():
        if rule.relations & (relations(tx, other.organisation_id, what, on) or frozenset()):  # type: ignore[arg-type]
            raise NotAllowed(
                Text("Chức trách của đồng chí không làm việc này. Hãy nhờ người được phân công.")
            )
    raise NotFound(Text("Không có trang này, hoặc đồng chí không được giao xem."))
