"""Everybody who leaves a school and is somebody to hand on: state, form, where to, what is missing.

A leaver has an open admission or stands on a roll of members. Until another organisation answers, the school
does; from then on the line stays in the season of those who handed the person on, and says what the letter
said: how far the road has come at the new place is not theirs to see.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from engine.among import among
from engine.errors import Text
from engine.models.store import latest, specs_of
from engine.records import document
from engine.transactions import Transaction
from workflows.documents.catalogue import papers
from workflows.organisations.queries import tree_of
from workflows.organisations.tree import Tree
from workflows.rules.ages import add_months
from workflows.schedules.queries import school_days_of
from workflows.season.rows import Row, rows_of
from workflows.season.rungs import TOLD, rungs
from workflows.season.words import (
    ACCEPTED,
    DONE,
    KNOWN,
    LOST,
    NAMED,
    OFFERED,
    OTHERWISE,
    PREPARED,
    RETURNED,
    UNKNOWN,
    WAITING,
)
from workflows.transfers.destinations import of_communes
from workflows.transfers.letters import ENCLOSED
from workflows.transfers.standing import on_the_road, reach

AHEAD_MONTHS: Final = 12  # a season comes into sight so long before the day
BACK_MONTHS: Final = 6  # and what is done leaves it so long after
AT: Final = {"offer_handover": PREPARED, "answer_handover": OFFERED}


@dataclass(frozen=True)
class Leaver:
    """`leaves_on`: the day of graduation, or the day on which the school was left. `to_id`, `to_words`: where
    to as far as it is known; `proposed`: the residence, as the tree has it. `standing`: None once another
    organisation answers. `missing`: papers that are to go along and are not in the file."""

    row: Row
    leaves_on: date
    standing: str | None
    variant: str
    state: str
    to_id: int | None
    to_words: str | None
    proposed: int | None
    missing: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        return self.state in WAITING

    @property
    def lost(self) -> bool:
        """Neither a place to go to nor a named reason."""
        return self.state in LOST

    def late(self, on: date) -> bool:
        """The school is left and still answers, or a step of the handover is past its day."""
        overdue = self.row.due_on is not None and self.row.due_on < on
        return self.waits and (overdue or (self.leaves_on < on and self.state != NAMED))

    def risen(self, on: date) -> str | None:
        """Whom it is told to by a day, at the highest; None for who is not lost, or long before the day."""
        left = (self.leaves_on - on).days
        told = (who for who in reversed(TOLD) if rungs().days[who][0] >= left)
        return next(told, None) if self.lost else None

    def otherwise(self, holder: str) -> Text | None:
        """What follows where nobody does anything."""
        found = OTHERWISE.get(self.state)
        return found and Text(found.msgid, day=f"{self.leaves_on:%d/%m/%Y}", holder=holder)


def leavers(
    tx: Transaction,
    mine: Collection[int],
    on: date,
    *,
    institution_id: int | None = None,
    day: date | None = None,
    words: str = "",
    students: Collection[int] | None = None,
    leaving_on: date | None = None,
) -> list[Leaver]:
    """Within `mine`, by day and name; of one school, one day, a name, or certain students where asked.

    `leaving_on`: the day on which they leave, whatever the school foresees.
    """
    rows = rows_of(tx, mine, on, students=students, institution_id=institution_id, words=words)
    days = _Days(tx, rows, on)
    first, last = add_months(on, -BACK_MONTHS), add_months(on, AHEAD_MONTHS)
    foreseen = [(row, leaving_on or days.of(row)) for row in rows]
    shown = [(row, leaves) for row, leaves in foreseen if leaves is not None and leaves <= last]
    told = _Told(tx, mine, [row for row, _leaves in shown], on)
    found = [told.leaver(row, leaves) for row, leaves in shown if day in (None, leaves) and told.counts(row)]
    within = [one for one in found if one.waits or first <= one.leaves_on]
    within.sort(key=lambda one: (one.leaves_on, one.row.sort_key, one.row.student_id))
    return within


def with_papers(tx: Transaction, found: Sequence[Leaver]) -> list[Leaver]:
    """With what is missing of the papers that go along, read for all at once."""
    have: dict[int, set[str]] = {}
    query = select(document.c.subject_id, document.c.type).where(among(document.c.subject_id, "students"))
    for row in tx.execute(query.distinct(), {"students": [one.row.student_id for one in found]}):
        have.setdefault(row.subject_id, set()).add(row.type)
    return [replace(one, missing=_missing(one, have.get(one.row.student_id, set()))) for one in found]


def _missing(one: Leaver, have: Collection[str]) -> tuple[str, ...]:
    if not one.waits or one.standing == "new":  # nothing was asked for yet
        return ()
    wanted = [paper.type for paper in ENCLOSED[one.variant] if not paper.by_person]
    return tuple(papers()[kind].title for kind in wanted if kind not in have)


class _Days:
    """The day of each, worked out once for all who share a school, grade, course and programme."""

    def __init__(self, tx: Transaction, rows: Sequence[Row], on: date) -> None:
        self.schools = school_days_of(tx, {row.institution_id for row in rows}, on)
        self.on = on
        self.known: dict[tuple[Any, ...], date | None] = {}

    def of(self, row: Row) -> date | None:
        if row.left_on is not None:
            return row.left_on
        told = (row.grade, row.course, row.programme, row.foreseen)
        key = (row.institution_id, *told)
        if key not in self.known:
            self.known[key] = self.schools[row.institution_id].graduation_of(*told, self.on)
        return self.known[key]


class _Told:
    """Standing, form and place of each, by the tables that the handover itself asks."""

    def __init__(self, tx: Transaction, mine: Collection[int], rows: Sequence[Row], on: date) -> None:
        self.tree: Tree = tree_of(tx)
        self.mine, self.on = set(mine), on
        self.near = of_communes(tx, {row.commune_code for row in rows if row.commune_code}, on)
        self.table = specs_of(tx, latest(tx, "handover")).decisions["transfer_variant"] if rows else None
        self.reached: dict[tuple[int, int | None], str] = {}
        self.variants: dict[tuple[str, str], str] = {}
        self.below: dict[tuple[int, int | None], bool] = {}

    def leaver(self, row: Row, leaves_on: date) -> Leaver:
        proposed = next(
            (one for one in self.near.get(row.commune_code or "", ()) if one != row.holder_id), None
        )
        to_id, to_words = self._place(row)
        target = to_id if to_id is not None or to_words else proposed
        is_ = _standing(row) if self._at_school(row) else None
        foreseen = is_ and self._variant(is_, self._reach(row.holder_id, target))
        return Leaver(
            row=row,
            leaves_on=leaves_on,
            standing=is_,
            variant=foreseen or row.given or "",
            state=self._state(row, to_id, to_words),
            to_id=to_id,
            to_words=to_words,
            proposed=proposed,
        )

    def _place(self, row: Row) -> tuple[int | None, str | None]:
        """What the handover under way says, else what the school wrote down."""
        if row.moved_on is not None and (row.handover_closed_on is None or not self._at_school(row)):
            return self._heir(row.receiver_id), row.addressee
        return self._heir(row.to_id), row.to_words

    def _heir(self, number: int | None) -> int | None:
        return self.tree.standing(number, self.on) if number is not None else None

    def _state(self, row: Row, to_id: int | None, to_words: str | None) -> str:
        if not self._at_school(row):
            return ACCEPTED if row.handover_closed_on is None and row.handover_id is not None else DONE
        under_way = row.handover_id is not None and row.handover_closed_on is None
        if under_way and row.element in AT:
            return AT[row.element]
        if under_way and row.answer in ("returned", "recalled"):
            return RETURNED
        if to_id is not None or to_words:
            return KNOWN
        return NAMED if row.no_place else UNKNOWN

    def counts(self, row: Row) -> bool:
        """The school answers still, or one of `mine` has handed the person on for it."""
        if self._at_school(row):
            return True
        gone = row.holder_id is not None or row.handover_closed_as == "handover_taken_away"
        return gone and row.from_id in self.mine and self._own(row, row.from_id or 0)

    def _at_school(self, row: Row) -> bool:
        """One of the school's own organisations answers still."""
        return row.holder_id is not None and self._own(row, row.holder_id)

    def _own(self, row: Row, number: int) -> bool:
        holder = self.tree.standing(number, self.on)
        key = (holder, row.party_id)
        if key not in self.below:
            self.below[key] = row.party_id in self.tree.ancestors_on(holder, self.on)
        return holder in (row.own_cell_id, row.school_cell_id, row.party_id) or self.below[key]

    def _reach(self, sender: int | None, receiver: int | None) -> str:
        key = (sender or 0, receiver)
        if key not in self.reached:
            self.reached[key] = (
                reach(self.tree, sender, receiver, self.on) if sender is not None else "elsewhere"
            )
        return self.reached[key]

    def _variant(self, is_: str, reached: str) -> str:
        key = (is_, reached)
        if key not in self.variants and self.table is not None:
            asked = {"transfer_standing": is_, "transfer_reach": reached, "transfer_term": "lasting"}
            self.variants[key] = self.table.decide(asked)["variant"]
        return self.variants[key]


def _standing(row: Row) -> str:
    if row.admission_id is not None:
        return on_the_road(row.stage or "", row.words, recognised=row.recognised, met=row.met)
    return "probationary" if row.status == "probationary" else "official"
