"""Letters of handovers, drawn beforehand by the worker: a whole season is printed at one go.

A letter is drawn once its offer is written, sealed under the person's own key, and listed for the
organisation that wrote it. Drawing again changes nothing: an offer that is listed is drawn.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, insert, or_, select, update

from engine.among import among
from engine.incidents import trace_of
from engine.jobs import Done
from engine.secrets import reveal, write_personal
from engine.sweeping import keep_broken, told_to_end
from engine.time import day_of
from engine.transactions import Store, Transaction
from engine.turns import Turn, longest
from workflows.organisations.records import organisation
from workflows.people.names import Name, search_key
from workflows.people.records import student
from workflows.season.records import ready_letter
from workflows.transfers.papers import Letter, letter
from workflows.transfers.queries import Both, one_as_sent
from workflows.transfers.records import handover_offer

JOB = "draw_letters"
TOGETHER = 20  # letters in a transaction, if it does not grow too long
SECONDS = 20.0  # of one run; the next begins at once
BACK = timedelta(days=90)  # older offers were printed before there was this list
PAGE, MOST = 50, 500
PURPOSE = "in giấy giới thiệu"
PRINTED, WAITING = "printed", "waiting"
log = logging.getLogger(__name__)

# What was taken back or returned is not to be printed any more.
STANDS = or_(handover_offer.c.answer.is_(None), handover_offer.c.answer.in_(("accepted", "taken_away")))
Drawing = Callable[[Letter, Both], str]  # the text of a letter, as it is printed


def _to_draw(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Letters of ours that stand, without those of the Party's portal, which takes no paper."""
    o = handover_offer.c
    drawn = select(ready_letter.c.offer_id).where(ready_letter.c.offer_id == o.id).exists()
    return (
        o.offered_on >= day_of(now - BACK),
        o.sender_id.is_not(None),
        o.portal_number.is_(None),
        STANDS,
        ~drawn,
    )


def left_to_draw(tx: Transaction, now: datetime) -> int:
    """How many letters are to be drawn."""
    return int(tx.execute(select(func.count(handover_offer.c.id)).where(*_to_draw(now))).scalar_one())


def some_to_draw(tx: Transaction, now: datetime) -> bool:
    return tx.execute(select(handover_offer.c.id).where(*_to_draw(now)).limit(1)).first() is not None


def draw_letters(store: Store, now: datetime, draw: Drawing) -> Done:
    """Draws what waits, some in a transaction; a broken one is told to the operator and stops no other."""
    end, turn = time.monotonic() + SECONDS, Turn(store)
    drawn, broken = 0, set[int]()
    while not told_to_end():
        some, failed = _draw_some(store, now, draw, broken)
        drawn += some
        for offer_id, error in failed.items():
            log.error("letter of offer %s: %s", offer_id, trace_of(error))
            keep_broken(store, JOB, offer_id, error, now)
        broken |= set(failed)
        if not some and not failed:
            return Done(drawn, len(broken))
        if time.monotonic() > end:
            return Done(drawn, len(broken), left=1)
        turn.rest()
    return Done(drawn, len(broken), left=1)


def _draw_some(
    store: Store, now: datetime, draw: Drawing, broken: Collection[int]
) -> tuple[int, dict[int, Exception]]:
    """Takes the next offers that no other worker has; gives how many it drew, and what failed."""
    query = select(handover_offer).where(*_to_draw(now), handover_offer.c.id.not_in(broken))
    query = query.order_by(handover_offer.c.id).limit(TOGETHER).with_for_update(skip_locked=True)
    failed: dict[int, Exception] = {}
    drawn, end = 0, time.monotonic() + longest(store)
    with store.transaction(now=now) as tx:
        for offer in tx.execute(query).all():
            try:
                with tx.aside() as part:
                    _draw_one(part, offer, draw, now)
                drawn += 1
            except Exception as error:
                failed[offer.id] = error
            if time.monotonic() > end:
                break
    return drawn, failed


def _draw_one(tx: Transaction, offer: Any, draw: Drawing, now: datetime) -> None:
    both = one_as_sent(tx, offer)
    write_personal(
        tx, "student", offer.student_id, {_field(offer.id): draw(letter(tx, both, day_of(now)), both)}
    )
    row = {"offer_id": offer.id, "student_id": offer.student_id, "organisation_id": offer.sender_id}
    tx.execute(insert(ready_letter), row | {"drawn_at": now})


def _field(offer_id: int) -> str:
    return f"letter.{offer_id}"


# --- the list and the stack


class Ready(NamedTuple):
    """One line of the list."""

    offer_id: int
    handover_id: int
    student_id: int
    family_name: str
    middle_name: str
    given_name: str
    class_name: str | None
    organisation: str
    receiver: str | None
    addressee: str | None
    number: str | None
    offered_on: date
    printed_at: datetime | None

    @property
    def name(self) -> str:
        return Name(self.family_name, self.middle_name, self.given_name).full


_RECEIVER = organisation.alias("receiver")


def _lines() -> Select[Any]:
    s, o, r = student.c, handover_offer.c, ready_letter.c
    return (
        select(
            *(o.id, o.handover_id, s.id, s.family_name, s.middle_name, s.given_name, s.class_name),
            *(organisation.c.name, _RECEIVER.c.name, o.addressee, o.number, o.offered_on, r.printed_at),
        )
        .select_from(ready_letter)
        .join(handover_offer, o.id == r.offer_id)
        .join(student, s.id == r.student_id)
        .join(organisation, organisation.c.id == r.organisation_id)
        .outerjoin(_RECEIVER, _RECEIVER.c.id == o.receiver_id)
    )


def _wanted(state: str, words: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [among(ready_letter.c.organisation_id, "mine")]
    if state:
        printed = ready_letter.c.printed_at
        found.append(printed.is_not(None) if state == PRINTED else and_(printed.is_(None), STANDS))
    if words:
        found.append(student.c.search_key.contains(search_key(words), autoescape=True))
    return found


def count(tx: Transaction, mine: Collection[int], state: str, words: str) -> int:
    query = _lines().with_only_columns(func.count()).where(*_wanted(state, words))
    return int(tx.execute(query, {"mine": mine}).scalar_one())


def ready(
    tx: Transaction,
    mine: Collection[int],
    state: str = WAITING,
    words: str = "",
    *,
    page: int = 0,
    limit: int = PAGE,
) -> list[Ready]:
    """Letters that organisations of one's own wrote, by the day and the number of the register."""
    query = _lines().where(*_wanted(state, words)).order_by(handover_offer.c.offered_on, handover_offer.c.id)
    return [Ready._make(row) for row in tx.execute(query.limit(limit).offset(page * PAGE), {"mine": mine})]


def chosen(tx: Transaction, mine: Collection[int], offers: Collection[int]) -> list[Ready]:
    """Those of the letters that are one's own, in the order of the list."""
    query = _lines().where(*_wanted("", ""), among(handover_offer.c.id, "offers"))
    query = query.order_by(handover_offer.c.offered_on, handover_offer.c.id).limit(MOST)
    return [Ready._make(row) for row in tx.execute(query, {"mine": mine, "offers": offers})]


def texts(tx: Transaction, lines: Sequence[Ready], *, by: int, now: datetime) -> dict[int, str]:
    """The letters as they were drawn, opened; who opened whose, and what for, is kept."""
    found = {}
    for one in lines:
        field = _field(one.offer_id)
        opened = reveal(tx, "student", one.student_id, [field], by=by, purpose=PURPOSE, now=now)
        if field in opened:
            found[one.offer_id] = opened[field]
    return found


def mark_printed(tx: Transaction, lines: Sequence[Ready], *, by: int, now: datetime) -> int:
    """Gives how many were not marked before."""
    ours = (among(ready_letter.c.offer_id, "offers"), ready_letter.c.printed_at.is_(None))
    marking = update(ready_letter).where(*ours).values(printed_at=now, printed_by=by)
    return int(tx.execute(marking, {"offers": [one.offer_id for one in lines]}).rowcount)
