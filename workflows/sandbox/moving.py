"""Moving the day of a sandbox: day after day is begun, lived by the worker's own jobs, and ended.

The day stands in its row before its jobs are run, the marks of what was there before beside it. So a
process that is killed leaves a day begun and not ended, and the next one lives it once more: each job may be
repeated without harm.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update

from engine.jobs import Done, Job
from engine.records import job_state
from engine.runs import Hand
from engine.scheduler import run_job
from engine.sweeping import Turn, told_to_end
from engine.time import VIETNAM, utcnow
from engine.transactions import Store
from workflows.sandbox.clock import is_sandbox
from workflows.sandbox.queries import Move, marks, open_move
from workflows.sandbox.records import sandbox, sandbox_day, sandbox_move

NAME = "sandbox"
LOOK = 2  # seconds between looks whether somebody asks for another day
AT_ONCE = 3.0  # seconds of work, then the worker's other long jobs have their turn
NIGHT = time(0, 5)  # when the jobs without an hour of their own are run
ROUNDS = 200  # of one job at one moment; what is left then is done at the next


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
    while (day := _begin_day(store)) is not None:
        if not _live(store, mover, day):
            return Done(passed, left=1)
        move = _end_day(store, day, mover.wall())
        if move is None:
            return Done(passed)
        passed += 1
        if move.done_at is None and (told_to_end() or mover.wall() > end):
            return Done(passed, left=1)
        turn.rest()
    return Done(passed)


def _begin_day(store: Store) -> date | None:
    """From here on every process of the sandbox takes the day for today; None where no move is open."""
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
    return day


def _live(store: Store, mover: Mover, day: date) -> bool:
    """Runs every job of the day at its hour; False where another process still holds one of them."""
    for moment in moments(mover.jobs, day):
        for job in mover.jobs:
            _until_nothing_is_left(store, mover, job, moment)
    names = [job.name for job in mover.jobs if job.by_day]
    with store.transaction(writing=False) as tx:
        held = select(job_state.c.name).where(job_state.c.worker.is_not(None), job_state.c.name.in_(names))
        return tx.execute(held.limit(1)).first() is None


def _until_nothing_is_left(store: Store, mover: Mover, job: Job, moment: datetime) -> None:
    for _ in range(ROUNDS):
        done = run_job(store, job, lambda: moment, hand=mover.hand)
        if done is None or not done.left:
            return


def _end_day(store: Store, day: date, wall: datetime) -> Move | None:
    """The move as it stands then: over, where this was its last day or somebody said stop.

    None where another process ended the day before us: it held us for dead.
    """
    with store.transaction() as tx:
        move, after = open_move(tx, hold=True), marks(tx)
        if move is None or move.reached >= day:
            return None
        ended = update(sandbox_day).where(sandbox_day.c.day == day)
        tx.execute(ended.values(journal_to=after.journal, outbox_to=after.outbox))
        done_at = wall if move.stopped or day == move.to_day else None
        ours = update(sandbox_move).where(sandbox_move.c.id == move.id)
        tx.execute(ours.values(reached=day, done_at=done_at))
        return move._replace(reached=day, done_at=done_at)


def moments(jobs: Iterable[Job], day: date) -> list[datetime]:
    """The moments of a day at which its jobs are run: in the night, and at each hour that one of them has."""
    hours = {time.fromisoformat(job.at) for job in jobs if job.at}
    return [datetime.combine(day, hour, VIETNAM) for hour in sorted({NIGHT, *hours})]
