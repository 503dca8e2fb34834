"""What can go wrong, as one small family. Every message says in Vietnamese what to do next.

A message is a `Text`: the Vietnamese sentence with named places and their values, so that `web` can translate
the sentence and fill the places afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

NO_PARAMS: Mapping[str, object] = MappingProxyType({})


class _Text(NamedTuple):
    msgid: str
    params: Mapping[str, object]


class Text(_Text):
    """A Vietnamese sentence with named places, `Text("Còn thiếu {what}.", what="đơn")`, and their values."""

    __slots__ = ()

    def __new__(cls, msgid: str, **params: object) -> "Text":
        return super().__new__(cls, msgid, MappingProxyType(params) if params else NO_PARAMS)

    def __str__(self) -> str:
        return self.msgid.format(**self.params) if self.params else self.msgid

    def __reduce__(self) -> tuple[object, ...]:
        return _text, (self.msgid, dict(self.params))


def _text(msgid: str, params: dict[str, object]) -> Text:
    return Text(msgid, **params)


@dataclass(frozen=True)
class Unmet:
    """A condition of the law that does not hold yet: which, why, by which article, and from when it could."""

    condition: str
    text: Text
    source: str
    rating: str  # verified | second_hand | assumed
    first_day: date | None = None


class Failure(Exception):
    """Việc này chưa làm được."""

    def __init__(self, text: "Text | str | None" = None) -> None:
        message = text if isinstance(text, Text) else Text(text or (type(self).__doc__ or "").strip())
        super().__init__(str(message))
        self.text = message


class NotFound(Failure):
    """Không tìm thấy mục này, hoặc đồng chí không được xem mục này."""


class NotAllowed(Failure):
    """Đồng chí không có quyền làm việc này. Hãy nhờ người phụ trách của tổ chức mình."""


class InvalidAnswers(Failure):
    """Có ô điền chưa đúng. Hãy xem lời nhắc ở từng ô rồi gửi lại."""

    def __init__(self, fields: Mapping[str, Sequence[Text]], text: Text | None = None) -> None:
        super().__init__(text)
        self.fields = {name: list(messages) for name, messages in fields.items()}


class NotLawful(Failure):
    """Chưa đủ điều kiện theo quy định. Hãy xem từng điều kiện còn thiếu."""

    def __init__(self, unmet: Sequence[Unmet], text: Text | None = None) -> None:
        super().__init__(text)
        self.unmet = list(unmet)


class Conflict(Failure):
    """Không ghi được vì vừa có người làm việc này. Hãy tải lại trang để xem kết quả."""


class ModelError(Failure):
    """Quy trình gặp lỗi nên chưa ghi gì. Sự cố đã được lưu lại; hãy báo quản trị viên."""

    def __init__(self, element: str | None, reason: str, *, case_id: int | None = None) -> None:
        super().__init__(
            Text(
                "Quy trình gặp lỗi ở bước “{element}”: {reason}. Chưa có gì được ghi, hồ sơ vẫn như trước; "
                "sự cố đã được lưu lại, hãy báo quản trị viên.",
                element=element or "?",
                reason=reason,
            )
        )
        self.element = element
        self.reason = reason
        self.case_id = case_id


class Unavailable(Failure):
    """Cơ sở dữ liệu hoặc khóa mã hóa chưa dùng được. Hãy báo quản trị viên."""


class Undelivered(Exception):
    """A message that was not taken. Its words are kept: a class and a code, nothing of what it said."""
