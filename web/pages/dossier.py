"""The dossier: the whole case as a paper, with a table of contents; sealed texts only when asked for."""

from typing import Any

from flask import Blueprint, g, render_template, request
from marshmallow import ValidationError, validates_schema

from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from web import forms
from web.entry import now, opens, refusal, today, typed, user_id
from web.language import words
from web.pages.cases import told
from workflows import access
from workflows.access import Case
from workflows.admission.fields import Sheet, line
from workflows.desk import texts

pages = Blueprint("dossier", __name__)
PURPOSES = (
    ("meeting", Text("Chuẩn bị cuộc họp")),
    ("send", Text("Gửi cấp trên, chuyển nơi khác")),
    ("keep", Text("Lưu hồ sơ giấy")),
)


class Including(Sheet):
    """What the sealed texts are printed for."""

    purpose = line("In kèm nội dung đã mã hóa để làm gì", choices="purposes", widget="radio")
    other = line("Mục đích khác", longest=160)

    @validates_schema
    def _one_is_given(self, data: dict[str, object], **_kwargs: object) -> None:
        if not data.get("purpose") and not data.get("other"):
            raise ValidationError({"purpose": [Text("Hãy chọn hoặc ghi mục đích in kèm.")]})


@pages.get("/cases/<number:case_id>/dossier")
@opens("case.see", Case)
def show(tx: Transaction, case_id: int) -> str:
    return _page(tx, case_id)


@pages.post("/cases/<number:case_id>/dossier")
@opens("case.read_texts", Case, writing=True, again="dossier.show")
def with_texts(tx: Transaction, case_id: int) -> str:
    """The dossier with its sealed texts; one row of the log says who printed what and what for."""
    asked, offered = forms.load(Including, request.form), dict(PURPOSES)
    if asked.get("purpose") and asked["purpose"] not in offered:
        raise InvalidAnswers({"purpose": [Text("Hãy chọn một mục trong danh sách.")]})
    said = [str(offered[asked["purpose"]])] if asked.get("purpose") else []
    purpose = "In hồ sơ: " + "; ".join([*said, *([asked["other"]] if asked.get("other") else [])])
    found = texts.case_texts(tx, case_id)
    g.opened = texts.open_texts(tx, case_id, found, by=user_id(), purpose=purpose, now=now())
    g.purpose = purpose
    return _page(tx, case_id)


def _page(tx: Transaction, case_id: int) -> str:
    why = refusal()
    may = access.may(tx, user_id(), "case.read_texts", Case(case_id), today())
    groups = forms.show(
        Including,
        choices={"purposes": PURPOSES},
        typed=request.form if typed() else None,
        errors=why.fields if isinstance(why, InvalidAnswers) else None,
    )
    facts: dict[str, Any] = {
        "groups": groups if may else None,
        "refusal": why,
        "opened": g.get("opened"),
        "purpose": g.get("purpose"),
        "sealed": len(texts.case_texts(tx, case_id)),
    }
    return render_template("dossier.html", words=words, **facts, **told(tx, case_id, acts_too=False))
