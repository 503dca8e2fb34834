"""Tiếp nhận hồ sơ giấy: paper cases under way from a sheet: upload, dry run by row, taking over."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from engine.errors import InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from web.entry import now, opens, refusal, store, today, user_id
from web.language import words
from workflows import access, imports
from workflows.access import PERMISSIONS, Upload
from workflows.admission.adoption_sheet import adopt_sheet
from workflows.desk import adoption_form, people, uploads

pages = Blueprint("adoption", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/adoption")
@opens("cases.adopt")
def start(tx: Transaction) -> str:
    schools = people.named_institutions(tx, _schools(tx))
    return render_template("adoption.html", schools=schools, refusal=refusal(), most=adoption_form.MOST_ROWS)


@pages.get("/adoption/template.xlsx")
@opens("cases.adopt")
def template(tx: Transaction) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="ho-so-dang-do.xlsx"'}
    return Response(adoption_form.template(), mimetype=XLSX, headers=headers)


@pages.post("/adoption")
@opens("cases.adopt", again="adoption.start")
def send(tx: Transaction) -> AnyResponse:
    """The file is read outside of the writing transaction, then kept sealed for the dry run."""
    asked = request.form.get("institution", type=int)
    if asked not in _schools(tx):
        raise InvalidAnswers({"institution": [Text("Hãy chọn đơn vị.")]})
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidAnswers({"file": [Text("Hãy chọn tệp .xlsx hoặc .csv.")]})
    content = sent.read()
    if len(imports.read(content, sent.filename).rows) > adoption_form.MOST_ROWS:
        text = Text("Mỗi lần tối đa {most} dòng. Hãy chia tệp.", most=adoption_form.MOST_ROWS)
        raise InvalidAnswers({"file": [text]})
    with store().transaction() as writing:
        number = uploads.keep_upload(writing, asked, sent.filename, content, by=user_id(), now=now())
    return redirect(url_for("adoption.report", upload_id=number), 303)


@pages.get("/adoption/<number:upload_id>")
@opens("adoption.take", Upload, writing=True)
def report(tx: Transaction, upload_id: int) -> str:
    """Every row is done in full and taken back: hence the writing transaction of a page that only looks."""
    found, sheet = _sheet(tx, upload_id)
    lines = adopt_sheet(tx, found.institution_id, sheet, by=user_id(), now=now())
    return render_template(
        "adoption_report.html",
        upload=found,
        school=people.named_institutions(tx, [found.institution_id])[0][1],
        faulty=[line for line in lines if line.faults],
        fine=[line for line in lines if not line.faults],
        whom=adoption_form.people_of(sheet),
    )


@pages.post("/adoption/<number:upload_id>")
@opens("adoption.take", Upload, writing=True)
def take(tx: Transaction, upload_id: int) -> AnyResponse:
    found, sheet = _sheet(tx, upload_id)
    lines = adopt_sheet(tx, found.institution_id, sheet, by=user_id(), now=now(), dry=False)
    uploads.forget_upload(tx, upload_id)
    faulty = sum(bool(line.faults) for line in lines)
    flash(
        words(
            "Đã tiếp nhận {count} hồ sơ; chưa ghi {faulty} dòng lỗi.",
            count=len(lines) - faulty,
            faulty=faulty,
        ),
        "done",
    )
    return redirect(url_for("cases.index"), 303)


def _schools(tx: Transaction) -> list[int]:
    positions = PERMISSIONS["cases.adopt"].positions
    seats = access.acting_for(tx, user_id(), today())
    return list(people.institutions_of(tx, [seat for seat in seats if seat.position in positions]))


def _sheet(tx: Transaction, upload_id: int) -> tuple[uploads.Upload, imports.Sheet]:
    found = uploads.find_upload(tx, upload_id)
    if found is None:
        raise NotFound
    return found, imports.read(found.content, found.filename)
