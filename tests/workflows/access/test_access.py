"""Rights as verbs ask for them: one table, relations by date, one answer for absent and forbidden."""

from datetime import date, timedelta

import pytest

from engine import cases
from engine.errors import NotAllowed, NotFound
from engine.transactions import Store
from tests.workflows.builders import BEGINNING, World, build, noon
from workflows import access
from workflows.access import PERMISSIONS, Case, Organisation, Student, Task
from workflows.access.permissions import EVERYBODY, FORMER, OWN, RECEIVER, RELATIONS, SCHOOL, SUPERIOR
from workflows.access.relations import relations
from workflows.organisations.changes import found, move
from workflows.organisations.queries import tree_of
from workflows.people.users import add_position, add_user, end_position, positions_on
from workflows.people.words import POSITIONS
from workflows.transfers.custody import hand


@pytest.fixture
def world(store: Store) -> World:
    return build(store)


def may(world: World, who: str, permission: str, what: object, on: date | None = None) -> bool:
    with world.store.transaction(writing=False) as tx:
        return access.may(tx, world.users[who], permission, what, on or world.today)  # type: ignore[arg-type]


def of_case(world: World, organisation_id: int, case_id: int) -> frozenset[str]:
    with world.store.transaction(writing=False) as tx:
        return relations(tx, organisation_id, Case(case_id), world.today) or frozenset()


def test_the_table_names_only_positions_and_relations_that_exist() -> None:
    for permission in PERMISSIONS.values():
        assert permission.positions <= set(POSITIONS)
        assert permission.relations <= RELATIONS
    assert set(POSITIONS) >= EVERYBODY


def test_no_permission_rests_on_having_been_custodian_once() -> None:
    assert [name for name, one in PERMISSIONS.items() if FORMER in one.relations] == []


CONTENT = {"case", "task", "student", "pool", "vote", "adoption", "upload", "bulk", "meeting"}


def test_an_administrator_and_an_auditor_see_no_case_by_their_position() -> None:
    assert [
        name
        for name, one in PERMISSIONS.items()
        if one.positions & {"administrator", "auditor"} and name.split(".")[0].rstrip("s") in CONTENT
    ] == []


def test_relations_to_a_case_follow_the_custodian(world: World) -> None:
    case_id = world.nominate()
    assert of_case(world, world.cell, case_id) == {OWN, SCHOOL}
    assert SUPERIOR in of_case(world, world.commune, case_id)
    assert SUPERIOR in of_case(world, world.board, case_id)
    assert of_case(world, world.other_cell, case_id) == frozenset()
    with world.store.transaction() as tx:
        student = cases.get_case(tx, case_id).subject_id
        hand(tx, student, world.other_cell, (case_id,), on=world.today, by=None, now=noon(world.today))
    assert OWN in of_case(world, world.other_cell, case_id)
    assert of_case(world, world.cell, case_id) == {FORMER}
    assert not may(world, "cell1", "case.see", Case(case_id))


def test_the_tree_of_the_day_says_who_is_superior(world: World) -> None:
    with world.store.transaction() as tx:
        province = tree_of(tx).parent_on(world.commune, BEGINNING)
        elsewhere = found(
            tx,
            kind="commune_committee",
            name="Đảng ủy xã khác",
            parent_id=province,
            on=BEGINNING,
            by=None,
            now=noon(BEGINNING),
            decided_by="standing",
        )
        user = add_user(tx, "khac", "khac")
        add_position(tx, user, elsewhere, "secretary", since=BEGINNING)
        world.users["elsewhere"] = user
    case_id = world.nominate()
    moved_on = world.today + timedelta(days=10)
    with world.store.transaction() as tx:
        move(tx, world.school, elsewhere, on=moved_on, by=None, now=noon(moved_on))
    assert may(world, "commune1", "case.see", Case(case_id))
    assert not may(world, "elsewhere", "case.see", Case(case_id))
    assert not may(world, "commune1", "case.see", Case(case_id), moved_on)
    assert may(world, "elsewhere", "case.see", Case(case_id), moved_on)


def test_the_school_roll_is_for_its_own_institution_and_for_nobody_above(world: World) -> None:
    student = Student(world.students[0])
    assert [
        who
        for who in ("cell1", "union1", "school1", "other1", "commune1", "board1", "centre1")
        if may(world, who, "student.see", student)
    ] == ["cell1", "union1", "school1"]
    assert not may(world, "union1", "student.reveal", student)


def test_a_position_counts_from_its_first_day_and_not_on_its_last(world: World) -> None:
    case_id = world.nominate()
    assert not may(world, "cell1", "case.see", Case(case_id), BEGINNING - timedelta(days=1))
    with world.store.transaction() as tx:
        for held in positions_on(tx, world.users["cell1"], world.today):
            end_position(tx, held.id, on=world.today)
    assert may(world, "cell1", "case.see", Case(case_id), world.today - timedelta(days=1))
    assert not may(world, "cell1", "case.see", Case(case_id))


def test_the_receiver_types_the_paper_of_an_organisation_where_nobody_sits(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "class_result")
    task = Task(world.task(case_id, "class_result").id)
    assert not may(world, "cell1", "task.complete", task)  # the centre has accounts of its own
    with world.store.transaction() as tx:
        for name in ("centre1", "centre2"):
            for held in positions_on(tx, world.users[name], world.today):
                end_position(tx, held.id, on=world.today)
        found_now = relations(tx, world.cell, task, world.today)
    assert found_now == {RECEIVER}
    assert may(world, "cell1", "task.complete", task)
    assert may(world, "school1", "task.complete", task)
    assert not may(world, "other1", "task.complete", task)


def test_absent_and_forbidden_raise_the_same(world: World) -> None:
    case_id = world.nominate()
    texts = []
    with world.store.transaction(writing=False) as tx:
        for what in (Case(case_id), Case(987654)):
            with pytest.raises(NotFound) as raised:
                access.require(tx, world.users["other1"], "case.see", what, world.today)
            texts.append(raised.value.text)
    assert texts[0] == texts[1]


def test_a_position_of_the_right_organisation_that_does_not_act_is_told_so(world: World) -> None:
    with world.store.transaction(writing=False) as tx, pytest.raises(NotAllowed):
        access.require(tx, world.users["union1"], "pool.confirm", Organisation(world.union), world.today)
