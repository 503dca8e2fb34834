"""Doing one thing to many, a transaction each: a broken one never stops the others, and others get in.

A sweep that was cut off (killed, or told to end) is simply made again: what is done already moves no more.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from engine.errors import Conflict, ModelError, Unavailable
from engine.incidents import cause_of, open_incident, trace_of
from engine.jobs import Done
from engine.transactions import Store, Transaction
from engine.turns import Turn

PATIENCE = 3  # locked out so many times one after the other: it is the database, not a case
_told_to_end: ContextVar[Callable[[], bool]] = ContextVar("told_to_end", default=lambda: False)
log = logging.getLogger(__name__)


@contextmanager
def ended_by(told: Callable[[], bool]) -> Iterator[None]:
    """Within it, sweeps end early once `told()` is true."""
    token = _told_to_end.set(told)
    try:
        yield
    finally:
        _told_to_end.reset(token)


def told_to_end() -> bool:
    """Whether the worker is to stop, or has lost its claim on what it does."""
    return _told_to_end.get()()


def sweep(
    store: Store,
    things: Sequence[int],
    do: Callable[[Transaction, int], object],
    *,
    job: str,
    now: datetime,
    cases: bool = True,
) -> Done:
    """Does it to each, a transaction each; counts those for which `do` gives something true.

    What breaks is kept as an incident of the case (`cases`: the things are numbers of cases) and counted;
    what somebody else is busy with is tried once more at the end.
    """
    made = _Sweep(store, do, job, now, cases)
    busy = made.over(things, last=False)
    made.over(busy, last=True)
    return Done(made.items, made.failed, made.left)


class _Sweep:
    def __init__(
        self,
        store: Store,
        do: Callable[[Transaction, int], object],
        job: str,
        now: datetime,
        cases: bool,
    ) -> None:
        self.store, self.do, self.job, self.now, self.cases = store, do, job, now, cases
        self.items = self.failed = self.left = self.shut_out = 0
        self.turn = Turn(store)

    def over(self, things: Sequence[int], *, last: bool) -> list[int]:
        """Gives those that were busy, unless it is the last try."""
        busy: list[int] = []
        for place, thing in enumerate(things):
            if told_to_end():
                self.left += len(things) - place
                break
            if not self._one(thing, last):
                busy.append(thing)
            self.turn.rest()
        return busy

    def _one(self, thing: int, last: bool) -> bool:
        try:
            with self.store.transaction(now=self.now) as tx:
                self.items += bool(self.do(tx, thing))
        except (Conflict, Unavailable) as error:
            self._shut_out(error)
            if not last:
                return False
            self._break(thing, error)
        except Exception as error:
            log.error("job %s at %s: %s", self.job, thing, trace_of(error))
            self._break(thing, error)
        else:
            self.shut_out = 0
        return True

    def _shut_out(self, error: Exception) -> None:
        """A row that somebody holds for long says the same as a database that is gone."""
        if isinstance(error, Unavailable):
            self.shut_out += 1
            if self.shut_out >= PATIENCE:
                raise error

    def _break(self, thing: int, error: Exception) -> None:
        self.failed += 1
        if not isinstance(error, ModelError):  # of those the store has kept an incident
            keep_broken(self.store, self.job, thing, error, self.now, case=self.cases)


def keep_broken(
    store: Store, job: str, thing: int, error: Exception, now: datetime, *, case: bool = False
) -> None:
    """An incident of the job at one of its things, by number; `case`: of that case."""
    cause = cause_of(error) if case else f"{cause_of(error)} ({thing})"
    with store.transaction() as tx:
        open_incident(tx, "job", case_id=thing if case else None, element=job, cause=cause, now=now)
