"""Kiểm tra, giám sát: mandates given, ended and listed, and the cases that an auditor reads by them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from web import forms
from web.case_words import ENDS
from web.entry import now, opens, refusal, today, typed, user_id
from web.language import words
from workflows import access
from workflows.access import Mandate, mandates
from workflows.access.permissions import ADMINISTRATORS, LEADERS
from workflows.admission.fields import Sheet, day, line, one_of, passage
from workflows.desk.labels import labels
from workflows.desk.mandated import mandated_cases
from workflows.organisations.queries import name_on, tree_of

pages = Blueprint("mandates", __name__)
REACH = 300  # organisations offered in one list


class Give(Sheet):
    """The committee's paper: who, what, until when."""

    giver = one_of("Cấp ủy ra ủy nhiệm", "givers", required=True)
    auditor_id = one_of("Người được ủy nhiệm", "auditors", required=True)
    number = line("Số, ký hiệu văn bản", required=True, longest=40, help="Ví dụ: 12-QĐ/UBKT")
    paper_on = day("Ngày văn bản", required=True)
    since = day("Được xem từ ngày", required=True)
    until = day("Đến hết ngày", required=True)
    organisation = one_of("Tổ chức được kiểm tra", "reach", help="Gồm cả cấp dưới của tổ chức này.")
    cases = passage(
        "Hoặc từng hồ sơ",
        longest=400,
        help="Ghi số hồ sơ, cách nhau bằng dấu phẩy. Có thể vừa nêu tổ chức vừa nêu hồ sơ.",
    )


@pages.get("/mandates")
@opens("mandates.list")
def index(tx: Transaction) -> str:
    seats = access.acting_for(tx, user_id(), today())
    found = mandates.listed(tx, _organisations(seats), today())
    own = mandates.in_force(tx, user_id(), today())
    every = {row.id: row for row in [*own, *found]}
    may = {
        "give": access.may(tx, user_id(), "mandate.give", None, today()),
        "read": access.may(tx, user_id(), "mandated.list", None, today()),
        "end": {one for one in every if access.may(tx, user_id(), "mandate.end", Mandate(one), today())},
    }
    scopes = mandates.scope_in_words(tx, list(every))
    return render_template(
        "mandates.html", found=found, own=own, scopes=scopes, may=may, one_day=timedelta(days=1)
    )


@pages.get("/mandates/new")
@opens("mandate.give")
def new(tx: Transaction) -> str:
    why = refusal()
    groups = forms.show(
        Give,
        choices=_choices(tx),
        values={"paper_on": today(), "since": today()},
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    return render_template("mandate_new.html", groups=groups, refusal=why)


@pages.post("/mandates/new")
@opens("mandate.give", writing=True, again="mandates.new")
def give(tx: Transaction) -> Response:
    asked, choices = forms.load(Give, request.form), _choices(tx)
    for name, source in (("giver", "givers"), ("auditor_id", "auditors")):
        if asked[name] not in {number for number, _name in choices[source]}:
            raise InvalidAnswers({name: [Text("Hãy chọn trong danh sách.")]})
    mandates.give(
        tx,
        asked["giver"],
        asked["auditor_id"],
        number=asked["number"],
        paper_on=asked["paper_on"],
        since=asked["since"],
        until=asked["until"],
        organisations=[asked["organisation"]] if asked.get("organisation") else [],
        cases=_numbers(asked.get("cases") or ""),
        by=user_id(),
        now=now(),
    )
    flash(words("Đã ghi ủy nhiệm. Tổ chức được kiểm tra thấy ủy nhiệm này trong danh sách của mình."), "done")
    return redirect(url_for("mandates.index"), 303)


@pages.post("/mandates/<number:mandate_id>/end")
@opens("mandate.end", Mandate, writing=True)
def end(tx: Transaction, mandate_id: int) -> Response:
    mandates.end(tx, mandate_id, by=user_id(), now=now())
    flash(words("Ủy nhiệm đã kết thúc; người được ủy nhiệm không xem được nữa."), "done")
    return redirect(url_for("mandates.index"), 303)


@pages.get("/mandates/cases")
@opens("mandated.list")
def cases(tx: Transaction) -> str:
    sent = request.args
    found = mandated_cases(tx, user_id(), sent.get("q", "")[:80], sent.get("after"), today())
    own = mandates.in_force(tx, user_id(), today())
    scopes = mandates.scope_in_words(tx, [row.id for row in own])
    facts: dict[str, Any] = {"labels": labels(tx.registry), "ends": ENDS, "sought": sent.get("q", "")[:80]}
    return render_template("mandated.html", found=found, own=own, scopes=scopes, **facts)


def _organisations(seats: Sequence[access.Seat]) -> list[int]:
    return list(dict.fromkeys(seat.organisation_id for seat in seats if seat.position != "auditor"))


def _choices(tx: Transaction) -> dict[str, forms.Choices]:
    seats = access.acting_for(tx, user_id(), today())
    givers = list(dict.fromkeys(s.organisation_id for s in seats if s.position in LEADERS | ADMINISTRATORS))
    tree = tree_of(tx)
    under = [one for giver in givers for one in tree.descendants_on(giver, today())]
    reach = [one for one in dict.fromkeys([*givers, *under]) if one in tree.nodes][:REACH]
    return {
        "givers": [(one, name_on(tx, one, today())) for one in givers],
        "auditors": mandates.auditors(tx, givers, today()),
        "reach": [(one, tree.nodes[one].name) for one in reach],
    }


def _numbers(text: str) -> list[int]:
    """Case numbers as people write them; what is no number is refused."""
    parts = [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
    if any(not part.isdecimal() or len(part) > 18 for part in parts):
        raise InvalidAnswers({"cases": [Text("Số hồ sơ chỉ gồm chữ số, cách nhau bằng dấu phẩy.")]})
    return [int(part) for part in parts]
