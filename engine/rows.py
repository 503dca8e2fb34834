"""Cases and tasks as plain values: what verbs, services and pages get to see of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.records import case, task


@dataclass(frozen=True)
class CaseRow:
    """A case at one moment. `words` are the engine's data; `stage` is None before a stage and when closed."""

    id: int
    kind: str
    subject_id: int
    custodian_id: int
    parent_id: int | None
    stage: str | None
    opened_on: date
    closed_on: date | None
    closed_as: str | None
    version: int
    words: dict[str, Any]


@dataclass(frozen=True)
class TaskRow:
    """An open task as the inbox shows it. `id` is never given to another task."""

    id: int
    case_id: int
    engine_id: int
    process: str
    element: str
    item: int | None
    lane: str
    organisation_id: int | None
    assignee_id: int | None
    opened_on: date
    opened_at: datetime
    due_on: date | None


@dataclass(frozen=True)
class Done:
    """What completing a task came to; `repeated` where this is the answer given the first time."""

    case: CaseRow
    closed_task: TaskRow
    opened: list[TaskRow]
    repeated: bool = False
    seq: int = 0  # the journal entry


def case_of(row: Any) -> CaseRow:
    """The case in a row selected by CASE_COLUMNS."""
    return CaseRow(*row)


def open_task_of(row: Any) -> TaskRow:
    """The task in a row selected by TASK_COLUMNS."""
    return TaskRow(*row)


CASE_COLUMNS = tuple(case.c[name] for name in CaseRow.__dataclass_fields__)
TASK_COLUMNS = tuple(task.c[name] for name in TaskRow.__dataclass_fields__)


def plain_task(row: TaskRow) -> dict[str, Any]:
    """A task as JSON can keep it."""
    return vars(row) | {
        "opened_on": row.opened_on.isoformat(),
        "opened_at": row.opened_at.isoformat(),
        "due_on": row.due_on.isoformat() if row.due_on else None,
    }


def task_of(plain: Mapping[str, Any]) -> TaskRow:
    """The task that `plain_task` wrote."""
    due_on = plain["due_on"]
    return TaskRow(
        **{
            **plain,
            "opened_on": date.fromisoformat(plain["opened_on"]),
            "opened_at": datetime.fromisoformat(plain["opened_at"]),
            "due_on": date.fromisoformat(due_on) if due_on else None,
        }
    )
