"""Words of the season's pages: columns of lists and sheets, how a state looks, what its days rest on."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from web.language import words
from workflows.desk.export import Column
from workflows.rules.editions import edition_on
from workflows.rules.keys import KEYS
from workflows.season.figures import COLUMNS, Day
from workflows.season.leavers import AHEAD_MONTHS, Leaver
from workflows.season.rungs import PROVINCE, SCHOOL, SUPERIOR
from workflows.season.screens import SPECIAL, otherwise
from workflows.season.words import (
    ACCEPTED,
    DONE,
    KNOWN,
    NAMED,
    OFFERED,
    PREPARED,
    REASONS,
    RETURNED,
    STATES,
    UNKNOWN,
)
from workflows.transfers.words import STANDINGS, VARIANTS

# State → the look of its chip and its icon.
LOOKS: Final = {
    UNKNOWN: ("late", "exclamation-triangle"),
    NAMED: ("soon", "chat-left-text"),
    KNOWN: ("wait", "geo-alt"),
    RETURNED: ("soon", "arrow-return-left"),
    PREPARED: ("wait", "pencil-square"),
    OFFERED: ("wait", "envelope"),
    ACCEPTED: ("ok", "check-circle"),
    DONE: ("ok", "check-circle"),
}
RISEN: Final = {
    SCHOOL: "đã nhắc trường",
    SUPERIOR: "đã báo cấp trên",
    PROVINCE: "đã báo tỉnh",
}
COLUMN_WORDS: Final = {
    "lost": "Chưa biết nơi đến",
    "named": "Đã ghi lý do",
    "known": "Chờ chuẩn bị",
    "prepared": "Chờ gửi giấy",
    "offered": "Chờ trả lời",
    "taken": "Đã tiếp nhận",
}
FILTER: Final[Mapping[str, str]] = {**SPECIAL, **STATES}
SCHOOL_COLUMNS: Final = (
    Column("Trường", 40),
    Column("Ngày rời trường", 14),
    Column("Tất cả", 10),
    *(Column(title, 16) for title in COLUMN_WORDS.values()),
    Column("Chậm", 10),
)
PEOPLE_COLUMNS: Final = (
    Column("Họ và tên", 28),
    Column("Lớp, khóa", 14),
    Column("Trường", 36),
    Column("Ngày rời trường", 14),
    Column("Đang ở đâu trên đường", 30),
    Column("Hình thức", 36),
    Column("Tình trạng", 30),
    Column("Nơi đến", 36),
    Column("Theo", 16),
    Column("Nơi đang chịu trách nhiệm", 36),
    Column("Giấy tờ còn thiếu", 40),
    Column("Không làm gì thì", 60),
    Column("Chậm", 8),
    Column("Hạn bước đang mở", 14),
)
REASON_WORDS: Final = dict(REASONS)
SAID: Final[dict[str, Any]] = {
    "looks": LOOKS,
    "states": STATES,
    "risen_words": RISEN,
    "columns": COLUMN_WORDS,
    "standings": STANDINGS,
    "variants": VARIANTS,
    "reasons": REASON_WORDS,
    "otherwise": otherwise,
    "months": AHEAD_MONTHS,
}
# What the days of a handover rest on: member or not → the key of its letter, of the answer to it.
RULES: Final = {
    "Người xin vào Đảng": ("candidate_letter_wd", "candidate_acknowledge_wd"),
    "Đảng viên": ("transfer_start_wd", "transfer_present_wd"),
}


def basis(on: date) -> list[tuple[str, list[tuple[str, Any, str, str]]]]:
    """For whom, then: what is limited, how many working days, on what it rests, how sure that is."""
    edition = edition_on(on)
    return [
        (whose, [(KEYS[key].label, edition.value(key), *_rests_on(edition, key)) for key in keys])
        for whose, keys in RULES.items()
    ]


def _rests_on(edition: Any, key: str) -> tuple[str, str]:
    said = ", ".join(part for part in (edition.article(key), edition.source(key)) if part)
    return said or edition.note(key), edition.rating(key)


def school_rows(found: Sequence[Day]) -> Iterator[list[object]]:
    for one in found:
        figures = [one.in_column(name) for name in COLUMNS]
        yield [one.institution, one.leaves_on, one.count, *figures, one.late]


def people_rows(found: Sequence[Leaver], named: Mapping[int, str], on: date) -> Iterator[list[object]]:
    for one in found:
        row, last = one.row, otherwise(one, named)
        where, by = place_of(one, named)
        yield [
            row.name,
            row.class_name or row.course,
            row.institution,
            one.leaves_on,
            words(STANDINGS[one.standing]) if one.standing else None,
            words(VARIANTS[one.variant]) if one.variant else None,
            words(STATES[one.state]),
            where,
            by,
            named.get(row.holder_id or 0),
            "; ".join(words(paper) for paper in one.missing),
            words(last) if last else None,
            words("có") if one.late(on) else None,
            row.due_on if one.waits else None,
        ]


def place_of(one: Leaver, named: Mapping[int, str]) -> tuple[str | None, str | None]:
    """Where to, and by whose word: what the school wrote or the letter says, the residence, a reason."""
    if one.to_id is not None or one.to_words:
        return named.get(one.to_id or 0) or one.to_words, words("đã ghi")
    if one.state == NAMED:
        return words(REASON_WORDS[one.row.no_place]), words("lý do")
    if one.proposed is not None:
        return named.get(one.proposed), words("nơi cư trú, đề xuất")
    return None, None
