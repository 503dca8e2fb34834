"""Who does the work of an organisation where nobody can sign in, and what a deputy may do and until when."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.errors import Conflict, NotFound
from engine.journal import entries
from engine.transactions import Store, Transaction
from tests.workflows.builders import ABLE, BEGINNING, World, build, noon
from workflows import access
from workflows.access import Case, Task
from workflows.access.standing_in import able_at, desk_of, stands_in_for
from workflows.admission import acts, holding
from workflows.admission.records import act, vote
from workflows.desk import inbox
from workflows.desk.inbox_groups import BEHALF, CONFIRM, DEPUTY, OURS
from workflows.people.records import user_account
from workflows.people.users import add_position, add_user, end_position, positions_on


@pytest.fixture
def world(store: Store) -> World:
    return build(store)


def close_accounts(tx: Transaction, world: World, *names: str, password: str | None = None) -> None:
    ids = [world.users[name] for name in names]
    tx.execute(update(user_account).where(user_account.c.id.in_(ids)).values(password=password))


def may(world: World, who: str, permission: str, what: Any, on: date | None = None) -> bool:
    with world.store.transaction(writing=False) as tx:
        return access.may(tx, world.users[who], permission, what, on or world.today)


def listed(world: World, who: str, whose: str = OURS, **wanted: Any) -> set[int]:
    with world.store.transaction(writing=False) as tx:
        seats = access.acting_for(tx, world.users[who], world.today)
        found = inbox.inbox(tx, seats, inbox.Wanted(whose=whose, **wanted), world.today)
        assert found.groups[whose] >= len(found.lines)
        return {line.id for line in found.lines}


def deputise(world: World, name: str, holder: str, *, until: date | None = None) -> int:
    """A new account that stands in for the holder from today on."""
    with world.store.transaction() as tx:
        held = positions_on(tx, world.users[holder], world.today)[0]
        if name not in world.users:
            world.users[name] = add_user(tx, name, name, password=ABLE)
        return add_position(
            tx,
            world.users[name],
            held.organisation_id,
            held.position,
            since=world.today,
            until=until,
            deputises_id=held.id,
        )


# --- làm thay


def test_an_account_without_a_password_is_no_staff(world: World) -> None:
    with world.store.transaction() as tx:
        assert desk_of(tx, world.cell, world.today) == world.cell
        close_accounts(tx, world, "cell1", "cell2")
        assert desk_of(tx, world.cell, world.today) == world.school
        assert stands_in_for(tx, {world.school}, world.today) == {world.cell}
        close_accounts(tx, world, "school1", "school2")
        assert desk_of(tx, world.cell, world.today) == world.commune
        assert {world.cell, world.school} <= stands_in_for(tx, {world.commune}, world.today)
        assert world.other_cell not in stands_in_for(tx, {world.commune}, world.today)
        assert stands_in_for(tx, {world.school}, world.today) == {world.cell}


def test_a_position_that_ended_and_an_account_put_out_of_use_are_no_staff(world: World) -> None:
    with world.store.transaction() as tx:
        for held in positions_on(tx, world.users["cell1"], world.today):
            end_position(tx, held.id, on=world.today)
        ended = select(user_account.c.id).where(user_account.c.username == "cell2")
        tx.execute(update(user_account).where(user_account.c.id.in_(ended)).values(active=False))
        assert desk_of(tx, world.cell, world.today) == world.school
        assert desk_of(tx, world.cell, world.today - timedelta(days=1)) == world.cell


def test_tasks_without_anybody_go_to_the_nearest_superior_and_return(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "confirm_source")
    task = world.task(case_id, "confirm_source")
    with world.store.transaction() as tx:
        close_accounts(tx, world, "cell1", "cell2", "school1", "school2")
    assert task.id in listed(world, "commune1", BEHALF)
    assert task.id not in listed(world, "commune1")
    assert may(world, "commune1", "task.complete", Task(task.id))
    assert not may(world, "other1", "task.complete", Task(task.id))
    answers = world.answers("confirm_source")
    with world.store.transaction() as tx:
        close_accounts(tx, world, "cell1", password=ABLE)
    assert task.id not in listed(world, "commune1", BEHALF)
    assert not may(world, "commune1", "task.complete", Task(task.id))
    assert task.id in listed(world, "cell1")
    with world.store.transaction() as tx:
        close_accounts(tx, world, "cell1")
        done = acts.complete(tx, task.id, answers, by=world.users["commune1"], now=noon(world.today))
        row = tx.execute(select(act).where(act.c.element == "confirm_source")).one()
        entry = next(one for one in entries(tx, case_id) if one.seq == done.seq)
    assert (row.by_user, row.on_behalf_of) == (world.users["commune1"], world.cell)
    assert (entry.by, entry.on_behalf_of) == (world.users["commune1"], world.cell)


def test_a_vote_done_for_others_is_confirmed_where_it_was_written(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "cell_vote")
    task = world.task(case_id, "cell_vote")
    with world.store.transaction() as tx:
        close_accounts(tx, world, "cell1", "cell2")
        acts.complete(
            tx, task.id, world.answers("cell_vote"), by=world.users["school1"], now=noon(world.today)
        )
        assert tx.execute(select(vote.c.status).where(vote.c.task_id == task.id)).scalar() == "pending"
    assert task.id in listed(world, "school2", CONFIRM)
    assert task.id not in listed(world, "school1", CONFIRM)
    with world.store.transaction() as tx:
        acts.confirm(tx, task.id, by=world.users["school2"], now=noon(world.today))
        row = tx.execute(select(act).where(act.c.element == "cell_vote")).one()
    assert (row.by_user, row.confirmed_by, row.confirmation) == (
        world.users["school1"],
        world.users["school2"],
        "superior",
    )
    assert row.on_behalf_of == world.cell, "the paper is the cell's, whoever typed and confirmed it"


# --- deputies


def test_a_deputy_sits_in_the_seat_until_the_day_and_both_names_are_kept(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "confirm_source")
    task = world.task(case_id, "confirm_source")
    deputise(world, "thay", "cell1", until=world.today + timedelta(days=5))
    assert listed(world, "thay", DEPUTY) == {task.id}
    assert listed(world, "thay") == set()
    last, after = world.today + timedelta(days=4), world.today + timedelta(days=5)
    assert may(world, "thay", "case.see", Case(case_id), last)
    assert not may(world, "thay", "case.see", Case(case_id), after)
    with world.store.transaction() as tx:
        [seat] = access.acting_for(tx, world.users["thay"], world.today)
        assert (seat.deputises, seat.stood_in_for) == (world.users["cell1"], "cell 1")
        done = acts.complete(
            tx, task.id, world.answers("confirm_source"), by=world.users["thay"], now=noon(world.today)
        )
        row = tx.execute(select(act).where(act.c.element == "confirm_source")).one()
        entry = next(one for one in entries(tx, case_id) if one.seq == done.seq)
    assert (row.by_user, row.for_user) == (world.users["thay"], world.users["cell1"])
    assert (entry.by, entry.facts["for_user"]) == (world.users["thay"], world.users["cell1"])


def test_a_deputys_right_ends_with_the_position_stood_in_for(world: World) -> None:
    case_id = world.nominate()
    deputise(world, "thay", "cell1")
    deputise(world, "xa", "thay")  # a deputy of a deputy
    assert may(world, "thay", "case.see", Case(case_id))
    assert not may(world, "xa", "case.see", Case(case_id))
    with world.store.transaction() as tx:
        assert {one.stands_in_for for one in able_at(tx, world.cell, {"secretary"}, world.today)} == {
            None,
            world.users["cell1"],
        }
        for held in positions_on(tx, world.users["cell1"], world.today):
            end_position(tx, held.id, on=world.today)
    assert not may(world, "thay", "case.see", Case(case_id))


def test_ones_own_seat_comes_before_a_deputys(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "confirm_source")
    deputise(world, "cell2", "cell1")
    task = world.task(case_id, "confirm_source")
    with world.store.transaction() as tx:
        acts.complete(
            tx, task.id, world.answers("confirm_source"), by=world.users["cell2"], now=noon(world.today)
        )
        row = tx.execute(select(act).where(act.c.element == "confirm_source")).one()
    assert (row.by_user, row.for_user) == (world.users["cell2"], None)


def test_both_persons_of_a_vote_may_be_deputies_and_all_four_names_are_kept(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "cell_vote")
    task = world.task(case_id, "cell_vote")
    deputise(world, "mot", "cell1")
    deputise(world, "hai", "cell2")
    with world.store.transaction() as tx:
        acts.complete(tx, task.id, world.answers("cell_vote"), by=world.users["mot"], now=noon(world.today))
        done = acts.confirm(tx, task.id, by=world.users["hai"], now=noon(world.today))
        row = tx.execute(select(act).where(act.c.element == "cell_vote")).one()
        entry = next(one for one in entries(tx, case_id) if one.seq == done.seq)
    names = ("mot", "cell1", "hai", "cell2")
    assert (row.by_user, row.for_user, row.confirmed_by, row.confirmed_for) == tuple(
        world.users[name] for name in names
    )
    told = (entry.facts["proposed_by"], entry.facts["proposed_for"], entry.by, entry.facts["for_user"])
    assert told == (row.by_user, row.for_user, row.confirmed_by, row.confirmed_for)


# --- in whose hands


def test_a_task_is_claimed_once_and_the_second_is_told_by_name(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "confirm_source")
    task, now = world.task(case_id, "confirm_source"), noon(world.today)
    with world.store.transaction() as tx:
        assert holding.claim(tx, task.id, by=world.users["cell1"], now=now)
        assert not holding.claim(tx, task.id, by=world.users["cell1"], now=now)
    with pytest.raises(Conflict, match="cell 1"), world.store.transaction() as tx:
        holding.claim(tx, task.id, by=world.users["cell2"], now=now)
    with pytest.raises(Conflict), world.store.transaction() as tx:
        holding.release(tx, task.id, by=world.users["cell2"], now=now)
    assert listed(world, "cell1", "mine") == {task.id}
    assert listed(world, "cell2", hand="others") == {task.id}
    with world.store.transaction() as tx:
        assert holding.give(
            tx, task.id, world.users["cell2"], by=world.users["cell1"], now=now, was=world.users["cell1"]
        )
        assert holding.release(tx, task.id, by=world.users["cell2"], now=now)
    assert listed(world, "cell1", "mine") == set()


def test_only_somebody_who_may_do_the_step_gets_it(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "confirm_source")
    task, now = world.task(case_id, "confirm_source"), noon(world.today)
    with world.store.transaction() as tx:
        clerk = add_user(tx, "doanvien", "doan vien", password=ABLE)
        add_position(tx, clerk, world.cell, "union_secretary", since=BEGINNING)
        closed = add_user(tx, "khoa", "khong mat khau")
        add_position(tx, closed, world.cell, "officer", since=BEGINNING)
        able = {
            one.user_id for one in holding.colleagues(tx, task.id, by=world.users["cell1"], on=world.today)
        }
    assert able == {world.users["cell1"], world.users["cell2"]}
    for who in (clerk, closed, world.users["school1"]):
        with pytest.raises(Exception, match="chưa đúng"), world.store.transaction() as tx:
            holding.give(tx, task.id, who, by=world.users["cell1"], now=now)
    with pytest.raises(NotFound), world.store.transaction() as tx:
        holding.claim(tx, task.id, by=world.users["other1"], now=now)


def test_the_day_to_look_again_has_its_filter_and_lies_ahead(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "confirm_source")
    task, now = world.task(case_id, "confirm_source"), noon(world.today)
    with pytest.raises(Exception, match="chưa đúng"), world.store.transaction() as tx:
        holding.look_again(tx, task.id, world.today, by=world.users["cell1"], now=now)
    day = world.today + timedelta(days=3)
    with world.store.transaction() as tx:
        assert holding.look_again(tx, task.id, day, by=world.users["cell1"], now=now)
    assert listed(world, "cell2", follow="later") == {task.id}
    assert listed(world, "cell2", follow="now") == set()
    world.today = day
    assert listed(world, "cell2", follow="now") == {task.id}
