"""Ngày làm việc: the calendar by year for all; an administrator changes it and sees first what moves."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers
from engine.transactions import Transaction
from web import forms
from web.case_words import CLOCKS
from web.entry import now, opens, refusal, today, typed, user_id
from web.language import words
from workflows import access
from workflows.access import Whole
from workflows.administration.days import add_forecast, change_calendar, confirm_year
from workflows.admission.fields import Sheet, choice, day, line, rows
from workflows.admission.recalculation import left_to_recount
from workflows.desk import calendar_page
from workflows.rules.days_off import DayOff
from workflows.rules.queries import calendar_of, calendar_rows

pages = Blueprint("calendar", __name__)
ORDINARY = "ordinary"
CONFIRMED = "Đã xác nhận lịch nghỉ năm {year} (bản lịch số {version})."
KINDS = (
    ("holiday", "Nghỉ lễ, Tết"),
    ("rest", "Nghỉ bù, nghỉ hoán đổi"),
    ("working_saturday", "Ngày cuối tuần làm bù"),
    (ORDINARY, "Ngày thường (bỏ thay đổi trước)"),
)


class OneDay(Sheet):
    """A day that is not what its weekday says, or is again."""

    day = day("Ngày", required=True)
    kind = choice("Loại ngày", KINDS, required=True, widget="select")
    name = line("Tên ngày nghỉ, ngày làm bù", required=True, longest=120)


class Change(Sheet):
    """Days that change together, and the paper that says so."""

    days = rows("Các ngày thay đổi", OneDay, required=True)
    source = line("Văn bản làm căn cứ (số, ngày)", required=True, longest=250)


class Confirmation(Sheet):
    """The paper by which a forecast year became the plan."""

    source = line("Văn bản thông báo (số, ngày)", required=True, longest=250)


@pages.get("/calendar")
@opens("calendar.list")
def index(tx: Transaction) -> str:
    known, calendar = calendar_page.years(tx), calendar_of(tx)
    year = request.values.get("year", type=int) or today().year
    year = min(max(year, known[0] if known else year), known[-1] if known else year)
    return render_template(
        "calendar.html",
        year=year,
        years=known,
        months=calendar_page.year_of(calendar, year),
        worked=calendar_page.working_days(calendar, year),
        days=calendar_rows(tx, year),
        history=calendar_page.history(tx),
        left=left_to_recount(tx),
        kinds=dict(KINDS),
        calendar=calendar,
        confirming=_confirming(),
        refusal=refusal(),
        may_change=access.may(tx, user_id(), "calendar.change", Whole(), today()),
    )


def _confirming() -> list[forms.Group]:
    why = refusal()
    return forms.show(
        Confirmation,
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )


@pages.get("/calendar/change")
@opens("calendar.change", Whole)
def change(tx: Transaction) -> str:
    return _form(None)


@pages.post("/calendar/change/preview")
@opens("calendar.change", Whole, again="calendar.change")
def preview(tx: Transaction) -> str:
    return _form(calendar_page.would_move(tx, _days(forms.load(Change, request.form))))


@pages.post("/calendar/change")
@opens("calendar.change", Whole, writing=True, again="calendar.change")
def save(tx: Transaction) -> Response:
    days = _days(forms.load(Change, request.form))
    version = change_calendar(tx, days, on=today(), by=user_id(), now=now())
    flash(
        words("Đã ghi bản lịch số {version}. Các thời hạn đang chạy sẽ được tính lại.", version=version),
        "done",
    )
    return redirect(url_for("calendar.index", year=days[0].day.year), 303)


@pages.post("/calendar/confirm")
@opens("calendar.change", Whole, writing=True, again="calendar.index")
def confirm(tx: Transaction) -> Response:
    year = request.form.get("year", type=int) or 0
    answers = forms.load(Confirmation, request.form)
    version = confirm_year(tx, year, answers["source"], on=today(), by=user_id(), now=now())
    flash(words(CONFIRMED, year=str(year), version=version), "done")
    return redirect(url_for("calendar.index", year=year), 303)


@pages.post("/calendar/forecast")
@opens("calendar.change", Whole, writing=True)
def forecast(tx: Transaction) -> Response:
    year = request.form.get("year", type=int) or 0
    add_forecast(tx, year, on=today(), by=user_id(), now=now())
    flash(words("Đã thêm lịch nghỉ dự kiến năm {year}.", year=str(year)), "done")
    return redirect(url_for("calendar.index", year=year), 303)


def _form(moved: list[calendar_page.Moved] | None) -> str:
    """`moved`: what the change would do; None where that was not asked yet."""
    why = refusal()
    groups = forms.show(
        Change,
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    return render_template("calendar_change.html", groups=groups, refusal=why, moved=moved, clocks=CLOCKS)


def _days(asked: dict[str, Any]) -> list[DayOff]:
    return [
        DayOff(one["day"], None if one["kind"] == ORDINARY else one["kind"], one["name"], asked["source"])
        for one in asked["days"]
    ]
