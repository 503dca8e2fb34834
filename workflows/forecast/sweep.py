"""The days of very many students, each worked out once for all who share what it depends on. Pure.

The same functions that refuse a vote say from when it may be held; here they are only asked seldom: of the
roll by birth date and graduation, of the pool by these and the cell's ground, of a case by its own facts.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple, TypeVar

from workflows.forecast.lead_times import CERTIFICATE, VOTE, still_to_do
from workflows.forecast.months import CASE, POOL, ROLL, Foreseen
from workflows.forecast.outlook import ONE_DAY, Road, first_day, helped_from, meeting_from, road_from
from workflows.forecast.plan import Ground, by_row, forward, ground_of
from workflows.rules.calendar import Calendar
from workflows.rules.editions import edition_on
from workflows.rules.eligibility import Facts, ends
from workflows.schedules.meeting_days import MeetingDays
from workflows.schedules.school_days import SchoolDays

CONCLUDED: Final = "conclude_history"
MOST_KEPT: Final = 10_000  # answers of a kind; then the memory begins anew
LONG_AGO: Final = date.min
NO_SCHOOL: Final = SchoolDays()
Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")


class Person(NamedTuple):
    """One line of the roll. `pool`: an open entry; `case_id`: an open case that is kept here."""

    id: int
    institution_id: int
    cell_id: int | None
    birth_date: date
    grade: int | None
    course: str | None
    programme: str | None
    graduation_on: date | None
    pool: bool = False
    case_id: int | None = None
    custodian_id: int | None = None
    stage: str | None = None


@dataclass(frozen=True)
class Kept:
    """What the tables hold of somebody who is followed: facts, and of a case what is open since when and the
    days of the road after the vote. `abroad`: an answer from another country is waited for."""

    facts: Facts
    opened: Mapping[str, date] = field(default_factory=dict)
    beyond: bool = False
    voted_on: date | None = None
    decided_on: date | None = None
    ceremony_on: date | None = None
    abroad: bool = False


def age_alone(birth: date) -> Facts:
    """Of whom nothing but the birth date is known: no other time stands against a vote."""
    return Facts(
        birth_date=birth,
        schooling_met=True,
        certificate_on=None,
        file_completed_on=None,
        helper_official=False,
        shared_from=None,
        verification_open=None,
        verification_adverse=False,
        history_concluded=False,
        union_resolution_on=None,
        opinions_summarised=False,
        opinions_open=0,
        helper_letter_signed=False,
        official_members=0,
        mentored_from=LONG_AGO,
    )


class Memory(dict[Key, Found]):
    """Answers by what they depend on; forgets all of them rather than grow without end."""

    def once(self, key: Key, ask: Callable[[], Found]) -> Found:
        if key in self:
            return self[key]
        if len(self) >= MOST_KEPT:
            self.clear()
        found = self[key] = ask()
        return found


@dataclass(eq=False)
class Sweep:
    """Everything that many people share on a day, and what was found for them so far."""

    today: date
    calendar: Calendar
    meetings: Mapping[int, MeetingDays]
    schools: Mapping[int, SchoolDays]
    default: MeetingDays
    _ages: Memory[date, date | None] = field(default_factory=Memory)
    _graduations: Memory[tuple[object, ...], date | None] = field(default_factory=Memory)
    _calendars: Memory[tuple[object, ...], Calendar] = field(default_factory=Memory)
    _grounds: Memory[tuple[object, ...], Ground] = field(default_factory=Memory)
    _paces: Memory[tuple[object, ...], Mapping[str, date]] = field(default_factory=Memory)
    _votes: Memory[tuple[object, ...], date | None] = field(default_factory=Memory)

    def of_roll(self, one: Person) -> Foreseen:
        """By birth date and graduation alone."""
        return Foreseen(
            one.id,
            one.institution_id,
            one.cell_id,
            ROLL,
            of_age_on=self.of_age_on(one.birth_date),
            graduates_on=self.graduates_on(one),
        )

    def of_followed(self, one: Person, kept: Kept) -> Foreseen:
        """In the pool as if the first step began today; in a case from where it stands."""
        until = ends(kept.facts, edition_on(self.today)).get("certificate")
        found = self.of_roll(one)._replace(
            followed=POOL if one.case_id is None else CASE, case_id=one.case_id, certificate_until=until
        )
        if kept.beyond:
            return found._replace(certificate_until=None, at_graduation=_at(self._road_of(kept), found))
        papers = (CERTIFICATE,) if until is not None and self.today <= until else ()
        rows = still_to_do(kept.opened, papers)
        if VOTE not in rows:  # it stands beside the road: nobody can say when it comes back
            return found
        ground = self.ground_of(one, abroad=kept.abroad)
        pace = self._pace(ground, rows, kept.opened)
        vote_on = self._vote_on(kept.facts, ground, pace[VOTE])
        return found._replace(
            ready_on=pace.get(CONCLUDED) or kept.facts.file_completed_on,
            vote_on=vote_on,
            at_graduation=_at(None if vote_on is None else road_from(vote_on, self.calendar), found),
        )

    def _road_of(self, kept: Kept) -> Road | None:
        if kept.voted_on is None:
            return None
        days = {"decided_on": kept.decided_on, "ceremony_on": kept.ceremony_on}
        return road_from(kept.voted_on, self.calendar, **days)

    def of_age_on(self, birth: date) -> date | None:
        """The first day, from today on, on which somebody counts as of age; None where that is over."""
        return self._ages.once(birth, lambda: of_age_after(birth, self.today - ONE_DAY))

    def graduates_on(self, one: Person) -> date | None:
        school = self.schools.get(one.institution_id, NO_SCHOOL)
        told = one.grade, one.course, one.programme, one.graduation_on
        return self._graduations.once((id(school), *told), lambda: school.graduation_of(*told, self.today))

    def ground_of(self, one: Person, *, abroad: bool = False) -> Ground:
        """The days of the cell and of the school; one for all to whom the same exams and breaks apply."""
        school = self.schools.get(one.institution_id, NO_SCHOOL)
        meetings = self.meetings.get(one.custodian_id or one.cell_id or 0, self.default)
        course = one.course if any(period.course for period in school.periods) else None
        programme = one.programme if any(period.programme for period in school.periods) else None
        of_school = id(school), one.grade, course, programme

        def laid() -> Ground:
            days = self._calendars.once(of_school, lambda: self._school_days(school, *of_school[1:]))
            return Ground(self.calendar, days, meetings, abroad)

        return self._grounds.once((meetings, *of_school, abroad), laid)

    def _school_days(
        self, school: SchoolDays, grade: int | None, course: str | None, programme: str | None
    ) -> Calendar:
        """The calendar without exams and breaks: many cells share it."""
        told = {"grade": grade, "course": course, "programme": programme}
        return ground_of(self.calendar, self.default, school, today=self.today, **told).school  # type: ignore[arg-type]

    def _pace(self, ground: Ground, rows: frozenset[str], opened: Mapping[str, date]) -> Mapping[str, date]:
        """Step → the day on which it is done at the usual pace, of the two that are asked for."""

        def paced() -> Mapping[str, date]:
            days = forward(self.today, ground, rows, by_row(opened))
            return {name: days[name][1] for name in (CONCLUDED, VOTE) if name in days}

        return self._paces.once((ground, rows, frozenset(opened.items())), paced)

    def _vote_on(self, facts: Facts, ground: Ground, paced: date) -> date | None:
        """The first lawful meeting once everything is done."""
        return self._votes.once(
            (facts, ground, paced),
            lambda: meeting_from(helped_from(facts, self.today), paced, ground.meetings, ground.calendar),
        )


def _at(road: Road | None, one: Foreseen) -> str | None:
    return None if road is None else road.at(one.graduates_on)


def of_age_after(birth: date, day: date) -> date | None:
    """The first day of being of age, where it comes after that day; None where it does not."""
    found = first_day(age_alone(birth), day)
    return None if found == day else found
