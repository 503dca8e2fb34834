"""Which column of a list is what: Vietnamese headers in any order, with or without marks. Pure."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files

from workflows.people.names import search_key

_DATA = tomllib.loads((files(__package__) / "headers.toml").read_text(encoding="utf-8"))
HEADERS: Mapping[str, tuple[str, ...]] = {field: tuple(names) for field, names in _DATA["headers"].items()}
NEVER_KEPT: tuple[str, ...] = tuple(_DATA["never"]["kept"])

_NOTE = re.compile(r"\((?!xa|phuong)[^)]*\)|\*")
_JOINTS = re.compile(r"[^a-z0-9]+")


def fold(header: object) -> str:
    """Letters and digits only, no marks, no remarks in brackets: "Ngày sinh (dd/mm/yyyy)*" → "ngay sinh"."""
    if not isinstance(header, str):
        return ""
    return _JOINTS.sub(" ", _NOTE.sub(" ", search_key(header))).strip()


_FIELD_OF = {fold(header): field for field, headers in reversed(list(HEADERS.items())) for header in headers}
_NEVER = frozenset(fold(header) for header in NEVER_KEPT)
_IGNORED = frozenset({"", "stt", "tt", "so tt", "ghi chu", "ly do can sua", "dong trong tep goc"})


def label(field: str) -> str:
    """The header that users know a field by."""
    return HEADERS[field][0]


def columns_of(cells: Sequence[object]) -> dict[str, int]:
    """field → place of its column; the first of two equal headers counts."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        field = _FIELD_OF.get(fold(cell))
        if field is not None:
            found.setdefault(field, place)
    if "birth_date" in found:
        for part in ("birth_day", "birth_month", "birth_year"):
            found.pop(part, None)
    return found


def unknown_headers(cells: Sequence[object], known: Mapping[str, int]) -> list[str]:
    """Headers that nothing is read from, as written."""
    used = set(known.values())
    return [str(cell) for place, cell in enumerate(cells) if place not in used and fold(cell) not in _IGNORED]


def never_kept(headers: Sequence[str]) -> list[str]:
    return [header for header in headers if fold(header) in _NEVER]


def names_somebody(found: Mapping[str, int]) -> bool:
    """A list needs at least a name and a birth date."""
    named = "full_name" in found or "given" in found
    born = "birth_date" in found or {"birth_day", "birth_month", "birth_year"} <= found.keys()
    return named and born
