"""Trợ lý sắp xếp tổ chức: plans, their changes, what they would do, the second person, the report."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, Text
from engine.time import day_of
from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, refusal, store, today, typed, user_id
from web.language import words
from web.pages.organisations import WORDS
from web.reorganisation_forms import Head
from workflows import access
from workflows.access import Plan
from workflows.access.permissions import ADMINISTRATORS
from workflows.administration.scope import heads, reach
from workflows.desk.labels import labels
from workflows.organisations.queries import name_on, tree_of
from workflows.reorganisation import approving, carrying, drafting, queries
from workflows.reorganisation.foreseeing import foresee
from workflows.reorganisation.plans import Change, changes_of, find, names_of
from workflows.reorganisation.records import APPROVED, DRAFT, FINISHED, RUNNING, STATES, SUBMITTED
from workflows.reorganisation.words import APPROVALS, GOES, SEATS, SHARES, VERBS, sentence
from workflows.reorganisation.words import STATES as STATE_WORDS

pages = Blueprint("reorganisation", __name__)
SECONDS = 2.0
SAYS: Mapping[str, Any] = {
    "verbs": VERBS,
    "states": STATE_WORDS,
    "approvals": APPROVALS,
    "goes": GOES,
    "shares": SHARES,
    "seats": dict(SEATS),
    **WORDS,
}


@pages.get("/reorganisations")
@opens("reorganisation.list")
def index(tx: Transaction) -> str:
    state = request.args.get("state", "")
    found = queries.listed(tx, reach(tx, heads_here(tx), today()), state if state in STATES else None)
    return render_template("reorganisations.html", found=found, state=state, **SAYS)


@pages.get("/reorganisations/new")
@opens("reorganisation.list")
def new(tx: Transaction) -> str:
    values = {"paper_on": today(), "on_day": today()}
    return render_template("reorganisation_head.html", plan=None, groups=_head_groups(tx, values), **shown())


@pages.post("/reorganisations/new")
@opens("reorganisation.list", writing=True, again="reorganisation.new")
def make(tx: Transaction) -> Response:
    asked = forms.load(Head, request.form)
    head = asked.pop("head")
    if head not in heads_here(tx):
        raise InvalidAnswers({"head": [Text("Hãy chọn trong danh sách.")]})
    return to_plan(drafting.make(tx, head, asked, by=user_id(), on=today(), now=now()))


@pages.get("/reorganisations/<number:plan_id>")
@opens("reorganisation.see", Plan)
def show(tx: Transaction, plan_id: int) -> str:
    plan, changes = find(tx, plan_id), changes_of(tx, plan_id)
    others = approving.approvers(tx, plan, today())
    may = {
        "write": plan.state == DRAFT,
        "take_back": plan.state in (SUBMITTED, APPROVED)
        or (plan.stopped_at is not None and not any(one.done for one in changes)),
        "approve": plan.state == SUBMITTED and (not others or user_id() in others),
    }
    left = sum(not one.done for one in changes)
    return render_template(
        "reorganisation.html",
        may=may,
        waits_for=others if plan.state == SUBMITTED else {},
        shared=queries.shared_out(tx, [one.id for one in changes]),
        left=left,
        done=queries.cases_done(tx, plan_id) if plan.state in (RUNNING, FINISHED) else [],
        stopped=_stopped(plan),
        **of_plan(tx, plan, changes),
    )


@pages.get("/reorganisations/<number:plan_id>/head")
@opens("reorganisation.plan", Plan)
def head(tx: Transaction, plan_id: int) -> str:
    plan = find(tx, plan_id)
    values = {**plan._mapping, "head": plan.organisation_id}
    groups = _head_groups(tx, values, [plan.organisation_id])
    return render_template("reorganisation_head.html", plan=plan, groups=groups, **shown())


@pages.post("/reorganisations/<number:plan_id>/head")
@opens("reorganisation.plan", Plan, writing=True, again="reorganisation.head")
def amend(tx: Transaction, plan_id: int) -> Response:
    asked = forms.load(Head, request.form)
    asked.pop("head")
    drafting.amend(tx, plan_id, asked, revision=_revision(), on=today())
    return to_plan(plan_id)


@pages.get("/reorganisations/<number:plan_id>/preview")
@opens("reorganisation.see", Plan)
def preview(tx: Transaction, plan_id: int) -> str:
    plan, changes = find(tx, plan_id), changes_of(tx, plan_id)
    found = foresee(store(), plan_id, now=now())
    return render_template(
        "reorganisation_preview.html",
        found=found,
        labels=labels(tx.registry),
        **of_plan(tx, plan, changes),
    )


@pages.post("/reorganisations/<number:plan_id>/submit")
@opens("reorganisation.plan", Plan, writing=True)
def submit(tx: Transaction, plan_id: int) -> Response:
    drafting.submit(tx, plan_id, revision=_revision(), by=user_id(), on=today(), now=now())
    flash(words("Đã trình. Phương án chờ người thứ hai duyệt."), "done")
    return to_plan(plan_id)


@pages.post("/reorganisations/<number:plan_id>/approve")
@opens("reorganisation.approve", Plan, writing=True)
def approve(tx: Transaction, plan_id: int) -> Response:
    approving.approve(tx, plan_id, revision=_revision(), by=user_id(), on=today(), now=now())
    flash(words("Đã duyệt. Chương trình thực hiện từ ngày hiệu lực, đồng chí có thể đóng trang."), "done")
    return to_plan(plan_id)


@pages.post("/reorganisations/<number:plan_id>/return")
@opens("reorganisation.approve", Plan, writing=True)
def send_back(tx: Transaction, plan_id: int) -> Response:
    reason = request.form.get("reason", "")
    approving.send_back(tx, plan_id, reason, by=user_id(), on=today(), now=now())
    flash(words("Đã trả lại để sửa."), "done")
    return to_plan(plan_id)


@pages.post("/reorganisations/<number:plan_id>/withdraw")
@opens("reorganisation.plan", Plan, writing=True)
def withdraw(tx: Transaction, plan_id: int) -> Response:
    drafting.withdraw(tx, plan_id, by=user_id(), on=today(), now=now())
    flash(words("Đã bỏ phương án. Chưa có gì thay đổi."), "done")
    return to_plan(plan_id)


@pages.post("/reorganisations/<number:plan_id>/cut")
@opens("reorganisation.approve", Plan, writing=True)
def cut(tx: Transaction, plan_id: int) -> Response:
    approving.cut_short(tx, plan_id, by=user_id(), on=today(), now=now())
    flash(words("Đã bỏ những thay đổi chưa làm. Chương trình làm nốt phần hồ sơ."), "done")
    return to_plan(plan_id)


@pages.post("/reorganisations/<number:plan_id>/carry")
@opens("reorganisation.approve", Plan)
def carry(tx: Transaction, plan_id: int) -> Response:
    """Goes on for a moment; the worker does the same without anybody at the page."""
    carrying.advance(store(), plan_id, now=now(), seconds=SECONDS)
    return to_plan(plan_id)


@pages.get("/reorganisations/<number:plan_id>/report")
@opens("reorganisation.see", Plan)
def report(tx: Transaction, plan_id: int) -> str:
    plan, changes = find(tx, plan_id), changes_of(tx, plan_id)
    done = queries.cases_done(tx, plan_id)
    nodes = tree_of(tx).nodes
    return render_template(
        "reorganisation_report.html",
        done=done,
        moved=queries.moved(done),
        name={one.id: one.name for one in nodes.values()},
        owner=name_on(tx, plan.organisation_id, plan.on_day),
        on=day_of(plan.finished_at or now()),
        labels=labels(tx.registry),
        **of_plan(tx, plan, changes),
    )


def heads_here(tx: Transaction) -> list[int]:
    return heads(access.acting_for(tx, user_id(), today()), ADMINISTRATORS)


def _head_groups(
    tx: Transaction, values: Mapping[str, Any], own: list[int] | None = None
) -> list[forms.Group]:
    why = refusal()
    offered = own or heads_here(tx)
    return forms.show(
        Head,
        choices={"heads": [(one, name_on(tx, one, today())) for one in offered]},
        values={"head": offered[0] if len(offered) == 1 else None} | dict(values),
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )


def shown() -> dict[str, Any]:
    return {"refusal": refusal(), **SAYS}


def of_plan(tx: Transaction, plan: Any, changes: list[Change]) -> dict[str, Any]:
    """What every page of a plan says: its head, its changes in words, who was at it."""
    names = names_of(tx, changes, plan.on_day)
    said = {one.id: sentence(one.verb, one.answers, lambda ref: names.get(ref or 0, "")) for one in changes}
    facts = {"plan": plan, "changes": changes, "said": said, "refs": names}
    return facts | {"people": queries.people_of(tx, plan), "refusal": refusal(), **SAYS}


def _stopped(plan: Any) -> list[Text]:
    return [carrying.text_of(one) for one in (plan.stopped_because or {}).get("why", ())]


def _revision() -> int:
    return request.form.get("revision", -1, type=int)


def to_plan(plan_id: int) -> Response:
    return redirect(url_for("reorganisation.show", plan_id=plan_id), 303)
