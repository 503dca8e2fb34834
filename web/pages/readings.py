"""Ai đã đọc: every reading of a person's file, told to those who keep it."""

from flask import Blueprint, render_template

from engine.errors import NotFound
from engine.transactions import Transaction
from web.entry import opens
from web.pages.cases import of_the_party_of
from web.pages.comments import READING as COMMENTS
from web.pages.students import PURPOSES
from workflows.access import Case, readings
from workflows.desk import openings, people
from workflows.own_file import corrections
from workflows.own_file.papers import OWN_READING

pages = Blueprint("readings", __name__)
# Purposes that say nothing of how a file stands.
TOLD = frozenset({*PURPOSES.values(), OWN_READING, COMMENTS, corrections.PURPOSE, openings.PURPOSE})


@pages.get("/cases/<number:case_id>/readings")
@opens("case.readings", Case)
def of_case(tx: Transaction, case_id: int) -> str:
    student_id = readings.student_of(tx, case_id)
    if student_id is None:
        raise NotFound
    whole = of_the_party_of(tx, case_id)
    lines = readings.log_of(tx, student_id, openly=None if whole else TOLD)
    person = people.one_student(tx, student_id)
    return render_template("readings.html", person=person, lines=lines, case_id=case_id)
