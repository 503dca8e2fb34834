"""The forms of handovers that ask otherwise than the step does: the receiver is typed by name."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import Schema

from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.administration.picking import Candidate, only, organisations_named
from workflows.admission.fields import Sheet, choice, day, line, one_of, passage
from workflows.organisations.queries import tree_of
from workflows.people.names import search_key
from workflows.transfers.destinations import RECEIVERS, Destination, destination, of_residence
from workflows.transfers.forms import OUTSIDE, Recall
from workflows.transfers.possible import Act
from workflows.transfers.words import REASONS, TERMS

SEALED = "Được mã hóa; chỉ người có trách nhiệm mở xem."
NAMED = "Ghi tên hoặc mã tổ chức, không cần dấu."
NOBODY = (
    "Không có tổ chức đảng nào như vậy trong tỉnh đang nhận được người. Nếu ở nơi khác, hãy ghi vào ô dưới."
)
CHOSEN = "receiver_chosen"
RENAMED = {"receiver_id": "receiver"}


class Prepare(Sheet):
    """Where to, why and since when."""

    moved_because = choice("Vì sao chuyển", REASONS, required=True, widget="select")
    moved_on = day("Ngày có quyết định, hoặc ngày thay đổi nơi học, làm việc, cư trú", required=True)
    proposed = one_of("Nơi cư trú theo cây tổ chức", "proposed", help="Chọn, hoặc ghi nơi khác ở dưới.")
    receiver = line("Nơi nhận khác trong hệ thống", help=NAMED)
    receiver_chosen = one_of("Tổ chức nào?", CHOSEN)
    addressee = line(OUTSIDE, longest=250)
    term = choice("Thời hạn", TERMS, help="Người vào Đảng luôn chuyển hẳn.")
    until_on = day("Dự kiến trở về ngày", help="Cần khi chuyển tạm thời.")
    on = day("Ngày lập", required=True)
    note = passage("Ghi chú")
    late_reason = line("Lý do ghi muộn", help="Cần khi ghi sau ngày lập quá lâu.")


class Forward(Sheet):
    """To whom the letter goes on."""

    receiver = line("Chuyển tiếp đến", required=True, help=NAMED)
    receiver_chosen = one_of("Tổ chức nào?", CHOSEN)
    on = day("Ngày trả lời", required=True)
    number = line("Số, ký hiệu văn bản", longest=40)
    note = passage("Ghi chú")
    late_reason = line("Lý do ghi muộn")


def sheet_of(act: Act, form: type[Schema], *, behalf: bool = False) -> type[Sheet]:
    """The form on the page: of the step only what this outcome asks; its reason is needed then.

    `behalf`: the paper of another organisation is typed, which has a number of its own.
    """
    if act.name == "recall":
        return Recall
    if act.name == "forward":
        return Forward
    known = form().fields
    asked = {name: known[name] for name in act.fields if name in known}
    if "reason" in asked:
        asked["reason"] = passage("Lý do", required=True, help=SEALED)
    if behalf:
        asked.pop("take_number", None)
        asked["number"] = line("Số, ký hiệu văn bản của nơi đó", required=True, longest=40)
    made: type[Sheet] = Sheet.from_dict(asked, name=f"{act.name}_handover")
    return made


def residences(tx: Transaction, student_id: int, holder: int, on: date) -> list[Destination]:
    """The proposals, without where the person is already."""
    return [one for one in of_residence(tx, student_id, on) if one.id != holder]


def candidates(tx: Transaction, words: str, holder: int | None, on: date) -> list[Candidate]:
    everybody = set(tree_of(tx).nodes) - {holder}
    return organisations_named(tx, words, on, among=everybody, kinds=RECEIVERS)


def choices(
    tx: Transaction, typed: Mapping[str, str], proposals: list[Destination], holder: int | None, on: date
) -> dict[str, list[tuple[int, str]]]:
    found = candidates(tx, typed.get("receiver", ""), holder, on) if typed.get("receiver") else []
    named = [(one.id, one.label) for one in found] if len(found) > 1 else []
    return {"proposed": [(one.id, _told(one)) for one in proposals], CHOSEN: named}


def _told(one: Destination) -> str:
    return f"{one.name} ({one.above})" if one.above else one.name


def receiver_of(
    tx: Transaction,
    asked: Mapping[str, Any],
    proposals: list[Destination],
    holder: int | None,
    on: date,
) -> int | None:
    """Who is meant: one of the proposals, or the one whose name was typed; None: nobody of ours was named.

    Raises InvalidAnswers where both were, or where the words fit several, or nobody.
    """
    picked, words = asked.get("proposed"), asked.get("receiver")
    if picked is not None and words:
        raise InvalidAnswers(
            {"receiver": [Text("Đã chọn nơi cư trú ở trên: hãy để trống ô này, hoặc bỏ chọn.")]}
        )
    if picked is not None:
        if picked not in {one.id for one in proposals}:
            raise InvalidAnswers({"proposed": [Text("Hãy chọn một mục trong danh sách.")]})
        return int(picked)
    if not words:
        return None
    found = candidates(tx, words, holder, on)
    if not found:
        raise InvalidAnswers({"receiver": [_ended(tx, words, on) or Text(NOBODY)]})
    return only(found, "receiver", asked.get(CHOSEN), NOBODY)


def _ended(tx: Transaction, words: str, on: date) -> Text | None:
    """Where the words name an organisation that has ended: who takes its people now."""
    tree, folded = tree_of(tx), search_key(words)
    for node in tree.nodes.values():
        if node.kind in RECEIVERS and not node.stands_on(on) and folded == search_key(node.name):
            heir = tree.standing(node.id, on)
            if heir != node.id:
                name = destination(tx, heir, on).name
                return Text("Tổ chức này đã kết thúc; kế tục là {name}. Hãy ghi tên đó.", name=name)
    return None


def renamed(errors: Mapping[str, Any]) -> dict[str, Any]:
    """What the step says of its own fields, at the fields of the page."""
    return {RENAMED.get(name, name): found for name, found in errors.items()}
