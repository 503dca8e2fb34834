"""The sheet of schools: which are there already, and which organisations of the tree are theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from workflows.founding.drafting import Line
from workflows.founding.places import Communes
from workflows.founding.stock import exact
from workflows.founding.units import Unit, Units
from workflows.organisations.kinds import COMMITTEES, PARTY_CELL, YOUTH_UNION_BASE


@dataclass(frozen=True)
class School:
    """A row with its organisations; `cell` follows its students."""

    line: Line
    party: Unit | None
    union: Unit | None
    cell: Unit | None


def schools_of(
    lines: Sequence[Line],
    units: Units,
    communes: Communes,
    stored: Mapping[tuple[bytes, str | None], Row[Any]],
) -> list[School]:
    seen: dict[tuple[bytes, str], int] = {}
    found = []
    for line in lines:
        if "commune" in line.values:
            communes.read(line, "commune")
        school = _school(line, units)
        name, commune = line.values.get("name"), line.values.get("commune")
        if name and commune:
            key = exact(name), commune
            earlier = seen.setdefault(key, line.number)
            if earlier != line.number:
                line.refuse("name", "Trùng với dòng {row}: cùng tên, cùng xã, phường.", row=earlier)
            _know(school, stored.get(key))
        if line.known is None:
            _refuse_ended(school)
        found.append(school)
    return found


def _school(line: Line, units: Units) -> School:
    party = units.named(line, "party", COMMITTEES | {PARTY_CELL})
    union = units.named(line, "union", frozenset({YOUTH_UNION_BASE}))
    cell = units.named(line, "cell", frozenset({PARTY_CELL}))
    if "cell" not in line.values and party is not None:
        if party.kind == PARTY_CELL:
            cell = party
        else:
            line.refuse("cell", "Còn trống. Hãy ghi chi bộ theo dõi học sinh, sinh viên của trường.")
    if cell is not None and party is not None and party not in (cell, *cell.above()):
        line.refuse(
            "cell", "“{cell}” không thuộc “{party}”. Hãy xem lại hai ô.", cell=cell.name, party=party.name
        )
    return School(line, party, union, cell)


def _refuse_ended(school: School) -> None:
    for field, unit in (("party", school.party), ("union", school.union), ("cell", school.cell)):
        if unit is not None and unit.until is not None:
            school.line.refuse(field, "“{name}” đã kết thúc. Hãy ghi tổ chức kế tục.", name=unit.name)


def _know(school: School, row: Row[Any] | None) -> None:
    if row is None:
        return
    line = school.line
    line.known = row.id
    pairs = (
        ("kind", line.values.get("kind"), row.kind),
        ("party", school.party and school.party.id, row.party_organisation_id),
        ("union", school.union and school.union.id, row.union_organisation_id),
        ("cell", school.cell and school.cell.id, row.cell_id),
    )
    line.differs = [name for name, wanted, stored in pairs if wanted != stored]
