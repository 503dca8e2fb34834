"""A batch on its way: its lines tried, then done, by whoever has the time.

Some lines are tried and done in a short transaction together (`together.py`), so a killed process loses
nothing, no line is done twice, and nobody waits long. Pages and the worker call `advance` alike.
"""

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, select, update

from engine.errors import Conflict, Unavailable
from engine.incidents import trace_of
from engine.jobs import Done
from engine.sweeping import keep_broken, told_to_end
from engine.transactions import Store, Transaction
from engine.turns import Turn
from workflows.bulk import answers as typed_answers
from workflows.bulk.answers import Typed, merged
from workflows.bulk.doing import attempt, counted_on
from workflows.bulk.queries import find_batch
from workflows.bulk.records import (
    CHECKED,
    CHECKING,
    DONE,
    DRAFT,
    FINE,
    READY,
    RUNNING,
    WAITING,
    batch,
    batch_line,
)
from workflows.bulk.rows import hold, places_for, put, students_of
from workflows.bulk.table import EACH
from workflows.bulk.together import TRIAL, WORK, do_together, is_left

WORKER_SECONDS = 60.0  # then the worker looks at its other jobs
AT_A_TIME = 3.0  # seconds between signs of life of a batch that the worker has
IDLE = timedelta(seconds=15)  # a page that is open touches its batch every second or two
KEEP_TYPED = timedelta(days=7)  # after the end, to correct and send again what was refused
KEEP_DRAFT = timedelta(days=2)
JOB = "bulk"
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
    manner = TRIAL if found.state == CHECKING else WORK

    def do(part: Transaction, line: Any) -> dict[str, Any]:
        number = found.number if manner is WORK else None
        wanted = merged(found.element, typed, line.id, line.student_id, places, number)
        return attempt(part, found, line, wanted, now=now)

    turn = Turn(store)
    try:
        while do_together(store, found, manner, do, now=now, until=until) and time.monotonic() <= until:
            turn.rest()
    except (Conflict, Unavailable):  # somebody writes for long, or was first: the next call goes on
        return
    with store.transaction(now=now) as tx:
        (_tried if manner is TRIAL else _finish)(tx, found, typed, now)


def _tried(tx: Transaction, found: Any, typed: Typed, now: datetime) -> None:
    """The preview stands once every line was tried, unless the form was sent anew meanwhile."""
    present = hold(tx, found.id)
    same = present.state == CHECKING and present.revision == found.revision
    if same and not is_left(tx, found.id, WAITING):
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


def _finish(tx: Transaction, found: Any, _typed: Typed, now: datetime) -> None:
    left = exists().where(batch_line.c.batch_id == found.id, batch_line.c.state == READY)
    ended = update(batch).where(batch.c.id == found.id, batch.c.state == RUNNING, ~left)
    tx.execute(ended.values(state=DONE, finished_at=now, touched_at=now))


# --- what the worker does


def continue_resting(store: Store, now: datetime) -> Done:
    """Batches whose page was closed go on, in the name and with the rights of who made them; each by one
    worker process at a time."""
    began, taken, failed = time.monotonic(), set[int](), 0
    while not told_to_end() and time.monotonic() - began < WORKER_SECONDS:
        moment = now + timedelta(seconds=time.monotonic() - began)
        number = _take_resting(store, moment, taken)
        if number is None:
            break
        taken.add(number)
        try:
            _carry_on(store, number, moment)
        except Exception as error:  # a broken one never stops the others
            log.error("batch %s: %s", number, trace_of(error))
            keep_broken(store, JOB, number, error, now)
            failed += 1
    return Done(len(taken) - failed, failed)


def _take_resting(store: Store, now: datetime, taken: set[int]) -> int | None:
    """The batch that has rested longest, touched so that no other worker takes it as well."""
    resting = select(batch.c.id).where(
        batch.c.state.in_((CHECKING, RUNNING)), batch.c.touched_at < now - IDLE, batch.c.id.not_in(taken)
    )
    with store.transaction() as tx:
        oldest = resting.order_by(batch.c.touched_at, batch.c.id).limit(1)
        number: int | None = tx.execute(oldest.with_for_update(skip_locked=True)).scalar()
        if number is not None:
            put(tx, number, touched_at=now)
    return number


def _carry_on(store: Store, number: int, now: datetime) -> None:
    """To its end, as long as lines get done."""
    began, left = time.monotonic(), -1
    while not told_to_end():
        moment = now + timedelta(seconds=time.monotonic() - began)
        advance(store, number, now=moment, seconds=AT_A_TIME)
        with store.transaction(writing=False) as tx:
            before, left = left, _waiting(tx, number)
        if not left or left == before:
            return


def _waiting(tx: Transaction, number: int) -> int:
    """How many lines of a batch are to be tried or done."""
    ours = (batch_line.c.batch_id == number, batch_line.c.state.in_((WAITING, READY)))
    under_way = exists().where(batch.c.id == number, batch.c.state.in_((CHECKING, RUNNING)))
    query = select(func.count()).select_from(batch_line).where(*ours, under_way)
    return int(tx.execute(query).scalar_one())


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
