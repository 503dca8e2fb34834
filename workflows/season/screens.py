"""What the pages of the season ask: the filters of an address, whose people one sees, the lists behind."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from engine.errors import Text
from engine.transactions import Transaction
from workflows import access
from workflows.access import PERMISSIONS, Organisation, Student
from workflows.organisations.queries import tree_of
from workflows.people.names import search_key
from workflows.season.figures import Day, days
from workflows.season.leavers import Leaver, leavers, with_papers
from workflows.season.words import NAMED, STATES, TO_PREPARE
from workflows.transfers import queries
from workflows.transfers.screens import desks
from workflows.transfers.verbs import OFFER

PAGE: Final = 50
LATE, LOST_ONES, WAIT = "late", "lost", "waiting"
# What the filter "Tình trạng" of both lists offers beside the states themselves.
SPECIAL: Final[Mapping[str, str]] = {
    WAIT: "Trường còn chịu trách nhiệm",
    LATE: "Chậm",
    LOST_ONES: "Chưa biết nơi đến, chưa có lý do",
}
_SPECIAL: Final[Mapping[str, Callable[[Leaver, date], bool]]] = {
    WAIT: lambda one, _on: one.waits,
    LATE: lambda one, on: one.late(on),
    LOST_ONES: lambda one, _on: one.lost,
}


@dataclass(frozen=True)
class Wanted:
    """The filters: one school, one day of leaving, where people stand, words of a name (of a school where the
    schools are listed)."""

    school: int | None = None
    day: date | None = None
    state: str = ""
    words: str = ""
    page: int = 0

    @classmethod
    def read(cls, sent: Mapping[str, str]) -> "Wanted":
        """From an address; what nobody knows is as good as nothing."""
        state = sent.get("state", "")
        return cls(
            school=_number(sent.get("school")),
            day=_day(sent.get("day")),
            state=state if state in SPECIAL or state in STATES else "",
            words=sent.get("q", "").strip()[:80],
            page=_number(sent.get("page"), longest=4) or 0,
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.state or self.words or self.day or self.school)

    def address(self, **other: object) -> dict[str, object]:
        """As parameters of an address, on the first page."""
        day = self.day.isoformat() if self.day else None
        asked = {"school": self.school, "day": day, "state": self.state, "q": self.words, **other}
        return {name: value for name, value in asked.items() if value}

    def fits(self, one: Leaver, on: date) -> bool:
        special = _SPECIAL.get(self.state)
        return special(one, on) if special else self.state in ("", one.state)


def _number(text: str | None, longest: int = 16) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < longest else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Reach:
    """Whom one sees. `own`: the organisations of one's seats; `mine`: with all below and before them."""

    own: frozenset[int]
    mine: frozenset[int]


def reach_of(tx: Transaction, user_id: int, on: date, permission: str = "season.list") -> Reach:
    own = desks(tx, access.acting_for(tx, user_id, on), PERMISSIONS[permission].positions, on)
    return Reach(frozenset(own), frozenset(queries.reached(tx, own, on)))


def schools(tx: Transaction, reach: Reach, wanted: Wanted, on: date) -> list[Day]:
    """One line a school and day, whose people fit; the words name the school."""
    found = leavers(tx, reach.mine, on, institution_id=wanted.school, day=wanted.day)
    folded = search_key(wanted.words)
    named: dict[str, bool] = {}

    def fits(one: Leaver) -> bool:
        name = one.row.institution
        if name not in named:
            named[name] = folded in search_key(name)
        return named[name] and wanted.fits(one, on)

    return days((one for one in found if fits(one)), on)


def people(tx: Transaction, reach: Reach, wanted: Wanted, on: date) -> list[Leaver]:
    """Everybody who fits, by day and name; without the papers (`with_papers`)."""
    asked: dict[str, Any] = {"institution_id": wanted.school, "day": wanted.day, "words": wanted.words}
    return [one for one in leavers(tx, reach.mine, on, **asked) if wanted.fits(one, on)]


@dataclass(frozen=True)
class Page:
    """A page of people with what may be done: `recordable`, `preparable`: students of the page."""

    lines: list[Leaver]
    count: int
    next: int | None
    recordable: frozenset[int]
    preparable: frozenset[int]

    @property
    def pickable(self) -> frozenset[int]:
        return self.recordable | self.preparable


def page_of(tx: Transaction, found: Sequence[Leaver], number: int, *, by: int, on: date) -> Page:
    first = PAGE * min(number, len(found) // PAGE)
    lines = with_papers(tx, found[first : first + PAGE])
    open_to = [one for one in lines if one.state in TO_PREPARE]
    more = first // PAGE + 1 if len(found) > first + PAGE else None
    recordable, preparable = may_record(tx, open_to, by, on), may_prepare(tx, open_to, by, on)
    return Page(lines, len(found), more, recordable, preparable)


def may_record(tx: Transaction, those: Collection[Leaver], by: int, on: date) -> frozenset[int]:
    """Asked once for all of one school and cell: the right looks at nothing else."""

    def ask(one: Leaver) -> bool:
        return access.may(tx, by, "season.record", Student(one.row.student_id), on)

    return _asked_once(those, lambda one: (one.row.institution_id, one.row.own_cell_id), ask)


def may_prepare(tx: Transaction, those: Collection[Leaver], by: int, on: date) -> frozenset[int]:
    """Asked once for all whom one organisation answers for."""
    tree = tree_of(tx)

    def ask(one: Leaver) -> bool:
        holder = tree.standing(one.row.holder_id or 0, on)
        return access.may(tx, by, "transfer.prepare", Organisation(holder), on)

    return _asked_once(those, lambda one: one.row.holder_id, ask)


def _asked_once(
    those: Collection[Leaver], key: Callable[[Leaver], object], ask: Callable[[Leaver], bool]
) -> frozenset[int]:
    answers: dict[object, bool] = {}
    for one in those:
        if key(one) not in answers:
            answers[key(one)] = ask(one)
    return frozenset(one.row.student_id for one in those if answers[key(one)])


def to_prepare(found: Sequence[Leaver]) -> list[int]:
    """Who can be prepared of a whole list: not those of whom a reason says that they stay for now."""
    return [one.row.student_id for one in found if one.state in TO_PREPARE and one.state != NAMED]


def awaiting_letter(found: Sequence[Leaver], own: Collection[int]) -> list[int]:
    """The open steps of those whose letter one of `own` owes."""
    waiting = [one.row for one in found if one.row.element == OFFER and one.row.owing_id in own]
    return [row.task_id for row in waiting if row.task_id is not None]


def names(tx: Transaction, found: Collection[Leaver]) -> dict[int, str]:
    """The organisations that the lines name: where to, the residence proposed, who answers."""
    nodes = tree_of(tx).nodes
    numbers = {n for one in found for n in (one.to_id, one.proposed, one.row.holder_id) if n is not None}
    return {number: nodes[number].name for number in numbers if number in nodes}


def otherwise(one: Leaver, named: Mapping[int, str]) -> Text | None:
    return one.otherwise(named.get(one.row.holder_id or 0, ""))
