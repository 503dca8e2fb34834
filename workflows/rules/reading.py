"""An edition in words, section by section, and what changed from one edition to another: for the reader.

A value reads the same on the page of its edition and in a comparison.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from engine.errors import Text
from workflows.rules.ballots import MORE_THAN, PRESENT, Quota
from workflows.rules.editions import Edition, Value
from workflows.rules.keys import COUNT, KEYS, MONTHS, SECTIONS, WORKING_DAYS, YEARS

_COUNTED = {
    YEARS: "{count} tuổi",
    MONTHS: "{count} tháng",
    WORKING_DAYS: "{count} ngày làm việc",
    COUNT: "{count}",
}
_SHARES = {
    (False, False): "ít nhất {share} tổng số",
    (False, True): "ít nhất {share} số có mặt",
    (True, False): "trên {share} tổng số",
    (True, True): "trên {share} số có mặt",
}
VALUE, BASIS = "value", "basis"


@dataclass(frozen=True)
class Line:
    """One value as it is read: what it is called, what it says, and what it rests on."""

    key: str
    label: str
    words: Text
    article: str
    source: str
    rating: str
    note: str


@dataclass(frozen=True)
class Change:
    """`what`: VALUE where the rule itself changed, BASIS where only article, source, rating or note did."""

    section: str
    before: Line
    after: Line
    what: str


def value_in_words(value: Value) -> Text:
    """'18 tuổi', 'ít nhất 2/3 tổng số', 'Đủ ngày sinh', 'không quy định'."""
    key, plain = KEYS[value.key], value.value
    if plain is None:
        return Text("không quy định")
    if isinstance(plain, Quota):
        shape = _SHARES[plain.comparison == MORE_THAN, plain.base == PRESENT]
        return Text(shape, share=f"{plain.numerator}/{plain.denominator}")
    if isinstance(plain, bool):
        return Text("có") if plain else Text("không")
    if isinstance(plain, str):
        return Text(key.words[plain])
    return Text(_COUNTED[key.kind], count=plain)


def lines(edition: Edition) -> Iterator[tuple[str, Line]]:
    """Every value with the heading of its section, in the order of the table of keys."""
    section = ""
    for key, row in KEYS.items():
        section = SECTIONS.get(key, section)
        value = edition.values[key]
        yield (
            section,
            Line(
                key=key,
                label=row.label,
                words=value_in_words(value),
                article=value.article,
                source=value.source,
                rating=value.rating,
                note=value.note,
            ),
        )


def sections(edition: Edition) -> list[tuple[str, list[Line]]]:
    """The values under their headings."""
    return [
        (heading, [line for _heading, line in found])
        for heading, found in groupby(lines(edition), key=lambda pair: pair[0])
    ]


def changes(before: Edition, after: Edition) -> list[Change]:
    """What changed when one edition followed another; what stayed with its basis is left out."""
    found = []
    for (section, old), (_section, new) in zip(lines(before), lines(after), strict=True):
        if old != new:
            found.append(Change(section, old, new, VALUE if old.words != new.words else BASIS))
    return found


def ratings(edition: Edition) -> dict[str, int]:
    """How many values are verified, second-hand, assumed."""
    counted: dict[str, int] = {}
    for value in edition.values.values():
        counted[value.rating] = counted.get(value.rating, 0) + 1
    return counted
