"""Communes and wards of the province by the names that people write."""

from collections import defaultdict
from collections.abc import Iterable

from workflows.founding.drafting import Line
from workflows.founding.stock import exact
from workflows.imports.drafting import commune_key
from workflows.organisations.communes import Commune, communes_of
from workflows.people.names import clean


class Communes:
    """Of one province. NotFound for a name that is no province."""

    def __init__(self, province: str) -> None:
        self.province = clean(province)
        self.all = communes_of(self.province)
        self.by: list[dict[object, set[str]]] = [
            _codes((one.code, one) for one in self.all),
            _codes((exact(one.name), one) for one in self.all),
            _codes((exact(one.short_name), one) for one in self.all),
            _codes((commune_key(one.name), one) for one in self.all),
        ]

    def read(self, line: Line, field: str) -> None:
        """Puts the code in the place of the words; a fault of the line where no one commune is meant."""
        words = str(line.values[field])
        keys: tuple[object, ...] = (words, exact(words), exact(words), commune_key(words))
        for known, key in zip(self.by, keys, strict=True):
            codes = known.get(key, set())
            if len(codes) == 1:
                line.values[field] = next(iter(codes))
                return
        del line.values[field]
        line.refuse(
            field,
            "Tỉnh {province} không có xã, phường nào tên “{name}”, hoặc có nhiều nơi cùng tên. "
            "Hãy ghi tên đầy đủ, ví dụ “{example}”.",
            province=self.province,
            name=words,
            example=self.all[0].name,
        )


def _codes(pairs: Iterable[tuple[object, Commune]]) -> dict[object, set[str]]:
    found: dict[object, set[str]] = defaultdict(set)
    for key, one in pairs:
        found[key].add(one.code)
    return dict(found)
