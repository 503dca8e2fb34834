"""Papers that the person writes: said to be written here, recorded by the cell when it holds them.

The signed paper is the act. What the person says moves nothing; it spares the cell from asking.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from engine import outbox
from engine.errors import InvalidAnswers, NotFound, Text
from engine.records import case, task
from engine.secrets import reveal
from engine.time import day_of
from engine.transactions import Transaction
from workflows.admission import supplements
from workflows.own_file.records import handed_in
from workflows.own_file.words import PAPERS
from workflows.people.identity import KIND
from workflows.people.records import student

LANE = "candidate"
OWN_READING = "Người có tên tự xem"


def asked_of(tx: Transaction, student_id: int) -> list[Any]:
    """Open tasks that are the person's own, with what was said of them."""
    query = (
        select(task.c.id, task.c.element, task.c.due_on, handed_in.c.on_day, handed_in.c.at)
        .join(case, case.c.id == task.c.case_id)
        .outerjoin(handed_in, handed_in.c.task_id == task.c.id)
        .where(case.c.subject_id == student_id, task.c.lane == LANE)
        .order_by(task.c.id)
    )
    return list(tx.execute(query))


def hand_in(tx: Transaction, task_id: int, *, on: date, by: int, now: datetime) -> None:
    """Written on that day and handed in; said twice, it counts once. Raises InvalidAnswers, NotFound."""
    found = tx.execute(select(task).where(task.c.id == task_id, task.c.lane == LANE)).first()
    if found is None or found.element not in PAPERS:
        raise NotFound
    if on > day_of(now):
        raise InvalidAnswers({"on": [Text("Ngày {day} ở tương lai.", day=f"{on:%d/%m/%Y}")]})
    row = {"task_id": task_id, "case_id": found.case_id, "element": found.element}
    made = tx.insert_unless_there(handed_in, row | {"on_day": on, "by": by, "at": now})
    if made is not None and found.organisation_id is not None:
        outbox.tell(
            tx,
            f"handed_in:{task_id}",
            "handed_in",
            to_organisation=found.organisation_id,
            case_id=found.case_id,
            facts={"task": task_id, "element": found.element},
            now=now,
        )


def waiting(tx: Transaction, organisation_ids: Sequence[int]) -> list[Any]:
    """Papers said to be handed in, whose task these organisations still have to record."""
    names = ("family_name", "middle_name", "given_name", "class_name", "course")
    query = (
        select(handed_in, *(student.c[name] for name in names))
        .join(task, task.c.id == handed_in.c.task_id)
        .join(case, case.c.id == task.c.case_id)
        .join(student, student.c.id == case.c.subject_id)
        .where(or_(task.c.organisation_id.in_(organisation_ids), case.c.custodian_id.in_(organisation_ids)))
        .order_by(handed_in.c.id)
    )
    return list(tx.execute(query.limit(200)))


def wanted(tx: Transaction, case_id: int, student_id: int, *, by: int, now: datetime) -> list[str]:
    """What the cell said is missing, in its words; the reading is logged like every other."""
    fields = [f"item.{row.id}.wanted" for row in supplements.wanted(tx, case_id)]
    if not fields:
        return []
    found = reveal(tx, KIND, student_id, fields, by=by, purpose=OWN_READING, now=now)
    return [found[field] for field in fields if field in found]
