"""The first filling of the calendar table: the holidays of the law, known swaps, next year as a forecast.

The library `holidays` knows the law and most swaps; what it misses stands here with its source.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import holidays

from workflows.rules.calendar import HOLIDAY, REST, SATURDAY, WORKING_SATURDAY

FIRST_YEAR: Final = 2021  # the first edition of the rules begins in this year
ANNOUNCED_YEAR: Final = 2026  # the last year whose days off are announced
FORECAST_YEAR: Final = 2027
LAW: Final = "Bộ luật Lao động, Điều 112"
CULTURE_DAY_LAW: Final = "Nghị quyết 28/2026/QH16"
SWAP_NOTICE: Final = "Thông báo hoán đổi ngày làm việc hằng năm"
FORECAST: Final = "Dự kiến theo lịch, chờ thông báo của Bộ Nội vụ"


@dataclass(frozen=True)
class SeedDay:
    day: date
    kind: str
    name: str
    source: str
    forecast: bool = False


# Friday 2 January 2026 for Saturday 10 January 2026: the library does not have this swap.
MISSING_SWAPS: Final = ((date(2026, 1, 2), date(2026, 1, 10), "Công văn 12729/VPCP-KGVX ngày 25/12/2025"),)


def seed_days() -> list[SeedDay]:
    """Every day that the table begins with, in order, one row a day."""
    days = {row.day: row for row in _of_the_law()}
    for off, worked, source in MISSING_SWAPS:
        days[off] = SeedDay(off, REST, f"Nghỉ hoán đổi với {worked:%d/%m/%Y}", source)
        days[worked] = SeedDay(worked, WORKING_SATURDAY, f"Làm bù cho {off:%d/%m/%Y}", source)
    return [days[day] for day in sorted(days)]


def _of_the_law() -> Iterator[SeedDay]:
    vietnam = holidays.country_holidays("VN", years=range(FIRST_YEAR, FORECAST_YEAR + 1), language="vi")
    for day, name in vietnam.items():
        yield _row(day, name)
    for worked in vietnam.weekend_workdays:
        if worked.weekday() == SATURDAY and FIRST_YEAR <= worked.year <= ANNOUNCED_YEAR:
            yield SeedDay(worked, WORKING_SATURDAY, "Làm bù (hoán đổi ngày làm việc)", SWAP_NOTICE)


def _row(day: date, name: str) -> SeedDay:
    """A compensatory or swapped day off is a rest; everything else the library names is a holiday."""
    if day.year > ANNOUNCED_YEAR:
        return SeedDay(day, _kind(name), f"{_festival(name)} (dự kiến)", FORECAST, forecast=True)
    if name.startswith("Ngày nghỉ (thay cho"):
        return SeedDay(
            day, REST, name.replace("Ngày nghỉ (thay cho ngày", "Nghỉ hoán đổi với").rstrip(")"), SWAP_NOTICE
        )
    source = CULTURE_DAY_LAW if (day.month, day.day) == (11, 24) else LAW
    return SeedDay(day, _kind(name), _festival(name), source)


def _kind(name: str) -> str:
    return REST if "nghỉ bù" in name or name.startswith("Ngày nghỉ") else HOLIDAY


def _festival(name: str) -> str:
    """The days of Tết carry one name, so that a sum says 'Tết 16–20/02' and not five names."""
    return "Tết Nguyên Đán" if "Tết" in name and "Dương lịch" not in name else name
