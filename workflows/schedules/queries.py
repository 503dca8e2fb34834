"""Schedules of many at once, as values: the meeting days of organisations, the days of schools."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, or_, select

from engine.among import among
from engine.transactions import Transaction
from workflows.meetings.records import planned_meeting
from workflows.rules.ages import add_months, month_start
from workflows.rules.editions import Edition, edition_on
from workflows.schedules.meeting_days import MeetingDays, Pattern
from workflows.schedules.records import meeting_day, school_period
from workflows.schedules.school_days import Period, SchoolDays

CELL = "cell"
REGULAR = "regular"
KNOWN_MONTHS_BACK = 12  # planned and held meetings further back move nothing any more
_m, _p, _s = meeting_day.c, planned_meeting.c, school_period.c
_PATTERNS = (
    select(_m.organisation_id, _m.day, _m.weekday, _m.nth, _m.moved, _m.valid_from)
    .where(among(_m.organisation_id, "organisations"), _m.body == bindparam("body"))
    .order_by(_m.valid_from, _m.id)
)
_PLANNED = (
    select(_p.organisation_id, _p.kind, _p.on_day)
    .where(
        among(_p.organisation_id, "organisations"),
        _p.body == bindparam("body"),
        _p.status != "cancelled",
        _p.on_day >= bindparam("since"),
    )
    .order_by(_p.on_day)
)
_PERIODS = (
    select(
        *(_s[name] for name in ("institution_id", "kind", "name", "first_day", "last_day", "year")),
        *(_s[name] for name in ("grade", "course", "programme")),
    )
    .where(
        or_(_s.institution_id.is_(None), among(_s.institution_id, "institutions")), _s.withdrawn_at.is_(None)
    )
    .order_by(_s.first_day, _s.id)
)


def default_pattern(edition: Edition) -> Pattern:
    """The regular day of a body that has not written down its own."""
    moved = edition.word("regular_meeting_day_off") == "next_working_day"
    return Pattern(day=edition.number("regular_meeting_day"), moved=moved)


def meeting_days_of(
    tx: Transaction, organisation_ids: Collection[int], on: date, body: str = CELL
) -> Mapping[int, MeetingDays]:
    """When each of them meets, as it is known now; `on`: which edition says the day where none was kept."""
    asked = {"organisations": organisation_ids, "body": body}
    default = default_pattern(edition_on(on))
    patterns: dict[int, dict[date, Pattern]] = defaultdict(dict)
    for row in tx.execute(_PATTERNS, asked):
        patterns[row.organisation_id][row.valid_from] = _pattern(row, default)
    planned: dict[tuple[int, bool], list[date]] = defaultdict(list)
    for row in tx.execute(_PLANNED, asked | {"since": add_months(month_start(on), -KNOWN_MONTHS_BACK)}):
        planned[row.organisation_id, row.kind == REGULAR].append(row.on_day)
    return {
        organisation: MeetingDays(
            default,
            planned=tuple(planned[organisation, True]),
            beside=tuple(planned[organisation, False]),
            later=tuple(patterns[organisation].values()),
        )
        for organisation in organisation_ids
    }


def _pattern(row: Row[Any], default: Pattern) -> Pattern:
    """A row without a day gives the default back."""
    if row.day is None and row.weekday is None:
        return replace(default, since=row.valid_from)
    return Pattern(row.day or 0, row.weekday or 0, row.nth or 0, row.moved, row.valid_from)


def school_days_of(
    tx: Transaction, institution_ids: Collection[int], on: date | None = None
) -> Mapping[int, SchoolDays]:
    """The years of each school; the province's rows where it wrote nothing. Schools alike share one value.

    `on`: leave out school years that ended more than a year before that day.
    """
    own: dict[int | None, list[Period]] = defaultdict(list)
    for row in tx.execute(_PERIODS, {"institutions": institution_ids}):
        if on is None or row.year >= on.year - 2:
            period = Period(*tuple(row)[1:])
            own[row.institution_id].append(period._replace(common=row.institution_id is None))
    common = SchoolDays.of((), own[None])
    return {
        institution: SchoolDays.of(own[institution], own[None]) if institution in own else common
        for institution in institution_ids
    }
