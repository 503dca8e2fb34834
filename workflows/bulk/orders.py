"""What the maker of a batch says: the form, the start, once more, no further, the rest anew."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from engine.errors import Conflict, Text
from engine.transactions import Transaction
from workflows.admission.steps import STEPS
from workflows.bulk import answers as typed_answers
from workflows.bulk.answers import Typed, refuse_wrong
from workflows.bulk.choosing import Group, create
from workflows.bulk.queries import find_batch
from workflows.bulk.records import (
    BARRED,
    CHECKED,
    CHECKING,
    DONE,
    DRAFT,
    FAILED,
    FINE,
    READY,
    REFUSED,
    RUNNING,
    STOPPED,
    WAITING,
    batch_line,
)
from workflows.bulk.rows import hold, move, places_for, put, students_of
from workflows.bulk.table import CONFIRM, ONE
from workflows.documents.registers import next_number

SENT_ELSEWHERE = Text("Danh sách này vừa được sửa ở một trang khác. Hãy xem lại rồi xác nhận.")
STARTED = Text("Danh sách này đã bắt đầu ghi nên không sửa biểu được nữa. Hãy xem kết quả từng dòng.")
NOTHING = Text("Không có dòng nào làm được nên chưa ghi gì. Hãy sửa lại biểu, hoặc chọn người khác.")


def refuse_form(tx: Transaction, batch_id: int, typed: Typed, *, now: datetime) -> None:
    """Raises InvalidAnswers for what the form alone shows to be wrong, before anything is tried."""
    found, lines = find_batch(tx, batch_id), students_of(tx, batch_id)
    refuse_wrong(found.element, typed, lines, places_for(tx, found, lines, now))


def fill_in(tx: Transaction, batch_id: int, typed: Typed, *, now: datetime) -> None:
    """Keep what was typed; every line is tried anew. Conflict where the work has begun."""
    found = hold(tx, batch_id)
    if found.state not in (DRAFT, CHECKING, CHECKED):
        raise Conflict(STARTED)
    typed_answers.keep(tx, batch_id, typed)
    put(tx, batch_id, state=CHECKING, revision=found.revision + 1, touched_at=now)
    ours = update(batch_line).where(batch_line.c.batch_id == batch_id)
    tx.execute(ours.values(state=WAITING, result=None, why=None))


def start(tx: Transaction, batch_id: int, revision: int | None, *, now: datetime) -> None:
    """Confirmed: what the trial found possible is to be done. Sent twice, it starts once."""
    found = hold(tx, batch_id)
    if found.state in (RUNNING, DONE):
        return
    if found.state != CHECKED or found.revision != revision:
        raise Conflict(SENT_ELSEWHERE)
    if not move(tx, batch_id, FINE, READY):
        raise Conflict(NOTHING)
    move(tx, batch_id, BARRED, REFUSED)
    put(tx, batch_id, state=RUNNING, touched_at=now, number=_number_for_all(tx, found, now))


def _number_for_all(tx: Transaction, found: Any, now: datetime) -> str | None:
    """The one number for the paper of all, taken now: two who do lines at once bear the same."""
    if found.kind == CONFIRM or found.element is None or found.organisation_id is None:
        return None
    shared = typed_answers.read(tx, found.id, by=found.by, now=now).shared
    kind = STEPS[found.element].paper(_outcome(found.element, shared))
    if shared.get("numbering") != ONE or kind is None:
        return None
    on = typed_answers.form_of(found.element)().fields["on"].deserialize(shared["on"])
    return next_number(tx, found.organisation_id, None, kind, on=on, by=found.by, now=now).text


def _outcome(element: str, shared: Mapping[str, Any]) -> str | None:
    word = shared.get("outcome") or typed_answers.form_of(element)().fields["outcome"].load_default
    return word if isinstance(word, str) else None


def retry(tx: Transaction, batch_id: int, *, now: datetime) -> None:
    """What failed for no reason of the law or the form is done again."""
    found = hold(tx, batch_id)
    if found.state == DONE and move(tx, batch_id, FAILED, READY):
        put(tx, batch_id, state=RUNNING, finished_at=None, touched_at=now)


def stop(tx: Transaction, batch_id: int, *, now: datetime) -> None:
    """What is done stays done; what waits is left."""
    found = hold(tx, batch_id)
    if found.state == RUNNING:
        move(tx, batch_id, READY, STOPPED)
        put(tx, batch_id, state=DONE, finished_at=now, touched_at=now)


def correct(tx: Transaction, batch_id: int, *, now: datetime) -> int:
    """A new batch of the lines that were not done, with what was typed for them; gives its number."""
    found = hold(tx, batch_id)
    left = batch_line.c.state.in_((REFUSED, FAILED, STOPPED))
    query = select(batch_line).where(batch_line.c.batch_id == batch_id, left).order_by(batch_line.c.rank)
    rows = list(tx.execute(query))
    if found.state != DONE or not rows:
        raise Conflict(NOTHING)
    group = Group(found.kind, found.element, found.organisation_id)
    number = create(tx, group, rows, by=found.by, now=now)
    before = typed_answers.read(tx, batch_id, by=found.by, now=now)
    new = select(batch_line.c.id).where(batch_line.c.batch_id == number).order_by(batch_line.c.rank)
    pairs = zip(tx.execute(new).scalars(), rows, strict=True)
    own = {str(line_id): before.of_line(row.id) for line_id, row in pairs if before.of_line(row.id)}
    if before.shared:
        typed_answers.keep(tx, number, Typed(before.shared, own))
    return number
