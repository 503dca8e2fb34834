"""Đề nghị của học sinh, sinh viên: corrections to decide, papers to take in; accounts, consents, erasing."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound, NotLawful, Text
from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, refusal, today, typed, user_id
from web.language import words
from web.pages.users import with_slip
from workflows import access
from workflows.access import Case, Correction, Erasure, Kept, Student
from workflows.access.permissions import PARTY, UNION
from workflows.access.queries import below
from workflows.admission.fields import Sheet, choice, line, passage
from workflows.desk import people
from workflows.desk.labels import labels
from workflows.own_file import accounts, corrections, erasing, leaving, papers
from workflows.own_file.view import consents_of
from workflows.people.names import Name
from workflows.people.words import CONSENTS
from workflows.transfers.queries import reached

pages = Blueprint("requests", __name__)


class Refuse(Sheet):
    """Why not, in words for the person who asked."""

    reason = passage(
        "Vì sao chưa sửa", required=True, longest=1000, help="Người đề nghị đọc được. Được mã hóa."
    )


class Withdraw(Sheet):
    """Which yes is taken back, and on what paper."""

    kind = choice("Điều được rút lại", list(CONSENTS.items()), required=True)


class Erase(Sheet):
    """Why, and on what paper."""

    ground = choice("Căn cứ", list(erasing.GROUNDS.items()), required=True)
    paper = line("Số, ngày văn bản hoặc đơn", required=True, longest=80)


@pages.get("/requests")
@opens("requests.list")
def index(tx: Transaction) -> str:
    seats = [s for s in access.acting_for(tx, user_id(), today()) if s.position in PARTY | UNION]
    own = [seat.organisation_id for seat in seats]
    signing = [s for s in seats if s.position in access.PERMISSIONS["erasure.see"].positions]
    signed = [seat.organisation_id for seat in signing]
    under = sorted(below(tx, signed, today()) - set(signed)) if signed else []
    return render_template(
        "requests.html",
        corrections=_corrections(tx, seats),
        papers=papers.waiting(tx, own),
        erasures=erasing.waiting(tx, people.roll_of(tx, signing).students, under),
        fields=corrections.FIELDS,
        grounds=erasing.GROUNDS,
        labels=labels(tx.registry),
    )


def _corrections(tx: Transaction, seats: Sequence[access.Seat]) -> list[Any]:
    """Those that one may decide: who was handed on is no longer the school's."""
    own, who = [seat.organisation_id for seat in seats], user_id()
    found = corrections.waiting(tx, people.roll_of(tx, seats).students, reached(tx, own, today()))
    may = (row for row in found if access.may(tx, who, "correction.decide", Correction(row.id), today()))
    return list(islice(may, 200))


@pages.get("/corrections/<number:correction_id>")
@opens("correction.decide", Correction)
def correction(tx: Transaction, correction_id: int) -> str:
    row, why = corrections.correction_row(tx, correction_id), refusal()
    person = people.one_student(tx, row.student_id)
    return render_template(
        "correction_one.html",
        row=row,
        person=person,
        field=corrections.FIELDS[row.field],
        held=_held(person, row.field),
        opened=g.get("opened"),
        groups=_groups(Refuse, keep="opened" not in g),
        refusal=why,
    )


@pages.post("/corrections/<number:correction_id>/open")
@opens("correction.decide", Correction, writing=True)
def open_correction(tx: Transaction, correction_id: int) -> str:
    """The new value beside the old one, with who read it written down."""
    g.opened = corrections.both(tx, correction_id, by=user_id(), now=now())
    page: str = correction.__wrapped__(tx, correction_id)
    return page


@pages.post("/corrections/<number:correction_id>/accept")
@opens("correction.decide", Correction, writing=True)
def accept(tx: Transaction, correction_id: int) -> Response:
    corrections.accept(tx, correction_id, by=user_id(), now=now())
    flash(words("Đã sửa theo đề nghị; người đề nghị đã được báo."), "done")
    return redirect(url_for("requests.index"), 303)


@pages.post("/corrections/<number:correction_id>/refuse")
@opens("correction.decide", Correction, writing=True, again="requests.correction")
def refuse(tx: Transaction, correction_id: int) -> Response:
    reason = forms.load(Refuse, request.form)["reason"]
    corrections.refuse(tx, correction_id, reason, by=user_id(), now=now())
    flash(words("Đã trả lời; người đề nghị đọc được lý do."), "done")
    return redirect(url_for("requests.index"), 303)


@pages.get("/students/<number:student_id>/account")
@opens("student.account", Kept)
def account(tx: Transaction, student_id: int) -> str:
    person, row = _person(tx, student_id), accounts.account_of(tx, student_id)
    mark = accounts.mark_of(row)
    facts = {"row": row, "mark": mark, "slip": g.get("shown"), "back": _back(tx, student_id)}
    return render_template("student_account.html", person=person, **facts)


@pages.post("/students/<number:student_id>/account")
@with_slip
@opens("student.account", Kept, writing=True)
def give_account(tx: Transaction, student_id: int) -> str:
    """The slip is shown once, to be printed and handed over; nobody can show it again."""
    person = _person(tx, student_id)
    name = Name(person.family_name, person.middle_name, person.given_name).full
    made, mark = g.slip, request.form.get("mark", "")
    username = accounts.give(tx, student_id, name, made, mark=mark, by=user_id(), now=now())
    g.shown = {"username": username, "password": made.password}
    page: str = account.__wrapped__(tx, student_id)
    return page


@pages.get("/students/<number:student_id>/consents")
@opens("consent.withdraw", Kept)
def consents(tx: Transaction, student_id: int) -> str:
    found, why = consents_of(tx, student_id), refusal()
    return render_template(
        "student_consents.html",
        person=_person(tx, student_id),
        back=_back(tx, student_id),
        found=found,
        consents=CONSENTS,
        groups=_groups(Withdraw),
        refusal=why,
    )


@pages.post("/students/<number:student_id>/consents")
@opens("consent.withdraw", Kept, writing=True, again="requests.consents")
def withdraw_consent(tx: Transaction, student_id: int) -> Response:
    kind = forms.load(Withdraw, request.form)["kind"]
    if not leaving.end_consent(tx, student_id, kind, by=user_id(), now=now()):
        raise InvalidAnswers({"kind": [Text("Không có sự đồng ý nào như vậy đang hiệu lực.")]})
    flash(words("Đã ghi: sự đồng ý được rút lại từ hôm nay."), "done")
    return redirect(url_for("requests.consents", student_id=student_id), 303)


@pages.get("/students/<number:student_id>/erase")
@opens("erasure.ask", Student)
def erase_form(tx: Transaction, student_id: int) -> str:
    why = refusal()
    return render_template(
        "student_erase.html",
        person=_person(tx, student_id),
        groups=_groups(Erase),
        refusal=why,
        unmet=why.unmet if isinstance(why, NotLawful) else (),
        erased=erasing.is_erased(tx, student_id),
    )


@pages.post("/students/<number:student_id>/erase")
@opens("erasure.ask", Student, writing=True, again="requests.erase_form")
def ask_erasure(tx: Transaction, student_id: int) -> Response:
    asked = forms.load(Erase, request.form)
    erasing.ask(tx, student_id, asked["ground"], asked["paper"], by=user_id(), now=now())
    flash(words("Đã ghi đề nghị. Cấp ủy cấp trên quyết định; chưa có gì bị xóa."), "done")
    return redirect(url_for("requests.index"), 303)


@pages.get("/erasures/<number:erasure_id>")
@opens("erasure.see", Erasure)
def erasure(tx: Transaction, erasure_id: int) -> str:
    row = erasing.erasure_row(tx, erasure_id)
    may = row.asked_by != user_id() and access.may(
        tx, user_id(), "erasure.decide", Erasure(erasure_id), today()
    )
    against = erasing.unmet(tx, row.student_id, row.ground, today()) if row.decision is None else []
    return render_template("erasure.html", row=row, may=may, unmet=against, grounds=erasing.GROUNDS)


@pages.post("/erasures/<number:erasure_id>")
@opens("erasure.decide", Erasure, writing=True)
def decide_erasure(tx: Transaction, erasure_id: int) -> Response:
    approved = request.form.get("decision") == "approved"
    if not approved and request.form.get("decision") != "refused":
        raise InvalidAnswers({"decision": [Text("Hãy chọn một kết luận.")]})
    erasing.decide(tx, erasure_id, approved, by=user_id(), now=now())
    done = Text("Đã xóa vĩnh viễn.") if approved else Text("Đã ghi: không xóa.")
    flash(words(done), "done")
    return redirect(url_for("requests.index"), 303)


def _person(tx: Transaction, student_id: int) -> Any:
    person = people.one_student(tx, student_id)
    if person is None:
        raise NotFound
    return person


def _back(tx: Transaction, student_id: int) -> str:
    """To the page of the roll; who took the person over comes from the case."""
    found = leaving.open_case(tx, student_id)
    if access.may(tx, user_id(), "student.see", Student(student_id), today()):
        return url_for("students.show", student_id=student_id)
    if found is not None and access.may(tx, user_id(), "case.see", Case(found.id), today()):
        return url_for("cases.show", case_id=found.id)
    return url_for("cases.index")


def _held(person: Any, field: str) -> Any:
    """What is held now, where it stands in clear."""
    if field == "full_name":
        return Name(person.family_name, person.middle_name, person.given_name).full
    return getattr(person, field, None)


def _groups(schema: Any, *, keep: bool = True) -> list[forms.Group]:
    why = refusal()
    return forms.show(
        schema,
        typed=request.form if typed() and keep else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
