"""Moving the day of a sandbox: day after day is begun, lived by the worker's own jobs, and ended.

The day stands in its row before its jobs are run, the marks of what was there before beside it. So a
process that is killed leaves a day begun and not ended, and the next one lives it once more: each job may be
repeated without harm. The jobs are not claimed one by one, which would cost more than they do: whoever moves
the day has claimed that, and says at the end of each day what was done in it.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as hour
from typing import Any, NamedTuple

from sqlalchemy import update

from engine.errors import Conflict, Unavailable
from engine.incidents import cause_of, open_incident
from engine.jobs import Done, Job, next_moment
from engine.records import job_run, job_state
from engine.runs import Hand
from engine.sweeping import told_to_end
from engine.time import VIETNAM, day_of, utcnow
from engine.transactions import Store, Transaction
from engine.turns import Turn
from workflows.sandbox.clock import is_sandbox
from workflows.sandbox.queries import Move, marks, open_move
from workflows.sandbox.records import sandbox, sandbox_day, sandbox_move

NAME = "sandbox"
LOOK = 4  # seconds between looks whether somebody asks for another day
AT_ONCE = 2.0  # seconds of work, then the worker's other long jobs have their turn
NIGHT = hour(0, 5)  # when the jobs without an hour of their own are run
ROUNDS = 200  # of one job at one moment; what is left then is done at the next
# Pictures of a day, each in the place of the one before: of the days on the way none would be looked at.
WHERE_IT_STAYS = frozenset({"forecast"})
log = logging.getLogger(__name__)


class Lived(NamedTuple):
    """What a job came to at one moment of a day."""

    job: Job
    at: datetime
    seconds: float
    done: Done


@dataclass(frozen=True)
class Mover:
    """What lives the days: the jobs of the worker, the process that runs them, the clock on the wall."""

    jobs: tuple[Job, ...]
    hand: Hand
    wall: Callable[[], datetime] = utcnow

    def job(self) -> Job:
        """The mover as a job of the worker, one at a time however many workers there are."""
        label = "Chuyển ngày của hộp cát"
        return Job(
            NAME, LOOK, lambda store, now: go_on(store, self, seconds=AT_ONCE), alone=True, label=label
        )


def jobs_of(store: Store, jobs: tuple[Job, ...], hand: Hand) -> tuple[Job, ...]:
    """What a worker of this database runs: in a sandbox, moving the day too."""
    return (*jobs, Mover(jobs, hand).job()) if is_sandbox(store) else jobs


def go_on(store: Store, mover: Mover, *, seconds: float) -> Done:
    """Goes on with the move that is open for about so many seconds; `left`: it is not there yet."""
    end, turn, passed = mover.wall() + timedelta(seconds=seconds), Turn(store), 0
    while (begun := _begin_day(store)) is not None:
        day, stays = begun
        lived = _live(store, [one for one in mover.jobs if stays or one.name not in WHERE_IT_STAYS], day)
        if told_to_end():  # some jobs have left off in the middle
            return Done(passed, left=1)
        move = _end_day(store, mover, day, lived)
        if move is None:
            return Done(passed)
        passed += 1
        if move.done_at is None and mover.wall() > end:
            return Done(passed, left=1)
        turn.rest()
    return Done(passed)


def _begin_day(store: Store) -> tuple[date, bool] | None:
    """From here on every process of the sandbox takes the day for today; None where no move is open.

    Says too whether the move goes no further than this day.
    """
    with store.transaction(writing=False) as tx:
        if open_move(tx) is None:
            return None
    with store.transaction() as tx:
        move = open_move(tx, hold=True)
        if move is None:
            return None
        day, before = move.reached + timedelta(days=1), marks(tx)
        row = {"day": day, "move_id": move.id, "journal_from": before.journal, "outbox_from": before.outbox}
        tx.insert_new(sandbox_day, [row])
        tx.execute(update(sandbox).values(day=day))
    return day, day == move.to_day


def _live(store: Store, jobs: Sequence[Job], day: date) -> list[Lived]:
    """Runs every job of the day at its hour; gives what the daily ones came to, done for the day with it."""
    with store.transaction(writing=False) as tx:
        worked = tx.registry.is_worked(tx, day)
    done: dict[str, Lived] = {}
    for moment in moments(jobs, day):
        for job in jobs:
            if not job.by_day:
                _run(store, job, moment)
            elif job.name not in done and moment >= job.moment_of(day) and (worked or not job.working_days):
                done[job.name] = _run(store, job, moment)
    return list(done.values())


def _run(store: Store, job: Job, moment: datetime) -> Lived:
    """Runs a job until nothing is left. What breaks is kept as an incident and stops no day; where the
    database is busy, the whole day is lived once more."""
    began, done, rounds = time.monotonic(), Done(left=1), 0
    try:
        while done.left and rounds < ROUNDS and not told_to_end():
            done, rounds = done + _once(store, job, moment), rounds + 1
    except (Conflict, Unavailable):
        raise
    except Exception as error:
        log.exception("job %s", job.name)
        done += Done(failed=1)
        with store.transaction() as tx:
            open_incident(tx, "job", case_id=None, element=job.name, cause=cause_of(error), now=moment)
    return Lived(job, moment, time.monotonic() - began, done)


def _once(store: Store, job: Job, moment: datetime) -> Done:
    result = job.do(store, moment, day_of(moment)) if job.every_day else job.do(store, moment)
    return result if isinstance(result, Done) else Done(result if isinstance(result, int) else 0)


def _end_day(store: Store, mover: Mover, day: date, lived: Iterable[Lived]) -> Move | None:
    """The move as it stands then: over, where this was its last day or somebody said stop.

    None where another process ended the day before us: it held us for dead.
    """
    with store.transaction() as tx:
        move, after = open_move(tx, hold=True), marks(tx)
        if move is None or move.reached >= day:
            return None
        ended = update(sandbox_day).where(sandbox_day.c.day == day)
        tx.execute(ended.values(journal_to=after.journal, outbox_to=after.outbox))
        tx.insert_new(job_run, [_row(one, day, mover.hand) for one in lived])
        done_at = mover.wall() if move.stopped or day == move.to_day else None
        if done_at is not None:
            _say_last(tx, lived, day, mover.hand)
        ours = update(sandbox_move).where(sandbox_move.c.id == move.id)
        tx.execute(ours.values(reached=day, done_at=done_at))
        return move._replace(reached=day, done_at=done_at)


def _row(lived: Lived, day: date, hand: Hand) -> dict[str, Any]:
    """The worker's own record of a daily job that is done for the day."""
    return {
        "name": lived.job.name,
        "day": day,
        "at": lived.at,
        "done_at": lived.at + timedelta(seconds=lived.seconds),
        "worker": hand.name,
        "runs": 1,
        "items": lived.done.items,
        "failed": lived.done.failed,
        "seconds": lived.seconds,
    }


def _say_last(tx: Transaction, lived: Iterable[Lived], day: date, hand: Hand) -> None:
    """On the page of the jobs: what the last run came to, and when the next is due."""
    for one in lived:
        tx.insert_new(job_state, [{"name": one.job.name}])
        values = {
            "last_at": one.at,
            "last_seconds": one.seconds,
            "last_worker": hand.name,
            "last_items": one.done.items,
            "last_failed": one.done.failed,
            "last_left": one.done.left,
            "last_error": None,
            "next_at": next_moment(one.job, [day], one.at, lambda day: tx.registry.is_worked(tx, day)),
        }
        tx.execute(update(job_state).where(job_state.c.name == one.job.name).values(values))


def moments(jobs: Iterable[Job], day: date) -> list[datetime]:
    """The moments of a day at which its jobs are run: in the night, and at each hour that one of them has."""
    hours = {hour.fromisoformat(job.at) for job in jobs if job.at}
    return [datetime.combine(day, one, VIETNAM) for one in sorted({NIGHT, *hours})]
