"""What the worker does, as one table: the engine's jobs and ours. Each may be repeated without harm."""

from datetime import datetime

from sqlalchemy import String, cast, select

from engine import cases
from engine.errors import Conflict, ModelError
from engine.records import case, outbox, task, timer
from engine.rows import TASK_COLUMNS, open_task_of
from engine.scheduler import ENGINE_JOBS, Job
from engine.time import day_of
from engine.transactions import Store
from workflows.administration.placing import place_daily
from workflows.admission.notices import tell_opened
from workflows.admission.recalculation import counted_otherwise, recount_case
from workflows.bulk.running import continue_resting, forget_old

AT_ONCE = 500


def tell_untold(store: Store, now: datetime) -> int:
    """A task that a timer opened has no person who could have told its organisation: this does."""
    key = "task:" + cast(task.c.id, String)
    told = select(outbox.c.id).where(outbox.c.key == key).exists()
    untold = select(*TASK_COLUMNS).where(~told, task.c.organisation_id.is_not(None))
    with store.transaction(writing=False) as tx:
        rows = [open_task_of(row) for row in tx.execute(untold.order_by(task.c.id).limit(AT_ONCE))]
    if not rows:
        return 0
    with store.transaction() as tx:
        return tell_opened(tx, rows, now=now)


def recount_timers(store: Store, now: datetime) -> int:
    """Ask every waiting timer for its day again, a transaction a case: editions, calendars, rolls change."""
    waiting = select(case.c.id).where(case.c.id.in_(select(timer.c.case_id))).order_by(case.c.id)
    with store.transaction(writing=False) as tx:
        found = list(tx.execute(waiting).scalars())
    moved = 0
    for case_id in found:
        try:
            with store.transaction(now=now) as tx:
                moved += bool(cases.reschedule(tx, case_id, on=day_of(now), now=now, why="daily"))
        except (Conflict, ModelError):  # one broken or busy case never stops the sweep
            continue
    return moved


def recount_clocks(store: Store, now: datetime) -> int:
    """After a change of the calendar: every running clock anew, a transaction a case."""
    moved, beyond = 0, 0
    while True:
        with store.transaction(writing=False) as tx:
            found = counted_otherwise(tx, beyond=beyond)
        if not found:
            return moved
        for beyond in found:
            try:
                with store.transaction(now=now) as tx:
                    moved += bool(recount_case(tx, beyond, on=day_of(now), now=now))
            except (Conflict, ModelError):  # one broken or busy case never stops the sweep
                continue


JOBS = (
    *ENGINE_JOBS,
    Job("tell_untold", 60, tell_untold),
    Job("recount_clocks", 60, recount_clocks),
    Job("recount_timers", 1800, recount_timers, daily=True),
    Job("place_tasks", 1800, place_daily, daily=True),
    Job("bulk", 5, continue_resting),
    Job("forget_bulk", 3600, forget_old, daily=True),
)
