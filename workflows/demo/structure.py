"""The organisations of the demonstration: committees, boards, centres, districts until 30/06/2025, schools.

Communes are real, by name and code; everything under them is invented. Written in bulk, table by table,
with ids counted here: a thousand organisations by the verbs would take longer than all the students.
"""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table, func, insert, select, text

from engine.transactions import Transaction
from workflows.demo.measures import Measures, words
from workflows.demo.world import School, World
from workflows.organisations.communes import (
    Commune,
    communes_of,
    former_districts,
    keep_communes,
    last_day_of_districts,
)
from workflows.organisations.queries import forget_tree
from workflows.organisations.records import institution, organisation, organisation_place, succession
from workflows.people.names import search_key

PROVINCE = "Bắc Ninh"
FOUNDED = date(2010, 1, 1)


class Founding:
    """Collects rows of organisations and places; `write` stores them in two statements."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.next_id = first_free(tx, organisation)
        self.organisations: list[dict[str, Any]] = []
        self.places: list[dict[str, Any]] = []
        self.rearranged = last_day_of_districts() + timedelta(days=1)

    def add(
        self,
        kind: str,
        name: str,
        parent_id: int | None,
        *,
        since: date = FOUNDED,
        until: date | None = None,
        decided_by: str | None = None,
        commune_code: str | None = None,
        before: tuple[int, str | None] | None = None,
    ) -> int:
        """`before`: parent (and deciding body of its own) until the districts ended."""
        own = self.next_id
        self.next_id += 1
        row = {
            "id": own,
            "kind": kind,
            "name": name,
            "name_key": search_key(name),
            "commune_code": commune_code,
        }
        self.organisations.append({**row, "valid_from": since, "valid_to": until})
        if before is not None:
            self._place(own, before[0], before[1], since, self.rearranged)
            since = self.rearranged
        self._place(own, parent_id, decided_by, since, until)
        return own

    def _place(
        self, own: int, parent_id: int | None, decided_by: str | None, since: date, until: date | None
    ) -> None:
        row = {"organisation_id": own, "parent_id": parent_id, "may_decide": decided_by is not None}
        self.places.append({**row, "decided_by": decided_by, "valid_from": since, "valid_to": until})

    def write(self) -> None:
        self.tx.execute(insert(organisation), self.organisations)
        self.tx.execute(insert(organisation_place), self.places)
        count_on(self.tx, organisation)
        forget_tree(self.tx)


def first_free(tx: Transaction, table: Table) -> int:
    return int(tx.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()) + 1


def count_on(tx: Transaction, table: Table) -> None:
    """After rows with ids of our own, PostgreSQL's sequence must go on behind them; SQLite does by itself."""
    if tx.dialect == "postgresql":
        highest = first_free(tx, table)
        tx.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :value, false)"),
            {"name": table.name, "value": highest},
        )


def found_province(tx: Transaction, world: World, chance: random.Random, measures: Measures) -> None:
    """Everything that stands before a school can: province, communes, districts, centres, residence cells."""
    keep_communes(tx, PROVINCE)
    founding = Founding(tx)
    world.province_id = founding.add("province_committee", "Tỉnh ủy Bắc Ninh", None, decided_by="standing")
    world.boards[world.province_id] = founding.add(
        "party_building_board", "Ban Tổ chức Tỉnh ủy Bắc Ninh", world.province_id
    )
    communes = communes_of(PROVINCE)
    chosen = communes if measures.communes >= len(communes) else _spread(communes, measures.communes)
    _found_districts(founding, world, {one.former_district for one in chosen if one.former_district})
    for place, commune in enumerate(chosen):
        _found_commune(founding, world, chance, commune, with_centre=place % 10 != 9)
    founding.write()
    _succeed_districts(tx, world, chosen)


def _spread(communes: Sequence[Commune], wanted: int) -> list[Commune]:
    step = len(communes) / wanted
    return [communes[int(place * step)] for place in range(wanted)]


def _found_districts(founding: Founding, world: World, names: set[str]) -> None:
    end = founding.rearranged
    for district in former_districts():
        if district.name not in names:
            continue
        committee = founding.add(
            "district_committee",
            f"Đảng bộ {district.name}",
            world.province_id,
            until=end,
            decided_by="standing",
        )
        world.districts[district.name] = committee
        world.boards[committee] = founding.add(
            "party_building_board", f"Ban Tổ chức ({district.name})", committee, until=end
        )
        world.centres[committee] = founding.add(
            "political_centre", f"Trung tâm Chính trị {district.name}", committee, until=end
        )


def _found_commune(
    founding: Founding, world: World, chance: random.Random, commune: Commune, *, with_centre: bool
) -> None:
    since = founding.rearranged
    name = commune.name[0].lower() + commune.name[1:]
    committee = founding.add(
        "commune_committee",
        f"Đảng ủy {name}",
        world.province_id,
        since=since,
        decided_by="standing",
        commune_code=commune.code,
    )
    world.communes[commune.code] = committee
    board = founding.add("party_building_board", f"Ban Xây dựng Đảng {name}", committee, since=since)
    world.boards[committee] = board
    if with_centre:
        world.centres[committee] = founding.add(
            "political_centre", f"Trung tâm Chính trị {name}", committee, since=since
        )
    district = world.districts.get(commune.former_district or "")
    before = (district, None) if district else (world.province_id, None)
    world.residence_cells[commune.code] = [
        founding.add(
            "party_cell",
            f"Chi bộ khu dân cư {chance.choice(words()['school'])} {number}, {name}",
            committee,
            commune_code=commune.code,
            before=before,
        )
        for number in range(1, 3)
    ]


def _succeed_districts(tx: Transaction, world: World, communes: Sequence[Commune]) -> None:
    ranks: dict[int, int] = {}
    rows = []
    for commune in communes:
        district = world.districts.get(commune.former_district or "")
        if district is None:
            continue
        ranks[district] = ranks.get(district, 0) + 1
        row = {"predecessor_id": district, "successor_id": world.communes[commune.code]}
        rows.append({**row, "on_day": last_day_of_districts() + timedelta(days=1), "rank": ranks[district]})
    if rows:
        tx.execute(insert(succession), rows)
        forget_tree(tx)


def found_schools(tx: Transaction, world: World, chance: random.Random, measures: Measures) -> None:
    """Schools, colleges and universities, each with its Party organisation and its youth union."""
    founding = Founding(tx)
    codes = list(world.communes)
    names = _school_names(chance, measures.schools + measures.higher)
    former = {one.code: one.former_district for one in communes_of(PROVINCE)}
    rows = []
    next_id = first_free(tx, institution)
    for place in range(measures.schools + measures.higher):
        # The first university lies where the first school lies: one board then sees work of both.
        code = codes[0 if place == measures.schools else place * 7 % len(codes)]
        kind = _kind(place, measures)
        district = world.districts.get(former[code] or "")
        school = _found_school(founding, world, chance, kind, names[place], code, district, place)
        school.institution_id = next_id + place
        world.schools.append(school)
        rows.append(_institution_row(school))
    founding.write()
    tx.execute(insert(institution), rows)
    count_on(tx, institution)
    forget_tree(tx)


def _school_names(chance: random.Random, wanted: int) -> list[str]:
    names = list(words()["school"])
    chance.shuffle(names)
    return [
        names[n % len(names)] + (f" {n // len(names) + 1:02d}" if n >= len(names) else "")
        for n in range(wanted)
    ]


def _kind(place: int, measures: Measures) -> str:
    if place >= measures.schools:
        return "university" if (place - measures.schools) % 2 == 0 else "college"
    if place % 11 == 7:
        return "vocational"
    return "boarding" if place % 37 == 5 else "high_school"


_TITLES = {
    "high_school": "Trường THPT Minh họa {name}",
    "boarding": "Trường PT Dân tộc nội trú Minh họa {name}",
    "vocational": "Trung tâm GDNN-GDTX Minh họa {name}",
    "college": "Trường Cao đẳng Minh họa {name}",
    "university": "Trường Đại học Minh họa {name}",
}


def _found_school(
    founding: Founding,
    world: World,
    chance: random.Random,
    kind: str,
    name: str,
    code: str,
    district: int | None,
    place: int,
) -> School:
    title = _TITLES[kind].format(name=name)
    commune = world.communes[code]
    before = (district or world.province_id, None)
    committee = section = None
    if kind in ("college", "university"):
        committee, section, cells = _higher_party(founding, title, commune, before)
    elif place % 3 == 0:
        committee = founding.add("grassroots_committee", f"Đảng ủy {title}", commune, before=before)
        cells = [founding.add("party_cell", f"Chi bộ {number}, {title}", committee) for number in range(1, 4)]
    elif place % 3 == 1:
        cells = [founding.add("party_cell", f"Chi bộ {title}", commune, before=before)]
    else:
        committee = founding.add("subordinate_committee", f"Đảng ủy {title}", commune, before=before)
        cells = [founding.add("party_cell", f"Chi bộ {number}, {title}", committee) for number in range(1, 3)]
    party = committee if committee is not None else cells[0]
    union = founding.add("youth_union_base", f"Đoàn {title}", party)
    return School(
        institution_id=0,
        name=title,
        kind=kind,
        commune_code=code,
        party_organisation_id=party,
        committee_id=committee,
        section_id=section,
        cells=cells,
        union_id=union,
        deciding_id=commune,
        board_id=world.boards[commune],
        centre_id=world.centres.get(commune),
    )


def _higher_party(
    founding: Founding, title: str, commune: int, before: tuple[int, str | None]
) -> tuple[int, int, list[int]]:
    """A committee, a section committee with two faculty cells, and a cell of the offices right under it."""
    committee = founding.add("grassroots_committee", f"Đảng ủy {title}", commune, before=before)
    section = founding.add("section_committee", f"Đảng ủy bộ phận khối sinh viên, {title}", committee)
    cells = [
        founding.add("party_cell", f"Chi bộ sinh viên khoa {number}, {title}", section)
        for number in range(1, 3)
    ]
    cells.append(founding.add("party_cell", f"Chi bộ khối phòng ban, {title}", committee))
    return committee, section, cells


def _institution_row(school: School) -> dict[str, Any]:
    return {
        "id": school.institution_id,
        "name": school.name,
        "name_key": search_key(school.name),
        "kind": school.kind,
        "commune_code": school.commune_code,
        "party_organisation_id": school.party_organisation_id,
        "union_organisation_id": school.union_id,
        "cell_id": school.cell_id,
    }
