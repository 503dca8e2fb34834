"""Hồ sơ của tôi: what a student sees of the own file, asks to correct, says is written, or leaves."""

import uuid
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound, Text
from engine.secrets import reveal
from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, refusal, sent_key, today, typed, user_id
from web.language import words
from web.pages.readings import TOLD
from workflows.access import Correction, Task, readings
from workflows.access.personal import own_student
from workflows.admission.fields import Sheet, choice, day, line, passage
from workflows.desk.labels import labels
from workflows.own_file import corrections, leaving, papers
from workflows.own_file.view import anything_to_leave, own_file
from workflows.own_file.words import PAPERS
from workflows.people.identity import KIND
from workflows.people.words import CONSENTS, GENDERS

pages = Blueprint("own_file", __name__)
SEALED = {name: row.label for name, row in corrections.FIELDS.items() if row.sealed}
LEFT: dict[str, Text] = {
    "not_now": Text(
        "Đã ghi câu trả lời của bạn. Không ai hỏi lại trong một thời gian, và không ai thấy câu trả lời."
    ),
    "withdrawn": Text("Bạn đã rút. Chi bộ biết để dừng mọi việc; bạn không phải giải thích với ai."),
    "pool": Text("Bạn đã ra khỏi danh sách nguồn. Bạn không phải giải thích với ai."),
    "nothing": Text("Đã ghi. Không còn việc gì đang làm về bạn."),
}


class Correct(Sheet):
    """Which field, what is right, by what it can be seen."""

    field = choice(
        "Mục cần sửa",
        [(name, row.label) for name, row in corrections.FIELDS.items()],
        required=True,
        widget="select",
    )
    value = line("Thông tin đúng", required=True, longest=200)
    evidence = line(
        "Giấy tờ chứng minh",
        longest=200,
        help="Ví dụ: giấy khai sinh, thẻ căn cước. Mang theo khi nhà trường cần.",
    )


class HandIn(Sheet):
    """The day on the paper."""

    on = day("Ngày ghi trên giấy", required=True)


class Leave(Sheet):
    """Nothing has to be explained."""

    note = passage("Muốn nói thêm điều gì (không bắt buộc)", longest=1000, help="Được mã hóa.")


@pages.before_app_request
def students_begin_here() -> Response | None:
    """An account that is only a student's has no desk: its first page is the own file."""
    if request.endpoint not in ("tasks.inbox", "tasks.home") or request.method != "GET":
        return None
    return redirect(url_for("own_file.show"), 303) if _only_student() else None


def _only_student() -> bool:
    from web.pages import desk_of_user

    if not current_user.is_authenticated or getattr(current_user, "student_id", None) is None:
        return False
    desk = desk_of_user()
    return desk is not None and not desk.seats


@pages.get("/me")
@opens("own_file.see")
def show(tx: Transaction) -> str:
    number = _own(tx)
    page = own_file(tx, number, today())
    return render_template(
        "own_file.html",
        page=page,
        may_leave=anything_to_leave(page),
        lines=readings.log_of(tx, number, most=30, openly=TOLD),
        labels=labels(tx.registry),
        papers=PAPERS,
        sealed=SEALED,
        fields=corrections.FIELDS,
        consents=CONSENTS,
        genders=GENDERS,
        revealed=g.get("revealed"),
        answers=g.get("answers"),
        own_id=user_id(),
    )


@pages.post("/me/reveal")
@opens("own_file.see", writing=True)
def show_sealed(tx: Transaction) -> str:
    """Sealed fields of oneself; logged like every other reading."""
    number = _own(tx)
    g.revealed = reveal(tx, KIND, number, SEALED, by=user_id(), purpose=papers.OWN_READING, now=now())
    page: str = show.__wrapped__(tx)
    return page


@pages.get("/me/correction")
@opens("own_file.ask")
def correction(tx: Transaction) -> str:
    values = {"field": request.args.get("field", "")}
    return _form(Correct, "own_correction.html", values)


@pages.post("/me/correction")
@opens("own_file.ask", writing=True, again="own_file.correction")
def correct(tx: Transaction) -> Response:
    asked = forms.load(Correct, request.form)
    evidence = asked.get("evidence") or ""
    corrections.ask(tx, _own(tx), asked["field"], asked["value"], evidence, by=user_id(), now=now())
    flash(words("Đã gửi đề nghị cho nhà trường. Bạn sẽ thấy câu trả lời ở trang này."), "done")
    return redirect(url_for("own_file.show"), 303)


@pages.post("/me/correction/<number:correction_id>/take-back")
@opens("own_file.take_back", Correction, writing=True)
def take_back(tx: Transaction, correction_id: int) -> Response:
    corrections.take_back(tx, correction_id, by=user_id(), now=now())
    flash(words("Đã thu lại đề nghị."), "done")
    return redirect(url_for("own_file.show"), 303)


@pages.post("/me/correction/<number:correction_id>/answer")
@opens("own_file.take_back", Correction, writing=True)
def answer(tx: Transaction, correction_id: int) -> str:
    """Why the school did not correct it, in its words."""
    words_of = corrections.opened(tx, correction_id, by=user_id(), now=now(), purpose=papers.OWN_READING)
    g.answers = {correction_id: words_of["reason"]}
    page: str = show.__wrapped__(tx)
    return page


@pages.get("/me/papers/<number:task_id>")
@opens("own_file.hand_in", Task)
def paper(tx: Transaction, task_id: int) -> str:
    return _form(HandIn, "own_paper.html", {"on": today()}, **_paper(tx, task_id))


@pages.post("/me/papers/<number:task_id>")
@opens("own_file.hand_in", Task, writing=True, again="own_file.paper")
def hand_in(tx: Transaction, task_id: int) -> Response:
    papers.hand_in(tx, task_id, on=forms.load(HandIn, request.form)["on"], by=user_id(), now=now())
    flash(words("Chi bộ đã được báo. Việc xong khi chi bộ nhận bản giấy."), "done")
    return redirect(url_for("own_file.show"), 303)


@pages.post("/me/papers/<number:task_id>/wanted")
@opens("own_file.hand_in", Task, writing=True)
def wanted(tx: Transaction, task_id: int) -> str:
    """What the cell said is missing, in its words."""
    about, number = _paper(tx, task_id), _own(tx)
    page = own_file(tx, number, today())
    g.wanted = papers.wanted(tx, page.case.id, number, by=user_id(), now=now())
    g.fresh = True
    return _form(HandIn, "own_paper.html", {"on": today()}, **about)


@pages.get("/me/leave")
@opens("own_file.ask")
def leave_form(tx: Transaction) -> str:
    page = own_file(tx, _own(tx), today())
    open_ = page.case is not None and page.case.closed_on is None
    return _form(
        Leave,
        "own_leave.html",
        {},
        page=page,
        may_leave=anything_to_leave(page),
        not_now=open_ and leaving.first_question(tx, page.case.id) is not None,
        request_key=sent_key() or uuid.uuid4().hex,
    )


@pages.post("/me/leave")
@opens("own_file.ask", writing=True, again="own_file.leave_form")
def leave(tx: Transaction) -> Response:
    asked = forms.load(Leave, request.form)
    key = sent_key()
    left = leaving.leave(tx, _own(tx), note=asked.get("note"), by=user_id(), now=now(), request_key=key)
    flash(words(LEFT[left]), "done")
    return redirect(url_for("own_file.show"), 303)


@pages.post("/me/consent")
@opens("own_file.ask", writing=True)
def end_consent(tx: Transaction) -> Response:
    """The yes to keep union data: taken back alone, without leaving anything else."""
    leaving.end_consent(tx, _own(tx), "union", by=user_id(), now=now())
    flash(words("Đã rút lại; thông tin đoàn viên của bạn không còn được lưu ở đây."), "done")
    return redirect(url_for("own_file.show"), 303)


def _own(tx: Transaction) -> int:
    number = own_student(tx, user_id())
    if number is None:
        raise NotFound
    return number


def _paper(tx: Transaction, task_id: int) -> dict[str, Any]:
    found = next((one for one in papers.asked_of(tx, _own(tx)) if one.id == task_id), None)
    if found is None or found.element not in PAPERS:
        raise NotFound
    return {"task": found, "papers": PAPERS, "labels": labels(tx.registry)}


def _form(schema: Any, template: str, values: dict[str, Any], **facts: Any) -> str:
    why = refusal()
    groups = forms.show(
        schema,
        values=values,
        typed=request.form if typed() and "fresh" not in g else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    return render_template(template, groups=groups, refusal=why, wanted=g.get("wanted"), **facts)
