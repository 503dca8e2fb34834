"""The pool of students whom a cell follows: entered by a named proposer, left with a reason, confirmed.

Nobody is entered before grade 10 or the first year, nor before the day until which a student asked not to
be asked. A confirmation is one act of a meeting; upward it reports numbers, never names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update

from engine import journal, outbox
from engine.errors import Conflict, InvalidAnswers, NotFound, NotLawful, Text, Unmet
from engine.time import day_of
from engine.transactions import Transaction
from workflows.organisations.queries import tree_of
from workflows.organisations.records import institution
from workflows.people.names import Name, clean
from workflows.people.records import pool_entry, pool_review, pool_review_line, student, user_account
from workflows.people.words import POOL_LEAVING
from workflows.rules.editions import edition_on

SOURCE = "Chỉ thị của Ban Thường vụ Tỉnh ủy, điểm 1"
GRADED = ("high_school", "boarding")
ASK_AGAIN = "ask_again_on"  # the condition of somebody who said "not now"


@dataclass(frozen=True)
class PoolLine:
    """One student in a cell's pool on a day."""

    student_id: int
    name: str
    class_name: str | None
    birth_date: date
    proposer: str
    entered_on: date


@dataclass(frozen=True)
class Review:
    """What a cell's monthly confirmation did, and to whom it was reported (None: nobody stands above)."""

    id: int
    kept: int
    added: int
    removed: int
    reported_to: int | None


def enter_pool(
    tx: Transaction,
    student_id: int,
    proposer: int | str,
    *,
    on: date,
    by: int | None,
    now: datetime,
    cell_id: int | None = None,
) -> int:
    """A student enters the pool; `proposer`: a user, or the name of somebody without an account.

    Raises NotFound, NotLawful (too early), Conflict (there already), InvalidAnswers (no cell follows).
    """
    row = _student(tx, student_id)
    unmet = not_yet(row, on)
    if unmet:
        raise NotLawful(unmet)
    cell = cell_id or row.cell_id or row.school_cell_id
    if cell is None:
        raise InvalidAnswers(
            {"cell_id": [Text("Trường chưa có chi bộ theo dõi học sinh này. Hãy chọn chi bộ.")]}
        )
    proposer_id, proposer_name = _proposer(tx, proposer)
    entry = {
        "student_id": student_id,
        "cell_id": cell,
        "proposer_id": proposer_id,
        "proposer_name": proposer_name,
        "entered_on": on,
    }
    entry_id = tx.insert_unless_there(pool_entry, entry)
    if entry_id is None:
        raise Conflict(Text("{name} đã có trong danh sách nguồn.", name=_name(row)))
    journal.append(
        tx, None, "pool_entered", on=on, by=by, now=now, facts={"student": student_id, "cell": cell}
    )
    return entry_id


def leave_pool(
    tx: Transaction,
    student_id: int,
    *,
    reason: str,
    on: date,
    by: int | None,
    now: datetime,
) -> None:
    """A student leaves the pool with a reason; the entry stays. Raises NotFound, InvalidAnswers."""
    if reason not in POOL_LEAVING:
        raise InvalidAnswers({"reason": [Text("Hãy chọn lý do đưa ra khỏi danh sách nguồn.")]})
    entry = tx.execute(select(pool_entry.c.id, pool_entry.c.entered_on).where(*_open(student_id))).first()
    if entry is None:
        raise NotFound(Text("Học sinh, sinh viên này không có trong danh sách nguồn."))
    if on < entry.entered_on:
        raise InvalidAnswers({"on": [Text("Ngày ra khỏi nguồn không được trước ngày vào nguồn.")]})
    left = {"left_on": on, "reason": reason}
    tx.execute(update(pool_entry).where(pool_entry.c.id == entry.id).values(left))
    facts = {"student": student_id, "reason": reason}
    journal.append(tx, None, "pool_left", on=on, by=by, now=now, facts=facts)


def confirm_pool(
    tx: Transaction,
    cell_id: int,
    meeting_on: date,
    *,
    by: int | None,
    now: datetime,
    add: Mapping[int, int | str] | None = None,
    remove: Mapping[int, str] | None = None,
) -> Review:
    """The cell's meeting confirms its list in one act: `add` student → proposer, `remove` student → reason.

    Raises InvalidAnswers (a day to come, somebody of another cell), Conflict (this meeting has confirmed).
    """
    add, remove = add or {}, remove or {}
    if meeting_on > day_of(now):
        raise InvalidAnswers({"meeting_on": [Text("Cuộc họp chưa diễn ra.")]})
    here = {line.student_id for line in pool_on(tx, cell_id, meeting_on)}
    if remove.keys() - here or add.keys() & remove.keys():
        raise InvalidAnswers({"remove": [Text("Có người không thuộc danh sách nguồn của chi bộ.")]})
    parent = tree_of(tx).parent_on(cell_id, meeting_on)
    review_id = _open_review(tx, cell_id, meeting_on, by, now, parent)
    for student_id, proposer in add.items():
        enter_pool(tx, student_id, proposer, on=meeting_on, by=by, now=now, cell_id=cell_id)
    for student_id, reason in remove.items():
        leave_pool(tx, student_id, reason=reason, on=meeting_on, by=by, now=now)
    kept = sorted(here - remove.keys())
    _write_lines(tx, review_id, kept, add, remove)
    facts = {"cell": cell_id, "kept": len(kept), "added": len(add), "removed": len(remove)}
    journal.append(tx, None, "pool_confirmed", on=meeting_on, by=by, now=now, facts=facts)
    if parent is not None:
        key = f"pool_confirmed:{cell_id}:{meeting_on}"
        report = {"meeting_on": meeting_on.isoformat(), **facts}
        outbox.tell(tx, key, "pool_confirmed", to_organisation=parent, facts=report, now=now)
    return Review(review_id, len(kept), len(add), len(remove), parent)


def pool_on(tx: Transaction, cell_id: int, on: date) -> list[PoolLine]:
    """Who is in the cell's pool on a day, in Vietnamese order of names."""
    query = (
        select(pool_entry, student)
        .join(student, student.c.id == pool_entry.c.student_id)
        .where(pool_entry.c.cell_id == cell_id, *_in_pool(on))
        .with_only_columns(
            student.c.id,
            student.c.family_name,
            student.c.middle_name,
            student.c.given_name,
            student.c.class_name,
            student.c.birth_date,
            pool_entry.c.proposer_name,
            pool_entry.c.entered_on,
        )
        .order_by(student.c.sort_key, student.c.id)
    )
    return [
        PoolLine(row.id, _name(row), row.class_name, row.birth_date, row.proposer_name, row.entered_on)
        for row in tx.execute(query)
    ]


def in_pool(tx: Transaction, student_id: int, on: date) -> bool:
    """Whether the student is in any cell's pool on the day."""
    query = select(func.count()).where(pool_entry.c.student_id == student_id, *_in_pool(on))
    return bool(tx.execute(query).scalar())


def unmet_to_enter(tx: Transaction, student_id: int, on: date) -> list[Unmet]:
    """Why a student may not be approached on that day; empty: may. Raises NotFound."""
    return not_yet(_student(tx, student_id), on)


def not_yet(row: Row[Any], on: date) -> list[Unmet]:
    """Why a student may not enter the pool on that day; empty: may."""
    unmet = []
    if row.left_on is not None and row.left_on <= on:
        unmet.append(Unmet("at_school", Text("Đã rời trường."), SOURCE, "verified"))
    edition = edition_on(on)
    first = edition.number("pool_first_grade")
    if row.school_kind in GRADED and row.grade is not None and row.grade < first:
        text = Text("Nguồn được tạo từ lớp {grade}.", grade=first)
        source, rating = edition.source("pool_first_grade"), edition.rating("pool_first_grade")
        unmet.append(Unmet("pool_from_grade", text, source, rating))
    if row.ask_again_on is not None and on < row.ask_again_on:
        text = Text("Chưa hỏi lại trước ngày {day}.", day=f"{row.ask_again_on:%d/%m/%Y}")
        unmet.append(Unmet(ASK_AGAIN, text, "Tự nguyện", "verified", row.ask_again_on))
    return unmet


def _student(tx: Transaction, student_id: int) -> Row[Any]:
    query = (
        select(
            student.c.family_name,
            student.c.middle_name,
            student.c.given_name,
            student.c.cell_id,
            student.c.grade,
            student.c.left_on,
            student.c.ask_again_on,
            institution.c.kind.label("school_kind"),
            institution.c.cell_id.label("school_cell_id"),
        )
        .join(institution, institution.c.id == student.c.institution_id)
        .where(student.c.id == student_id)
    )
    row = tx.execute(query).first()
    if row is None:
        raise NotFound()
    return row


def _proposer(tx: Transaction, proposer: int | str) -> tuple[int | None, str]:
    if isinstance(proposer, str):
        if not clean(proposer):
            raise InvalidAnswers({"proposer": [Text("Hãy ghi người giới thiệu vào nguồn.")]})
        return None, clean(proposer)
    name = tx.execute(select(user_account.c.name).where(user_account.c.id == proposer)).scalar()
    if name is None:
        raise NotFound()
    return proposer, str(name)


def _open_review(
    tx: Transaction, cell_id: int, meeting_on: date, by: int | None, now: datetime, parent: int | None
) -> int:
    row = {
        "cell_id": cell_id,
        "meeting_on": meeting_on,
        "by_user": by,
        "recorded_at": now,
        "reported_to": parent,
    }
    review_id = tx.insert_unless_there(pool_review, row)
    if review_id is None:
        raise Conflict(Text("Danh sách nguồn của cuộc họp này đã được xác nhận."))
    return review_id


def _write_lines(
    tx: Transaction,
    review_id: int,
    kept: Sequence[int],
    add: Mapping[int, object],
    remove: Mapping[int, str],
) -> None:
    lines: list[tuple[int, str, str | None]] = [(student_id, "kept", None) for student_id in kept]
    lines += [(student_id, "added", None) for student_id in add]
    lines += [(student_id, "removed", reason) for student_id, reason in remove.items()]
    rows = [
        {"review_id": review_id, "student_id": student_id, "outcome": outcome, "reason": reason}
        for student_id, outcome, reason in lines
    ]
    if rows:
        tx.execute(insert(pool_review_line), rows)


def _name(row: Row[Any]) -> str:
    return Name(row.family_name, row.middle_name, row.given_name).full


def _open(student_id: int) -> tuple[ColumnElement[bool], ...]:
    return pool_entry.c.student_id == student_id, pool_entry.c.left_on.is_(None)


def _in_pool(on: date) -> tuple[ColumnElement[bool], ...]:
    still = or_(pool_entry.c.left_on.is_(None), pool_entry.c.left_on > on)
    return pool_entry.c.entered_on <= on, still
