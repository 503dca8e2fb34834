"""The four sheets of the workbook: their names, their columns, which header means which field. Pure."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Final

from workflows.imports.headers import fold

ORGANISATIONS: Final = "organisations"
SCHOOLS: Final = "schools"
MEMBERS: Final = "members"
ACCOUNTS: Final = "accounts"
REASON, ROW = "Lý do cần sửa", "Dòng trong tệp gốc"
GUIDE: Final = "Hướng dẫn"
_IGNORED = frozenset({"", "stt", "tt", "ghi chu", fold(REASON), fold(ROW)})


@dataclass(frozen=True)
class Field:
    """One column: its headers (the first one is shown), what to write there, whether it must be there."""

    name: str
    headers: tuple[str, ...]
    help: str
    needed: bool

    @property
    def label(self) -> str:
        return self.headers[0]


@dataclass(frozen=True)
class Form:
    """One sheet: its Vietnamese name and spellings, its fields, rows that can be founded as they stand."""

    key: str
    name: str
    also: tuple[str, ...]
    fields: Mapping[str, Field]
    examples: Sequence[Mapping[str, str]]

    @cached_property
    def _field_of(self) -> Mapping[str, str]:
        pairs = [(fold(header), one.name) for one in self.fields.values() for header in one.headers]
        return dict(reversed(pairs))

    def columns_of(self, cells: Sequence[object]) -> dict[str, int]:
        """field → place of its column; the first of two equal headers counts."""
        found: dict[str, int] = {}
        for place, cell in enumerate(cells):
            name = self._field_of.get(fold(cell))
            if name is not None:
                found.setdefault(name, place)
        return found

    def unused(self, cells: Sequence[object]) -> list[str]:
        """Headers that nothing is read from, as written."""
        used = set(self.columns_of(cells).values())
        return [
            str(cell) for place, cell in enumerate(cells) if place not in used and fold(cell) not in _IGNORED
        ]

    def missing(self, columns: Mapping[str, int]) -> list[str]:
        return [one.label for one in self.fields.values() if one.needed and one.name not in columns]

    def label(self, name: str) -> str:
        return self.fields[name].label if name in self.fields else name


def _form(key: str, data: Mapping[str, Any]) -> Form:
    fields = {
        name: Field(name, tuple(row["headers"]), row["help"], row.get("needed", False))
        for name, row in data["fields"].items()
    }
    return Form(key, data["name"], tuple(data["also"]), fields, tuple(data["examples"]))


_DATA = tomllib.loads((files(__package__) / "sheets.toml").read_text(encoding="utf-8"))
FORMS: Final[Mapping[str, Form]] = {
    key: _form(key, _DATA[key]) for key in (ORGANISATIONS, SCHOOLS, MEMBERS, ACCOUNTS)
}
_FORM_OF = {fold(name): form for form in FORMS.values() for name in (form.name, *form.also)}


def form_of(sheet_name: str) -> Form | None:
    """The form that a sheet is filled after, by its name."""
    return _FORM_OF.get(fold(sheet_name))
