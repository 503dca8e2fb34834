"""What an organisation leaves behind, and to whom each thing goes: one value for all that follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.transactions import Transaction
from workflows.reorganisation.plans import Change, Lists, lists_of, real
from workflows.reorganisation.words import END, FOLLOW, NEW


@dataclass(frozen=True)
class Going:
    """`heir`: takes what no list names; None where nobody does. `ends` is False for a part split off.

    `alone`: one organisation goes on as one other, so that sizes and registers can go on too.
    """

    organisation_id: int
    heir: int | None
    heirs: tuple[int, ...]
    on: date
    ends: bool = True
    alone: bool = False
    seats: str = FOLLOW
    registers: str = NEW
    members: Mapping[int, int] = field(default_factory=dict)
    positions: Mapping[int, int] = field(default_factory=dict)
    classes: Mapping[str, int] = field(default_factory=dict)
    cases: Mapping[int, int] = field(default_factory=dict)

    @property
    def rest(self) -> int | None:
        """Where what no list names goes; None: it stays, or there is nobody."""
        return self.heir if self.ends else None


def goings_of(tx: Transaction, change: Change, changes: list[Change], on: date) -> list[Going]:
    """The organisations that give something up by this change; none for changes that only rename or move."""
    make = _GOINGS.get(change.verb)
    return make(tx, change, changes, on) if make else []


def _merge(tx: Transaction, change: Change, changes: list[Change], on: date) -> list[Going]:
    answers, heir = change.answers, real(changes, change.answers["into"])
    gone = [real(changes, one) for one in answers["organisations"]]
    how = _how(answers)
    return [Going(one, heir, (heir,), on, alone=len(gone) == 1, **how) for one in gone]


def _split(tx: Transaction, change: Change, changes: list[Change], on: date) -> list[Going]:
    answers = change.answers
    heirs = tuple(real(changes, one) for one in answers["into"])
    lists = lists_of(tx, change.id)

    def ids(of: Mapping[Any, int]) -> dict[Any, int]:
        return {thing: real(changes, ref) for thing, ref in of.items()}

    going = Going(
        real(changes, answers["organisation"]),
        heirs[0],
        heirs,
        on,
        ends=not answers["stays"],
        members=ids(lists.member),
        positions=ids(lists.position),
        classes=ids(lists.of_class),
        cases=ids(lists.case),
        **_how(answers),
    )
    return [going]


def _end(tx: Transaction, change: Change, changes: list[Change], on: date) -> list[Going]:
    return [Going(real(changes, change.answers["organisation"]), None, (), on, seats=END)]


def _how(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {"seats": answers["seats"], "registers": answers["registers"]}


_GOINGS = {"merge": _merge, "split": _split, "end": _end}


def below_of(tx: Transaction, change: Change, changes: list[Change]) -> dict[int, int]:
    """Organisations below → where the list of a split sends them."""
    found: Lists = lists_of(tx, change.id)
    return {child: real(changes, ref) for child, ref in found.below.items()}
