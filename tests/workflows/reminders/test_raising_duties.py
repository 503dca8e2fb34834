"""Duties that come back are reminded of as clocks are; those above get one message with a number."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.records import outbox
from tests.workflows.builders import World, noon
from tests.workflows.reminders.conftest import Office
from workflows.organisations.records import institution
from workflows.people.pool import confirm_pool
from workflows.reminders import raising_duties
from workflows.reminders.ladder import ladders
from workflows.reminders.records import notice
from workflows.reminders.settling import settle
from workflows.schedules.beginning import seed_school_years
from workflows.schedules.duties import DUTIES
from workflows.schedules.recording import record_duty

DUE = date(2025, 12, 31)  # of the ranking of 2025, and of the review of December
YEAR = "ranking:2025"


@pytest.fixture(autouse=True)
def seeded(world: World) -> None:
    with world.store.transaction() as tx:
        seed_school_years(tx, now=noon(world.today))


def told(office: Office, key: str, kind: str = "duty_") -> list[Any]:
    """Messages of one duty and period."""
    return [one for one in office.told(kind) if key in one.facts["topic"]]


def heard(world: World, key: str) -> list[tuple[int, str]]:
    """(user, kind) of every notice of one duty and period that waits to be read."""
    rows = world.rows(
        select(notice.c.user_id, outbox.c.kind)
        .join(outbox, outbox.c.id == notice.c.outbox_id)
        .where(notice.c.read_at.is_(None), notice.c.topic.contains(key))
        .order_by(notice.c.user_id)
    )
    return [tuple(row) for row in rows]


def do_it(world: World, organisation: int, day: date, duty: str = "ranking", period: str = "2025") -> None:
    by = world.users["school1" if organisation == world.school else "union1"]
    with world.store.transaction() as tx:
        record_duty(tx, organisation, duty, period, done_on=day, number="01-BC", by=by, on=day, now=noon(day))


def test_every_duty_has_a_ladder() -> None:
    assert set(ladders().by_duty) == set(DUTIES)


def test_who_heads_it_is_told_first_then_the_organisation_then_those_above_with_a_number(
    world: World, office: Office
) -> None:
    for left in (31, 30, 15):
        office.night(DUE - timedelta(days=left))
    early = told(office, YEAR)
    assert {(one.facts["rung"], one.to_user) for one in early} == {
        (rung, world.users[one]) for rung in (30, 15) for one in ("school1", "union1")
    }
    office.night(DUE - timedelta(days=7))
    office.night(DUE)
    later = told(office, YEAR)[len(early) :]
    assert [one.kind for one in later] == ["duty_before"] * 2 + ["duty_today"] * 2
    assert {one.to_organisation for one in later} == {world.school, world.union}
    office.night(DUE + timedelta(days=3))
    late = told(office, f"duty:{world.school}:{YEAR}", "duty_late")
    assert [(one.to_organisation, one.facts["days"], one.facts["earlier"]) for one in late] == [
        (world.school, 3, True)
    ]
    below = {one.to_organisation: one.facts["count"] for one in told(office, YEAR, "duty_below")}
    with world.store.transaction(writing=False) as tx:
        tree = raising_duties.tree_of(tx)
    above = [tree.parent_on(one, DUE) for one in (world.school, world.union)]
    assert below == {one: above.count(one) for one in above if one is not None}


def test_one_event_is_told_once_and_missed_nights_tell_the_nearest_rung_only(
    world: World, office: Office
) -> None:
    office.night(DUE + timedelta(days=5))
    assert {one.facts["rung"] for one in told(office, YEAR)} == {-3}
    before = len(office.told("duty_"))
    office.night()
    office.night(DUE + timedelta(days=6))
    assert len(office.told("duty_")) == before


def test_what_was_late_long_before_the_program_came_is_left_to_the_page(world: World, office: Office) -> None:
    office.night(date(2025, 11, 20))
    assert told(office, "plan:2025") == [], "due in February"
    assert told(office, "ranking:2024") == []


def test_what_is_done_is_reminded_of_no_more_and_its_notices_are_put_away(
    world: World, office: Office
) -> None:
    office.night(DUE - timedelta(days=7))
    waiting = heard(world, YEAR)
    assert {user for user, _kind in waiting} >= {world.users[one] for one in ("school1", "school2", "union1")}
    do_it(world, world.school, DUE - timedelta(days=6))
    settle(world.store, noon(DUE - timedelta(days=6)))
    left = heard(world, YEAR)
    assert left and left == [
        one for one in waiting if one[0] in (world.users["union1"], world.users["union2"])
    ]
    office.night(DUE)
    assert {one.to_organisation for one in told(office, YEAR, "duty_today")} == {world.union}


def test_a_later_rung_takes_the_place_of_an_unread_earlier_one(world: World, office: Office) -> None:
    for left in (7, 3, 1, 0):
        office.night(DUE - timedelta(days=left))
    assert {kind for _user, kind in heard(world, f"duty:{world.school}:{YEAR}")} == {"duty_today"}


def test_the_gathered_message_counts_those_right_below_and_goes_once_all_have_done_it(
    world: World, office: Office
) -> None:
    with world.store.transaction() as tx:
        school = update(institution).where(institution.c.id == world.institution)
        tx.execute(school.values(union_organisation_id=None))
    day = DUE + timedelta(days=3)
    office.night(day)
    key = f"duties:{world.commune}:{YEAR}"
    (gathered,) = told(office, key, "duty_below")
    assert gathered.facts["count"] == 1
    assert heard(world, key)
    do_it(world, world.school, day)
    settle(world.store, noon(day))
    assert heard(world, key) == []


def test_the_review_of_the_pool_is_reminded_of_each_month_until_the_cell_has_confirmed(
    world: World, office: Office
) -> None:
    office.night(date(2025, 11, 24))
    assert {one.facts["due"] for one in told(office, "pool_review:2025-11")} == {"2025-12-01"}
    with world.store.transaction() as tx:
        confirm_pool(tx, world.cell, date(2025, 11, 25), by=None, now=noon(date(2025, 11, 25)))
    settle(world.store, noon(date(2025, 11, 25)))
    assert heard(world, "pool_review:2025-11") == []
    office.night(date(2025, 12, 4))
    assert told(office, "pool_review:2025-11", "duty_late") == []
    office.night(date(2025, 12, 24))
    assert told(office, "pool_review:2025-12", "duty_before")


def test_organisations_right_below_one_are_never_parted(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raising_duties, "AT_ONCE", 1)
    with world.store.transaction(writing=False) as tx:
        tree = raising_duties.tree_of(tx)
        families = list(raising_duties._families(tree, DUE))
    parents = [{tree.parent_on(one, DUE) for one in together} for together in families]
    assert len(families) > 1
    assert all(len(one) == 1 for one in parents)
    assert sum(map(len, families)) == sum(node.stands_on(DUE) for node in tree.nodes.values())
