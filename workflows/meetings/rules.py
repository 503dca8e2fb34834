"""What can be said of a meeting without a database: its usual day, its order, its figures, its result. Pure.

The order of people is the cell's: a rank that was typed stands, the rest follows in the order of names; the
program never ranks anybody.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

from engine.errors import Text
from workflows.rules.ballots import Quota, Result, Vote
from workflows.rules.calendar import WEEKDAYS

Item = TypeVar("Item", bound=Hashable)
LOOKED_BACK: Final = 6  # how many past meetings a habit is read from
FIGURES: Final = ("votes_for", "votes_against", "invalid")

# Why a member of the roll was not there: a closed list, no free words about a person.
PRESENT: Final = "present"
ABSENCES: Final[Mapping[str, str]] = {
    "ill": "Vắng: ốm",
    "work": "Vắng: bận công tác",
    "family": "Vắng: việc gia đình",
    "study": "Vắng: đi học, tập huấn",
    "unknown": "Vắng: không có lý do",
}
EXEMPT: Final[Mapping[str, str]] = {"exempt": "Được miễn sinh hoạt, vắng"}
AWAY: Final[Mapping[str, str]] = {"away": "Công tác xa, vắng"}


@dataclass(frozen=True)
class Usual:
    """The next usual day, and the habit behind it in words."""

    day: date
    why: Text


def usual_day(past: Iterable[date], after: date) -> Usual | None:
    """The next day, not before `after`, that keeps the habit of the past meetings; None without any.

    Same day of the month (day 3 every month) goes before the same weekday (first Saturday).
    """
    known = sorted(set(past), reverse=True)[:LOOKED_BACK]
    if not known:
        return None
    last, soonest = known[0], max(after, known[0] + timedelta(days=1))
    share = len(known) // 2 + 1
    if sum(one.day == last.day for one in known) >= share:
        found = next(day for day in _days_from(soonest) if day.day == last.day and _new_month(day, last))
        return Usual(found, Text("Như các kỳ trước: ngày {number} hằng tháng.", number=last.day))
    same = sum(_nth(one) == _nth(last) for one in known)
    if same >= share:
        found = next(day for day in _days_from(soonest) if _nth(day) == _nth(last) and _new_month(day, last))
        nth, weekday = _nth(last)
        habit = Text("{weekday} lần thứ {nth} trong tháng", weekday=Text(WEEKDAYS[weekday]), nth=nth)
        return Usual(found, Text("Như các kỳ trước: {habit}.", habit=habit))
    return None


def _days_from(day: date) -> Iterable[date]:
    return (day + timedelta(days=number) for number in range(130))


def _nth(day: date) -> tuple[int, int]:
    return (day.day - 1) // 7 + 1, day.weekday()


def _new_month(day: date, last: date) -> bool:
    return (day.year, day.month) > (last.year, last.month)


def ordered(chosen: Sequence[Item], ranks: Mapping[Item, int]) -> list[Item]:
    """Typed ranks first, lowest first; equal and missing ranks keep the order in which they came (names)."""
    unranked = max(ranks.values(), default=0) + 1
    return sorted(dict.fromkeys(chosen), key=lambda one: ranks.get(one, unranked))


@dataclass(frozen=True)
class Room:
    """The four figures of a meeting, as a vote needs them."""

    members: int
    exempt_absent: int
    away: int
    present: int

    @property
    def counted(self) -> int:
        return self.members - self.exempt_absent - self.away


def room(lines: Iterable[tuple[str, str]]) -> Room:
    """(status on the roll, came) of everybody → the figures. Probationary members attend but do not vote."""
    voting = [(status, came) for status, came in lines if status != "probationary"]
    return Room(
        members=len(voting),
        exempt_absent=sum(status == "exempt" and came != PRESENT for status, came in voting),
        away=sum(status == "away" and came != PRESENT for status, came in voting),
        present=sum(came == PRESENT for _status, came in voting),
    )


def may_come(status: str) -> Mapping[str, str]:
    """The words that attendance offers to a member of that status, the usual one first."""
    came = {PRESENT: "Có mặt"}
    if status == "exempt":
        return {**EXEMPT, **came}
    if status == "away":
        return {**AWAY, **came}
    return {**came, **ABSENCES}


def result_of(
    figures: Mapping[str, int], seats: Room, quota: Quota, *, method: str = "secret"
) -> Result | dict[str, Text]:
    """The result of one vote, or what is wrong with its figures, field by field. A blank counts as none."""
    cast = Vote(
        entitled=seats.members,
        present=seats.present,
        exempt_absent=seats.exempt_absent,
        away=seats.away,
        method=method,
        **{name: figures.get(name, 0) for name in FIGURES},
    )
    return cast.faults() or cast.result(quota)


def filled(figures: Mapping[str, int], seats: Room) -> dict[str, int]:
    """All present voted for, where nothing was typed yet; what was typed stays as it is."""
    if any(name in figures for name in FIGURES):
        return dict(figures)
    return {"votes_for": seats.present, "votes_against": 0, "invalid": 0}


def counted_up(first: str, count: int) -> list[str]:
    """ "12" → 12, 13, 14 …; empty texts where the first is not a plain number."""
    return [str(int(first) + one) for one in range(count)] if first.isdecimal() else [""] * count
