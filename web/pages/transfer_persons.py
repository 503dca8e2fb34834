"""Chuyển giao: of a member who was written into the roll by hand it is said first which person that is."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, refusal, today, typed, user_id
from web.pages.transfers import SAID, pages
from workflows.access import Organisation
from workflows.admission.fields import Sheet, one_of
from workflows.organisations.queries import name_on
from workflows.transfers import persons


class Chosen(Sheet):
    """One of the students who may be meant."""

    student_id = one_of("Người trong danh sách trường", "alike", required=True)


@pages.get("/organisations/<number:organisation_id>/members/<number:member_id>/person")
@opens("transfer.prepare", Organisation)
def tying(tx: Transaction, organisation_id: int, member_id: int) -> Any:
    found = persons.behind(tx, organisation_id, member_id, by=user_id(), on=today())
    if found.student_id is not None:
        return redirect(url_for("transfers.beginning", student_id=found.student_id), 303)
    asked, why = request.form.get("_form", ""), refusal()
    known = {"birth_date": found.birth_date}
    if found.school is not None:
        known |= {"school": found.school[1], "school_kind": found.school[2]}
    only = {"student_id": found.alike[0].id} if len(found.alike) == 1 else {}
    made = {
        name: forms.show(
            schema,
            choices={"alike": [(one.id, _told(one)) for one in found.alike]},
            values=known if name == "was" else only,
            typed=request.form if typed() and asked == name else None,
            errors=why.fields if isinstance(why, InvalidAnswers) and asked == name else None,
            prefix=name,
        )
        for name, schema in (("chosen", Chosen), ("was", persons.Was))
    }
    facts = {"found": found, "made": made, "refusal": why, "asked": asked, "cell_id": organisation_id}
    return render_template(
        "transfer_person.html", cell=name_on(tx, organisation_id, today()), **facts, **SAID
    )


def _told(one: Any) -> Text:
    """Enough to know somebody by."""
    told = Text("sinh {born}, lớp {name}", born=f"{one.birth_date:%d/%m/%Y}", name=one.class_name or "…")
    if one.left_on is None:
        return told
    return Text("{told}, rời trường {day}", told=told, day=f"{one.left_on:%d/%m/%Y}")


@pages.post("/organisations/<number:organisation_id>/members/<number:member_id>/person")
@opens("transfer.prepare", Organisation, writing=True, again="transfers.tying")
def tie(tx: Transaction, organisation_id: int, member_id: int) -> Response:
    if request.form.get("_form") == "chosen":
        student_id = forms.load(Chosen, request.form)["student_id"]
        persons.tie(tx, organisation_id, member_id, student_id, by=user_id(), now=now())
    else:
        read = forms.load(persons.Was, request.form)
        student_id = persons.enter(tx, organisation_id, member_id, read, by=user_id(), now=now())
    return redirect(url_for("transfers.beginning", student_id=student_id), 303)
