"""The day by which something must be done: one table of rules, counted in working days or in months.

`due(rule, start, edition, calendar)` is the only way to a due day; the answer carries its own sum.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from engine.errors import Text
from workflows.rules.ages import add_months
from workflows.rules.calendar import Calendar, Sum
from workflows.rules.editions import Edition
from workflows.rules.keys import KEYS, MONTHS


@dataclass(frozen=True)
class Rule:
    """`key`: the value of the edition that says how long; `start`: what day it runs from, in words.

    `lasting`: how long something serves or lasts, not by when somebody must act.
    """

    key: str
    start: str
    extension: str | None = None
    lasting: bool = False


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "verification": Rule("verify_wd_domestic", "ngày nơi nhận được yêu cầu"),
        "verification_abroad": Rule("verify_wd_abroad", "ngày nơi nhận được yêu cầu"),
        "admission_decision": Rule("decide_wd", "ngày nghị quyết của chi bộ", "decide_extension_wd"),
        "ceremony": Rule("ceremony_wd", "ngày của quyết định kết nạp"),
        "probation_end": Rule("probation_months", "ngày lễ kết nạp", lasting=True),
        "cell_review": Rule("cell_review_wd", "ngày hết thời gian dự bị"),
        "recognition_decision": Rule("recognise_wd", "ngày nghị quyết của chi bộ", "recognise_extension_wd"),
        "complaint": Rule("complaint_wd", "ngày nhận quyết định xóa tên"),
        "settle_complaint": Rule("settle_complaint_wd", "ngày nhận khiếu nại"),
        "settle_complaint_central": Rule("settle_complaint_central_wd", "ngày nhận khiếu nại"),
        "certificate_expiry": Rule("class_certificate_months", "ngày cấp giấy chứng nhận", lasting=True),
        "file_expiry": Rule("file_fresh_months", "ngày hoàn thành hồ sơ", lasting=True),
        "member_transfer_start": Rule("transfer_start_wd", "ngày có quyết định hoặc thay đổi nơi"),
        "member_transfer_present": Rule("transfer_present_wd", "ngày giới thiệu"),
        "candidate_letter": Rule("candidate_letter_wd", "ngày biết người vào Đảng chuyển đi"),
        "candidate_acknowledge": Rule("candidate_acknowledge_wd", "ngày gửi giấy giới thiệu"),
    }
)

# A day that a paper names, in the place of a rule: nothing counts it, no calendar moves it.
NAMED: Final = "named_day"


@dataclass(frozen=True)
class Due:
    """A due day with what made it: the rule, its citation, and the sum where working days were counted."""

    rule: str
    start: date
    day: date
    source: str
    rating: str
    edition: str
    calendar_version: str
    sum: Sum | None = None
    months: int | None = None

    def text(self) -> str:
        if self.sum is not None:
            return self.sum.text()
        return f"{self.months} tháng từ {self.start:%d/%m/%Y} đến {self.day:%d/%m/%Y}"

    def parts(self) -> list[Text]:
        """The sum as sentences for any language: the count first, then what was skipped and gained."""
        if self.sum is not None:
            return self.sum.parts()
        start, day = f"{self.start:%d/%m/%Y}", f"{self.day:%d/%m/%Y}"
        return [Text("{months} tháng từ {start} đến {day}", months=self.months, start=start, day=day)]


def due(rule: str, start: date, edition: Edition, calendar: Calendar, *, extended: bool = False) -> Due:
    """The last day on which the thing is in time (for `probation_end`: the day the months are complete).

    `extended` adds the extension for special cases, where the rule has one; ValueError otherwise.
    Months are calendar months clamped at the month's end, and are not moved by days off.
    """
    what = RULES[rule]
    length = edition.number(what.key)
    if extended:
        if what.extension is None:
            raise ValueError(f"{rule} has no extension")
        length += edition.number(what.extension)
    in_months = KEYS[what.key].kind == MONTHS
    counted = None if in_months else count(start, length, edition, calendar)
    return Due(
        rule=rule,
        start=start,
        day=add_months(start, length) if counted is None else counted.due,
        source=edition.source(what.key),
        rating=edition.rating(what.key),
        edition=edition.name,
        calendar_version=calendar.version,
        sum=counted,
        months=length if in_months else None,
    )


def count(start: date, working_days: int, edition: Edition, calendar: Calendar) -> Sum:
    """So many working days from `start`, day 1 as the edition says."""
    return calendar.count(start, working_days, from_next_day=edition.word("counting_start") == "next_day")


def last_day(day: date, edition: Edition, calendar: Calendar) -> date:
    """A date that was named, not counted: moved to the next working day where the edition says so."""
    return calendar.next_working_day(day) if edition.word("counting_end") == "roll_forward" else day


def ceremony_start(edition: Edition, *, issued_on: date, received_on: date) -> date:
    """From which day the clock of the ceremony runs; it was the receipt until QĐ 208."""
    return issued_on if edition.word("ceremony_start") == "issued" else received_on


def valid_until(rule: str, start: date, edition: Edition) -> date:
    """Last day on which a certificate (`certificate_expiry`) or a file (`file_expiry`) still serves."""
    return add_months(start, edition.number(RULES[rule].key))


def late_recording(on: date, recorded_on: date, edition: Edition, calendar: Calendar) -> bool:
    """Was the act recorded so late that a reason is asked for? (house convention, not law)"""
    return calendar.working_days_between(on, recorded_on) > edition.number("late_recording_wd")
