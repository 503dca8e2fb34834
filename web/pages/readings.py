"""Ai đã đọc: every reading of a person's file, told to those who keep it."""

from flask import Blueprint, render_template

from engine.errors import NotFound
from engine.transactions import Transaction
from web.entry import opens
from workflows.access import Case, readings
from workflows.desk import people

pages = Blueprint("readings", __name__)


@pages.get("/cases/<number:case_id>/readings")
@opens("case.readings", Case)
def of_case(tx: Transaction, case_id: int) -> str:
    student_id = readings.student_of(tx, case_id)
    if student_id is None:
        raise NotFound
    person, lines = people.one_student(tx, student_id), readings.log_of(tx, student_id)
    return render_template("readings.html", person=person, lines=lines, case_id=case_id)
