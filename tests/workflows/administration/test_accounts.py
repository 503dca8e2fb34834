"""Accounts and their seats: what is refused, what the log says, who is never left without."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.errors import Conflict, Failure, InvalidAnswers
from engine.records import journal
from tests.workflows.builders import World
from workflows import access
from workflows.administration import accounts, log, positions
from workflows.administration.accounts import NewAccount
from workflows.founding.slips import Slip
from workflows.people.records import position, user_account
from workflows.people.users import holders_on, named, positions_on

SLIP = Slip("", "", "mot-hai", "hashed")
Who = Callable[[], dict[str, Any]]


def refused(failure: pytest.ExceptionInfo[InvalidAnswers]) -> list[str]:
    return sorted(failure.value.fields)


def test_an_account_is_opened_with_a_proposed_name_a_slip_and_an_entry_and_can_be_found_again_by_its_key(
    world: World, who: Who
) -> None:
    with world.store.transaction() as tx:
        first = accounts.open_account(
            tx, NewAccount("Đỗ Thị Ánh"), SLIP, organisation_id=world.cell, key="k1", **who()
        )
        second = accounts.open_account(
            tx, NewAccount("Đào Thu Ánh"), SLIP, organisation_id=world.cell, **who()
        )
        assert (first[1], second[1]) == ("anh.dt", "anh.dt2")
        row = tx.execute(select(user_account).where(user_account.c.id == first[0])).one()
        assert (row.must_change_password, row.password, row.search_key) == (True, "hashed", "do thi anh")
        assert row.slip_expires_at > who()["now"]
        known = log.noted(tx, world.users["admin"], "k1")
        assert known is not None
        assert known["user"] == first[0]
        assert log.noted(tx, world.users["ward_admin"], "k1") is None
        assert "mot-hai" not in str(tx.execute(select(journal.c.facts)).all())


def test_a_user_name_that_differs_only_by_accents_or_case_is_taken(world: World, who: Who) -> None:
    for typed in ("cell1", "Cell1", "CÉLL1", " cell 1 "):
        with world.store.transaction() as tx, pytest.raises(InvalidAnswers) as failure:
            accounts.open_account(
                tx, NewAccount("Lê Văn B", typed), SLIP, organisation_id=world.cell, **who()
            )
        assert refused(failure) == ["username"], typed


def test_one_member_has_one_account(world: World, who: Who) -> None:
    member = world.members[0]
    with world.store.transaction() as tx:
        accounts.open_account(
            tx, NewAccount("Lê Văn B", member_id=member), SLIP, organisation_id=world.cell, **who()
        )
        with pytest.raises(InvalidAnswers) as failure:
            accounts.open_account(
                tx, NewAccount("Lê Văn C", member_id=member), SLIP, organisation_id=world.cell, **who()
            )
    assert refused(failure) == ["member"]


def test_a_slip_is_given_once_from_a_page_and_every_password_before_is_worthless(
    world: World, who: Who
) -> None:
    place = {"organisation_id": world.cell}
    with world.store.transaction() as tx:
        row = accounts.hold_account(tx, world.users["cell1"])
        mark = accounts.mark_of(row)
        assert accounts.give_slip(tx, row.id, SLIP, mark=mark, **place, **who()) == "cell1"
        with pytest.raises(Conflict):
            accounts.give_slip(tx, row.id, SLIP, mark=mark, **place, **who())
        own = accounts.hold_account(tx, world.users["admin"])
        with pytest.raises(Conflict):
            accounts.give_slip(tx, own.id, SLIP, mark=accounts.mark_of(own), **place, **who())


def test_closing_takes_every_right_at_once_and_opening_gives_it_back(world: World, who: Who) -> None:
    user, place = world.users["cell1"], {"organisation_id": world.cell}
    with world.store.transaction() as tx:
        accounts.set_active(tx, user, False, **place, **who())
    with world.store.transaction() as tx:
        assert access.acting_for(tx, user, world.today) == []
        with pytest.raises(Conflict):
            positions.give_position(tx, user, world.cell, "officer", since=world.today, **who())
        accounts.set_active(tx, user, True, **place, **who())
    with world.store.transaction(writing=False) as tx:
        assert access.acting_for(tx, user, world.today)


def test_the_last_administrator_stays_and_nobody_closes_an_own_account(world: World, who: Who) -> None:
    place = {"organisation_id": world.commune}
    admin, ward = world.users["admin"], world.users["ward_admin"]
    with world.store.transaction() as tx:
        with pytest.raises(Conflict):
            accounts.set_active(tx, admin, False, **place, **who())
        seat = positions_on(tx, admin, world.today)[0]
        with pytest.raises(Conflict, match="cuối cùng"):
            positions.end_position(tx, seat.id, until=world.today + timedelta(days=1), **who())
        by_ward = who() | {"by": ward}
        with pytest.raises(Conflict, match="cuối cùng"):
            accounts.set_active(tx, admin, False, **place, **by_ward)
        accounts.set_active(tx, ward, False, **place, **who())  # the province's stands above the ward


def test_two_administrators_who_leave_at_once_do_not_both_go(world: World, who: Who) -> None:
    with world.store.transaction() as tx:
        other, _ = accounts.open_account(tx, NewAccount("Hai"), SLIP, organisation_id=None, **who())
        positions.give_position(
            tx, other, world.users["province"], "administrator", since=world.today, **who()
        )
        users = (world.users["admin"], other)
        seats = [positions_on(tx, user, world.today)[0].id for user in users]

    def leave(seat: int) -> bool:
        try:
            with world.store.transaction() as tx:
                positions.end_position(tx, seat, until=world.today + timedelta(days=1), **who())
        except Failure:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, seats)) == [False, True]


def test_a_position_is_held_once_and_a_secretary_is_one(world: World, who: Who) -> None:
    today, later = world.today, world.today + timedelta(days=30)
    with world.store.transaction() as tx:
        give = positions.give_position
        with pytest.raises(Conflict):  # to oneself: the content of cases would lie open
            give(tx, world.users["admin"], world.cell, "officer", since=today, **who())
        for user, word, field in (
            ("cell1", "secretary", "since"),  # holds it already
            ("other1", "secretary", "since"),  # somebody else holds it
            ("other1", "union_secretary", "position"),  # no union
            ("other1", "helper", "position"),  # no member
        ):
            with pytest.raises(InvalidAnswers) as failure:
                give(tx, world.users[user], world.cell, word, since=today, **who())
            assert refused(failure) == [field], (user, word)
        with pytest.raises(InvalidAnswers) as failure:
            give(tx, world.users["other1"], world.cell, "officer", since=today, until=today, **who())
        assert refused(failure) == ["until"]
        seat = next(one for one in holders_on(tx, world.cell, today, "secretary"))
        positions.end_position(tx, seat.id, until=later, **who())
        with pytest.raises(InvalidAnswers):
            give(tx, world.users["other1"], world.cell, "secretary", since=today, **who())
        give(tx, world.users["other1"], world.cell, "secretary", since=later, **who())
        with pytest.raises(InvalidAnswers):
            positions.end_position(tx, seat.id, until=seat_start(tx, seat.id) - timedelta(days=1), **who())


def seat_start(tx: Any, seat: int) -> Any:
    return tx.execute(select(position.c.valid_from).where(position.c.id == seat)).scalar_one()


def test_a_position_given_by_mistake_is_taken_back_on_the_same_day_and_an_old_one_is_not(
    world: World, who: Who
) -> None:
    with world.store.transaction() as tx:
        user = world.users["other1"]
        seat = positions.give_position(tx, user, world.cell, "officer", since=world.today, **who())
        positions.end_position(tx, seat, until=world.today, **who())
        assert tx.execute(select(position.c.id).where(position.c.id == seat)).scalar() is None
        old = positions_on(tx, user, world.today)[0]
        with pytest.raises(InvalidAnswers):
            positions.end_position(tx, old.id, until=seat_start(tx, old.id), **who())


def test_the_same_position_given_by_two_at_once_is_given_once(world: World, who: Who) -> None:
    def give(_number: int) -> bool:
        try:
            with world.store.transaction() as tx:
                user = world.users["other1"]
                positions.give_position(tx, user, world.cell, "officer", since=world.today, **who())
        except Failure:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(give, range(2))) == [False, True]


def test_the_log_names_both_and_shows_an_administrator_only_what_lies_below(world: World, who: Who) -> None:
    with world.store.transaction() as tx:
        tx.execute(
            update(user_account).where(user_account.c.id == world.users["other1"]).values(named("Đỗ Hà"))
        )
        positions.give_position(tx, world.users["other1"], world.cell, "officer", since=world.today, **who())
        positions.give_position(
            tx, world.users["cell1"], world.commune, "officer", since=world.today, **who()
        )
        everything = log.read(tx, None, log.Wanted())
        below = log.read(tx, {world.cell}, log.Wanted())
        of_person = log.read(tx, None, log.Wanted(person="do ha"))
        of_place = log.read(tx, None, log.Wanted(organisation="phuong thu nghiem"))
        later = log.read(tx, None, log.Wanted(since=world.today + timedelta(days=1)))
    assert len(everything.lines) == 2
    assert [str(one.text.params["user"]) for one in below.lines] == ["Đỗ Hà"]
    assert below.lines[0].who == "Quản Trị admin"
    assert [one.id for one in of_person.lines] == [one.id for one in below.lines]
    assert [one.organisation for one in of_place.lines] == ["Đảng ủy phường Thử Nghiệm"]
    assert later.lines == []
