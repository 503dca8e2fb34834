"""Before and after a due day: which rung of its ladder has been reached, and who is told at that rung.

Pure. The rungs are data (`ladder.toml`), a convention of this program and no rule of the law. A rung is the
number of days left: 7 is a week before, 0 the day itself, -3 three days late.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

PERSON, ORGANISATION, SUPERIOR = "person", "organisation", "superior"
FILE: Final = Path(__file__).with_name("ladder.toml")


@dataclass(frozen=True)
class Ladder:
    """The rungs from the earliest to the latest; after the last one again every so many days, or never."""

    words: str
    rungs: tuple[int, ...]
    again_every: int | None = None

    @property
    def first(self) -> int:
        """How many days before the day it begins."""
        return max(self.rungs)

    def reached(self, started_on: date, due_on: date, today: date) -> int | None:
        """The latest rung whose day has come since the start; None before the first one.

        Of rungs that a sleeping worker missed only this one is told. One whose day was over when the
        clock was started is none: the task itself was told then.
        """
        left = (due_on - today).days
        found = min((rung for rung in self.rungs if rung >= left), default=None)
        last = self.rungs[-1]
        if self.again_every and left < last:
            found = last - (last - left) // self.again_every * self.again_every
        if found is None or due_on - timedelta(days=found) <= started_on:
            return None
        return found


class Told(NamedTuple):
    """A rung that was told, and the due day that it was told for."""

    due_on: date
    rung: int

    @property
    def day(self) -> date:
        return self.due_on - timedelta(days=self.rung)


def is_news(due_on: date, rung: int, before: Iterable[Told]) -> bool:
    """A due day that moved brings a rung anew only where that is further away than half of what was left when
    it was told, or more urgent than anything told: a corrected calendar repeats nothing for everybody."""
    day, half = due_on - timedelta(days=rung), timedelta(days=max(rung, 0) // 2)
    return not any(one.rung <= rung and day - one.day <= half for one in before)


@dataclass(frozen=True)
class Audience:
    """From which rung on the whole organisation is told, and from which the one above it too."""

    organisation_from: int
    superior_from: int

    def at(self, rung: int) -> tuple[str, ...]:
        """The person alone; later the organisation, which the person belongs to; then also the superior."""
        if rung > self.organisation_from:
            return (PERSON,)
        return (ORGANISATION, SUPERIOR) if rung <= self.superior_from else (ORGANISATION,)


@dataclass(frozen=True)
class Ladders:
    """The whole file."""

    rating: str
    audience: Audience
    by_clock: Mapping[str, Ladder]
    other: Ladder
    by_duty: Mapping[str, Ladder]
    catch_up: timedelta  # a rung of a duty whose day came longer ago is told no more

    def of(self, clock: str) -> Ladder:
        return self.by_clock.get(clock, self.other)

    def of_duty(self, duty: str, begun_on: date, due_on: date, today: date) -> int | None:
        """The rung that a duty of a period begun on that day has reached."""
        since = max(begun_on, today - self.catch_up)
        return self.by_duty[duty].reached(since, due_on, today)

    @property
    def first(self) -> int:
        """No clock is spoken of earlier than so many days before its day."""
        return max(ladder.first for ladder in (*self.by_clock.values(), self.other))


@cache
def ladders() -> Ladders:
    """The file, read once. ValueError where it is not sound."""
    return read(tomllib.loads(FILE.read_text(encoding="utf-8")))


def read(raw: Mapping[str, Any]) -> Ladders:
    """The data of the file as a value; ValueError for rungs that do not run from early to late."""
    return Ladders(
        rating=raw["rating"],
        audience=Audience(**raw["audience"]),
        by_clock={name: _ladder(raw, row) for name, row in raw["clocks"].items()},
        other=_ladder(raw, raw["other"]),
        by_duty={name: _ladder(raw, row) for name, row in raw["duties"].items()},
        catch_up=timedelta(days=raw["catch_up_days"]),
    )


def _ladder(raw: Mapping[str, Any], row: Mapping[str, str]) -> Ladder:
    steps = raw["ladders"][row["ladder"]]
    rungs = (*steps["before"], 0, *(-days for days in steps["late"]))
    if list(rungs) != sorted(set(rungs), reverse=True):
        raise ValueError(f"the rungs of {row['ladder']} do not run from early to late")
    again = steps.get("again_every")
    if again is not None and again < 1:
        raise ValueError(f"{row['ladder']} is repeated every {again} days")
    return Ladder(row["words"], rungs, again)
