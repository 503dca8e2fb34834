"""The journal in plain words: one sentence an entry, and who wrote it, for whom, on whose behalf.

Every kind of entry has its row in `SENTENCES`; a test looks for kinds without one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.errors import Text
from workflows.admission import choices
from workflows.admission.clocks import LABELS as CLOCKS
from workflows.admission.forms import REASONS

REASON_WORDS: Mapping[str, str] = dict(REASONS)
HANDOVER_MESSAGES: Mapping[str, str] = {
    "recall": "Thu hồi giấy, công văn giới thiệu",
    "helper_assigned": "Nơi mới đã có người giúp đỡ",
}
ANSWER_WORDS: Mapping[str, str] = {**dict(choices.CHECKED), **dict(choices.OPINIONS)}
ENDED_WORDS: Mapping[str, str] = {"left": "Chuyển đi khỏi chi bộ", "died": "Từ trần"}
WHY_WORDS: Mapping[str, str] = {
    "birth_date": "ngày sinh được sửa",
    "calendar": "lịch nghỉ thay đổi",
    "edition": "quy định thay đổi",
    "time_granted": "cấp trên gia hạn",
}
VERDICTS: Mapping[str, str] = {"justified": "có lý do chính đáng", "unjustified": "không có lý do chính đáng"}


@dataclass(frozen=True)
class Names:
    """Names behind the numbers of an entry: elements, accounts, organisations, members."""

    labels: Mapping[str, str]
    users: Mapping[int, str] = field(default_factory=dict)
    organisations: Mapping[int, str] = field(default_factory=dict)
    members: Mapping[int, str] = field(default_factory=dict)

    def step(self, element: str | None) -> Text:
        return Text(self.labels.get(element or "", element or ""))

    def user(self, number: object) -> str:
        return self.users.get(_whole(number), "")

    def organisation(self, number: object) -> str:
        return self.organisations.get(_whole(number), "")


def sentence(entry: Any, names: Names) -> Text:
    """What happened; the day, the person and the paper stand beside it."""
    say = SENTENCES.get(entry.kind)
    return say(entry, entry.facts or {}, names) if say else Text("Việc khác trong hồ sơ")


def people(entry: Any, names: Names) -> list[Text]:
    """Who wrote and who confirmed, each with whom they stood in for; then on whose behalf it was typed."""
    facts = entry.facts or {}
    proposer = facts.get("proposed_by")
    found = []
    if proposer is not None and proposer != entry.by:
        proposed = _person(names, proposer, facts.get("proposed_for") or facts.get("for_user"))
        found.append(Text("nhập: {who}", who=proposed))
        found.append(Text("xác nhận: {who}", who=_person(names, entry.by, facts.get("confirmed_for"))))
    elif entry.by is None:
        found.append(Text("chương trình tự ghi"))
    else:
        found.append(_person(names, entry.by, facts.get("for_user")))
    if entry.on_behalf_of is not None:
        found.append(Text("nhập thay {organisation}", organisation=names.organisation(entry.on_behalf_of)))
    return found


def _person(names: Names, number: object, stood_in_for: object) -> Text:
    who = names.user(number)
    if stood_in_for is None:
        return Text("{who}", who=who)
    return Text("{who} (thay {other})", who=who, other=names.user(stood_in_for))


def outcome_of(element: str | None, word: object) -> str | None:
    """The label of an outcome of a step; None where there is none."""
    return dict((*choices.WITHOUT_UNION, *choices.OUTCOMES.get(element or "", ()))).get(str(word))


def _task(entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    inputs = entry.inputs or {}
    step = names.step(entry.element)
    outcome = ANSWER_WORDS.get(str(facts.get("answer"))) or outcome_of(entry.element, inputs.get("outcome"))
    attempt = int(facts.get("attempt") or 1)
    if outcome and attempt > 1:
        return Text("{step}: {outcome} (lần {attempt})", step=step, outcome=Text(outcome), attempt=attempt)
    return Text("{step}: {outcome}", step=step, outcome=Text(outcome)) if outcome else step


def _start(entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    if entry.element not in (None, "admission"):
        return Text("Mở việc: {step}", step=names.step(entry.element))
    return Text("Mở hồ sơ từ giấy tờ đã có") if facts.get("before_system") else Text("Mở hồ sơ")


def _message(entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    if "dropped" in facts:
        return Text(
            "Thôi thực hiện do sắp xếp tổ chức ({number}): {step}",
            number=facts.get("number", ""),
            step=names.step(str(facts["dropped"])),
        )
    word = str((entry.inputs or {}).get("word") or "")
    if entry.element in HANDOVER_MESSAGES:
        return Text(HANDOVER_MESSAGES[entry.element])
    if word not in REASON_WORDS:
        return Text("Rời bước hiện tại")
    return Text("Rời bước hiện tại: {reason}", reason=Text(REASON_WORDS[word]))


def _custodian(_entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    sender, receiver = names.organisation(facts.get("from")), names.organisation(facts.get("to"))
    if not (sender and receiver):
        return Text("Chuyển nơi quản lý hồ sơ")
    moved = Text("Chuyển nơi quản lý hồ sơ từ {sender} đến {receiver}", sender=sender, receiver=receiver)
    if "plan" in facts:
        return Text("{what}, do sắp xếp tổ chức ({number})", what=moved, number=facts.get("number", ""))
    return moved


def _receiver_moved(_entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    return Text(
        "Nơi nhận {before} kết thúc; {after} nhận thay, theo {number}",
        before=names.organisation(facts.get("from")),
        after=names.organisation(facts.get("to")),
        number=facts.get("number", ""),
    )


def _reschedule(_entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    days = ", ".join(_dmy(day) for day in (facts.get("days") or {}).values())
    return _with_why(Text("Tính lại ngày chờ: {days}", days=days), facts)


def _recount(_entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    clocks = [CLOCKS.get(str(one), str(one)) for one in facts.get("clocks") or ()]
    if len(clocks) == 1 and "to" in facts:
        days = {"before": _dmy(facts["from"]), "day": _dmy(facts["to"])}
        moved = Text("Tính lại thời hạn: {clock}, từ {before} thành {day}", clock=Text(clocks[0]), **days)
        return _with_why(moved, facts)
    if len(clocks) == 1:
        return _with_why(Text("Tính lại thời hạn: {clock}", clock=Text(clocks[0])), facts)
    return _with_why(Text("Tính lại {count} thời hạn", count=len(clocks)), facts)


def _with_why(text: Text, facts: Mapping[str, Any]) -> Text:
    why = WHY_WORDS.get(str(facts.get("why")))
    return Text("{what}, vì {why}", what=text, why=Text(why)) if why else text


def _extension(_entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    if "clock" not in facts:
        return Text("Gia hạn")
    return Text("Gia hạn {clock} đến {day}", **_clock(facts))


def _time_granted(_entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    if "clock" not in facts:
        return Text("Cấp trên gia hạn")
    return Text("Cấp trên gia hạn {clock} đến {day}", **_clock(facts))


def _clock(facts: Mapping[str, Any]) -> dict[str, Any]:
    name = str(facts["clock"])
    return {"clock": Text(CLOCKS.get(name, name)), "day": _dmy(facts.get("due"))}


def _correction(entry: Any, _facts: Mapping[str, Any], names: Names) -> Text:
    if not entry.element:
        return Text("Đính chính số phiếu")
    return Text("Đính chính số phiếu: {step}", step=names.step(entry.element))


def _helper_lost(_entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    member = names.members.get(_whole(facts.get("helper")))
    why = ENDED_WORDS.get(str(facts.get("because")))
    if member and why:
        return Text("Người giúp đỡ {who} thôi giúp đỡ: {why}", who=member, why=Text(why))
    return Text("Người giúp đỡ không còn giúp được")


def _adoption(_entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    count = facts.get("papers")
    return (
        Text("Nhập hồ sơ giấy đang dở: {count} việc đã làm", count=count)
        if count
        else Text("Nhập hồ sơ giấy đang dở")
    )


def _assignment(entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    step, receiver = names.step(entry.element), facts.get("to")
    if receiver is None:
        return Text("Trả việc về đơn vị: {step}", step=step)
    if receiver == entry.by:
        return Text("Nhận làm: {step}", step=step)
    return Text("Giao cho {who}: {step}", who=names.user(receiver), step=step)


def _follow_up(entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    step, day = names.step(entry.element), facts.get("day")
    if day is None:
        return Text("Thôi hẹn ngày xem lại: {step}", step=step)
    return Text("Hẹn xem lại ngày {day}: {step}", day=_dmy(day), step=step)


def _timer(entry: Any, _facts: Mapping[str, Any], names: Names) -> Text:
    return Text("Đến ngày: {step}", step=names.step(entry.element))


def _glass_opened(_entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    return Text("Mở xem khẩn cấp khi không được giao; cấp trên được báo")


def _glass_reviewed(_entry: Any, facts: Mapping[str, Any], names: Names) -> Text:
    verdict = VERDICTS.get(str(facts.get("verdict")))
    if verdict:
        return Text("Cấp trên xem lại lần mở xem khẩn cấp: {verdict}", verdict=Text(verdict))
    return Text("Cấp trên xem lại lần mở xem khẩn cấp")


def _plain(msgid: str) -> Callable[[Any, Mapping[str, Any], Names], Text]:
    return lambda _entry, _facts, _names: Text(msgid)


# Kinds whose sentence needs nothing of the entry; pages of the texts use them as headings too.
KINDS: Mapping[str, str] = {
    "helper_lost": "Người giúp đỡ không còn giúp được",
    "extension": "Gia hạn",
    "time_granted": "Cấp trên gia hạn",
    "correction": "Đính chính số phiếu",
    "adoption": "Nhập hồ sơ giấy đang dở",
    "comment": "Ghi ý kiến trao đổi",
    "comment_withdrawn": "Rút lại ý kiến trao đổi",
    "glass_ended": "Kết thúc lần mở xem khẩn cấp",
}
SENTENCES: Mapping[str, Callable[[Any, Mapping[str, Any], Names], Text]] = {
    **{kind: _plain(words) for kind, words in KINDS.items()},
    "start": _start,
    "task": _task,
    "message": _message,
    "timer": _timer,
    "custodian": _custodian,
    "receiver_moved": _receiver_moved,
    "reschedule": _reschedule,
    "recount": _recount,
    "extension": _extension,
    "time_granted": _time_granted,
    "correction": _correction,
    "helper_lost": _helper_lost,
    "adoption": _adoption,
    "assignment": _assignment,
    "follow_up": _follow_up,
    "glass_opened": _glass_opened,
    "glass_reviewed": _glass_reviewed,
}


def _whole(number: object) -> int:
    return number if isinstance(number, int) else 0


def _dmy(day: object) -> str:
    """A day kept as text in the facts, as people write it."""
    try:
        return f"{date.fromisoformat(str(day)[:10]):%d/%m/%Y}"
    except ValueError:
        return ""
