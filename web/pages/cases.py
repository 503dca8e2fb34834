"""Hồ sơ: the list, one case with all its record, its drawn model, and how it leaves its path."""

import uuid
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from engine.errors import InvalidAnswers, NotFound
from engine.models.drawing import render
from engine.models.store import files_of
from engine.transactions import Transaction
from web import forms
from web.case_words import (
    ANSWERS,
    BODIES,
    CLOCKS,
    ENDS,
    METHODS,
    PERSONS,
    journal_sentence,
    stage_marks,
    threshold,
)
from web.drawing import near
from web.entry import now, opens, refusal, today, typed, user_id
from web.language import words
from workflows import access
from workflows.access import Case, Task, Vote
from workflows.admission import acts
from workflows.admission.desk import prepare
from workflows.admission.forms import HelperLost, Interruption
from workflows.desk import case_page, cases, people, remedies
from workflows.desk.case_page import PATH
from workflows.desk.labels import labels

pages = Blueprint("cases", __name__)


@pages.get("/cases")
@opens("cases.list")
def index(tx: Transaction) -> str:
    sent = request.args
    wanted = cases.Wanted(
        words=sent.get("q", "")[:80],
        stage=sent.get("stage") or None,
        state=sent.get("state", "open"),
        after=sent.get("after") or None,
    )
    seats = access.acting_for(tx, user_id(), today())
    found = cases.case_list(tx, seats, wanted, today())
    return render_template("cases.html", found=found, wanted=wanted, path=PATH, **_labels(tx))


@pages.get("/search")
@opens("cases.list")
def search(tx: Transaction) -> str:
    sought = request.args.get("q", "").strip()[:80]
    seats = access.acting_for(tx, user_id(), today())
    if not sought:
        return render_template("search.html", sought="", cases=[], students=None, **_labels(tx))
    found = cases.case_list(tx, seats, cases.Wanted(words=sought, state="all"), today()).lines
    schools = people.institutions_of(tx, seats)
    roll = people.student_list(tx, schools, people.Wanted(words=sought)).lines if schools else None
    return render_template("search.html", sought=sought, cases=found, students=roll, **_labels(tx))


@pages.get("/cases/<number:case_id>")
@opens("case.see", Case)
def show(tx: Transaction, case_id: int) -> str:
    found = case_page.case_page(tx, case_id)
    if found is None:
        raise NotFound
    may = {
        "interrupt": access.may(tx, user_id(), "case.interrupt", Case(case_id), today()),
        "helper_lost": access.may(tx, user_id(), "case.helper_lost", Case(case_id), today()),
        "read_texts": access.may(tx, user_id(), "case.read_texts", Case(case_id), today()),
        "extend": access.may(tx, user_id(), "case.extend", Case(case_id), today())
        and remedies.extendable(tx, case_id, today()),
        "correct": _correctable(tx, found),
        "student": access.may(tx, user_id(), "student.see", access.Student(found.case.subject_id), today()),
        "tasks": {t.id for t in found.tasks if access.may(tx, user_id(), "task.see", Task(t.id), today())},
    }
    missing = [prepare(tx, t.id, by=user_id(), on=today()).unmet for t in found.tasks if t.id in may["tasks"]]
    return render_template(
        "case.html",
        page=found,
        may=may,
        unmet=[one for some in missing for one in some],
        path=PATH,
        drawn=case_page.drawn_process(found),
        age=case_page.age_in_words(found.student.birth_date, today()),
        stages=stage_marks(found),
        journal_sentence=journal_sentence,
        threshold=threshold,
        clocks=CLOCKS,
        bodies=BODIES,
        methods=METHODS,
        answers=ANSWERS,
        persons=PERSONS,
        **_labels(tx),
    )


def _correctable(tx: Transaction, page: case_page.CasePage) -> set[int]:
    """Votes that stand, may be corrected by me and were not written by me."""
    standing = [row for row in page.votes if row.status == "standing" and row.proposed_by != user_id()]
    return {row.id for row in standing if access.may(tx, user_id(), "vote.correct", Vote(row.id), today())}


@pages.get("/cases/<number:case_id>/model.svg")
@opens("case.see", Case)
def drawing(tx: Transaction, case_id: int) -> Response:
    """The model of the stage where the case stands, or the one asked for, with the present step marked."""
    files = files_of(tx, case_page.model_of(tx, case_id))
    waiting = case_page.waiting_elements(tx, case_id)
    process = request.args.get("process") or "admission"
    if f"{process}.bpmn" not in files:
        abort(404)
    here = waiting.get(process, set()) | waiting.get("", set())
    marks = dict.fromkeys(case_page.passed_elements(tx, case_id), "done")
    marks |= dict.fromkeys(here, "now")
    stage = case_page.stage_of(tx, case_id)
    if process == "admission" and stage:
        marks[stage] = "now"
    svg = render(files, process, marks)
    width = request.args.get("near", type=int)
    return Response(near(svg, width) if width else svg, mimetype="image/svg+xml")


@pages.get("/cases/<number:case_id>/interrupt")
@opens("case.interrupt", Case)
def interruption(tx: Transaction, case_id: int) -> str:
    return _side_act(tx, case_id, Interruption, words("Đưa hồ sơ ra khỏi bước hiện tại"), "interruption.html")


@pages.post("/cases/<number:case_id>/interrupt")
@opens("case.interrupt", Case, writing=True, again="cases.interruption")
def interrupt(tx: Transaction, case_id: int) -> AnyResponse:
    answers = forms.load(Interruption, request.form)
    reason = answers.pop("reason")
    acts.interrupt(tx, case_id, reason, by=user_id(), now=now(), request_key=_key(), **answers)
    flash(words("Đã ghi."), "done")
    return redirect(url_for("cases.show", case_id=case_id), 303)


@pages.get("/cases/<number:case_id>/helper-lost")
@opens("case.helper_lost", Case)
def helper_lost(tx: Transaction, case_id: int) -> str:
    return _side_act(tx, case_id, HelperLost, words("Người giúp đỡ không còn giúp được"), "interruption.html")


@pages.post("/cases/<number:case_id>/helper-lost")
@opens("case.helper_lost", Case, writing=True, again="cases.helper_lost")
def report_helper_lost(tx: Transaction, case_id: int) -> AnyResponse:
    answers = forms.load(HelperLost, request.form)
    reason = answers.pop("reason")
    acts.report_helper_lost(tx, case_id, reason, by=user_id(), now=now(), request_key=_key(), **answers)
    flash(words("Đã ghi. Chi bộ có việc mới: phân công người giúp đỡ khác."), "done")
    return redirect(url_for("cases.show", case_id=case_id), 303)


def _side_act(tx: Transaction, case_id: int, schema: Any, title: str, template: str) -> str:
    found = case_page.case_page(tx, case_id)
    if found is None:
        raise NotFound
    why = refusal()
    groups = forms.show(
        schema,
        values={"on": today()},
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    facts = {"title": title, "groups": groups, "refusal": why, "request_key": _key() or uuid.uuid4().hex}
    return render_template(template, page=found, unmet=getattr(why, "unmet", ()), **facts, **_labels(tx))


def _key() -> str | None:
    return request.form.get("request_key")


def _labels(tx: Transaction) -> dict[str, Any]:
    return {"labels": labels(tx.registry), "ends": ENDS}
