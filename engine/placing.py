"""Who answers for an open task: the one place that writes `task.organisation_id`.

It is a projection of lane, custodian, item and day through the domain's resolver; a test compares the two for
every open task. Who had it in hand and what was agreed about it stay with the organisation that it leaves.
"""

from datetime import date

from sqlalchemy import bindparam, select, update

from engine.records import task
from engine.rows import TASK_COLUMNS, CaseRow, TaskRow, open_task_of
from engine.transactions import Transaction

_OPEN = select(*TASK_COLUMNS).where(task.c.case_id == bindparam("of_case")).order_by(task.c.id)
_MOVE = (
    update(task)
    .where(task.c.id == bindparam("of_task"))
    .values(organisation_id=bindparam("to_place"), assignee_id=None, follow_up_on=None)
)


def place_of_task(tx: Transaction, case: CaseRow, lane: str, item: int | None, on: date) -> int | None:
    """The organisation that answers for a task of this lane on this day; None where nobody does."""
    return tx.registry.place(tx, case, lane, item, on)


def open_tasks(tx: Transaction, case_id: int) -> list[TaskRow]:
    """The open tasks of a case in the order in which they were opened."""
    asked = {"of_case": case_id}
    return list(
        tx.once(
            ("open tasks", case_id), lambda: [open_task_of(row) for row in tx.execute(_OPEN, asked)], task
        )
    )


def place_case(tx: Transaction, case: CaseRow, on: date) -> list[TaskRow]:
    """Places every open task of a case anew; gives those that moved, as they were."""
    moved = []
    changes = []
    for row in open_tasks(tx, case.id):
        place = place_of_task(tx, case, row.lane, row.item, on)
        if place != row.organisation_id:
            moved.append(row)
            changes.append({"of_task": row.id, "to_place": place})
    if changes:
        tx.execute(_MOVE, changes)
    return moved
