"""A batch on its way: its lines tried one by one, then done one by one, by whoever has the time.

Each line is tried and done in a short transaction of its own, so a killed process loses nothing, no line is
done twice, and nobody waits long for the one write lock of SQLite. Pages and the worker call `advance` alike.
"""

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select, update

from engine.errors import Conflict, Failure, ModelError, Unavailable
from engine.incidents import trace_of
from engine.transactions import Store, Transaction
from engine.turns import Turn
from workflows.access.relations import UNSEEN
from workflows.bulk import answers as typed_answers
from workflows.bulk.answers import Typed, merged
from workflows.bulk.doing import attempt, broken, counted_on, why_of
from workflows.bulk.places import Places
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
    WAITING,
    batch,
    batch_line,
)
from workflows.bulk.rows import hold, places_for, put, students_of
from workflows.bulk.table import EACH

WORKER_SECONDS = 3.0
IDLE = timedelta(seconds=15)  # a page that is open touches its batch every second or two
KEEP_TYPED = timedelta(days=7)  # after the end, to correct and send again what was refused
KEEP_DRAFT = timedelta(days=2)
log = logging.getLogger(__name__)


def advance(store: Store, batch_id: int, *, now: datetime, seconds: float) -> None:
    """Try or do lines for so many seconds, at least one; the next call goes on where this one ended."""
    until = time.monotonic() + seconds
    with store.transaction(now=now) as tx:
        found = find_batch(tx, batch_id)
        if found.state not in (CHECKING, RUNNING):
            return
        put(tx, batch_id, touched_at=now)
        typed = typed_answers.read(tx, batch_id, by=found.by, now=now)
        places = places_for(tx, found, students_of(tx, batch_id), now)
    step = _try_lines if found.state == CHECKING else _do_lines
    step(store, found, typed, places, now, until)


def _try_lines(store: Store, found: Any, typed: Typed, places: Places, now: datetime, until: float) -> None:
    with store.transaction(writing=False) as tx:
        query = select(batch_line).where(batch_line.c.batch_id == found.id, batch_line.c.state == WAITING)
        waiting = list(tx.execute(query.order_by(batch_line.c.rank)))
    tried: list[dict[str, Any]] = []
    turn = Turn(store)
    for line in waiting:
        try:
            tried.append({"of_line": line.id, **_tried(store, found, line, typed, places, now)})
        except Unavailable:  # somebody writes for long: the next call goes on
            break
        turn.rest()
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
    except Exception as error:
        log.error("batch %s, line %s: %s", found.id, line.id, trace_of(error))
        return {"to_state": BARRED, "to_result": None, "to_why": broken()}


def _keep_trials(
    tx: Transaction, found: Any, tried: list[dict[str, Any]], typed: Typed, now: datetime
) -> None:
    present = hold(tx, found.id)
    if present.state != CHECKING or present.revision != found.revision:
        return  # the form was sent anew meanwhile: these trials are of the old one
    for one in tried:
        values = {name.removeprefix("to_"): value for name, value in one.items() if name.startswith("to_")}
        ours = (batch_line.c.id == one["of_line"], batch_line.c.state == WAITING)
        tx.execute(update(batch_line).where(*ours).values(values))
    left = select(exists().where(batch_line.c.batch_id == found.id, batch_line.c.state == WAITING))
    if not tx.execute(left).scalar():
        _expect_numbers(tx, found.id, typed)
        put(tx, found.id, state=CHECKED, touched_at=now)


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
    turn = Turn(store)
    try:
        while _do_next(store, found, typed, places, now) and time.monotonic() <= until:
            turn.rest()
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
            _keep_done(tx, line, result, now)
    except Unavailable:
        raise
    except Failure as failure:
        _mark(store, line, FAILED if isinstance(failure, ModelError) else REFUSED, why_of(failure), now)
    except Exception as error:
        log.error("batch %s, line %s: %s", found.id, line.id if line else None, trace_of(error))
        _mark(store, line, FAILED, broken(), now)
    return True


def _keep_done(tx: Transaction, line: Any, result: dict[str, Any], now: datetime) -> None:
    """What came of the line; of an answer that nobody lists or counts, not even that there was a line."""
    ours = batch_line.c.id == line.id
    if result.get("closed") in UNSEEN:
        tx.execute(delete(batch_line).where(ours))
        return
    values = {"state": KEPT, "result": result, "why": None, "done_at": now}
    values["case_id"] = line.case_id or result.get("case")
    tx.execute(update(batch_line).where(ours).values(values))


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
            put(tx, number, erased_at=now)
        old = batch.c.state.in_((DRAFT, CHECKING, CHECKED)) & (batch.c.touched_at < now - KEEP_DRAFT)
        numbers = list(tx.execute(select(batch.c.id).where(old)).scalars())
        for number in numbers:
            typed_answers.erase(tx, number, now=now)
        tx.execute(delete(batch_line).where(batch_line.c.batch_id.in_(numbers)))
        tx.execute(delete(batch).where(batch.c.id.in_(numbers)))
    return len(numbers)
