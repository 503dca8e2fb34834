"""The parts that forms share: addresses, opinions, missing things, a vote's figures, `form` itself."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, validates_schema

from engine.errors import Text
from workflows.admission.choices import GIVERS, MEETINGS, METHODS, OUTCOMES, PERSONS
from workflows.admission.fields import Part, Sheet, choice, day, figure, line, one_of, passage, rows, tick


class Address(Sheet):
    """One place to ask about one person's history."""

    about = choice("Về ai", PERSONS, required=True, widget="select")
    person = line(
        "Họ tên người được thẩm tra", longest=120, help="Được mã hóa; chỉ người có trách nhiệm mở xem."
    )
    organisation_id = one_of("Cấp ủy trong hệ thống", "addressees")
    addressee = line("Hoặc cấp ủy, cơ quan ngoài hệ thống", longest=250)
    abroad = tick("Ở nước ngoài", help="Thời hạn dài hơn theo quy định.")

    @validates_schema
    def _someone_is_asked(self, data: dict[str, object], **_kwargs: object) -> None:
        _one_addressee(data)


class Opinion(Sheet):
    """One organisation asked for its opinion."""

    giver = choice("Ai cho ý kiến", GIVERS, required=True, widget="select")
    organisation_id = one_of("Tổ chức trong hệ thống", "opinion_givers")
    addressee = line("Hoặc tổ chức ngoài hệ thống", longest=250)

    @validates_schema
    def _someone_is_asked(self, data: dict[str, object], **_kwargs: object) -> None:
        _one_addressee(data)


class Wanted(Sheet):
    """One thing that is missing from the file."""

    document_type = line("Loại giấy tờ", longest=60, choices="document_types", widget="select")
    wanted = line("Cần bổ sung gì", required=True, longest=300)


def _one_addressee(data: Mapping[str, object]) -> None:
    if bool(data.get("organisation_id")) == bool(data.get("addressee")):
        message = Text(
            "Hãy chọn một tổ chức trong hệ thống, hoặc ghi tên nơi ngoài hệ thống, không ghi cả hai."
        )
        raise ValidationError({"addressee": [message]})


def ballot() -> dict[str, Any]:
    """What the counting record of a vote says; the roll's figures are filled in beforehand."""
    return {
        "meeting_kind": choice("Loại cuộc họp", MEETINGS, widget="select", group="meeting"),
        "chaired_by": line("Người chủ trì", longest=120),
        "members": figure("Tổng số có quyền biểu quyết", group="roll"),
        "exempt_absent": figure("Được miễn sinh hoạt, vắng mặt", group="roll"),
        "away": figure("Đang công tác xa, vắng mặt", group="roll"),
        "present": figure("Có mặt", group="roll"),
        "votes_for": figure("Tán thành", group="votes"),
        "votes_against": figure("Không tán thành", group="votes"),
        "invalid": figure("Không hợp lệ", group="votes", help="Kể cả phiếu trắng, phiếu không thu về."),
        "method": choice("Cách biểu quyết", METHODS, group="votes"),
    }


BALLOT_FIELDS = ("present", "votes_for", "votes_against", "method")


def needed(**by_outcome: str) -> dict[str, frozenset[str]]:
    """`needed(reason="failed refused")`: the field is asked at these outcomes."""
    return {name: frozenset(words.split()) for name, words in by_outcome.items()}


def counted(*outcomes: str) -> dict[str, frozenset[str]]:
    """The figures of a vote are asked where one was taken."""
    return {name: frozenset(outcomes) for name in BALLOT_FIELDS}


def form(
    element: str,
    on: str = "Ngày ghi trên văn bản",
    *,
    needs: Mapping[str, frozenset[str]] | None = None,
    beside: tuple[tuple[str, str], ...] = (),
    **own: Any,
) -> type[Schema]:
    """The form of one step: what all have, its own fields between, and what it needs by outcome.

    `beside`: outcomes that it has only here, besides those of the step. A part that is None is left out.
    """
    words = (*OUTCOMES[element], *beside)
    outcome = choice("Kết quả", words, required=len(words) > 1)
    if len(words) == 1:
        outcome.load_default = words[0][0]
    shared: dict[str, Part] = {"outcome": outcome, "on": day(on, required=True)}
    closing = {
        "number": line("Số, ký hiệu văn bản", longest=40, help="Ví dụ: 05-NQ/CB. Chưa có thì để trống."),
        "take_number": tick("Lấy số tiếp theo trong sổ của tổ chức"),
        "place": line("Nơi lưu bản gốc", longest=200),
        "note": passage("Ghi chú"),
        "late_reason": line("Lý do ghi muộn", help="Cần khi ghi sau ngày trên văn bản quá lâu."),
    }
    asked = shared | own | {name: part for name, part in closing.items() if name not in own}
    made: type[Schema] = Sheet.from_dict(
        {name: part for name, part in asked.items() if part is not None}, name=element
    )
    made.needed = needs or {}  # type: ignore[attr-defined]
    return made


def reason(label: str = "Lý do") -> Part:
    return passage(label, help="Được mã hóa; chỉ người có trách nhiệm mở xem.")


def remark(label: str) -> Part:
    return passage(label, help="Được mã hóa; chỉ người có trách nhiệm mở xem.")


def returned() -> Part:
    return rows("Danh sách phải bổ sung", Wanted)


def class_days() -> dict[str, Any]:
    return {
        "organiser_id": one_of("Trung tâm chính trị", "centres"),
        "organiser": line("Hoặc nơi tổ chức ngoài hệ thống", longest=250),
        "class_from": day("Học từ ngày"),
        "class_to": day("Đến ngày"),
    }


def helper() -> dict[str, Any]:
    return {
        "member_id": one_of("Đảng viên giúp đỡ", "helpers", required=True),
        "shared_since": day(
            "Cùng đơn vị với người được giúp từ ngày",
            required=True,
            help="Cùng công tác, học tập hoặc cư trú.",
        ),
    }
