"""The clock of a database: the one on the wall, or in a sandbox its own day with the hour of the wall.

A sandbox's day waits for whoever moves it. Past the wall's next midnight its clock waits too, at the end of
the day: hours that began anew would be time that goes back.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from engine.time import VIETNAM, day_of, utcnow
from engine.transactions import Store
from workflows.sandbox.queries import find_day, standing

Clock = Callable[[], datetime]


def at_hour_of(day: date, wall: datetime) -> datetime:
    """The moment of a day at which the clock on the wall shows the same hour in Vietnam."""
    return datetime.combine(day, wall.astimezone(VIETNAM).time(), VIETNAM).astimezone(UTC)


def clock_of(store: Store, wall: Clock = utcnow) -> Clock:
    """The clock that every process of this database reads; looked up once, since a sandbox stays one."""
    if not is_sandbox(store):
        return wall
    return lambda: _present(store, wall())


def is_sandbox(store: Store) -> bool:
    with store.transaction(writing=False) as tx:
        return find_day(tx) is not None


def _present(store: Store, wall: datetime) -> datetime:
    with store.transaction(writing=False) as tx:
        day, since = standing(tx)
    return at_hour_of(day, wall) if day_of(wall) <= day_of(since) else _last_moment(day)


def _last_moment(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), VIETNAM).astimezone(UTC)
