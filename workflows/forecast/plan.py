"""From a meeting back to the latest start of each step, and from today forward to the meeting one can reach.

Both directions use one sum: `Ground.arrives` says when a step begun on a day is done, `Ground.latest_start`
is its inverse. Pure; the rows are `lead_times.toml`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from workflows.forecast.lead_times import CERTIFICATE, VOTE, Lead, leads, row_of, still_to_do
from workflows.forecast.outlook import Outlook, helped_from, meeting_from
from workflows.rules import deadlines
from workflows.rules.ages import add_months
from workflows.rules.calendar import REST, Calendar, Day, Sum
from workflows.rules.editions import Edition, edition_on, editions
from workflows.schedules.meeting_days import MeetingDays
from workflows.schedules.school_days import LAST_GRADE, Period, SchoolDays

ONE_DAY: Final = timedelta(days=1)
YEARS_BACK: Final = 1  # the breaks of a school are laid over the calendar from then …
YEARS_AHEAD: Final = 4  # … to then
Way = Mapping[str, tuple[date, date]]  # row → its first and last day


@dataclass(frozen=True, eq=False)
class Ground:
    """Everything a plan stands on: the days of offices, of the school, of the cell's meetings.

    One for a cell and a grade: it keeps what it has counted, so that many people share the sums. `abroad`:
    somebody is asked in another country.
    """

    calendar: Calendar
    school: Calendar
    meetings: MeetingDays
    abroad: bool = False
    _done: dict[tuple[str, date], date] = field(default_factory=dict, repr=False)
    _starts: dict[tuple[str, date], date] = field(default_factory=dict, repr=False)
    _ways: dict[object, Way] = field(default_factory=dict, repr=False)

    def way(self, key: object, work_out: Callable[[], Way]) -> Way:
        """A way through the rows, kept for the next person who stands at the same place."""
        if key not in self._ways:
            self._ways[key] = work_out()
        return self._ways[key]

    def arrives(self, lead: Lead, start: date) -> date:
        """The day on which a step begun on that day is done."""
        place = lead.element, start
        if place not in self._done:
            edition = _edition(start)
            done = self._over(lead, start, edition)
            self._done[place] = self.meetings.next_on_or_after(done, self.calendar) if lead.meeting else done
        return self._done[place]

    def latest_start(self, lead: Lead, finish: date) -> date:
        """The last working day on which the step may begin to be done by `finish`."""
        place = lead.element, finish
        if place not in self._starts:
            held = self.meetings.last_on_or_before(finish, self.calendar) if lead.meeting else None
            self._starts[place] = self._back(lead, held or finish)
        return self._starts[place]

    def sum_of(self, lead: Lead, start: date) -> Sum | None:
        """How the step's days are counted from its start; None where it waits for months."""
        edition = _edition(start)
        if lead.waits:
            return None
        return deadlines.count(start, lead.length(edition, abroad=self.abroad), edition, self._days(lead))

    def _days(self, lead: Lead) -> Calendar:
        return self.school if lead.school else self.calendar

    def _over(self, lead: Lead, start: date, edition: Edition) -> date:
        length = lead.length(edition, abroad=self.abroad)
        if lead.waits:
            return add_months(start, length)
        return deadlines.count(start, length, edition, self._days(lead)).due

    def _back(self, lead: Lead, finish: date) -> date:
        """Under the latest edition under which a day fits: a step is counted by the edition of its start."""
        days = self._days(lead)
        last = finish
        for edition in reversed([one for one in editions() if one.in_force_from <= finish] or editions()[:1]):
            length = lead.length(edition, abroad=self.abroad)
            start = (
                _months_before(finish, length) if lead.waits else _days_before(finish, length, edition, days)
            )
            start = _working_day_before(min(start, last), days)
            if start >= edition.in_force_from:
                break
            last = edition.in_force_from - ONE_DAY
        return start


def ground_of(
    calendar: Calendar,
    meetings: MeetingDays,
    school: SchoolDays | None = None,
    *,
    today: date,
    grade: int | None = None,
    course: str | None = None,
    programme: str | None = None,
    abroad: bool = False,
) -> Ground:
    """The ground of people of one cell and grade; exams and breaks are no days of the school."""
    if school is None:
        return Ground(calendar, calendar, meetings, abroad)
    first, last = add_months(today, -12 * YEARS_BACK), add_months(today, 12 * YEARS_AHEAD)
    busy = [
        period
        for period in school.busy_between(first, last)
        if period.is_for(_grade_then(grade, period, school.year_of(today)), course, programme)
    ]
    return Ground(calendar, _without(calendar, busy), meetings, abroad)


def _grade_then(grade: int | None, period: Period, year: int) -> int | None:
    """Which grade somebody is in when the period comes; one who has left by then meets none of its exams."""
    return min(grade + period.year - year, LAST_GRADE + 1) if grade is not None else None


def _without(calendar: Calendar, busy: Iterable[Period]) -> Calendar:
    closed: dict[date, Day | None] = {}
    for period in busy:
        for n in range((period.last - period.first).days + 1):
            day = period.first + n * ONE_DAY
            if calendar.is_working_day(day):
                closed[day] = Day(REST, period.name)
    return calendar.changed(closed) if closed else calendar


@dataclass(frozen=True)
class PlanStep:
    """One step with its last days for a meeting. `opened_on`: since when the case stands at it; None: not
    begun. `late`: should have begun by now, or was begun so late that it will not be done in time."""

    lead: Lead
    start_by: date
    done_by: date
    opened_on: date | None
    late: bool


@dataclass(frozen=True)
class Plan:
    """What must be begun by when to be voted on at `vote_on`; `reachable`: the first meeting at usual pace.

    `helper_since`: who is to help must have shared the unit from that day at the latest; None where the case
    has a helper already.
    """

    vote_on: date
    reachable: date
    steps: list[PlanStep]
    helper_since: date | None

    @property
    def late(self) -> list[PlanStep]:
        return [step for step in self.steps if step.late]

    def to_begin(self, last: date) -> list[PlanStep]:
        """What people must begin by that day and have not begun."""
        return [s for s in self.steps if s.opened_on is None and not s.lead.waits and s.start_by <= last]


def plan(
    seen: Outlook, ground: Ground, opened: Mapping[str, date], *, vote_on: date | None = None
) -> Plan | None:
    """The plan for a meeting, by itself for the first one within reach; None where no day is lawful, or where
    the case stands beyond the vote.

    `opened`: open steps and timers of the case with the day they opened; empty where there is no case yet.
    """
    certified = seen.facts.certificate_on is not None and CERTIFICATE not in seen.lapsing
    rows = still_to_do(opened, {CERTIFICATE} if certified else ())
    if seen.first_day is None or VOTE not in rows:
        return None
    begun = by_row(opened)
    at = frozenset(begun.items())
    paced = ground.way((seen.today, rows, at), lambda: forward(seen.today, ground, rows, begun))
    facts = helped_from(seen.facts, seen.today)
    reached = meeting_from(facts, max(paced[VOTE][1], seen.first_day), ground.meetings, ground.calendar)
    if reached is None:
        return None
    wanted = vote_on or reached
    latest = ground.way((wanted, rows), lambda: backward(wanted, ground, rows))
    today = _working_day_before(seen.today, ground.calendar)  # nobody is late for a weekend
    steps = []
    for name, (start, done) in latest.items():
        late = start < today if name not in begun else paced[name][1] > done
        steps.append(PlanStep(leads()[name], start, done, begun.get(name), late))
    return Plan(wanted, reached, steps, None if seen.facts.helper_official else _helper_since(wanted))


def by_row(opened: Mapping[str, date]) -> dict[str, date]:
    """Row → the latest day on which one of its elements opened: the last of several answers decides."""
    found: dict[str, date] = {}
    for element, day in opened.items():
        row = row_of(element)
        if row is not None:
            found[row] = max(day, found.get(row, day))
    return found


def _helper_since(vote_on: date) -> date:
    return _months_before(vote_on, edition_on(vote_on).number("shared_unit_months_min"))


def backward(vote_on: date, ground: Ground, rows: Collection[str]) -> Way:
    """Row → (latest start, latest finish) of the rows that are left; without waits that nobody asks for."""
    found: dict[str, tuple[date, date]] = {}
    finish = dict.fromkeys(rows, vote_on)
    for name in reversed([name for name in leads() if name in finish]):
        lead = leads()[name]
        start = ground.latest_start(lead, finish[name])
        found[name] = start, finish[name]
        for before in lead.after:
            for one in _shown(before, finish):
                finish[one] = min(finish[one], start)
    asked = (name for name, lead in leads().items() if name in found and _is_asked(lead, found[name][0]))
    return {name: found[name] for name in asked}


def _is_asked(lead: Lead, start: date) -> bool:
    return not lead.waits or lead.length(_edition(start)) > 0


def forward(today: date, ground: Ground, rows: Collection[str], opened: Mapping[str, date]) -> Way:
    """Row → (start, end) at the pace of the rows; what is open began when it was opened, and ends from today
    on; the rest begins once what comes before it is done."""
    found: dict[str, tuple[date, date]] = {}
    for name in (name for name in leads() if name in rows):
        lead = leads()[name]
        before = [found[one][1] for row in lead.after for one in _shown(row, found)]
        start = opened.get(name) or max([today, *before])
        found[name] = start, _not_before(today, ground.arrives(lead, start), lead, ground)
    return found


def _not_before(today: date, done: date, lead: Lead, ground: Ground) -> date:
    """Something overdue is done today at the earliest, or at the next meeting."""
    if done >= today:
        return done
    return ground.meetings.next_on_or_after(today, ground.calendar) if lead.meeting else today


def _shown(name: str, rows: Collection[str]) -> list[str]:
    """The row, or where it is left out (a paper serves) what comes before it."""
    if name in rows:
        return [name]
    return [one for before in leads()[name].after for one in _shown(before, rows)]


def _edition(day: date) -> Edition:
    """The edition in force; for a day before all editions the first."""
    return edition_on(max(day, editions()[0].in_force_from))


def _working_day_before(day: date, days: Calendar) -> date:
    """The day itself if it is worked, else the last worked day before it."""
    while not days.is_working_day(day):
        day -= ONE_DAY
    return day


def _days_before(finish: date, working_days: int, edition: Edition, days: Calendar) -> date:
    """The last day from which so many working days are complete by `finish`."""
    same_day = edition.word("counting_start") != "next_day"
    day, left = finish, working_days
    while left:
        if days.is_working_day(day):
            left -= 1
        if left or not same_day:
            day -= ONE_DAY
    return day


def _months_before(finish: date, months: int) -> date:
    """The last day from which so many months are complete by `finish`: several days may end on one."""
    day = add_months(finish, -months)
    while add_months(day + ONE_DAY, months) <= finish:
        day += ONE_DAY
    return day
