"""The sheet of members: known again by name and birth date, else by name and cell."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.errors import Text
from workflows.founding.drafting import Line
from workflows.founding.stock import OnRoll, exact
from workflows.founding.units import Unit, Units
from workflows.organisations.kinds import PARTY_CELL


@dataclass(eq=False)
class Person:
    """A member that an account can belong to: of the database (`id`) or of a row."""

    born: date | None
    cells: tuple[Unit | int, ...]
    id: int | None = None
    line: Line | None = None


@dataclass(frozen=True)
class Entry:
    """A row with its cell, and the day from which the member stands there."""

    line: Line
    cell: Unit | None
    person: Person

    @property
    def since(self) -> date | None:
        given: date | None = self.line.values.get("since")
        return given or (self.cell.since if self.cell else None)


class Members:
    """Rows and stored members together. Faults go to the lines."""

    def __init__(self, lines: Sequence[Line], units: Units, stored: Mapping[bytes, list[OnRoll]]) -> None:
        self.units = units
        self.stored = stored
        self.entries = [self._entry(line) for line in lines]
        self.by_name: dict[bytes, list[Person]] = defaultdict(list)
        for name, known in stored.items():
            for one in known:
                cells = tuple(place.cell_id for place in one.places)
                self.by_name[name].append(Person(one.row.birth_date, cells, one.row.id))
        self._refuse_doubles()
        for entry in self.entries:
            if entry.person.id is None and "name" in entry.line.values:
                self.by_name[exact(entry.line.values["name"])].append(entry.person)

    def find(self, name: str, born: date | None, near: Unit | None) -> Person | Text:
        """The one member of that name: by birth date, else nearest to an organisation; else why not."""
        alike = self.by_name.get(exact(name), [])
        if born is not None:
            alike = [one for one in alike if one.born == born]
        if len(alike) > 1 and near is not None:
            alike = [one for one in alike if near in one.cells or near.id in one.cells] or alike
        if len(alike) == 1:
            return alike[0]
        if alike:
            return Text("Có {count} đảng viên tên này. Hãy ghi “Họ và tên, ngày sinh”.", count=len(alike))
        return Text("Không có đảng viên tên này. Hãy thêm một dòng ở trang “Đảng viên”, hoặc ghi Không.")

    def _entry(self, line: Line) -> Entry:
        cell = self.units.named(line, "cell", frozenset({PARTY_CELL}))
        person = Person(line.values.get("birth_date"), (cell,) if cell else (), line=line)
        entry = Entry(line, cell, person)
        if cell is not None and "name" in line.values:
            self._know(entry, cell)
        if line.known is None and cell is not None:
            _check_day(line, cell)
        return entry

    def _know(self, entry: Entry, cell: Unit) -> None:
        line, born = entry.line, entry.person.born
        alike = self.stored.get(exact(line.values["name"]), [])
        here = [one for one in alike if cell.id is not None and cell.id in {p.cell_id for p in one.places}]
        if born is not None:
            found = [one for one in alike if one.row.birth_date == born]
            found = found or [one for one in here if one.row.birth_date is None]
        else:
            found = here
        if len(found) > 1:
            found = [one for one in found if one in here] or found
        if len(found) > 1:
            line.refuse(
                "birth_date", "Trong hệ thống có {count} người tên này. Hãy ghi ngày sinh.", count=len(found)
            )
        elif found:
            line.known = entry.person.id = found[0].row.id
            line.differs = _differences(line, cell, found[0])

    def _refuse_doubles(self) -> None:
        """Two rows for one person: one stored member, one name and birth date, or one name and cell."""
        seen: dict[object, Entry] = {}
        for entry in self.entries:
            line = entry.line
            if "name" not in line.values:
                continue
            name = exact(line.values["name"])
            marks: list[object] = [("known", line.known)] if line.known else []
            marks.append(
                ("born", name, entry.person.born) if entry.person.born else ("cell", name, entry.cell)
            )
            for mark in marks:
                earlier = seen.setdefault(mark, entry)
                if earlier is not entry:
                    line.refuse(
                        "name",
                        "Trùng với dòng {row}. Hãy bỏ một dòng, hoặc ghi ngày sinh nếu là hai người.",
                        row=earlier.line.number,
                    )
                    break


def _check_day(line: Line, cell: Unit) -> None:
    since = line.values.get("since")
    if since is not None and cell.since is not None and since < cell.since:
        line.refuse(
            "since",
            "Sớm hơn ngày của “{cell}” ({day}). Hãy ghi ngày ấy, hoặc để trống.",
            cell=cell.name,
            day=f"{cell.since:%d/%m/%Y}",
        )
    if cell.until is not None:
        line.refuse("cell", "“{cell}” đã kết thúc. Hãy ghi chi bộ kế tục.", cell=cell.name)


def _differences(line: Line, cell: Unit, known: OnRoll) -> list[str]:
    values: Mapping[str, Any] = line.values
    last = known.places[-1] if known.places else None
    stored = {
        "birth_date": known.row.birth_date,
        "admitted_on": known.row.admitted_on,
        "official_on": known.row.official_on,
        "status": last.status if last else None,
        "since": last.valid_from if last else None,
    }
    differs = [name for name, value in stored.items() if name in values and values[name] != value]
    if last is None or last.valid_to is not None or last.cell_id != cell.id:
        differs.append("cell")
    return differs
