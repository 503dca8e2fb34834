"""Người thay: whom one named to stand in for oneself, from a day to a day, and for whom one stands in."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers
from engine.transactions import Transaction
from web import forms, picks
from web.entry import now, opens, refusal, today, user_id
from web.language import words
from web.pages.organisations import WORDS
from workflows.administration import accounts, deputies, listing
from workflows.admission.fields import Sheet, day, line, one_of
from workflows.people.words import POSITIONS

pages = Blueprint("deputies", __name__)


class Standing(Sheet):
    """Who stands in for one of my seats."""

    seat = one_of("Thay tôi ở chức vụ", "seats", required=True)
    deputy = one_of(
        "Người thay", "people", required=True, help="Người cùng tổ chức, hoặc ở cấp trên trực tiếp."
    )
    since = day("Từ ngày", required=True)
    last = day("Đến hết ngày", required=True)
    reason = line("Lý do", required=True, longest=200, help="Ví dụ: đi học, nghỉ phép, đi công tác.")


def _seats(tx: Transaction) -> list[Any]:
    return [
        one
        for one in listing.seats_of(tx, user_id())
        if one.position not in deputies.UNDEPUTISED
        and one.valid_from <= today()
        and (one.valid_to is None or one.valid_to > today())
    ]


@pages.get("/deputies")
@opens("deputies.own")
def index(tx: Transaction) -> str:
    seats = _seats(tx)
    people = {
        one.id: f"{one.name} ({words(POSITIONS[one.position])}, {one.organisation})"
        for seat in seats
        for one in deputies.possible_deputies(tx, seat.organisation_id, user_id(), today())
    }
    choices = {
        "seats": [(one.id, f"{words(POSITIONS[one.position])}, {one.organisation}") for one in seats],
        "people": list(people.items()),
    }
    values = {"since": today(), "seat": seats[0].id if len(seats) == 1 else None}
    return render_template(
        "deputies.html",
        groups=picks.shown(Standing, values=values, choices=choices),
        people=people,
        mine=deputies.deputies_for(tx, user_id(), today()),
        others=deputies.standing_in_for(tx, user_id(), today()),
        refusal=refusal(),
        **WORDS,
    )


@pages.post("/deputies")
@opens("deputies.own", writing=True, again="deputies.index")
def name(tx: Transaction) -> Response:
    asked = forms.load(Standing, request.form)
    if asked["seat"] not in {one.id for one in _seats(tx)}:
        raise InvalidAnswers({"seat": [accounts.GONE]})
    deputies.name_deputy(
        tx, asked["seat"], asked["deputy"], since=asked["since"], last=asked["last"], reason=asked["reason"],
        by=user_id(), on=today(), now=now(),
    )  # fmt: skip
    flash(words("Đã cử người thay. Người ấy thấy việc của đồng chí trong thời gian này."), "done")
    return redirect(url_for("deputies.index"), 303)


@pages.post("/deputies/end")
@opens("deputies.own", writing=True, again="deputies.index")
def end(tx: Transaction) -> Response:
    number = request.form.get("ending", 0, type=int)
    if number not in {one.id for one in deputies.deputies_for(tx, user_id(), today())}:
        raise InvalidAnswers({}, accounts.GONE)
    deputies.end_deputy(tx, number, by=user_id(), on=today(), now=now(), holder=user_id())
    flash(words("Đã kết thúc việc thay."), "done")
    return redirect(url_for("deputies.index"), 303)
