"""The calendar as a year on a page, who changed it, and what a change would move before it is made."""

from calendar import Calendar as Weeks
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import extract, func, select

from engine.records import clock
from engine.transactions import Transaction
from workflows.admission.records import act, clock_grant
from workflows.people.records import user_account
from workflows.rules import deadlines
from workflows.rules.calendar import Calendar, Day
from workflows.rules.days_off import DayOff
from workflows.rules.editions import edition_named
from workflows.rules.queries import calendar_of
from workflows.rules.records import calendar_day


@dataclass(frozen=True)
class Moved:
    """Running clocks of one name whose due day a change would move; days are calendar days."""

    name: str
    count: int
    earlier: int
    later: int
    furthest: int


def years(tx: Transaction) -> list[int]:
    """The years that the table speaks of."""
    year = extract("year", calendar_day.c.day)
    return sorted(int(found) for found in tx.execute(select(year).distinct()).scalars())


def history(tx: Transaction, limit: int = 20) -> list[tuple[int, list[Any]]]:
    """The latest changes by hand, newest first: version and its rows. The first filling is none."""
    newest = (
        select(calendar_day.c.version)
        .where(calendar_day.c.version > 1)
        .distinct()
        .order_by(calendar_day.c.version.desc())
        .limit(limit)
    )
    rows = tx.execute(
        select(calendar_day, user_account.c.name.label("who"))
        .outerjoin(user_account, user_account.c.id == calendar_day.c.by_user)
        .where(calendar_day.c.version.in_(newest.scalar_subquery()))
        .order_by(calendar_day.c.version.desc(), calendar_day.c.day)
    )
    return [(version, list(found)) for version, found in groupby(rows, key=lambda row: row.version)]


def would_move(tx: Transaction, days: Sequence[DayOff]) -> list[Moved]:
    """What the change would do to running clocks: names and numbers only, never persons."""
    changed = {one.day: Day(one.kind, one.name) if one.kind else None for one in days}
    calendar = calendar_of(tx).changed(changed)
    shifts: dict[str, Counter[int]] = {}
    for name, due_on, expected, number in _by_sum(tx, calendar):
        if expected != due_on:
            shifts.setdefault(name, Counter())[(expected - due_on).days] += number
    return [_moved(name, found) for name, found in sorted(shifts.items())]


def _moved(name: str, found: Mapping[int, int]) -> Moved:
    return Moved(
        name=name,
        count=sum(found.values()),
        earlier=sum(number for days, number in found.items() if days < 0),
        later=sum(number for days, number in found.items() if days > 0),
        furthest=max(found, key=abs),
    )


def _by_sum(tx: Transaction, calendar: Calendar) -> list[tuple[str, date, date, int]]:
    """(clock, due day, due day under the calendar, how many): clocks of one sum are counted once."""
    extended = (
        select(act.c.id)
        .where(
            act.c.case_id == clock.c.case_id,
            act.c.element == "extension",
            act.c.outcome == clock.c.name,
            act.c.on_day >= clock.c.started_on,
        )
        .exists()
    )
    granted = (
        select(clock_grant.c.until_day)
        .where(clock_grant.c.clock_id == clock.c.id)
        .order_by(clock_grant.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    of_one_sum = (
        *(clock.c[name] for name in ("name", "rule", "started_on", "due_on", "edition")),
        granted.label("granted"),
    )
    rows = tx.execute(
        select(*of_one_sum, extended.label("extended"), func.count().label("number"))
        .where(clock.c.closed_on.is_(None), clock.c.calendar_version.is_not(None))
        .group_by(*of_one_sum, extended)
    )
    return [(row.name, row.due_on, _due_day(row, calendar), row.number) for row in rows]


def _due_day(row: Any, calendar: Calendar) -> date:
    """As the recount will make it: the day that a superior gave stands, moved only off a day off."""
    edition = edition_named(row.edition)
    if row.granted is not None:
        return deadlines.last_day(row.granted, edition, calendar)
    extended = bool(row.extended) and deadlines.RULES[row.rule].extension is not None
    return deadlines.due(row.rule, row.started_on, edition, calendar, extended=extended).day


class Cell(NamedTuple):
    """A day of the year's page; `kind` is `work`, `weekend` or a word of the table."""

    day: date
    kind: str
    name: str


def year_of(calendar: Calendar, year: int) -> list[list[list[Cell | None]]]:
    """Twelve months of weeks from Monday to Sunday; None where a day is of another month."""
    weeks = Weeks()
    return [
        [
            [_cell(calendar, date(year, month, day)) if day else None for day in week]
            for week in weeks.monthdayscalendar(year, month)
        ]
        for month in range(1, 13)
    ]


def working_days(calendar: Calendar, year: int) -> int:
    """How many days of the year are worked."""
    return calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31))


def _cell(calendar: Calendar, day: date) -> Cell:
    known = calendar.days.get(day)
    if known is not None:
        return Cell(day, known.kind, known.name)
    return Cell(day, "work" if calendar.is_working_day(day) else "weekend", "")
