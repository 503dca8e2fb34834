"""What the pages of handovers ask beside the queries: filters of an address, whose desk, first values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select

from engine import cases
from engine.errors import NotFound
from engine.records import case as case_table
from engine.transactions import Transaction
from workflows.access.seats import Seat
from workflows.admission.membership import member_with
from workflows.organisations.kinds import PARTY_BUILDING_BOARD
from workflows.organisations.queries import name_on, tree_of
from workflows.organisations.records import institution
from workflows.people.members import place_of
from workflows.people.records import student
from workflows.transfers import custody, queries, standing
from workflows.transfers.destinations import Destination
from workflows.transfers.following import KIND
from workflows.transfers.queries import CLOSED, IN, OPEN, OUT, PAGE, Line, Wanted
from workflows.transfers.records import handover
from workflows.transfers.words import STATES as ALL_STATES

ENDS = frozenset({"handover_closed", "handover_taken_away", "handover_moot", "handover_given_up"})
# What the filter of a list offers, in the order of the path.
STATES: Mapping[str, str] = {
    OPEN: "Đang làm",
    **{word: text for word, text in ALL_STATES.items() if word not in ENDS},
    CLOSED: "Đã kết thúc",
    **{word: text for word, text in ALL_STATES.items() if word in ENDS},
}
MOST_ROWS = 20_000  # of a sheet


@dataclass(frozen=True)
class Asked:
    """The filters of a list with the page of it, as they stand in the address."""

    wanted: Wanted
    page: int = 0

    @property
    def narrowed(self) -> bool:
        w = self.wanted
        return bool(w.words or w.late or w.state != OPEN)

    def address(self, **other: object) -> dict[str, object]:
        w = self.wanted
        shown = {"side": w.side, "state": w.state, "late": "1" if w.late else "", "q": w.words, **other}
        usual = {"side": OUT, "state": OPEN}
        return {name: value for name, value in shown.items() if value and usual.get(name) != value}


def read(sent: Mapping[str, str]) -> Asked:
    """From an address; what nobody knows is as good as nothing."""
    side = IN if sent.get("side") == IN else OUT
    state = sent.get("state", OPEN)
    number = sent.get("page", "")
    wanted = Wanted(
        side=side,
        state=state if state in STATES else OPEN,
        late=sent.get("late") == "1",
        words=sent.get("q", "").strip()[:80],
    )
    return Asked(wanted, int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0)


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    count: int
    next: int | None


def page(tx: Transaction, own: set[int], asked: Asked, on: date) -> Page:
    first = asked.page * PAGE
    lines = queries.listed(tx, own, asked.wanted, on, first + PAGE + 1)[first:]
    count = queries.count(tx, own, asked.wanted, on)
    return Page(lines[:PAGE], count, asked.page + 1 if len(lines) > PAGE else None)


def everything(tx: Transaction, own: set[int], asked: Asked, on: date) -> list[Line]:
    return queries.listed(tx, own, asked.wanted, on, MOST_ROWS)


def desks(tx: Transaction, seats: Sequence[Seat], positions: frozenset[str], on: date) -> set[int]:
    """One's own organisations; a board looks over what its committee does."""
    tree, found = tree_of(tx), set()
    for seat in seats:
        if seat.position not in positions:
            continue
        found.add(seat.organisation_id)
        node, above = tree.nodes[seat.organisation_id], tree.parent_on(seat.organisation_id, on)
        if node.kind == PARTY_BUILDING_BOARD and above is not None:
            found.add(above)
    return found


class Person(NamedTuple):
    """Whom a page is about, and who answers for the person. `standing`: a key of words.STANDINGS."""

    id: int
    name: str
    birth_date: date
    class_name: str | None
    institution: str
    holder: int
    holder_name: str
    standing: str
    admission_id: int | None


def person(tx: Transaction, student_id: int, on: date) -> Person:
    """NotFound for somebody who is neither on the road nor a member: there is nobody to hand on."""
    s = student.c
    row = tx.execute(
        select(s.family_name, s.middle_name, s.given_name, s.birth_date, s.class_name, institution.c.name)
        .join(institution, institution.c.id == s.institution_id)
        .where(s.id == student_id)
    ).first()
    admission = _open_admission(tx, student_id)
    found = standing.standing_of(tx, student_id, admission, on) if row is not None else None
    holder = _holder(tx, student_id, admission, on)
    if row is None or found is None or holder is None:
        raise NotFound
    return Person(
        id=student_id,
        name=" ".join(part for part in tuple(row)[:3] if part),
        birth_date=row.birth_date,
        class_name=row.class_name,
        institution=row.name,
        holder=holder,
        holder_name=name_on(tx, holder, on),
        standing=found,
        admission_id=admission.id if admission is not None else None,
    )


def _open_admission(tx: Transaction, student_id: int) -> Any:
    c = case_table.c
    query = select(c.id).where(c.kind == "admission", c.subject_id == student_id, c.closed_on.is_(None))
    found = tx.execute(query).scalar()
    return cases.get_case(tx, found) if found is not None else None


def _holder(tx: Transaction, student_id: int, admission: Any, on: date) -> int | None:
    if admission is not None:
        return int(admission.custodian_id)
    last = custody.last_step(tx, student_id)
    if last is not None and last.organisation_id is not None:
        return int(last.organisation_id)
    found = member_with(tx, student_id)
    place = place_of(tx, found, on) if found is not None else None
    return place[0] if place is not None else None


def under_way(tx: Transaction, student_id: int) -> Any:
    """The handover of the person that is open, with the element at which it waits."""
    c = case_table.c
    query = select(c.id).where(c.kind == KIND, c.subject_id == student_id, c.closed_on.is_(None))
    found = tx.execute(query).scalar()
    return _begun(tx, found) if found is not None else None


class Begun(NamedTuple):
    case_id: int
    element: str | None
    row: Any


def _begun(tx: Transaction, case_id: int) -> Begun:
    tasks = cases.open_tasks(tx, case_id)
    row = tx.execute(select(handover).where(handover.c.case_id == case_id)).one()
    return Begun(case_id, tasks[0].element if tasks else None, row)


def prepared(tx: Transaction, begun: Begun | None, proposals: Sequence[Destination]) -> dict[str, Any]:
    """What was said when it was prepared before; else the residence, where there is one place alone."""
    if begun is None or begun.row.moved_on is None:
        return {"proposed": proposals[0].id, "term": "lasting"} if proposals else {"term": "lasting"}
    row = begun.row
    values = {name: getattr(row, name) for name in ("moved_on", "addressee", "term", "until_on")}
    values["moved_because"] = row.reason
    if row.receiver_id in {one.id for one in proposals}:
        values["proposed"] = row.receiver_id
    elif row.receiver_id is not None:
        values["receiver"] = tree_of(tx).nodes[row.receiver_id].name
    return values
