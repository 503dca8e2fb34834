"""More time for a step of a handover, by the superior's paper: the same act as for a case."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import cases
from engine.errors import InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from web import forms
from web.case_words import CLOCKS
from web.entry import now, opens, refusal, today, typed, user_id
from web.language import words
from web.pages.remedies import LASTING, PLAIN, Granting
from web.pages.transfers import pages
from workflows.access import Case
from workflows.admission import acts
from workflows.desk import remedies
from workflows.transfers import queries
from workflows.transfers.following import KIND


@pages.get("/transfers/<number:handover_id>/grant-time")
@opens("case.grant", Case)
def granting(tx: Transaction, handover_id: int) -> str:
    if cases.get_case(tx, handover_id).kind != KIND:
        raise NotFound
    name = queries.one(tx, handover_id, today()).line.name
    clocks = remedies.grantable(tx, handover_id)
    why = refusal()
    groups = forms.show(
        Granting,
        choices={"clocks": [(str(one.id), _option(one)) for one in clocks]},
        values={"on": today(), "clock": str(clocks[0].id) if len(clocks) == 1 else None},
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    back = url_for("transfers.show", handover_id=handover_id)
    facts = {"groups": groups, "clocks": clocks, "refusal": why, "back": back, "name": name}
    return render_template("granting.html", **facts)


def _option(one: remedies.Grantable) -> Text:
    shape = LASTING if one.lasting else PLAIN
    return Text(shape, clock=Text(CLOCKS.get(one.name, one.name)), due=one.due_on)


@pages.post("/transfers/<number:handover_id>/grant-time")
@opens("case.grant", Case, writing=True, again="transfers.granting")
def grant(tx: Transaction, handover_id: int) -> Response:
    answers = forms.load(Granting, request.form)
    if not answers["clock"].isdigit():
        raise InvalidAnswers({"clock": [Text("Hãy chọn một mục trong danh sách.")]})
    due = acts.grant_time(tx, handover_id, answers, by=user_id(), now=now())
    flash(words("Đã ghi hạn mới: {day}.", day=due), "done")
    return redirect(url_for("transfers.show", handover_id=handover_id), 303)
