"""Erasing a person for good: the school asks on paper, the committee above approves, the key is destroyed.

The journal stays whole: it never held anything personal. Nobody is erased whose case is open or who is a
member, nor while a case that closed may still be asked about.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update

from engine import journal
from engine.errors import Conflict, InvalidAnswers, NotAllowed, NotFound, NotLawful, Text, Unmet
from engine.records import case, subject_key
from engine.secrets import erase_subject
from engine.time import day_of
from engine.transactions import Transaction
from workflows.access.relations import UNSEEN
from workflows.organisations.records import institution
from workflows.own_file.records import erasure
from workflows.people.identity import KIND
from workflows.people.records import member, student, user_account
from workflows.rules.ages import add_months

SOURCE = "Luật 91/2025/QH15; Nghị định 356/2025/NĐ-CP"
GROUNDS: Mapping[str, str] = {
    "own_request": "Theo đề nghị của chính người đó",
    "no_longer_needed": "Không còn cần cho mục đích đã thu thập",
}
KEPT_MONTHS = 6  # house convention: a closed case may be asked about so long, unless the person asks


def unmet(tx: Transaction, student_id: int, ground: str, on: date) -> list[Unmet]:
    """What stands against erasing on the day; empty: nothing."""
    found: list[Unmet] = []
    open_ = select(case.c.id).where(case.c.subject_id == student_id, case.c.closed_on.is_(None))
    if tx.execute(open_).first() is not None:
        found.append(Unmet("open_case", Text("Hồ sơ kết nạp còn mở."), SOURCE, "assumed"))
    if tx.execute(select(member.c.id).where(member.c.student_id == student_id)).first() is not None:
        text = Text("Người này là đảng viên: hồ sơ đảng viên được giữ theo quy định của Đảng.")
        found.append(Unmet("member", text, SOURCE, "assumed"))
    told = or_(case.c.closed_as.is_(None), case.c.closed_as.not_in(UNSEEN))  # a day would tell of a "not now"
    last = select(func.max(case.c.closed_on)).where(case.c.subject_id == student_id, told)
    closed = tx.execute(last).scalar()
    if ground != "own_request" and closed is not None and on < add_months(closed, KEPT_MONTHS):
        text = Text("Hồ sơ mới đóng, còn có thể phải giải trình.")
        found.append(Unmet("kept", text, SOURCE, "assumed", add_months(closed, KEPT_MONTHS)))
    return found


def ask(tx: Transaction, student_id: int, ground: str, paper: str, *, by: int, now: datetime) -> int:
    """Raises InvalidAnswers, NotLawful, Conflict (asked before, or erased)."""
    if ground not in GROUNDS:
        raise InvalidAnswers({"ground": [Text("Hãy chọn căn cứ.")]})
    _refuse(tx, student_id, ground, day_of(now))
    row = {"student_id": student_id, "ground": ground, "paper": paper, "asked_by": by, "asked_at": now}
    made = tx.insert_unless_there(erasure, row)
    if made is None:
        raise Conflict(Text("Đã có một đề nghị xóa đang chờ quyết định."))
    facts = {"student": student_id, "erasure": made, "ground": ground}
    journal.append(tx, None, "erasure_asked", on=day_of(now), by=by, now=now, facts=facts)
    return made


def decide(tx: Transaction, erasure_id: int, approved: bool, *, by: int, now: datetime) -> None:
    """Approved: the key and all under it are gone for ever. Raises NotAllowed (who asked), Conflict."""
    row = erasure_row(tx, erasure_id)
    if row.asked_by == by:
        raise NotAllowed(Text("Người đề nghị không tự quyết định. Việc xóa cần người thứ hai."))
    if approved:
        _refuse(tx, row.student_id, row.ground, day_of(now))
    word = "approved" if approved else "refused"
    done = tx.execute(
        update(erasure)
        .where(erasure.c.id == erasure_id, erasure.c.decision.is_(None))
        .values(decision=word, decided_by=by, decided_at=now)
    )
    if not done.rowcount:
        raise Conflict(Text("Đề nghị này đã được quyết định."))
    if approved:
        _erase(tx, row.student_id, now)
    facts = {"student": row.student_id, "erasure": erasure_id}
    journal.append(tx, None, f"erasure_{word}", on=day_of(now), by=by, now=now, facts=facts)


def erasure_row(tx: Transaction, erasure_id: int) -> Any:
    """With the names around it. Raises NotFound."""
    asker = user_account.alias("asker")
    row = tx.execute(
        select(
            erasure,
            asker.c.name.label("asker"),
            institution.c.name.label("institution"),
            *(student.c[name] for name in ("family_name", "middle_name", "given_name", "class_name")),
        )
        .join(asker, asker.c.id == erasure.c.asked_by)
        .join(student, student.c.id == erasure.c.student_id)
        .join(institution, institution.c.id == student.c.institution_id)
        .where(erasure.c.id == erasure_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def waiting(tx: Transaction, ours: ColumnElement[bool], below: Sequence[int]) -> list[Any]:
    """Requests about our own students, and those for a committee above a school."""
    of_schools = or_(institution.c.party_organisation_id.in_(below), institution.c.cell_id.in_(below))
    query = (
        select(
            erasure,
            institution.c.name.label("institution"),
            *(student.c[name] for name in ("family_name", "middle_name", "given_name", "class_name")),
        )
        .join(student, student.c.id == erasure.c.student_id)
        .join(institution, institution.c.id == student.c.institution_id)
        .where(erasure.c.decision.is_(None), or_(ours, of_schools))
        .order_by(erasure.c.id)
    )
    return list(tx.execute(query.limit(200)))


def is_erased(tx: Transaction, student_id: int) -> bool:
    query = select(subject_key.c.erased_at).where(
        subject_key.c.subject_kind == KIND, subject_key.c.subject_id == student_id
    )
    return tx.execute(query).scalar() is not None


def _refuse(tx: Transaction, student_id: int, ground: str, on: date) -> None:
    if is_erased(tx, student_id):
        raise Conflict(Text("Thông tin riêng của người này đã được xóa vĩnh viễn."))
    against = unmet(tx, student_id, ground, on)
    if against:
        raise NotLawful(against)


def _erase(tx: Transaction, student_id: int, now: datetime) -> None:
    """The key goes, and with it the blind index of the number; the account of the person is closed."""
    erase_subject(tx, KIND, student_id, now=now)
    blank = {"identity_index": None, "identity_tail": None, "union_member": None, "union_joined_on": None}
    tx.execute(update(student).where(student.c.id == student_id).values(blank))
    tx.execute(update(user_account).where(user_account.c.student_id == student_id).values(active=False))
