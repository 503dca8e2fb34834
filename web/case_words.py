"""Words of the case page: ends of the path, clocks, votes, answers, and the journal in plain sentences."""

from collections.abc import Mapping
from typing import Any

from engine.errors import Text
from workflows.admission import choices
from workflows.admission.clocks import LABELS as CLOCKS
from workflows.admission.forms import REASONS
from workflows.desk.case_page import PATH, CasePage

__all__ = [
    "ANSWERS",
    "BODIES",
    "CLOCKS",
    "ENDS",
    "METHODS",
    "PERSONS",
    "journal_sentence",
    "stage_marks",
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
REASON_WORDS: Mapping[str, str] = dict(REASONS)
LOST_WORDS: Mapping[str, str] = dict(choices.LOST)


def threshold(vote: Any) -> Text:
    """The threshold with its sum, in whole numbers."""
    share = f"{vote.numerator}/{vote.denominator}"
    if vote.comparison == ">":
        return Text("cần hơn {share} của {base}", share=share, base=vote.base)
    return Text("cần ít nhất {share} của {base}", share=share, base=vote.base)


def stage_marks(page: CasePage) -> list[tuple[str, str]]:
    """(stage, done | here | next) along the path; outside of it, nothing is ahead."""
    stage = page.case.stage
    if page.case.closed_as == "official_member":
        return [(one, "done") for one in PATH]
    if stage not in PATH:
        return [(one, "") for one in PATH]
    here = PATH.index(stage)
    return [(one, "done" if n < here else "here" if n == here else "") for n, one in enumerate(PATH)]


def journal_sentence(entry: Any, labels: Mapping[str, str]) -> Text:
    """What happened, in one sentence; the day, the person and the paper stand beside it."""
    facts = entry.facts or {}
    step = Text(labels.get(entry.element or "", entry.element or ""))
    if entry.kind == "start":
        return Text("Mở hồ sơ")
    if entry.kind == "task":
        outcome = _outcome(entry, facts)
        return Text("{step}: {outcome}", step=step, outcome=Text(outcome)) if outcome else step
    if entry.kind == "message":
        return Text("Rời bước hiện tại: {reason}", reason=Text(REASON_WORDS.get(_word(entry), _word(entry))))
    if entry.kind == "timer":
        return Text("Đến ngày: {step}", step=step)
    if entry.kind == "reschedule":
        days = ", ".join(f"{day[8:10]}/{day[5:7]}/{day[:4]}" for day in (facts.get("days") or {}).values())
        return Text("Tính lại ngày chờ: {days}", days=days)
    if entry.kind == "extension" and "clock" in facts:
        due = str(facts.get("due", ""))
        clock = Text(CLOCKS.get(str(facts["clock"]), str(facts["clock"])))
        return Text("Gia hạn {clock} đến {day}", clock=clock, day=f"{due[8:10]}/{due[5:7]}/{due[:4]}")
    return Text(KINDS.get(entry.kind, entry.kind))


KINDS: Mapping[str, str] = {
    "custodian": "Chuyển nơi quản lý hồ sơ",
    "helper_lost": "Người giúp đỡ không còn giúp được",
    "vote_proposed": "Nhập số phiếu, chờ người thứ hai xác nhận",
    "vote_withdrawn": "Rút số phiếu đã nhập",
    "vote_corrected": "Đính chính số phiếu",
    "clock_extended": "Gia hạn",
    "extension": "Gia hạn",
    "correction": "Đính chính số phiếu",
    "adopted": "Nhập hồ sơ giấy đang dở",
    "adoption": "Nhập hồ sơ giấy đang dở",
}


def _outcome(entry: Any, facts: Mapping[str, Any]) -> str | None:
    word = _word(entry) or facts.get("outcome")
    return dict(choices.OUTCOMES.get(entry.element or "", ())).get(str(word))


def _word(entry: Any) -> str:
    inputs = entry.inputs or {}
    return str(inputs.get("outcome") or inputs.get("word") or "")
