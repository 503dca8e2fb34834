"""Every kind of message in one table: its words, where it leads, who of an organisation is told, how urgent.

A message in the outbox carries ids and days only. Its words are made when somebody reads them, in the
reader's language, and a person's name only where the reader may see that person (`reading.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.errors import Text
from workflows.access.permissions import ADMINISTRATORS, PARTY, UNION

# The parts of the page, in its order; each kind belongs to one.
WORK, DUE, PEOPLE, WATCH = "work", "due", "people", "watch"
GROUPS: Final[Mapping[str, str]] = {
    WORK: "Việc được giao",
    DUE: "Thời hạn",
    PEOPLE: "Học sinh, sinh viên",
    WATCH: "Giám sát",
}


@dataclass(frozen=True)
class Kind:
    """One kind of message.

    `words` may name any fact of the message, and `{person}` (the student, or the number of the case where
    the reader may not know who), `{what}` (the step, the duty, else the legal deadline), `{organisation}`,
    `{next}` (one of NEXT).
    `leads`: the fact that says where it leads (`task`, `case`, `student`, `glass` …); "" leads nowhere.
    `positions`: who of an organisation is told; a step says so itself. `at_once`: cannot wait for the digest.
    """

    words: Text
    group: str
    leads: str = ""
    positions: frozenset[str] = PARTY | UNION
    at_once: bool = False


_LIFE: Final = (PEOPLE, "student")

KINDS: Final[Mapping[str, Kind]] = {
    "task": Kind(Text("Việc mới: {what} · {person}"), WORK, "task"),
    "confirm": Kind(Text("Chờ người thứ hai xác nhận số phiếu: {what} · {person}"), WORK, "task"),
    "handed_in": Kind(Text("{person} báo đã viết xong: {what}"), WORK, "task"),
    # a legal deadline: before, on the day, after it; below: told to the organisation above
    "due_before": Kind(Text("Còn {days} ngày đến hạn {due}: {what} · {person}"), DUE, "task"),
    "due_today": Kind(Text("Hôm nay đến hạn: {what} · {person}"), DUE, "task"),
    "due_late": Kind(Text("Quá hạn {days} ngày (hạn {due}): {what} · {person}"), DUE, "task"),
    "due_below": Kind(
        Text("{organisation} quá hạn {days} ngày (hạn {due}): {what} · {person}"), DUE, "task", PARTY
    ),
    "follow_up": Kind(Text("Đến ngày hẹn xem lại: {what} · {person}"), DUE, "task"),
    "ends_before": Kind(Text("Còn {days} ngày thì hết ({due}): {what} · {person}"), DUE, "case"),
    "ends_today": Kind(Text("Hôm nay hết: {what} · {person}"), DUE, "case"),
    "certificate_before": Kind(
        Text("Giấy chứng nhận học lớp còn dùng được {days} ngày, đến {due} · {person}"), DUE, "case"
    ),
    "certificate_today": Kind(
        Text("Giấy chứng nhận học lớp chỉ còn dùng được hôm nay · {person}"), DUE, "case"
    ),
    "certificate_late": Kind(
        Text("Giấy chứng nhận học lớp hết hạn ngày {due}, phải học lại trước khi chi bộ xét · {person}"),
        DUE,
        "case",
    ),
    "file_before": Kind(Text("Hồ sơ còn dùng được {days} ngày, đến {due} · {person}"), DUE, "case"),
    "file_today": Kind(Text("Hồ sơ chỉ còn dùng được hôm nay · {person}"), DUE, "case"),
    "file_late": Kind(
        Text("Hồ sơ quá hạn dùng từ ngày {due}, phải làm lại phần đã cũ · {person}"), DUE, "case"
    ),
    # duties that come back; below: of those right below, told with how many they are
    "duty_before": Kind(Text("Còn {days} ngày đến hạn {due}: {what} · {organisation}"), DUE, "duty_of"),
    "duty_today": Kind(Text("Hôm nay đến hạn: {what} · {organisation}"), DUE, "duty_of"),
    "duty_late": Kind(Text("Quá hạn {days} ngày (hạn {due}): {what} · {organisation}"), DUE, "duty_of"),
    "duty_below": Kind(
        Text("{count} tổ chức trực thuộc quá hạn {days} ngày (hạn {due}): {what}"), DUE, "duties"
    ),
    # students and what they ask
    "correction_asked": Kind(
        Text("Có đề nghị sửa thông tin trong hồ sơ chờ giải quyết"), PEOPLE, "correction"
    ),
    "correction_decided": Kind(
        Text("Đề nghị sửa thông tin của bạn đã được trả lời"), PEOPLE, "own_file", frozenset()
    ),
    # so many months before a day in somebody's life, and on it; {next}: what is to be done now
    "age_before": Kind(Text("Còn {months} tháng thì đủ tuổi xét kết nạp: {person} · {next}"), *_LIFE),
    "age_reached": Kind(Text("Đã đủ tuổi xét kết nạp: {person} · {next}"), *_LIFE),
    "shared_before": Kind(
        Text("Còn {months} tháng thì đủ thời gian cùng người giúp đỡ: {person} · {next}"), *_LIFE
    ),
    "shared_reached": Kind(Text("Đã đủ thời gian cùng người giúp đỡ: {person} · {next}"), *_LIFE),
    "certificate_months": Kind(
        Text("Giấy chứng nhận học lớp còn dùng được {months} tháng: {person} · {next}"), *_LIFE
    ),
    "certificate_over": Kind(
        Text("Giấy chứng nhận học lớp hết hạn, phải học lại: {person} · {next}"), *_LIFE
    ),
    "graduation_before": Kind(Text("Còn {months} tháng thì tốt nghiệp: {person} · {next}"), *_LIFE),
    "graduation_reached": Kind(Text("Đến ngày tốt nghiệp: {person} · {next}"), *_LIFE),
    "pool_confirmed": Kind(
        Text("{organisation} đã xác nhận nguồn ở cuộc họp ngày {meeting_on}: giữ {kept}, thêm {added}"),
        PEOPLE,
        "",
        PARTY,
    ),
    # handing people on: told to who sent them, and to who stands above a cell that names no helper
    "handover_accepted": Kind(Text("{organisation} đã tiếp nhận {person}"), PEOPLE, "handover", PARTY),
    "handover_returned": Kind(
        Text("{organisation} trả lại việc chuyển giao {person}"), PEOPLE, "handover", PARTY
    ),
    "handover_unhelped": Kind(
        Text("{organisation} đã họp ngày {meeting_on} mà chưa phân công người giúp đỡ {person}"),
        PEOPLE,
        "handover",
        PARTY,
    ),
    # open steps that nobody may do: to who can give the position that is missing
    "unmanned": Kind(
        Text("{organisation}: {count} việc không ai làm được, chưa ai giữ chức trách của bước: {what}"),
        WATCH,
        "",
        ADMINISTRATORS,
    ),
    # leavers whom nobody knows a place for: the school before the day, those above from the day on
    "leavers_before": Kind(
        Text("Còn {days} ngày đến ngày rời trường {due}: {count} người chưa biết nơi đến, chưa có lý do"),
        PEOPLE,
        "institution",
        PARTY,
    ),
    "leavers_due": Kind(
        Text("Đã đến ngày rời trường {due}: {count} người chưa biết nơi đến, chưa có lý do"),
        PEOPLE,
        "institution",
        PARTY,
    ),
    "leavers_above": Kind(
        Text("{organisation}: {count} người rời trường ngày {due} chưa biết nơi đến, chưa có lý do"),
        PEOPLE,
        "institution",
        PARTY,
    ),
    # plans of the organisations: to those who may approve, then to those who made it
    "plan_waits": Kind(
        Text("Phương án sắp xếp tổ chức chờ đồng chí duyệt: văn bản số {number}, hiệu lực từ {on}"),
        WORK,
        "plan",
        frozenset(),
    ),
    "plan_approved": Kind(
        Text("Phương án sắp xếp tổ chức đã được duyệt: văn bản số {number}, hiệu lực từ {on}"),
        WORK,
        "plan",
        frozenset(),
    ),
    "plan_returned": Kind(
        Text("Phương án sắp xếp tổ chức được trả lại để sửa: văn bản số {number}"), WORK, "plan", frozenset()
    ),
    "plan_done": Kind(
        Text("Đã thực hiện xong phương án sắp xếp tổ chức: văn bản số {number}"), WORK, "plan", frozenset()
    ),
    "plan_stopped": Kind(
        Text("Phương án sắp xếp tổ chức đang dừng, cần xem lý do: văn bản số {number}"),
        WORK,
        "plan",
        frozenset(),
        at_once=True,
    ),
    # who looked into what
    "glass_opened": Kind(
        Text("Một hồ sơ vừa được mở khẩn, cần xem lại"), WATCH, "glass", PARTY, at_once=True
    ),
}

# Kinds that say of a running clock that its day has come or is over.
REACHED: Final = tuple(word for word in KINDS if word.endswith(("_today", "_late", "_below")))
# Facts that are days, written yyyy-mm-dd in the outbox.
DAYS: Final = frozenset({"due", "day", "meeting_on", "until", "on"})
# Facts that name an organisation; `{organisation}` is its name.
ORGANISATIONS: Final = ("organisation", "cell", "duty_of")
UNKNOWN: Final = Text("Thông báo của chương trình")
NO_NAME: Final = Text("hồ sơ số {number}")
SOMEBODY: Final = Text("một học sinh, sinh viên")
# What is to be done about somebody now: a step; nothing but to wait; nothing at all. The day of coming of age
# is told only to who may see the person.
STEP: Final = Text("việc tiếp theo: {what}")
WAITS: Final = Text("không có việc phải làm ngay, đang chờ: {what}")
WAITS_FOR_AGE: Final = Text("mọi việc trước kỳ xét đã xong, chỉ còn chờ đủ tuổi")
WAITS_FOR_DAY: Final = Text("mọi việc trước kỳ xét đã xong, chỉ còn chờ đủ tuổi vào ngày {day}")
RENEW: Final = Text("chỉ còn chờ đủ tuổi, nhưng giấy tờ phải làm lại vì hết hạn trước kỳ xét: {what}")
NOTHING: Final = Text("chưa có việc phải làm ngay")


def kind_of(word: str) -> Kind:
    """A message whose kind nobody knows any more is still shown, as leading nowhere."""
    return KINDS.get(word, Kind(UNKNOWN, WORK))
