"""From the outbox to people: who of an organisation is told, each once; what nobody needs to read now."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.outbox import tell
from engine.records import clock, outbox
from tests.workflows.builders import BEGINNING, World, noon
from tests.workflows.reminders.conftest import Office
from workflows.admission.records import helper_assignment
from workflows.admission.steps import STEPS
from workflows.people.records import position, user_account
from workflows.people.users import add_position, add_user
from workflows.reminders import distributing
from workflows.reminders.distributing import distribute, forget_read
from workflows.reminders.recipients import positions_of
from workflows.reminders.records import notice
from workflows.reminders.settling import settle
from workflows.reminders.texts import KINDS


def leave(world: World, key: str, kind: str, **to: Any) -> None:
    facts = to.pop("facts", {})
    with world.store.transaction() as tx:
        tell(tx, key, kind, facts=facts, now=noon(world.today), **to)


def unread(world: World) -> list[str]:
    query = (
        select(user_account.c.username)
        .join(notice, notice.c.user_id == user_account.c.id)
        .where(notice.c.read_at.is_(None))
        .order_by(notice.c.id)
    )
    return [row.username for row in world.rows(query)]


def test_a_new_task_is_told_to_those_who_do_it_and_to_nobody_else(world: World, office: Office) -> None:
    world.nominate()
    distribute(world.store, noon(world.today))
    assert office.heard("task") == [("union1", "task"), ("union2", "task")]
    assert distribute(world.store, noon(world.today)).items == 0
    assert len(unread(world)) == 2


def test_what_concerns_the_party_is_told_to_no_union_and_to_no_administrator(
    world: World, office: Office
) -> None:
    with world.store.transaction() as tx:
        user = add_user(tx, "clerk", "Quản trị", password="x")
        add_position(tx, user, world.cell, "administrator", since=BEGINNING)
    leave(world, "g", "glass_opened", to_organisation=world.cell)
    leave(world, "u", "glass_opened", to_organisation=world.union)
    distribute(world.store, noon(world.today))
    heard = [name for name, _kind in office.heard("glass_opened")]
    assert heard == ["cell1", "cell2", "school1", "school2"]  # the union has no Party clerk: its committee


@pytest.mark.long_walk
def test_of_helpers_only_the_candidates_own_is_told(world: World, office: Office) -> None:
    case_id = world.nominate()
    world.until(case_id, "helper_letter")
    helper = world.rows(select(helper_assignment.c.member_id).where(helper_assignment.c.case_id == case_id))
    with world.store.transaction() as tx:
        for name, member in (("mine", helper[0].member_id), ("other", world.members[5])):
            user = add_user(tx, name, name, password="x", member_id=member)
            add_position(tx, user, world.cell, "helper", since=BEGINNING)
    letter = world.task(case_id, "helper_letter")
    facts = {"task": letter.id, "element": "helper_letter"}
    leave(world, "again", "follow_up", to_organisation=world.cell, case_id=case_id, facts=facts)
    distribute(world.store, noon(world.today))
    assert {name for name, _kind in office.heard("follow_up")} == {"mine", "cell1", "cell2"}
    written = next(word for word, step in STEPS.items() if step.lane == "candidate")
    assert "helper" in STEPS[written].prepare
    assert "helper" not in positions_of(KINDS["task"], written)


def test_whoever_stands_in_for_the_holder_is_told_too(world: World, office: Office) -> None:
    with world.store.transaction() as tx:
        held = tx.execute(
            select(position.c.id).where(position.c.user_id == world.users["cell1"])
        ).scalar_one()
        user = add_user(tx, "deputy", "Người thay", password="x")
        add_position(tx, user, world.cell, "secretary", since=BEGINNING, deputises_id=held)
    leave(world, "g", "glass_opened", to_organisation=world.cell)
    distribute(world.store, noon(world.today))
    assert {name for name, _kind in office.heard("glass_opened")} == {"cell1", "cell2", "deputy"}


def test_a_task_that_is_done_needs_no_reading(world: World, office: Office) -> None:
    case_id = world.nominate()
    distribute(world.store, noon(world.today))
    world.do(case_id, "record_consent")
    assert settle(world.store, noon(world.today)).items == 2
    distribute(world.store, noon(world.today))
    assert unread(world) == ["cell1", "cell2"]  # the next step's
    assert settle(world.store, noon(world.today)).items == 0


def test_of_a_student_who_said_not_now_nothing_waits_to_be_read(world: World, office: Office) -> None:
    case_id = world.nominate()
    leave(world, "g", "glass_opened", to_organisation=world.cell, case_id=case_id)
    distribute(world.store, noon(world.today))
    assert "cell1" in unread(world)
    world.do(case_id, "record_consent", "not_now")
    assert world.case(case_id).closed_as == "not_now"
    settle(world.store, noon(world.today))
    assert unread(world) == []


def test_a_message_about_a_task_done_meanwhile_reaches_nobody(world: World, office: Office) -> None:
    case_id = world.nominate()
    world.do(case_id, "record_consent")
    distribute(world.store, noon(world.today))
    assert unread(world) == ["cell1", "cell2"]


@pytest.mark.long_walk
def test_a_later_reminder_takes_the_place_of_an_unread_earlier_one(
    world: World, office: Office, verifying: int
) -> None:
    due = world.rows(select(clock.c.due_on).where(clock.c.name == "verification"))[0].due_on
    settle(world.store, noon(world.today))
    for left in (7, 3, 1, 0):
        office.night(due - timedelta(days=left))
    waiting = (
        select(outbox.c.kind)
        .join(notice, notice.c.outbox_id == outbox.c.id)
        .where(notice.c.read_at.is_(None), outbox.c.kind.startswith("due"))
    )
    assert [row.kind for row in world.rows(waiting)] == ["due_today", "due_today"]
    with world.store.transaction() as tx:
        tx.execute(update(clock).values(closed_on=due))
    settle(world.store, noon(due))
    assert world.rows(waiting) == []


def test_one_message_that_cannot_be_distributed_never_holds_up_the_others(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("one", "broken", "three"):
        leave(world, key, "glass_opened", to_organisation=world.cell, facts={"glass": key})
    users = distributing._users

    def failing(tx: Any, row: Any, now: Any) -> Any:
        if row.key == "broken":
            raise ValueError
        return users(tx, row, now)

    monkeypatch.setattr(distributing, "_users", failing)
    done = distribute(world.store, noon(world.today))
    assert (done.items, done.failed) == (2, 1)
    assert len(unread(world)) == 4
    late = world.rows(select(outbox).where(outbox.c.sent_at.is_(None)))
    assert [(row.key, row.attempts) for row in late] == [("broken", 1)]
    monkeypatch.undo()
    assert distribute(world.store, late[0].retry_at).items == 1
    assert len(unread(world)) == 6


def test_read_notices_are_forgotten_after_a_year_and_unread_ones_are_not(
    world: World, office: Office
) -> None:
    leave(world, "g", "glass_opened", to_organisation=world.cell)
    leave(world, "h", "glass_opened", to_organisation=world.cell)
    distribute(world.store, noon(world.today))
    first = world.rows(select(notice.c.id).order_by(notice.c.id))[0].id
    with world.store.transaction() as tx:
        tx.execute(update(notice).where(notice.c.id == first).values(read_at=noon(world.today)))
    later = noon(world.today + timedelta(days=401))
    assert forget_read(world.store, later).items == 1
    assert forget_read(world.store, later).items == 0
    assert len(unread(world)) == 3
