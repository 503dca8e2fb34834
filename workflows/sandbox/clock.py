"""The clock of a database: the one on the wall, or in a sandbox its own day with the hour of the wall."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from engine.time import VIETNAM, utcnow
from engine.transactions import Store
from workflows.sandbox.queries import find_day

Clock = Callable[[], datetime]


def at_hour_of(day: date, wall: datetime) -> datetime:
    """The moment of a day at which the clock on the wall shows the same hour in Vietnam."""
    return datetime.combine(day, wall.astimezone(VIETNAM).time(), VIETNAM).astimezone(UTC)


def clock_of(store: Store, wall: Clock = utcnow) -> Clock:
    """The clock that every process of this database reads; looked up once, since a sandbox stays one."""
    if not is_sandbox(store):
        return wall
    return lambda: at_hour_of(_day(store), wall())


def is_sandbox(store: Store) -> bool:
    with store.transaction(writing=False) as tx:
        return find_day(tx) is not None


def _day(store: Store) -> date:
    with store.transaction(writing=False) as tx:
        day = find_day(tx)
    assert day is not None, "the mark of a sandbox is never taken away"  # noqa: S101
    return day
