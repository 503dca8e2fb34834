"""What was done in a case, read back from its acts: the newest act of a step, rounds, the last day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from engine.belonging import Belonging
from engine.transactions import Transaction
from workflows.admission.records import act
from workflows.rules.deadlines import valid_until
from workflows.rules.editions import edition_on

INTERRUPTION = "interruption"
NOT_GONE_BACK_TO = ("annulment",)  # a stage beside the road
ACTS = Belonging(act, "case_id")


def acts(tx: Transaction, case_id: int) -> list[Any]:
    """All acts of a case in the order in which they were recorded; read again only after one was written."""
    return ACTS.to(tx, case_id)


def newest(rows: Sequence[Any], *elements: str, outcomes: tuple[str, ...] = (), after: int = 0) -> Any:
    """The newest of these acts that is of one of the steps (and outcomes, after that act); None if none."""
    for row in reversed(rows):
        if row.id > after and row.element in elements and (not outcomes or row.outcome in outcomes):
            return row
    return None


def latest(
    tx: Transaction, case_id: int, *elements: str, outcomes: tuple[str, ...] = (), after: int = 0
) -> Any:
    """As `newest`, of one case."""
    return newest(acts(tx, case_id), *elements, outcomes=outcomes, after=after)


def count(tx: Transaction, case_id: int, element: str, outcomes: tuple[str, ...], after: int = 0) -> int:
    """How often a step came out so, after an act."""
    found = (row for row in acts(tx, case_id) if row.id > after and row.element == element)
    return sum(row.outcome in outcomes for row in found)


def last_day(tx: Transaction, case_id: int) -> date | None:
    """The latest day on the papers of the case so far."""
    return max((row.on_day for row in acts(tx, case_id)), default=None)


def conclusion_among(rows: Sequence[Any], on: date) -> Any:
    """The conclusion of the history that still serves on the day; None if none, or too old."""
    found = newest(rows, "conclude_history")
    if found is None or found.outcome != "certified":
        return None
    until = valid_until("file_expiry", found.on_day, edition_on(on))
    return found if on <= until else None


def conclusion(tx: Transaction, case_id: int, on: date) -> Any:
    """As `conclusion_among`, of one case."""
    return conclusion_among(acts(tx, case_id), on)


def round_among(rows: Sequence[Any], on: date) -> int:
    """The act after which the present round of checks began: 0, or the conclusion that no longer serves."""
    found = newest(rows, "conclude_history")
    return int(found.id) if found is not None and conclusion_among(rows, on) is None else 0


def checks_round(tx: Transaction, case_id: int, on: date) -> int:
    """As `round_among`, of one case."""
    return round_among(acts(tx, case_id), on)


def moved_after(tx: Transaction, case_id: int, act_id: int) -> bool:
    """Did the person change the unit after that act?"""
    return latest(tx, case_id, INTERRUPTION, outcomes=("unit_changed",), after=act_id) is not None


def stage_left(tx: Transaction, case_id: int) -> str:
    """The stage that the path left last; a case can be interrupted while it is examined."""
    found = (row for row in reversed(acts(tx, case_id)) if row.element == INTERRUPTION)
    return next(str(row.stage) for row in found if row.stage not in NOT_GONE_BACK_TO)


def move_among(rows: Sequence[Any]) -> int:
    """The act of the last change of unit; 0 where there was none."""
    found = newest(rows, INTERRUPTION, outcomes=("unit_changed",))
    return int(found.id) if found is not None else 0


def last_move(tx: Transaction, case_id: int) -> int:
    """As `move_among`, of one case."""
    return move_among(acts(tx, case_id))
