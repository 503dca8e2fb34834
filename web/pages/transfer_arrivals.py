"""Chuyển giao: somebody arrives with the paper of a place outside of the system; the Party's portal."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound, NotLawful, Text
from engine.transactions import Transaction
from web import forms
from web.entry import MORE, now, opens, refusal, today, typed, user_id
from web.language import words
from web.pages.transfers import SAID, pages
from workflows.access import Organisation
from workflows.administration.picking import members_named, only
from workflows.admission.adoption import PaperAct
from workflows.admission.adoption_sheet import MILESTONES
from workflows.admission.fields import Sheet, choice, day, line, rows
from workflows.desk.labels import labels
from workflows.organisations.kinds import PARTY_CELL
from workflows.organisations.queries import name_on, tree_of
from workflows.transfers import portal
from workflows.transfers.outside import Arrival, take_in
from workflows.transfers.words import VARIANTS

HELPER = "assign_helper"
OUTCOMES = {one.element: one.outcome for one in MILESTONES}


class Done(Sheet):
    """One paper of a road that was begun elsewhere."""

    element = line("Bước đã làm", required=True, choices="milestones", widget="select")
    on = day("Ngày", required=True)
    number = line("Số, ký hiệu", longest=40)
    helper = line(
        "Người giúp đỡ", help="Chỉ với bước phân công: đảng viên của chi bộ tiếp nhận, không cần dấu."
    )


class Coming(Arrival):
    """The letter, and how far the road has come by its papers."""

    done = rows(
        "Các bước đã làm theo giấy tờ",
        Done,
        help="Người vào Đảng: ghi theo thứ tự thời gian. Đảng viên chính thức: bỏ trống.",
    )


@pages.get("/organisations/<number:organisation_id>/arrival")
@opens("transfer.arrival", Organisation)
def arriving(tx: Transaction, organisation_id: int) -> str:
    _cell(tx, organisation_id)
    names, why = labels(tx.registry), refusal()
    groups = forms.show(
        Coming,
        choices={"milestones": [(one, names.get(one, one)) for one in OUTCOMES]},
        values={"on": today()},
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    cells = _cells_beside(tx, organisation_id)
    unmet = why.unmet if isinstance(why, NotLawful) else ()
    facts = {"groups": groups, "refusal": why, "unmet": unmet, "cells": cells, "cell_id": organisation_id}
    return render_template(
        "transfer_arrival.html", name=name_on(tx, organisation_id, today()), **facts, **SAID
    )


@pages.post("/organisations/<number:organisation_id>/arrival")
@opens("transfer.arrival", Organisation, writing=True, again="transfers.arriving")
def arrive(tx: Transaction, organisation_id: int) -> Response:
    _cell(tx, organisation_id)
    if MORE in request.form:
        raise InvalidAnswers({})
    asked = forms.load(Coming, request.form)
    done = [_act(tx, organisation_id, place, one) for place, one in enumerate(asked.pop("done", None) or ())]
    try:
        _student, opened = take_in(tx, organisation_id, asked, by=user_id(), now=now(), done=done)
    except InvalidAnswers as error:
        raise InvalidAnswers(_at_rows(error.fields)) from error
    flash(words("Đã tiếp nhận. Từ lúc này chi bộ chịu trách nhiệm."), "done")
    if opened is None:
        return redirect(url_for("rolls.show", organisation_id=organisation_id), 303)
    return redirect(url_for("cases.show", case_id=opened.id), 303)


def _cell(tx: Transaction, organisation_id: int) -> None:
    node = tree_of(tx).nodes.get(organisation_id)
    if node is None:
        raise NotFound


def _cells_beside(tx: Transaction, organisation_id: int) -> list[tuple[int, str]]:
    """Other cells that the same desk may write for: below it, where it is no cell itself."""
    tree = tree_of(tx)
    if tree.nodes[organisation_id].kind == PARTY_CELL:
        return []
    below = tree.descendants_on(organisation_id, today())
    return [(one, tree.nodes[one].name) for one in below if tree.nodes[one].kind == PARTY_CELL]


def _act(tx: Transaction, cell_id: int, place: int, one: dict[str, Any]) -> PaperAct:
    element, answers = one["element"], {}
    if element not in OUTCOMES:
        raise InvalidAnswers({f"done.{place}.element": [Text("Hãy chọn một mục trong danh sách.")]})
    if element == HELPER:
        found = members_named(tx, one.get("helper", ""), one["on"], among={cell_id})
        who = only(
            found, f"done.{place}.helper", None, "Ghi tên một đảng viên chính thức của chi bộ tiếp nhận."
        )
        answers = {"member_id": who, "shared_since": one["on"]}
    return PaperAct(element, one["on"], OUTCOMES[element], one.get("number"), answers)


def _at_rows(errors: dict[str, Any]) -> dict[str, Any]:
    """Faults of an act, by its place in the list, at the row of the page."""
    return {
        f"done.{name}" if name.partition(".")[0].isdigit() else name: found for name, found in errors.items()
    }


# --- where the Party's portal is in force


class Period(Sheet):
    """Since when, by which paper, the portal carries a form of transfer."""

    variant = choice(
        "Thủ tục", tuple((word, VARIANTS[word]) for word in ("formal", "temporary")), required=True
    )
    since = day("Từ ngày", required=True)
    until = day("Thôi áp dụng từ ngày")
    paper = line("Theo văn bản", required=True, longest=80, help="Số, ký hiệu và ngày của văn bản.")


@pages.get("/organisations/<number:organisation_id>/portal")
@opens("portal.declare", Organisation)
def portal_periods(tx: Transaction, organisation_id: int) -> str:
    _cell(tx, organisation_id)
    why = refusal()
    groups = forms.show(
        Period,
        values={"since": today()},
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    facts = {"groups": groups, "refusal": why, "periods": portal.periods(tx, organisation_id, today())}
    name = name_on(tx, organisation_id, today())
    return render_template(
        "transfer_portal.html", name=name, organisation_id=organisation_id, **facts, **SAID
    )


@pages.post("/organisations/<number:organisation_id>/portal")
@opens("portal.declare", Organisation, writing=True, again="transfers.portal_periods")
def declare_portal(tx: Transaction, organisation_id: int) -> Response:
    asked = {"until": None, **forms.load(Period, request.form)}
    portal.declare(tx, organisation_id, by=user_id(), now=now(), **asked)
    flash(words("Đã ghi thời gian làm thủ tục trên Cổng."), "done")
    return redirect(url_for("transfers.portal_periods", organisation_id=organisation_id), 303)
