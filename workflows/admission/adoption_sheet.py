"""Adoption from a sheet: one row a person, two columns a paper (day and number), read by workflows.imports.

Each row stands for itself: a row with a fault is left out and named, the others go in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import select

from engine.errors import Failure, InvalidAnswers, Text, Unavailable
from engine.transactions import Transaction
from workflows.admission.adoption import PaperAct, adopt
from workflows.admission.fields import Day
from workflows.admission.side_acts import cell_of
from workflows.admission.steps import STEPS
from workflows.imports.headers import fold
from workflows.imports.reading import Sheet
from workflows.people.members import roll_on
from workflows.people.names import search_key
from workflows.people.records import student
from workflows.sandbox.queries import refuse_real_data


@dataclass(frozen=True)
class Milestone:
    """A paper of the road: its step, the headers of its day and number, the outcome it means."""

    element: str
    day: str
    number: str | None = None
    outcome: str | None = None


MILESTONES: Sequence[Milestone] = (
    Milestone("record_consent", "Ngày đồng ý", outcome="agreed"),
    Milestone("confirm_source", "Ngày vào nguồn", outcome="confirmed"),
    Milestone("branch_vote", "Ngày chi đoàn giới thiệu", outcome="carried"),
    Milestone("union_exec_vote", "Ngày BCH Đoàn giới thiệu", outcome="carried"),
    Milestone(
        "cell_recognition", "Ngày công nhận đối tượng", "Số nghị quyết công nhận đối tượng", "recognised"
    ),
    Milestone("assign_helper", "Ngày phân công giúp đỡ"),
    Milestone("class_result", "Ngày giấy chứng nhận", "Số giấy chứng nhận", "passed"),
    Milestone("application", "Ngày viết đơn"),
    Milestone("committee_precheck", "Ngày đóng dấu giáp lai", outcome="sealed"),
    Milestone("union_resolution", "Ngày nghị quyết Đoàn", "Số nghị quyết Đoàn", "carried"),
    Milestone("conclude_history", "Ngày chứng nhận lý lịch", outcome="certified"),
    Milestone("cell_vote", "Ngày nghị quyết chi bộ", "Số nghị quyết chi bộ", "carried"),
    Milestone(
        "committee_resolution", "Ngày nghị quyết đảng ủy cơ sở", "Số nghị quyết đảng ủy cơ sở", "carried"
    ),
    Milestone("admission_decision", "Ngày quyết định kết nạp", "Số quyết định kết nạp", "admitted"),
    Milestone("admission_ceremony", "Ngày lễ kết nạp"),
    Milestone("new_member_class", "Ngày giấy đảng viên mới", "Số giấy đảng viên mới", "passed"),
    Milestone(
        "cell_review", "Ngày nghị quyết công nhận chính thức", "Số nghị quyết công nhận chính thức", "carried"
    ),
    Milestone(
        "committee_review",
        "Ngày nghị quyết đảng ủy công nhận chính thức",
        "Số nghị quyết đảng ủy công nhận chính thức",
        "carried",
    ),
)
NAME, BORN, CODE = "Họ và tên", "Ngày sinh", "Mã học sinh"
HELPER, SHARED = "Người giúp đỡ", "Cùng đơn vị từ ngày"


@dataclass(frozen=True)
class Line:
    """What became of one row: the case it opened, or why it could not be."""

    number: int
    student_id: int | None
    case_id: int | None
    faults: tuple[Text, ...] = ()


class _OnlyTried(Exception):
    def __init__(self, case_id: int) -> None:
        self.case_id = case_id


def adopt_sheet(
    tx: Transaction, institution_id: int, sheet: Sheet, *, by: int, now: datetime, dry: bool = True
) -> list[Line]:
    """Every row; with `dry` each is done in full and taken back, so its faults are the real ones."""
    if not dry:
        refuse_real_data(tx)
    columns = {fold(header): place for place, header in enumerate(sheet.header)}
    return [
        _line(tx, institution_id, number, _cells(columns, row), by, now, dry) for number, row in sheet.rows
    ]


def _cells(columns: Mapping[str, int], row: Sequence[object]) -> dict[str, Any]:
    return {
        header: row[place]
        for header, place in columns.items()
        if place < len(row) and row[place] not in ("", None)
    }


def _line(
    tx: Transaction,
    institution_id: int,
    number: int,
    cells: Mapping[str, Any],
    by: int,
    now: datetime,
    dry: bool,
) -> Line:
    student_id = None
    try:
        student_id = find_student(tx, institution_id, cells)
        papers = papers_of(tx, student_id, cells)
        with tx.aside() as part:
            opened = adopt(part, student_id, papers, by=by, now=now)
            if dry:
                raise _OnlyTried(opened.id)
        return Line(number, student_id, opened.id)
    except _OnlyTried:
        return Line(number, student_id, None)
    except Unavailable:
        raise  # the database, not this row
    except InvalidAnswers as failure:
        texts = [text for found in failure.fields.values() for text in found]
        return Line(number, student_id, None, tuple(texts))
    except Failure as failure:
        return Line(number, student_id, None, (failure.text,))


def find_student(tx: Transaction, institution_id: int, cells: Mapping[str, Any]) -> int:
    """The one student of the institution with this code, or with this name and birth date."""
    query = select(student.c.id).where(
        student.c.institution_id == institution_id, student.c.left_on.is_(None)
    )
    code = cells.get(fold(CODE))
    if code is not None:
        query = query.where(student.c.code == str(code).strip())
    else:
        query = query.where(
            student.c.search_key == search_key(str(cells.get(fold(NAME), ""))),
            student.c.birth_date == _day(cells, BORN),
        )
    found = tx.execute(query).scalars().all()
    if len(found) != 1:
        raise InvalidAnswers(
            {"student": [Text("Tìm thấy {count} người trong danh sách, cần đúng một.", count=len(found))]}
        )
    return int(found[0])


def papers_of(tx: Transaction, student_id: int, cells: Mapping[str, Any]) -> list[PaperAct]:
    """The papers that the row names, in the order of the road."""
    papers = []
    for milestone in MILESTONES:
        on = _day(cells, milestone.day)
        if on is None:
            continue
        number = cells.get(fold(milestone.number)) if milestone.number else None
        answers = _helper(tx, student_id, cells, on) if milestone.element == "assign_helper" else {}
        papers.append(
            PaperAct(
                milestone.element, on, milestone.outcome, None if number is None else str(number), answers
            )
        )
    return papers


def _helper(tx: Transaction, student_id: int, cells: Mapping[str, Any], on: date) -> dict[str, Any]:
    wanted = search_key(str(cells.get(fold(HELPER), "")))
    roll = roll_on(tx, cell_of(tx, student_id), on)
    found = [line.member_id for line in roll.lines if search_key(line.name) == wanted]
    if len(found) != 1:
        text = Text(
            "“{step}”: chi bộ có {count} đảng viên tên này vào ngày {day}, cần đúng một.",
            step=STEPS["assign_helper"].label,
            count=len(found),
            day=f"{on:%d/%m/%Y}",
        )
        raise InvalidAnswers({"member_id": [text]})
    return {"member_id": found[0], "shared_since": _day(cells, SHARED) or on}


def _day(cells: Mapping[str, Any], header: str) -> date | None:
    value = cells.get(fold(header))
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    try:
        found: date = Day().deserialize(value)
        return found
    except ValidationError as error:
        raise InvalidAnswers(
            {header: [Text("{column}: {why}", column=header, why=Text(str(error.messages[0])))]}
        ) from None
