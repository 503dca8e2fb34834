"""Who was handed on and who has answered: the same figures for the sender, the receiver and those above both.

Every handover that is under way, or was closed in the season, counts in each column whose condition it meets:
somebody who has arrived was accepted too. A person taken over whom the new cell names no helper is an alarm.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Date, Select, and_, bindparam, func, or_, select

from engine.among import among
from engine.records import case, task
from engine.transactions import Transaction
from workflows.access.standing_in import stands_in_for
from workflows.organisations.kinds import BASE_COMMITTEES, COMMUNE_COMMITTEE
from workflows.organisations.queries import tree_of
from workflows.organisations.tree import Tree
from workflows.people.records import student
from workflows.rules.ages import add_months
from workflows.season.leavers import BACK_MONTHS
from workflows.season.screens import Reach
from workflows.transfers import queries
from workflows.transfers.records import handover, handover_offer
from workflows.transfers.verbs import ANSWER, ARRIVAL, OFFER, PREPARE

OUT, IN, OVER = "out", "in", "over"
BY_SENDER, BY_RECEIVER = "sender", "receiver"
OUTSIDE: Final = 0  # every place outside of the system
NOT_CHOSEN: Final = -1
STEPS: Final = (OFFER, ANSWER)  # what is done for many from here


class Handed(NamedTuple):
    """One handover as it stands. `owing_id`: who owes its open step; `answer`: to the last letter."""

    case_id: int
    institution_id: int
    from_id: int
    receiver_id: int | None
    addressee: str | None
    cell_id: int | None
    arrived_on: date | None
    closed_on: date | None
    closed_as: str | None
    element: str | None
    task_id: int | None
    owing_id: int | None
    due_on: date | None
    offered_on: date | None
    answer: str | None


@dataclass(frozen=True)
class What:
    """One column: its label and when somebody is counted there."""

    label: str
    fits: Callable[[Handed, date, Collection[int]], bool]
    alarm: bool = False


WHATS: Final[Mapping[str, What]] = {
    "letter": What("Chờ gửi giấy", lambda one, _on, _unhelped: one.element == OFFER),
    "offered": What("Chờ trả lời", lambda one, _on, _unhelped: one.element == ANSWER),
    "overdue": What(
        "Quá hạn", lambda one, on, _unhelped: one.due_on is not None and one.due_on < on, alarm=True
    ),
    "returned": What(
        "Trả lại, thu hồi",
        lambda one, _on, _unhelped: one.element == PREPARE and one.answer in ("returned", "recalled"),
    ),
    "accepted": What(
        "Đã tiếp nhận",
        lambda one, _on, _unhelped: one.cell_id is not None or one.closed_as == "handover_taken_away",
    ),
    "coming": What("Chờ người đến", lambda one, _on, _unhelped: one.element == ARRIVAL),
    "arrived": What("Đã đến", lambda one, _on, _unhelped: one.arrived_on is not None),
    "unhelped": What(
        "Chưa ai giúp đỡ",
        lambda one, _on, unhelped: one.case_id in unhelped,
        alarm=True,
    ),
}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for. `group`: a number of `Group`; `what`: a key of WHATS, for the names."""

    side: str = OUT
    by: str = BY_RECEIVER
    group: int | None = None
    what: str | None = None
    school: int | None = None
    page: int = 0

    @classmethod
    def read(cls, sent: Mapping[str, str], usual: str) -> "Wanted":
        """From an address; what nobody knows is as good as nothing. `usual`: the side without a choice."""
        side = sent["side"] if sent.get("side") in (OUT, IN, OVER) else usual
        by = {OUT: BY_RECEIVER, IN: BY_SENDER}.get(side, BY_RECEIVER)
        if side == OVER and sent.get("by") == BY_SENDER:
            by = BY_SENDER
        return cls(
            side=side,
            by=by,
            group=_number(sent.get("group")),
            what=sent["what"] if sent.get("what") in WHATS else None,
            school=_number(sent.get("school")),
            page=_number(sent.get("page")) or 0,
        )

    def address(self, **other: object) -> dict[str, object]:
        asked = {"side": self.side, "by": self.by if self.side == OVER else None, "school": self.school}
        shown = {**asked, "group": self.group, "what": self.what, **other}
        return {name: value for name, value in shown.items() if value is not None}


def _number(text: str | None) -> int | None:
    try:
        number = int(text or "")
    except ValueError:
        return None
    return number if NOT_CHOSEN <= number < 10**15 else None


@dataclass
class Figures:
    """How many are in each column. `since`: the oldest letter that waits; `tasks`: how many steps of each
    element the reader's own desks owe."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WHATS, 0))
    count: int = 0
    since: date | None = None
    tasks: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))

    def add(self, one: Handed, on: date, unhelped: Collection[int], own: Collection[int]) -> None:
        self.count += 1
        for name, what in WHATS.items():
            self.counts[name] += what.fits(one, on, unhelped)
        if one.element == ANSWER and one.offered_on is not None:
            self.since = min(self.since or one.offered_on, one.offered_on)
        if one.element in STEPS and one.owing_id in own:
            self.tasks[one.element] += 1


@dataclass
class Group(Figures):
    """The figures of one organisation at the other side, or of a branch below; 0 outside of the system."""

    id: int = OUTSIDE
    name: str = ""


@dataclass(frozen=True)
class Board:
    """One view; `groups`: those with something overdue or without a helper first, then the oldest letters."""

    whole: Figures
    groups: list[Group]


def desks_of(tx: Transaction, reach: Reach, on: date) -> frozenset[int]:
    """Whose steps the reader does: of the own organisations, and of those that they stand in for."""
    return reach.own | stands_in_for(tx, reach.own, on, owing=True)


class Season:
    """The handovers of one view, read once."""

    def __init__(self, tx: Transaction, reach: Reach, wanted: Wanted, on: date) -> None:
        self.tree: Tree = tree_of(tx)
        self.reach, self.wanted, self.on = reach, wanted, on
        self.own = desks_of(tx, reach, on)
        self._groups: dict[int | None, int] = {}
        self.rows = [one for one in _rows(tx, reach, wanted, on) if self._in_group(one)]
        accepted = [one.case_id for one in self.rows if one.cell_id is not None and one.closed_on is None]
        self.unhelped = {one.case_id for one in queries.waiting_for_helper(tx, on, accepted)}

    def board(self) -> Board:
        whole, groups = Figures(), dict[int, Group]()
        for one in self.rows:
            number = self.group_of(one)
            if number not in groups:
                name = self.tree.nodes[number].name if number > OUTSIDE else ""
                groups[number] = Group(id=number, name=name)
            for figures in (whole, groups[number]):
                figures.add(one, self.on, self.unhelped, self.own)
        return Board(whole, sorted(groups.values(), key=_urgency))

    def handovers(self) -> list[int]:
        """Those of the column asked for."""
        what = WHATS.get(self.wanted.what or "")
        return [one.case_id for one in self.rows if what is None or what.fits(one, self.on, self.unhelped)]

    def tasks(self, element: str) -> list[int]:
        """The open steps of this kind that the reader's own desks owe, the most urgent first."""
        found = [one for one in self.rows if one.element == element and one.owing_id in self.own]
        found.sort(key=lambda one: (one.due_on or date.max, one.case_id))
        return [one.task_id for one in found if one.task_id is not None]

    def group_of(self, one: Handed) -> int:
        if self.wanted.by == BY_SENDER:
            return self._shown(one.from_id)
        if one.receiver_id is None:
            return OUTSIDE if one.addressee else NOT_CHOSEN
        return self._shown(one.receiver_id)

    def _in_group(self, one: Handed) -> bool:
        return self.wanted.group is None or self.group_of(one) == self.wanted.group

    def _shown(self, number: int) -> int:
        """The organisation itself; from above the branch that it stands in, right below one's own."""
        if number not in self._groups:
            heir = self.tree.standing(number, self.on)
            found = heir
            if self.wanted.side == OVER:
                line = [heir, *self.tree.ancestors_on(heir, self.on)]
                at = next((place for place, one in enumerate(line) if one in self.reach.own), None)
                found = line[at - 1] if at else heir
            self._groups[number] = found
        return self._groups[number]


def _urgency(one: Group) -> tuple[Any, ...]:
    return -one.counts["unhelped"], -one.counts["overdue"], one.since or date.max, one.name, one.id


def _rows(tx: Transaction, reach: Reach, wanted: Wanted, on: date) -> list[Handed]:
    asked = {"mine": reach.mine, "since": add_months(on, -BACK_MONTHS)}
    query = _QUERY.where(_SIDES[wanted.side])
    if wanted.school is not None:
        query = query.where(student.c.institution_id == wanted.school)
    return [Handed(*tuple(row)) for row in tx.execute(query, asked)]


_h, _o = handover.c, handover_offer.c
_NEWEST = select(func.max(_o.id)).where(_o.handover_id == _h.case_id).correlate(handover).scalar_subquery()
_SENT, _ASKED = among(_h.from_id, "mine"), among(_o.receiver_id, "mine")  # by the newest letter
_SIDES = {OUT: _SENT, IN: _ASKED, OVER: or_(_SENT, _ASKED)}


def _query() -> Select[Any]:
    columns = (
        *(_h.case_id, student.c.institution_id, _h.from_id, _h.receiver_id, _h.addressee, _h.cell_id),
        *(_h.arrived_on, case.c.closed_on, case.c.closed_as),
        *(task.c.element, task.c.id, task.c.organisation_id, task.c.due_on, _o.offered_on, _o.answer),
    )
    counted = case.c.closed_as.in_(("handover_closed", "handover_taken_away"))
    recent = case.c.closed_on >= bindparam("since", type_=Date)
    return (
        select(*columns)
        .select_from(handover)
        .join(case, case.c.id == _h.case_id)
        .join(student, student.c.id == _h.student_id)
        .outerjoin(task, task.c.case_id == _h.case_id)
        .outerjoin(handover_offer, _o.id == _NEWEST)
        .where(_h.moved_on.is_not(None), or_(case.c.closed_on.is_(None), and_(recent, counted)))
        .order_by(_h.case_id)
    )


_QUERY = _query()


def sides_of(tx: Transaction, reach: Reach, on: date) -> Sequence[str]:
    """The views that somebody has: who stands at the root sends and receives nothing; who stands above
    committees looks over them too."""
    tree = tree_of(tx)
    below = reach.mine - reach.own
    over = any(tree.nodes[one].kind in BASE_COMMITTEES | {COMMUNE_COMMITTEE} for one in below)
    if any(tree.parent_on(one, on) is None for one in reach.own):
        return (OVER,)
    return (OUT, IN, OVER) if over else (OUT, IN)
