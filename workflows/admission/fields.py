"""The fields that forms are made of: dates, lines, figures, choices, with Vietnamese messages.

Every text is kept in NFC and refuses NUL and other control characters, which crash a database driver.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validates_schema

from engine.errors import Text

Choices = Sequence[tuple[str, str]]
Part = fields.Field[Any]  # one field of a form

REQUIRED = "Cần ghi mục này."
MESSAGES = {
    "required": REQUIRED,
    "null": REQUIRED,
    "validator_failed": "Giá trị không hợp lệ.",
    "invalid": "Giá trị không hợp lệ. Hãy ghi lại.",
    "invalid_utf8": "Chữ không đọc được. Hãy gõ lại bằng bảng mã Unicode.",
    "type": "Các mục gửi lên không đúng dạng. Hãy mở lại biểu và ghi lại.",
    "too_large": "Số quá lớn.",
}
BIGGEST = 10_000  # members of one body; far below what a database driver refuses


def refuse(msgid: str, **params: object) -> ValidationError:
    """A refusal in the user's words, with its parameters kept apart for the translation."""
    return ValidationError([Text(msgid, **params)])


class Day(fields.Field[date]):
    """A date on a paper: yyyy-mm-dd (the browser) or dd/mm/yyyy (people); 31/02 is refused."""

    _PEOPLE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})\Z")
    _BROWSER = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if isinstance(value, date):
            return value
        found = self._BROWSER.match(str(value).strip())
        parts = found.groups() if found else ()
        if not parts:
            found = self._PEOPLE.match(str(value).strip())
            parts = found.groups()[::-1] if found else ()
        try:
            year, month, day = (int(part) for part in parts)
            return date(year, month, day)
        except ValueError:
            raise refuse(
                "Ngày không có thật hoặc sai dạng. Hãy ghi ngày/tháng/năm, ví dụ 05/01/2026."
            ) from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value


class Words(fields.String):
    """A text: NFC, trimmed, without control characters, at most `longest` letters; empty is not an answer."""

    def __init__(self, *, longest: int, lines: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest, self.lines = longest, lines

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        words = unicodedata.normalize("NFC", str(super()._deserialize(value, attr, data, **kwargs)))
        words = words.replace("\r\n", "\n").strip()
        allowed = "\n\t" if self.lines else ""
        if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in allowed for letter in words):
            raise refuse("Chữ có ký tự điều khiển không nhìn thấy. Hãy xóa đi và gõ lại.")
        if len(words) > self.longest:
            raise refuse("Dài quá {longest} chữ cái. Hãy viết gọn hơn.", longest=self.longest)
        return words


class Figure(fields.Integer):
    """A count of people: a whole number from 0 to 10,000."""

    def _validated(self, value: Any) -> int:
        try:
            figure = int(str(value).strip())
        except ValueError:
            raise refuse("Hãy ghi một số nguyên.") from None
        if isinstance(value, (bool, float)) or not 0 <= figure <= BIGGEST:
            raise refuse("Hãy ghi một số nguyên từ 0 đến {most}.", most=BIGGEST)
        return figure


class Identifier(fields.Integer):
    """The number of a row that the person picked from a list; the act checks that it was on the list."""

    def _validated(self, value: Any) -> int:
        try:
            number = int(str(value).strip())
        except ValueError:
            raise refuse("Hãy chọn trong danh sách.") from None
        if isinstance(value, (bool, float)) or not 0 < number < 2**31:
            raise refuse("Hãy chọn trong danh sách.")
        return number


class Choice(fields.String):
    """One word of a closed list."""

    def __init__(self, choices: Choices, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = {word for word, _label in choices}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise refuse("Hãy chọn một mục trong danh sách.")
        return str(value)


class Tick(fields.Boolean):
    """A box that is ticked or not."""


def _options(label: str, widget: str, required: bool, help: str | None, **more: Any) -> dict[str, Any]:
    metadata = {"label": label, "widget": widget, **({"help": help} if help else {})}
    metadata |= {key: value for key, value in more.items() if value is not None}
    options: dict[str, Any] = {"required": required, "metadata": metadata, "error_messages": MESSAGES}
    return options


def day(label: str, *, required: bool = False, help: str | None = None) -> Day:
    return Day(**_options(label, "date", required, help))


def line(
    label: str,
    *,
    required: bool = False,
    longest: int = 200,
    help: str | None = None,
    widget: str = "text",
    choices: str | None = None,
) -> Words:
    return Words(longest=longest, **_options(label, widget, required, help, choices=choices))


def passage(label: str, *, required: bool = False, longest: int = 4000, help: str | None = None) -> Words:
    return Words(longest=longest, lines=True, **_options(label, "textarea", required, help))


def figure(
    label: str, *, required: bool = False, help: str | None = None, group: str | None = None
) -> Figure:
    return Figure(**_options(label, "number", required, help, group=group))


def choice(
    label: str, choices: Choices, *, required: bool = False, widget: str = "radio", **more: Any
) -> Choice:
    return Choice(
        choices, **_options(label, widget, required, more.pop("help", None), choices=choices, **more)
    )


def one_of(label: str, source: str, *, required: bool = False, help: str | None = None) -> Identifier:
    """A row picked from a list that `prepare` fetches under the name `source`."""
    return Identifier(**_options(label, "select", required, help, choices=source))


def tick(label: str, *, help: str | None = None) -> Tick:
    return Tick(load_default=False, **_options(label, "checkbox", False, help))


def rows(
    label: str, schema: type[Schema], *, required: bool = False, help: str | None = None
) -> fields.List[Any]:
    """Repeated rows of a small schema of their own."""
    return fields.List(fields.Nested(schema), **_options(label, "rows", required, help))


class Sheet(Schema):
    """What every form has in common: blank boxes are absent, nothing unknown, `needed` by outcome.

    `needed`: field → outcomes at which it must be filled (a reason for a refusal, figures for a vote).
    """

    needed: Mapping[str, frozenset[str]] = {}
    error_messages = {  # noqa: RUF012 (so marshmallow has it)
        "unknown": "Biểu này không có mục đó.",
        "type": MESSAGES["type"],
    }

    class Meta:
        unknown = RAISE

    @pre_load
    def _blank_is_absent(self, data: Any, **_kwargs: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        kept = {}
        for key, value in data.items():
            if isinstance(value, (list, tuple)):
                value = [row for row in value if not _empty(row)] or None
            if value is None or (isinstance(value, str) and not value.strip(" \t\r\n")):
                continue
            kept[key] = value
        return kept

    @validates_schema(skip_on_field_errors=False)
    def _needed_are_there(self, data: dict[str, Any], **_kwargs: Any) -> None:
        missing = {
            name: [Text(REQUIRED)]
            for name, outcomes in self.needed.items()
            if data.get("outcome") in outcomes
            and data.get(name) in (None, "", [])
            and not (name == "number" and data.get("take_number"))
        }
        if missing:
            raise ValidationError(missing)


def _empty(row: Any) -> bool:
    return isinstance(row, Mapping) and not any(
        str(value).strip() for value in row.values() if value is not None
    )
