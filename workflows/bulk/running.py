"""A batch on its way: filled in, tried line by line, started, done line by line, done again where it failed.

Each line is tried and done in a short transaction of its own, so a killed process loses nothing, no line is
done twice, and nobody waits long for the one write lock of SQLite. Pages and the worker call `advance` alike.
"""

import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select, update

from engine.errors import Conflict, Failure, ModelError, Text, Unavailable
from engine.time import day_of
from engine.transactions import Store, Transaction
from workflows.admission.steps import STEPS
from workflows.bulk import answers as typed_answers
from workflows.bulk.answers import Typed, merged, refuse_wrong
from workflows.bulk.choosing import Group, create
from workflows.bulk.doing import attempt, broken, counted_on, why_of
from workflows.bulk.places import Places, places_of
from workflows.bulk.queries import find_batch
from workflows.bulk.records import (
    BARRED,
    CHECKED,
    CHECKING,
    DONE,
    DRAFT,
    FAILED,
    FINE,
    KEPT,
    READY,
    REFUSED,
    RUNNING,
    STOPPED,
    WAITING,
    batch,
    batch_line,
)
from workflows.bulk.table import CONFIRM, EACH, ONE
from workflows.documents.registers import next_number

WORKER_SECONDS = 3.0
IDLE = timedelta(seconds=15)  # a page that is open touches its batch every second or two
KEEP_TYPED = timedelta(days=7)  # after the end, to correct and send again what was refused
KEEP_DRAFT = timedelta(days=2)
log = logging.getLogger(__name__)

SENT_ELSEWHERE = Text("Danh sách này vừa được sửa ở một trang khác. Hãy xem lại rồi xác nhận.")
STARTED = Text("Danh sách này đã bắt đầu ghi nên không sửa biểu được nữa. Hãy xem kết quả từng dòng.")
NOTHING = Text("Không có dòng nào làm được nên chưa ghi gì. Hãy sửa lại biểu, hoặc chọn người khác.")


# --- what the maker says


def refuse_form(tx: Transaction, batch_id: int, typed: Typed, *, now: datetime) -> None:
    """Raises InvalidAnswers for what the form alone shows to be wrong, before anything is tried."""
    found, lines = find_batch(tx, batch_id), _students(tx, batch_id)
    refuse_wrong(found.element, typed, lines, _places(tx, found, lines, now))


def fill_in(tx: Transaction, batch_id: int, typed: Typed, *, now: datetime) -> None:
    """Keep what was typed; every line is tried anew. Conflict where the work has begun."""
    found = _hold(tx, batch_id)
    if found.state not in (DRAFT, CHECKING, CHECKED):
        raise Conflict(STARTED)
    typed_answers.keep(tx, batch_id, typed)
    _set(tx, batch_id, state=CHECKING, revision=found.revision + 1, touched_at=now)
    ours = update(batch_line).where(batch_line.c.batch_id == batch_id)
    tx.execute(ours.values(state=WAITING, result=None, why=None))


def start(tx: Transaction, batch_id: int, revision: int | None, *, now: datetime) -> None:
    """Confirmed: what the trial found possible is to be done. Sent twice, it starts once."""
    found = _hold(tx, batch_id)
    if found.state in (RUNNING, DONE):
        return
    if found.state != CHECKED or found.revision != revision:
        raise Conflict(SENT_ELSEWHERE)
    if not _move(tx, batch_id, FINE, READY):
        raise Conflict(NOTHING)
    _move(tx, batch_id, BARRED, REFUSED)
    _set(tx, batch_id, state=RUNNING, touched_at=now, number=_number_for_all(tx, found, now))


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
    found = _hold(tx, batch_id)
    if found.state == DONE and _move(tx, batch_id, FAILED, READY):
        _set(tx, batch_id, state=RUNNING, finished_at=None, touched_at=now)


def stop(tx: Transaction, batch_id: int, *, now: datetime) -> None:
    """What is done stays done; what waits is left."""
    found = _hold(tx, batch_id)
    if found.state == RUNNING:
        _move(tx, batch_id, READY, STOPPED)
        _set(tx, batch_id, state=DONE, finished_at=now, touched_at=now)


def correct(tx: Transaction, batch_id: int, *, now: datetime) -> int:
    """A new batch of the lines that were not done, with what was typed for them; gives its number."""
    found = _hold(tx, batch_id)
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


# --- what is done, by whoever has the time


def advance(store: Store, batch_id: int, *, now: datetime, seconds: float) -> None:
    """Try or do lines for so many seconds, at least one; the next call goes on where this one ended."""
    until = time.monotonic() + seconds
    with store.transaction(now=now) as tx:
        found = find_batch(tx, batch_id)
        if found.state not in (CHECKING, RUNNING):
            return
        _set(tx, batch_id, touched_at=now)
        typed = typed_answers.read(tx, batch_id, by=found.by, now=now)
        places = _places(tx, found, _students(tx, batch_id), now)
    step = _try_lines if found.state == CHECKING else _do_lines
    step(store, found, typed, places, now, until)


def _try_lines(store: Store, found: Any, typed: Typed, places: Places, now: datetime, until: float) -> None:
    with store.transaction(writing=False) as tx:
        query = select(batch_line).where(batch_line.c.batch_id == found.id, batch_line.c.state == WAITING)
        waiting = list(tx.execute(query.order_by(batch_line.c.rank)))
    tried: list[dict[str, Any]] = []
    for line in waiting:
        try:
            tried.append({"of_line": line.id, **_tried(store, found, line, typed, places, now)})
        except Unavailable:  # somebody writes for long: the next call goes on
            break
        if time.monotonic() > until:
            break
    with store.transaction(now=now) as tx:
        _keep_trials(tx, found, tried, typed, now)


class _OnlyTried(Exception):
    """Carries the result out of a transaction that is to be undone."""

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result


def _tried(
    store: Store, found: Any, line: Any, typed: Typed, places: Places, now: datetime
) -> dict[str, Any]:
    """The line done in full by the real verbs, and undone."""
    try:
        with store.transaction(now=now) as tx:
            wanted = merged(found.element, typed, line.id, line.student_id, places)
            raise _OnlyTried(attempt(tx, found, line, wanted, now=now))
    except _OnlyTried as done:
        return {"to_state": FINE, "to_result": done.result, "to_why": None}
    except Unavailable:
        raise
    except Failure as failure:
        return {"to_state": BARRED, "to_result": None, "to_why": why_of(failure)}
    except Exception:
        log.exception("batch %s, line %s", found.id, line.id)
        return {"to_state": BARRED, "to_result": None, "to_why": broken()}


def _keep_trials(
    tx: Transaction, found: Any, tried: list[dict[str, Any]], typed: Typed, now: datetime
) -> None:
    present = _hold(tx, found.id)
    if present.state != CHECKING or present.revision != found.revision:
        return  # the form was sent anew meanwhile: these trials are of the old one
    for one in tried:
        values = {name.removeprefix("to_"): value for name, value in one.items() if name.startswith("to_")}
        ours = (batch_line.c.id == one["of_line"], batch_line.c.state == WAITING)
        tx.execute(update(batch_line).where(*ours).values(values))
    left = select(exists().where(batch_line.c.batch_id == found.id, batch_line.c.state == WAITING))
    if not tx.execute(left).scalar():
        _expect_numbers(tx, found.id, typed)
        _set(tx, found.id, state=CHECKED, touched_at=now)


def _expect_numbers(tx: Transaction, batch_id: int, typed: Typed) -> None:
    """Each trial was undone, so each got the same next number: counted up here for the preview."""
    if typed.shared.get("numbering") != EACH:
        return
    query = select(batch_line).where(batch_line.c.batch_id == batch_id, batch_line.c.state == FINE)
    taken = 0
    for line in tx.execute(query.order_by(batch_line.c.rank)).all():
        own = str(typed.of_line(line.id).get("number", "")).strip()
        if own or not (line.result or {}).get("number"):
            continue
        result = {**line.result, "number": counted_on(line.result["number"], taken), "expected": True}
        tx.execute(update(batch_line).where(batch_line.c.id == line.id).values(result=result))
        taken += 1


def _do_lines(store: Store, found: Any, typed: Typed, places: Places, now: datetime, until: float) -> None:
    try:
        while _do_next(store, found, typed, places, now) and time.monotonic() <= until:
            pass
    except Unavailable:  # the lines wait; the next call goes on
        return
    with store.transaction(now=now) as tx:
        _finish(tx, found.id, now)


def _do_next(store: Store, found: Any, typed: Typed, places: Places, now: datetime) -> bool:
    """Claim a line and do it, in one transaction; False where none is to be had."""
    line: Any = None
    try:
        with store.transaction(now=now) as tx:
            line = _claim(tx, found.id)
            if line is None:
                return False
            wanted = merged(found.element, typed, line.id, line.student_id, places, found.number)
            result = attempt(tx, found, line, wanted, now=now)
            values = {"state": KEPT, "result": result, "why": None, "done_at": now}
            values["case_id"] = line.case_id or result.get("case")
            tx.execute(update(batch_line).where(batch_line.c.id == line.id).values(values))
    except Unavailable:
        raise
    except Failure as failure:
        _mark(store, line, FAILED if isinstance(failure, ModelError) else REFUSED, why_of(failure), now)
    except Exception:
        log.exception("batch %s, line %s", found.id, line.id if line else None)
        _mark(store, line, FAILED, broken(), now)
    return True


def _claim(tx: Transaction, batch_id: int) -> Any:
    """The next line that nobody else is doing; held until the transaction ends."""
    running = select(batch.c.id).where(batch.c.id == batch_id, batch.c.state == RUNNING)
    query = (
        select(batch_line)
        .where(batch_line.c.batch_id.in_(running), batch_line.c.state == READY)
        .order_by(batch_line.c.rank)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return tx.execute(query).first()


def _mark(store: Store, line: Any, state: str, why: dict[str, Any], now: datetime) -> None:
    """What became of a line that was undone; one that somebody else did meanwhile stays done."""
    if line is None:
        raise Conflict
    ours = (batch_line.c.id == line.id, batch_line.c.state == READY)
    with store.transaction(now=now) as tx:
        tx.execute(update(batch_line).where(*ours).values(state=state, why=why, result=None, done_at=now))


def _finish(tx: Transaction, batch_id: int, now: datetime) -> None:
    left = exists().where(batch_line.c.batch_id == batch_id, batch_line.c.state == READY)
    ended = update(batch).where(batch.c.id == batch_id, batch.c.state == RUNNING, ~left)
    tx.execute(ended.values(state=DONE, finished_at=now, touched_at=now))


# --- what the worker does


def continue_resting(store: Store, now: datetime) -> int:
    """Batches whose page was closed go on, in the name and with the rights of who made them."""
    resting = select(batch.c.id).where(
        batch.c.state.in_((CHECKING, RUNNING)), batch.c.touched_at < now - IDLE
    )
    with store.transaction(writing=False) as tx:
        numbers = list(tx.execute(resting.order_by(batch.c.touched_at)).scalars())
    for number in numbers:
        try:
            advance(store, number, now=now, seconds=WORKER_SECONDS)
        except (Conflict, Unavailable):  # one busy batch never stops the others
            continue
    return len(numbers)


def forget_old(store: Store, now: datetime) -> int:
    """What was typed is erased some days after the end; forms that were never confirmed go altogether."""
    with store.transaction(now=now) as tx:
        ended = select(batch.c.id).where(batch.c.erased_at.is_(None), batch.c.finished_at < now - KEEP_TYPED)
        for number in list(tx.execute(ended).scalars()):
            typed_answers.erase(tx, number, now=now)
            _set(tx, number, erased_at=now)
        old = batch.c.state.in_((DRAFT, CHECKING, CHECKED)) & (batch.c.touched_at < now - KEEP_DRAFT)
        numbers = list(tx.execute(select(batch.c.id).where(old)).scalars())
        for number in numbers:
            typed_answers.erase(tx, number, now=now)
        tx.execute(delete(batch_line).where(batch_line.c.batch_id.in_(numbers)))
        tx.execute(delete(batch).where(batch.c.id.in_(numbers)))
    return len(numbers)


# --- rows


def _hold(tx: Transaction, batch_id: int) -> Any:
    tx.execute(select(batch.c.id).where(batch.c.id == batch_id).with_for_update())
    return find_batch(tx, batch_id)


def _set(tx: Transaction, batch_id: int, **values: Any) -> None:
    tx.execute(update(batch).where(batch.c.id == batch_id).values(values))


def _move(tx: Transaction, batch_id: int, before: str, after: str) -> int:
    ours = (batch_line.c.batch_id == batch_id, batch_line.c.state == before)
    return int(tx.execute(update(batch_line).where(*ours).values(state=after)).rowcount)


def _students(tx: Transaction, batch_id: int) -> dict[int, int]:
    query = select(batch_line.c.id, batch_line.c.student_id).where(batch_line.c.batch_id == batch_id)
    return {row.id: row.student_id for row in tx.execute(query)}


def _places(tx: Transaction, found: Any, lines: Mapping[int, int], now: datetime) -> Places:
    return places_of(tx, found.element, set(lines.values()), day_of(now))
