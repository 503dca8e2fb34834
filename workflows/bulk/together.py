"""Several lines of a batch in one transaction, each in a part that can be undone alone.

Whoever does lines takes them, and their cases, for the time of the transaction: on PostgreSQL what others
have is left for later (SKIP LOCKED), on SQLite the write lock is the claim. A killed process leaves the lines
as they were. The time is short: others may wait for one of these cases, or for the register of numbers.
"""

import logging
import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, exists, select, update
from sqlalchemy.sql import Select

from engine.among import among
from engine.errors import Failure, ModelError, Unavailable
from engine.incidents import open_incident, trace_of
from engine.records import case
from engine.stepping import hold_free
from engine.transactions import Store, Transaction
from engine.turns import Turn
from workflows.access.relations import UNSEEN
from workflows.bulk.doing import broken, why_of
from workflows.bulk.records import BARRED, FAILED, FINE, KEPT, READY, REFUSED, WAITING, batch, batch_line
from workflows.organisations.queries import tree_of
from workflows.rules.queries import calendar_of

TOGETHER = 20  # lines in a transaction, but
LONGEST = 0.2  # seconds of it
log = logging.getLogger(__name__)


class Manner(NamedTuple):
    """From which state lines are taken and how they end; `undone`: each is taken back once it is done."""

    before: str
    fine: str
    refused: str
    failed: str
    undone: bool


TRIAL = Manner(WAITING, FINE, BARRED, BARRED, undone=True)
WORK = Manner(READY, KEPT, REFUSED, FAILED, undone=False)
Doing = Callable[[Transaction, Any], dict[str, Any]]  # gives what came of a line, or raises why not


class _Undone(Exception):
    """Carries the result out of a part that is to be undone."""

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result


def do_together(store: Store, found: Any, manner: Manner, do: Doing, *, now: datetime, until: float) -> int:
    """Does the next lines, at least one where one is free; gives how many.

    A line that fails keeps its reason and stops no other. `found`: the batch as it was read.
    """
    end = min(until, time.monotonic() + _longest(store))
    with store.transaction(now=now) as tx:
        lines = _claim(tx, found, manner.before)
        tree_of(tx), calendar_of(tx)  # read once for all of them
        for place, line in enumerate(lines, 1):
            _one(tx, found, line, manner, do, now)
            if time.monotonic() > end:
                return place
        return len(lines)


def _longest(store: Store) -> float:
    turn = Turn(store)
    return turn.WORK if turn.one_writer else LONGEST


def _one(tx: Transaction, found: Any, line: Any, manner: Manner, do: Doing, now: datetime) -> None:
    try:
        with tx.aside() as part:
            result = do(part, line)
            if manner.undone:
                raise _Undone(result)
            _keep(part, line, manner, result, now)
    except _Undone as tried:
        _mark(tx, line, manner, manner.fine, now, result=tried.result)
    except Unavailable:
        raise
    except ModelError as error:
        broken_at, cause = error.element, error.reason
        open_incident(tx, "model", case_id=error.case_id, element=broken_at, cause=cause, now=now)
        _mark(tx, line, manner, manner.failed, now, why=why_of(error))
    except Failure as failure:
        _mark(tx, line, manner, manner.refused, now, why=why_of(failure))
    except Exception as error:
        log.error("batch %s, line %s: %s", found.id, line.id, trace_of(error))
        _mark(tx, line, manner, manner.failed, now, why=broken())


def _keep(tx: Transaction, line: Any, manner: Manner, result: dict[str, Any], now: datetime) -> None:
    """What came of the line; of an answer that nobody lists or counts, not even that there was a line."""
    if result.get("closed") in UNSEEN:
        tx.execute(delete(batch_line).where(batch_line.c.id == line.id))
        return
    case_id = line.case_id or result.get("case")
    _mark(tx, line, manner, manner.fine, now, result=result, case_id=case_id)


def _mark(
    tx: Transaction,
    line: Any,
    manner: Manner,
    state: str,
    now: datetime,
    *,
    result: dict[str, Any] | None = None,
    why: dict[str, Any] | None = None,
    case_id: int | None = None,
) -> None:
    """What became of a line; one that somebody else did meanwhile stays done."""
    values = {
        "of_line": line.id,
        "from_state": manner.before,
        "to_state": state,
        "to_result": result,
        "to_why": why,
        "to_done": None if manner.undone else now,
        "to_case": case_id or line.case_id,
    }
    tx.execute(_MARK, values)


_MARK = (
    update(batch_line)
    .where(batch_line.c.id == bindparam("of_line"), batch_line.c.state == bindparam("from_state"))
    .values(
        state=bindparam("to_state"),
        result=bindparam("to_result", type_=batch_line.c.result.type),
        why=bindparam("to_why", type_=batch_line.c.why.type),
        done_at=bindparam("to_done", type_=batch_line.c.done_at.type),
        case_id=bindparam("to_case", type_=batch_line.c.case_id.type),
    )
)


def _claim(tx: Transaction, found: Any, state: str) -> list[Any]:
    """The next lines that nobody else has, with their cases; none of a batch that was changed meanwhile.

    Lines first, then the batch is looked at again: whoever sends its form anew, or stops it, writes the batch
    before the lines, and waits for these.
    """
    asked = {"of_batch": found.id, "in_state": state}
    lines = list(tx.execute(_FREE, asked))
    same = tx.execute(_SAME, {"of_batch": found.id}).first()
    if same is None or tuple(same) != (found.state, found.revision):
        return []
    free = _hold(tx, [line.case_id for line in lines if line.case_id])
    some = [line for line in lines if line.case_id is None or line.case_id in free]
    return some or lines[:1]  # where all are busy, the first waits for its case


def _hold(tx: Transaction, case_ids: Collection[int]) -> set[int]:
    """Holds those of the cases that are free: first what each hangs under, as everybody does."""
    if not case_ids:
        return set()
    parents = {row.id: row.parent_id for row in tx.execute(_PARENTS, {"cases": case_ids})}
    roots = hold_free(tx, {parent or one for one, parent in parents.items()})
    return hold_free(tx, [one for one, parent in parents.items() if (parent or one) in roots])


_FREE: Select[Any] = (
    select(batch_line)
    .where(batch_line.c.batch_id == bindparam("of_batch"), batch_line.c.state == bindparam("in_state"))
    .order_by(batch_line.c.rank)
    .limit(TOGETHER)
    .with_for_update(skip_locked=True)
)
_SAME = select(batch.c.state, batch.c.revision).where(batch.c.id == bindparam("of_batch"))
_PARENTS = select(case.c.id, case.c.parent_id).where(among(case.c.id, "cases"))


def is_left(tx: Transaction, batch_id: int, state: str) -> bool:
    """Whether a line of the batch is still in that state."""
    left = exists().where(batch_line.c.batch_id == batch_id, batch_line.c.state == state)
    return bool(tx.execute(select(left)).scalar())
