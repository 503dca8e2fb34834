"""The small world as it was before 01/07/2025: an old province with a district, its board and centre; and the
plans of that day and of 2026 (regulations §1.3), as an administrator would write them."""

from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import select, update

from engine.records import case, task
from engine.transactions import Store, Transaction
from tests.workflows.builders import BEGINNING, World, build, noon
from tests.workflows.reorganisation.assistant import Assistant
from workflows.admission.records import body
from workflows.organisations.changes import found
from workflows.organisations.queries import forget_tree, tree_of
from workflows.organisations.records import (
    institution,
    organisation,
    organisation_place,
    succession,
)
from workflows.people.records import member_place, position
from workflows.people.users import add_position, add_user
from workflows.transfers.records import custody

DISTRICTS_END: Final = date(2025, 7, 1)
NEW_RULES: Final = date(2026, 7, 26)
BEFORE: Final = date(2025, 3, 3)


class Province(NamedTuple):
    """The world with what only the old order had, and whoever rearranges it."""

    world: World
    assistant: Assistant
    old: int
    new: int
    lone_cell: int


def old_province(store: Store, **more: Any) -> Province:
    """`world.commune` is a district committee, with its board and its centre; a second province beside it."""
    world = build(store, **more)
    world.today = BEFORE
    with store.transaction() as tx:
        (old,) = tree_of(tx).children_on(None, BEFORE)
        kinds = (
            (world.commune, "district_committee", "Huyện ủy"),
            (world.board, None, "Ban Tổ chức Huyện ủy"),
        )
        for number, kind, name in kinds:
            values = {"name": name, "name_key": name.lower()} | ({"kind": kind} if kind else {})
            tx.execute(update(organisation).where(organisation.c.id == number).values(values))
        forget_tree(tx)
        how: dict[str, Any] = {"on": BEGINNING, "by": None, "now": noon(BEGINNING)}
        new = found(tx, kind="province_committee", name="Tỉnh ủy Bắc Ninh", parent_id=None, **how)
        lone = found(tx, kind="party_cell", name="Chi bộ cơ sở Trường nhỏ", parent_id=world.commune, **how)
        for name in ("admin1", "admin2"):
            world.users[name] = add_user(tx, name, f"Quản Trị {name}", password="x")
            for root in (old, new):
                add_position(tx, world.users[name], root, "administrator", since=BEGINNING)
    assistant = Assistant(store, new, world.users["admin1"], world.users["admin2"], world.today)
    return Province(world, assistant, old, new, lone)


def end_districts(of: Province) -> tuple[int, dict[str, int]]:
    """District level ends, two wards follow; the two provinces merge. Gives the plan and its references."""
    world, a = of.world, of.assistant
    plan = a.plan(DISTRICTS_END, number="202-NQ/TU")
    refs = {
        "ward": a.add(
            plan, "found", name="Đảng ủy phường Một", kind="commune_committee", parent=of.new,
            decided_by="standing",
        ),
        "other": a.add(
            plan, "found", name="Đảng ủy phường Hai", kind="commune_committee", parent=of.new,
            decided_by="standing",
        ),
    }  # fmt: skip
    for name, kind in (("board", "party_building_board"), ("centre", "political_centre")):
        refs[name] = a.add(plan, "found", name=f"{name} phường Một", kind=kind, parent=refs["ward"])
    split = a.add(plan, "split", organisation=world.commune, into=[refs["ward"], refs["other"]])
    a.share(plan, split, "below", [of.lone_cell], refs["other"])
    a.add(plan, "merge", organisations=[of.old], into=of.new)
    return plan, refs


def settle(of: Province, plan: int, refs: dict[str, int]) -> None:
    """The world goes on with the organisations that followed."""
    made = {name: of.assistant.made(plan, ref) for name, ref in refs.items()}
    of.world.commune, of.world.board, of.world.centre = made["ward"], made["board"], made["centre"]


def by_rule_208(of: Province) -> tuple[int, int]:
    """QĐ 208: the ward's committee is a grassroots one and decides; the school's stands below it, without
    "cơ sở", and so do the cells. Gives the plan and the school's new committee."""
    world, a = of.world, of.assistant
    plan = a.plan(NEW_RULES, number="208-KH/TU")
    a.add(plan, "rename", organisation=world.commune, name="Đảng ủy cơ sở phường Một")
    a.add(plan, "power", organisation=world.commune, decided_by="standing", regime="two_level_208")
    school = a.add(
        plan, "found", name="Đảng ủy trực thuộc Trường THPT", kind="subordinate_committee",
        parent=world.commune,
    )  # fmt: skip
    a.add(plan, "merge", organisations=[world.section], into=world.school)
    a.add(plan, "merge", organisations=[world.school], into=school, registers="continue")
    a.add(plan, "rename", organisation=of.lone_cell, name="Chi bộ Trường nhỏ")
    return plan, school


def fingerprint(tx: Transaction) -> dict[str, Any]:
    """Everything that a plan changes, without the moments at which it did."""
    columns = {
        case: ("id", "custodian_id", "stage", "words"),
        task: ("case_id", "element", "organisation_id", "due_on"),
        member_place: ("member_id", "cell_id", "status", "valid_from", "valid_to"),
        position: ("user_id", "organisation_id", "position", "valid_from", "valid_to"),
        organisation_place: ("organisation_id", "parent_id", "valid_from", "valid_to"),
        organisation: ("id", "name", "valid_from", "valid_to"),
        succession: ("predecessor_id", "successor_id", "rank"),
        institution: ("party_organisation_id", "cell_id"),
        custody: ("student_id", "seq", "organisation_id"),
        body: ("organisation_id", "kind", "members"),
    }
    return {
        table.name: sorted(repr(tuple(row)) for row in tx.execute(select(*(table.c[one] for one in names))))
        for table, names in columns.items()
    }
