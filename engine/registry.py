"""What a domain hands to the engine: verbs of service tasks, first days of timers, who answers for a lane.

The engine knows elements by name only; everything that a name means is looked up here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.cases import CaseRow
    from engine.transactions import Transaction

Service = Callable[["Transaction", "CaseRow", date], str | list[int]]
Due = Callable[["Transaction", "CaseRow", date], date]
Place = Callable[["Transaction", "CaseRow", str, int | None, date], int | None]
Worked = Callable[["Transaction", date], bool]
Ahead = Callable[["Transaction", "Sequence[CaseRow]"], None]
Timed = Callable[["Transaction", "CaseRow", date, datetime], None]


def place_with_custodian(
    tx: "Transaction", case: "CaseRow", lane: str, item: int | None, on: date
) -> int | None:
    """The simplest resolution: every lane is answered for by the case's custodian."""
    return case.custodian_id


def plain_week(tx: "Transaction", day: date) -> bool:
    """The simplest calendar: Monday to Friday are worked."""
    return day.weekday() < 5


def nothing_ahead(tx: "Transaction", cases: "Sequence[CaseRow]") -> None:
    """The simplest preparation: each service asks for itself."""


def nothing_more(tx: "Transaction", case: "CaseRow", on: date, now: datetime) -> None:
    """The simplest consequence of a timer: what the model says, and nothing beside it."""


@dataclass(frozen=True)
class Registry:
    """One domain's tables of names. `models check` compares them with the models, both ways."""

    services: Mapping[str, Service] = field(default_factory=dict)  # element -> verb; date: `on` of the act
    dues: Mapping[str, Due] = field(default_factory=dict)  # timer name -> first day on which it may fire
    place: Place = place_with_custodian  # (tx, case, lane, item, on) -> answering organisation
    task_clock: Mapping[str, str] = field(default_factory=dict)  # element -> clock that gives the due day
    lanes: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)  # element -> Vietnamese name
    is_worked: Worked = plain_week  # whether daily jobs of working days are done on this day
    ahead: Ahead = nothing_ahead  # reads what services will ask of these cases, for all of them at once
    timed: Timed = nothing_more  # what a timer that moved a case means for rows beside it, in its transaction
