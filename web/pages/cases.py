"""Hồ sơ: the list, one case with all its record, its drawn model, and how it leaves its path."""

import uuid
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from engine.errors import InvalidAnswers, NotFound
from engine.models.drawing import render
from engine.models.store import files_of
from engine.transactions import Transaction
from web import forms
from web.case_words import WORDS
from web.drawing import near
from web.entry import now, opens, refusal, sent_key, today, typed, user_id
from web.language import words
from workflows import access
from workflows.access import Case, Task
from workflows.access.reasons import why_seen
from workflows.admission import acts
from workflows.admission.forms import HelperLost, Interruption
from workflows.desk import case_page, case_story, cases, possible, untold
from workflows.desk.export import write_sheet
from workflows.desk.labels import labels
from workflows.desk.progress import PATH
from workflows.people.words import POSITIONS

pages = Blueprint("cases", __name__)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/cases")
@opens("cases.list")
def index(tx: Transaction) -> str:
    wanted = cases.Wanted.read(request.args)
    seats = access.acting_for(tx, user_id(), today())
    found = cases.case_list(tx, seats, wanted, today())
    facts = {"path": PATH, "due_words": cases.DUES, "state_words": cases.STATES}
    return render_template("cases.html", found=found, wanted=wanted, **facts, **_labels(tx))


@pages.get("/cases/export.xlsx")
@opens("cases.list")
def export(tx: Transaction) -> Response:
    """The whole list behind the filters, not the page of it that is shown."""
    wanted = cases.Wanted.read(request.args)
    seats = access.acting_for(tx, user_id(), today())
    rows = cases.sheet_rows(tx, seats, wanted, today(), labels(tx.registry), WORDS["ends"], words)
    data = write_sheet([words(one) for one in cases.COLUMNS], rows, name=words("Hồ sơ"))
    name = f"ho-so-{today():%Y%m%d}.xlsx"
    return Response(data, mimetype=SHEET, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@pages.get("/cases/<number:case_id>")
@opens("case.see", Case)
def show(tx: Transaction, case_id: int) -> str:
    return render_template("case.html", **told(tx, case_id, acts_too=True))


def told(tx: Transaction, case_id: int, *, acts_too: bool) -> dict[str, Any]:
    """What the case page and the dossier show alike."""
    found = case_page.case_page(tx, case_id)
    if found is None:
        raise NotFound
    names, of_the_party = labels(tx.registry), of_the_party_of(tx, case_id)
    found = found if of_the_party else untold.without(found)
    facts = {
        "page": found,
        "story": case_story.story(tx, found, names, today(), whole=of_the_party),
        "of_the_party": of_the_party,
        "drawn": case_page.drawn_process(found),
        "age": case_page.age_in_words(found.student.birth_date, today()),
        "positions": POSITIONS,
        "path": PATH,
    }
    if acts_too:
        all_acts = possible.possible(tx, found, names, by=user_id(), on=today())
        facts["acts"] = [one for one in all_acts if one.endpoint in current_app.view_functions]
        facts["why"] = why_seen(tx, user_id(), "case.see", Case(case_id), today())
        facts["seen"] = {
            t.id for t in found.tasks if access.may(tx, user_id(), "task.see", Task(t.id), today())
        }
    return facts | _labels(tx)


def of_the_party_of(tx: Transaction, case_id: int) -> bool:
    """Whether the verification is told too, or only that it goes on."""
    return access.may(tx, user_id(), "case.verifications", Case(case_id), today())


@pages.get("/cases/<number:case_id>/model.svg")
@opens("case.see", Case)
def drawing(tx: Transaction, case_id: int) -> Response:
    """The model of the stage where the case stands, or the one asked for: done, now, next, how often."""
    found = case_page.case_page(tx, case_id)
    if found is None:
        raise NotFound
    files = files_of(tx, found.case.model_id)
    process = request.args.get("process") or "admission"
    if f"{process}.bpmn" not in files:
        abort(404)
    whole = of_the_party_of(tx, case_id)
    shown = found if whole else untold.without(found)
    marks, tags = case_story.drawn_marks(tx, shown, today(), whole=whole)
    svg = render(files, process, marks, tags=tags, words=words)
    width = request.args.get("near", type=int)
    return Response(near(svg, width) if width else svg, mimetype="image/svg+xml")


@pages.get("/cases/<number:case_id>/road")
@opens("case.see", Case)
def road(tx: Transaction, case_id: int) -> str:
    """The whole road drawn, every stage of it, and the same facts as a table."""
    facts = told(tx, case_id, acts_too=False)
    files = files_of(tx, facts["page"].case.model_id)
    drawn = [one for one in PATH if f"{one}.bpmn" in files]
    asked = request.args.get("process")
    shown = asked if asked in drawn else facts["drawn"] if asked is None else "admission"
    return render_template("road.html", shown=shown, processes=("admission", *drawn), **facts)


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
    return sent_key()


def _labels(tx: Transaction) -> dict[str, Any]:
    return {"labels": labels(tx.registry), **WORDS}
