"""Why not yet, and when? The first lawful day of a vote by time alone, its meeting, and the road after it.

Pure, and made of the guards' own functions: a day is lawful when the conditions that refuse a vote no longer
do, under the edition in force on that day. What people must still do is not time; a paper that runs out
before the meeting is work for them too, and named as such.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Final

from engine.errors import Unmet
from workflows.rules import deadlines
from workflows.rules.calendar import Calendar
from workflows.rules.deadlines import Due
from workflows.rules.editions import Edition, edition_on, editions
from workflows.rules.eligibility import Facts, ends, starts
from workflows.rules.standing import TITLES, Standing, standing
from workflows.schedules.meeting_days import MeetingDays

ONE_DAY: Final = timedelta(days=1)
# Papers that people get, or get anew, and their dates: missing or run out they are work, dated ahead time.
PAPERS: Final = {
    "certificate": "certificate_on",
    "file_age": "file_completed_on",
    "union_resolution": "union_resolution_on",
}
TIMED: Final = PAPERS.keys() | {"age", "shared_time", "mentored_time", "readmission"}
_TIMED: Final = {row.name: (row, condition) for condition, row in TITLES.items() if row.name in TIMED}
# Where the student stands on the last day of school, by the latest lawful days.
NOT_VOTED, VOTED, DECIDED, PROBATION, OFFICIAL = "not_voted", "voted", "decided", "probation", "official"
CANDIDATE_STILL: Final = frozenset({NOT_VOTED, VOTED, DECIDED})


@dataclass(frozen=True)
class Road:
    """From the cell's vote on: the last lawful day of each act, with its sum. Days already known replace
    the counted ones, and each act is under the edition of its own day."""

    vote_on: date
    decision_by: Due
    ceremony_by: Due
    probation_ends: Due
    review_by: Due
    recognised_by: Due

    def at(self, day: date | None) -> str | None:
        """How far the road is on a day at the latest; None where no day is known."""
        if day is None:
            return None
        reached = (
            (self.recognised_by.day, OFFICIAL),
            (self.ceremony_by.day, PROBATION),
            (self.decision_by.day, DECIDED),
            (self.vote_on, VOTED),
        )
        return next((word for by, word in reached if by <= day), NOT_VOTED)


def road_from(
    vote_on: date, calendar: Calendar, *, decided_on: date | None = None, ceremony_on: date | None = None
) -> Road:
    """The sums are kept by their start: many students share a meeting."""
    return _road(vote_on, decided_on, ceremony_on, _Same(calendar))


@dataclass(frozen=True)
class Outlook:
    """`vote_on`: None where waiting does not help; `never` says why. `bottleneck`: the condition
    that still refuses on the day before; None where time no longer stands against it. `graduation_on`: the
    last day at this school, as far as it is known."""

    facts: Facts
    calendar: Calendar
    today: date
    graduation_on: date | None
    first_day: date | None
    vote_on: date | None
    bottleneck: Unmet | None
    never: Unmet | None

    @cached_property
    def standing(self) -> list[Standing]:
        """Every condition today, met or not, with the days between which time alone fulfils it."""
        return standing(self.facts, edition_on(self.today), self.today)

    @cached_property
    def road(self) -> Road | None:
        return road_from(self.vote_on, self.calendar) if self.vote_on is not None else None

    @property
    def decision_by(self) -> Due | None:
        return self.road.decision_by if self.road else None

    @property
    def ceremony_by(self) -> Due | None:
        return self.road.ceremony_by if self.road else None

    @property
    def probation_ends(self) -> Due | None:
        return self.road.probation_ends if self.road else None

    @property
    def review_by(self) -> Due | None:
        return self.road.review_by if self.road else None

    @property
    def recognised_by(self) -> Due | None:
        return self.road.recognised_by if self.road else None

    @property
    def before_graduation(self) -> bool | None:
        """May the cell of this school still vote? None where no day of either is known."""
        if self.vote_on is None or self.graduation_on is None:
            return None
        return self.vote_on <= self.graduation_on

    @property
    def at_graduation(self) -> str | None:
        return self.road.at(self.graduation_on) if self.road is not None else None

    @property
    def needs_handover(self) -> bool:
        """The student may leave school as a candidate still, so that another organisation must go on."""
        return self.at_graduation in CANDIDATE_STILL

    @property
    def lapsing(self) -> dict[str, date]:
        """Paper → its last day, of those in hand that no longer serve at the meeting and must be renewed."""
        if self.vote_on is None:
            return {}
        last_days = ends(self.facts, edition_on(self.vote_on))
        return {name: day for name, day in last_days.items() if name in PAPERS and day < self.vote_on}


def outlook(
    facts: Facts, *, meetings: MeetingDays, calendar: Calendar, today: date, graduation_on: date | None
) -> Outlook:
    asked = helped_from(facts, today)
    first = first_day(asked, today)
    vote_on = meeting_from(asked, first, meetings, calendar) if first is not None else None
    never = bottleneck = None
    if vote_on is None:
        never = _why_never(asked, meetings.next_on_or_after(first or today, calendar))
    elif first is not None and first > today:
        bottleneck = next(iter(against(asked, first - ONE_DAY)), None)
    return Outlook(facts, calendar, today, graduation_on, first, vote_on, bottleneck, never)


def helped_from(facts: Facts, today: date) -> Facts:
    """Who has no helper yet is helped from today at the earliest, where a local rule asks for such a time."""
    return facts if facts.mentored_from is not None else replace(facts, mentored_from=today)


def first_day(facts: Facts, since: date) -> date | None:
    """The first day from `since` on which nothing that time alone changes stands against a vote.

    Each edition is asked for its own days only: one that begins later may open or close the way.
    """
    for edition, first, last in _times(since):
        day = _started(facts, edition, first)
        if day <= last and not _refusals(facts, edition, day):
            return day
    return None


def _started(facts: Facts, edition: Edition, since: date) -> date:
    """The first day from `since` on which every time that is asked of this person has run."""
    days = [day for name, day in starts(facts, edition).items() if _TIMED[name][0].asked(facts, edition)]
    return max([since, *(day for day in days if day is not None)])


def against(facts: Facts, on: date) -> list[Unmet]:
    """What time alone still holds up on that day, in the order of the file."""
    return _refusals(facts, edition_on(on), on)


def _times(since: date) -> Iterator[tuple[Edition, date, date]]:
    """Every edition that is or comes in force from that day on, with its first and last day."""
    known = editions()
    last_days = [follower.in_force_from - ONE_DAY for follower in known[1:]] + [date.max]
    for edition, last in zip(known, last_days, strict=True):
        if last >= since:
            yield edition, max(since, edition.in_force_from), last


def _refusals(facts: Facts, edition: Edition, on: date) -> list[Unmet]:
    """What stands against the day and is neither a paper that is missing nor one that has run out."""
    found = []
    for name, (_, condition) in _TIMED.items():
        if name in PAPERS and getattr(facts, PAPERS[name]) is None:
            continue
        one = condition(facts, edition, on)
        if one is not None and (one.first_day or name not in PAPERS):
            found.append(one)
    return found


def _why_never(facts: Facts, since: date) -> Unmet | None:
    """The condition that no day from `since` on fulfils: a date that is missing, or an age that is over."""
    last = editions()[-1]
    day = _started(facts, last, max(since, last.in_force_from))
    return next((one for one in _refusals(facts, last, day) if one.first_day is None), None)


def meeting_from(facts: Facts, day: date, meetings: MeetingDays, calendar: Calendar) -> date | None:
    """The first meeting from `day` on that lies on a lawful day; None where none ever does.

    Days after a lawful one are lawful too, unless an edition changes or the upper age passes before them.
    """
    while True:
        meeting = meetings.next_on_or_after(day, calendar)
        if not against(facts, meeting):
            return meeting
        lawful = first_day(facts, meeting)
        if lawful is None:
            return None
        day = lawful


class _Same:
    """A calendar known by being the same object: its days are too many to be a key."""

    __slots__ = ("calendar",)

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.calendar is self.calendar

    def __hash__(self) -> int:
        return id(self.calendar)


@lru_cache(maxsize=4096)
def _road(vote_on: date, decided_on: date | None, ceremony_on: date | None, same: _Same) -> Road:
    calendar = same.calendar
    decision = _due("admission_decision", vote_on, calendar)
    decided = decided_on or decision.day
    ceremony = _due("ceremony", decided, calendar)
    probation = _due("probation_end", ceremony_on or ceremony.day, calendar)
    review = _due("cell_review", probation.day, calendar)
    return Road(
        vote_on, decision, ceremony, probation, review, _due("recognition_decision", review.day, calendar)
    )


def _due(rule: str, start: date, calendar: Calendar) -> Due:
    return deadlines.due(rule, start, edition_on(start), calendar)
