"""The demonstration province as it was before a change of the law, and the plans of those days over it.

Its builder knows the end of the districts beforehand. Here it does not: districts, their boards and centres
stand until somebody writes the plan of 01/07/2025, whatever the day is.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from sqlalchemy import delete, or_, select, update

from engine.transactions import Store, Transaction
from tests.workflows.builders import ABLE, noon
from tests.workflows.reorganisation.assistant import Assistant
from workflows.admission.records import body
from workflows.demo import School, World
from workflows.demo.building import build
from workflows.demo.measures import Measures
from workflows.demo.structure import FOUNDED
from workflows.organisations.changes import found
from workflows.organisations.communes import communes_of, former_districts
from workflows.organisations.queries import forget_tree, tree_of
from workflows.organisations.records import organisation, organisation_place, succession
from workflows.people.records import position
from workflows.people.users import add_position, add_user

DISTRICTS_END: Final = date(2025, 7, 1)
RULE_208: Final = date(2026, 7, 26)
NEVER: Final = date(2099, 12, 30)
KNOWS: Final = ("structure", "cases", "road")  # the files of the builder that ask when the districts end
# The least with every kind of organisation and school, and a case at each step.
SMALL: Final = Measures(communes=6, schools=8, higher=2, members=200, students=400, cases=80)


class Demonstration(NamedTuple):
    """The province and whoever rearranges it: two administrators. `old`: the other province."""

    world: World
    assistant: Assistant
    old: int = 0


def demonstration(store: Store, today: date, *, districts: bool, measures: Measures = SMALL) -> Demonstration:
    """`districts`: they stand still, and no commune has a committee yet."""
    if districts:
        with _unknown_end():
            world = build(store, seed=2026, today=today, measures=measures)
        with store.transaction() as tx:
            _forget_communes(tx, world)
            old = _other_province(tx)
    else:
        world, old = build(store, seed=2026, today=today, measures=measures), 0
    with store.transaction() as tx:
        second = add_user(tx, "quantri2", "Quản Trị Hai", password=ABLE)
        add_position(tx, second, world.province_id, "administrator", since=date(2021, 9, 1))
    first = world.user(world.province_id, "administrator")
    return Demonstration(world, Assistant(store, world.province_id, first, second, today), old)


@contextmanager
def _unknown_end() -> Iterator[None]:
    with ExitStack() as patches:
        for name in KNOWS:
            patches.enter_context(patch(f"workflows.demo.{name}.last_day_of_districts", lambda: NEVER))
        yield


def _forget_communes(tx: Transaction, world: World) -> None:
    """What the builder let begin when the districts end never began, and nothing else ends then."""
    o, p = organisation.c, organisation_place.c
    ahead = select(o.id).where(o.valid_from > NEVER)
    gone = list(tx.execute(ahead).scalars())
    tx.execute(delete(succession))
    for table in (position, body):
        tx.execute(delete(table).where(table.c.organisation_id.in_(gone)))
    tx.execute(delete(organisation_place).where(or_(p.organisation_id.in_(gone), p.valid_from > NEVER)))
    tx.execute(delete(organisation).where(o.id.in_(gone)))
    tx.execute(update(organisation).values(valid_to=None))
    tx.execute(update(organisation_place).values(valid_to=None))
    forget_tree(tx)


def _other_province(tx: Transaction) -> int:
    """Bắc Giang, with the districts that were its own."""
    how: dict[str, Any] = {"on": FOUNDED, "by": None, "now": noon(FOUNDED)}
    old = found(tx, kind="province_committee", name="Tỉnh ủy Bắc Giang", parent_id=None, **how)
    held = add_user(tx, "tinhuy.cu", "Bí Thư Tỉnh Cũ", password=ABLE)
    add_position(tx, held, old, "secretary", since=FOUNDED)
    theirs = [f"Đảng bộ {one.name}" for one in former_districts() if one.province == "Bắc Giang"]
    districts = select(organisation.c.id).where(organisation.c.name.in_(theirs))
    places = update(organisation_place).where(organisation_place.c.organisation_id.in_(districts))
    tx.execute(places.values(parent_id=old))
    forget_tree(tx)
    return old


def end_districts(of: Demonstration, on: date = DISTRICTS_END, **more: Any) -> tuple[int, dict[str, int]]:
    """The plan of 01/07/2025 for the whole province: communes with board and centre, each district divided
    among them by list. Gives the plan and the references of the communes by their code."""
    world, a = of.world, of.assistant
    plan = a.plan(on, number="202-NQ/TU", **more)
    chosen = [one for one in communes_of("Bắc Ninh") if one.code in world.residence_cells]
    refs, below = {}, _below(of)
    for one in chosen:
        name = one.name[0].lower() + one.name[1:]
        refs[one.code] = a.add(
            plan, "found", name=f"Đảng ủy {name}", kind="commune_committee", parent=world.province_id,
            decided_by="standing",
        )  # fmt: skip
        for kind, title in (("party_building_board", "Ban Xây dựng Đảng"), ("political_centre", "Trung tâm")):
            a.add(plan, "found", name=f"{title} {name}", kind=kind, parent=refs[one.code])
    for name, district in world.districts.items():
        into = [refs[one.code] for one in chosen if one.former_district == name]
        if len(into) == 1:
            a.add(plan, "merge", organisations=[district], into=into[0])
            continue
        split = a.add(plan, "split", organisation=district, into=into)
        for code, things in below.items():
            if refs[code] in into[1:] and things:
                a.share(plan, split, "below", things, refs[code])
    a.add(plan, "merge", organisations=[of.old], into=world.province_id)
    return plan, refs


def become_one_cell(of: Demonstration, plan: int, school: School, commune: int) -> None:
    """The cells of a school merge, and its committees end: the cell stands right under the commune."""
    if school.section_id is not None:
        of.assistant.add(plan, "merge", organisations=[school.section_id], into=school.committee_id)
    of.assistant.add(plan, "merge", organisations=school.cells[1:], into=school.cells[0])
    of.assistant.add(plan, "merge", organisations=[school.committee_id], into=commune)


def _below(of: Demonstration) -> dict[str, list[int]]:
    """Commune → what lies in it: cells of residence, schools' organisations."""
    world = of.world
    found = {code: list(cells) for code, cells in world.residence_cells.items()}
    for school in world.schools:
        found[school.commune_code].append(school.party_organisation_id)
    return found


def rule_208(of: Demonstration, on: date = RULE_208, **more: Any) -> int:
    """The plan after QĐ 208 for the whole province: committees of communes are grassroots ones and decide;
    those of schools stand below them as subordinate ones; sections end."""
    world, a = of.world, of.assistant
    plan = a.plan(on, number="208-KH/TU", **more)
    with a.store.transaction(writing=False) as tx:
        nodes = tree_of(tx).nodes
        names = {one: nodes[one].name.removeprefix("Đảng ủy ") for one in nodes}
        kinds = {one: nodes[one].kind for one in nodes}
    for commune in world.communes.values():
        a.add(plan, "rename", organisation=commune, name=f"Đảng ủy cơ sở {names[commune]}")
        a.add(plan, "power", organisation=commune, decided_by="standing", regime="two_level_208")
    for school in world.schools:
        if school.section_id is not None:
            a.add(plan, "merge", organisations=[school.section_id], into=school.committee_id)
        if school.committee_id is not None and kinds[school.committee_id] == "grassroots_committee":
            fresh = a.add(
                plan, "found", name=f"Đảng ủy trực thuộc {names[school.committee_id]}",
                kind="subordinate_committee", parent=school.deciding_id,
            )  # fmt: skip
            a.add(plan, "merge", organisations=[school.committee_id], into=fresh, registers="continue")
    return plan
