"""One act while it is being recorded: the case, the task, the day, the edition, and the row of the act.

The verbs of this folder take an `Acting` and add their rows to it; nothing here decides what is lawful.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.rows import CaseRow
from engine.secrets import write_personal
from engine.transactions import Transaction
from workflows.admission.records import act
from workflows.rules.calendar import Calendar
from workflows.rules.editions import Edition

SEALED = ("reason", "note", "content", "late_reason")  # free text about a person never stands open


@dataclass
class Acting:
    """What an act knows. `number` is what the paper bears; `organisation_id` is who owes the step."""

    tx: Transaction
    case: CaseRow
    element: str
    on: date
    by: int | None
    now: datetime
    edition: Edition
    calendar: Calendar
    answers: Mapping[str, Any]
    outcome: str | None = None
    task_id: int | None = None
    item: int | None = None
    organisation_id: int | None = None
    on_behalf_of: int | None = None
    for_user: int | None = None  # whom `by` stands in for as a deputy
    before_system: bool = False
    late: bool = False
    act_id: int = 0
    number: str | None = None
    clocks: list[int] = field(default_factory=list)  # those that this act starts
    opened_in: list[int] = field(default_factory=list)  # other cases whose steps this act opened
    facts: dict[str, Any] = field(default_factory=dict)  # ids and words for the journal, nothing personal

    @property
    def student_id(self) -> int:
        return self.case.subject_id

    @property
    def main_case_id(self) -> int:
        """The admission itself: a side process (a helper's replacement) works on its parent's rows."""
        return self.case.parent_id or self.case.id


def record_act(
    acting: Acting,
    *,
    confirmed_by: int | None = None,
    confirmed_for: int | None = None,
    confirmation: str = "none",
) -> int:
    """The row of the act, with its edition; free text goes under the student's own key."""
    row = {
        "case_id": acting.case.id,
        "element": acting.element,
        "item": acting.item,
        "outcome": acting.outcome,
        "on_day": acting.on,
        "recorded_at": acting.now,
        "by_user": acting.by,
        "for_user": acting.for_user,
        "confirmed_by": confirmed_by,
        "confirmed_for": confirmed_for,
        "confirmation": "paper" if acting.before_system else confirmation,
        "on_behalf_of": acting.on_behalf_of,
        "organisation_id": acting.organisation_id,
        "edition": acting.edition.name,
        "number": acting.number,
        "before_system": acting.before_system,
        "late": acting.late,
        "stage": acting.case.stage,
    }
    acting.act_id = acting.tx.insert(act, row)
    keep_texts(acting, {name: acting.answers.get(name) for name in SEALED})
    acting.facts |= {"act": acting.act_id} | standing_in(acting.for_user)
    return acting.act_id


def standing_in(for_user: int | None) -> dict[str, int]:
    """What the journal says of a deputy beside who acted: for whom."""
    return {} if for_user is None else {"for_user": for_user}


def keep_texts(acting: Acting, texts: Mapping[str, Any], of: str = "act", number: int | None = None) -> None:
    """Seal free texts under the student's key; the field's name says of which row: `act.12.reason`."""
    prefix = f"{of}.{acting.act_id if number is None else number}."
    fields = {prefix + name: str(value) for name, value in texts.items() if value}
    if fields:
        write_personal(acting.tx, "student", acting.student_id, fields)
