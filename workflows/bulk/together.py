"""Several lines of a batch in one transaction, each in a part that can be undone alone.

Whoever does lines takes them, and their cases, for the time of the transaction: on PostgreSQL what others
have is left for later (SKIP LOCKED), on SQLite the write lock is the claim. A killed process leaves the lines
as they were. The time is short: others may wait for one of these cases, or for the register of numbers.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, exists, select, update
from sqlalchemy.sql import Select

from engine.among import among
from engine.errors import Failure, ModelError, Unavailable
from engine.incidents import open_incident, trace_of
from engine.records import case
from engine.stepping import hold_free
from engine.time import day_of
from engine.transactions import Store, Transaction
from engine.turns import longest
from workflows.access import acting_for
from workflows.access.relations import UNSEEN
from workflows.bulk.doing import broken, why_of
from workflows.bulk.records import BARRED, FAILED, FINE, KEPT, READY, REFUSED, WAITING, batch, batch_line
from workflows.organisations.queries import tree_of
from workflows.rules.queries import calendar_of

TOGETHER = 20  # lines in a transaction, if it does not grow too long
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
    end = min(until, time.monotonic() + longest(store))
    with store.transaction(now=now) as tx:
        lines = _claim(tx, found, manner.before)
        tree_of(tx), calendar_of(tx), acting_for(tx, found.by, day_of(now))  # read once for all of them
        marked = []
        for line in lines:
            marked.append(_one(tx, found, line, manner, do, now))
            if time.monotonic() > end:
                break
        _mark(tx, [one for one in marked if one])
        return len(marked)


def _one(
    tx: Transaction, found: Any, line: Any, manner: Manner, do: Doing, now: datetime
) -> dict[str, Any] | None:
    """Gives what is to be written to the line; None where the line itself goes."""

    def mark(state: str, **what: Any) -> dict[str, Any]:
        done = None if manner.undone else now
        plain = {"to_result": None, "to_why": None, "to_case": line.case_id, "to_done": done}
        return {"of_line": line.id, "from_state": manner.before, "to_state": state} | plain | what

    try:
        with tx.aside() as part:
            result = do(part, line)
            if manner.undone:
                raise _Undone(result)
    except _Undone as tried:
        return mark(manner.fine, to_result=tried.result)
    except Unavailable:
        raise
    except ModelError as error:
        broken_at, cause = error.element, error.reason
        open_incident(tx, "model", case_id=error.case_id, element=broken_at, cause=cause, now=now)
        return mark(manner.failed, to_why=why_of(error))
    except Failure as failure:
        return mark(manner.refused, to_why=why_of(failure))
    except Exception as error:
        log.error("batch %s, line %s: %s", found.id, line.id, trace_of(error))
        return mark(manner.failed, to_why=broken())
    if result.get("closed") in UNSEEN:  # nobody lists or counts it: not even that there was a line
        tx.execute(delete(batch_line).where(batch_line.c.id == line.id))
        return None
    return mark(manner.fine, to_result=result, to_case=line.case_id or result.get("case"))


def _mark(tx: Transaction, lines: list[dict[str, Any]]) -> None:
    """What became of the lines; one that somebody else did meanwhile stays done."""
    if lines:
        tx.execute(_MARK, lines if len(lines) > 1 else lines[0])


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
    own = _cases_of(tx, lines)
    free, begun = _hold(tx, set(own.values()))
    some = [line for line in lines if line.id not in own or own[line.id] in free]
    # Where all are busy, one waits for its case, but for no other root while some roots are held already.
    return some or [line for line in lines if own[line.id] in begun][:1] or lines[:1]


def _cases_of(tx: Transaction, lines: Sequence[Any]) -> dict[int, int]:
    """Line → its case; of a line that only begins one, the open admission that this would hang under."""
    own = {line.id: line.case_id for line in lines if line.case_id is not None}
    people = {line.student_id: line.id for line in lines if line.id not in own}
    found = tx.execute(_ADMISSIONS, {"people": people.keys()}) if people else ()
    return own | {people[row.subject_id]: row.id for row in found}


def _hold(tx: Transaction, case_ids: Collection[int]) -> tuple[set[int], set[int]]:
    """Holds those of the cases that are free: first what each hangs under, as everybody does. Gives those,
    and all of which at least that is held."""
    if not case_ids:
        return set(), set()
    parents = {row.id: row.parent_id for row in tx.execute(_PARENTS, {"cases": case_ids})}
    roots = hold_free(tx, {parent or one for one, parent in parents.items()})
    begun = {one for one, parent in parents.items() if (parent or one) in roots}
    return hold_free(tx, begun), begun


_FREE: Select[Any] = (
    select(batch_line)
    .where(batch_line.c.batch_id == bindparam("of_batch"), batch_line.c.state == bindparam("in_state"))
    .order_by(batch_line.c.rank)
    .limit(TOGETHER)
    .with_for_update(skip_locked=True)
)
_SAME = select(batch.c.state, batch.c.revision).where(batch.c.id == bindparam("of_batch"))
_ADMISSIONS = select(case.c.id, case.c.subject_id).where(
    case.c.kind == "admission", among(case.c.subject_id, "people"), case.c.closed_on.is_(None)
)
_PARENTS = select(case.c.id, case.c.parent_id).where(among(case.c.id, "cases"))


def is_left(tx: Transaction, batch_id: int, state: str) -> bool:
    """Whether a line of the batch is still in that state."""
    left = exists().where(batch_line.c.batch_id == batch_id, batch_line.c.state == state)
    return bool(tx.execute(select(left)).scalar())
