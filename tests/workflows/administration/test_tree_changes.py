"""Changes of the tree: foreseen, done once, tasks with whoever owes them, refused while something is open."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.cases import open_tasks
from engine.errors import Conflict, Failure, InvalidAnswers
from engine.transactions import Transaction
from tests.workflows.builders import World, noon
from workflows.administration import placing, positions, rolls, tree_changes
from workflows.administration.bodies import set_size, sizes
from workflows.organisations.queries import name_on, organisation_row, tree_of
from workflows.organisations.records import organisation_change
from workflows.people.members import place_of, roll_on
from workflows.people.users import positions_on

Who = Callable[[], dict[str, Any]]


def carry(tx: Transaction, world: World, who: Who, verb: str, place: int, **answers: Any) -> int:
    version = tree_changes.version_of(tx, place)
    return tree_changes.carry_out(tx, verb, place, {"on": world.today} | answers, version=version, **who())


def test_a_founded_cell_is_renamed_coded_moved_and_ended_with_its_seats(world: World, who: Who) -> None:
    today, later = world.today, world.today + timedelta(days=40)
    with world.store.transaction() as tx:
        cell = carry(tx, world, who, "found", world.school, kind="party_cell", name="Chi bộ 3", decided_by="")
        positions.give_position(tx, world.users["other2"], cell, "officer", since=today, **who())
        carry(tx, world, who, "rename", cell, name="Chi bộ Khối 12", on=later)
        carry(tx, world, who, "code", cell, code14="27 001 002 000 003")
        carry(tx, world, who, "move", cell, parent_id=world.commune, on=later)
    with world.store.transaction() as tx:
        assert (name_on(tx, cell, today), name_on(tx, cell, later)) == ("Chi bộ 3", "Chi bộ Khối 12")
        assert organisation_row(tx, cell).code14 == "27.001.002.000.003"  # type: ignore[union-attr]
        assert tree_of(tx).parent_on(cell, today) == world.school
        assert tree_of(tx).parent_on(cell, later) == world.commune
        carry(tx, world, who, "end", cell, on=later + timedelta(days=1))
        assert [one.organisation_id for one in positions_on(tx, world.users["other2"], later)] == [
            world.other_cell,
            cell,
        ]
        assert cell not in [
            one.organisation_id for one in positions_on(tx, world.users["other2"], later + timedelta(days=1))
        ]


WRONG: list[tuple[str, str, dict[str, Any], str]] = [
    ("found", "school", {"kind": "party_cell", "name": "chi bộ 1", "decided_by": ""}, "name"),
    ("found", "cell", {"kind": "party_cell", "name": "Tổ 1", "decided_by": ""}, "kind"),
    (
        "found",
        "school",
        {"kind": "party_cell", "name": "A", "decided_by": "", "on": date(1800, 1, 1)},
        "on",
    ),
    ("rename", "cell", {"name": "Chi bộ 1"}, "name"),
    ("rename", "cell", {"name": "Khác", "on": date(2019, 1, 1)}, "on"),
    ("move", "school", {"parent_id": "section"}, "parent_id"),
    ("move", "cell", {"parent_id": "other_cell"}, "parent"),
    ("move", "cell", {"parent_id": "school"}, "parent"),
    ("power", "commune", {"decided_by": "standing"}, "decided_by"),
    ("end", "school", {}, "on"),  # organisations below
    ("end", "cell", {}, "on"),  # members
    ("code", "cell", {"code14": "12"}, "code14"),
]


def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_kept(world: World, who: Who) -> None:
    count = select(func.count()).select_from(organisation_change)
    before = world.rows(count)[0][0]
    for verb, place, answers, field in WRONG:
        given = {
            name: getattr(world, value) if name == "parent_id" else value for name, value in answers.items()
        }
        with pytest.raises(InvalidAnswers) as failure, world.store.transaction() as tx:
            carry(tx, world, who, verb, getattr(world, place), **given)
        assert sorted(failure.value.fields) == [field], (verb, place, answers)
    assert world.rows(count)[0][0] == before


def test_an_organisation_with_an_open_case_does_not_end_and_says_which(world: World, who: Who) -> None:
    case_id = world.nominate()
    with world.store.transaction() as tx:
        found = tree_changes.foresee(tx, "end", world.cell, {"on": world.today}, **who())
    assert [one.id for one in found.open_cases] == [case_id]
    assert any("hồ sơ chưa kết thúc" in str(one) for one in found.stops)
    assert ("cell 1", "secretary") in found.positions


def test_a_move_takes_open_tasks_to_whoever_owes_them_now_and_foresees_it(world: World, who: Who) -> None:
    case_id = world.nominate()
    world.until(case_id, "committee_precheck")
    assert world.task(case_id, "committee_precheck").organisation_id == world.school
    answers = {"on": world.today, "parent_id": world.commune}

    class Undone(Exception):
        pass

    with pytest.raises(Undone), world.store.transaction() as tx:
        found = tree_changes.foresee(tx, "move", world.cell, answers, **who())
        raise Undone
    assert found.moving == [("Đảng ủy Trường THPT Thử Nghiệm", "Đảng ủy phường Thử Nghiệm", 1)]
    assert (found.cases, found.members) == (1, 9)
    assert world.task(case_id, "committee_precheck").organisation_id == world.school
    with world.store.transaction() as tx:
        carry(tx, world, who, "move", world.cell, parent_id=world.commune)
    assert world.task(case_id, "committee_precheck").organisation_id == world.commune
    with world.store.transaction(writing=False) as tx:
        assert placing.misplaced(tx, tree_of(tx), world.today) == []


def test_a_change_dated_ahead_moves_tasks_on_its_day(world: World, who: Who) -> None:
    case_id = world.nominate()
    world.until(case_id, "committee_precheck")
    ahead = world.today + timedelta(days=10)
    with world.store.transaction() as tx:
        carry(tx, world, who, "move", world.cell, parent_id=world.commune, on=ahead)
    assert placing.place_daily(world.store, noon(world.today)).items == 0
    assert world.task(case_id, "committee_precheck").organisation_id == world.school
    assert placing.place_daily(world.store, noon(ahead)).items == 1
    assert world.task(case_id, "committee_precheck").organisation_id == world.commune
    with world.store.transaction(writing=False) as tx:
        assert [one.organisation_id for one in open_tasks(tx, case_id)] == [world.commune]


def test_two_administrators_at_once_the_second_is_told(world: World, who: Who) -> None:
    with world.store.transaction(writing=False) as tx:
        version = tree_changes.version_of(tx, world.cell)

    def rename(name: str) -> str:
        try:
            with world.store.transaction() as tx:
                answers = {"on": world.today, "name": name}
                tree_changes.carry_out(tx, "rename", world.cell, answers, version=version, **who())
        except Conflict:
            return "told"
        except Failure as failure:
            return repr(failure)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(rename, ("Chi bộ A", "Chi bộ B"))) == ["done", "told"]


def test_two_moves_at_once_never_close_a_circle(world: World, who: Who) -> None:
    """Each alone is right; both would hang the two under each other."""
    with world.store.transaction() as tx:
        committees = [
            carry(
                tx, world, who, "found", world.commune, kind="grassroots_committee", name=name, decided_by=""
            )
            for name in ("Đảng ủy A", "Đảng ủy B")
        ]
        versions = [tree_changes.version_of(tx, one) for one in committees]

    def move(number: int) -> bool:
        answers = {"on": world.today + timedelta(days=1), "parent_id": committees[1 - number]}
        try:
            with world.store.transaction() as tx:
                tree_changes.carry_out(
                    tx, "move", committees[number], answers, version=versions[number], **who()
                )
        except Failure:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(move, range(2))) == [False, True]


def test_rolls_and_sizes_change_from_a_day_on_and_no_past_day_changes(world: World, who: Who) -> None:
    today, before, member = world.today, world.today - timedelta(days=1), world.members[0]
    with world.store.transaction() as tx:
        change = {"to_cell": None, "since": today}
        rolls.change_place(tx, world.cell, member, status="exempt", **change, **who())
        assert (place_of(tx, member, before), place_of(tx, member, today)) == (
            (world.cell, "official"),
            (world.cell, "exempt"),
        )
        with pytest.raises(InvalidAnswers):
            rolls.change_place(tx, world.cell, member, status="exempt", **change, **who())
        with pytest.raises(InvalidAnswers):
            rolls.change_place(tx, world.cell, member, status=None, to_cell=None, since=before, **who())
        with pytest.raises(InvalidAnswers):
            rolls.change_place(tx, world.cell, world.members[1], status="official", to_cell=world.school,
                               since=today, **who())  # fmt: skip
        moved = world.members[2]
        rolls.change_place(
            tx, world.cell, moved, status="official", to_cell=world.other_cell, since=today, **who()
        )
        assert moved in [one.member_id for one in roll_on(tx, world.other_cell, today).lines]
        new = {"birth_date": None, "admitted_on": None, "official_on": None, "status": "official"}
        rolls.enrol(tx, world.cell, "Lê Mới", since=today, **new, **who())
        with pytest.raises(InvalidAnswers):
            rolls.enrol(tx, world.cell, "Lê  Mới", since=today, **new, **who())
        set_size(tx, world.school, "plenum", 11, since=today, **who())
        with pytest.raises(InvalidAnswers):
            set_size(tx, world.school, "plenum", 11, since=today + timedelta(days=1), **who())
        with pytest.raises(InvalidAnswers):
            set_size(tx, world.cell, "plenum", 3, since=today, **who())
        assert [(one.members, one.valid_to) for one in sizes(tx, world.school)] == [(11, None), (9, today)]
