"""A correction of one's own data: asked with the new value, decided by a clerk of whoever keeps the data.

Accepting writes through the verbs that every other change takes; a birth date moves what is counted from it.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import ColumnElement, or_, select, update

from engine import journal, outbox
from engine.among import among
from engine.errors import Conflict, InvalidAnswers, NotFound, Text
from engine.secrets import reveal, write_personal
from engine.time import day_of
from engine.transactions import Transaction
from workflows.access.queries import keepers_of
from workflows.admission.fields import Day
from workflows.admission.recalculation import birth_date_corrected
from workflows.organisations.records import institution
from workflows.own_file.records import correction
from workflows.people.identity import KIND, write_student_personal
from workflows.people.records import student, user_account
from workflows.people.students import change_students
from workflows.people.words import GENDERS
from workflows.transfers.custody import holds
from workflows.transfers.records import custody

PURPOSE = "Giải quyết đề nghị sửa thông tin"


def _text(value: str) -> str:
    return " ".join(value.split())


def _day(value: str) -> str:
    try:
        found: date = Day().deserialize(value)
    except ValidationError as error:
        raise ValueError(value) from error
    if not date(1900, 1, 1) < found:
        raise ValueError(value)
    return found.isoformat()


def _gender(value: str) -> str:
    named = {label.casefold(): word for word, label in GENDERS.items()}
    return named[value.strip().casefold()]


def _identity(value: str) -> str:
    digits = re.sub(r"[\s.]", "", value)
    if not re.fullmatch(r"\d{12}", digits):
        raise ValueError(value)
    return digits


def _phone(value: str) -> str:
    digits = re.sub(r"[\s.\-]", "", value)
    if not re.fullmatch(r"\+?\d{9,14}", digits):
        raise ValueError(value)
    return digits


@dataclass(frozen=True)
class Correctable:
    """One field: its question, how a new value is read, whether it stands sealed, what is wrong otherwise."""

    label: str
    read: Callable[[str], str]
    sealed: bool
    wrong: str


FIELDS: Mapping[str, Correctable] = {
    "full_name": Correctable("Họ và tên", _text, False, "Hãy ghi đủ họ, tên đệm và tên."),
    "birth_date": Correctable("Ngày sinh", _day, False, "Hãy ghi ngày/tháng/năm, ví dụ 05/01/2008."),
    "gender": Correctable("Giới tính", _gender, False, "Hãy ghi Nam hoặc Nữ."),
    "class_name": Correctable("Lớp", _text, False, "Hãy ghi tên lớp."),
    "identity_number": Correctable("Số định danh cá nhân", _identity, True, "Số định danh có 12 chữ số."),
    "address": Correctable("Nơi thường trú", _text, True, "Hãy ghi địa chỉ."),
    "phone": Correctable("Điện thoại", _phone, True, "Hãy ghi số điện thoại."),
}


def ask(
    tx: Transaction, student_id: int, field: str, value: str, evidence: str, *, by: int, now: datetime
) -> int:
    """Raises InvalidAnswers (a value that cannot be), Conflict (one for this field waits already)."""
    row = FIELDS.get(field)
    if row is None:
        raise InvalidAnswers({"field": [Text("Hãy chọn mục cần sửa.")]})
    read = _read(row, value)
    made = tx.insert_unless_there(
        correction, {"student_id": student_id, "field": field, "asked_by": by, "asked_at": now}
    )
    if made is None:
        raise Conflict(Text("Mục này đang có một đề nghị chờ trả lời."))
    texts = {f"correction.{made}.value": read, f"correction.{made}.evidence": evidence.strip() or None}
    write_personal(tx, KIND, student_id, texts)
    facts = {"student": student_id, "correction": made, "field": field}
    journal.append(tx, None, "correction_asked", on=day_of(now), by=by, now=now, facts=facts)
    for one in _told(tx, student_id, day_of(now)):
        key = f"correction:{made}:{one}"
        outbox.tell(tx, key, "correction_asked", to_organisation=one, facts={"correction": made}, now=now)
    return made


def take_back(tx: Transaction, correction_id: int, *, by: int, now: datetime) -> None:
    """The person no longer asks."""
    _decide(tx, correction_id, "taken_back", None, by, now)


def refuse(tx: Transaction, correction_id: int, reason: str, *, by: int, now: datetime) -> None:
    """The reason is shown to the person who asked."""
    if len(reason.strip()) < 5:
        raise InvalidAnswers({"reason": [Text("Hãy ghi lý do để người đề nghị hiểu.")]})
    _decide(tx, correction_id, "refused", reason.strip(), by, now)


def accept(tx: Transaction, correction_id: int, *, by: int, now: datetime) -> None:
    """The new value becomes the one held. Raises Conflict (decided before, or taken by somebody else)."""
    row = _decide(tx, correction_id, "accepted", None, by, now)
    value = opened(tx, correction_id, by=by, now=now)["value"]
    if FIELDS[row.field].sealed:
        write_student_personal(tx, row.student_id, {row.field: value})
        return
    known: Any = date.fromisoformat(value) if row.field == "birth_date" else value
    change_students(tx, [(row.student_id, {row.field: known})])
    if row.field == "birth_date":
        birth_date_corrected(tx, row.student_id, on=day_of(now), now=now)


def opened(
    tx: Transaction, correction_id: int, *, by: int, now: datetime, purpose: str = PURPOSE
) -> dict[str, str]:
    """The sealed words of a request: value, evidence, reason; the reading is logged."""
    row = correction_row(tx, correction_id)
    names = {name: f"correction.{correction_id}.{name}" for name in ("value", "evidence", "reason")}
    found = reveal(tx, KIND, row.student_id, names.values(), by=by, purpose=purpose, now=now)
    return {name: found.get(field, "") for name, field in names.items()}


def both(tx: Transaction, correction_id: int, *, by: int, now: datetime) -> dict[str, str]:
    """For the clerk: value and evidence asked for, and what is held now where that is sealed (`held`)."""
    row, found = correction_row(tx, correction_id), opened(tx, correction_id, by=by, now=now)
    if not FIELDS[row.field].sealed:
        return found
    held = reveal(tx, KIND, row.student_id, [row.field], by=by, purpose=PURPOSE, now=now)
    return found | {"held": held.get(row.field, "")}


def correction_row(tx: Transaction, correction_id: int) -> Any:
    """Raises NotFound."""
    row = tx.execute(select(correction).where(correction.c.id == correction_id)).one_or_none()
    if row is None:
        raise NotFound
    return row


def asked_by(tx: Transaction, student_id: int) -> list[Any]:
    """What this person asked, the newest first."""
    query = select(correction).where(correction.c.student_id == student_id)
    return list(tx.execute(query.order_by(correction.c.id.desc()).limit(50)))


def waiting(tx: Transaction, students: ColumnElement[bool], keepers: Collection[int]) -> list[Any]:
    """What waits about these students, or somebody whom these organisations took over, the oldest first."""
    last = select(custody.c.student_id).where(holds())
    taken_over = student.c.id.in_(last.where(among(custody.c.organisation_id, "keepers")))
    query = (
        select(
            correction,
            user_account.c.name.label("asker"),
            *(
                student.c[name]
                for name in ("family_name", "middle_name", "given_name", "class_name", "course")
            ),
        )
        .join(student, student.c.id == correction.c.student_id)
        .join(user_account, user_account.c.id == correction.c.asked_by)
        .where(correction.c.decision.is_(None), or_(students, taken_over))
        .order_by(correction.c.id)
    )
    return list(tx.execute(query, {"keepers": keepers}))


def _read(row: Correctable, value: str) -> str:
    try:
        read = row.read(value.strip())
    except (ValueError, KeyError):
        read = ""
    if not read:
        raise InvalidAnswers({"value": [Text(row.wrong)]})
    return read


def _decide(
    tx: Transaction, correction_id: int, decision: str, reason: str | None, by: int, now: datetime
) -> Any:
    row = correction_row(tx, correction_id)
    done = tx.execute(
        update(correction)
        .where(correction.c.id == correction_id, correction.c.decision.is_(None))
        .values(decision=decision, decided_by=by, decided_at=now)
    )
    if not done.rowcount:
        raise Conflict(Text("Đề nghị này đã được giải quyết."))
    if reason is not None:
        write_personal(tx, KIND, row.student_id, {f"correction.{correction_id}.reason": reason})
    facts = {"student": row.student_id, "correction": correction_id, "field": row.field}
    journal.append(tx, None, f"correction_{decision}", on=day_of(now), by=by, now=now, facts=facts)
    if decision != "taken_back":
        key = f"correction:{correction_id}:{decision}"
        outbox.tell(tx, key, "correction_decided", to_user=row.asked_by, facts=facts, now=now)
    return row


def _told(tx: Transaction, student_id: int, on: date) -> list[int]:
    """The cell that follows the student, and the union; of somebody handed on, whoever took over."""
    keepers = keepers_of(tx, student_id, on)
    row = tx.execute(
        select(student.c.cell_id, institution.c.cell_id.label("default"), institution.c.union_organisation_id)
        .join(institution, institution.c.id == student.c.institution_id)
        .where(student.c.id == student_id)
    ).one()
    found = (row.cell_id or row.default, row.union_organisation_id)
    return [one for one in dict.fromkeys(found) if one in keepers] or sorted(keepers)
