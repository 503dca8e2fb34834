"""The changes of a plan: added one by one, put in order, and of a split who and what goes where."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import Conflict, Text
from engine.transactions import Transaction
from web import forms, picks
from web.entry import opens, today
from web.language import words
from web.pages.reorganisation import heads_here, of_plan, pages, shown, to_plan
from web.reorganisation_forms import PICKS, SCHEMAS, VALUES, Picking, answers_of
from workflows.access import Plan
from workflows.administration.scope import reach
from workflows.desk.labels import labels
from workflows.reorganisation import drafting, queries
from workflows.reorganisation.plans import Change, change_of, changes_of, find
from workflows.reorganisation.words import SHARES

FIRST_LIST = "below"
AT_ONCE = 200  # lines of a list of a split on one page
ANY_VERB = "any(found, rename, move, power, merge, split, end)"
ANY_KIND = "any(below, member, position, class, case)"


@pages.get(f"/reorganisations/<number:plan_id>/add/<{ANY_VERB}:change>")
@opens("reorganisation.plan", Plan)
def adding(tx: Transaction, plan_id: int, change: str) -> str:
    plan, changes = find(tx, plan_id), changes_of(tx, plan_id)
    pick = _picking(tx, plan, changes)
    single = [name for name in PICKS if f"{name}_chosen" in SCHEMAS[change]().fields]
    candidates = {name: pick.candidates(picks.sent(name), name) for name in single}
    groups = picks.shown(SCHEMAS[change], values=dict(VALUES), candidates=candidates)
    planned = [one.answers["name"] for one in changes if one.verb == "found"]
    return render_template(
        "reorganisation_add.html", plan=plan, verb=change, groups=groups, planned=planned, **shown()
    )


@pages.post(f"/reorganisations/<number:plan_id>/add/<{ANY_VERB}:change>")
@opens("reorganisation.plan", Plan, writing=True, again="reorganisation.adding")
def add(tx: Transaction, plan_id: int, change: str) -> Response:
    plan, changes = find(tx, plan_id), changes_of(tx, plan_id)
    asked = forms.load(SCHEMAS[change], request.form)
    answers = answers_of(change, asked, _picking(tx, plan, changes))
    own = reach(tx, heads_here(tx), today())
    made = drafting.add_change(tx, plan_id, change, answers, reach=own)
    if change == "split":
        return redirect(
            url_for("reorganisation.lists", plan_id=plan_id, change_id=made, kind=FIRST_LIST), 303
        )
    flash(words("Đã thêm vào phương án."), "done")
    return to_plan(plan_id)


@pages.post("/reorganisations/<number:plan_id>/changes/<number:change_id>")
@opens("reorganisation.plan", Plan, writing=True)
def arrange(tx: Transaction, plan_id: int, change_id: int) -> Response:
    """Out of the plan, or one place earlier."""
    order = {"raise": drafting.raise_change, "drop": drafting.drop_change}.get(request.form.get("_step", ""))
    if order is not None:
        order(tx, plan_id, change_id)
    return to_plan(plan_id)


@pages.get(f"/reorganisations/<number:plan_id>/lists/<number:change_id>/<{ANY_KIND}:kind>")
@opens("reorganisation.plan", Plan)
def lists(tx: Transaction, plan_id: int, change_id: int, kind: str) -> str:
    plan, changes = find(tx, plan_id), changes_of(tx, plan_id)
    change = change_of(tx, change_id, plan_id)
    own = change.answers.get("organisation", 0)
    if change.verb != "split":
        raise Conflict(Text("Chỉ kê riêng được khi chia, tách."))
    found = {one: queries.things(tx, change_id, own, one, plan.on_day) if own > 0 else [] for one in SHARES}
    page = max(0, request.args.get("page", 0, type=int))
    return render_template(
        "reorganisation_lists.html",
        change=change,
        kind=kind,
        counts={one: len(some) for one, some in found.items()},
        things=found[kind][page * AT_ONCE : (page + 1) * AT_ONCE],
        next_page=page + 1 if len(found[kind]) > (page + 1) * AT_ONCE else None,
        labels=labels(tx.registry),
        **of_plan(tx, plan, changes),
    )


@pages.post(f"/reorganisations/<number:plan_id>/lists/<number:change_id>/<{ANY_KIND}:kind>")
@opens("reorganisation.plan", Plan, writing=True)
def share(tx: Transaction, plan_id: int, change_id: int, kind: str) -> Response:
    chosen, to = request.form.getlist("thing"), request.form.get("to", type=int)
    if not chosen:
        flash(words("Chưa chọn mục nào trong danh sách."), "wait")
    drafting.share(tx, plan_id, change_id, kind, [one[:60] for one in chosen], to or None)
    return redirect(url_for("reorganisation.lists", plan_id=plan_id, change_id=change_id, kind=kind), 303)


def _picking(tx: Transaction, plan: Any, changes: list[Change]) -> Picking:
    return Picking(tx, changes, reach(tx, heads_here(tx), today()), plan.on_day)
