"""From a cell to a value: dates, numbers that lost their zeros, words for gender and results. Pure.

Each reader takes what the sheet holds (text, number, date, nothing) and returns the value, None for an empty
cell, or raises `CellFault` with what to do.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

from engine.errors import Text
from workflows.people.names import clean, search_key

EXCEL_ZERO = date(1899, 12, 30)
EXCEL_LAST = 80_000  # 2119
IDENTITY_DIGITS = 12
OLD_IDENTITY_DIGITS = 9
PLAUSIBLE_AGE = range(10, 71)
LONGEST = {"code": 40, "full_name": 160, "class_name": 40, "course": 40, "programme": 160, "address": 300}

_DATE = re.compile(r"^(\d{1,4})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{1,4})(?:[ T]+00:00(?::00(?:\.0+)?)?)?$")
_SPOKEN = re.compile(r"^(?:ngày\s+)?(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})$", re.IGNORECASE)
_YEARS = re.compile(r"(\d{4})\D+(\d{4})")
_SEMESTER = re.compile(r"(?:hk|ky|ki|hoc ky|hoc ki)\s*(1|2|ii|i)\b|^\s*(1|2|ii|i)\b")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NAME = re.compile(r"[^\W\d_](?:[^\d_/\\<>@#=+*]*)", re.UNICODE)

_GENDERS: Mapping[str, str] = {
    "nam": "male", "male": "male", "m": "male", "trai": "male",
    "nu": "female", "female": "female", "f": "female", "gai": "female",
}  # fmt: skip
_YES = frozenset({"x", "co", "1", "true", "yes", "v", "da vao doan", "doan vien", "dv", "roi"})
_NO = frozenset({"khong", "0", "false", "no", "chua", "k"})
_MARKS: Mapping[str, str] = {
    "xuat sac": "outstanding", "xs": "outstanding", "gioi": "very_good", "g": "very_good", "tot": "excellent",
    "t": "excellent", "kha": "good", "k": "good", "trung binh": "average", "tb": "average",
    "dat": "satisfactory", "d": "satisfactory", "chua dat": "unsatisfactory", "cd": "unsatisfactory",
    "yeu": "weak", "kem": "weak",
}  # fmt: skip


class CellFault(Exception):
    """A cell that cannot be read; `text` says what to do."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid)
        self.text = Text(msgid, **params)


def text_of(value: object) -> str:
    """A cell as clean text; whole numbers without a decimal part, dates as dd/mm/yyyy."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value if value.isprintable() else _CONTROL.sub("", value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return str(value)


@lru_cache(2_000)
def _folded_text(text: str) -> str:
    return search_key(text)


def folded(value: object) -> str:
    """A cell of few different values (gender, rating, class …) folded for comparison."""
    return _folded_text(text_of(value))


def short(value: object, field: str) -> str | None:
    """Text of bearable length."""
    text = text_of(value)
    longest = LONGEST.get(field, 160)
    if len(text) > longest:
        raise CellFault("Dài quá {longest} ký tự. Hãy rút gọn.", longest=longest)
    return text or None


def person_name(value: object) -> str | None:
    """A person's name: letters, spaces, hyphens; family name and given name."""
    text = short(value, "full_name")
    if text is None:
        return None
    if not _NAME.fullmatch(text) or " " not in text:
        raise CellFault("Họ và tên cần đủ họ và tên, không có chữ số hay ký hiệu: “{value}”.", value=text)
    return text


def day(value: object) -> date | None:
    """dd/mm/yyyy, an Excel date, or its serial number."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if 1 <= value <= EXCEL_LAST and not 1900 <= value <= 2100:
            return EXCEL_ZERO + timedelta(days=int(value))
        raise CellFault("Cần đủ ngày, tháng, năm (dd/mm/yyyy): “{value}”.", value=text_of(value))
    text = text_of(value)
    if not text:
        return None
    match = _DATE.match(text)
    spoken = _SPOKEN.match(text)
    if spoken:
        return _calendar(spoken[3], spoken[2], spoken[1])
    if match and len(match[1]) == 4 and len(match[3]) <= 2:
        return _calendar(match[1], match[2], match[3])
    if match and len(match[1]) <= 2 and len(match[3]) == 4:
        return _calendar(match[3], match[2], match[1])
    raise CellFault("Ngày phải có dạng dd/mm/yyyy, năm đủ bốn chữ số: “{value}”.", value=text)


def day_of_parts(day_: object, month: object, year: object) -> date | None:
    """Day, month and year in three columns."""
    parts = [text_of(part) for part in (year, month, day_)]
    if not any(parts):
        return None
    if not all(part.isdecimal() for part in parts) or len(parts[0]) != 4:
        raise CellFault("Cần đủ ngày, tháng, năm sinh bằng số, năm đủ bốn chữ số.")
    return _calendar(*parts)


def _calendar(year: str, month: str, day_: str) -> date:
    try:
        return date(int(year), int(month), int(day_))
    except ValueError:
        shown = f"{int(day_):02d}/{int(month):02d}/{year}"
        if int(month) > 12:
            raise CellFault(
                "Không có tháng {month} ({value}). Hãy ghi ngày/tháng/năm.", month=int(month), value=shown
            ) from None
        raise CellFault("Không có ngày {value} trong lịch.", value=shown) from None


def birth_day(value: date | None, on: date) -> date:
    """A birth date that a student can have on the day of the import."""
    if value is None:
        raise CellFault("Thiếu ngày sinh.")
    if value >= on:
        raise CellFault("Ngày sinh {value} ở tương lai.", value=f"{value:%d/%m/%Y}")
    age = on.year - value.year - ((on.month, on.day) < (value.month, value.day))
    if age not in PLAUSIBLE_AGE:
        raise CellFault("Ngày sinh {value} cho {age} tuổi: không hợp lý.", value=f"{value:%d/%m/%Y}", age=age)
    return value


def identity(value: object) -> str | None:
    """Twelve digits; a number cell that lost its leading zeros gets them back. Nine digits: the old card."""
    digits = re.sub(r"[\s.\-']", "", text_of(value))
    if not digits:
        return None
    lost_zeros = not isinstance(value, str) and IDENTITY_DIGITS - 3 < len(digits) < IDENTITY_DIGITS
    if lost_zeros:
        digits = digits.zfill(IDENTITY_DIGITS)
    if not (digits.isascii() and digits.isdecimal()) or len(digits) not in (
        IDENTITY_DIGITS,
        OLD_IDENTITY_DIGITS,
    ):
        raise CellFault("Số định danh phải có 12 chữ số (số CMND cũ: 9 chữ số).")
    return digits


def phone(value: object) -> str | None:
    text = text_of(value)
    digits = re.sub(r"\D", "", text)
    if not text:
        return None
    if not isinstance(value, str) and len(digits) == 9:
        return "0" + digits
    if not 9 <= len(digits) <= 24:
        raise CellFault("Số điện thoại phải có 10 chữ số.")
    return text[:40]


def gender(value: object) -> str | None:
    text = folded(value)
    if not text:
        return None
    if text not in _GENDERS:
        raise CellFault("Giới tính phải là Nam hoặc Nữ: “{value}”.", value=text_of(value))
    return _GENDERS[text]


def yes_no(value: object) -> bool | None:
    text = folded(value)
    if not text:
        return None
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise CellFault("Hãy ghi Có hoặc Không: “{value}”.", value=text_of(value))


def grade(value: object) -> int | None:
    """10, "Khối 10" or the number that a class name begins with."""
    text = folded(value)
    if not text:
        return None
    match = re.fullmatch(r"(?:khoi|lop)?\s*(\d{1,2})", text)
    if match is None or not 1 <= int(match[1]) <= 12:
        raise CellFault("Khối phải là một số, ví dụ 10: “{value}”.", value=text_of(value))
    return int(match[1])


def grade_of_class(class_name: str | None) -> int | None:
    """10 of "10A1"; None where the name does not begin with a grade of a high school."""
    match = re.match(r"(?:lop\s*)?(10|11|12)(?!\d)", folded(class_name))
    return int(match[1]) if match else None


def mark(value: object) -> str | None:
    """A rating of study or conduct as one of the words of `people.words`."""
    text = folded(value)
    if not text:
        return None
    if text not in _MARKS:
        raise CellFault(
            "Không nhận ra xếp loại “{value}”. Ví dụ: Tốt, Khá, Đạt, Chưa đạt.", value=text_of(value)
        )
    return _MARKS[text]


def term(value: object) -> str | None:
    """ "HK1 2025-2026" → "2025-2026/1"; "2025-2026" → the whole year."""
    text = folded(value)
    if not text:
        return None
    years = _YEARS.search(text)
    if years is None or int(years[2]) != int(years[1]) + 1:
        raise CellFault("Học kỳ, năm học phải có dạng HK1 2025-2026: “{value}”.", value=text_of(value))
    semester = _SEMESTER.search(text[: years.start()] + " " + text[years.end() :])
    number = next((found for found in semester.groups() if found), "") if semester else ""
    suffix = {"1": "/1", "i": "/1", "2": "/2", "ii": "/2"}.get(number, "")
    return f"{years[1]}-{years[2]}{suffix}"
