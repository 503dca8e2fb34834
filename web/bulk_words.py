"""What will happen to the lines of a list, or did, in sentences; lines with the same lot stand together."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.errors import Text
from web.case_words import CLOCKS, ENDS
from workflows.admission.choices import OUTCOMES
from workflows.bulk.answers import form_of
from workflows.bulk.doing import text_of
from workflows.bulk.queries import Line

KIND_TITLES: Mapping[str, str] = {
    "complete": "Làm cùng lúc",
    "confirm": "Xác nhận biểu quyết cùng lúc",
    "nominate": "Mở hồ sơ cho cả danh sách",
}
STATES: Mapping[str, str] = {
    "draft": "chưa điền biểu",
    "checking": "đang xem thử",
    "checked": "chờ xác nhận",
    "running": "đang ghi",
    "done": "đã xong",
}
ALIKE = ("outcome", "votes", "next", "closed", "clocks", "proposed", "no_paper")
FIGURES = "Tán thành {votes_for}, không tán thành {against}, không hợp lệ {invalid}; có mặt {present}"
LETTER_LABELS: Mapping[str, str] = {"to_": "Gửi đến", "addresses": "Gửi đến", "givers": "Gửi đến"}


@dataclass
class Reason:
    """Why a line cannot be done: a sentence, and for a condition its source and its first day."""

    text: Text
    label: str = ""
    source: Text | None = None
    rating: str = "verified"
    first_day: date | None = None


@dataclass
class Lot:
    """Lines that share what happens (`sentences`) or why nothing does (`reasons`)."""

    sentences: list[Text] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def lots(element: str | None, lines: Iterable[Line], labels: Mapping[str, str]) -> list[Lot]:
    """Lines by what happens to them, the largest lot first."""
    found: dict[str, Lot] = {}
    for line in lines:
        result = line.result or {}
        alike = {name: result.get(name) for name in ALIKE}
        lot = found.setdefault(json.dumps(alike), Lot(sentences_of(element, result, labels)))
        lot.lines.append(line)
    return sorted(found.values(), key=lambda lot: -len(lot.lines))


def refusals(element: str | None, lines: Iterable[Line]) -> list[Lot]:
    """Lines by why they cannot be done, the largest lot first."""
    found: dict[str, Lot] = {}
    for line in lines:
        why = line.why or {}
        lot = found.setdefault(json.dumps(why, sort_keys=True), Lot(reasons=reasons_of(element, why)))
        lot.lines.append(line)
    return sorted(found.values(), key=lambda lot: -len(lot.lines))


def sentences_of(element: str | None, result: Mapping[str, Any], labels: Mapping[str, str]) -> list[Text]:
    """Outcome, what comes next, which clock starts, and what is still missing."""
    told = []
    if element is not None:
        told.append(Text("{outcome}", outcome=Text(_outcome(element, result))))
    else:
        told.append(Text("Mở hồ sơ kết nạp"))
    if result.get("votes"):
        named = zip(("votes_for", "against", "invalid", "present"), result["votes"], strict=True)
        told.append(Text(FIGURES, **dict(named)))
    if result.get("proposed"):
        return [*told, Text("Ghi số phiếu; người thứ hai xác nhận rồi hồ sơ mới sang bước sau")]
    if result.get("closed"):
        told.append(Text("Hồ sơ kết thúc: {end}", end=Text(ENDS.get(result["closed"], result["closed"]))))
    elif result.get("next"):
        told += [Text("Bước tiếp: {step}", step=Text(labels.get(one, one))) for one in result["next"]]
    else:
        told.append(Text("Không mở thêm bước; hồ sơ chờ các việc khác đang mở hoặc chờ đến ngày"))
    for name, due in result.get("clocks") or ():
        day = date.fromisoformat(due)
        told.append(Text("Bắt đầu tính hạn: {clock}, đến {day}", clock=Text(CLOCKS.get(name, name)), day=day))
    if result.get("no_paper"):
        told.append(Text("Chưa có số văn bản: hồ sơ hiện “chờ văn bản”"))
    return told


def _outcome(element: str, result: Mapping[str, Any]) -> str:
    words = dict(OUTCOMES.get(element, ()))
    return words.get(str(result.get("outcome")), str(result.get("outcome") or ""))


def reasons_of(element: str | None, why: Mapping[str, Any]) -> list[Reason]:
    """Conditions with source and first day, faults with the question they belong to, or one sentence."""
    if "unmet" in why:
        return [_condition(one) for one in why["unmet"]]
    if "faults" in why:
        return [Reason(text_of(text), _label(element, name)) for name, text in why["faults"]]
    return [Reason(text_of(why["text"]))] if "text" in why else []


def _condition(one: Mapping[str, Any]) -> Reason:
    first = date.fromisoformat(one["first_day"]) if one["first_day"] else None
    return Reason(text_of(one["text"]), "", text_of(one["source"]), one["rating"], first)


def _label(element: str | None, name: str) -> str:
    top = name.split(".")[0]
    part = form_of(element)._declared_fields.get(top)
    if top.startswith("to_") or top in LETTER_LABELS:
        return "Gửi đến"
    return str(part.metadata.get("label", "")) if part is not None else ""
