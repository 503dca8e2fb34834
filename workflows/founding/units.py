"""The sheet of organisations against the tree: who is there, who is new, under whom, in which order."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.errors import InvalidAnswers, Text
from workflows.founding.drafting import Line, folded
from workflows.founding.places import Communes
from workflows.founding.stock import Standing, exact
from workflows.organisations.codes import code14
from workflows.organisations.kinds import (
    COMMITTEES,
    KINDS,
    PARTY_CELL,
    PROVINCE_COMMITTEE,
    UNION_BRANCH,
    YOUTH_UNION_BASE,
)

ENDED = "đã kết thúc"  # what a row calls standing ended since
# Under what an organisation may stand; whatever is not named here stands under a committee.
UNDER: Mapping[str, frozenset[str]] = {
    YOUTH_UNION_BASE: COMMITTEES | {PARTY_CELL},
    UNION_BRANCH: frozenset({YOUTH_UNION_BASE}),
}


@dataclass(eq=False)
class Unit:
    """An organisation, standing already (`id`) or to be founded by `line`."""

    name: str
    kind: str | None
    since: date | None
    until: date | None = None
    decides: bool = False
    parent: "Unit | None" = None
    id: int | None = None
    line: Line | None = None

    def above(self) -> "list[Unit]":
        """Nearest first; a loop ends the walk."""
        found: list[Unit] = []
        one = self.parent
        while one is not None and one is not self and one not in found:
            found.append(one)
            one = one.parent
        return found


class Units:
    """Every organisation that a row of the workbook can name. Faults go to the lines."""

    def __init__(self, standing: Mapping[int, Standing], lines: Sequence[Line], communes: Communes) -> None:
        self.standing = standing
        self.communes = communes
        self.stored = _stored(standing)
        self.lines = [(line, _unit_of(line)) for line in lines]
        self.by_reference = self._referred()
        self.by_code = {line.values["code14"]: unit for line, unit in self.lines if "code14" in line.values}
        self.by_name: dict[bytes, list[Unit]] = defaultdict(list)
        for _line, unit in self.lines:
            self.by_name[exact(unit.name)].append(unit)
        self.stored_code = {
            one.row.code14: self.stored[number]
            for number, one in standing.items()
            if one.row.code14 and one.row.valid_to is None
        }
        self.stored_name: dict[bytes, list[Unit]] = defaultdict(list)
        for number, one in standing.items():
            if one.row.valid_to is None:
                self.stored_name[exact(one.row.name)].append(self.stored[number])
        self.by_place: dict[tuple[bytes, int | None], list[Standing]] = defaultdict(list)
        for one in standing.values():
            for place in [(name, over) for name in one.names for over in one.parents]:
                self.by_place[place].append(one)
        self.ordered = self._settle()

    def find(self, words: str) -> Unit | Text:
        """By reference, by code, by a name of the workbook, by a name of the database; else why not."""
        referred = self.by_reference.get(folded(words))
        if referred is not None:
            return referred
        code = _as_code(words)
        if code is not None:
            coded = self.by_code.get(code) or self.stored_code.get(code)
            return coded or Text("Không có tổ chức nào mang mã {code}.", code=code)
        named = self.by_name.get(exact(words)) or self.stored_name.get(exact(words)) or []
        if len(named) == 1:
            return named[0]
        if named:
            return Text(
                "Có {count} tổ chức tên “{name}”. Hãy ghi mã tham chiếu của dòng ấy ở trang “Tổ chức”, "
                "hoặc mã 14 số.",
                count=len(named),
                name=words,
            )
        return Text(
            "Không tìm thấy “{name}”. Hãy thêm một dòng ở trang “Tổ chức”, hoặc sửa tên, mã.", name=words
        )

    def named(self, line: Line, field: str, kinds: frozenset[str] | None = None) -> Unit | None:
        """The organisation that a cell names; a fault of the line where there is none, or of another kind."""
        words = line.values.get(field)
        if words is None:
            return None
        found = self.find(words)
        if isinstance(found, Text):
            line.refuse(field, found.msgid, **found.params)
            return None
        if kinds is not None and found.kind is not None and found.kind not in kinds:
            line.refuse(
                field,
                "“{name}” là loại “{kind}”. Ở đây cần: {wanted}.",
                name=found.name,
                kind=KINDS[found.kind],
                wanted="; ".join(label for kind, label in KINDS.items() if kind in kinds),
            )
            return None
        return found

    def _referred(self) -> dict[str, Unit]:
        found: dict[str, Unit] = {}
        for line, unit in self.lines:
            reference = folded(line.values.get("reference", ""))
            earlier = found.setdefault(reference, unit) if reference else unit
            if earlier is not unit and earlier.line is not None:
                line.refuse(
                    "reference", "Mã này đã dùng ở dòng {row}. Hãy đặt mã khác.", row=earlier.line.number
                )
        return found

    def _settle(self) -> list[Unit]:
        """Parents found, loops named, what is there known again; superiors before those under them."""
        for line, unit in self.lines:
            unit.parent = self.named(line, "parent")
        for line, unit in self.lines:
            self._check_place(line, unit)
        ordered = sorted((unit for _line, unit in self.lines), key=lambda unit: len(unit.above()))
        seen: dict[object, int] = {}
        for unit in ordered:
            if unit.line is not None:
                self._know(unit, unit.line)
                _check_days(unit, unit.line)
                _once(unit, unit.line, seen)
        return ordered

    def _check_place(self, line: Line, unit: Unit) -> None:
        commune = line.values.get("commune")
        if commune is not None:
            self.communes.read(line, "commune")
        if unit.kind is None:
            return
        if unit.kind == PROVINCE_COMMITTEE:
            if "parent" in line.values:
                line.refuse("parent", "Tỉnh ủy đứng đầu cây tổ chức. Hãy để trống ô này.")
        elif "parent" not in line.values:
            line.refuse("parent", "Còn trống. Hãy ghi mã tham chiếu, mã 14 số hoặc tên của cấp trên.")
        elif unit.parent is not None and unit.parent.kind is not None:
            allowed = UNDER.get(unit.kind, COMMITTEES)
            if unit in (unit.parent, *unit.parent.above()):
                line.refuse("parent", "Vòng tròn: “{name}” lại trực thuộc chính nó.", name=unit.name)
            elif unit.parent.kind not in allowed:
                line.refuse(
                    "parent",
                    "“{kind}” không đứng dưới “{over}”. Hãy ghi cấp trên trực tiếp.",
                    kind=KINDS[unit.kind],
                    over=KINDS[unit.parent.kind],
                )
        if unit.decides and unit.kind not in COMMITTEES:
            line.refuse("decides", "Chỉ cấp ủy mới quyết định kết nạp. Hãy ghi Không.")

    def _know(self, unit: Unit, line: Line) -> None:
        """Is it there already? By code, else by a name it bears or bore under a superior it has or had."""
        if unit.kind == PROVINCE_COMMITTEE and self._second_root(unit, line):
            return
        found = self._by_code(unit, line) or self._by_name(unit, line)
        if found is None:
            return
        unit.id = line.known = found.row.id
        unit.since, unit.until = found.row.valid_from, found.row.valid_to
        line.differs = _differences(line, unit, found)

    def _by_code(self, unit: Unit, line: Line) -> Standing | None:
        coded = self.stored_code.get(line.values.get("code14", ""))
        if coded is None or coded.id is None:
            return None
        found = self.standing[coded.id]
        if found.row.kind != unit.kind or exact(unit.name) not in found.names:
            line.refuse(
                "code14",
                "Mã này đang là của “{name}” ({kind}). Hãy sửa mã, hoặc ghi đúng tên và loại ấy.",
                name=found.row.name,
                kind=KINDS[found.row.kind],
            )
        return found

    def _by_name(self, unit: Unit, line: Line) -> Standing | None:
        if unit.parent is not None and unit.parent.id is None:
            return None
        over = unit.parent.id if unit.parent else None
        alike = [one for one in self.by_place.get((exact(unit.name), over), ()) if one.lasts(unit.since)]
        present = [one for one in alike if one.row.valid_to is None] or alike
        if len(present) > 1:
            line.refuse("name", "Có nhiều tổ chức tên này dưới cùng cấp trên. Hãy ghi mã 14 số.")
        found = present[0] if present else None
        if found is not None and found.row.kind != unit.kind and unit.kind is not None:
            line.refuse(
                "kind", "Tổ chức này đã có với loại “{kind}”. Hãy ghi loại ấy.", kind=KINDS[found.row.kind]
            )
        code = line.values.get("code14")
        if found is not None and code and found.row.code14 not in (None, code):
            line.refuse("code14", "Tổ chức này đã có mã {code}. Hãy ghi mã ấy.", code=found.row.code14)
        return found

    def _second_root(self, unit: Unit, line: Line) -> bool:
        first = next(other for _line, other in self.lines if other.kind == PROVINCE_COMMITTEE)
        if first is not unit:
            line.refuse("kind", "Đã có “{name}”: mỗi hệ thống một tỉnh.", name=first.name)
            return True
        for one in self.standing.values():
            other = one.row.kind == PROVINCE_COMMITTEE and one.row.valid_to is None
            if other and exact(unit.name) not in one.names:
                line.refuse("name", "Đã có “{name}”: mỗi hệ thống một tỉnh.", name=one.row.name)
                return True
        return False


def _stored(standing: Mapping[int, Standing]) -> dict[int, Unit]:
    units = {}
    for number, one in standing.items():
        row, place = one.row, one.place
        decides = place is not None and place.may_decide
        units[number] = Unit(row.name, row.kind, row.valid_from, row.valid_to, decides, id=number)
    for number, one in standing.items():
        if one.place is not None and one.place.parent_id is not None:
            units[number].parent = units[one.place.parent_id]
    return units


def _unit_of(line: Line) -> Unit:
    values = line.values
    decides = bool(values.get("decides"))
    return Unit(values.get("name", ""), values.get("kind"), values.get("since"), decides=decides, line=line)


def _as_code(words: str) -> str | None:
    try:
        return code14(words)
    except InvalidAnswers:
        return None


def _differences(line: Line, unit: Unit, found: Standing) -> list[str]:
    values, row, place = line.values, found.row, found.place
    differs = [
        name
        for name, stored in (("since", row.valid_from), ("code14", row.code14), ("commune", row.commune_code))
        if name in values and values[name] != stored
    ]
    if row.valid_to is not None:
        differs.append(ENDED)
    if exact(unit.name) != exact(row.name):
        differs.append("name")
    if place is not None and place.parent_id != (unit.parent.id if unit.parent else None):
        differs.append("parent")
    if place is not None and place.decided_by != values.get("decided_by"):
        differs.append("decided_by")
    return differs


def _check_days(unit: Unit, line: Line) -> None:
    over = unit.parent
    if unit.id is not None or unit.since is None or over is None:
        return
    if over.since is not None and unit.since < over.since:
        line.refuse(
            "since",
            "Sớm hơn ngày của “{name}” ({day}). Hãy ghi ngày ấy hoặc muộn hơn.",
            name=over.name,
            day=f"{over.since:%d/%m/%Y}",
        )
    if over.until is not None:
        line.refuse(
            "parent",
            "“{name}” kết thúc từ ngày {day}. Hãy ghi tổ chức kế tục.",
            name=over.name,
            day=f"{over.until:%d/%m/%Y}",
        )


def _once(unit: Unit, line: Line, seen: dict[object, int]) -> None:
    """Two rows for one organisation."""
    over = unit.parent.id or unit.parent if unit.parent else None
    marks: list[tuple[str, object, str]] = []
    if unit.name:
        marks.append(("name", (over, exact(unit.name)), "Trùng với dòng {row}: cùng tên, cùng cấp trên."))
    if "code14" in line.values:
        marks.append(("code14", line.values["code14"], "Trùng mã với dòng {row}."))
    if unit.id is not None:
        marks.append(("name", unit.id, "Cùng một tổ chức với dòng {row}. Hãy bỏ một dòng."))
    for name, mark, message in marks:
        earlier = seen.setdefault((name, mark), line.number)
        if earlier != line.number:
            line.refuse(name, message, row=earlier)
            return
