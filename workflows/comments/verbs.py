"""Writing a comment and taking it back; no right is asked here, the pages ask who may see the case."""

from datetime import date, datetime

from sqlalchemy import select, update

from engine import journal
from engine.errors import Conflict, InvalidAnswers, NotAllowed, NotFound, Text
from engine.records import case, task
from engine.secrets import write_personal
from engine.time import day_of
from engine.transactions import Transaction
from workflows.comments.queries import STUDENT, field_of
from workflows.comments.records import comment

LONGEST = 4000


def add(
    tx: Transaction,
    case_id: int,
    text: str,
    *,
    task_id: int | None,
    by: int,
    now: datetime,
    organisation_id: int | None = None,
    request_key: str | None = None,
) -> int:
    """Keep a comment; the same request twice keeps it once. Returns its number.

    Raises NotFound (no such case, or a task of another), InvalidAnswers (empty, too long).
    """
    words = text.strip()
    if not words:
        raise InvalidAnswers({"text": [Text("Hãy ghi ý kiến trước khi gửi.")]})
    if len(words) > LONGEST:
        raise InvalidAnswers(
            {"text": [Text("Dài quá {longest} chữ cái. Hãy viết gọn hơn.", longest=LONGEST)]}
        )
    student_id = tx.execute(select(case.c.subject_id).where(case.c.id == case_id)).scalar()
    if student_id is None:
        raise NotFound
    row = {
        "case_id": case_id,
        "task_id": task_id,
        "element": _element(tx, case_id, task_id),
        "organisation_id": organisation_id,
        "by": by,
        "at": now,
        "request_key": request_key,
    }
    number = tx.insert_unless_there(comment, row)
    if number is None:
        again = select(comment.c.id).where(comment.c.by == by, comment.c.request_key == request_key)
        return int(tx.execute(again).scalar_one())
    write_personal(tx, STUDENT, int(student_id), {field_of(number): words})
    _tell(tx, case_id, "comment", number, on=day_of(now), by=by, now=now)
    return number


def withdraw(tx: Transaction, comment_id: int, *, by: int, now: datetime) -> None:
    """Mark one's own comment as taken back; its words stay. NotAllowed for somebody else's."""
    row = tx.execute(select(comment).where(comment.c.id == comment_id)).one_or_none()
    if row is None:
        raise NotFound
    if row.by != by:
        raise NotAllowed(Text("Chỉ người viết mới rút lại được ý kiến của mình."))
    mine = update(comment).where(comment.c.id == comment_id, comment.c.withdrawn_at.is_(None))
    if not tx.execute(mine.values(withdrawn_at=now)).rowcount:
        raise Conflict(Text("Ý kiến này đã được rút lại."))
    _tell(tx, row.case_id, "comment_withdrawn", comment_id, on=day_of(now), by=by, now=now)


def _element(tx: Transaction, case_id: int, task_id: int | None) -> str | None:
    if task_id is None:
        return None
    found: str | None = tx.execute(
        select(task.c.element).where(task.c.id == task_id, task.c.case_id == case_id)
    ).scalar()
    if found is None:
        raise NotFound(Text("Việc này đã xong. Hãy ghi ý kiến ở trang hồ sơ."))
    return found


def _tell(tx: Transaction, case_id: int, kind: str, number: int, *, on: date, by: int, now: datetime) -> None:
    """The journal says that there was a comment, and never what it said."""
    journal.append(tx, case_id, kind, on=on, by=by, now=now, facts={"comment": number})
