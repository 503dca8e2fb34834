"""Who has a task in hand: taking it, putting it back, giving it to a colleague, and the day to look again."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, user_id
from web.hand_form import Give, LookAgain
from web.language import words
from web.pages.tasks import done_before, pages
from workflows.access import Task
from workflows.admission import holding


@pages.post("/tasks/<number:task_id>/claim")
@opens("task.complete", Task, writing=True, gone=done_before)
def claim(tx: Transaction, task_id: int) -> Response:
    holding.claim(tx, task_id, by=user_id(), now=now())
    return _back(task_id, words("Đồng chí đã nhận việc này."))


@pages.post("/tasks/<number:task_id>/release")
@opens("task.complete", Task, writing=True, gone=done_before)
def release(tx: Transaction, task_id: int) -> Response:
    holding.release(tx, task_id, by=user_id(), now=now(), was=request.form.get("was", type=int))
    return _back(task_id, words("Việc này không còn ai nhận riêng; cả tổ chức cùng thấy."))


@pages.post("/tasks/<number:task_id>/give")
@opens("task.complete", Task, writing=True, again="tasks.show", gone=done_before)
def give(tx: Transaction, task_id: int) -> Response:
    chosen = forms.load(Give, request.form)["assignee"]
    was = request.form.get("was", type=int)
    holding.give(tx, task_id, chosen, by=user_id(), now=now(), was=was)
    return _back(task_id, words("Đã giao việc."))


@pages.post("/tasks/<number:task_id>/follow-up")
@opens("task.complete", Task, writing=True, again="tasks.show", gone=done_before)
def look_again(tx: Transaction, task_id: int) -> Response:
    day = forms.load(LookAgain, request.form).get("follow_up")
    holding.look_again(tx, task_id, day, by=user_id(), now=now())
    return _back(task_id, words("Đã ghi ngày hẹn.") if day else words("Đã bỏ ngày hẹn."))


def _back(task_id: int, said: str) -> Response:
    flash(said, "done")
    return redirect(url_for("tasks.show", task_id=task_id, case=request.args.get("case")), 303)
