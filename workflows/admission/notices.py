"""Who is told that something waits for them: "you have a task", never what is in it."""

from collections.abc import Iterable
from datetime import datetime

from engine.outbox import message, tell, tell_all
from engine.rows import TaskRow
from engine.transactions import Transaction
from workflows.admission.steps import STEPS


def tell_opened(tx: Transaction, tasks: Iterable[TaskRow], *, now: datetime) -> int:
    """One notice a task to the organisation that owes it; told once, however often asked."""
    messages = [
        message(
            f"task:{task.id}",
            STEPS[task.element].notice,
            to_organisation=task.organisation_id,
            case_id=task.case_id,
            facts={"task": task.id, "element": task.element},
            now=now,
        )
        for task in tasks
        if task.element in STEPS and task.organisation_id is not None
    ]
    return tell_all(tx, messages)


def tell_confirmation(tx: Transaction, task: TaskRow, vote_id: int, *, now: datetime) -> bool:
    """A vote waits for a second person."""
    return task.organisation_id is not None and tell(
        tx,
        f"vote:{vote_id}",
        "confirm",
        to_organisation=task.organisation_id,
        case_id=task.case_id,
        facts={"task": task.id, "element": task.element, "vote": vote_id},
        now=now,
    )
