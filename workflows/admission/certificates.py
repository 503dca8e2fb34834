"""Certificates of the two classes: for candidates (valid for a while) and for new members (for good)."""

from datetime import date
from typing import Any

from engine.belonging import Belonging
from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.admission.acting import Acting
from workflows.admission.clocks import start
from workflows.admission.records import certificate
from workflows.rules.deadlines import valid_until


def check_class(acting: Acting) -> None:
    """The days of a class run forward and are over when its result is written."""
    begin, finish = acting.answers.get("class_from"), acting.answers.get("class_to")
    if begin and finish and finish < begin:
        raise InvalidAnswers({"class_to": [Text("Ngày kết thúc lớp không thể trước ngày bắt đầu.")]})
    if acting.element != "enrol_class" and finish and finish > acting.on:
        raise InvalidAnswers({"class_to": [Text("Lớp chưa kết thúc vào ngày ghi kết quả.")]})


def issue(acting: Acting, kind: str) -> int:
    """A certificate with its number; the one for candidates starts its clock."""
    check_class(acting)
    expires = valid_until("certificate_expiry", acting.on, acting.edition) if kind == "awareness" else None
    row = {
        "student_id": acting.student_id,
        "case_id": acting.case.id,
        "act_id": acting.act_id,
        "kind": kind,
        "organiser_id": acting.answers.get("organiser_id"),
        "organiser": acting.answers.get("organiser"),
        "class_from": acting.answers.get("class_from"),
        "class_to": acting.answers.get("class_to"),
        "number": acting.number or "",
        "issued_on": acting.on,
        "expires_on": expires,
        "before_system": acting.before_system,
    }
    number = acting.tx.insert(certificate, row)
    if expires is not None:
        start(acting, "certificate_expiry", acting.on)
    return number


CERTIFICATES = Belonging(certificate, "student_id")


def latest(tx: Transaction, student_id: int, kind: str, *, until: date | None = None) -> Any:
    """The newest certificate of a kind, from whatever case, as of a day or of all; None: there is none."""
    found = [
        row
        for row in CERTIFICATES.to(tx, student_id)
        if row.kind == kind and (until is None or row.issued_on <= until)
    ]
    return max(found, key=lambda row: (row.issued_on, row.id), default=None)


def standing(tx: Transaction, student_id: int, on: date) -> str:
    """valid | none | expired: the certificate of the class for candidates on a day."""
    found = latest(tx, student_id, "awareness")
    if found is None:
        return "none"
    return "valid" if found.expires_on is None or on <= found.expires_on else "expired"
