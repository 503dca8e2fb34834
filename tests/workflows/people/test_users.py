"""Accounts have plain names; positions have days."""

from datetime import date

import pytest
from sqlalchemy import update

from engine.errors import Conflict, InvalidAnswers
from engine.transactions import Store
from workflows.demo import School
from workflows.people.records import user_account
from workflows.people.users import (
    add_position,
    add_user,
    end_position,
    holders_on,
    positions_on,
    username_of,
)

DAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("typed", "kept"), [("Bí Thư.CB", "bithu.cb"), ("ĐOÀN-01", "doan-01"), ("a b\tc", "abc"), ("; --", "--")]
)
def test_a_user_name_keeps_plain_letters_only(typed: str, kept: str) -> None:
    assert username_of(typed) == kept


def test_a_user_name_is_taken_once_however_it_is_written(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        add_user(tx, "Đoàn.Mới", "Lê Thị Mới")
        with pytest.raises(Conflict):
            add_user(tx, "doan.moi", "Người khác")
        with pytest.raises(InvalidAnswers):
            add_user(tx, "???", "Không tên")


def test_a_position_holds_from_its_first_day_to_the_day_before_its_end(
    bare_store: Store, school: School
) -> None:
    with bare_store.transaction() as tx:
        user = add_user(tx, "moi", "Lê Thị Mới")
        held = add_position(tx, user, school.cell_id, "secretary", since=DAY)
        end_position(tx, held, on=date(2026, 12, 1))
        assert positions_on(tx, user, date(2026, 10, 31)) == []
        assert [one.position for one in positions_on(tx, user, DAY)] == ["secretary"]
        assert [one.position for one in positions_on(tx, user, date(2026, 11, 30))] == ["secretary"]
        assert positions_on(tx, user, date(2026, 12, 1)) == []
        assert user in [one.user_id for one in holders_on(tx, school.cell_id, DAY, "secretary")]


def test_an_account_that_was_closed_holds_nothing(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        user = add_user(tx, "moi", "Lê Thị Mới")
        add_position(tx, user, school.cell_id, "helper", since=DAY)
        tx.execute(update(user_account).where(user_account.c.id == user).values(active=False))
        assert positions_on(tx, user, DAY) == []


def test_an_unknown_position_or_an_end_before_the_beginning_is_refused(
    bare_store: Store, school: School
) -> None:
    with bare_store.transaction() as tx:
        user = add_user(tx, "moi", "Lê Thị Mới")
        with pytest.raises(InvalidAnswers):
            add_position(tx, user, school.cell_id, "king", since=DAY)
        with pytest.raises(InvalidAnswers):
            add_position(tx, user, school.cell_id, "helper", since=DAY, until=DAY)
