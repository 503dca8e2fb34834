"""The age of the person on a day, in the three readings of "tính theo tháng".

The text says "đủ 18 tuổi … (tính theo tháng)" and leaves open which day that is, so an edition
chooses: the birthday itself, the month of the birthday, or the month after it.
"""

from calendar import monthrange
from datetime import date
from typing import Final

STRICT_DAY: Final = "strict_day"
MONTH_OF_BIRTH: Final = "month_of_birth"
MONTH_AFTER: Final = "month_after"
READINGS: Final = (STRICT_DAY, MONTH_OF_BIRTH, MONTH_AFTER)


def add_months(day: date, months: int) -> date:
    """The same day so many calendar months later; the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_start(day: date) -> date:
    return day.replace(day=1)


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def birthday(birth: date, years: int) -> date:
    """The day on which `years` are complete.

    Somebody born on 29/02 completes a year on 01/03 of a common year: a vote a day too early is void,
    a day too late harms nobody.
    """
    year = birth.year + years
    if (birth.month, birth.day) == (2, 29) and monthrange(year, 2)[1] == 28:
        return date(year, 3, 1)
    return birth.replace(year=year)


def years_on(birth: date, day: date) -> int:
    """Completed years; negative before birth."""
    years = day.year - birth.year
    return years if birthday(birth, years) <= day else years - 1


def first_day_of_age(birth: date, years: int, reading: str) -> date:
    """First day on which the person counts as having completed `years`."""
    if reading == STRICT_DAY:
        return birthday(birth, years)
    in_month = birth.replace(year=birth.year + years, day=1)
    if reading == MONTH_OF_BIRTH:
        return in_month
    if reading == MONTH_AFTER:
        return add_months(in_month, 1)
    raise ValueError(f"unknown age reading {reading!r}")


def last_day_of_age(birth: date, years: int, reading: str) -> date:
    """Last day on which the person counts as not older than `years` ("đến đủ 60 tuổi").

    Read by the day, the birthday still counts; read by the month, the whole month of birth does.
    """
    if reading == STRICT_DAY:
        return birthday(birth, years)
    if reading in (MONTH_OF_BIRTH, MONTH_AFTER):
        return month_end(birth.replace(year=birth.year + years, day=1))
    raise ValueError(f"unknown age reading {reading!r}")


def of_age(birth: date, day: date, *, min_years: int, max_years: int | None, reading: str) -> bool:
    if day < first_day_of_age(birth, min_years, reading):
        return False
    return max_years is None or day <= last_day_of_age(birth, max_years, reading)


def whole_months(start: date, day: date) -> int:
    """Calendar months completed from `start` to `day`, clamped at the month's end; negative if before."""
    months = (day.year - start.year) * 12 + day.month - start.month
    if add_months(start, months) > day:
        months -= 1
    return months
