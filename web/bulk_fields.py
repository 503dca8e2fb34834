"""The questions of one line of a list: columns that stand open, and those folded away until needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields
from werkzeug.datastructures import MultiDict

from web.forms import Choices, Errors, Field, texts
from workflows.bulk.answers import columns, line_questions
from workflows.bulk.places import Places
from workflows.bulk.queries import Line

PLACE = "place-"


@dataclass(frozen=True)
class LineForm:
    """One line with its questions; `opened`: something folded was filled in or is wrong."""

    line: Line
    asked: str
    open: list[Field]
    folded: list[Field]

    @property
    def opened(self) -> bool:
        return any(one.value or one.errors for one in self.folded)

    @property
    def wrong(self) -> list[Field]:
        return [one for one in (*self.open, *self.folded) if one.errors]


def line_forms(
    element: str | None,
    lines: list[Line],
    kept: Mapping[str, Mapping[str, str]],
    *,
    typed: MultiDict[str, str] | None,
    errors: Errors,
    places: Places,
    choices: Mapping[str, Choices],
    asked: Mapping[int, str],
    fresh: bool,
) -> list[LineForm]:
    """The questions of every line, with what was typed; `fresh`: nothing was, so places are proposed."""
    questions, standing = line_questions(element), set(columns(element))
    made = []
    for line in lines:
        found = []
        for name, part in questions.items():
            value = kept.get(str(line.id), {}).get(name, "")
            if typed is not None:
                value = typed.get(f"l{line.id}-{name}", "")
            elif fresh and name.startswith("to_"):
                value = places.usual(name[3:], line.student_id)
            found.append((name, _field(line, name, part, value, errors, places, choices)))
        stands = [name in standing or name.startswith(("to_", "name_")) for name, _one in found]
        pairs = list(zip(found, stands, strict=True))
        opened = [one for (_name, one), open_one in pairs if open_one]
        folded = [one for (_name, one), open_one in pairs if not open_one]
        made.append(LineForm(line, asked.get(line.id, ""), opened, folded))
    return made


def _field(
    line: Line,
    name: str,
    part: fields.Field[Any],
    value: str,
    errors: Errors,
    places: Places,
    choices: Mapping[str, Choices],
) -> Field:
    meta = part.metadata
    source, widget = meta.get("choices", ()), str(meta.get("widget", "text"))
    if widget.startswith(PLACE):
        widget = "place:" + places.list_of(widget.removeprefix(PLACE), line.student_id)
    sent = f"l{line.id}-{name}"
    return Field(
        name=sent,
        label=str(meta.get("label", name)),
        widget="select" if widget == "radio" else widget,
        choices=choices.get(source, ()) if isinstance(source, str) else source,
        value=value,
        errors=texts(errors.get(sent, [])),
        prefix="f",
    )


def read_lines(
    element: str | None, lines: list[Line], sent: MultiDict[str, str]
) -> dict[str, dict[str, str]]:
    """What was typed in the lines; empty ones left out."""
    found: dict[str, dict[str, str]] = {}
    for line in lines:
        own = {name: sent.get(f"l{line.id}-{name}", "") for name in line_questions(element)}
        own = {name: value for name, value in own.items() if value.strip()}
        if own:
            found[str(line.id)] = own
    return found
