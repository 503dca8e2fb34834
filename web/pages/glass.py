"""Mở hồ sơ khẩn cấp: one case by its number with a reason, for some hours; told, ended and reviewed."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, refusal, today, typed, user_id
from web.language import words
from workflows import access
from workflows.access import Case, Glass, glass
from workflows.access.permissions import PARTY
from workflows.admission.fields import Sheet, choice, line, passage
from workflows.desk import openings

pages = Blueprint("glass", __name__)
ABSENT = Text("Không mở được hồ sơ có số này. Hãy xem lại số hồ sơ; lần thử này đã được ghi lại.")


class Open(Sheet):
    """Which case, and why at once."""

    number = line("Số hồ sơ", required=True, longest=18)
    cause = choice("Vì sao phải mở ngay", list(glass.CAUSES.items()), required=True)
    words = passage(
        "Ghi rõ lý do", required=True, longest=1000, help="Được mã hóa; cấp trên đọc khi xem xét lại."
    )


class Review(Sheet):
    """What the superior found."""

    verdict = choice("Kết luận", list(glass.VERDICTS.items()), required=True)


@pages.get("/glass")
@opens("glass.list")
def index(tx: Transaction) -> str:
    seats = access.acting_for(tx, user_id(), today())
    own = [seat.organisation_id for seat in seats if seat.position in PARTY]
    found = glass.listed(tx, user_id(), own, now())
    return render_template("glass.html", found=found, holds=_held(found), facts=_facts())


@pages.get("/glass/open")
@opens("glass.open")
def ask(tx: Transaction) -> str:
    why = refusal()
    groups = forms.show(
        Open,
        values={"number": request.args.get("case", "")[:18]},
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    return render_template("glass_open.html", groups=groups, refusal=why, facts=_facts())


@pages.post("/glass/open")
@opens("glass.open", writing=True, again="glass.ask")
def open_case(tx: Transaction) -> Response | tuple[str, int]:
    asked = forms.load(Open, request.form)
    if not asked["number"].isdecimal():
        raise InvalidAnswers({"number": [Text("Số hồ sơ chỉ gồm chữ số.")]})
    case_id = int(asked["number"])
    if access.may(tx, user_id(), "case.read_texts", Case(case_id), today()):
        flash(words("Đồng chí xem được hồ sơ này rồi, không cần mở khẩn."), "info")
        return redirect(url_for("cases.show", case_id=case_id), 303)
    seat = access.require(tx, user_id(), "glass.open", None, today())
    made = glass.open_case(
        tx,
        case_id,
        asked["cause"],
        asked["words"],
        by=user_id(),
        organisation_id=seat.organisation_id,
        now=now(),
    )
    if made is None:  # the attempt stays counted: nothing is raised
        g.refusal = InvalidAnswers({"number": [ABSENT]})
        return ask.__wrapped__(tx), 422
    flash(words("Đã mở. Nơi quản lý hồ sơ và cấp trên đã được báo."), "done")
    return redirect(url_for("cases.show", case_id=case_id), 303)


@pages.get("/glass/<number:glass_id>")
@opens("glass.see", Glass)
def show(tx: Transaction, glass_id: int) -> str:
    row = openings.one_opening(tx, glass_id)
    if row is None:
        raise NotFound
    why = refusal()
    may = {
        name: access.may(tx, user_id(), name, Glass(glass_id), today())
        for name in ("glass.end", "glass.review")
    }
    groups = forms.show(
        Review,
        typed=request.form if typed() and g.get("reason") is None else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    return render_template(
        "glass_one.html",
        row=row,
        holds=glass.holds(row, now()),
        own=row.user_id == user_id(),
        may=may,
        groups=groups,
        refusal=why,
        reason=g.get("reason"),
        facts=_facts(),
    )


@pages.post("/glass/<number:glass_id>/reason")
@opens("glass.see", Glass, writing=True)
def reason(tx: Transaction, glass_id: int) -> str:
    """The words of the reason, once, with who read them written down."""
    g.reason = openings.reason_of(tx, glass_id, by=user_id(), now=now())
    page: str = show.__wrapped__(tx, glass_id)
    return page


@pages.post("/glass/<number:glass_id>/end")
@opens("glass.end", Glass, writing=True)
def end(tx: Transaction, glass_id: int) -> Response:
    glass.end(tx, glass_id, by=user_id(), now=now())
    flash(words("Đã kết thúc; hồ sơ đóng lại với người đã mở."), "done")
    return redirect(url_for("glass.show", glass_id=glass_id), 303)


@pages.post("/glass/<number:glass_id>/review")
@opens("glass.review", Glass, writing=True, again="glass.show")
def review(tx: Transaction, glass_id: int) -> Response:
    glass.review(tx, glass_id, forms.load(Review, request.form)["verdict"], by=user_id(), now=now())
    flash(words("Đã ghi kết luận."), "done")
    return redirect(url_for("glass.index"), 303)


def _held(found: list[object]) -> set[int]:
    return {row.id for row in found if glass.holds(row, now())}  # type: ignore[attr-defined]


def _facts() -> dict[str, object]:
    return {
        "hours": glass.HOURS,
        "most": glass.MOST_A_DAY,
        "causes": glass.CAUSES,
        "verdicts": glass.VERDICTS,
    }
