"""Words of the case page: ends of the path, clocks, votes, answers, ratings; the journal's are in desk."""

from collections.abc import Mapping
from typing import Any

from engine.errors import Text
from workflows.admission import choices
from workflows.admission.clocks import LABELS as CLOCKS
from workflows.desk.journal_words import KINDS, outcome_of

__all__ = [
    "ANSWERS",
    "BODIES",
    "CLOCKS",
    "ENDS",
    "KINDS",
    "METHODS",
    "PERSONS",
    "RATINGS",
    "WEIGHED",
    "WORDS",
    "threshold",
]

ENDS: Mapping[str, str] = {
    "official_member": "Đảng viên chính thức",
    "not_now": "Chưa có nguyện vọng lúc này",
    "left_source": "Ra khỏi nguồn",
    "back_to_pool": "Trở về nguồn",
    "not_recognised": "Không được công nhận đối tượng kết nạp",
    "refused": "Không được kết nạp",
    "withdrawn": "Tự rút",
    "removed": "Đưa ra khỏi danh sách",
    "deceased": "Từ trần",
    "struck_off": "Đã xóa tên",
    "annulled": "Đã hủy quyết định kết nạp",
    "replaced": "Đã phân công người giúp đỡ khác",
    "moved_away": "Chuyển ra ngoài hệ thống",
    "handover_closed": "Đã chuyển giao xong",
    "handover_taken_away": "Nơi ngoài hệ thống đã tiếp nhận",
    "handover_moot": "Không còn phải chuyển giao",
    "handover_given_up": "Thôi chuyển giao",
}
BODIES: Mapping[str, str] = {
    "cell": "Hội nghị chi bộ",
    "plenum": "Hội nghị cấp ủy",
    "standing": "Hội nghị ban thường vụ",
    "union_exec": "Hội nghị ban chấp hành đoàn",
    "union_branch": "Hội nghị chi đoàn",
}
METHODS: Mapping[str, str] = dict(choices.METHODS)
PERSONS: Mapping[str, str] = {**dict(choices.PERSONS), **dict(choices.GIVERS)}
ANSWERS: Mapping[str, str] = {**dict(choices.CHECKED), **dict(choices.OPINIONS)}
WEIGHED: Mapping[str, str] = {"accepted": "đã xem xét, chấp nhận", "refused": "đã xem xét, không chấp nhận"}
RATINGS: Mapping[str, str] = {
    "verified": "đã đối chiếu văn bản",
    "second_hand": "theo nguồn gián tiếp, cần đối chiếu",
    "assumed": "giả định, chờ văn bản",
}


def threshold(vote: Any) -> Text:
    """The threshold with its sum, in whole numbers."""
    share = f"{vote.numerator}/{vote.denominator}"
    if vote.comparison == ">":
        return Text("cần hơn {share} của {base}", share=share, base=vote.base)
    return Text("cần ít nhất {share} của {base}", share=share, base=vote.base)


# What templates of a case ask for by name.
WORDS: Mapping[str, Any] = {
    "ends": ENDS,
    "clocks": CLOCKS,
    "bodies": BODIES,
    "methods": METHODS,
    "answers": ANSWERS,
    "persons": PERSONS,
    "ratings": RATINGS,
    "weighed": WEIGHED,
    "threshold": threshold,
    "outcome_of": outcome_of,
}
