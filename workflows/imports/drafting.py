"""From a row of a list to a draft of a student, with every fault of the row at once. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from engine.errors import Text
from workflows.imports import cells
from workflows.imports.cells import CellFault
from workflows.imports.faults import Fault

# Fields that one column gives as they are.
READERS: Mapping[str, Callable[[object], Any]] = {
    "code": lambda value: cells.short(value, "code"),
    "gender": cells.gender,
    "class_name": lambda value: cells.short(value, "class_name"),
    "course": lambda value: cells.short(value, "course"),
    "programme": lambda value: cells.short(value, "programme"),
    "grade": cells.grade,
    "entered_on": cells.day,
    "graduation_on": cells.day,
    "union_member": cells.yes_no,
    "union_joined_on": cells.day,
}
SEALED: Mapping[str, Callable[[object], str | None]] = {
    "identity_number": cells.identity,
    "address": lambda value: cells.short(value, "address"),
    "phone": cells.phone,
}
_COMMUNE_WORDS = ("xa ", "phuong ", "thi tran ", "dac khu ", "x. ", "p. ")


@dataclass
class Draft:
    """What a row says of a student: only what stands in it, read and checked."""

    values: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    result: tuple[str, str | None, str | None] | None = None
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Text] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """What reading a row needs besides the row: columns, the day, communes by folded name, kind of school."""

    columns: Mapping[str, int]
    on: date
    communes: Mapping[str, str]
    with_grades: bool


def draft_of(row: Sequence[object], reading: Reading) -> Draft | None:
    """None for a row that names nobody: totals and signatures under a list."""
    draft = Draft()

    def cell(name: str) -> object:
        place = reading.columns.get(name)
        return row[place] if place is not None and place < len(row) else None

    _read(draft, "full_name", lambda: _full_name(cell))
    _read(draft, "birth_date", lambda: _birth(cell, reading.on))
    if not draft.values and not _present(cell, "full_name", "given", "birth_date", "birth_year"):
        return None
    for name, reader in READERS.items():
        if name in reading.columns:
            _read(draft, name, partial(reader, cell(name)))
    for name, reader in SEALED.items():
        if name in reading.columns:
            _read(draft, name, partial(reader, cell(name)), sealed=True)
    _read_result(draft, cell)
    _read_commune(draft, cell("commune"), reading.communes)
    _derive(draft, cell, reading)
    return draft


def _read(draft: Draft, name: str, read: Callable[[], Any], *, sealed: bool = False) -> None:
    try:
        value = read()
    except CellFault as fault:
        draft.faults.append(Fault(name, fault.text))
        return
    if value is None:
        return
    if sealed:
        draft.personal[name] = value
    else:
        draft.values[name] = value


def _full_name(cell: Callable[[str], object]) -> str:
    parts = [cells.text_of(cell(name)) for name in ("family_middle", "middle", "given")]
    whole = cells.text_of(cell("full_name")) or " ".join(part for part in parts if part)
    name = cells.person_name(whole)
    if name is None:
        raise CellFault("Thiếu họ và tên.")
    return name


def _birth(cell: Callable[[str], object], on: date) -> date:
    whole = cells.day(cell("birth_date"))
    if whole is None:
        whole = cells.day_of_parts(cell("birth_day"), cell("birth_month"), cell("birth_year"))
    return cells.birth_day(whole, on)


def _present(cell: Callable[[str], object], *names: str) -> bool:
    return any(cells.text_of(cell(name)) for name in names)


def _read_result(draft: Draft, cell: Callable[[str], object]) -> None:
    """Study and conduct count only with the term that they belong to."""
    marks: dict[str, str] = {}
    for name in ("study", "conduct"):
        try:
            mark = cells.mark(cell(name))
        except CellFault as fault:
            draft.faults.append(Fault(name, fault.text))
            continue
        if mark is not None:
            marks[name] = mark
    try:
        term = cells.term(cell("term"))
    except CellFault as fault:
        draft.faults.append(Fault("term", fault.text))
        return
    if marks and term is not None:
        draft.result = (term, marks.get("study"), marks.get("conduct"))


def _read_commune(draft: Draft, value: object, communes: Mapping[str, str]) -> None:
    """An unknown commune leaves the residence open; it does not hold up the row."""
    text = cells.text_of(value)
    if not text:
        return
    code = communes.get(commune_key(text))
    if code is None:
        draft.remarks.append(Text("Không nhận ra xã, phường “{name}”; để trống nơi cư trú.", name=text))
    else:
        draft.values["commune_code"] = code


def commune_key(name: str) -> str:
    """A commune's name without marks and without the word for its kind: "Phường Kinh Bắc" → "kinh bac"."""
    folded = cells.folded(name.split(",")[0])
    for word in _COMMUNE_WORDS:
        folded = folded.removeprefix(word)
    return folded


def _derive(draft: Draft, cell: Callable[[str], object], reading: Reading) -> None:
    if "is_female" in reading.columns and "gender" not in reading.columns:
        marked = cells.text_of(cell("is_female"))
        draft.values["gender"] = "female" if marked else "male"
    if not reading.with_grades:
        draft.values.pop("grade", None)
    elif "grade" not in draft.values:
        grade = cells.grade_of_class(draft.values.get("class_name"))
        if grade is not None:
            draft.values["grade"] = grade
