"""May a student be nominated at all: in the pool's years, willing to be asked, alive, not a member already.

Whether somebody who left the Party may be admitted again, and when, is asked at the cell's vote.
"""

from datetime import date

from sqlalchemy import select

from engine.errors import Conflict, InvalidAnswers, NotLawful, Text
from engine.records import case
from engine.transactions import Transaction
from workflows.people.members import place_of
from workflows.people.pool import unmet_to_enter
from workflows.people.records import member
from workflows.rules.deadlines import late_recording
from workflows.rules.editions import edition_on
from workflows.rules.queries import calendar_of

KNOWN_BEFORE = frozenset({"ask_again_on"})  # a paper case shows that the student was willing


def refuse_unready(tx: Transaction, student_id: int, *, on: date, today: date, before_system: bool) -> None:
    """Raises NotLawful, Conflict, InvalidAnswers (`on` lies too far back for anything but an adoption)."""
    unmet = unmet_to_enter(tx, student_id, on)
    if before_system:
        unmet = [one for one in unmet if one.condition not in KNOWN_BEFORE]
    if unmet:
        raise NotLawful(unmet)
    if is_member(tx, student_id, today):
        raise Conflict(Text("Học sinh, sinh viên này đã là đảng viên."))
    if has_died(tx, student_id):
        raise Conflict(Text("Hồ sơ trước của học sinh, sinh viên này đã đóng vì từ trần."))
    if not before_system and late_recording(on, today, edition_on(on), calendar_of(tx)):
        late = Text("Ngày giới thiệu đã quá lâu. Hồ sơ giấy đang làm dở thì hãy dùng việc tiếp nhận hồ sơ.")
        raise InvalidAnswers({"on": [late]})


def is_member(tx: Transaction, student_id: int, on: date) -> bool:
    found = tx.execute(select(member.c.id).where(member.c.student_id == student_id)).scalars().all()
    return any(place_of(tx, one, on) is not None for one in found)


def has_died(tx: Transaction, student_id: int) -> bool:
    query = select(case.c.id).where(case.c.subject_id == student_id, case.c.closed_as == "deceased")
    return tx.execute(query).first() is not None
