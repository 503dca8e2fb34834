"""A plan carried out: each change of the tree, then each case, in a transaction of its own.

Whoever has the time goes on where the last one stopped: what is done is said in the same transaction, what is
left is computed from the tables. Pages and the worker call `advance` alike.
"""

import logging
import time
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from engine.errors import Conflict, Failure, InvalidAnswers, Text, Unavailable
from engine.incidents import trace_of
from engine.jobs import Done
from engine.sweeping import keep_broken, sweep, told_to_end
from engine.time import day_of
from engine.transactions import Store, Transaction
from engine.turns import Turn
from workflows.administration.log import note
from workflows.administration.tree_changes import begin
from workflows.organisations.queries import tree_of
from workflows.reorganisation.cases import left, people_left
from workflows.reorganisation.doing import do
from workflows.reorganisation.going import Going, goings_of
from workflows.reorganisation.handovers import receivers_moved
from workflows.reorganisation.moving import move_case, of_persons
from workflows.reorganisation.plans import Change, changes_of, find, hold, put, real
from workflows.reorganisation.records import (
    APPROVED,
    FINISHED,
    RUNNING,
    reorganisation,
    reorganisation_change,
)
from workflows.reorganisation.telling import COMPLETED, STOPPED, tell_makers
from workflows.reorganisation.words import refs_of
from workflows.transfers.custody import hand

WORKER_SECONDS = 5.0
AT_ONCE = 100
JOB = "reorganisation"
BROKEN = "Chương trình lỗi ở thay đổi này, chưa ghi gì của nó. Sự cố ở mục Vận hành; sửa xong thì làm tiếp."
STUCK = "{count} hồ sơ chưa chuyển được. Lý do của từng hồ sơ ở mục Vận hành."
log = logging.getLogger(__name__)


def advance(store: Store, plan_id: int, *, now: datetime, seconds: float) -> bool:
    """Carries on for so many seconds; True when nothing is left. A fault stops the plan and is kept."""
    until = time.monotonic() + seconds
    if not _begin(store, plan_id, now):
        return True
    turn = Turn(store)
    while (change_id := _next_change(store, plan_id)) is not None:
        if not _do_change(store, plan_id, change_id, now):
            return False
        turn.rest()
        if time.monotonic() > until or told_to_end():
            return False
    if not _do_cases(store, plan_id, now, until):
        return False
    with store.transaction(now=now) as tx:
        _finish(tx, plan_id, now)
    return True


def _begin(store: Store, plan_id: int, now: datetime) -> bool:
    """False where there is nothing to do: not approved, not yet its day, done already."""
    with store.transaction(now=now) as tx:
        plan = hold(tx, plan_id)
        if plan.state not in (APPROVED, RUNNING) or plan.on_day > day_of(now):
            return False
        put(tx, plan_id, state=RUNNING, stopped_at=None, stopped_because=None)
    return True


def _next_change(store: Store, plan_id: int) -> int | None:
    c = reorganisation_change.c
    waiting = select(c.id).where(c.plan_id == plan_id, c.done_at.is_(None)).order_by(c.rank).limit(1)
    with store.transaction(writing=False) as tx:
        return tx.execute(waiting).scalar()


def _do_change(store: Store, plan_id: int, change_id: int, now: datetime) -> bool:
    """One change with all that follows; what it is refused for is kept where the administrator sees it."""
    try:
        with store.transaction(now=now) as tx:
            begin(tx)
            plan, changes = hold(tx, plan_id), changes_of(tx, plan_id)
            change = next(one for one in changes if one.id == change_id)
            if change.done:  # somebody else carries the plan out too
                return True
            made, result = do(tx, plan, change, changes, today=day_of(now), now=now)
            keep_done(tx, change, made, result, now)
            _note(tx, plan, change, changes, made, now)
    except Unavailable:
        return False
    except Failure as failure:
        _stop(store, plan_id, change_id, failure, now)
        return False
    except Exception as error:
        log.error("plan %s, change %s: %s", plan_id, change_id, trace_of(error))
        keep_broken(store, JOB, plan_id, error, now)
        _stop(store, plan_id, change_id, Conflict(Text(BROKEN)), now)
        return False
    return True


def keep_done(tx: Transaction, change: Change, made: int | None, result: Any, now: datetime) -> None:
    c = reorganisation_change.c
    tx.execute(
        update(reorganisation_change)
        .where(c.id == change.id)
        .values(done_at=now, made_id=made, result=result)
    )


def _note(
    tx: Transaction, plan: Any, change: Change, changes: list[Change], made: int | None, now: datetime
) -> None:
    """The log of administration says each change with its paper, at the organisation that it is about."""
    subject = made or next(iter(real(changes, one) for one in refs_of(change.verb, change.answers)), None)
    nodes = tree_of(tx).nodes
    note(
        tx,
        f"reorganised_{change.verb}",
        organisation_id=subject,
        on=plan.on_day,
        by=plan.approved_by,
        now=now,
        plan=plan.id,
        number=plan.number,
        since=plan.on_day,
        name=nodes[subject].name if subject is not None and subject in nodes else "",
    )


def _stop(store: Store, plan_id: int, change_id: int | None, failure: Failure, now: datetime) -> None:
    texts = failure.fields.values() if isinstance(failure, InvalidAnswers) else [[failure.text]]
    why = [kept_text(one) for some in texts for one in some]
    with store.transaction(now=now) as tx:
        plan = hold(tx, plan_id, RUNNING)
        put(tx, plan_id, stopped_at=now, stopped_because={"change": change_id, "why": why})
        tell_makers(tx, plan, STOPPED, now=now)


def kept_text(text: Text) -> list[Any]:
    """A sentence as it is kept in a row, to be said in the reader's language."""
    return [text.msgid, {name: str(value) for name, value in text.params.items()}]


def text_of(kept: Any) -> Text:
    return Text(kept[0], **kept[1])


# --- cases


def _do_cases(store: Store, plan_id: int, now: datetime, until: float) -> bool:
    """Every case that is left, then people without one; False where time ran out or some stayed behind."""
    today, failed = day_of(now), 0
    with store.transaction(writing=False) as tx:
        plan, goings, concerned = scope_of(tx, plan_id, today)
        waiting = of_persons(left(tx, goings, concerned, today))

    def move(tx: Transaction, case_id: int) -> bool:
        for one in waiting[case_id]:
            move_case(tx, plan, one, today=today, now=now)
        return True

    numbers = list(waiting)
    for start in range(0, len(numbers), AT_ONCE):
        done = sweep(store, numbers[start : start + AT_ONCE], move, job=JOB, now=now)
        failed += done.failed
        if done.left or time.monotonic() > until:
            return False
    if failed and (behind := _left_behind(store, plan_id, today)):
        _stop(store, plan_id, None, Conflict(Text(STUCK, count=behind)), now)
        return False
    return _do_people(store, plan_id, now, until)


def _left_behind(store: Store, plan_id: int, today: date) -> int:
    """How many could really not be moved: another process may have done what was busy."""
    with store.transaction(writing=False) as tx:
        _plan, goings, concerned = scope_of(tx, plan_id, today)
        return len(left(tx, goings, concerned, today))


def _do_people(store: Store, plan_id: int, now: datetime, until: float) -> bool:
    """People for whom a past organisation still answers without any case: their successor does."""
    today = day_of(now)
    while True:
        with store.transaction(now=now) as tx:
            plan, goings, _ = scope_of(tx, plan_id, today)
            waiting = list(people_left(tx, goings, today).items())
            for student_id, to in waiting[:AT_ONCE]:
                hand(tx, student_id, to, on=plan.on_day, by=plan.approved_by, now=now)
        if len(waiting) <= AT_ONCE:
            return True
        if time.monotonic() > until:
            return False


def scope_of(tx: Transaction, plan_id: int, on: date) -> tuple[Any, list[Going], set[int]]:
    """The plan, what each organisation gives up, and every organisation it concerns, with all below."""
    plan, changes = find(tx, plan_id), changes_of(tx, plan_id)
    done = [one for one in changes if one.verb != "found" or one.made_id is not None]
    goings = [going for one in done for going in goings_of(tx, one, changes, plan.on_day)]
    tree = tree_of(tx)
    named = {real(changes, ref) for one in changes for ref in refs_of(one.verb, one.answers)}
    named |= {one.made_id for one in changes if one.made_id is not None}
    concerned = named.union(*(tree.descendants_on(one, on) for one in named))
    return plan, goings, concerned


def _finish(tx: Transaction, plan_id: int, now: datetime) -> None:
    plan, changes = hold(tx, plan_id), changes_of(tx, plan_id)
    if plan.state != RUNNING:
        return
    goings = [going for one in changes for going in goings_of(tx, one, changes, plan.on_day)]
    receivers_moved(tx, plan, goings, now=now)
    put(tx, plan_id, state=FINISHED, finished_at=now)
    tell_makers(tx, plan, COMPLETED, now=now)
    note(
        tx,
        "reorganised",
        organisation_id=plan.organisation_id,
        on=plan.on_day,
        by=plan.approved_by,
        now=now,
        plan=plan.id,
        number=plan.number,
        since=plan.on_day,
        name=plan.title,
    )


# --- what the worker does


def carry_due(store: Store, now: datetime) -> Done:
    """Approved plans on their day, and those that somebody began: nobody has to stay at the page."""
    c = reorganisation.c
    waiting = select(c.id).where(
        c.state.in_((APPROVED, RUNNING)), c.on_day <= day_of(now), c.stopped_at.is_(None)
    )
    with store.transaction(writing=False) as tx:
        plans = list(tx.execute(waiting.order_by(c.on_day, c.id)).scalars())
    unfinished = failed = 0
    for plan_id in plans:
        try:
            unfinished += not advance(store, plan_id, now=now, seconds=WORKER_SECONDS)
        except (Conflict, Unavailable):  # somebody at the page carries on with it, or holds its rows
            unfinished += 1
        except Exception as error:  # one broken plan never stops the others
            log.error("plan %s: %s", plan_id, trace_of(error))
            keep_broken(store, JOB, plan_id, error, now)
            failed += 1
    return Done(len(plans) - unfinished - failed, failed)
