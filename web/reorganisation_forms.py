"""The forms of a plan: one a kind of change; organisations are typed by name, many of them a line each."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.administration.picking import Candidate, only, organisations_named
from workflows.administration.tree_changes import ABOVE
from workflows.admission.fields import Sheet, choice, day, line, one_of, passage, tick
from workflows.organisations.kinds import KINDS
from workflows.people.names import search_key
from workflows.reorganisation.plans import Change
from workflows.reorganisation.words import (
    FOLLOW,
    NEW,
    NO_POWER,
    OF_THE_DAY,
    POWERS,
    REGIMES,
    REGISTERS,
    SEATS,
)

NAMED = "Ghi tên hoặc mã tổ chức, không cần dấu; tổ chức mới của phương án thì ghi đúng tên."
EACH_LINE = "Mỗi dòng một tổ chức: tên hoặc mã, không cần dấu; tổ chức mới của phương án thì ghi đúng tên."
NOBODY = "Không có tổ chức nào như vậy trong phạm vi của đồng chí."


class Head(Sheet):
    """The plan and the paper that decides it."""

    head = one_of("Thuộc quản trị của", "heads", required=True)
    title = line("Tên phương án", required=True, help="Ví dụ: Kết thúc cấp huyện, lập 10 đảng ủy xã, phường.")
    number = line("Số, ký hiệu văn bản", required=True, longest=40, help="Ví dụ: 12-QĐ/TU")
    paper_on = day("Ngày văn bản", required=True)
    issuer = line("Cơ quan ra văn bản", required=True)
    on_day = day(
        "Hiệu lực từ ngày",
        required=True,
        help="Ngày đã qua (ghi muộn), hôm nay, hoặc ngày sắp tới: khi đó chương trình tự làm vào ngày ấy.",
    )


class Found(Sheet):
    """A new organisation."""

    name = line("Tên tổ chức mới", required=True)
    kind = choice("Loại tổ chức", list(KINDS.items()), required=True, widget="select")
    parent = line("Cấp trên", help=NAMED + " Bỏ trống chỉ khi lập tỉnh ủy.")
    parent_chosen = one_of("Tổ chức nào?", "parent_chosen")
    code14 = line("Mã tổ chức đảng", longest=20, help="14 chữ số, nếu đã có.")
    decided_by = choice("Thẩm quyền quyết định kết nạp", POWERS, required=True)
    regime = choice("Mô hình tổ chức", REGIMES, required=True, widget="select")


class Rename(Sheet):
    """Another name."""

    organisation = line("Tổ chức", required=True, help=NAMED)
    organisation_chosen = one_of("Tổ chức nào?", "organisation_chosen")
    name = line("Tên mới", required=True)


class Move(Sheet):
    """Another superior."""

    organisation = line("Tổ chức", required=True, help=NAMED)
    organisation_chosen = one_of("Tổ chức nào?", "organisation_chosen")
    parent = line("Cấp trên mới", required=True, help=NAMED)
    parent_chosen = one_of("Cấp trên nào?", "parent_chosen")


class Power(Sheet):
    """Whether it decides on admissions, with which body, in which regime its place stands."""

    organisation = line("Tổ chức", required=True, help=NAMED)
    organisation_chosen = one_of("Tổ chức nào?", "organisation_chosen")
    decided_by = choice("Thẩm quyền quyết định kết nạp", POWERS, required=True)
    regime = choice("Mô hình tổ chức", REGIMES, required=True, widget="select")


class Merge(Sheet):
    """Several end, one takes over."""

    organisations = passage("Tổ chức kết thúc", required=True, help=EACH_LINE)
    into = line("Tổ chức tiếp nhận", required=True, help=NAMED)
    into_chosen = one_of("Tổ chức nào?", "into_chosen")
    seats = choice("Chức vụ, tài khoản", SEATS, required=True)
    registers = choice("Sổ đánh số văn bản", REGISTERS, required=True)


class Split(Sheet):
    """One becomes several; which things go where is said afterwards, by list."""

    organisation = line("Tổ chức được chia", required=True, help=NAMED)
    organisation_chosen = one_of("Tổ chức nào?", "organisation_chosen")
    into = passage(
        "Các tổ chức tiếp nhận",
        required=True,
        help=EACH_LINE + " Dòng đầu nhận tất cả những gì không kê riêng.",
    )
    stays = tick("Tổ chức được chia vẫn còn: chỉ tách sang những gì kê riêng")
    seats = choice("Chức vụ, tài khoản", SEATS, required=True)
    registers = choice("Sổ đánh số văn bản", REGISTERS, required=True)


class End(Sheet):
    """One that holds nothing any more."""

    organisation = line("Tổ chức", required=True, help=NAMED)
    organisation_chosen = one_of("Tổ chức nào?", "organisation_chosen")


SCHEMAS: Mapping[str, type[Sheet]] = {
    "found": Found,
    "rename": Rename,
    "move": Move,
    "power": Power,
    "merge": Merge,
    "split": Split,
    "end": End,
}
VALUES = {"decided_by": NO_POWER, "regime": OF_THE_DAY, "seats": FOLLOW, "registers": NEW}


class Picking:
    """Finds organisations by what was typed: new ones of the plan by their whole name, others in reach."""

    def __init__(self, tx: Transaction, changes: list[Change], reach: Collection[int], on: Any) -> None:
        self.tx, self.reach, self.on = tx, reach, on
        self.planned = {
            search_key(str(one.answers["name"])): -one.id for one in changes if one.verb == "found"
        }

    def candidates(self, typed: str, field: str) -> list[Candidate]:
        if not typed.strip() or search_key(typed) in self.planned:
            return []
        kinds = ABOVE if field == "parent" else ()
        return organisations_named(self.tx, typed, self.on, among=self.reach, kinds=kinds)

    def one(self, asked: Mapping[str, Any], field: str) -> int:
        typed = str(asked.get(field) or "")
        planned = self.planned.get(search_key(typed))
        if planned is not None:
            return planned
        return only(self.candidates(typed, field), field, asked.get(f"{field}_chosen"), NOBODY)

    def many(self, asked: Mapping[str, Any], field: str) -> list[int]:
        """A line each; what fits several is refused with its line: the code can be written instead."""
        found, wrong = [], []
        for typed in filter(None, (part.strip() for part in str(asked[field]).splitlines())):
            planned = self.planned.get(search_key(typed))
            some = [planned] if planned is not None else [one.id for one in self.candidates(typed, field)]
            if len(some) == 1:
                found.append(some[0])
            elif some:
                wrong.append(
                    Text("“{typed}”: có {count} tổ chức khớp, hãy ghi mã.", typed=typed, count=len(some))
                )
            else:
                wrong.append(Text("“{typed}”: không thấy trong phạm vi của đồng chí.", typed=typed))
        if wrong:
            raise InvalidAnswers({field: wrong})
        return found


def answers_of(verb: str, asked: Mapping[str, Any], pick: Picking) -> dict[str, Any]:
    """What was typed as the answers of a change, organisations as references."""
    return _ANSWERS[verb](asked, pick)


def _plain(asked: Mapping[str, Any], name: str, nothing: str) -> str:
    word = str(asked.get(name) or nothing)
    return "" if word == nothing else word


def _powers(asked: Mapping[str, Any]) -> dict[str, str]:
    return {
        "decided_by": _plain(asked, "decided_by", NO_POWER),
        "regime": _plain(asked, "regime", OF_THE_DAY),
    }


def _found(asked: Mapping[str, Any], pick: Picking) -> dict[str, Any]:
    parent = pick.one(asked, "parent") if asked.get("parent") else None
    name = " ".join(str(asked["name"]).split())
    return {
        "name": name,
        "kind": asked["kind"],
        "parent": parent,
        "code14": asked.get("code14") or "",
    } | _powers(asked)


def _how(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {"seats": asked["seats"], "registers": asked["registers"]}


_ANSWERS: Mapping[str, Callable[[Mapping[str, Any], Picking], dict[str, Any]]] = {
    "found": _found,
    "rename": lambda asked, pick: {
        "organisation": pick.one(asked, "organisation"),
        "name": " ".join(str(asked["name"]).split()),
    },
    "move": lambda asked, pick: {
        "organisation": pick.one(asked, "organisation"),
        "parent": pick.one(asked, "parent"),
    },
    "power": lambda asked, pick: {"organisation": pick.one(asked, "organisation")} | _powers(asked),
    "merge": lambda asked, pick: (
        {
            "organisations": pick.many(asked, "organisations"),
            "into": pick.one(asked, "into"),
        }
        | _how(asked)
    ),
    "split": lambda asked, pick: (
        {
            "organisation": pick.one(asked, "organisation"),
            "into": pick.many(asked, "into"),
            "stays": bool(asked.get("stays")),
        }
        | _how(asked)
    ),
    "end": lambda asked, pick: {"organisation": pick.one(asked, "organisation")},
}
PICKS = ("organisation", "parent", "into")  # fields with one organisation; `into` of a split has many
