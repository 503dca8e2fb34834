"""What stands on the papers of a handover: the letter, the notice of arrival, the sheet for the portal.

What nobody wrote down stays None, and a dotted line on the paper. Sealed fields are not among it: they are
opened apart, for a purpose.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.documents import documents_of_subject
from engine.errors import NotFound
from engine.records import task
from engine.transactions import Transaction
from workflows.admission import certificates
from workflows.documents.catalogue import Paper, papers
from workflows.organisations.queries import name_on, tree_of
from workflows.people.records import member, student
from workflows.transfers import portal
from workflows.transfers.letters import ENCLOSED, LETTERS, NOTICES, boxes
from workflows.transfers.queries import Both


@dataclass(frozen=True)
class Enclosure:
    """A paper that goes along, with its number and day where it is in the file."""

    title: str
    listed: int | None
    by_person: bool
    number: str | None
    on: date | None


@dataclass(frozen=True)
class Box:
    """One box of a member's paper letter: who fills it, on the way out, between, or in."""

    organisation: str
    way: str


@dataclass(frozen=True)
class Letter:
    """`on` None: not sent yet, a draft. `portal`: it goes by the portal, no box is filled."""

    paper: Paper
    variant: str
    number: str | None
    on: date | None
    writer: str
    above_writer: str | None
    from_cell: str
    receiver: str | None
    person: Any
    member: Any
    certificate: Any
    enclosed: list[Enclosure]
    boxes: list[Box]
    portal: bool
    portal_number: str | None


def has_letter(both: Both) -> bool:
    """Whether one was sent, or somebody knows where the person goes."""
    return both.row.moved_on is not None and bool(both.preview or both.offers)


def letter(tx: Transaction, both: Both, on: date) -> Letter:
    """As it was sent last; before that, as it would be written that day. NotFound where there is none."""
    if not has_letter(both):
        raise NotFound
    sent = both.offers[-1] if both.offers and (both.preview is None or _is_out(both)) else None
    variant = sent.variant if sent is not None else both.preview.variant  # type: ignore[union-attr]
    day = sent.offered_on if sent is not None else on
    writer = sent.sender_id if sent is not None else _writer(tx, both)
    tree, row = tree_of(tx), both.row
    above = tree.parent_on(writer, day)
    receiver = sent.receiver_id if sent is not None else row.receiver_id
    by_portal = portal.in_force(tx, row.from_id, variant, day)
    chain = [] if by_portal else boxes(tree, row.from_id, receiver, variant, day)
    return Letter(
        paper=papers()[LETTERS[variant]],
        variant=variant,
        number=sent.number if sent is not None else None,
        on=sent.offered_on if sent is not None else None,
        writer=name_on(tx, writer, day),
        above_writer=name_on(tx, above, day) if above is not None else None,
        from_cell=name_on(tx, row.from_id, day),
        receiver=name_on(tx, receiver, day) if receiver is not None else row.addressee,
        person=_person(tx, row.student_id),
        member=tx.execute(select(member).where(member.c.student_id == row.student_id)).first(),
        certificate=certificates.latest(tx, row.student_id, "awareness", until=day),
        enclosed=_enclosed(tx, row.student_id, variant, day),
        boxes=[Box(name_on(tx, one, day), way) for one, way in chain],
        portal=by_portal,
        portal_number=sent.portal_number if sent is not None else None,
    )


def _is_out(both: Both) -> bool:
    """The last letter waits for its answer; after a return or a recall a new one is to be written."""
    return both.offers[-1].answer is None


def _writer(tx: Transaction, both: Both) -> int:
    """Who owes the letter now, by the open step; before it is opened, by the table."""
    owing: int | None = tx.execute(
        select(task.c.organisation_id).where(
            task.c.id == both.line.task_id, task.c.element == "offer_handover"
        )
    ).scalar()
    return owing if owing is not None else both.preview.sender_id  # type: ignore[union-attr]


def _person(tx: Transaction, student_id: int) -> Any:
    return tx.execute(select(student).where(student.c.id == student_id)).one()


def _enclosed(tx: Transaction, student_id: int, variant: str, until: date) -> list[Enclosure]:
    """As they were on the day of the letter: papers of whoever took over are none of the sender's."""
    newest = {row.type: row for row in documents_of_subject(tx, student_id) if row.on <= until}
    found = []
    for one in ENCLOSED[variant]:
        row, listed = newest.get(one.type), papers()[one.type]
        found.append(
            Enclosure(
                listed.title,
                listed.number,
                one.by_person,
                row.number if row is not None else None,
                row.on if row is not None else None,
            )
        )
    return found


def has_notice(both: Both) -> bool:
    """Whether the place of arrival sends a notice back, and the person has arrived."""
    return both.line.variant in NOTICES and both.row.arrived_on is not None


@dataclass(frozen=True)
class Notice:
    """What the place of arrival tells the place that was left."""

    paper: Paper
    number: str | None
    on: date
    writer: str
    above_writer: str | None
    to: str
    letter: Any
    person: Any


def notice(tx: Transaction, both: Both) -> Notice:
    if not has_notice(both):
        raise NotFound
    row, day = both.row, both.row.arrived_on
    tree = tree_of(tx)
    above = tree.parent_on(row.cell_id, day)
    arrival = next(one for one in reversed(both.days) if one.element == "confirm_arrival")
    return Notice(
        paper=papers()[NOTICES[both.line.variant or ""]],
        number=arrival.number,
        on=day,
        writer=name_on(tx, row.cell_id, day),
        above_writer=name_on(tx, above, day) if above is not None else None,
        to=name_on(tx, row.from_id, day),
        letter=both.offers[-1],
        person=_person(tx, row.student_id),
    )
