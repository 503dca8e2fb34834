"""Sealed free texts of a case: which there are, told without opening them, and their words for a purpose.

Who may ask is for workflows.access to say; the acts seal them (workflows/admission/acting.py).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from marshmallow import Schema
from sqlalchemy import Table, or_, select

from engine.records import case, personal, task
from engine.secrets import reveal
from engine.transactions import Transaction
from workflows.admission import supplements
from workflows.admission.form_parts import Address, Wanted
from workflows.admission.forms import FORMS, HelperLost, Interruption
from workflows.admission.records import act, opinion_request, supplement_item, verification_request
from workflows.admission.steps import STEPS
from workflows.documents.catalogue import papers
from workflows.organisations.records import organisation

STUDENT = "student"
# What one returned to the other: both see what is still asked for, and nothing else.
SUPPLEMENTS = frozenset(
    {"supply_supplement", "check_supplement", "supplement_file", "file_precheck", "committee_precheck"}
)
WEIGHED: Mapping[str, Table] = {
    "follow_up_verification": verification_request,
    "weigh_adverse": verification_request,
    "summarise_opinions": opinion_request,
    "weigh_opinions": opinion_request,
}
# These lanes read what their own side wrote; the Party's lanes read the case, those not named here nothing.
UNION = frozenset({"union_branch", "youth_union"})
NEAR: Mapping[str, frozenset[str]] = {
    "helper": frozenset({"helper"}),
    "union_branch": UNION,
    "youth_union": UNION,
}
PARTY = frozenset(
    {
        "candidate",
        "party_cell",
        "section_committee",
        "grassroots_committee",
        "party_building_board",
        "deciding_committee",
        "custodian",
    }
)
SIDE_FORMS: Mapping[str, type[Schema]] = {"interruption": Interruption, "helper_lost": HelperLost}
SMALL_FORMS: Mapping[str, type[Schema]] = {"item": Wanted, "verification": Address}
# Labels of what a side act without a form of the table keeps.
FIELDS: Mapping[str, str] = {"reason": "Lý do", "note": "Ghi chú", "late_reason": "Lý do ghi muộn"}


@dataclass(frozen=True)
class Origin:
    """The act that wrote a text, its step and day; `about`: the paper asked for, or who was asked."""

    act_id: int
    element: str
    on: date
    about: str | None = None


@dataclass(frozen=True)
class SealedText:
    """One text: the row it belongs to, the step and day of the act, the question it answers.

    `about`: the type of paper asked for, or who was asked; `words` only once it was opened.
    """

    of: str  # act | item | verification
    number: int
    name: str
    element: str
    on: date
    label: str
    about: str | None = None
    words: str | None = None

    @property
    def field(self) -> str:
        """Its name under the student's key."""
        return f"{self.of}.{self.number}.{self.name}"


def case_texts(tx: Transaction, case_id: int) -> list[SealedText]:
    """What is sealed of a case and its side processes, oldest first; nothing is opened."""
    origins = _origins(tx, case_id)
    found = []
    for field in _fields_of(tx, case_id):
        of, _, rest = field.partition(".")
        number, _, name = rest.partition(".")
        origin = origins.get((of, int(number))) if name and number.isdigit() else None
        if origin is None or (origin.element in SIDE_FORMS and name == "reason"):  # a word of a list, no text
            continue
        label = _label(of, origin.element, name)
        text = SealedText(of, int(number), name, origin.element, origin.on, label, origin.about)
        found.append((origin.on, origin.act_id, text.of, text.number, text.name, text))
    return [text for *_order, text in sorted(found, key=lambda one: one[:-1])]


def task_texts(tx: Transaction, task_id: int) -> list[SealedText]:
    """What somebody needs to read who does this task; empty where there is none, or no such task."""
    found = tx.execute(
        select(task.c.case_id, task.c.element, task.c.lane, task.c.item, case.c.parent_id)
        .join(case, case.c.id == task.c.case_id)
        .where(task.c.id == task_id)
    ).one_or_none()
    if found is None:
        return []
    case_id = found.parent_id or found.case_id
    all_texts = case_texts(tx, case_id)
    if found.element in SUPPLEMENTS:
        return _of_rows(all_texts, "item", [row.id for row in supplements.wanted(tx, case_id)])
    if found.element in WEIGHED:
        return _answers(tx, case_id, WEIGHED[found.element], all_texts)
    if found.element == "verification_reply":
        return _of_rows(all_texts, "verification", [found.item])
    if found.lane in PARTY:
        return [one for one in all_texts if one.of == "act"]
    lanes = NEAR.get(found.lane, frozenset())
    return [
        one
        for one in all_texts
        if one.of == "act" and one.element in STEPS and STEPS[one.element].lane in lanes
    ]


def open_texts(
    tx: Transaction, case_id: int, texts: Iterable[SealedText], *, by: int, purpose: str, now: datetime
) -> list[SealedText]:
    """The same texts with their words; one row of the read log names them, who, when and what for."""
    texts = list(texts)
    if not texts:
        return []
    fields = [one.field for one in texts]
    found = reveal(tx, STUDENT, _student_of(tx, case_id), fields, by=by, purpose=purpose, now=now)
    return [replace(one, words=found.get(one.field)) for one in texts]


def _student_of(tx: Transaction, case_id: int) -> int:
    return int(tx.execute(select(case.c.subject_id).where(case.c.id == case_id)).scalar_one())


def _fields_of(tx: Transaction, case_id: int) -> list[str]:
    """Names of all that is sealed under the student's key."""
    query = select(personal.c.field).join(case, personal.c.subject_id == case.c.subject_id)
    return list(tx.execute(query.where(personal.c.subject_kind == STUDENT, case.c.id == case_id)).scalars())


def _origins(tx: Transaction, case_id: int) -> dict[tuple[str, int], Origin]:
    """Rows that may have sealed words → where they come from."""
    of_case = select(case.c.id).where(or_(case.c.id == case_id, case.c.parent_id == case_id))
    origins: dict[tuple[str, int], Origin] = {}
    for row in tx.execute(select(act).where(act.c.case_id.in_(of_case))):
        origins["act", row.id] = Origin(row.id, row.element, row.on_day)
    for row in tx.execute(select(supplement_item).where(supplement_item.c.case_id.in_(of_case))):
        paper = papers().get(row.document_type)
        origin = origins["act", row.act_id]
        origins["item", row.id] = replace(origin, about=paper.title if paper else row.document_type)
    for table in (verification_request, opinion_request):
        for row in _requests(tx, table, case_id):
            asked = row.organisation or row.addressee
            if table is verification_request:
                origins["verification", row.id] = replace(origins["act", row.act_id], about=asked)
            if row.answer_act_id is not None:
                answer = origins["act", row.answer_act_id]
                origins["act", row.answer_act_id] = replace(answer, about=asked)
    return origins


def _requests(tx: Transaction, table: Table, case_id: int) -> list[Any]:
    query = select(table, organisation.c.name.label("organisation")).outerjoin(
        organisation, organisation.c.id == table.c.organisation_id
    )
    return list(tx.execute(query.where(table.c.case_id == case_id).order_by(table.c.id)))


def _answers(tx: Transaction, case_id: int, table: Table, texts: list[SealedText]) -> list[SealedText]:
    """The answers that count, and whose history each was about."""
    rows = [row for row in _requests(tx, table, case_id) if not getattr(row, "replaced_by_id", None)]
    answers = _of_rows(texts, "act", [row.answer_act_id for row in rows])
    if table is opinion_request:
        return answers
    return _of_rows(texts, "verification", [row.id for row in rows]) + answers


def _of_rows(texts: list[SealedText], of: str, numbers: Collection[int | None]) -> list[SealedText]:
    return [one for one in texts if one.of == of and one.number in numbers]


def _label(of: str, element: str, name: str) -> str:
    """The question as the form asks it."""
    schema = SMALL_FORMS.get(of) or FORMS.get(element) or SIDE_FORMS.get(element)
    question = schema().fields.get(name) if schema is not None else None
    return str(question.metadata["label"]) if question is not None else FIELDS.get(name, name)
