"""Làm cùng lúc: one form for many, a preview of each line, the work with its progress, the report.

Pages of a batch that is on its way do some lines themselves each time they are asked for; the worker takes
over when nobody looks. Both call `running.advance`.
"""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, NotFound
from engine.transactions import Transaction
from web import forms
from web.bulk_asked import asked_of, places_typed
from web.bulk_fields import line_forms, read_lines
from web.bulk_words import KIND_TITLES, STATES, lots, refusals
from web.case_words import PERSONS, threshold
from web.entry import MORE, now, opens, refusal, store, today, typed, user_id
from web.language import words
from web.pages.tasks import BALLOT, BELONGS, PARTS
from workflows import access
from workflows.access import Batch, Case
from workflows.admission.desk import prepare
from workflows.bulk import answers, choosing, orders, queries, running
from workflows.bulk import records as state
from workflows.bulk.places import places_of
from workflows.bulk.table import CONFIRM, EACH, LETTERS, MOST_LINES, NOMINATE, numbering
from workflows.desk.labels import labels
from workflows.season import preparing
from workflows.transfers.verbs import PREPARE

pages = Blueprint("bulk", __name__)
SECONDS = 1.5  # of work a page does before it answers


@pages.get("/bulk")
@opens("bulk.list")
def index(tx: Transaction) -> str:
    found = queries.batches_of(tx, user_id())
    return render_template(
        "bulk_index.html", batches=found, labels=labels(tx.registry), titles=KIND_TITLES, states=STATES
    )


@pages.post("/bulk")
@opens("bulk.list", writing=True)
def choose(tx: Transaction) -> Any:
    """Ticked tasks or students become a list; where they are of several kinds, one is picked first."""
    tasks, students = _numbers("task"), _numbers("student")
    sort = choosing.sort_students if students else choosing.sort_tasks
    chosen = sort(tx, students or tasks, by=user_id(), on=today())
    return begin(tx, chosen, len(tasks or students))


def begin(tx: Transaction, chosen: choosing.Chosen, asked: int) -> Any:
    """The list itself where there is but one; else the page on which one of several is picked. `asked`: how
    many were ticked."""
    group = chosen.only() or (next(iter(chosen.groups)) if _asked_anyway(chosen) else None)
    if group is not None:
        number = choosing.create(tx, group, chosen.groups[group], by=user_id(), now=now())
        return redirect(url_for("bulk.show", batch_id=number), 303)
    names = {one: queries.organisation_name(tx, one.organisation_id) for one in chosen.groups}
    facts = {"chosen": chosen, "names": names, "most": MOST_LINES, "asked": asked}
    page = render_template("bulk_choose.html", labels=labels(tx.registry), titles=KIND_TITLES, **facts)
    return page, 200 if chosen.groups else 422


def _asked_anyway(chosen: choosing.Chosen) -> bool:
    """The one list was shown with what is left out of it, and is wanted as it is."""
    only = next(iter(chosen.groups), None)
    return len(chosen.groups) == 1 and only is not None and not only.singly and "anyway" in request.form


def _numbers(name: str) -> list[int]:
    return [int(one) for one in request.form.getlist(name) if one.isdecimal() and len(one) < 19]


@pages.get("/bulk/<number:batch_id>")
@opens("bulk.use", Batch)
def show(tx: Transaction, batch_id: int) -> Any:
    """Where the list stands; lines that wait are tried or done meanwhile."""
    if queries.find_batch(tx, batch_id).state == state.DRAFT:
        return redirect(url_for("bulk.form", batch_id=batch_id), 303)
    running.advance(store(), batch_id, now=now(), seconds=SECONDS)
    with store().transaction(writing=False) as fresh:
        return _page(fresh, queries.find_batch(fresh, batch_id))


def _page(tx: Transaction, found: Any) -> Response:
    lines, names = queries.lines_of(tx, found.id), labels(tx.registry)
    by_state = {word: [line for line in lines if line.state == word] for word in STATES_OF_LINES}
    facts = {
        "batch": found,
        "lines": lines,
        "by_state": by_state,
        "asked": _asked(tx, found, lines),
        "figures": queries.figures_waiting(tx, [line.vote_id for line in lines if line.vote_id]),
        "threshold": threshold,
        "seen": _seen(tx, lines),
        "waiting": len(by_state[state.WAITING]) + len(by_state[state.READY]),
        **_head(tx, found, names),
    }
    happens = lots(found.element, by_state[state.FINE] + by_state[state.KEPT], names)
    barred = by_state[state.BARRED] + by_state[state.REFUSED]
    cannot = refusals(found.element, barred), refusals(found.element, by_state[state.FAILED])
    facts |= {"happens": happens, "refused": cannot[0], "failed": cannot[1]}
    answer = make_response(render_template(TEMPLATES[found.state], **facts))
    if found.state in (state.CHECKING, state.RUNNING):
        answer.headers["Refresh"] = "1"
    return answer


STATES_OF_LINES = (
    state.WAITING,
    state.FINE,
    state.BARRED,
    state.READY,
    state.KEPT,
    state.REFUSED,
    state.FAILED,
    state.STOPPED,
)
TEMPLATES = {
    state.CHECKING: "bulk_progress.html",
    state.CHECKED: "bulk_preview.html",
    state.RUNNING: "bulk_progress.html",
    state.DONE: "bulk_report.html",
}


def _head(tx: Transaction, found: Any, names: Any) -> dict[str, Any]:
    return {
        "title": names.get(found.element, found.element) if found.element else KIND_TITLES[NOMINATE],
        "confirming": found.kind == CONFIRM,
        "organisation": queries.organisation_name(tx, found.organisation_id),
        "labels": names,
        "persons": PERSONS,
    }


def _seen(tx: Transaction, lines: list[queries.Line]) -> set[int]:
    """The cases that the reader may open; asked once for all of one custodian."""
    kept = queries.custodians(tx, [line.case_id for line in lines if line.case_id])
    first = {custodian: case_id for case_id, custodian in kept.items()}
    may = {
        one for one, case_id in first.items() if access.may(tx, user_id(), "case.see", Case(case_id), today())
    }
    return {case_id for case_id, custodian in kept.items() if custodian in may}


def _asked(tx: Transaction, found: Any, lines: list[queries.Line]) -> dict[int, str]:
    """Beside each name; of those who are only to be prepared it was typed, and lies sealed."""
    told = asked_of(tx, found.element, lines)
    if found.element != PREPARE or found.state != state.CHECKED:
        return told
    with store().transaction(now=now()) as writing:
        typed_in = answers.read(writing, found.id, by=user_id(), now=now())
    return told | places_typed(tx, [line for line in lines if line.id not in told], typed_in, today())


@pages.get("/bulk/<number:batch_id>/form")
@opens("bulk.use", Batch)
def form(tx: Transaction, batch_id: int) -> Any:
    """The step's own form once for all, and the questions that each line answers for itself."""
    found = queries.find_batch(tx, batch_id)
    if found.kind == CONFIRM or found.state not in (state.DRAFT, state.CHECKING, state.CHECKED):
        return redirect(url_for("bulk.show", batch_id=batch_id), 303)
    why, sent = refusal(), request.form if typed() else None
    errors = why.fields if isinstance(why, InvalidAnswers) else {}
    with store().transaction(now=now()) as writing:  # short: what was typed is read, and that it was
        kept = answers.read(writing, batch_id, by=user_id(), now=now())
    lines = queries.lines_of(tx, batch_id)
    choices, first = _first(tx, found, lines)
    if found.element == PREPARE and not choices:  # nobody has a task of it yet
        leaving = [line.student_id for line in lines]
        choices = {"receivers": preparing.places(tx, leaving, kept.own, today())}
    places = places_of(tx, found.element, {line.student_id for line in lines}, today())
    asked = asked_of(tx, found.element, lines)
    facts: dict[str, Any] = {
        "groups": forms.show(
            answers.shared_form(found.element),
            choices=choices,
            values=kept.shared or first,
            typed=sent,
            errors=errors,
            belongs=BELONGS | {"numbering": "paper"},
            parts=PARTS,
            whole=BALLOT,
        ),
        "rows": line_forms(
            found.element,
            lines,
            kept.own,
            typed=sent,
            errors=errors,
            places=places,
            choices=choices,
            asked=asked,
            fresh=not kept.shared,
        ),
        "places": places.lists,
        "refusal": why,
        "batch": found,
        "alike": len(choosing.all_alike(tx, found, on=today())) if found.state == state.DRAFT else 0,
        "most": MOST_LINES,
        "letters": found.element in LETTERS,
    }
    return render_template("bulk_form.html", **facts, **_head(tx, found, labels(tx.registry)))


def _first(tx: Transaction, found: Any, lines: list[queries.Line]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The lists and first values of the step's form, as the first task that is still open has them."""
    values: dict[str, Any] = {"on": today()}
    if "number" in getattr(answers.form_of(found.element), "needed", {}) and numbering(found.element):
        values["numbering"] = EACH
    for line in lines:
        try:
            paper = prepare(tx, line.task_id or 0, by=user_id(), on=today())
        except NotFound:
            continue
        unions = paper.choices.get("opinion_givers") or [(0, "")]
        return dict(paper.choices), {**values, **paper.values, "to_union": unions[0][1]}
    return {}, values


@pages.post("/bulk/<number:batch_id>/form")
@opens("bulk.use", Batch, again="bulk.form")
def fill(tx: Transaction, batch_id: int) -> Response:
    if MORE in request.form:
        raise InvalidAnswers({})
    found, lines = queries.find_batch(tx, batch_id), queries.lines_of(tx, batch_id)
    shared = forms.read(answers.shared_form(found.element), request.form)
    sent = answers.Typed(shared, read_lines(found.element, lines, request.form))
    orders.refuse_form(tx, batch_id, sent, now=now())
    with store().transaction(now=now()) as writing:  # the look at hundreds of lines holds no lock
        orders.fill_in(writing, batch_id, sent, now=now())
    return redirect(url_for("bulk.show", batch_id=batch_id), 303)


@pages.post("/bulk/<number:batch_id>/widen")
@opens("bulk.use", Batch, writing=True)
def widen(tx: Transaction, batch_id: int) -> Response:
    """All that wait at the same step, beyond the page that was ticked: a new list in place of this one."""
    found = queries.find_batch(tx, batch_id)
    rows = choosing.all_alike(tx, found, on=today())
    if found.state != state.DRAFT or not rows:
        return redirect(url_for("bulk.show", batch_id=batch_id), 303)
    group = choosing.Group(found.kind, found.element, found.organisation_id)
    number = choosing.create(tx, group, rows, by=user_id(), now=now())
    return redirect(url_for("bulk.form", batch_id=number), 303)


@pages.post("/bulk/<number:batch_id>/start")
@opens("bulk.use", Batch, writing=True)
def start(tx: Transaction, batch_id: int) -> Response:
    orders.start(tx, batch_id, request.form.get("revision", type=int), now=now())
    return redirect(url_for("bulk.show", batch_id=batch_id), 303)


@pages.post("/bulk/<number:batch_id>/retry")
@opens("bulk.use", Batch, writing=True)
def retry(tx: Transaction, batch_id: int) -> Response:
    orders.retry(tx, batch_id, now=now())
    return redirect(url_for("bulk.show", batch_id=batch_id), 303)


@pages.post("/bulk/<number:batch_id>/stop")
@opens("bulk.use", Batch, writing=True)
def stop(tx: Transaction, batch_id: int) -> Response:
    orders.stop(tx, batch_id, now=now())
    flash(words("Đã dừng. Những dòng đã ghi vẫn giữ nguyên."), "info")
    return redirect(url_for("bulk.show", batch_id=batch_id), 303)


@pages.post("/bulk/<number:batch_id>/correct")
@opens("bulk.use", Batch, writing=True)
def correct(tx: Transaction, batch_id: int) -> Response:
    number = orders.correct(tx, batch_id, now=now())
    return redirect(url_for("bulk.show", batch_id=number), 303)
