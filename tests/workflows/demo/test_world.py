"""The small world that other tests stand on: complete, made up, the same every time."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import func, select

from engine.database import open_engine
from engine.registry import Registry
from engine.transactions import Store
from workflows.demo import World, small_world
from workflows.demo.world import PASSWORD
from workflows.organisations.queries import chain_of
from workflows.people.members import roll_on
from workflows.people.records import student, user_account


@pytest.fixture
def bare_store(make_store) -> Store:  # type: ignore[no-untyped-def]
    return make_store(Registry())


@pytest.fixture
def world(bare_store: Store) -> World:
    return small_world(bare_store)


def test_every_cell_of_a_school_has_enough_official_members_to_vote(bare_store: Store, world: World) -> None:
    with bare_store.transaction(writing=False) as tx:
        sizes = [
            len(roll_on(tx, cell, world.today).official) for school in world.schools for cell in school.cells
        ]
    assert min(sizes) >= 7


def test_the_schools_stand_in_different_places_of_the_tree(bare_store: Store, world: World) -> None:
    with bare_store.transaction(writing=False) as tx:
        places = {chain_of(tx, school.cell_id, world.today).place for school in world.schools}
    assert places == {"base_cell", "under_committee", "under_section"}


def test_no_school_can_be_taken_for_a_real_one(world: World) -> None:
    assert all("Minh họa" in school.name for school in world.schools)


def test_only_the_printed_accounts_open_with_the_printed_password(bare_store: Store, world: World) -> None:
    printed = {account.user_id for account in world.accounts}
    with bare_store.transaction(writing=False) as tx:
        query = select(user_account.c.password, func.count())
        inside = query.where(user_account.c.id.in_(printed)).group_by(user_account.c.password)
        outside = query.where(user_account.c.id.not_in(printed)).group_by(user_account.c.password)
        [known], [lost] = tx.execute(inside).all(), tx.execute(outside).all()
    assert known.password != lost.password
    assert PasswordHasher().verify(known.password, PASSWORD)
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(lost.password, PASSWORD)


def _people(store: Store) -> list[tuple[str, date]]:
    with store.transaction(writing=False) as tx:
        query = select(student.c.search_key, student.c.birth_date).order_by(student.c.id)
        return [tuple(row) for row in tx.execute(query)]


def test_the_same_seed_gives_the_same_students_on_another_database(
    bare_store: Store, world: World, sqlite_template: Path, tmp_path: Path
) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "other.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'other.db'}", bare_store.keys.database)
    other = Store(engine, registry=Registry(), keys=bare_store.keys)
    small_world(other)
    assert _people(other) == _people(bare_store)
    assert len(world.students) >= 60
    engine.dispose()
