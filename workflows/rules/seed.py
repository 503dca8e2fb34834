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
SWAPPED_OFF: Final = "nghỉ hoán đổi"
SWAPPED_IN: Final = "thứ Bảy làm bù"
LIBRARY_SWAP: Final = "Ngày nghỉ (thay cho ngày"
SWAP_NOTICE: Final = "Thông báo hoán đổi ngày làm việc hằng năm"
EXPECTED: Final = " (dự kiến)"
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
        days[off] = SeedDay(off, REST, SWAPPED_OFF, f"{source}; làm bù ngày {worked:%d/%m/%Y}")
        days[worked] = SeedDay(worked, WORKING_SATURDAY, SWAPPED_IN, f"{source}; nghỉ ngày {off:%d/%m/%Y}")
    return [days[day] for day in sorted(days)]


def forecast_days(year: int) -> list[SeedDay]:
    """The holidays of a year whose days off nobody has announced yet, in order."""
    vietnam = holidays.country_holidays("VN", years=year, language="vi")
    return [_forecast(day, name) for day, name in sorted(vietnam.items()) if day.year == year]


def _of_the_law() -> Iterator[SeedDay]:
    vietnam = holidays.country_holidays("VN", years=range(FIRST_YEAR, FORECAST_YEAR + 1), language="vi")
    for day, name in vietnam.items():
        yield _row(day, name)
    for worked in vietnam.weekend_workdays:
        if worked.weekday() == SATURDAY and FIRST_YEAR <= worked.year <= ANNOUNCED_YEAR:
            yield SeedDay(worked, WORKING_SATURDAY, SWAPPED_IN, SWAP_NOTICE)


def _row(day: date, name: str) -> SeedDay:
    """A compensatory or swapped day off is a rest; everything else the library names is a holiday."""
    if day.year > ANNOUNCED_YEAR:
        return _forecast(day, name)
    if name.startswith(LIBRARY_SWAP):
        worked = name.removeprefix(LIBRARY_SWAP).strip(" )")
        return SeedDay(day, REST, SWAPPED_OFF, f"{SWAP_NOTICE}; làm bù ngày {worked}")
    source = CULTURE_DAY_LAW if (day.month, day.day) == (11, 24) else LAW
    return SeedDay(day, _kind(name), _festival(name), source)


def _forecast(day: date, name: str) -> SeedDay:
    return SeedDay(day, _kind(name), _festival(name) + EXPECTED, FORECAST, forecast=True)


def _kind(name: str) -> str:
    return REST if "nghỉ bù" in name or name.startswith(LIBRARY_SWAP) else HOLIDAY


def _festival(name: str) -> str:
    """The days of Tết carry one name, so that a sum says 'Tết 16–20/02' and not five names."""
    return "Tết Nguyên Đán" if "Tết" in name and "Dương lịch" not in name else name
