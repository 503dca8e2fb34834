"""One task: its form, the second person's confirmation; the list is in `inbox`, who has it in `holding`."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import Failure, InvalidAnswers, NotFound, NotLawful
from engine.transactions import Transaction
from web import forms, hand_form
from web.addresses import number
from web.case_words import CLOCKS, PERSONS, threshold
from web.entry import MORE, now, opens, refusal, sent_key, today, typed, user_id
from web.inbox_words import DUES
from web.language import words
from web.pages.comments import Remark
from workflows import access, comments
from workflows.access import Case, Task, reasons
from workflows.admission import acts
from workflows.admission.desk import Desk, prepare
from workflows.desk import case_clocks, task_page, texts
from workflows.desk.labels import labels

pages = Blueprint("tasks", __name__)

# Headings of the parts of a form; fields that name no part of their own stand where they belong.
PARTS = {
    "meeting": "Cuộc họp",
    "roll": "Số người",
    "votes": "Kết quả biểu quyết",
    "paper": "Văn bản và ghi chú",
}
BALLOT = frozenset({"meeting", "roll", "votes"})
BELONGS = {
    "chaired_by": "meeting",
    "number": "paper",
    "take_number": "paper",
    "place": "paper",
    "note": "paper",
    "late_reason": "paper",
}


def done_before(tx: Transaction, task_id: int) -> Any:
    """A task that is there no more: those who see its case are told so, the others that there is nothing."""
    case_id = request.args.get("case", type=number)
    if not case_id or not access.may(tx, user_id(), "case.see", Case(case_id), today()):
        if not _sent_before(tx, task_id):
            raise NotFound
        flash(words("Việc này đã xong."), "done")
        return redirect(url_for("tasks.inbox"), 303)
    if request.method == "POST":
        key = sent_key()
        acts.complete(tx, task_id, {}, by=user_id(), now=now(), request_key=key)
    flash(words("Việc này đã xong."), "done" if request.method == "POST" else "info")
    return redirect(url_for("cases.show", case_id=case_id), 303)


def _sent_before(tx: Transaction, task_id: int) -> bool:
    """The same form of the same person, sent twice: of an answer "not now" nobody sees the case any more."""
    key = sent_key()
    if request.method != "POST" or not key:
        return False
    try:
        acts.complete(tx, task_id, {}, by=user_id(), now=now(), request_key=key)
    except Failure:
        return False
    return True


@pages.get("/tasks/<number:task_id>")
@opens("task.see", Task, gone=done_before)
def show(tx: Transaction, task_id: int) -> str:
    paper = prepare(tx, task_id, by=user_id(), on=today())
    why = None if hand_form.sent() else refusal()
    groups = forms.show(
        paper.form,
        choices=paper.choices,
        values={"on": today(), **paper.values},
        typed=request.form if typed() and not hand_form.sent() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
        belongs=BELONGS,
        parts=PARTS,
        whole=BALLOT,
    )
    unmet = why.unmet if isinstance(why, NotLawful) else paper.unmet
    return render_template(
        "task.html", paper=paper, groups=groups, refusal=why, unmet=unmet, **_around(tx, paper)
    )


def _around(tx: Transaction, paper: Desk) -> dict[str, Any]:
    """What surrounds the form: names, rights, keys, the request, the vote that waits."""
    shown_case = paper.case.parent_id or paper.case.id
    about, task = Task(paper.task.id), paper.task
    may_do = _may(tx, "task.complete", about)
    pending = task_page.pending_vote(tx, task.id)
    own_figures = pending is not None and pending.proposed_by == user_id()
    return {
        "organisation": task_page.organisation_name(tx, task.organisation_id),
        "asked": task_page.request_asked(tx, task.element, task.item),
        "pending": pending,
        "may_do": may_do,
        "hand": hand_form.shown(tx, task.id) if may_do else None,
        "state": task_page.due_word(tx, task.id, today()),
        "dues": DUES,
        "remark": forms.show(Remark, prefix="remark") if _may(tx, "task.comment", about) else None,
        "comments": comments.count_of_task(tx, task.id),
        "why_seen": reasons.why_seen(tx, user_id(), "task.see", about, today()),
        "why_not": reasons.why_not(tx, user_id(), "task.complete", about, today()),
        "may_confirm": not own_figures and _may(tx, "task.confirm", about),
        "may_see_case": _may(tx, "case.see", Case(shown_case)),
        "shown_case": shown_case,
        "sealed": texts.task_texts(tx, task.id),
        "may_read": _may(tx, "task.read_texts", about),
        "behalf": paper.on_behalf_of is not None,
        "clock": paper.clock,
        "sums": case_clocks.shown(tx, [paper.clock], {}, {})[0].parts if paper.clock else [],
        "request_key": sent_key() or uuid.uuid4().hex,
        "case_version": request.form.get("case_version") or paper.case.version,
        "labels": labels(tx.registry),
        "clocks": CLOCKS,
        "persons": PERSONS,
        "threshold": threshold,
    }


def _may(tx: Transaction, permission: str, about: Any) -> bool:
    return access.may(tx, user_id(), permission, about, today())


@pages.post("/tasks/<number:task_id>")
@opens("task.complete", Task, writing=True, again="tasks.show", gone=done_before)
def complete(tx: Transaction, task_id: int) -> Response:
    form = prepare(tx, task_id, by=user_id(), on=today()).form
    if MORE in request.form:
        raise InvalidAnswers({})
    done = acts.complete(
        tx,
        task_id,
        forms.read(form, request.form),
        by=user_id(),
        now=now(),
        request_key=sent_key(),
        case_version=request.form.get("case_version", type=int),
    )
    if task_page.pending_vote(tx, task_id) is not None:
        flash(words("Đã ghi số phiếu. Việc chờ người thứ hai xác nhận."), "wait")
        return redirect(url_for("tasks.show", task_id=task_id, case=done.case.id), 303)
    return _next(tx, done)


@pages.post("/tasks/<number:task_id>/confirm")
@opens("task.confirm", Task, writing=True, gone=done_before)
def confirm(tx: Transaction, task_id: int) -> Response:
    done = acts.confirm(
        tx,
        task_id,
        by=user_id(),
        now=now(),
        request_key=sent_key(),
        case_version=request.form.get("case_version", type=int),
    )
    return _next(tx, done)


def _next(tx: Transaction, done: Any) -> Response:
    """The case, for those who see it; else the own inbox."""
    flash(words("Đã ghi."), "done")
    case_id = done.case.parent_id or done.case.id
    if access.may(tx, user_id(), "case.see", Case(case_id), today()):
        return redirect(url_for("cases.show", case_id=case_id), 303)
    return redirect(url_for("tasks.inbox"), 303)
