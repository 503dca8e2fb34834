"""Comments: the thread of a case or of one of its tasks, a new one, and taking back one's own.

Opening the thread is one click; its reading is told to the log once a day and reader (workflows/comments).
"""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound
from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, refusal, sent_key, today, typed, user_id
from web.language import words
from web.pages.cases import of_the_party_of
from workflows import access, comments
from workflows.access import Case, Task
from workflows.access.reasons import why_seen
from workflows.admission.fields import Sheet, passage
from workflows.desk import case_page, task_page, untold
from workflows.desk.labels import labels

pages = Blueprint("comments", __name__)
READING = "Đọc trao đổi về hồ sơ"


class Remark(Sheet):
    """What one wants to tell the colleagues."""

    text = passage(
        "Ý kiến của đồng chí",
        required=True,
        help="Được mã hóa; ai được xem thì đọc được, việc đọc được ghi lại. Không xóa được, chỉ rút lại.",
    )


@pages.get("/cases/<number:case_id>/comments")
@opens("case.comment", Case, writing=True)
def of_case(tx: Transaction, case_id: int) -> str:
    page = case_page.case_page(tx, case_id)
    if page is None:
        raise NotFound
    without = () if of_the_party_of(tx, case_id) else untold.ELEMENTS
    thread = comments.read(tx, case_id, by=user_id(), purpose=READING, now=now(), without=without)
    why = why_seen(tx, user_id(), "case.see", Case(case_id), today())
    return _page(tx, thread, name=page.name, case_id=case_id, why=why)


@pages.post("/cases/<number:case_id>/comments")
@opens("case.comment", Case, writing=True, again="comments.of_case")
def add(tx: Transaction, case_id: int) -> Response:
    _keep(tx, "case.comment", Case(case_id), case_id, None)
    return redirect(url_for("comments.of_case", case_id=case_id), 303)


@pages.get("/tasks/<number:task_id>/comments")
@opens("task.comment", Task, writing=True)
def of_task(tx: Transaction, task_id: int) -> str:
    """Who sees only the task reads what was said at the task, not the whole thread of the case."""
    row = task_page.task_and_student(tx, task_id)
    own = row.own_case_id
    thread = comments.read(tx, own, by=user_id(), purpose=READING, now=now(), task_id=task_id)
    sees_case = access.may(tx, user_id(), "case.comment", Case(row.case_id), today())
    name = " ".join(part for part in (row.family_name, row.middle_name, row.given_name) if part)
    why = why_seen(tx, user_id(), "task.see", Task(task_id), today())
    facts = {"name": name, "case_id": row.case_id if sees_case else None, "task": row, "why": why}
    return _page(tx, thread, **facts)


@pages.post("/tasks/<number:task_id>/comments")
@opens("task.comment", Task, writing=True, again="comments.of_task")
def add_to_task(tx: Transaction, task_id: int) -> Response:
    row = task_page.task_and_student(tx, task_id)
    _keep(tx, "task.comment", Task(task_id), row.own_case_id, task_id)
    return redirect(url_for("comments.of_task", task_id=task_id), 303)


@pages.post("/cases/<number:case_id>/comments/<number:comment_id>/withdraw")
@opens("case.comment", Case, writing=True)
def withdraw(tx: Transaction, case_id: int, comment_id: int) -> Response:
    _take_back(tx, case_id, comment_id, None)
    return redirect(url_for("comments.of_case", case_id=case_id), 303)


@pages.post("/tasks/<number:task_id>/comments/<number:comment_id>/withdraw")
@opens("task.comment", Task, writing=True)
def withdraw_from_task(tx: Transaction, task_id: int, comment_id: int) -> Response:
    _take_back(tx, task_page.task_and_student(tx, task_id).own_case_id, comment_id, task_id)
    return redirect(url_for("comments.of_task", task_id=task_id), 303)


def _keep(tx: Transaction, permission: str, thing: Any, case_id: int, task_id: int | None) -> None:
    seat = access.require(tx, user_id(), permission, thing, today())
    text = forms.load(Remark, request.form)["text"]
    comments.add(
        tx,
        case_id,
        text,
        task_id=task_id,
        by=user_id(),
        now=now(),
        organisation_id=seat.organisation_id,
        request_key=sent_key(),
    )
    flash(words("Đã ghi ý kiến."), "done")


def _take_back(tx: Transaction, case_id: int, comment_id: int, task_id: int | None) -> None:
    if not comments.belongs(tx, comment_id, case_id, task_id):
        raise NotFound
    comments.withdraw(tx, comment_id, by=user_id(), now=now())
    flash(words("Đã rút lại ý kiến. Nội dung vẫn còn, có ghi là đã rút."), "done")


def _page(tx: Transaction, thread: list[comments.Comment], **facts: Any) -> str:
    why = refusal()
    groups = forms.show(
        Remark,
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    key = sent_key() or uuid.uuid4().hex
    known = {"groups": groups, "refusal": why, "request_key": key, "me": user_id(), "task": None}
    return render_template("comments.html", thread=thread, labels=labels(tx.registry), **(known | facts))
