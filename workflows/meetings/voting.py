"""One decision of a meeting as the act that it is: a vote, another way, a matter settled, a confirmation.

Each is called in a transaction of its own, so that one refusal does not undo the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from engine.errors import Conflict, NotFound, Text
from engine.transactions import Transaction
from workflows.admission import acts, votes
from workflows.admission.forms import FORMS
from workflows.admission.path import find_task
from workflows.admission.steps import STEPS
from workflows.admission.votes import BALLOTS
from workflows.documents.catalogue import papers
from workflows.meetings.bodies import SETTLES, minutes_type, quota_of, votes_of
from workflows.meetings.queries import Planned
from workflows.meetings.rules import FIGURES, Room, result_of
from workflows.rules.editions import edition_on

WAITS, DONE, ALREADY = "waits", "done", "already"
MINUTES: Final = frozenset({"meeting_minutes", "union_branch_minutes"})


@dataclass(frozen=True)
class Cast:
    """What was written for one person. `way`: an outcome without counting; else `figures` are counted."""

    task_id: int
    element: str
    figures: Mapping[str, int] = field(default_factory=dict)
    way: str | None = None
    words: str | None = None  # a reason, or what is missing where the file is returned
    number: str | None = None
    method: str = "secret"
    member_id: int | None = None
    shared_since: date | None = None


@dataclass(frozen=True)
class Sitting:
    """What all decisions of one meeting share."""

    of: Planned
    seats: Room
    take_numbers: bool = False
    late_reason: str | None = None


def settle(
    tx: Transaction, sitting: Sitting, cast: Cast, *, by: int, now: datetime, request_key: str | None
) -> str:
    """Record one decision: `waits` for the second person, `done`, or `already` there with the same figures.

    Raises NotFound, NotAllowed, InvalidAnswers, NotLawful, Conflict.
    """
    of, found = sitting.of, find_task(tx, cast.task_id)
    if found is not None:
        allowed = (*votes_of(of.body), *SETTLES[of.body])
        if found.organisation_id != of.organisation_id or found.element not in allowed:
            raise NotFound
        waiting = votes.pending(tx, cast.task_id)
        if waiting is not None:
            return _compare(waiting, cast)
    answers = answers_of(sitting, cast)
    done = acts.complete(tx, cast.task_id, answers, by=by, now=now, request_key=request_key)
    return DONE if done.seq else WAITS


def _compare(waiting: Any, cast: Cast) -> str:
    """Figures wait already: the same ones are a repeat, others were written by somebody meanwhile."""
    if cast.way is None and all(cast.figures.get(name, 0) == getattr(waiting, name) for name in FIGURES):
        return ALREADY
    raise Conflict(
        Text(
            "Vừa có người ghi số phiếu khác cho người này: tán thành {votes_for}, không tán thành "
            "{votes_against}, không hợp lệ {invalid}; đang chờ xác nhận.",
            **{name: getattr(waiting, name) for name in FIGURES},
        )
    )


def answers_of(sitting: Sitting, cast: Cast) -> dict[str, Any]:
    """The answers of the step's own form."""
    of = sitting.of
    outcome = cast.way or _outcome(sitting, cast)
    answers: dict[str, Any] = {
        "outcome": outcome,
        "on": of.on_day.isoformat(),
        "late_reason": sitting.late_reason,
    }
    if outcome == "returned":
        answers["items"] = [{"wanted": cast.words}] if cast.words else []
    elif "reason" in _fields(cast.element):
        answers["reason"] = cast.words
    if cast.member_id is not None:
        answers["member_id"] = cast.member_id
        answers["shared_since"] = cast.shared_since.isoformat() if cast.shared_since else None
    if cast.way is None:
        answers |= _count(sitting, cast)
    return answers | _paper(sitting, cast, outcome)


def _outcome(sitting: Sitting, cast: Cast) -> str:
    """The word that the figures give; figures that do not add up are refused by the act itself."""
    ballot = BALLOTS[cast.element]
    quota = quota_of(cast.element, sitting.of.body, edition_on(sitting.of.on_day))
    found = result_of(cast.figures, sitting.seats, quota)
    return ballot.carried if not isinstance(found, dict) and found.carried else ballot.failed


def _count(sitting: Sitting, cast: Cast) -> dict[str, Any]:
    seats, of = sitting.seats, sitting.of
    return {
        "meeting_kind": of.kind,
        "chaired_by": of.chaired_by,
        "members": seats.members,
        "exempt_absent": seats.exempt_absent,
        "away": seats.away,
        "present": seats.present,
        "method": cast.method,
        **{name: cast.figures.get(name, 0) for name in FIGURES},
    }


def _paper(sitting: Sitting, cast: Cast, outcome: str) -> dict[str, Any]:
    """The number of the paper: that of the minutes, the one on the paper, or the next of the register."""
    type = STEPS[cast.element].paper(outcome)
    if type is None or not papers()[type].numbered:
        return {}
    if type in MINUTES:
        return {"number": sitting.of.minutes_number if type == minutes_type(sitting.of.body) else None}
    if cast.number:
        return {"number": cast.number}
    return {"take_number": sitting.take_numbers}


def _fields(element: str) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = FORMS[element]().fields
    return fields


def confirm(
    tx: Transaction, task_id: int, vote_id: int, *, by: int, now: datetime, request_key: str | None
) -> None:
    """The second person saw these very figures on the paper: the vote stands.

    Raises Conflict where other figures were written since; NotFound, NotAllowed, NotLawful.
    """
    if find_task(tx, task_id) is not None:
        waiting = votes.pending(tx, task_id)
        if waiting is not None and waiting.id != vote_id:
            raise Conflict(Text("Số phiếu này vừa được nhập lại. Hãy xem số mới rồi xác nhận."))
    acts.confirm(tx, task_id, by=by, now=now, request_key=request_key)
