"""The editions of the rules: which values were in force on a day, each with article, source and rating.

An edition is a file of `editions/`, named by the day it comes into force. An act stores the name of the
edition it used; a new regulation is a new file, never a change of an old one.
"""

import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from engine.errors import NotFound, Text
from workflows.rules.ballots import Quota
from workflows.rules.check import RATINGS, Finding, faults_of_edition, faults_of_order
from workflows.rules.keys import FRACTION, KEYS, NUMBERS

__all__ = ["RATINGS", "Edition", "Finding", "Value", "check", "edition_named", "edition_on", "editions"]

FOLDER: Final = Path(__file__).parent / "editions"
NONE: Final = "none"


@dataclass(frozen=True)
class Value:
    """One value of an edition and what it rests on. `article` is empty where it is not known."""

    key: str
    value: int | str | bool | Quota | None
    article: str
    source: str
    rating: str
    note: str

    def citation(self) -> str:
        """'điểm 1.1.1, Quy định 24-QĐ/TW ngày 30/7/2021'; the note where there is no source."""
        return ", ".join(part for part in (self.article, self.source) if part) or self.note


@dataclass(frozen=True)
class Edition:
    name: str
    in_force_from: date
    title: str
    instruments: tuple[Mapping[str, Any], ...]
    values: Mapping[str, Value]

    def _of(self, key: str) -> Value:
        """KeyError for a key that is not in `keys.KEYS`: that is a fault of the program."""
        return self.values[key]

    def value(self, key: str) -> int | str | bool | Quota | None:
        """None where the edition says that there is no such rule."""
        return self._of(key).value

    def number(self, key: str) -> int:
        value = self.value(key)
        if not isinstance(value, int):
            raise TypeError(f"{key} of edition {self.name} is not a number")
        return value

    def optional_number(self, key: str) -> int | None:
        return None if self.value(key) is None else self.number(key)

    def word(self, key: str) -> str:
        value = self.value(key)
        if not isinstance(value, str):
            raise TypeError(f"{key} of edition {self.name} is not a word")
        return value

    def quota(self, key: str) -> Quota:
        value = self.value(key)
        if not isinstance(value, Quota):
            raise TypeError(f"{key} of edition {self.name} is not a quota")
        return value

    def article(self, key: str) -> str:
        return self._of(key).article

    def source(self, key: str) -> str:
        """Article and instrument in words, as they are shown and stored."""
        return self._of(key).citation()

    def rating(self, key: str) -> str:
        return self._of(key).rating

    def note(self, key: str) -> str:
        return self._of(key).note


@cache
def editions() -> tuple[Edition, ...]:
    """All editions, oldest first. ValueError if a file is not sound: `check()` says where."""
    findings = check()
    if findings:
        raise ValueError("; ".join(map(str, findings)))
    return tuple(_edition(name, raw) for name, raw in _files().items())


def edition_on(day: date) -> Edition:
    """The edition in force on a day."""
    known = editions()
    place = bisect_right([edition.in_force_from for edition in known], day)
    if place == 0:
        raise NotFound(
            Text(
                "Không có quy định cho ngày {day}; ngày sớm nhất là {first}. Hãy xem lại ngày của việc này.",
                day=f"{day:%d/%m/%Y}",
                first=f"{known[0].in_force_from:%d/%m/%Y}",
            )
        )
    return known[place - 1]


def edition_named(name: str) -> Edition:
    """The edition that an act stored."""
    for edition in editions():
        if edition.name == name:
            return edition
    raise NotFound(Text("Không có bản quy định tên {name}.", name=name))


def check() -> list[Finding]:
    """What is wrong with the files of the editions; empty when all is well. Run at every start."""
    raw: dict[str, Mapping[str, Any]] = {}
    findings: list[Finding] = []
    for path in sorted(FOLDER.glob("*.toml")):
        try:
            raw[path.stem] = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            findings.append(Finding(path.stem, "", f"không đọc được tệp: {error}"))
    for name, edition in raw.items():
        findings += faults_of_edition(name, edition)
    return findings + faults_of_order(raw)


def _files() -> dict[str, Mapping[str, Any]]:
    return {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))
    }


def _edition(name: str, raw: Mapping[str, Any]) -> Edition:
    return Edition(
        name=name,
        in_force_from=raw["in_force_from"],
        title=raw["title"],
        instruments=tuple(MappingProxyType(instrument) for instrument in raw["instruments"]),
        values=MappingProxyType({key: _value(key, row) for key, row in raw["values"].items()}),
    )


def _value(key: str, row: Mapping[str, Any]) -> Value:
    value = row["value"]
    if KEYS[key].kind == FRACTION:
        value = Quota.parse(value, row["comparison"], row["base"])
    elif KEYS[key].kind in NUMBERS and value == NONE:
        value = None
    return Value(key, value, row["article"], row["source"], row["rating"], row["note"])
