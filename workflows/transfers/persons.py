"""The person behind a member of a roll. A handover belongs to a person, and a person is a row of the
students: a member written into the roll by hand is first said to be one of them, or to have been one.

Whoever is found is only offered to those who may open that student's page; a school's roll is nobody else's.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update

from engine.errors import Conflict, InvalidAnswers, NotFound, Text
from engine.records import case
from engine.time import day_of
from engine.transactions import Transaction
from workflows import access
from workflows.administration.log import note
from workflows.admission.fields import Sheet, choice, day, line
from workflows.organisations.kinds import INSTITUTIONS
from workflows.organisations.queries import tree_of
from workflows.organisations.records import institution
from workflows.people.members import place_of
from workflows.people.names import search_key
from workflows.people.records import member, student
from workflows.people.students import add_student, student_left

ALIKE = Text(
    "Trong danh sách trường có người cùng họ tên, ngày sinh. Hãy nhờ chi bộ của trường chọn người đó."
)


class Was(Sheet):
    """A member who was a student and is on no roll of a school here."""

    birth_date = day("Ngày sinh", required=True)
    school = line("Trường đã học", required=True, longest=200)
    school_kind = choice("Loại trường", tuple(INSTITUTIONS.items()), required=True, widget="select")
    left_on = day("Rời trường ngày", required=True)


class Behind(NamedTuple):
    """A member on a roll, and who it may be: students of the same name, and birth date where it is known."""

    member_id: int
    name: str
    birth_date: date | None
    student_id: int | None
    school: tuple[int, str, str] | None  # of the cell: number, name, kind
    alike: list[Any]


def behind(tx: Transaction, cell_id: int, member_id: int, *, by: int, on: date) -> Behind:
    """Asks for no right to hand on. NotFound where the member is not on the roll of the cell that day."""
    m = member.c
    row = tx.execute(
        select(m.family_name, m.middle_name, m.given_name, m.search_key, m.birth_date, m.student_id).where(
            m.id == member_id
        )
    ).first()
    place = place_of(tx, member_id, on) if row is not None else None
    if row is None or place is None or place[0] != cell_id:
        raise NotFound
    school = _school(tx, cell_id, on)
    alike = _alike(tx, row, school[0]) if school is not None and row.student_id is None else []
    seen = [one for one in alike if access.may(tx, by, "student.see", access.Student(one.id), on)]
    name = " ".join(part for part in tuple(row)[:3] if part)
    return Behind(member_id, name, row.birth_date, row.student_id, school, seen)


def _school(tx: Transaction, cell_id: int, on: date) -> tuple[int, str, str] | None:
    """The institution that the cell belongs to."""
    tree = tree_of(tx)
    found = tree.school_of(cell_id, tree.ancestors_on(cell_id, on), on)
    if found is None:
        return None
    i = institution.c
    row = tx.execute(select(i.id, i.name, i.kind).where(i.id == found.id)).one()
    return row.id, row.name, row.kind


def _alike(tx: Transaction, row: Any, school: int, born: date | None = None) -> list[Any]:
    """Students of the school with that name who are no other member and are not on the road to be one."""
    s, birth_date = student.c, row.birth_date or born
    known = select(member.c.id).where(member.c.student_id == s.id).exists()
    on_the_road = (
        select(case.c.id)
        .where(case.c.kind == "admission", case.c.subject_id == s.id, case.c.closed_on.is_(None))
        .exists()
    )
    query = (
        select(s.id, s.birth_date, s.class_name, s.left_on)
        .where(s.institution_id == school, s.search_key == row.search_key, ~known, ~on_the_road)
        .order_by(s.left_on.is_not(None), s.birth_date, s.id)
    )
    return list(tx.execute(query if birth_date is None else query.where(s.birth_date == birth_date)))


def tie(tx: Transaction, cell_id: int, member_id: int, student_id: int, *, by: int, now: datetime) -> None:
    """The member is this student of the school. Raises NotFound, NotAllowed, InvalidAnswers, Conflict."""
    _require(tx, cell_id, by, now)
    found = behind(tx, cell_id, member_id, by=by, on=day_of(now))
    if student_id not in {one.id for one in found.alike}:
        raise InvalidAnswers({"student_id": [Text("Hãy chọn một người trong danh sách.")]})
    _tie(tx, cell_id, member_id, student_id, by=by, now=now)


def enter(
    tx: Transaction, cell_id: int, member_id: int, read: Mapping[str, Any], *, by: int, now: datetime
) -> int:
    """The member was a student and has left the school: gives the row made for the person."""
    today = day_of(now)
    _require(tx, cell_id, by, now)
    found = behind(tx, cell_id, member_id, by=by, on=today)
    if found.birth_date not in (None, read["birth_date"]):
        raise InvalidAnswers({"birth_date": [Text("Danh sách chi bộ ghi ngày sinh khác. Hãy sửa cho khớp.")]})
    if not read["birth_date"] < read["left_on"] <= today:
        raise InvalidAnswers({"left_on": [Text("Ngày rời trường phải sau ngày sinh và không ở tương lai.")]})
    school = _school_named(tx, found.school, read)
    row = tx.execute(select(member.c.search_key, member.c.birth_date).where(member.c.id == member_id)).one()
    if _alike(tx, row, school, read["birth_date"]):
        raise InvalidAnswers({"birth_date": [ALIKE]})
    made = add_student(tx, school, found.name, read["birth_date"], cell_id=cell_id)
    student_left(tx, made, on=read["left_on"], reason="graduated")
    _tie(tx, cell_id, member_id, made, by=by, now=now)
    return made


def _require(tx: Transaction, cell_id: int, by: int, now: datetime) -> None:
    access.require(tx, by, "transfer.prepare", access.Organisation(cell_id), day_of(now))


def _school_named(tx: Transaction, own: tuple[int, str, str] | None, read: Mapping[str, Any]) -> int:
    """The cell's own school where it is meant; of any other the name alone is known."""
    if own is not None and search_key(own[1]) == search_key(read["school"]):
        return own[0]
    return outside_school(tx, read["school"], read["school_kind"])


def outside_school(tx: Transaction, name: str, kind: str) -> int:
    """A school of which only the name is known; made where it was never named before."""
    key, i = search_key(name), institution.c
    outside = (i.party_organisation_id.is_(None), i.union_organisation_id.is_(None), i.cell_id.is_(None))
    found = tx.execute(select(i.id).where(i.name_key == key, *outside).limit(1)).scalar()
    if found is not None:
        return int(found)
    return tx.insert(institution, {"name": name, "name_key": key, "kind": kind})


def _tie(tx: Transaction, cell_id: int, member_id: int, student_id: int, *, by: int, now: datetime) -> None:
    free = (member.c.id == member_id, member.c.student_id.is_(None))
    if tx.execute(update(member).where(*free).values(student_id=student_id)).rowcount != 1:
        raise Conflict(Text("Đảng viên này đã được gắn với một học sinh, sinh viên. Hãy tải lại trang."))
    on = day_of(now)
    note(tx, "member_tied", organisation_id=cell_id, on=on, by=by, now=now, member=member_id)
