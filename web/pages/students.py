"""Học sinh, sinh viên: the roll of one's own institutions, one student, sealed fields on request."""

import uuid
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from marshmallow import Schema, fields, validate
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound, NotLawful, Text
from engine.secrets import reveal
from engine.transactions import Transaction
from web import forms
from web.addresses import number
from web.case_words import ENDS
from web.entry import now, opens, refusal, sent_key, today, typed, user_id
from web.language import words
from workflows import access
from workflows.access import Case, Custody, Kept, Student
from workflows.admission import acts
from workflows.admission.fields import day, line, passage
from workflows.desk import people
from workflows.desk.export import Column, write_sheet
from workflows.desk.labels import labels
from workflows.people import pool
from workflows.people.identity import KIND
from workflows.people.leaving import leave_school
from workflows.people.words import CONDUCT, GENDERS, POOL_LEAVING, STUDENT_LEAVING, STUDY
from workflows.transfers.standing import standing_of

pages = Blueprint("students", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Sealed fields that the page offers to open, one by one.
SEALED = {"identity_number": "Số định danh cá nhân", "address": "Nơi thường trú", "phone": "Điện thoại"}
PURPOSES = {
    "check": "Đối chiếu giấy tờ",
    "contact": "Liên hệ học sinh, sinh viên hoặc gia đình",
    "letter": "Soạn văn bản của hồ sơ",
    "request": "Theo yêu cầu của chính học sinh, sinh viên",
}


# Readings that other pages make, in the words in which they are logged.
OTHER_PURPOSES = {"confirm": "xác nhận biểu quyết"}


class Reveal(Schema):
    """Which fields, and for what."""

    wanted = fields.List(
        fields.String(validate=validate.OneOf(list(SEALED))),
        required=True,
        validate=validate.Length(min=1, error="Hãy chọn mục cần mở."),
        metadata={"label": "Mục cần mở", "widget": "multiselect", "choices": list(SEALED.items())},
    )
    purpose = fields.String(
        required=True,
        validate=validate.OneOf(list(PURPOSES), error="Hãy chọn mục đích."),
        metadata={"label": "Mục đích", "widget": "radio", "choices": list(PURPOSES.items())},
    )


class Propose(Schema):
    """Who proposes a student for the pool, and since when."""

    proposer = line("Người giới thiệu vào nguồn", required=True, longest=160)
    on = day("Từ ngày", required=True)
    note = passage("Ghi chú", longest=400)


class Leave(Schema):
    """Why a student leaves the pool."""

    reason = fields.String(
        required=True,
        validate=validate.OneOf(list(POOL_LEAVING), error="Hãy chọn lý do."),
        metadata={"label": "Lý do", "widget": "select", "choices": list(POOL_LEAVING.items())},
    )
    on = day("Từ ngày", required=True)


class Left(Schema):
    """Why a student left the institution."""

    reason = fields.String(
        required=True,
        validate=validate.OneOf(list(STUDENT_LEAVING), error="Hãy chọn lý do."),
        metadata={"label": "Lý do rời trường", "widget": "select", "choices": list(STUDENT_LEAVING.items())},
    )
    on = day("Từ ngày", required=True)


class Nominate(Schema):
    """From which day the case counts."""

    on = day("Ngày mở hồ sơ", required=True)


@pages.get("/students")
@opens("students.list")
def index(tx: Transaction) -> str:
    wanted, roll = _wanted(), people.roll_of(tx, access.acting_for(tx, user_id(), today()))
    found = people.student_list(tx, roll, wanted)
    may_import = access.may(tx, user_id(), "students.import", None, today())
    facts = {"found": found, "wanted": wanted, "ages": _ages(), "may_import": may_import}
    names = people.named_institutions(tx, roll.institutions)
    return render_template("students.html", labels=labels(tx.registry), schools=names, **facts)


@pages.get("/students/export.xlsx")
@opens("students.list")
def export(tx: Transaction) -> Response:
    """The whole list that the filters give: what stands on the page, no sealed field."""
    roll = people.roll_of(tx, access.acting_for(tx, user_id(), today()))
    names = labels(tx.registry)
    rows = (_row(one, names) for one in people.all_students(tx, roll, _wanted()))
    headings = [Column(str(words(title)), width) for title, width in COLUMNS]
    content = write_sheet(headings, rows, name=words("Học sinh, sinh viên"))
    headers = {"Content-Disposition": f'attachment; filename="hoc-sinh-{today():%Y-%m-%d}.xlsx"'}
    return Response(content, mimetype=XLSX, headers=headers)


COLUMNS = (
    ("Họ và tên", 28),
    ("Mã số", 14),
    ("Ngày sinh", 12),
    ("Lớp, khóa", 14),
    ("Vào nguồn từ", 14),
    ("Hồ sơ", 30),
)


def _row(one: people.StudentLine, names: Any) -> list[object]:
    stage = words(names.get(one.stage, one.stage)) if one.case_id else None
    return [one.name, one.code, one.birth_date, one.class_name or one.course, one.pool_on, stage]


def _wanted() -> people.Wanted:
    sent = request.args
    grown, soon = people.latest_births(today())
    return people.Wanted(
        school=sent.get("school", type=number),
        words=sent.get("q", "")[:80],
        class_name=sent.get("class") or None,
        age=sent.get("age") or None,
        pool=sent.get("pool") or None,
        after=sent.get("after") or None,
        of_age_born=grown,
        within_year_born=soon,
    )


def _ages() -> list[tuple[str, Text]]:
    years = people.admission_age(today())
    return [
        ("of_age", Text("Đã đủ {years} tuổi", years=years)),
        ("within_year", Text("Đủ {years} tuổi trong 12 tháng tới", years=years)),
        ("younger", Text("Còn trên 12 tháng nữa", years=years)),
    ]


@pages.get("/students/<number:student_id>")
@opens("student.see", Student)
def show(tx: Transaction, student_id: int) -> str:
    person = people.one_student(tx, student_id)
    if person is None:
        raise NotFound
    entry, found = people.pool_state(tx, student_id), people.cases_of(tx, student_id)
    open_case = next((one for one in found if one.closed_on is None), None)
    seen = {one.id for one in found if access.may(tx, user_id(), "case.see", Case(one.id), today())}
    asked = request.form if typed() else None
    sent = asked.get("_form", "") if asked is not None else ""
    may = {
        name: access.may(tx, user_id(), name, about(student_id), today()) for name, about in _RIGHTS.items()
    }
    can_read = may["student.reveal"]
    return render_template(
        "student.html",
        person=person,
        entry=entry,
        cases=[one for one in found if one.id in seen],
        open_case=open_case,
        seen=seen,
        member=standing_of(tx, student_id, None, today()) is not None,
        results=people.results_of(tx, student_id),
        readings=people.readings_of(tx, student_id) if can_read else [],
        may=may,
        forms_shown={name: _form(name, sent, asked) for name in _FORMS},
        first_day=people.first_day_of_age(person.birth_date, today()),
        refusal=refusal(),
        unmet=why.unmet if isinstance(why := refusal(), NotLawful) else (),
        sent=sent,
        request_key=sent_key() or uuid.uuid4().hex,
        words_of={
            "study": STUDY,
            "conduct": CONDUCT,
            "gender": GENDERS,
            "sealed": SEALED,
            "purpose": PURPOSES,
        },
        revealed=g.get("revealed", {}),
        labels=labels(tx.registry),
        ends=ENDS,
    )


_RIGHTS: dict[str, Any] = {
    "student.reveal": Kept,
    "student.nominate": Student,
    "pool.propose": Student,
    "pool.leave": Student,
    "student.left": Student,
    "season.record": Student,
    "student.account": Kept,
    "consent.withdraw": Kept,
    "erasure.ask": Student,
    "transfer.prepare": Custody,
}
_FORMS: dict[str, type[Schema]] = {
    "reveal": Reveal,
    "propose": Propose,
    "leave": Leave,
    "left": Left,
    "nominate": Nominate,
}


def _form(name: str, sent: str, asked: Any) -> list[forms.Group]:
    """The form that was sent keeps what was typed; the others are fresh."""
    why = refusal() if name == sent else None
    return forms.show(
        _FORMS[name],
        values={"on": today()},
        typed=asked if name == sent else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
        prefix=name,
    )


@pages.post("/students/<number:student_id>/reveal")
@opens("student.reveal", Kept, writing=True, again="students.show")
def show_sealed(tx: Transaction, student_id: int) -> str:
    """Sealed fields in plain words, once, with who, when and why written down."""
    access.require(tx, user_id(), "student.see", Student(student_id), today())
    asked = forms.load(Reveal, request.form)
    purpose = PURPOSES[asked["purpose"]]
    found = reveal(tx, KIND, student_id, asked["wanted"], by=user_id(), purpose=purpose, now=now())
    g.revealed = {name: found.get(name) for name in asked["wanted"]}
    page: str = show.__wrapped__(tx, student_id)
    return page


@pages.post("/students/<number:student_id>/pool")
@opens("pool.propose", Student, writing=True, again="students.show")
def propose(tx: Transaction, student_id: int) -> Response:
    asked = forms.load(Propose, request.form)
    pool.enter_pool(tx, student_id, by=user_id(), now=now(), **asked)
    flash(words("Đã đưa vào nguồn."), "done")
    return redirect(url_for("students.show", student_id=student_id), 303)


@pages.post("/students/<number:student_id>/pool/leave")
@opens("pool.leave", Student, writing=True, again="students.show")
def leave(tx: Transaction, student_id: int) -> Response:
    pool.leave_pool(tx, student_id, by=user_id(), now=now(), **forms.load(Leave, request.form))
    flash(words("Đã đưa ra khỏi nguồn."), "done")
    return redirect(url_for("students.show", student_id=student_id), 303)


@pages.post("/students/<number:student_id>/left")
@opens("student.left", Student, writing=True, again="students.show")
def left(tx: Transaction, student_id: int) -> Response:
    leave_school(tx, student_id, by=user_id(), now=now(), **forms.load(Left, request.form))
    flash(words("Đã ghi rời trường."), "done")
    return redirect(url_for("students.index"), 303)


@pages.post("/students/<number:student_id>/nominate")
@opens("student.nominate", Student, writing=True, again="students.show")
def nominate(tx: Transaction, student_id: int) -> Response:
    asked = forms.load(Nominate, request.form)
    key = sent_key()
    opened = acts.nominate(tx, student_id, by=user_id(), now=now(), request_key=key, **asked)
    flash(words("Đã mở hồ sơ."), "done")
    return redirect(url_for("cases.show", case_id=opened.id), 303)
