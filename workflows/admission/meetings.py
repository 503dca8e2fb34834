"""Meetings of a body and their attendance, written once; how many may vote comes from the roll of the day.

A cell's figures come from the member roll; other bodies have a number of seats by date, or, where none
was entered, the number that the paper gives.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select

from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.admission.acting import Acting
from workflows.admission.records import body, meeting
from workflows.people import members
from workflows.people.records import student


class Roll(NamedTuple):
    """Who belongs to the body on a day. `known` is False where the program has no roll of it."""

    members: int
    exempt: int
    away: int
    known: bool


def roll_on(tx: Transaction, organisation_id: int, kind: str, on: date) -> Roll:
    """The roll of a body: official members for a cell (exempt and away among them), seats for the others."""
    if kind == "cell":
        cell = members.roll_on(tx, organisation_id, on)
        exempt, away = len(cell.exempt), len(cell.away)
        return Roll(len(cell.official) + exempt + away, exempt, away, True)
    seats = tx.execute(
        select(body.c.members).where(
            body.c.organisation_id == organisation_id,
            body.c.kind == kind,
            body.c.valid_from <= on,
            or_(body.c.valid_to.is_(None), body.c.valid_to > on),
        )
    ).scalar()
    return Roll(int(seats or 0), 0, 0, seats is not None)


class Attendance(NamedTuple):
    """The roll and the room of one meeting."""

    members: int
    exempt_absent: int
    away: int
    present: int


def attendance(acting: Acting, organisation_id: int, kind: str) -> Attendance:
    """The attendance that the answers give, checked against the roll of the day.

    Adoption takes the paper's own figures: the program has no roll for days before it.
    """
    roll = roll_on(acting.tx, organisation_id, kind, acting.on)
    if acting.before_system:
        roll = Roll(0, 0, 0, False)
    given: Callable[[str], Any] = acting.answers.get
    total = given("members")
    if roll.known:
        if total is not None and total != roll.members:
            raise InvalidAnswers(
                {
                    "members": [
                        Text(
                            "Danh sách ngày họp có {roll} người có quyền biểu quyết, biểu ghi {given}. "
                            "Hãy sửa số này, hoặc cập nhật danh sách trước.",
                            roll=roll.members,
                            given=total,
                        )
                    ]
                }
            )
        total = roll.members
    if total is None:
        if not roll.known:
            raise InvalidAnswers({"members": [Text("Hãy ghi tổng số có quyền biểu quyết của ngày họp.")]})
        total = roll.members
    away = given("away") if given("away") is not None else roll.away
    exempt = given("exempt_absent") if given("exempt_absent") is not None else roll.exempt
    if kind == "cell" and roll.known:
        _within(roll, away, exempt)
    return Attendance(total, exempt, away, given("present"))


def _within(roll: Roll, away: int, exempt: int) -> None:
    wrong: dict[str, list[Text]] = {}
    if away > roll.away:
        wrong["away"] = [Text("Danh sách ngày họp chỉ có {count} đảng viên công tác xa.", count=roll.away)]
    if exempt > roll.exempt:
        wrong["exempt_absent"] = [
            Text("Danh sách ngày họp chỉ có {count} đảng viên được miễn.", count=roll.exempt)
        ]
    if wrong:
        raise InvalidAnswers(wrong)


def meeting_for(acting: Acting, organisation_id: int, kind: str, figures: Attendance) -> int:
    """The meeting of that body on that day; its attendance is the same for every case it votes on."""
    sort = acting.answers.get("meeting_kind") or "regular"
    branch = _branch_of(acting, kind)
    held = meetings_held(acting, organisation_id, kind).where(meeting.c.kind == sort)
    found = acting.tx.execute(held).first()
    if found is None:
        row = {
            "organisation_id": organisation_id,
            "body": kind,
            "branch": branch,
            "kind": sort,
            "on_day": acting.on,
            "chaired_by": acting.answers.get("chaired_by"),
            "recorded_by": acting.by,
            "recorded_at": acting.now,
            **figures._asdict(),
        }
        return acting.tx.insert(meeting, row)
    written = Attendance(found.members, found.exempt_absent, found.away, found.present)
    if written != figures:
        raise InvalidAnswers(
            {
                "present": [
                    Text(
                        "Cuộc họp ngày {day} đã ghi: tổng số {members}, miễn vắng {exempt}, "
                        "công tác xa {away}, có mặt {present}. Hãy ghi đúng như vậy, "
                        "hoặc chọn loại cuộc họp khác.",
                        day=f"{acting.on:%d/%m/%Y}",
                        members=written.members,
                        exempt=written.exempt_absent,
                        away=written.away,
                        present=written.present,
                    )
                ]
            }
        )
    return int(found.id)


def meetings_held(acting: Acting, organisation_id: int, kind: str) -> Select[Any]:
    """The meetings of that body on the day of the act, the first recorded first."""
    return (
        select(meeting)
        .where(
            meeting.c.organisation_id == organisation_id,
            meeting.c.body == kind,
            meeting.c.branch == _branch_of(acting, kind),
            meeting.c.on_day == acting.on,
        )
        .order_by(meeting.c.id)
    )


def _branch_of(acting: Acting, kind: str) -> str:
    """The class union that met: one school has many, and two of them may meet on the same day."""
    if kind != "union_branch":
        return ""
    named = func.coalesce(student.c.class_name, student.c.course, "")
    query = select(named).where(student.c.id == acting.case.subject_id)
    return str(acting.tx.execute(query).scalar_one())
