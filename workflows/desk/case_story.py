"""What the case page and the dossier tell beyond the rows: road, conditions, clocks, addresses, journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from engine import cases
from engine.errors import Text
from engine.models.store import files_of
from engine.records import case, journal
from engine.rows import CaseRow
from engine.time import start_of
from engine.transactions import Transaction
from workflows.access import standing_in
from workflows.admission import guards
from workflows.admission.acting import Acting
from workflows.admission.records import act
from workflows.admission.steps import STEPS
from workflows.admission.votes import BALLOTS
from workflows.comments import count_by_case
from workflows.desk import case_clocks, journal_words, untold
from workflows.desk.case_clocks import ClockShown
from workflows.desk.case_page import CasePage, names_of
from workflows.desk.journal_words import Names
from workflows.desk.progress import PATH, Done, Map, Progress, map_of, progress, waited
from workflows.organisations.records import organisation
from workflows.people.records import member, user_account
from workflows.rules.editions import edition_on
from workflows.rules.queries import calendar_of
from workflows.rules.standing import Standing

# Stage → the step whose conditions stand before the case; later stages have conditions only where named.
AHEAD = {
    **dict.fromkeys(PATH[: PATH.index("admission_vote") + 1], "cell_vote"),
    "probation": "cell_review",
    "probation_review": "cell_review",
    "recognition": "recognition_decision",
}
MOVES = ("custodian", "receiver_moved")
USERS = ("proposed_by", "proposed_for", "confirmed_for", "for_user")


@dataclass(frozen=True)
class Entry:
    """One line of the journal in words."""

    seq: int
    on: date
    recorded_at: datetime
    what: Text
    people: list[Text]
    edition: str | None
    side: bool  # of a process beside the road


@dataclass(frozen=True)
class Stage:
    """One stage of the road: done, here or ahead; when it began and ended, how long, how often."""

    name: str
    mark: str
    from_day: date | None
    to_day: date | None
    days: int
    times: int
    steps: list[Done]


@dataclass(frozen=True)
class Turn:
    """An organisation with the days for which the case, or a step of it, lay with it."""

    organisation: str
    days: int
    from_day: date | None = None
    to_day: date | None = None


@dataclass(frozen=True)
class Address:
    """One request to one address: its letter and answer with their numbers, its due day, days late."""

    id: int
    about: str
    to: str
    abroad: bool
    number: str | None
    sent_on: date
    due_on: date | None
    answered_on: date | None
    answer: str | None
    answer_number: str | None
    weighed: str | None
    replaced: bool
    late: int


@dataclass(frozen=True)
class Story:
    """Everything that is told of a case on a day."""

    leaders: list[tuple[str, str, str | None]]  # name, position, whom it stands in for
    desk: str | None  # the organisation at whose desk the case is worked on, where it is not the custodian's
    road: Progress
    stages: list[Stage]
    aside: list[Stage]  # stages beside the main road that the case went through
    owners: dict[int, str]  # act → the organisation that owed the step
    next_steps: list[str]
    next_stage: str | None
    custody: list[Turn]
    waits: list[Turn]
    ahead: str | None
    conditions: list[Standing]
    first_day: date | None
    clocks: list[ClockShown]
    verifications: list[Address]
    opinions: list[Address]
    journal: list[Entry]
    comments: int

    @property
    def open_clocks(self) -> list[ClockShown]:
        return [one for one in self.clocks if one.closed_on is None]

    @property
    def unmet(self) -> list[Standing]:
        return [one for one in self.conditions if one.unmet is not None]


def story(tx: Transaction, page: CasePage, labels: dict[str, str], on: date, *, whole: bool = True) -> Story:
    """Read once for the page and the dossier alike; not `whole`: without the verification (`untold`)."""
    row = cases.get_case(tx, page.case.id)
    entries = _entries(tx, row.id)
    drawn = map_of(files_of(tx, page.case.model_id))
    road = _road(entries, row, drawn, on, whole=whole)
    entries = entries if whole else untold.entries(entries)
    own = [entry for entry in entries if entry.case_id == row.id]
    acts = {one.id: one.organisation_id for one in tx.execute(select(act).where(act.c.case_id == row.id))}
    owed = {number: held for number, held in acts.items() if held is not None}
    names = _names(tx, entries, labels, {*owed.values(), *(turn.organisation_id for turn in road.custody)})
    stages = _stages(road, row.stage, row.closed_as)
    ahead, conditions, first_day = _conditions(tx, row, on)
    conditions = conditions if whole else untold.conditions(conditions)
    following = next_steps(page, drawn)
    numbers = [row.id, *(one.id for one in page.side_cases)]
    begun = {entry.seq: entry.element for entry in own if entry.element}
    due = {one.item: one.due_on for one in page.clocks if one.name == "verification"}
    asked = {one.id: one.organisation or one.addressee or "" for one in page.verifications}
    return Story(
        leaders=_leaders(tx, row.custodian_id, on),
        desk=_desk(tx, row.custodian_id, on),
        road=road,
        stages=[one for one in stages if one.name in PATH],
        aside=[one for one in stages if one.name not in PATH],
        owners={number: names.organisation(held) for number, held in owed.items()},
        next_steps=following if whole else untold.steps(following),
        next_stage=_next_stage(row.stage),
        custody=[
            Turn(names.organisation(one.organisation_id), one.days, one.from_day, one.to_day)
            for one in road.custody
        ],
        waits=_waits(road, owed, names),
        ahead=ahead,
        conditions=conditions,
        first_day=first_day,
        clocks=case_clocks.shown(tx, page.clocks, begun, asked),
        verifications=[_address(one, one.about, due, on) for one in page.verifications],
        opinions=[_address(one, one.giver, {}, on) for one in page.opinions],
        journal=[_entry(entry, names, row.id) for entry in entries],
        comments=sum(count_by_case(tx, numbers, without=() if whole else untold.ELEMENTS).values()),
    )


def next_steps(page: CasePage, drawn: Map) -> list[str]:
    """What may come directly after the steps that are open now, without those already open."""
    here = [line.element for line in page.tasks if line.case_id == page.case.id]
    found = [step for element in here for step in drawn.next_steps(element)]
    return [step for step in dict.fromkeys(found) if step not in here]


def _road(entries: Sequence[Any], row: CaseRow, drawn: Map, on: date, *, whole: bool) -> Progress:
    """Stages and days from all that was written; the steps as far as they are told."""
    own = [entry for entry in entries if entry.case_id == row.id]
    road = progress(own, drawn, custodian_id=row.custodian_id, closed_on=row.closed_on, today=on)
    if not whole:
        road.steps = [step for step in road.steps if step.element not in untold.ELEMENTS]
    return road


def drawn_marks(
    tx: Transaction, page: CasePage, on: date, *, whole: bool = True
) -> tuple[dict[str, str], dict[str, str]]:
    """(marks, tags) of the drawing: done with day and count, now, next."""
    drawn = map_of(files_of(tx, page.case.model_id))
    row = cases.get_case(tx, page.case.id)
    road = _road(_entries(tx, row.id), row, drawn, on, whole=whole)
    following = next_steps(page, drawn)
    marks: dict[str, str] = dict.fromkeys(following if whole else untold.steps(following), "next")
    tags = {element: _tag(day, road.times[element]) for element, day in road.done_on.items()}
    marks |= dict.fromkeys(road.done_on, "done")
    times = road.stage_times()
    for stay in road.stays:
        if stay.to_day is not None:
            marks[stay.stage] = "done"
            tags[stay.stage] = _tag(stay.to_day, times[stay.stage])
    stage_ahead = _next_stage(row.stage)
    if stage_ahead is not None:
        marks.setdefault(stage_ahead, "next")
    here = {line.element for line in page.tasks if line.case_id == row.id}
    here |= {line.name for line in page.timers} | ({row.stage} if row.stage else set())
    tags |= {element: f"✓ {road.times[element]}×" for element in here if element in road.times}
    return marks | dict.fromkeys(here, "now"), tags


def _tag(day: date, times: int) -> str:
    return f"{day:%d/%m/%Y}" + (f" · {times}×" if times > 1 else "")


def _next_stage(stage: str | None) -> str | None:
    place = PATH.index(stage) + 1 if stage in PATH else len(PATH)
    return PATH[place] if place < len(PATH) else None


def _stages(road: Progress, stage: str | None, closed_as: str | None) -> list[Stage]:
    """All stages of the road in order, then those beside it that the case came through."""
    days, times = road.stage_days(), road.stage_times()
    been = dict.fromkeys(stay.stage for stay in road.stays)
    steps: dict[str | None, list[Done]] = {}
    for step in road.steps:
        steps.setdefault(road.stage_of(step), []).append(step)
    lines = []
    for name in (*PATH, *(one for one in been if one not in PATH)):
        stays = [stay for stay in road.stays if stay.stage == name]
        mark = "here" if name == stage else "done" if stays else ""
        if closed_as == "official_member" and name in PATH:
            mark = "done"
        lines.append(
            Stage(
                name=name,
                mark=mark,
                from_day=stays[0].from_day if stays else None,
                to_day=stays[-1].to_day if stays else None,
                days=days.get(name, 0),
                times=times.get(name, 0),
                steps=steps.get(name, []),
            )
        )
    return lines


def _waits(road: Progress, owed: dict[int, int], names: Names) -> list[Turn]:
    found = [(names.organisation(number), days) for number, days in waited(road.steps, owed).items()]
    return [Turn(name, days) for name, days in sorted(found, key=lambda one: (-one[1], one[0]))]


def _conditions(tx: Transaction, row: CaseRow, on: date) -> tuple[str | None, list[Standing], date | None]:
    """The step ahead that has conditions, each of them met or not, and the first day that time allows."""
    element = AHEAD.get(row.stage or "") if row.closed_on is None else None
    if element is None:
        return None, [], None
    acting = _trial(tx, row, element, on)
    found = guards.standing(acting, STEPS[element].guards)
    if element == "cell_vote":
        first = guards.first_lawful_day(tx, row, on)
    else:
        days = [one.unmet.first_day for one in found if one.unmet is not None]
        first = max((day for day in days if day is not None), default=None)
    return element, found, first if first is not None and first > on else None


def _trial(tx: Transaction, row: CaseRow, element: str, on: date) -> Acting:
    """The step as if it were done well today."""
    ballot = BALLOTS.get(element)
    return Acting(
        tx=tx,
        case=row,
        element=element,
        on=on,
        by=None,
        now=start_of(on),
        edition=edition_on(on),
        calendar=calendar_of(tx),
        answers={},
        outcome=ballot.carried if ballot else None,
        organisation_id=row.custodian_id,
    )


def _leaders(tx: Transaction, organisation_id: int, on: date) -> list[tuple[str, str, str | None]]:
    """Who leads the custodian today and who stands in for whom."""
    positions = frozenset({"secretary", "deputy_secretary"})
    able = standing_in.able_at(tx, organisation_id, positions, on)
    stood = {one.stands_in_for for one in able if one.stands_in_for is not None}
    names = names_of(tx, user_account, stood)
    order = {"secretary": 0, "deputy_secretary": 1}
    lines = [(one.name, one.position, names.get(one.stands_in_for or 0)) for one in able]
    return sorted(lines, key=lambda line: (order.get(line[1], 2), line[2] is not None))


def _desk(tx: Transaction, organisation_id: int, on: date) -> str | None:
    desk = standing_in.desk_of(tx, organisation_id, on)
    if desk in (None, organisation_id):
        return None
    return tx.execute(select(organisation.c.name).where(organisation.c.id == desk)).scalar()


def _address(row: Any, about: str, due: dict[int | None, date], on: date) -> Address:
    due_on = due.get(row.id)
    end = row.answered_on or on
    replaced = getattr(row, "replaced_by_id", None) is not None
    return Address(
        id=row.id,
        about=about,
        to=row.organisation or row.addressee or "",
        abroad=bool(getattr(row, "abroad", False)),
        number=row.number,
        sent_on=row.sent_on,
        due_on=due_on,
        answered_on=row.answered_on,
        answer=row.answer,
        answer_number=row.answer_number,
        weighed=getattr(row, "weighed", None),
        replaced=replaced,
        late=max((end - due_on).days, 0) if due_on is not None and not replaced else 0,
    )


def _entries(tx: Transaction, case_id: int) -> list[Any]:
    """The journal of the case and of the processes beside it, in the order in which it was written."""
    of_case = select(case.c.id).where(or_(case.c.id == case_id, case.c.parent_id == case_id))
    query = select(journal).where(journal.c.case_id.in_(of_case))
    return list(tx.execute(query.order_by(journal.c.recorded_at, journal.c.id)))


def _names(tx: Transaction, entries: Sequence[Any], labels: dict[str, str], more: set[int]) -> Names:
    facts = [(entry.kind, entry.facts or {}) for entry in entries]
    users = {entry.by for entry in entries} | {one.get(name) for _kind, one in facts for name in USERS}
    users |= {one.get(name) for kind, one in facts if kind == "assignment" for name in ("from", "to")}
    places = {entry.on_behalf_of for entry in entries} | more
    places |= {one.get(name) for kind, one in facts if kind in MOVES for name in ("from", "to")}
    members = {one.get("helper") for kind, one in facts if kind == "helper_lost"}
    return Names(
        labels,
        names_of(tx, user_account, _numbers(users)),
        names_of(tx, organisation, _numbers(places)),
        _members(tx, _numbers(members)),
    )


def _numbers(found: set[Any]) -> list[int]:
    return sorted(one for one in found if isinstance(one, int))


def _members(tx: Transaction, numbers: list[int]) -> dict[int, str]:
    if not numbers:
        return {}
    rows = tx.execute(
        select(member.c.id, member.c.family_name, member.c.middle_name, member.c.given_name).where(
            member.c.id.in_(numbers)
        )
    )
    return {row[0]: " ".join(part for part in tuple(row)[1:] if part) for row in rows}


def _entry(entry: Any, names: Names, case_id: int) -> Entry:
    return Entry(
        seq=entry.seq,
        on=entry.on,
        recorded_at=entry.recorded_at,
        what=journal_words.sentence(entry, names),
        people=journal_words.people(entry, names),
        edition=entry.edition,
        side=entry.case_id != case_id,
    )
