"""The catalogue of papers and of number symbols, read once from the two data files beside it. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

RATINGS = frozenset({"verified", "second_hand", "assumed"})


@dataclass(frozen=True)
class Paper:
    """A type of paper: its word, its place in the list of 104 (None: not listed), form, title and symbol."""

    type: str
    number: int | None
    form: str
    title: str
    symbol: str
    rating: str
    source: str

    @property
    def numbered(self) -> bool:
        return self.symbol != ""


def _data(name: str) -> dict[str, dict[str, object]]:
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))


@cache
def papers() -> Mapping[str, Paper]:
    """All types of paper by their word, in the order of the file."""
    return {word: _paper(word, entry) for word, entry in _data("catalogue.toml").items()}


def _paper(word: str, entry: Mapping[str, object]) -> Paper:
    number = entry.get("number")
    return Paper(
        type=word,
        number=number if isinstance(number, int) else None,
        form=str(entry["form"]),
        title=str(entry["title"]),
        symbol=str(entry["symbol"]),
        rating=str(entry["rating"]),
        source=str(entry["source"]),
    )


@cache
def symbols() -> Mapping[str, str]:
    """Symbol of a series of numbers → its Vietnamese name."""
    return {key: str(name) for key, name in _data("symbols.toml")["symbols"].items()}


@cache
def issuers() -> Mapping[str, str]:
    """Kind of organisation → what usually stands after the stroke."""
    return {kind: str(sign) for kind, sign in _data("symbols.toml")["issuers"].items()}


def symbol_of(type: str) -> str:
    """The series a type of paper is counted in: a symbol is its own series, a paper has one or "" (none)."""
    if type in symbols():
        return type
    return papers()[type].symbol
