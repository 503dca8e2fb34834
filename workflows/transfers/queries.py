"""Handovers as their screens show them: what goes out, what comes in, one with both sides and its days.

Lists hold what one's own organisations hand on or were asked to take over, and what those below them do.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select

from engine import cases
from engine.among import among
from engine.records import case, journal, task
from engine.rows import CaseRow
from engine.transactions import Transaction
from workflows.access.queries import SPENT
from workflows.admission.records import act, helper_assignment
from workflows.organisations.queries import tree_of
from workflows.organisations.records import institution, organisation
from workflows.people.names import search_key
from workflows.people.records import student
from workflows.rules.queries import calendar_of
from workflows.schedules.queries import meeting_days_of
from workflows.transfers.preview import Preview, preview
from workflows.transfers.records import custody, handover, handover_offer

PAGE = 50
OUT, IN = "out", "in"
OPEN, CLOSED = "open", "closed"


class Line(NamedTuple):
    """One line of a list. `state`: a key of words.STATES; `due_on`: of the open step."""

    case_id: int
    student_id: int
    family_name: str
    middle_name: str
    given_name: str
    class_name: str | None
    institution: str | None
    sender: str
    receiver: str | None
    addressee: str | None
    reason: str | None
    moved_on: date | None
    words: Mapping[str, Any]
    element: str | None
    task_id: int | None
    due_on: date | None
    organisation: str | None
    offered_on: date | None
    number: str | None
    closed_on: date | None
    closed_as: str | None

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.family_name, self.middle_name, self.given_name) if part)

    @property
    def variant(self) -> str | None:
        found: str | None = self.words.get("variant")
        return found

    @property
    def state(self) -> str:
        return self.closed_as or self.element or "helper_awaited"


class Wanted(NamedTuple):
    """Filters of a list; `state`: open, closed or a key of words.STATES. `after`: the last number shown."""

    side: str = OUT
    state: str = OPEN
    late: bool = False
    words: str = ""
    after: int | None = None


def reached(tx: Transaction, organisation_ids: Collection[int], on: date) -> set[int]:
    """One's own organisations and all below, with those that they stand for after a succession."""
    tree = tree_of(tx)
    found = {*organisation_ids, *(one for own in organisation_ids for one in tree.descendants_on(own, on))}
    return found | {one for one in tree.nodes if tree.standing(one, on) in found}


def listed(
    tx: Transaction, organisation_ids: Collection[int], wanted: Wanted, on: date, limit: int = PAGE
) -> list[Line]:
    """A page of a list, the most urgent first; `limit` + 1 rows tell that there are more."""
    given = {"mine": reached(tx, organisation_ids, on)}
    query = _lines().where(_side(wanted.side), *_filters(wanted, on))
    query = query.order_by(task.c.due_on.is_(None), task.c.due_on, handover.c.case_id)
    return [Line._make(row) for row in tx.execute(query.limit(limit), given)]


def lines_of(tx: Transaction, handovers: Collection[int]) -> list[Line]:
    """These, the most urgent first; whose they are is for the caller to ask."""
    query = _lines().where(among(handover.c.case_id, "handovers"))
    query = query.order_by(task.c.due_on.is_(None), task.c.due_on, handover.c.case_id)
    return [Line._make(row) for row in tx.execute(query, {"handovers": handovers})]


def count(tx: Transaction, organisation_ids: Collection[int], wanted: Wanted, on: date) -> int:
    given = {"mine": reached(tx, organisation_ids, on)}
    query = _joined(select(func.count(handover.c.case_id.distinct())))
    return int(tx.execute(query.where(_side(wanted.side), *_filters(wanted, on)), given).scalar_one())


def _side(side: str) -> ColumnElement[bool]:
    """What goes out: of who answered when it began. What comes in: from the letter on, as `transfer.see`."""
    if side == OUT:
        return among(handover.c.from_id, "mine")
    o, later = handover_offer.c, handover_offer.alias("later").c
    newer = (
        select(later.id).where(later.handover_id == o.handover_id, later.id > o.id).correlate(handover_offer)
    )
    kept = or_(o.answer.is_(None), o.answer.not_in(SPENT), ~newer.exists())
    return handover.c.case_id.in_(select(o.handover_id).where(among(o.receiver_id, "mine"), kept))


def _filters(wanted: Wanted, on: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state == OPEN:
        found.append(case.c.closed_on.is_(None))
    elif wanted.state == CLOSED:
        found.append(case.c.closed_on.is_not(None))
    elif wanted.state:
        found.append(or_(task.c.element == wanted.state, case.c.closed_as == wanted.state))
    if wanted.late:
        found.append(task.c.due_on < on)
    if wanted.words:
        found.append(student.c.search_key.contains(search_key(wanted.words), autoescape=True))
    return found


_SENDER, _RECEIVER, _OWING = (organisation.alias(name) for name in ("sender", "receiver", "owing"))
_NEWEST = (
    select(func.max(handover_offer.c.id))
    .where(handover_offer.c.handover_id == handover.c.case_id)
    .correlate(handover)
    .scalar_subquery()
)


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(handover)
        .join(case, case.c.id == handover.c.case_id)
        .join(student, student.c.id == handover.c.student_id)
        .outerjoin(task, task.c.case_id == handover.c.case_id)
    )


def _lines() -> Select[Any]:
    return (
        _joined(
            select(
                handover.c.case_id,
                handover.c.student_id,
                student.c.family_name,
                student.c.middle_name,
                student.c.given_name,
                student.c.class_name,
                institution.c.name.label("institution"),
                _SENDER.c.name.label("sender"),
                _RECEIVER.c.name.label("receiver"),
                handover.c.addressee,
                handover.c.reason,
                handover.c.moved_on,
                case.c.words,
                task.c.element,
                task.c.id,
                task.c.due_on,
                _OWING.c.name.label("organisation"),
                handover_offer.c.offered_on,
                handover_offer.c.number,
                case.c.closed_on,
                case.c.closed_as,
            )
        )
        .join(institution, institution.c.id == student.c.institution_id)
        .join(_SENDER, _SENDER.c.id == handover.c.from_id)
        .outerjoin(_RECEIVER, _RECEIVER.c.id == handover.c.receiver_id)
        .outerjoin(_OWING, _OWING.c.id == task.c.organisation_id)
        .outerjoin(handover_offer, handover_offer.c.id == _NEWEST)
    )


@dataclass(frozen=True)
class Both:
    """One handover with what both sides see: the row, its offers, its days, who answered since when.

    `preview` is None once somebody has taken over, and for who may only look at it afterwards.
    """

    line: Line
    case: CaseRow
    row: Any
    offers: list[Any]
    days: list[Any]
    custody: list[Any]
    preview: Preview | None


def one(tx: Transaction, handover_id: int, on: date) -> Both:
    """Whoever asks has asked for the right `transfer.see`."""
    line = Line._make(tx.execute(_lines().where(handover.c.case_id == handover_id)).one())
    held = cases.get_case(tx, handover_id)
    row = tx.execute(select(handover).where(handover.c.case_id == handover_id)).one()
    before = held.closed_on is None and row.cell_id is None and row.moved_on is not None
    return Both(
        line=line,
        case=held,
        row=row,
        offers=_offers(tx, handover_id),
        days=_days(tx, handover_id),
        custody=_custody(tx, row.student_id, held),
        preview=preview(tx, handover_id, held, on) if before else None,
    )


def one_as_sent(tx: Transaction, offer: Any) -> Both:
    """What the letter of an offer is drawn from: the handover as it stands, with this offer alone."""
    line = Line._make(tx.execute(_lines().where(handover.c.case_id == offer.handover_id)).one())
    held = cases.get_case(tx, offer.handover_id)
    row = tx.execute(select(handover).where(handover.c.case_id == offer.handover_id)).one()
    return Both(line, held, row, offers=[offer], days=[], custody=[], preview=None)


def _offers(tx: Transaction, handover_id: int) -> list[Any]:
    o = handover_offer.c
    query = (
        select(handover_offer, _SENDER.c.name.label("sender"), _RECEIVER.c.name.label("receiver"))
        .outerjoin(_SENDER, _SENDER.c.id == o.sender_id)
        .outerjoin(_RECEIVER, _RECEIVER.c.id == o.receiver_id)
        .where(o.handover_id == handover_id)
    )
    return list(tx.execute(query.order_by(o.id)))


def _days(tx: Transaction, handover_id: int) -> list[Any]:
    """The acts of the handover itself, never those of the person's file."""
    query = (
        select(
            act.c.id,
            act.c.element,
            act.c.outcome,
            act.c.on_day,
            act.c.recorded_at,
            act.c.number,
            act.c.late,
            act.c.on_behalf_of,
            act.c.by_user,
            organisation.c.name.label("organisation"),
        )
        .outerjoin(organisation, organisation.c.id == act.c.organisation_id)
        .where(act.c.case_id == handover_id)
    )
    return list(tx.execute(query.order_by(act.c.id)))


def _custody(tx: Transaction, student_id: int, held: CaseRow) -> list[Any]:
    """Who answered from when on: the step in which the handover began, and those after it until it ended.

    Where the person went later is told by the handover of then, to its own two sides.
    """
    query = (
        select(custody, organisation.c.name.label("organisation"))
        .outerjoin(organisation, organisation.c.id == custody.c.organisation_id)
        .where(custody.c.student_id == student_id)
        .order_by(custody.c.seq)
    )
    if held.closed_on is not None:
        ended = select(func.max(journal.c.recorded_at)).where(journal.c.case_id == held.id)
        query = query.where(custody.c.since_at <= ended.scalar_subquery())
    rows = list(tx.execute(query))
    first = max((place for place, row in enumerate(rows) if row.since_on <= held.opened_on), default=0)
    return rows[first:]


class Unhelped(NamedTuple):
    """Somebody taken over whose new cell has met since (`meetings` times, last on `meeting_on`) and named
    no helper."""

    case_id: int
    cell_id: int
    accepted_on: date
    meeting_on: date
    meetings: int


def waiting_for_helper(tx: Transaction, on: date, handovers: Collection[int] | None = None) -> list[Unhelped]:
    """Handovers accepted whose cell has met since, before today, and still nobody helps; of these alone."""
    accepted = func.max(handover_offer.c.answered_on)
    query = (
        select(handover.c.case_id, handover.c.cell_id, accepted)
        .join(case, case.c.id == handover.c.case_id)
        .join(handover_offer, handover_offer.c.handover_id == handover.c.case_id)
        .where(case.c.closed_on.is_(None), handover.c.cell_id.is_not(None), _without_helper())
        .where(handover_offer.c.answer == "accepted")
        .group_by(handover.c.case_id, handover.c.cell_id)
    )
    asked = {}
    if handovers is not None:
        query, asked = query.where(among(handover.c.case_id, "handovers")), {"handovers": handovers}
    rows = list(tx.execute(query.order_by(handover.c.case_id), asked))
    meetings = meeting_days_of(tx, {row.cell_id for row in rows}, on)
    calendar, found = calendar_of(tx), []
    for case_id, cell_id, day in (tuple(row) for row in rows):
        held = meetings[cell_id].between(day, on - timedelta(days=1), calendar)
        if held:
            found.append(Unhelped(case_id, cell_id, day, held[-1], len(held)))
    return found


def _without_helper() -> ColumnElement[bool]:
    """The admission goes on where somebody helps, and nobody does."""
    helping = select(helper_assignment.c.id).where(
        helper_assignment.c.case_id == handover.c.admission_id, helper_assignment.c.valid_to.is_(None)
    )
    admission = case.alias("admission")
    on_the_road = select(admission.c.id).where(
        admission.c.id == handover.c.admission_id,
        admission.c.closed_on.is_(None),
        admission.c.stage.not_in(("source_building", "union_nomination")),
    )
    return on_the_road.exists() & ~helping.exists()
