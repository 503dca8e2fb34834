"""The roll of a cell is a question with a day."""

from datetime import date

import pytest

from engine.errors import InvalidAnswers, NotFound
from engine.transactions import Store
from workflows.demo import School, World
from workflows.people.members import add_member, end_place, place_member, place_of, roll_on


def test_the_roll_of_a_day_knows_who_came_went_and_changed(bare_store: Store, world: World) -> None:
    cell, other = world.schools[0].cells[0], world.schools[1].cells[0]
    with bare_store.transaction() as tx:
        before = len(roll_on(tx, cell, date(2026, 1, 1)).lines)
        one = add_member(tx, "Lê Thị Ánh", cell_id=cell, status="probationary", since=date(2026, 2, 1))
        place_member(tx, one, cell_id=cell, status="official", since=date(2027, 2, 1))
        place_member(tx, one, cell_id=other, status="official", since=date(2027, 9, 1))

        def stands(day: date, where: int) -> str | None:
            return next(
                (line.status for line in roll_on(tx, where, day).lines if line.member_id == one), None
            )

        assert stands(date(2026, 1, 31), cell) is None
        assert stands(date(2026, 2, 1), cell) == "probationary"
        assert stands(date(2027, 2, 1), cell) == "official"
        assert stands(date(2027, 9, 1), cell) is None
        assert stands(date(2027, 9, 1), other) == "official"
        assert place_of(tx, one, date(2027, 9, 1)) == (other, "official")
        assert len(roll_on(tx, cell, date(2026, 1, 1)).lines) == before
        end_place(tx, one, on=date(2028, 1, 1))
        assert place_of(tx, one, date(2028, 1, 1)) is None


def test_exempt_and_away_members_stand_apart(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        cell = school.cells[0]
        one = school.members[cell][0]
        place_member(tx, one, cell_id=cell, status="away", since=date(2026, 5, 1))
        roll = roll_on(tx, cell, date(2026, 5, 1))
        assert one in [line.member_id for line in roll.away]
        assert one not in [line.member_id for line in roll.official]


def test_the_roll_is_in_vietnamese_order(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        cell, since = school.cells[0], date(2026, 5, 1)
        for name in ("Đỗ Văn Đạt", "Lê Văn Dũng", "Bùi Thị Ấn", "Vũ Thị An"):
            add_member(tx, name, cell_id=cell, status="official", since=since)
        names = [line.name for line in roll_on(tx, cell, since).lines]
    added = [name for name in names if name in {"Đỗ Văn Đạt", "Lê Văn Dũng", "Bùi Thị Ấn", "Vũ Thị An"}]
    assert added == ["Vũ Thị An", "Bùi Thị Ấn", "Lê Văn Dũng", "Đỗ Văn Đạt"]


def test_a_change_cannot_be_dated_before_the_last_one(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        cell = school.cells[0]
        one = add_member(tx, "Lê An", cell_id=cell, status="official", since=date(2026, 5, 1))
        with pytest.raises(InvalidAnswers):
            place_member(tx, one, cell_id=cell, status="away", since=date(2026, 4, 1))
        with pytest.raises(InvalidAnswers):
            place_member(tx, one, cell_id=cell, status="friend", since=date(2026, 6, 1))
        with pytest.raises(NotFound):
            place_member(tx, 10**6, cell_id=cell, status="away", since=date(2026, 4, 1))


def test_a_second_change_on_one_day_replaces_the_first(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        cell = school.cells[0]
        one = add_member(tx, "Lê An", cell_id=cell, status="probationary", since=date(2026, 5, 1))
        place_member(tx, one, cell_id=cell, status="official", since=date(2026, 5, 1))
        assert place_of(tx, one, date(2026, 5, 1)) == (cell, "official")
