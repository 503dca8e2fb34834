"""The conditions of a vote as a list: met and unmet, each with its title, what it rests on and its days.

The same functions that refuse (eligibility.CONDITIONS) answer here; no rule is written twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from engine.errors import Unmet
from workflows.rules.editions import Edition
from workflows.rules.eligibility import (
    CONDITIONS,
    OF_FORMER_MEMBERS,
    Condition,
    Facts,
    ends,
    rests_on,
    starts,
)


@dataclass(frozen=True)
class Standing:
    """One condition on a day. `unmet` is None where it holds; `since`, `until`: the days between which time
    alone fulfils it, as far as that is known."""

    condition: str
    title: str
    source: str
    rating: str
    unmet: Unmet | None = None
    since: date | None = None
    until: date | None = None

    @property
    def met(self) -> bool:
        return self.unmet is None


def _of_all(_facts: Facts, _edition: Edition) -> bool:
    return True


class Title(NamedTuple):
    """How a list names a condition: its word, its title, the value it rests on (None: the instrument as a
    whole), and of whom it is asked."""

    name: str
    title: str
    key: str | None
    asked: Callable[[Facts, Edition], bool] = _of_all


_ROWS: Final[tuple[Title, ...]] = (
    Title("age", "Tuổi đời", "min_age"),
    Title("schooling", "Trình độ học vấn", "schooling"),
    Title("certificate", "Giấy chứng nhận học lớp nhận thức về Đảng", "class_certificate_months"),
    Title("file_age", "Hồ sơ hoàn thành và còn giá trị", "file_fresh_months"),
    Title("helper", "Đảng viên chính thức giúp đỡ", "shared_unit_months_min"),
    Title(
        "shared_time",
        "Thời gian cùng công tác, học tập, cư trú với người giúp đỡ",
        "shared_unit_months_min",
        lambda facts, _edition: not facts.transferred and facts.helper_official,
    ),
    Title(
        "mentored_time",
        "Thời gian được giúp đỡ",
        "mentored_months_min",
        lambda _facts, edition: bool(edition.optional_number("mentored_months_min")),
    ),
    Title("verification", "Thẩm tra, kết luận lý lịch", "verify_wd_domestic"),
    Title(
        "union_resolution",
        "Nghị quyết giới thiệu của đoàn",
        "union_exec_quota",
        lambda facts, _edition: facts.union_exists,
    ),
    Title("helper_letter", "Giấy giới thiệu của người giúp đỡ", "shared_unit_months_min"),
    Title("opinions", "Ý kiến nhận xét nơi sinh hoạt, nơi cư trú", None),
    Title("official_members", "Số đảng viên chính thức của chi bộ", "min_official_members"),
    Title("quorum", "Đủ người dự họp để đạt tỷ lệ", "cell_quota"),
    Title(
        "readmission",
        "Kết nạp lại",
        "readmission_months",
        lambda facts, _edition: facts.left_party_on is not None or facts.times_admitted > 0,
    ),
)
# In the order of the conditions, one row each: a missing row breaks the import.
TITLES: Final[Mapping[Condition, Title]] = dict(zip((*CONDITIONS, *OF_FORMER_MEMBERS), _ROWS, strict=True))


def standing(facts: Facts, edition: Edition, on: date) -> list[Standing]:
    """Every condition that is asked of this person on the day, met or not, in the order of the file."""
    first, last = starts(facts, edition), ends(facts, edition)
    found = []
    for condition, row in TITLES.items():
        if not row.asked(facts, edition):
            continue
        against = condition(facts, edition, on)
        source, rating = rests_on(edition, row.key) if against is None else (against.source, against.rating)
        days = (first.get(row.name), last.get(row.name))
        found.append(Standing(row.name, row.title, source, rating, against, *days))
    return found
