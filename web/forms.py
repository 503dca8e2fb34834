"""One renderer for every form: a marshmallow schema and its metadata become fields, rows and groups.

What was typed is kept as it was typed. Rows (addresses, supplement items) work without JavaScript: empty
rows stand ready, and a button asks for more.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from marshmallow import Schema, fields
from werkzeug.datastructures import MultiDict

from engine.errors import InvalidAnswers, Text
from web.entry import MORE
from web.language import day

Choices = Sequence[tuple[object, object]]
Errors = Mapping[str, Any]
SPARE_ROWS = 2
MOST_ROWS = 60
_LIBRARY = {
    "Missing data for required field.": "Cần ghi mục này.",
    "Field may not be null.": "Cần ghi mục này.",
    "Unknown field.": "Biểu này không có mục đó.",
    "Not a valid date.": "Ngày không có thật hoặc sai dạng. Hãy ghi ngày/tháng/năm, ví dụ 05/01/2026.",
    "Not a valid integer.": "Hãy ghi một số nguyên.",
    "Not a valid number.": "Hãy ghi một số.",
    "Not a valid string.": "Giá trị không hợp lệ. Hãy ghi lại.",
    "Not a valid boolean.": "Giá trị không hợp lệ. Hãy ghi lại.",
    "Invalid value.": "Giá trị không hợp lệ. Hãy ghi lại.",
    "Invalid input type.": "Các mục gửi lên không đúng dạng. Hãy mở lại biểu và ghi lại.",
}


@dataclass
class Field:
    """One question as the page shows it."""

    name: str
    label: str
    widget: str
    help: str = ""
    required: bool = False
    choices: Choices = ()
    value: Any = ""
    errors: list[Any] = field(default_factory=list)
    rows: list[list["Field"]] = field(default_factory=list)
    prefix: str = "f"
    when: list[tuple[str, str]] = field(default_factory=list)  # outcomes (word, label) that need an answer

    @property
    def id(self) -> str:
        return f"{self.prefix}-{self.name}"

    @property
    def described_by(self) -> str:
        parts = [f"{self.id}-help"] if self.help or self.when else []
        return " ".join(parts + ([f"{self.id}-error"] if self.errors else []))


@dataclass
class Group:
    """Fields under one heading; the heading may be empty."""

    title: str
    fields: list[Field]
    when: list[tuple[str, str]] = field(default_factory=list)  # the whole part belongs to these outcomes


def show(
    schema: type[Schema],
    *,
    choices: Mapping[str, Choices] | None = None,
    values: Mapping[str, Any] | None = None,
    typed: MultiDict[str, str] | None = None,
    errors: Errors | None = None,
    belongs: Mapping[str, str] | None = None,
    parts: Mapping[str, str] | None = None,
    whole: frozenset[str] = frozenset(),
    prefix: str = "f",
) -> list[Group]:
    """The fields of a schema in its order, grouped; with `typed`, everything as it was sent.

    `parts` names the headings of groups, `belongs` puts fields without a group under one, `whole` are
    parts that are asked or not as a whole, `prefix` begins the ids where a page has more than one form.
    """
    groups: list[Group] = []
    for name, question in schema().fields.items():
        shown = _field(name, question, choices or {}, values or {}, typed, errors or {})
        shown.when, shown.prefix = _when(schema, name), prefix
        part = question.metadata.get("group") or (belongs or {}).get(name) or ""
        title = (parts or {}).get(part, part)
        if not groups or groups[-1].title != title:
            groups.append(Group(title, []))
        groups[-1].fields.append(shown)
    _as_a_whole(groups, {(parts or {}).get(part, part) for part in whole})
    return groups


def _as_a_whole(groups: list[Group], titles: set[str]) -> None:
    """Parts that hang together (a vote's figures) say once when they are needed."""
    together = [group for group in groups if group.title in titles]
    needed = dict(pair for group in together for shown in group.fields for pair in shown.when)
    for group in together:
        group.when = list(needed.items())
        for shown in group.fields:
            shown.when = []


def _when(schema: type[Schema], name: str) -> list[tuple[str, str]]:
    """The outcomes at which the field must be filled, where the outcome is a choice at all."""
    outcomes = getattr(schema, "needed", {}).get(name, frozenset())
    question = schema().fields.get("outcome")
    choices = question.metadata.get("choices", ()) if question is not None else ()
    return [(word, label) for word, label in choices if word in outcomes] if len(choices) > 1 else []


def read(schema: type[Schema], sent: MultiDict[str, str]) -> dict[str, Any]:
    """What was sent, field by field; whether it is right is for the schema to say."""
    answers: dict[str, Any] = {}
    for name, question in schema().fields.items():
        widget = _widget(question)
        if widget == "rows":
            inner = _inner(question)
            found = [
                {key: sent.get(f"{name}-{n}-{key}", "") for key in inner} for n in _row_numbers(name, sent)
            ]
            answers[name] = [row for row in found if any(str(value).strip() for value in row.values())]
        elif widget == "multiselect":
            answers[name] = sent.getlist(name)
        elif widget == "checkbox":
            answers[name] = name in sent
        elif sent.get(name, "").strip():
            answers[name] = sent[name]
    return answers


def load(schema: type[Schema], sent: MultiDict[str, str]) -> dict[str, Any]:
    """The small forms of the web itself: read, checked and loaded, or InvalidAnswers."""
    from marshmallow import ValidationError

    try:
        loaded: dict[str, Any] = schema().load(read(schema, sent))
    except ValidationError as error:
        messages = error.normalized_messages()
        raise InvalidAnswers({name: texts(found) for name, found in messages.items()}) from error
    return loaded


def texts(found: Any) -> list[Text]:
    """Messages of whatever depth, flat, each a `Text` in Vietnamese."""
    if isinstance(found, Mapping):
        return [text for inner in found.values() for text in texts(inner)]
    if isinstance(found, list):
        return [text for inner in found for text in texts(inner)]
    return [found if isinstance(found, Text) else Text(_LIBRARY.get(str(found), str(found)))]


def _field(
    name: str,
    question: fields.Field[Any],
    choices: Mapping[str, Choices],
    values: Mapping[str, Any],
    typed: MultiDict[str, str] | None,
    errors: Errors,
    named: str | None = None,
) -> Field:
    """`named`: the field's name in `errors`, where rows count differently ("items.0.wanted")."""
    meta, widget = question.metadata, _widget(question)
    source = meta.get("choices", ())
    shown = Field(
        name=name,
        label=str(meta.get("label", name)),
        widget=widget,
        help=str(meta.get("help") or ""),
        required=bool(question.required),
        choices=choices.get(source, ()) if isinstance(source, str) else source,
        value=_value(name, widget, values, typed),
        errors=texts(errors.get(named or name, [])),
    )
    if widget == "rows":
        shown.rows = list(_rows(name, question, choices, values.get(name) or [], typed, errors))
    return shown


def _value(name: str, widget: str, values: Mapping[str, Any], typed: MultiDict[str, str] | None) -> Any:
    if typed is not None:
        if widget == "multiselect":
            return typed.getlist(name)
        return name in typed if widget == "checkbox" else typed.get(name, "")
    value = values.get(name)
    if isinstance(value, date):
        return day(value)
    if widget == "multiselect":
        return [str(one) for one in value or ()]
    if widget == "checkbox":
        return bool(value)
    return "" if value is None else str(value)


def _rows(
    name: str,
    question: fields.Field[Any],
    choices: Mapping[str, Choices],
    kept: Sequence[Mapping[str, Any]],
    typed: MultiDict[str, str] | None,
    errors: Errors,
) -> Iterator[list[Field]]:
    numbers = _row_numbers(name, typed) if typed is not None else list(range(len(kept) + SPARE_ROWS))
    if typed is not None and typed.get(MORE) == name and len(numbers) < MOST_ROWS:
        numbers = [*numbers, max(numbers, default=-1) + 1]
    places = {number: place for place, number in enumerate(_filled(name, typed))} if typed is not None else {}
    for number in numbers:
        values: dict[str, Any] = {}
        if typed is None and number < len(kept):
            values = {f"{name}-{number}-{key}": value for key, value in kept[number].items()}
        yield [
            _field(
                f"{name}-{number}-{key}", inner, choices, values, typed, errors,
                f"{name}.{places.get(number, MOST_ROWS)}.{key}",
            )
            for key, inner in _inner(question).items()
        ]  # fmt: skip


def _inner(question: fields.Field[Any]) -> Mapping[str, fields.Field[Any]]:
    nested = question.inner if isinstance(question, fields.List) else question
    return nested.schema.fields if isinstance(nested, fields.Nested) else {}


def _filled(name: str, sent: MultiDict[str, str]) -> list[int]:
    """The numbers of the rows that `read` keeps: errors are counted over these."""
    return [
        number
        for number in _row_numbers(name, sent)
        if any(value.strip() for key, value in sent.items() if key.startswith(f"{name}-{number}-"))
    ]


def _row_numbers(name: str, sent: MultiDict[str, str]) -> list[int]:
    pattern = re.compile(re.escape(name) + r"-(\d{1,3})-")
    found = {int(match.group(1)) for key in sent if (match := pattern.match(key))}
    return sorted(found)[:MOST_ROWS]


def _widget(question: fields.Field[Any]) -> str:
    if "widget" in question.metadata:
        return str(question.metadata["widget"])
    if isinstance(question, fields.List):
        return "rows"
    return "checkbox" if isinstance(question, fields.Boolean) else "text"
