"""A student's consent, by kind and day: without it only school-roll data are held (Law 91/2025).

"No" and "later" are equal answers; they are kept only as the day before which nobody asks again.
"""

from datetime import date, datetime

from sqlalchemy import Exists, exists, or_, select, update

from engine.errors import InvalidAnswers, NotFound, NotLawful, Text, Unmet
from engine.transactions import Transaction
from workflows.people.records import consent, student
from workflows.people.words import CONSENTS

# Law 91/2025/QH15 and decree 356/2025: a parent agrees too for those under this age (regulations §7).
PARENT_BELOW_YEARS = 16
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
    alone_from = _birthday(born, PARENT_BELOW_YEARS)
    if on < alone_from and parent_on is None:
        needed = Text(
            "Người dưới {years} tuổi cần thêm sự đồng ý của cha, mẹ hoặc người giám hộ.",
            years=PARENT_BELOW_YEARS,
        )
        raise NotLawful([Unmet("parent_consent", needed, SOURCE, "second_hand", alone_from)])
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


def _birthday(born: date, years: int) -> date:
    """The day on which somebody completes that many years; 29 February completes on 1 March."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)
