"""Regular meeting days, own dates of some schools, and duties already done, for the demonstration."""

import random
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any

from sqlalchemy import insert

from engine.time import VIETNAM
from engine.transactions import Transaction
from workflows.demo.population import school_year
from workflows.demo.world import School, World
from workflows.rules.editions import edition_on
from workflows.rules.queries import calendar_of
from workflows.schedules.beginning import seed_school_years
from workflows.schedules.duties import DUTIES, PLAN, POOL_REVIEW, due_on, span_before, span_of
from workflows.schedules.queries import school_days_of
from workflows.schedules.records import duty_done, meeting_day, school_period
from workflows.schedules.school_days import EXAM, GRADUATION

SINCE = date(2020, 1, 1)
KEEPS_OWN_DAY = 0.8  # the others have the day of the rules
DID_IT = 0.85
COURSES_LAST = 4


def keep_schedules(tx: Transaction, world: World) -> None:
    """As of the world's day; needs schools and calendar. Its chance is its own: nothing else moves by it."""
    chance = random.Random(world.seed)  # noqa: S311 - made-up days need no strong chance
    now = datetime.combine(world.today, time(8), VIETNAM)
    seed_school_years(tx, now=now)
    days = [_meeting_day(chance, cell, now) for school in world.schools for cell in school.cells]
    tx.execute(insert(meeting_day), [row for row in days if row])
    periods = [row for school in world.schools for row in _periods(chance, school, world.today, now)]
    if periods:
        tx.execute(insert(school_period), periods)
    done = _duties(tx, world, chance, now)
    if done:
        tx.execute(insert(duty_done), done)


def _meeting_day(chance: random.Random, cell: int, now: datetime) -> dict[str, Any] | None:
    if chance.random() > KEEPS_OWN_DAY:
        return None
    row: dict[str, Any] = {"organisation_id": cell, "body": "cell", "moved": True, "valid_from": SINCE}
    row |= {"recorded_at": now, "day": None, "weekday": None, "nth": None}
    if chance.random() < 0.6:
        return row | {"day": chance.choice((3, 3, 5, 10, 25))}
    return row | {"weekday": chance.choice((3, 4, 5)), "nth": chance.choice((1, 1, 4, -1))}


def _periods(chance: random.Random, school: School, today: date, now: datetime) -> list[dict[str, Any]]:
    """Colleges and universities graduate by intake; every third school has an exam of its own."""
    year = school_year(today)
    row: dict[str, Any] = {"institution_id": school.institution_id, "year": year, "recorded_at": now}
    row |= {"grade": None, "course": None, "programme": None}
    if school.higher:
        day = {"first_day": date(year + 1, 6, 30), "last_day": date(year + 1, 6, 30)}
        course = f"K{year + 1 - COURSES_LAST - 2008}"
        return [row | day | {"kind": GRADUATION, "name": f"Tốt nghiệp {course}", "course": course}]
    if chance.random() > 1 / 3:
        return []
    first = date(year, 12, chance.randint(14, 18))
    return [row | {"kind": EXAM, "name": "Thi học kỳ I", "first_day": first, "last_day": date(year, 12, 30)}]


def _duties(tx: Transaction, world: World, chance: random.Random, now: datetime) -> list[dict[str, Any]]:
    """Most of what was due by now, of the present periods and those before, was done in time."""
    schools = school_days_of(tx, [school.institution_id for school in world.schools])
    calendar = calendar_of(tx)
    found = []
    for school, (name, duty), span_on in product(world.schools, DUTIES.items(), (span_before, span_of)):
        span = span_on(duty.every, world.today, schools[school.institution_id])
        if name == POOL_REVIEW or span is None:
            continue
        due = due_on(duty, span, edition_on(world.today), calendar)
        for place in (school.party_organisation_id, school.union_id):
            if due <= world.today and chance.random() < DID_IT:
                day = calendar.next_working_day(due - timedelta(days=chance.randint(2, 20)))
                row = {"organisation_id": place, "duty": name, "period": span.key, "on_day": day}
                number = f"{chance.randint(1, 40):02d}-{'KH' if name == PLAN else 'BC'}"
                found.append(row | {"number": number, "recorded_at": now})
    return found
