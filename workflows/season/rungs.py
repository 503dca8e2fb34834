"""When a leaver whom nobody knows a place for is spoken of, and to whom: rows of `rungs.toml`. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("rungs.toml")
SCHOOL, SUPERIOR, PROVINCE = "school", "superior", "province"
TOLD: Final = (SCHOOL, SUPERIOR, PROVINCE)


@dataclass(frozen=True)
class Rungs:
    """Days before the day of leaving, from early to late; below zero they lie after it."""

    days: Mapping[str, tuple[int, ...]]
    again_every: int
    catch_up: timedelta

    def reached(self, who: str, leaves_on: date, today: date) -> int | None:
        """The latest rung that has come, if not too long ago; after the last one it comes back every so many
        days, as a rung of its own."""
        left = (leaves_on - today).days
        passed = [rung for rung in self.days[who] if rung >= left]
        if not passed:
            return None
        rung = min(passed)
        if rung == self.days[who][-1]:
            rung -= (rung - left) // self.again_every * self.again_every
        return rung if timedelta(days=rung - left) <= self.catch_up else None


@cache
def rungs() -> Rungs:
    """The file, read once. ValueError where its rungs do not run from early to late."""
    raw: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    days = {who: tuple(raw[who]["days"]) for who in TOLD}
    for listed in days.values():
        if not listed or list(listed) != sorted(set(listed), reverse=True):
            raise ValueError("the rungs of the season do not run from early to late")
    return Rungs(days, raw["again_every"], timedelta(days=raw["catch_up_days"]))
