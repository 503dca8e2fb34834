"""What a file or a row of a list can get wrong, in words that say what to do. Pure."""

from dataclasses import dataclass

from engine.errors import InvalidAnswers, Text


class UnreadableList(InvalidAnswers):
    """Chưa đọc được danh sách. Hãy xem lời nhắc, sửa tệp rồi tải lên lại; chưa có gì được ghi."""

    def __init__(self, text: Text) -> None:
        super().__init__({"file": [text]}, text)


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one row: the field (None: the whole row) and what to do about it."""

    field: str | None
    text: Text
