"""What the forecast counts, month by month, and of whom. Pure.

Every count is a day that the rules themselves give for a person; a day that is over counts for the month of
today, because what it asks for is still to be done.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

from workflows.forecast.outlook import CANDIDATE_STILL, PROBATION
from workflows.rules.ages import add_months, month_start

ROLL, POOL, CASE = "roll", "pool", "case"


class Foreseen(NamedTuple):
    """The days of one student. `followed`: roll, pool or case; of the roll alone only age and graduation are
    known. `of_age_on`: None for who is of age already, or never will be in time. `at_graduation`: how far the
    admission will be on the last day at school, at the usual pace."""

    student_id: int
    institution_id: int
    cell_id: int | None
    followed: str
    case_id: int | None = None
    of_age_on: date | None = None
    graduates_on: date | None = None
    certificate_until: date | None = None
    ready_on: date | None = None
    vote_on: date | None = None
    at_graduation: str | None = None


def _of_age(one: Foreseen) -> date | None:
    return None if _after(one.of_age_on, one.graduates_on) else one.of_age_on


def _of_age_late(one: Foreseen) -> date | None:
    return one.of_age_on if _after(one.of_age_on, one.graduates_on) else None


def _of_age_followed(one: Foreseen) -> date | None:
    return one.of_age_on if one.followed != ROLL else None


def _vote_before(one: Foreseen) -> date | None:
    known = one.vote_on is not None and one.graduates_on is not None
    return one.vote_on if known and not _after(one.vote_on, one.graduates_on) else None


def _vote_after(one: Foreseen) -> date | None:
    return one.vote_on if _after(one.vote_on, one.graduates_on) else None


def _vote_unknown(one: Foreseen) -> date | None:
    return one.vote_on if one.graduates_on is None else None


def _handover(one: Foreseen) -> date | None:
    return one.graduates_on if one.at_graduation in CANDIDATE_STILL else None


def _transfer(one: Foreseen) -> date | None:
    return one.graduates_on if one.at_graduation == PROBATION else None


def _after(day: date | None, end: date | None) -> bool:
    return day is not None and end is not None and day > end


@dataclass(frozen=True)
class What:
    """One count: its label, the longer sentence, and the day that puts somebody into a month."""

    label: str
    meaning: str
    day: Callable[[Foreseen], date | None]


WHATS: Final[Mapping[str, What]] = {
    "of_age": What(
        "Đủ tuổi khi còn học",
        "Cả danh sách: ngày đủ tuổi theo cách tính của bản quy định, không sau ngày tốt nghiệp.",
        _of_age,
    ),
    "of_age_late": What(
        "Đủ tuổi sau khi tốt nghiệp",
        "Cả danh sách: ngày đủ tuổi sau ngày tốt nghiệp.",
        _of_age_late,
    ),
    "of_age_followed": What(
        "Đủ tuổi, đang theo dõi",
        "Người đang trong nguồn hoặc có hồ sơ đến ngày đủ tuổi.",
        _of_age_followed,
    ),
    "certificate": What(
        "Giấy chứng nhận hết hạn",
        "Giấy chứng nhận học lớp nhận thức về Đảng dùng được đến ngày trong tháng này.",
        lambda one: one.certificate_until,
    ),
    "ready": What(
        "Hồ sơ hoàn thành",
        "Lý lịch được kết luận, với nhịp thường của từng bước còn lại.",
        lambda one: one.ready_on,
    ),
    "vote_before": What(
        "Có thể xét trước khi tốt nghiệp",
        "Kỳ họp chi bộ sớm nhất mà đủ điều kiện về thời gian và hồ sơ kịp xong theo nhịp thường.",
        _vote_before,
    ),
    "vote_after": What(
        "Chỉ có thể xét sau khi tốt nghiệp",
        "Kỳ họp chi bộ sớm nhất mà hồ sơ kịp xong theo nhịp thường đã sau ngày tốt nghiệp.",
        _vote_after,
    ),
    "vote_unknown": What(
        "Có thể xét, chưa rõ ngày tốt nghiệp",
        "Kỳ họp chi bộ sớm nhất mà hồ sơ kịp xong, của người mà trường chưa ghi ngày tốt nghiệp.",
        _vote_unknown,
    ),
    "handover": What(
        "Cần chuyển giao hồ sơ",
        "Tốt nghiệp trong tháng này mà khi đó chưa kịp tổ chức lễ kết nạp.",
        _handover,
    ),
    "transfer": What(
        "Chuyển sinh hoạt khi còn dự bị",
        "Tốt nghiệp trong tháng này khi còn là đảng viên dự bị.",
        _transfer,
    ),
}
Mark = tuple[str, str]  # what, month


def marks(one: Foreseen, today: date) -> tuple[Mark, ...]:
    """(what, month) of everything that is counted of a person; what is over counts today."""
    if one.followed == ROLL:
        return _of_roll(one.of_age_on, one.graduates_on, today)
    return _marks(one, today)


@lru_cache(maxsize=20_000)
def _of_roll(of_age_on: date | None, graduates_on: date | None, today: date) -> tuple[Mark, ...]:
    """The same for all who share both days."""
    return _marks(Foreseen(0, 0, None, ROLL, of_age_on=of_age_on, graduates_on=graduates_on), today)


def _marks(one: Foreseen, today: date) -> tuple[Mark, ...]:
    days = ((name, what.day(one)) for name, what in WHATS.items())
    return tuple((name, month_of(day, today)) for name, day in days if day is not None)


def month_of(day: date, today: date) -> str:
    return f"{max(day, today):%Y-%m}"


def months_from(today: date, count: int) -> list[str]:
    """So many months, the present one first."""
    first = month_start(today)
    return [f"{add_months(first, n):%Y-%m}" for n in range(count)]


@dataclass
class Figures:
    """How many students, in the pool, with a case; and how many of each kind in each month."""

    students: int = 0
    pool: int = 0
    cases: int = 0
    counts: Counter[Mark] = field(default_factory=Counter)

    def add(self, one: Foreseen, today: date) -> None:
        self.students += 1
        self.pool += one.followed == POOL
        self.cases += one.followed == CASE
        for mark in marks(one, today):
            self.counts[mark] += 1

    def __iadd__(self, other: "Figures") -> "Figures":
        self.students += other.students
        self.pool += other.pool
        self.cases += other.cases
        self.counts.update(other.counts)
        return self

    def of(self, what: str, months: Sequence[str]) -> int:
        """Of all these months together."""
        return sum(self.counts[what, month] for month in months)

    def as_json(self) -> dict[str, dict[str, int]]:
        """What → month → how many."""
        found: dict[str, dict[str, int]] = {}
        for (what, month), count in sorted(self.counts.items()):
            found.setdefault(what, {})[month] = count
        return found

    @classmethod
    def read(cls, row: Any) -> "Figures":
        """From a row of the table."""
        counts = Counter({(w, m): n for w, months in row.figures.items() for m, n in months.items()})
        return cls(row.students, row.pool, row.cases, counts)
