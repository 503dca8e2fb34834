"""How long each step before the vote takes: rows of `lead_times.toml`, in the order of the path.

A row that names a rule takes its length from the edition in force on the day of its start; the others are
conventions of this house and say so.
"""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from workflows.rules.deadlines import RULES
from workflows.rules.editions import Edition

FILE: Final = Path(__file__).with_name("lead_times.toml")
VOTE: Final = "cell_vote"
CERTIFICATE: Final = "certificate"


@dataclass(frozen=True)
class Lead:
    """One row. `element`: the step, or the condition whose time is waited for.

    Exactly one of `days` (working days), `rule` (of deadlines.RULES) and `months` (a key of the editions;
    "none": no wait) is given. `after`: what must be done before. `also`: elements at which a case
    counts as being at this row. `paper`: the step is left out while that paper serves.
    """

    element: str
    after: tuple[str, ...] = ()
    days: int | None = None
    rule: str | None = None
    abroad: str | None = None
    months: str | None = None
    school: bool = False
    meeting: bool = False
    also: tuple[str, ...] = ()
    paper: str | None = None
    rating: str | None = None
    note: str = ""

    @property
    def waits(self) -> bool:
        """Nobody does it: time passes."""
        return self.months is not None

    def key(self, *, abroad: bool = False) -> str | None:
        """The key of the editions that says how long; None where the house does."""
        if self.rule is None:
            return self.months
        return RULES[(self.abroad or self.rule) if abroad else self.rule].key

    def length(self, edition: Edition, *, abroad: bool = False) -> int:
        """Working days, or months where it waits."""
        key = self.key(abroad=abroad)
        return (edition.optional_number(key) or 0) if key is not None else (self.days or 0)

    def rated(self, edition: Edition, *, abroad: bool = False) -> str:
        key = self.key(abroad=abroad)
        return edition.rating(key) if key is not None else (self.rating or "assumed")

    def source(self, edition: Edition, *, abroad: bool = False) -> str | None:
        """Article and instrument; None for a convention of the house."""
        key = self.key(abroad=abroad)
        return edition.source(key) if key is not None else None


@cache
def leads() -> Mapping[str, Lead]:
    """Element → its row, in the order of the path."""
    raw: dict[str, dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found = {name: _lead(name, row) for name, row in raw.items()}
    for name, lead in found.items():
        if sum(part is not None for part in (lead.days, lead.rule, lead.months)) != 1:
            raise ValueError(f"lead time of {name}: exactly one of days, rule, months")
    return MappingProxyType(found)


def _lead(element: str, row: Mapping[str, Any]) -> Lead:
    given: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in row.items()}
    return Lead(element, **given)


@cache
def followers() -> Mapping[str, frozenset[str]]:
    """Element → every row that can only come after it."""
    found: dict[str, set[str]] = {name: set() for name in leads()}
    for name, lead in reversed(list(leads().items())):
        for before in lead.after:
            found[before] |= {name, *found[name]}
    return {name: frozenset(rows) for name, rows in found.items()}


@cache
def _rows_of() -> Mapping[str, str]:
    """Any element at which a case may stand → its row."""
    return {element: name for name, lead in leads().items() for element in (name, *lead.also)}


def row_of(element: str) -> str | None:
    """The row at which a case with this open step stands; None: after the vote, or beside the road."""
    return _rows_of().get(element)


def still_to_do(open_elements: Iterable[str], papers: Collection[str] = ()) -> frozenset[str]:
    """The rows that are left from where a case stands: those open now and all that follow them.

    Nothing open: nothing is begun, and everything is left but what a valid paper spares. Where a case stands
    beyond the vote nothing is left.
    """
    named = list(open_elements)
    if not named:
        return frozenset(name for name, lead in leads().items() if lead.paper not in papers)
    here = {row for element in named if (row := row_of(element)) is not None}
    ahead = {row for start in here for row in followers()[start] if leads()[row].paper not in papers}
    return frozenset(here | ahead)
