"""Deputies: somebody else, of the same office, through the whole time, one at a time, never in a circle."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.errors import InvalidAnswers, NotFound
from tests.workflows.builders import World, noon
from workflows import access
from workflows.administration import accounts, deputies, log, positions
from workflows.people.users import add_position, add_user, positions_on
from workflows.schedules.recording import record_duty

Who = Callable[[], dict[str, Any]]


def seat(tx: Any, world: World, user: str) -> int:
    return positions_on(tx, world.users[user], world.today)[0].id


def test_a_deputy_has_the_seat_only_in_the_time_and_the_log_has_both_names(world: World, who: Who) -> None:
    today = world.today
    with world.store.transaction() as tx:
        deputies.name_deputy(
            tx, seat(tx, world, "cell1"), world.users["school1"], since=today, last=today + timedelta(days=9),
            reason="đi học", **who(),
        )  # fmt: skip
    with world.store.transaction(writing=False) as tx:
        for after, sits in ((0, True), (9, True), (10, False)):
            seats = access.acting_for(tx, world.users["school1"], today + timedelta(days=after))
            assert any(one.organisation_id == world.cell for one in seats) is sits, after
        found = deputies.deputies_for(tx, world.users["cell1"], today)
        assert [(one.for_user, one.reason, one.last) for one in found] == [
            (world.users["cell1"], "đi học", today + timedelta(days=9))
        ]


def test_what_makes_no_sense_is_refused(world: World, who: Who) -> None:
    today, week = world.today, world.today + timedelta(days=7)
    with world.store.transaction() as tx:
        cell1, cell2 = seat(tx, world, "cell1"), seat(tx, world, "cell2")
        users = world.users

        def why(seat_id: int, deputy: str, since: Any = today, last: Any = week) -> list[str]:
            with pytest.raises(InvalidAnswers) as failure:
                deputies.name_deputy(
                    tx, seat_id, users[deputy], since=since, last=last, reason="nghỉ", **who()
                )
            return sorted(failure.value.fields)

        assert why(cell1, "cell1") == ["deputy"]  # oneself
        assert why(cell1, "admin") == ["deputy"]  # who writes it down
        assert why(cell1, "cell2", last=today.replace(year=9999)) == ["last"]
        assert why(cell1, "other1") == ["deputy"]  # a sibling cell
        assert why(cell1, "commune1") == ["deputy"]  # two levels up
        assert why(cell1, "cell2", since=today - timedelta(days=1)) == ["since"]
        assert why(cell1, "cell2", last=today - timedelta(days=1)) == ["last"]
        positions.end_position(tx, cell2, until=today + timedelta(days=3), **who())
        assert why(cell1, "cell2") == ["deputy"]  # leaves before the time is over
        assert why(cell2, "cell1") == ["last"]  # the position itself ends before
        deputies.name_deputy(tx, cell1, users["school1"], since=today, last=week, reason="nghỉ", **who())
        assert why(cell1, "school2", since=week) == ["since"]  # already somebody
        assert why(seat(tx, world, "school1"), "school2") == ["since"]  # stands in, so is not away
        accounts.set_active(tx, users["school2"], False, organisation_id=world.school, **who())
        assert why(cell1, "school2", since=week + timedelta(days=1), last=week + timedelta(days=2)) == [
            "deputy"
        ]


def test_who_is_away_stands_in_for_nobody(world: World, who: Who) -> None:
    today, users = world.today, world.users
    with world.store.transaction() as tx:
        days = {"since": today, "last": today, "reason": "nghỉ"}
        deputies.name_deputy(tx, seat(tx, world, "cell1"), users["cell2"], **days, **who())
        with pytest.raises(InvalidAnswers) as failure:
            deputies.name_deputy(tx, seat(tx, world, "cell2"), users["cell1"], **days, **who())
    assert sorted(failure.value.fields) == ["deputy"]


def test_nobody_stands_in_for_a_helper_or_a_deputy(world: World, who: Who) -> None:
    today, users = world.today, world.users
    with world.store.transaction() as tx:
        helper = add_user(tx, "giupdo", "Người Giúp", member_id=world.members[0])
        helping = add_position(tx, helper, world.cell, "helper", since=today)
        standing = deputies.name_deputy(
            tx, seat(tx, world, "cell1"), users["cell2"], since=today, last=today, reason="nghỉ", **who()
        )
        for one in (helping, standing, 987654321):
            with pytest.raises(NotFound):
                deputies.name_deputy(
                    tx, one, users["school1"], since=today, last=today, reason="nghỉ", **who()
                )


def test_a_deputy_ends_with_the_position_and_by_the_word_of_its_holder_only(world: World, who: Who) -> None:
    today, users = world.today, world.users
    with world.store.transaction() as tx:
        days = {"since": today, "last": today + timedelta(days=20), "reason": "nghỉ"}
        one = deputies.name_deputy(tx, seat(tx, world, "cell1"), users["cell2"], **days, **who())
        with pytest.raises(NotFound):
            deputies.end_deputy(tx, one, holder=users["other1"], **who())
        positions.end_position(tx, seat(tx, world, "cell1"), until=today + timedelta(days=5), **who())
        assert deputies.deputies_for(tx, users["cell1"], today)[0].last == today + timedelta(days=4)
        deputies.end_deputy(tx, one, holder=users["cell1"], **who())
        assert deputies.deputies_for(tx, users["cell1"], today) == []


def test_what_a_deputy_does_outside_of_cases_is_written_down_with_both_names(world: World, who: Who) -> None:
    today, users = world.today, world.users
    done = {"done_on": today, "on": today, "now": noon(today)}
    with world.store.transaction() as tx:
        deputies.name_deputy(
            tx, seat(tx, world, "cell1"), users["school1"], since=today, last=today + timedelta(days=7),
            reason="nghỉ", **who(),
        )  # fmt: skip
    for number, name in enumerate(("school1", "cell2"), 1):
        with world.store.transaction() as tx:
            record_duty(tx, world.cell, "plan", "2025", number=f"0{number}-KH", by=users[name], **done)
    with world.store.transaction(writing=False) as tx:
        found = {one.who: one.stood_in_for for one in log.read(tx, [world.cell], log.Wanted()).lines[:2]}
        by_name = log.read(tx, [world.cell], log.Wanted(person="cell1")).lines
    assert found == {"school 1": "cell 1", "cell 2": None}
    assert any("01-KH" in str(one.text) for one in by_name)
