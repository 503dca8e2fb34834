"""A student's consent, by kind and day: without it only school-roll data are held (Law 91/2025).

"No" and "later" are equal answers; they are kept only as the day before which nobody asks again.
"""

from datetime import date, datetime

from sqlalchemy import Exists, exists, or_, select, update

from engine.errors import InvalidAnswers, NotFound, NotLawful, Text, Unmet
from engine.transactions import Transaction
from workflows.people.records import consent, student
from workflows.people.words import CONSENTS
from workflows.rules.ages import birthday
from workflows.rules.editions import edition_on

SOURCE = "Luật 91/2025/QH15; Nghị định 356/2025/NĐ-CP"


def give_consent(
    tx: Transaction,
    student_id: int,
    kind: str,
    *,
    on: date,
    by: int | None,
    now: datetime,
    parent_on: date | None = None,
    paper: str | None = None,
) -> int:
    """Keep a student's yes. Raises NotLawful where a parent's yes is still missing."""
    if kind not in CONSENTS:
        raise InvalidAnswers({"kind": [Text("Loại đồng ý không hợp lệ.")]})
    born = tx.execute(select(student.c.birth_date).where(student.c.id == student_id)).scalar()
    if born is None:
        raise NotFound()
    edition = edition_on(on)
    years = edition.number("parent_consent_years")
    alone_from = birthday(born, years)
    if on < alone_from and parent_on is None:
        needed = Text(
            "Người dưới {years} tuổi cần thêm sự đồng ý của cha, mẹ hoặc người giám hộ.",
            years=years,
        )
        source, rating = edition.source("parent_consent_years"), edition.rating("parent_consent_years")
        raise NotLawful([Unmet("parent_consent", needed, source, rating, alone_from)])
    row = {
        "student_id": student_id,
        "kind": kind,
        "given_on": on,
        "parent_on": parent_on,
        "paper": paper,
        "by_user": by,
        "recorded_at": now,
    }
    tx.execute(update(student).where(student.c.id == student_id).values(ask_again_on=None))
    return tx.insert(consent, row)


def withdraw_consent(tx: Transaction, student_id: int, kind: str, *, on: date) -> bool:
    """The yes ends; with that of the union its data go too. False where there was none."""
    ended = tx.execute(
        update(consent)
        .where(consent.c.student_id == student_id, consent.c.kind == kind, consent.c.withdrawn_on.is_(None))
        .values(withdrawn_on=on)
    )
    if kind == "union":
        nothing = {"union_member": None, "union_joined_on": None}
        tx.execute(update(student).where(student.c.id == student_id).values(nothing))
    return bool(ended.rowcount)


def has_consent(tx: Transaction, student_id: int, kind: str, on: date) -> bool:
    """True when a yes of this kind is in force on the day."""
    return bool(tx.execute(select(_in_force(student_id, kind, on))).scalar())


def ask_later(tx: Transaction, student_id: int, *, again_on: date) -> None:
    """Nobody asks before that day. Nothing says whether it was a "no" or a "later"."""
    tx.execute(update(student).where(student.c.id == student_id).values(ask_again_on=again_on))


def record_union_membership(
    tx: Transaction, student_id: int, *, is_member: bool, joined_on: date | None, on: date
) -> None:
    """Keep whether the student is in the youth union; only with the student's consent to it."""
    if not has_consent(tx, student_id, "union", on):
        needed = Text("Chưa có sự đồng ý cho lưu thông tin đoàn viên. Hãy ghi nhận sự đồng ý trước.")
        raise NotLawful([Unmet("union_consent", needed, SOURCE, "second_hand")])
    values = {"union_member": is_member, "union_joined_on": joined_on if is_member else None}
    tx.execute(update(student).where(student.c.id == student_id).values(values))


def _in_force(student_id: int, kind: str, on: date) -> Exists:
    return exists().where(
        consent.c.student_id == student_id,
        consent.c.kind == kind,
        consent.c.given_on <= on,
        or_(consent.c.withdrawn_on.is_(None), consent.c.withdrawn_on > on),
    )
