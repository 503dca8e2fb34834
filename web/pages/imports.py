"""Nhập danh sách: upload, dry run with a report by row, then taking it over; faulty rows as a file."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response as AnyResponse

from engine.errors import Conflict, InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from web.entry import now, opens, refusal, store, today, user_id
from web.language import words
from workflows import access, imports
from workflows.access import Upload
from workflows.desk import people, uploads

pages = Blueprint("imports", __name__)
ROWS_SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/import")
@opens("students.import")
def start(tx: Transaction) -> str:
    seats = access.acting_for(tx, user_id(), today())
    schools = people.named_institutions(tx, people.institutions_of(tx, seats))
    return render_template("import.html", schools=schools, refusal=refusal())


@pages.post("/import")
@opens("students.import", again="imports.start")
def send(tx: Transaction) -> AnyResponse:
    """The file is read outside of the writing transaction, then kept sealed for the dry run."""
    seats = access.acting_for(tx, user_id(), today())
    schools, asked = people.institutions_of(tx, seats), request.form.get("institution", type=int)
    if asked not in schools:
        raise InvalidAnswers({"institution": [Text("Hãy chọn đơn vị.")]})
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidAnswers({"file": [Text("Hãy chọn tệp .xlsx hoặc .csv.")]})
    content = sent.read()
    imports.read(content, sent.filename)
    with store().transaction() as writing:
        number = uploads.keep_upload(writing, asked, sent.filename, content, by=user_id(), now=now())
    return redirect(url_for("imports.report", upload_id=number), 303)


@pages.get("/import/<number:upload_id>")
@opens("upload.take", Upload)
def report(tx: Transaction, upload_id: int) -> str:
    found, sheet = _sheet(tx, upload_id)
    planned = imports.plan(tx, found.institution_id, sheet, today())
    school = people.named_institutions(tx, [found.institution_id])[0][1]
    facts: dict[str, Any] = {"report": planned, "upload": found, "school": school, "shown": ROWS_SHOWN}
    return render_template(
        "import_report.html", reasons_of=imports.reasons_of, changes=imports.changes_in_words, **facts
    )


@pages.get("/import/<number:upload_id>/errors.xlsx")
@opens("upload.take", Upload)
def errors(tx: Transaction, upload_id: int) -> Response:
    found, sheet = _sheet(tx, upload_id)
    planned = imports.plan(tx, found.institution_id, sheet, today())
    name = secure_filename(found.filename).rsplit(".", 1)[0] or "danh-sach"
    headers = {"Content-Disposition": f'attachment; filename="{name}-can-sua.xlsx"'}
    return Response(imports.error_file(planned), mimetype=XLSX, headers=headers)


@pages.post("/import/<number:upload_id>")
@opens("upload.take", Upload)
def take(tx: Transaction, upload_id: int) -> AnyResponse:
    found, sheet = _sheet(tx, upload_id)
    with store().transaction() as writing:
        if uploads.find_upload(writing, upload_id) is None:
            raise Conflict
        done = imports.take_over(writing, found.institution_id, sheet, on=today(), by=user_id(), now=now())
        uploads.forget_upload(writing, upload_id)
    counts = done.counts
    message = (
        "Đã ghi danh sách: thêm {new} người, sửa {changed}, giữ nguyên {same}, chưa ghi {error} dòng lỗi."
    )
    flash(words(message, **counts), "done")
    return redirect(url_for("students.index"), 303)


def _sheet(tx: Transaction, upload_id: int) -> tuple[uploads.Upload, imports.Sheet]:
    found = uploads.find_upload(tx, upload_id)
    if found is None:
        raise NotFound
    return found, imports.read(found.content, found.filename)
