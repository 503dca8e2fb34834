"""The demonstration's helpers are members of their cells, and the printed one has a task if anybody has."""

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select, update

from engine.records import task
from engine.transactions import Store
from workflows import access
from workflows.admission.records import helper_assignment
from workflows.demo import small_world
from workflows.demo.accounts import open_helper
from workflows.demo.world import PASSWORD
from workflows.desk import inbox
from workflows.people.records import user_account


def test_a_helper_of_the_demonstration_sees_the_tasks_of_the_mentees(store: Store) -> None:
    world = small_world(store, cases=True)
    with store.transaction() as tx:
        helpers = list(tx.execute(select(user_account).where(user_account.c.username.like("%.giupdo"))))
        assert helpers and all(row.member_id for row in helpers)
        held = select(helper_assignment.c.case_id).where(helper_assignment.c.valid_to.is_(None))
        line = tx.execute(select(task).where(task.c.case_id.in_(held), task.c.lane == "party_cell")).first()
        assert line is not None
        tx.execute(update(task).where(task.c.id == line.id).values(lane="helper"))
        open_helper(tx, world)
        printed = world.account("helper")
        seats = access.acting_for(tx, printed.user_id, world.today)
        found = inbox.inbox(tx, seats, inbox.Wanted(), world.today)
        assert found.lines and {one.lane for one in found.lines} == {"helper"}
        about = access.Task(found.lines[0].id)
        assert access.may(tx, printed.user_id, "task.complete", about, world.today)
        rows = tx.execute(select(user_account.c.id, user_account.c.password)).all()
        printed_hashes = {hashed for hashed in {row.password for row in rows} if opens(hashed)}
        able = {row.id for row in rows if row.password in printed_hashes}
        assert able == {one.user_id for one in world.accounts}


def opens(hashed: str) -> bool:
    """Does the printed password fit?"""
    try:
        return PasswordHasher().verify(hashed, PASSWORD)
    except VerifyMismatchError:
        return False
