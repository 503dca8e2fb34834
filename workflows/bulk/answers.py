"""What was typed: the questions asked for all and by line, the answers of one line, kept sealed.

An answer of a line goes before the one for all; an empty one means as for all.
"""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError

from engine.errors import InvalidAnswers, Text
from engine.secrets import erase_subject, reveal, write_personal
from engine.transactions import Transaction
from workflows.admission.choices import OUTCOMES
from workflows.admission.fields import Part, Sheet, choice, day, line
from workflows.admission.forms import FORMS
from workflows.admission.path import faults_of, read_answers
from workflows.admission.steps import STEPS
from workflows.bulk.places import Places
from workflows.bulk.table import EACH, LETTERS, NAMED, ONE, asked_by_line_only, numbering, sharing

SUBJECT = "batch"  # whose key seals what was typed
FIELD = "answers"
PURPOSE = "ghi cùng lúc nhiều người"
NUMBERING = (
    (ONE, "Lấy một số tiếp theo trong sổ, dùng chung cho cả danh sách"),
    (EACH, "Lấy số lần lượt trong sổ, mỗi người một số theo thứ tự danh sách"),
)
ONE_LINE = "Cần bổ sung gì"

NominationForm = Sheet.from_dict({"on": day("Ngày mở hồ sơ", required=True)}, name="nomination")


@dataclass
class Typed:
    """All that was typed: the answers for all by field, and those of each line by its number and field."""

    shared: dict[str, Any] = field(default_factory=dict)
    own: dict[str, dict[str, str]] = field(default_factory=dict)

    def of_line(self, line_id: int) -> dict[str, str]:
        return self.own.get(str(line_id), {})


def form_of(element: str | None) -> type[Schema]:
    """The whole form of one line: the step's own, or that of a nomination."""
    return FORMS[element] if element is not None else NominationForm


def shared_form(element: str | None) -> type[Schema]:
    """The questions asked once for all, in the order of the step's form."""
    form = form_of(element)
    left_out = asked_by_line_only(element)
    letters = LETTERS.get(element or "")
    if letters is not None:
        left_out |= {letters.rows}
    ways = [one for one in NUMBERING if one[0] in numbering(element)]
    fields: dict[str, Part] = {}
    for name, part in form._declared_fields.items():
        if letters is not None and name == letters.rows:
            fields |= {f"to_{word}": line(label, longest=250) for word, label in letters.shared}
        elif name == "take_number":
            if ways:
                fields["numbering"] = choice("Hoặc lấy số trong sổ của tổ chức", ways, widget="select")
        elif name not in left_out:
            fields[name] = _optional(part) if name in line_fields(element) else part
    made: type[Schema] = Sheet.from_dict(fields, name=f"shared {element}")
    needed: Mapping[str, frozenset[str]] = getattr(form, "needed", {})
    made.needed = {name: words for name, words in needed.items() if name in fields}  # type: ignore[attr-defined]
    return made


def _optional(part: Part) -> Part:
    loose = copy.copy(part)
    loose.required = False
    return loose


def line_fields(element: str | None) -> tuple[str, ...]:
    """The fields of the step's form that a line may answer for itself: columns first, then the folded."""
    known, row = form_of(element)._declared_fields, sharing(element)
    return tuple(dict.fromkeys(name for name in (*row.each, *row.seldom) if name in known))


def columns(element: str | None) -> tuple[str, ...]:
    """The fields of a line that stand open on the page."""
    known = form_of(element)._declared_fields
    return tuple(name for name in sharing(element).each if name in known)


def line_questions(element: str | None) -> dict[str, Part]:
    """All questions of a line by their name, letters included; a choice of one word is no question."""
    form = form_of(element)._declared_fields
    found: dict[str, Part] = {}
    letters = LETTERS.get(element or "")
    for word, label in letters.each if letters else ():
        found[f"to_{word}"] = line(label, longest=250, widget=f"place-{word}")
        if letters and word in letters.named:
            found[f"name_{word}"] = line(NAMED[word], longest=120)
    for name in line_fields(element):
        if name == "outcome" and len(OUTCOMES.get(element or "", ())) < 2:
            continue
        found[name] = line(ONE_LINE, longest=300) if name == "items" else form[name]
    return found


def merged(
    element: str | None,
    typed: Typed,
    line_id: int,
    student_id: int,
    places: Places,
    number: str | None = None,
) -> dict[str, Any]:
    """The answers of one line, as the step's form takes them.

    `number`: the one that was taken from the register for the paper of all.
    """
    shared, own = typed.shared, _filled(typed.of_line(line_id))
    answers = {name: value for name, value in shared.items() if not name.startswith(("to_", "numbering"))}
    if not _same_paper(element, shared.get("outcome"), own.get("outcome")):
        answers.pop("number", None)
    elif shared.get("numbering") == ONE and number:
        answers["number"] = number
    elif shared.get("numbering"):
        answers["take_number"] = True
    answers |= {name: value for name, value in own.items() if not name.startswith(("to_", "name_"))}
    if "number" in own:
        answers.pop("take_number", None)
    if "items" in own:
        answers["items"] = [{"wanted": own["items"]}]
    if element is not None and element in LETTERS:
        answers |= _letters(element, shared, own, student_id, places)
    return answers


def _filled(own: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in own.items() if str(value).strip()}


def _same_paper(element: str | None, shared: str | None, own: str | None) -> bool:
    """A number for all belongs to one type of paper: minutes of a failed vote are no resolution."""
    if element is None or own is None or own == shared:
        return True
    return STEPS[element].paper(own) == STEPS[element].paper(shared)


def _letters(
    element: str, shared: Mapping[str, Any], own: Mapping[str, str], student_id: int, places: Places
) -> dict[str, Any]:
    letters, rows = LETTERS[element], []
    for word, _label in (*letters.each, *letters.shared):
        to = str(own.get(f"to_{word}") or shared.get(f"to_{word}") or "").strip()
        if to:
            found = places.find(word, student_id, to)
            row: dict[str, Any] = {letters.key: word}
            row |= {"organisation_id": found} if found is not None else {"addressee": to}
            if f"name_{word}" in own:
                row["person"] = own[f"name_{word}"]
            rows.append(row)
    return {letters.rows: rows} if rows else {}


def checked(element: str | None, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of one line, typed; InvalidAnswers by field."""
    if element is not None:
        return read_answers(element, answers)
    try:
        loaded: dict[str, Any] = NominationForm().load(dict(answers))
    except ValidationError as error:
        raise InvalidAnswers(faults_of(error.messages)) from None
    return loaded


def refuse_wrong(element: str | None, typed: Typed, lines: Mapping[int, int], places: Places) -> None:
    """Faults that the form alone shows, at the field for all where all lines have them, else at the line.

    `lines`: number of the line → student. Raises InvalidAnswers with fields `on` or `l12-number`.
    """
    faults: dict[int, dict[str, list[Text]]] = {}
    for line_id, student_id in lines.items():
        try:
            checked(element, merged(element, typed, line_id, student_id, places))
        except InvalidAnswers as refusal:
            faults[line_id] = _tops(element, refusal)
    if faults:
        raise InvalidAnswers(_placed(element, typed, faults, len(lines)))


def _tops(element: str | None, refusal: InvalidAnswers) -> dict[str, list[Text]]:
    """`items.0.wanted` is asked as `items`; rows of letters as the first place they go to."""
    letters = LETTERS.get(element or "")
    found: dict[str, list[Text]] = {}
    for name, texts in refusal.fields.items():
        top = name.split(".")[0]
        if letters and top == letters.rows:
            top = f"to_{letters.each[0][0]}"
        found.setdefault(top, []).extend(texts)
    return found


def _placed(
    element: str | None, typed: Typed, faults: Mapping[int, Mapping[str, list[Text]]], lines: int
) -> dict[str, list[Text]]:
    asked, by_line = shared_form(element)._declared_fields, line_questions(element)
    placed: dict[str, list[Text]] = {}
    for name in {name for found in faults.values() for name in found}:
        wrong = {line_id: found[name] for line_id, found in faults.items() if name in found}
        typed_there = {line_id for line_id in wrong if str(typed.of_line(line_id).get(name, "")).strip()}
        everywhere = len(wrong) == lines or name not in by_line
        if name in asked and everywhere and not typed_there:
            placed[name] = next(iter(wrong.values()))
        elif name in by_line:
            placed |= {f"l{line_id}-{name}": texts for line_id, texts in wrong.items()}
        else:
            placed[name] = next(iter(wrong.values()))
    return placed


def keep(tx: Transaction, batch_id: int, typed: Typed) -> None:
    """Seal what was typed under the batch's own key."""
    plain = json.dumps({"shared": typed.shared, "own": typed.own}, ensure_ascii=False, default=str)
    write_personal(tx, SUBJECT, batch_id, {FIELD: plain})


def read(tx: Transaction, batch_id: int, *, by: int, now: datetime) -> Typed:
    """What was typed, opened for whoever made the batch; the reading is logged. Empty once erased."""
    found = reveal(tx, SUBJECT, batch_id, [FIELD], by=by, purpose=PURPOSE, now=now)
    return Typed(**json.loads(found[FIELD])) if FIELD in found else Typed()


def erase(tx: Transaction, batch_id: int, *, now: datetime) -> None:
    """Destroy the batch's key: what was typed can never be read again."""
    erase_subject(tx, SUBJECT, batch_id, now=now)
