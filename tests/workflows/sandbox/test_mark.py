"""The mark of a sandbox: only an empty database takes it, for good, and its day never goes back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.exc import DBAPIError

from engine.errors import Conflict, InvalidAnswers
from engine.runs import Hand
from engine.time import day_of
from engine.transactions import Store
from tests.workflows.builders import FIRST_DAY, build
from tests.workflows.sandbox.conftest import WALL, Sandbox
from workflows.admission.adoption_sheet import adopt_sheet
from workflows.imports.reading import Sheet
from workflows.imports.taking import take_over
from workflows.people.records import student
from workflows.people.users import add_user
from workflows.sandbox import asking, moving, queries
from workflows.sandbox.clock import at_hour_of, clock_of
from workflows.sandbox.records import sandbox as mark

DIRECTLY = text(
    "INSERT INTO sandbox (id, began_on, day, made_at) "
    "VALUES (1, '2026-11-29', '2026-11-29', '2026-11-29 00:00:00')"
)


def test_a_database_with_people_in_it_is_refused_with_the_way_to_a_sandbox(store: Store) -> None:
    build(store)
    with pytest.raises(Conflict, match="ketnap demo --sandbox"), store.transaction() as tx:
        asking.make(tx, FIRST_DAY, now=WALL)


def test_one_account_is_enough_to_refuse(store: Store) -> None:
    with store.transaction() as tx:
        add_user(tx, "ai.do", "Ai Đó")
    with pytest.raises(Conflict, match="đã có dữ liệu"), store.transaction() as tx:
        asking.make(tx, FIRST_DAY, now=WALL)


def test_the_database_itself_refuses_the_mark_beside_real_data(engine: Engine, store: Store) -> None:
    """Whoever goes around the program meets the trigger."""
    with store.transaction() as tx:
        add_user(tx, "ai.do", "Ai Đó")
    with pytest.raises(DBAPIError, match="made of an empty database"), engine.begin() as connection:
        connection.execute(DIRECTLY)


def test_an_empty_database_takes_the_mark_once(store: Store) -> None:
    with store.transaction() as tx:
        asking.make(tx, FIRST_DAY, now=WALL)
    with pytest.raises(Conflict, match="đã là hộp cát"), store.transaction() as tx:
        asking.make(tx, FIRST_DAY, now=WALL)


def test_the_database_keeps_the_mark_and_refuses_a_day_before(engine: Engine, sandbox: Sandbox) -> None:
    with pytest.raises(DBAPIError, match="stays one"), engine.begin() as connection:
        connection.execute(delete(mark))
    with pytest.raises(DBAPIError, match="only goes forward"), engine.begin() as connection:
        connection.execute(update(mark).values(day=FIRST_DAY - timedelta(days=1)))
    with engine.begin() as connection:
        connection.execute(update(mark).values(day=FIRST_DAY + timedelta(days=1)))


@pytest.mark.parametrize("back", (0, 1, 400))
def test_moving_back_is_refused_with_todays_day(sandbox: Sandbox, back: int) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        sandbox.ask(FIRST_DAY - timedelta(days=back))
    assert f"{FIRST_DAY}" in str(refused.value.fields["day"][0])


def test_one_move_at_a_time_and_none_beyond_five_years(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidAnswers, match="Có ô điền"):
        sandbox.ask(FIRST_DAY + asking.FURTHEST + timedelta(days=1))
    sandbox.ask(FIRST_DAY + timedelta(days=2))
    with pytest.raises(Conflict, match="đang chuyển"):
        sandbox.ask(FIRST_DAY + timedelta(days=3))


def test_outside_of_a_sandbox_nothing_moves_and_the_clock_is_the_one_on_the_wall(store: Store) -> None:
    assert clock_of(store, wall=lambda: WALL)() == WALL
    with pytest.raises(Conflict, match="không phải hộp cát"), store.transaction() as tx:
        asking.ask(tx, date(2030, 1, 1), by=None, now=WALL)
    with store.transaction(writing=False) as tx:
        assert queries.find_day(tx) is None


def test_every_clock_of_a_sandbox_shows_its_day_at_the_hour_of_the_wall(sandbox: Sandbox) -> None:
    wall = [WALL]
    one, other = clock_of(sandbox.store, wall=lambda: wall[0]), clock_of(sandbox.store)
    assert one() == at_hour_of(FIRST_DAY, WALL)
    wall[0] += timedelta(minutes=7)
    assert one() == at_hour_of(FIRST_DAY, WALL) + timedelta(minutes=7)
    sandbox.move(3)
    assert one().date() == other().date() == FIRST_DAY + timedelta(days=3)


def test_past_midnight_the_clock_waits_at_the_end_of_the_day_until_the_day_is_moved(sandbox: Sandbox) -> None:
    wall = [WALL]
    clock = clock_of(sandbox.store, wall=lambda: wall[0])
    seen = []
    for hours in (0, 13, 14, 15, 24, 24 * 30):  # WALL is ten in the morning
        wall[0] = WALL + timedelta(hours=hours)
        seen.append(clock())
    assert seen == sorted(seen), "time never goes back"
    assert {day_of(one) for one in seen} == {FIRST_DAY}
    assert seen[-1] == seen[-3] == at_hour_of(FIRST_DAY, WALL) + timedelta(hours=14, seconds=-1)
    with sandbox.store.transaction() as tx:
        asking.ask(tx, FIRST_DAY + timedelta(days=1), by=None, now=wall[0])
    mover = moving.Mover((), Hand(), wall=lambda: wall[0])
    moving.go_on(sandbox.store, mover, seconds=60)
    assert clock() == at_hour_of(FIRST_DAY + timedelta(days=1), wall[0]) > seen[-1]


def test_lists_from_a_file_are_not_stored_in_a_sandbox(sandbox: Sandbox) -> None:
    sheet = Sheet("lop12.xlsx", "12", (), {}, ())
    before = sandbox.world.rows(select(student.c.id))
    with pytest.raises(Conflict, match="hộp cát để tập"), sandbox.store.transaction() as tx:
        take_over(tx, sandbox.world.institution, sheet, on=FIRST_DAY, by=None, now=WALL)
    with pytest.raises(Conflict, match="hộp cát để tập"), sandbox.store.transaction() as tx:
        adopt_sheet(tx, sandbox.world.institution, sheet, by=1, now=WALL, dry=False)
    assert sandbox.world.rows(select(student.c.id)) == before
