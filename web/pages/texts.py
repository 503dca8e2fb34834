"""Sealed texts of a case: what there is, and after a purpose was given the words, once, logged."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, g, render_template, request
from marshmallow import ValidationError, validates_schema

from engine.errors import InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from web import forms
from web.case_words import KINDS
from web.entry import now, opens, refusal, today, typed, user_id
from workflows import access
from workflows.access import Case, Task
from workflows.admission.fields import Sheet, line
from workflows.desk import case_page, task_page, texts
from workflows.desk.labels import labels

pages = Blueprint("texts", __name__)
CHECKING = "check"
LEAVING = Text("Rút, chuyển đơn vị, đưa ra khỏi danh sách")


class Purpose(Sheet):
    """What the texts are read for: a step at hand, or own words."""

    step = line("Mở xem để làm gì", choices="purposes", widget="radio")
    other = line("Mục đích khác", longest=160)

    @validates_schema
    def _one_is_given(self, data: dict[str, object], **_kwargs: object) -> None:
        if not data.get("step") and not data.get("other"):
            raise ValidationError({"step": [Text("Hãy chọn hoặc ghi mục đích mở xem.")]})


@pages.get("/cases/<number:case_id>/texts")
@opens("case.read_texts", Case)
def of_case(tx: Transaction, case_id: int) -> str:
    page = case_page.case_page(tx, case_id)
    if page is None:
        raise NotFound
    person, found = page.student, texts.case_texts(tx, case_id)
    return _page(tx, person, found, _of_steps(tx, page), case_id=case_id)


@pages.post("/cases/<number:case_id>/texts")
@opens("case.read_texts", Case, writing=True, again="texts.of_case")
def open_case(tx: Transaction, case_id: int) -> str:
    page = case_page.case_page(tx, case_id)
    if page is None:
        raise NotFound
    purpose = _purpose(_of_steps(tx, page))
    found = texts.case_texts(tx, case_id)
    g.opened = texts.open_texts(tx, case_id, found, by=user_id(), purpose=purpose, now=now())
    return _page(tx, page.student, found, (), case_id=case_id)


@pages.get("/tasks/<number:task_id>/texts")
@opens("task.read_texts", Task)
def of_task(tx: Transaction, task_id: int) -> str:
    row = task_page.task_and_student(tx, task_id)
    return _page(tx, row, texts.task_texts(tx, task_id), _of_step(tx, row), task=row)


@pages.post("/tasks/<number:task_id>/texts")
@opens("task.read_texts", Task, writing=True, again="texts.of_task")
def open_task(tx: Transaction, task_id: int) -> str:
    row = task_page.task_and_student(tx, task_id)
    purpose = _purpose(_of_step(tx, row))
    found = texts.task_texts(tx, task_id)
    g.opened = texts.open_texts(tx, row.case_id, found, by=user_id(), purpose=purpose, now=now())
    return _page(tx, row, found, (), task=row)


def _of_steps(tx: Transaction, page: case_page.CasePage) -> list[tuple[str, Text]]:
    """The steps of the case that are one's own to do, and checking the file."""
    own = [one for one in page.tasks if access.may(tx, user_id(), "task.complete", Task(one.id), today())]
    names = labels(tx.registry)
    steps = {one.element: _doing(names.get(one.element, one.element)) for one in own}
    return [*steps.items(), (CHECKING, Text("Kiểm tra hồ sơ"))]


def _of_step(tx: Transaction, row: Any) -> list[tuple[str, Text]]:
    return [(row.element, _doing(labels(tx.registry).get(row.element, row.element)))]


def _doing(step: str) -> Text:
    return Text("Làm bước: {step}", step=Text(step))


def _purpose(choices: Sequence[tuple[str, Text]]) -> str:
    """The purpose in the Vietnamese words that go into the log."""
    asked, offered = forms.load(Purpose, request.form), dict(choices)
    step = asked.get("step")
    if step and step not in offered:
        raise InvalidAnswers({"step": [Text("Hãy chọn một mục trong danh sách.")]})
    given = [str(offered[step])] if step else []
    return "; ".join([*given, *([asked["other"]] if asked.get("other") else [])])


def _page(
    tx: Transaction,
    student: Any,
    found: list[texts.SealedText],
    purposes: Sequence[tuple[str, Text]],
    *,
    case_id: int | None = None,
    task: Any = None,
) -> str:
    why, opened = refusal(), g.get("opened")
    groups = forms.show(
        Purpose,
        choices={"purposes": purposes},
        values={"step": purposes[0][0]} if task is not None and purposes else None,
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    facts = {"student": student, "case_id": case_id, "task": task, "groups": groups, "refusal": why}
    names = {**KINDS, **labels(tx.registry), "interruption": LEAVING.msgid}
    return render_template(
        "texts.html", texts=opened if opened is not None else found, opened=opened, labels=names, **facts
    )
