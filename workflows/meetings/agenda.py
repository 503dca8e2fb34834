"""The agenda for a day: who can be voted on, who almost can and what is missing, what waits and for how long.

The guards that the act itself asks are asked for the day of the meeting; nothing here decides anything.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from engine import cases
from engine.clocks import open_clocks
from engine.errors import Unmet
from engine.transactions import Transaction
from workflows.admission import guards, votes
from workflows.admission.desk import trial
from workflows.admission.path import find_task
from workflows.admission.steps import STEPS
from workflows.meetings import queries, results
from workflows.meetings.bodies import CELL
from workflows.meetings.queries import Line, Planned
from workflows.people.pool import pool_on
from workflows.rules.editions import edition_on

NEAR: Final = ("file_checks", "admission_vote")  # stages from which the next stop is the cell's vote
MOST_NEAR: Final = 60  # people of whom it is worked out what is missing; the rest is only counted
REVIEWS_AHEAD: Final = timedelta(days=45)
REMARKS: Final = frozenset({"helper_remark", "probation_report", "self_review", "probation_opinions"})


@dataclass(frozen=True)
class Candidate:
    """One person with an open vote: what stands against it on the day, which attempt it would be."""

    line: Line
    unmet: list[Unmet]
    attempt: int
    left: int | None  # attempts left, this one included, where the rules count them


@dataclass(frozen=True)
class Near:
    """Somebody who is coming up to the vote: what is missing, and the first day that time alone allows."""

    line: Line
    unmet: list[Unmet]
    first_day: date | None


@dataclass(frozen=True)
class Waiting:
    """A task that others owe, and for how many days."""

    line: Line
    days: int


@dataclass(frozen=True)
class Review:
    """A probation that ends about then. `done`: its months are complete on the day of the meeting."""

    line: Line
    ends: date
    due: date | None
    over: bool


@dataclass
class Agenda:
    """Everything that a secretary weighs before a meeting."""

    ready: list[Candidate] = field(default_factory=list)
    unready: list[Candidate] = field(default_factory=list)
    near: list[Near] = field(default_factory=list)
    near_more: int = 0
    waiting: list[Waiting] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    remarks: list[Waiting] = field(default_factory=list)
    matters: list[Line] = field(default_factory=list)
    pool: int = 0
    pool_last: date | None = None


def agenda(tx: Transaction, of: Planned, *, by: int, today: date) -> Agenda:
    """What the meeting can do on its day, as things stand now."""
    found = Agenda(matters=queries.open_matters(tx, of))
    decided = results.decided(tx, of)
    for line in queries.open_votes(tx, of):
        if line.pending or (line.case_id, line.element) in decided:
            continue
        one = candidate(tx, line, by=by, on=of.on_day)
        (found.unready if one.unmet else found.ready).append(one)
    if of.body == CELL:
        _of_cell(tx, of, found, today)
    return found


def candidate(tx: Transaction, line: Line, *, by: int, on: date) -> Candidate:
    """The vote on one person, tried for the day."""
    task = find_task(tx, line.task_id)
    case = cases.get_case(tx, line.case_id)
    unmet: list[Unmet] = []
    if task is not None:
        unmet = guards.unmet(trial(tx, task, case, by, on), STEPS[line.element].guards)
    attempt = votes.attempts(tx, line.case_id, line.element) + 1
    left = None
    if line.element == "cell_review":
        left = max(edition_on(on).number("max_votes_without_result") - attempt + 1, 0)
    return Candidate(line, unmet, attempt, left)


def _of_cell(tx: Transaction, of: Planned, found: Agenda, today: date) -> None:
    """What only a cell looks at: its whole road, its reviews, its pool."""
    lines = queries.open_of_cell(tx, of.organisation_id)
    voting = {line.case_id for line in lines if line.element == "cell_vote"}
    settled = {line.task_id for line in found.matters}
    close: dict[int, Line] = {}
    for line in lines:
        if line.stage in NEAR and line.case_id not in voting:
            close.setdefault(line.case_id, line)
        waits = Waiting(line, (today - line.opened_on).days)
        if line.element in REMARKS:
            found.remarks.append(waits)
        elif line.task_id not in settled and _of_others(line, of):
            found.waiting.append(waits)
    found.waiting.sort(key=lambda one: -one.days)
    found.near_more = max(0, len(close) - MOST_NEAR)
    found.near = _near(tx, list(close.values())[:MOST_NEAR], of)
    found.reviews = _reviews(tx, lines, of.on_day)
    found.pool = len(pool_on(tx, of.organisation_id, of.on_day))
    found.pool_last = results.last_pool_review(tx, of.organisation_id)


def _of_others(line: Line, of: Planned) -> bool:
    return line.organisation_id != of.organisation_id or line.lane in ("candidate", "helper")


class _Asked(NamedTuple):
    id: int
    subject_id: int
    custodian_id: int


def _near(tx: Transaction, lines: list[Line], of: Planned) -> list[Near]:
    asked = [_Asked(line.case_id, line.subject_id, of.organisation_id) for line in lines]
    stand = guards.until_the_vote(tx, asked, of.on_day)
    return [Near(line, *stand[line.case_id]) for line in lines]


def _reviews(tx: Transaction, lines: list[Line], on: date) -> list[Review]:
    """Probations that end before the meeting or soon after, the earliest first."""
    one_each = {line.case_id: line for line in lines if line.stage in ("probation", "probation_review")}
    found = []
    for line in one_each.values():
        clocks = {clock.name: clock.due_on for clock in open_clocks(tx, line.case_id)}
        ends = clocks.get("probation_end")
        if ends is not None and ends <= on + REVIEWS_AHEAD:
            found.append(Review(line, ends, clocks.get("cell_review"), ends <= on))
    return sorted(found, key=lambda one: one.ends)
