"""May the cell vote on this person on this day, and if not, why not and from when?

One function for the guard before the vote, for "why not yet" and for the forecast. Every condition is a
small function from facts, edition and day to the `Unmet` that it leaves, so that a new one is one function
and one line in `CONDITIONS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.errors import Text, Unmet
from workflows.rules.ages import add_months, first_day_of_age, last_day_of_age, whole_months
from workflows.rules.ballots import reachable
from workflows.rules.editions import Edition


@dataclass(frozen=True)
class Facts:
    """What is known of the person, the file and the cell; the day is not in it.

    `shared_from`: since when helper and candidate share a unit, or a place where they live; None if unknown.
    `transferred`: the helper was assigned after a change of unit, when shared time is not asked for.
    `verification_open`: requests without an accepted answer; `None`: none was planned yet.
    `left_party_on`, `times_admitted`: of earlier admissions that were not annulled; None and 0 for most.
    `expected_present`: who is expected at the meeting; None: all but those away and exempted.
    """

    birth_date: date | None
    schooling_met: bool
    certificate_on: date | None
    file_completed_on: date | None
    helper_official: bool
    shared_from: date | None
    verification_open: int | None
    verification_adverse: bool
    history_concluded: bool
    union_resolution_on: date | None
    opinions_summarised: bool
    opinions_open: int
    helper_letter_signed: bool
    official_members: int
    members_away: int = 0
    members_exempt: int = 0
    expected_present: int | None = None
    transferred: bool = False
    union_exists: bool = True
    mentored_from: date | None = None
    left_party_on: date | None = None
    times_admitted: int = 0


Condition = Callable[[Facts, Edition, date], Unmet | None]


def unmet(facts: Facts, edition: Edition, on: date) -> list[Unmet]:
    """What stands against a vote of the cell on this day, in the order of the file; empty: it may vote."""
    found = (condition(facts, edition, on) for condition in (*CONDITIONS, *OF_FORMER_MEMBERS))
    return [one for one in found if one is not None]


def first_lawful_day(facts: Facts, edition: Edition) -> date | None:
    """The first day on which every condition that time alone fulfils holds.

    None where a date is missing (birth, shared time), or where the certificate, the file or the upper age
    runs out before that day: then waiting does not help. What people must still do is not in it.
    """
    first_days = starts(facts, edition).values()
    if None in first_days:
        return None
    first = max(day for day in first_days if day is not None)
    return None if any(first > end for end in ends(facts, edition).values()) else first


def first_day_of_admission_age(birth: date, edition: Edition) -> date:
    return first_day_of_age(birth, edition.number("min_age"), edition.word("age_reading"))


def starts(facts: Facts, edition: Edition) -> dict[str, date | None]:
    """Condition → the first day on which time fulfils it; None where the date behind it is missing."""
    born = facts.birth_date
    found = {"age": first_day_of_admission_age(born, edition) if born else None}
    if not facts.transferred:
        found["shared_time"] = _after_months(facts.shared_from, edition, "shared_unit_months_min")
    dated = {
        "certificate": facts.certificate_on,
        "file_age": facts.file_completed_on,
        "union_resolution": facts.union_resolution_on,
    }
    found |= {name: day for name, day in dated.items() if day is not None}  # none serves before its own date
    if edition.optional_number("mentored_months_min"):
        found["mentored_time"] = _after_months(facts.mentored_from, edition, "mentored_months_min")
    if facts.left_party_on is not None:
        found["readmission"] = _after_months(facts.left_party_on, edition, "readmission_months")
    return found


def _after_months(start: date | None, edition: Edition, key: str) -> date | None:
    return None if start is None else add_months(start, edition.number(key))


def ends(facts: Facts, edition: Edition) -> dict[str, date]:
    """Condition → the last day on which time still fulfils it."""
    found = {}
    if facts.birth_date:
        found["age"] = last_day_of_age(
            facts.birth_date, edition.number("max_age"), edition.word("age_reading")
        )
    if facts.certificate_on:
        found["certificate"] = add_months(facts.certificate_on, edition.number("class_certificate_months"))
    if facts.file_completed_on:
        found["file_age"] = add_months(facts.file_completed_on, edition.number("file_fresh_months"))
    return found


def _age(facts: Facts, edition: Edition, on: date) -> Unmet | None:
    if facts.birth_date is None:
        return _no(edition, "min_age", "age", Text("Chưa có ngày sinh."))
    first = first_day_of_admission_age(facts.birth_date, edition)
    if on < first:
        return _no(
            edition,
            "min_age",
            "age",
            Text(
                "Chưa đủ {years} tuổi: sinh {birth}, sớm nhất được xét từ {first}.",
                years=edition.number("min_age"),
                birth=_dmy(facts.birth_date),
                first=_dmy(first),
            ),
            first,
        )
    last = last_day_of_age(facts.birth_date, edition.number("max_age"), edition.word("age_reading"))
    if on > last:
        return _no(
            edition,
            "max_age",
            "max_age",
            Text(
                "Đã quá {years} tuổi từ sau {last}: phải được cấp ủy trực thuộc Trung ương xem xét trước.",
                years=edition.number("max_age"),
                last=_dmy(last),
            ),
        )
    return None


def _readmission(facts: Facts, edition: Edition, on: date) -> Unmet | None:
    """Who was in the Party before: not too soon after leaving, and not once too often."""
    times = edition.number("readmission_times")
    if facts.times_admitted > times:
        text = Text("Đã được kết nạp lại {times} lần: không xét kết nạp lại nữa.", times=times)
        return _no(edition, "readmission_times", "readmission_times", text)
    if facts.left_party_on is None:
        return None
    return _months_since(
        facts.left_party_on,
        on,
        edition,
        "readmission_months",
        "readmission",
        missing=Text("Chưa ghi ngày ra khỏi Đảng."),
        msgid="Ra khỏi Đảng mới {done} tháng, cần {months} tháng mới được xét kết nạp lại: đủ từ {first}.",
    )


def _schooling(facts: Facts, edition: Edition, on: date) -> Unmet | None:
    if facts.schooling_met:
        return None
    return _no(edition, "schooling", "schooling", Text("Chưa ghi nhận học vấn từ trung học cơ sở trở lên."))


def _certificate(facts: Facts, edition: Edition, on: date) -> Unmet | None:
    months = edition.number("class_certificate_months")
    key, name = "class_certificate_months", "certificate"
    if facts.certificate_on is None:
        return _no(edition, key, name, Text("Chưa có giấy chứng nhận học lớp nhận thức về Đảng."))
    if on < facts.certificate_on:
        text = Text("Giấy chứng nhận ghi ngày {day}, sau ngày họp.", day=_dmy(facts.certificate_on))
        return _no(edition, key, name, text, facts.certificate_on)
    last = add_months(facts.certificate_on, months)
    if on <= last:
        return None
    return _no(
        edition,
        key,
        name,
        Text(
            "Giấy chứng nhận ngày {day} đã quá {months} tháng (dùng được đến {last}): phải học lại.",
            day=_dmy(facts.certificate_on),
            months=months,
            last=_dmy(last),
        ),
    )


def _file_age(facts: Facts, edition: Edition, on: date) -> Unmet | None:
    months = edition.number("file_fresh_months")
    key, name = "file_fresh_months", "file_age"
    if facts.file_completed_on is None:
        return _no(edition, key, name, Text("Hồ sơ chưa hoàn thành."))
    if on < facts.file_completed_on:
        text = Text("Hồ sơ hoàn thành ngày {day}, sau ngày họp.", day=_dmy(facts.file_completed_on))
        return _no(edition, key, name, text, facts.file_completed_on)
    last = add_months(facts.file_completed_on, months)
    if on <= last:
        return None
    return _no(
        edition,
        key,
        name,
        Text(
            "Hồ sơ hoàn thành ngày {day} đã quá {months} tháng (dùng được đến {last}): phải thẩm tra "
            "bổ sung, làm lại giấy giới thiệu, nghị quyết của đoàn và ý kiến nhận xét.",
            day=_dmy(facts.file_completed_on),
            months=months,
            last=_dmy(last),
        ),
    )


def _helper(facts: Facts, edition: Edition, on: date) -> Unmet | None:
    if facts.helper_official:
        return None
    text = Text("Chưa phân công đảng viên chính thức giúp đỡ.")
    return _no(edition, "shared_unit_months_min", "helper", text)


def _shared_time(facts: Facts, edition: Edition, on: date) -> Unmet | None:
    if facts.transferred or not facts.helper_official:
        return None
    return _months_since(
        facts.shared_from,
        on,
        edition,
        "shared_unit_months_min",
        "shared_time",
        missing=Text(
            "Chưa ghi từ ngày nào người giúp đỡ cùng công tác, học tập hoặc cư trú với người vào Đảng."
        ),
        msgid="Người giúp đỡ mới cùng đơn vị {done} tháng, cần {months} tháng: đủ từ {first}.",
    )


def _mentored_time(facts: Facts, edition: Edition, on: date) -> Unmet | None:
    if not edition.optional_number("mentored_months_min"):
        return None
    return _months_since(
        facts.mentored_from,
        on,
        edition,
        "mentored_months_min",
        "mentored_time",
        missing=Text("Chưa ghi từ ngày nào người vào Đảng được phân công giúp đỡ."),
        msgid="Mới được giúp đỡ {done} tháng, địa phương yêu cầu {months} tháng: đủ từ {first}.",
    )


def _months_since(
    start: date | None, on: date, edition: Edition, key: str, name: str, *, missing: Text, msgid: str
) -> Unmet | None:
    if start is None:
        return _no(edition, key, name, missing)
    months = edition.number(key)
    first = add_months(start, months)
    if on >= first:
        return None
    done = max(0, whole_months(start, on))
    return _no(edition, key, name, Text(msgid, done=done, months=months, first=_dmy(first)), first)


def _verification(facts: Facts, edition: Edition, on: date) -> Unmet | None:
    key, name = "verify_wd_domestic", "verification"
    if facts.verification_open is None:
        return _no(edition, key, name, Text("Chưa thẩm tra lý lịch."))
    if facts.verification_open:
        text = Text(
            "Còn {count} yêu cầu thẩm tra lý lịch chưa có trả lời dùng được.", count=facts.verification_open
        )
        return _no(edition, key, name, text)
    if facts.verification_adverse:
        return _no(edition, key, name, Text("Kết quả thẩm tra có vấn đề chưa được kết luận."))
    if not facts.history_concluded:
        return _no(edition, key, name, Text("Cấp ủy chưa kết luận và chứng nhận vào lý lịch."))
    return None


def _union_resolution(facts: Facts, edition: Edition, on: date) -> Unmet | None:
    if not facts.union_exists:
        return None
    key, name = "union_exec_quota", "union_resolution"
    if facts.union_resolution_on is None:
        return _no(edition, key, name, Text("Chưa có nghị quyết giới thiệu của ban chấp hành đoàn."))
    if on < facts.union_resolution_on:
        day = _dmy(facts.union_resolution_on)
        text = Text("Nghị quyết của ban chấp hành đoàn ghi ngày {day}, sau ngày họp.", day=day)
        return _no(edition, key, name, text, facts.union_resolution_on)
    return None


def _helper_letter(facts: Facts, edition: Edition, on: date) -> Unmet | None:
    if facts.helper_letter_signed:
        return None
    text = Text("Người giúp đỡ chưa viết giấy giới thiệu người vào Đảng.")
    return _no(edition, "shared_unit_months_min", "helper_letter", text)


def _opinions(facts: Facts, edition: Edition, on: date) -> Unmet | None:
    if facts.opinions_summarised:
        return None
    if facts.opinions_open:
        text = Text("Còn {count} nơi chưa cho ý kiến nhận xét.", count=facts.opinions_open)
    else:
        text = Text("Chưa tổng hợp ý kiến nhận xét của các đoàn thể và nơi cư trú.")
    return Unmet("opinions", text, *rests_on(edition, None))


def _members(facts: Facts, edition: Edition, on: date) -> Unmet | None:
    least = edition.number("min_official_members")
    if facts.official_members >= least:
        return None
    text = Text(
        "Chi bộ có {count} đảng viên chính thức, cần ít nhất {least}.",
        count=facts.official_members,
        least=least,
    )
    return _no(edition, "min_official_members", "official_members", text)


def _quorum(facts: Facts, edition: Edition, on: date) -> Unmet | None:
    quota = edition.quota("cell_quota")
    if reachable(
        quota,
        entitled=facts.official_members,
        away=facts.members_away,
        exempt=facts.members_exempt,
        expected=facts.expected_present,
    ):
        return None
    base = facts.official_members - facts.members_away - facts.members_exempt
    text = Text(
        "Người dự họp không đủ để đạt {quota} của {base} đảng viên phải tính: cần ít nhất {needed} người.",
        quota=str(quota),
        base=base,
        needed=quota.needed(max(base, 0)),
    )
    return _no(edition, "cell_quota", "quorum", text)


CONDITIONS: Final[tuple[Condition, ...]] = (
    _age,
    _schooling,
    _certificate,
    _file_age,
    _helper,
    _shared_time,
    _mentored_time,
    _verification,
    _union_resolution,
    _helper_letter,
    _opinions,
    _members,
    _quorum,
)
# Silent about everybody who never was in the Party.
OF_FORMER_MEMBERS: Final[tuple[Condition, ...]] = (_readmission,)


def rests_on(edition: Edition, key: str | None) -> tuple[str, str]:
    """Source and rating of a condition; one that no value stands for rests on the instrument as a whole."""
    if key is None:
        return str(edition.instruments[0]["name"]), "assumed"
    return edition.source(key), edition.rating(key)


def _no(edition: Edition, key: str, condition: str, text: Text, first_day: date | None = None) -> Unmet:
    return Unmet(condition, text, edition.source(key), edition.rating(key), first_day)


def _dmy(day: date) -> str:
    return f"{day:%d/%m/%Y}"
