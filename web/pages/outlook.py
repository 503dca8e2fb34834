"""Vì sao chưa, và khi nào?: one person's conditions, days, road and plan; the page that goes home."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import ColumnElement

from engine.errors import NotFound
from engine.records import case
from engine.transactions import Transaction
from web.case_words import WORDS
from web.entry import opens, today, user_id
from web.pages.cases import of_the_party_of
from workflows import access
from workflows.access import Case, Student
from workflows.access.personal import own_student
from workflows.desk import untold
from workflows.desk.labels import labels
from workflows.forecast import words
from workflows.forecast.look import Look, Subject, looks, subject_of, without_file
from workflows.forecast.one import page_of
from workflows.forecast.plan import Plan
from workflows.people.records import student
from workflows.rules.editions import edition_on
from workflows.rules.standing import Standing

pages = Blueprint("outlook", __name__)


@pages.get("/students/<number:student_id>/outlook")
@opens("student.see", Student)
def of_student(tx: Transaction, student_id: int) -> str:
    return _page(tx, _seen_of(tx, student_id), url_for("students.show", student_id=student_id))


@pages.get("/cases/<number:case_id>/outlook")
@opens("case.see", Case)
def of_case(tx: Transaction, case_id: int) -> str:
    return _page(tx, _subject(tx, case.c.id == case_id), url_for("cases.show", case_id=case_id))


@pages.get("/students/<number:student_id>/outlook/paper")
@opens("student.see", Student)
def paper(tx: Transaction, student_id: int) -> str:
    """What can be handed to the parents: nothing of the file."""
    return render_template("outlook_paper.html", own=False, **for_family(tx, _seen_of(tx, student_id)))


@pages.get("/me/outlook")
@opens("own_file.see")
def own(tx: Transaction) -> str:
    """The same page for the student."""
    found = _subject(tx, student.c.id == own_student(tx, current_user.id))
    return render_template("outlook_paper.html", own=True, **for_family(tx, found))


def for_family(tx: Transaction, one: Subject) -> dict[str, Any]:
    (look,) = looks(tx, [one], today())
    said = words.for_family(look.seen, followed=look.of.followed)
    return {"one": one, "said": said, "voted": look.voted}


def _page(tx: Transaction, one: Subject, back: str) -> str:
    found = page_of(tx, one, today(), vote_on=_meeting())
    conditions, plan = _told(tx, found.look)
    number = one.student_id
    return render_template(
        "outlook.html",
        page=found,
        seen=found.look.seen,
        conditions=conditions,
        plan=plan,
        one=found.look.of,
        back=back,
        may_student=access.may(tx, user_id(), "student.see", Student(number), today()),
        wanted=_meeting(),
        labels=labels(tx.registry),
        edition_on=edition_on,
        length_of=words.length_of,
        road_words=words.ROAD,
        at_graduation=words.AT_GRADUATION,
        **WORDS,
    )


def _told(tx: Transaction, look: Look) -> tuple[list[Standing], Plan | None]:
    """Conditions and plan; of a verification under way only that it is, to who may not see it."""
    conditions, plan, case_id = look.seen.standing, look.plan, look.of.case_id
    if case_id is None or of_the_party_of(tx, case_id):
        return conditions, plan
    if plan is not None:
        kept = [step for step in plan.steps if step.lead.element not in untold.ELEMENTS]
        plan = replace(plan, steps=kept)
    return untold.conditions(conditions), plan


def _seen_of(tx: Transaction, student_id: int) -> Subject:
    """The person, without the case where it went out of the sight of the one who asks."""
    one = _subject(tx, student.c.id == student_id)
    if one.case_id is None or access.may(tx, user_id(), "case.see", Case(one.case_id), today()):
        return one
    return without_file(one)


def _subject(tx: Transaction, condition: ColumnElement[bool]) -> Subject:
    found = subject_of(tx, condition)
    if found is None:
        raise NotFound
    return found


def _meeting() -> date | None:
    """The meeting that was chosen in the address; none where it is no day, or one gone by."""
    try:
        asked = date.fromisoformat(request.args.get("meeting", ""))
    except ValueError:
        return None
    return asked if today() <= asked <= today() + timedelta(days=3 * 366) else None
