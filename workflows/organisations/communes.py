"""The real communes and wards of today, and the districts that stood above them until 30/06/2025.

Today's list comes from the package `vietnam-provinces`; it knows no districts, so these are a small table of
our own, with source and rating. A commune that was put together from two districts names none.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vietnam_provinces import Province, VietNamDivisionType, Ward

from engine.errors import NotFound, Text
from workflows.organisations.records import commune

if TYPE_CHECKING:
    from engine.transactions import Transaction

TABLE: Final = Path(__file__).parent / "districts.toml"
COMMUNE: Final = "commune"
WARD: Final = "ward"
SPECIAL_ZONE: Final = "special_zone"
_KINDS: Final[Mapping[VietNamDivisionType, str]] = {
    VietNamDivisionType.XA: COMMUNE,
    VietNamDivisionType.PHUONG: WARD,
    VietNamDivisionType.DAC_KHU: SPECIAL_ZONE,
}


@dataclass(frozen=True)
class Commune:
    """`code`: five digits of the State's list; `name` with its kind, 'Phường Bắc Giang'."""

    code: str
    name: str
    kind: str
    province_code: str
    former_district: str | None = None

    @property
    def short_name(self) -> str:
        """The name without its kind: 'Bắc Giang'."""
        return self.name.split(" ", 1)[1]


@dataclass(frozen=True)
class District:
    """A district-level unit that ended with its level; `communes`: today's codes that lay wholly in it."""

    province: str
    name: str
    communes: tuple[str, ...]
    source: str
    rating: str


@cache
def communes_of(province: str) -> tuple[Commune, ...]:
    """Every commune and ward of a province of today, by code; NotFound for a name that is no province."""
    found = next((one for one in Province.iter_all() if one.name.casefold() == province.casefold()), None)
    if found is None:
        raise NotFound(Text("Không có tỉnh, thành phố tên {name}.", name=province))
    province_code = f"{found.code.value:02d}"
    former = {code: district.name for district in former_districts() for code in district.communes}
    return tuple(
        sorted(
            (
                Commune(code, ward.name, _KINDS[ward.division_type], province_code, former.get(code))
                for ward in Ward.iter_by_province(found.code)
                for code in [f"{ward.code.value:05d}"]
            ),
            key=lambda one: one.code,
        )
    )


@cache
def former_districts() -> tuple[District, ...]:
    """The districts of Bắc Giang and Bắc Ninh until 30/06/2025."""
    return tuple(
        District(row["province"], row["name"], tuple(row["communes"]), row["source"], row["rating"])
        for row in _table()["district"]
    )


def last_day_of_districts() -> date:
    until: date = _table()["until"]
    return until


def keep_communes(tx: "Transaction", province: str) -> int:
    """Write the communes of a province that are not kept yet; returns how many were written."""
    rows = [
        {
            "code": one.code,
            "name": one.name,
            "kind": one.kind,
            "province_code": one.province_code,
            "former_district": one.former_district,
        }
        for one in communes_of(province)
    ]
    return tx.insert_new(commune, rows)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))
