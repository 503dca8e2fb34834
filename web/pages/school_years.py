"""Năm học: terms, exams, breaks and graduation days of a school, or of the whole province for the others."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound
from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, refusal, today, typed, user_id
from web.language import words
from web.pages.organisations import asked_page
from workflows import access
from workflows.access import Institution, Whole
from workflows.admission.fields import Sheet, choice, day, line
from workflows.desk import school_years
from workflows.schedules import keeping
from workflows.schedules.school_days import KINDS, LAST_GRADE

pages = Blueprint("school_years", __name__)
HIGHER = ("college", "university")


class PeriodSheet(Sheet):
    """A period of a school year. At a school everybody graduates from the last grade; elsewhere by intake."""

    kind = choice("Loại", list(KINDS.items()), required=True, widget="select")
    name = line("Tên", required=True, longest=80, help="Ví dụ: Học kỳ I, Thi học kỳ I, Nghỉ Tết.")
    first_day = day("Từ ngày", required=True)
    last_day = day("Đến hết ngày", help="Ngày tốt nghiệp thì để trống.")
    course = line(
        "Khóa", longest=40, help="Chỉ với ngày tốt nghiệp của trường cao đẳng, đại học. Ví dụ: K17."
    )
    programme = line("Ngành", longest=160, help="Để trống nếu cả khóa cùng tốt nghiệp.")


@pages.get("/school-years")
@opens("school_years.list")
def index(tx: Transaction) -> str:
    q = request.args.get("q", "")[:80]
    seats = access.acting_for(tx, user_id(), today())
    keeping_positions = access.PERMISSIONS["school_years.keep"].positions
    own = [seat.organisation_id for seat in seats if seat.position in keeping_positions]
    return render_template(
        "school_years.html",
        q=q,
        own=school_years.own_schools(tx, own),
        found=school_years.schools(tx, words=q, page=asked_page()),
        year=school_years.present_year(today()),
    )


@pages.get("/school-years/common")
@opens("school_years.list")
def common(tx: Transaction) -> str:
    return _show(tx, None)


@pages.get("/school-years/<number:institution_id>")
@opens("school_years.list")
def show(tx: Transaction, institution_id: int) -> str:
    return _show(tx, institution_id)


def _show(tx: Transaction, institution_id: int | None) -> str:
    name = _name(tx, institution_id)
    present = school_years.present_year(today())
    year = request.args.get("year", type=int) or present
    year = min(max(year, 2000), present + 20)
    return render_template(
        "school_year.html",
        name=name,
        institution_id=institution_id,
        year=year,
        years=sorted({*school_years.known_years(tx, institution_id), present, present + 1, year}),
        rows=school_years.year_of(tx, institution_id, year),
        kinds=KINDS,
        may_keep=_may_keep(tx, institution_id),
    )


def _may_keep(tx: Transaction, institution_id: int | None) -> bool:
    if institution_id is None:
        return access.may(tx, user_id(), "calendar.change", Whole(), today())
    return access.may(tx, user_id(), "school_years.keep", Institution(institution_id), today())


def _name(tx: Transaction, institution_id: int | None) -> str:
    if institution_id is None:
        return words("Lịch chung của tỉnh")
    found = school_years.name_of(tx, institution_id)
    if found is None:
        raise NotFound
    return found


@pages.get("/school-years/<number:institution_id>/period")
@opens("school_years.keep", Institution)
def period(tx: Transaction, institution_id: int) -> str:
    return _form(tx, institution_id)


@pages.get("/school-years/common/period")
@opens("calendar.change", Whole)
def common_period(tx: Transaction) -> str:
    return _form(tx, None)


def _form(tx: Transaction, institution_id: int | None) -> str:
    """A new period; with `instead` in the address, one that is corrected or taken over from the province."""
    year, old = _asked(tx, institution_id)
    why = refusal()
    higher = _higher(tx, institution_id)
    values = old._asdict() if old is not None else {}
    groups = forms.show(
        PeriodSheet,
        values=values,
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    if not higher:
        for group in groups:
            group.fields = [one for one in group.fields if one.name not in ("course", "programme")]
    return render_template(
        "school_period.html",
        name=_name(tx, institution_id),
        institution_id=institution_id,
        year=year,
        old=old,
        groups=groups,
        refusal=why,
    )


def _higher(tx: Transaction, institution_id: int | None) -> bool:
    return institution_id is not None and school_years.kind_of(tx, institution_id) in HIGHER


def _asked(tx: Transaction, institution_id: int | None) -> tuple[int, Any]:
    """The school year, and the row that is to be replaced, both from the address."""
    instead = request.values.get("instead", type=int)
    old = school_years.row_of(tx, institution_id, instead) if instead is not None else None
    if instead is not None and old is None:
        raise NotFound
    year = old.year if old is not None else request.values.get("year", type=int)
    return year or school_years.present_year(today()), old


@pages.post("/school-years/<number:institution_id>/period")
@opens("school_years.keep", Institution, writing=True, again="school_years.period")
def keep(tx: Transaction, institution_id: int) -> Response:
    return _keep(tx, institution_id)


@pages.post("/school-years/common/period")
@opens("calendar.change", Whole, writing=True, again="school_years.common_period")
def keep_common(tx: Transaction) -> Response:
    return _keep(tx, None)


def _keep(tx: Transaction, institution_id: int | None) -> Response:
    year, old = _asked(tx, institution_id)
    answers = forms.load(PeriodSheet, request.form) | {"year": year}
    answers["grade"] = None if _higher(tx, institution_id) else LAST_GRADE
    by: dict[str, Any] = {"by": user_id(), "on": today(), "now": now()}
    keeping.keep_period(tx, institution_id, answers, instead_of=old.id if old else None, **by)
    flash(words("Đã ghi vào lịch năm học."), "done")
    return redirect(_address(institution_id, year), 303)


@pages.post("/school-years/<number:institution_id>/withdraw/<number:period_id>")
@opens("school_years.keep", Institution, writing=True)
def withdraw(tx: Transaction, institution_id: int, period_id: int) -> Response:
    return _withdraw(tx, institution_id, period_id)


@pages.post("/school-years/common/withdraw/<number:common_id>")
@opens("calendar.change", Whole, writing=True)
def withdraw_common(tx: Transaction, common_id: int) -> Response:
    return _withdraw(tx, None, common_id)


def _withdraw(tx: Transaction, institution_id: int | None, period_id: int) -> Response:
    keeping.withdraw_period(tx, institution_id, period_id, by=user_id(), on=today(), now=now())
    flash(words("Đã rút dòng này khỏi lịch năm học."), "done")
    year = request.form.get("year", type=int) or school_years.present_year(today())
    return redirect(_address(institution_id, year), 303)


def _address(institution_id: int | None, year: int) -> str:
    if institution_id is None:
        return url_for("school_years.common", year=year)
    return url_for("school_years.show", institution_id=institution_id, year=year)
