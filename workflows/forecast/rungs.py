"""How many months before a day in somebody's life it is spoken of: rows of `rungs.toml`. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from workflows.rules.ages import add_months

FILE: Final = Path(__file__).with_name("rungs.toml")
AGE, SHARED_TIME, CERTIFICATE, GRADUATION = "age", "shared_time", "certificate", "graduation"


@dataclass(frozen=True)
class Rungs:
    """Months before the day, the earliest first; 0 is the day. `of_age`: only of who is of age."""

    months: tuple[int, ...]
    with_case: tuple[int, ...]
    of_age: bool
    catch_up: timedelta

    def reached(self, day: date, today: date, *, since: date, case: bool) -> int | None:
        """The latest rung whose day has come, if it came after `since` and not too long ago.

        Of rungs that a sleeping worker missed only this one is told.
        """
        passed = [
            rung for rung in (self.with_case if case else self.months) if add_months(day, -rung) <= today
        ]
        if not passed:
            return None
        came = add_months(day, -min(passed))
        return min(passed) if since < came and today - came <= self.catch_up else None


@cache
def rungs() -> Mapping[str, Rungs]:
    """The file, read once. ValueError where its months do not run from early to late."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    catch_up = timedelta(days=raw["catch_up_days"])
    found = {}
    for name, row in raw.items():
        if isinstance(row, dict):
            months = tuple(row["months"])
            found[name] = Rungs(
                months, tuple(row.get("with_case", months)), row.get("of_age", False), catch_up
            )
    for name, one in found.items():
        for listed in (one.months, one.with_case):
            if list(listed) != sorted(set(listed), reverse=True) or min(listed, default=0) < 0:
                raise ValueError(f"the months of {name} do not run from early to late")
    return found
