"""The season in figures: one line a school and day of leaving, and the sum of such lines."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from workflows.season.leavers import Leaver
from workflows.season.words import ACCEPTED, DONE, KNOWN, LOST, NAMED, OFFERED, PREPARED, RETURNED

# The columns of the figures: name → the states that it sums.
COLUMNS: Final = {
    "lost": LOST,
    "named": (NAMED,),
    "known": (KNOWN, RETURNED),
    "prepared": (PREPARED,),
    "offered": (OFFERED,),
    "taken": (ACCEPTED, DONE),
}


@dataclass
class Figures:
    """How many stand where. `late`: past the day at school or past a day of the handover."""

    states: Counter[str] = field(default_factory=Counter)
    late: int = 0

    @property
    def count(self) -> int:
        return self.states.total()

    def of(self, *states: str) -> int:
        return sum(self.states[state] for state in states)

    def in_column(self, name: str) -> int:
        return self.of(*COLUMNS[name])

    def add(self, one: Leaver, on: date) -> None:
        self.states[one.state] += 1
        self.late += one.late(on)


@dataclass
class Day(Figures):
    """One school and one day of leaving. `risen`: whom its lost ones are told to by now, at the highest."""

    institution_id: int = 0
    institution: str = ""
    leaves_on: date = date.max
    risen: str | None = None


def days(found: Iterable[Leaver], on: date) -> list[Day]:
    """By day, then by school."""
    made: dict[tuple[date, str, int], Day] = {}
    for one in found:
        row = one.row
        key = (one.leaves_on, row.institution, row.institution_id)
        if key not in made:
            made[key] = Day(
                institution_id=row.institution_id, institution=row.institution, leaves_on=one.leaves_on
            )
        made[key].add(one, on)
        made[key].risen = made[key].risen or one.risen(on)
    return [day for _key, day in sorted(made.items())]


def together(those: Sequence[Day]) -> Figures:
    """The sum of several lines."""
    whole = Figures()
    for one in those:
        whole.states.update(one.states)
        whole.late += one.late
    return whole
