"""The words of a plan: its changes, states, choices, and a change as one sentence."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from engine.errors import Text

VERBS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "found": "Lập tổ chức mới",
        "rename": "Đổi tên",
        "move": "Chuyển về cấp trên khác",
        "power": "Thẩm quyền, mô hình tổ chức",
        "merge": "Sáp nhập, giải thể có nơi tiếp nhận",
        "split": "Chia, tách",
        "end": "Kết thúc tổ chức không còn gì",
    }
)
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "draft": "Đang soạn",
        "submitted": "Chờ duyệt",
        "approved": "Đã duyệt, chờ ngày thực hiện",
        "running": "Đang thực hiện",
        "done": "Đã xong",
        "withdrawn": "Đã bỏ",
    }
)
APPROVALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "two_persons": "Quản trị viên khác duyệt",
        "superior": "Quản trị viên cấp trên duyệt",
        "one_person": "Một người xác nhận",
    }
)
FOLLOW, STEP_BACK, END = "follow", "step_back", "end"
SEATS: Final = (
    (FOLLOW, "Giữ nguyên chức vụ ở tổ chức tiếp nhận"),
    (STEP_BACK, "Sang tổ chức tiếp nhận; bí thư, phó bí thư thành ủy viên"),
    (END, "Kết thúc, sẽ giao lại sau"),
)
NEW, CONTINUE = "new", "continue"
REGISTERS: Final = (
    (NEW, "Tổ chức tiếp nhận dùng sổ của mình"),
    (CONTINUE, "Đánh số tiếp sổ của tổ chức cũ"),
)
NO_POWER: Final = "none"
POWERS: Final = (
    (NO_POWER, "Không quyết định kết nạp"),
    ("standing", "Ban Thường vụ quyết định"),
    ("plenum", "Ban Chấp hành quyết định (được ủy quyền)"),
)
OF_THE_DAY: Final = "of_the_day"
REGIMES: Final = (
    (OF_THE_DAY, "Theo quy định của từng ngày"),
    ("three_level", "Ba cấp"),
    ("two_level", "Hai cấp"),
    ("two_level_208", "Hai cấp theo Quy định 208"),
)
# What goes along with an organisation, in the order of the report.
GOES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "seats": "Chức vụ chuyển theo",
        "seats_stepped": "Bí thư, phó bí thư thành ủy viên",
        "seats_ended": "Chức vụ kết thúc",
        "members": "Đảng viên chuyển danh sách",
        "students": "Học sinh, sinh viên được theo dõi",
        "pool": "Người trong nguồn",
        "schools": "Liên kết với trường",
        "sizes": "Số ủy viên đã khai báo",
        "registers": "Sổ đánh số tiếp",
        "days": "Ngày họp thường kỳ",
        "meetings": "Cuộc họp đã lên lịch chuyển theo",
        "meetings_cancelled": "Cuộc họp đã lên lịch bị hủy",
        "mandates": "Hồ sơ, tổ chức mà ủy nhiệm kiểm tra đi theo",
        "notices": "Thông báo chưa gửi",
        "moved": "Tổ chức trực thuộc chuyển theo",
    }
)
SHARES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "below": "Tổ chức trực thuộc",
        "member": "Đảng viên",
        "position": "Chức vụ",
        "class": "Lớp",
        "case": "Hồ sơ đang mở",
    }
)

Named = Callable[[int | None], str]


def sentence(verb: str, answers: Mapping[str, Any], named: Named) -> Text:
    """The change in one line. `named`: the name behind a reference."""
    return SENTENCES[verb](answers, named)


def _found(a: Mapping[str, Any], named: Named) -> Text:
    if a["parent"] is None:
        return Text("Lập {name}", name=a["name"])
    return Text("Lập {name}, trực thuộc {parent}", name=a["name"], parent=named(a["parent"]))


def _merge(a: Mapping[str, Any], named: Named) -> Text:
    gone = ", ".join(named(one) for one in a["organisations"])
    return Text("{gone} nhập vào {into}", gone=gone, into=named(a["into"]))


def _split(a: Mapping[str, Any], named: Named) -> Text:
    into = ", ".join(named(one) for one in a["into"])
    if a["stays"]:
        return Text(
            "Tách một phần {organisation} sang {into}", organisation=named(a["organisation"]), into=into
        )
    return Text("Chia {organisation} thành {into}", organisation=named(a["organisation"]), into=into)


def _power(a: Mapping[str, Any], named: Named) -> Text:
    return Text(
        "{organisation}: {power}; mô hình: {regime}",
        organisation=named(a["organisation"]),
        power=Text(dict(POWERS)[a["decided_by"] or NO_POWER]),
        regime=Text(dict(REGIMES)[a["regime"] or OF_THE_DAY]),
    )


SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any], Named], Text]]] = {
    "found": _found,
    "rename": lambda a, named: Text(
        "Đổi tên {before} thành {name}", before=named(a["organisation"]), name=a["name"]
    ),
    "move": lambda a, named: Text(
        "Chuyển {name} về trực thuộc {parent}", name=named(a["organisation"]), parent=named(a["parent"])
    ),
    "power": _power,
    "merge": _merge,
    "split": _split,
    "end": lambda a, named: Text("Kết thúc {name}", name=named(a["organisation"])),
}


def refs_of(verb: str, answers: Mapping[str, Any]) -> list[int]:
    """Every organisation that the change names, planned ones as negative numbers."""
    into = answers.get("into")
    found = [answers.get("organisation"), answers.get("parent"), *answers.get("organisations", ())]
    return [one for one in [*found, *(into if isinstance(into, list) else [into])] if one is not None]
