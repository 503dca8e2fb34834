"""Who read a person's file: by mandate or in an emergency once a day and case, sealed fields each time.

The log is told in two ways: to the clerks with names, to the person with organisations only, and without what
a purpose would give away of the file.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select

from engine.errors import Text
from engine.records import case, read_log
from engine.time import day_of, start_of
from engine.transactions import Transaction
from workflows.access import mandates
from workflows.access.permissions import GLASS, GLASS_TEXTS, MANDATE
from workflows.access.questions import Right
from workflows.access.relations import Case, Thing
from workflows.organisations.records import organisation
from workflows.people.records import position, user_account
from workflows.people.words import POSITIONS

STUDENT = "student"
WHOLE = "case"  # the word of the log for a file that was looked at as a whole
BY_MANDATE = "Kiểm tra theo ủy nhiệm số {number}"
IN_EMERGENCY = "Mở khẩn hồ sơ"
IN_GENERAL = "Làm việc với hồ sơ"
# What a field of the log is called; a name with a dot goes by its first part.
FIELDS: Mapping[str, str] = {
    WHOLE: "Hồ sơ",
    "identity_number": "Số định danh cá nhân",
    "address": "Nơi thường trú",
    "phone": "Điện thoại",
    "glass": "Lý do mở khẩn",
    "correction": "Yêu cầu sửa thông tin",
    "comment": "Trao đổi trong hồ sơ",
    "": "Nội dung trong hồ sơ",
}


class Reading(NamedTuple):
    """One row that is still to be written."""

    student_id: int
    by: int
    purpose: str


@dataclass(frozen=True)
class Line:
    """One reading in words: what, by whom, for what."""

    at: datetime
    fields: list[Text]
    who: str
    seats: list[Text]  # what the reader was on that day
    purpose: str
    by: int | None


def to_keep(tx: Transaction, right: Right, thing: Thing | None, now: datetime) -> Reading | None:
    """The row that a reading by mandate or in an emergency owes; None where today's is there already."""
    if right.relation not in (MANDATE, GLASS, GLASS_TEXTS) or not isinstance(thing, Case):
        return None
    student_id = tx.execute(select(case.c.subject_id).where(case.c.id == thing.id)).scalar_one()
    reading = Reading(student_id, right.seat.user_id, _purpose(tx, right, thing.id, day_of(now)))
    same = (
        read_log.c.subject_kind == STUDENT,
        read_log.c.subject_id == student_id,
        read_log.c.by == reading.by,
        read_log.c.purpose == reading.purpose,
        read_log.c.at >= start_of(day_of(now)),
    )
    there = tx.execute(select(read_log.c.fields).where(*same)).scalars()
    return None if any(fields == [WHOLE] for fields in there) else reading


def keep(tx: Transaction, reading: Reading, now: datetime) -> None:
    row = {"subject_kind": STUDENT, "subject_id": reading.student_id, "fields": [WHOLE]}
    tx.execute(insert(read_log), row | {"by": reading.by, "purpose": reading.purpose, "at": now})


def student_of(tx: Transaction, case_id: int) -> int | None:
    found: int | None = tx.execute(select(case.c.subject_id).where(case.c.id == case_id)).scalar()
    return found


def log_of(
    tx: Transaction, student_id: int, *, most: int = 100, openly: Collection[str] | None = None
) -> list[Line]:
    """Who read what of the person, the newest first.

    `openly`: the purposes that may be told to who may not know how the file stands: a step by its name, or
    what somebody typed, would say it. None: all as they were written.
    """
    query = (
        select(read_log, user_account.c.name.label("who"))
        .outerjoin(user_account, user_account.c.id == read_log.c.by)
        .where(read_log.c.subject_kind == STUDENT, read_log.c.subject_id == student_id)
        .order_by(read_log.c.id.desc())
        .limit(most)
    )
    rows = list(tx.execute(query))
    seats = _seats(tx, sorted({row.by for row in rows if row.by}))
    return [
        Line(
            row.at,
            _named(row.fields),
            row.who or "",
            _on(seats.get(row.by, ()), day_of(row.at)),
            row.purpose if openly is None else _told(row.purpose, openly),
            row.by,
        )
        for row in rows
    ]


def _told(purpose: str, openly: Collection[str]) -> str:
    mandated = purpose.startswith(BY_MANDATE.partition("{")[0])
    return purpose if mandated or purpose in (*openly, IN_EMERGENCY) else IN_GENERAL


def _purpose(tx: Transaction, right: Right, case_id: int, on: date) -> str:
    if right.relation != MANDATE:
        return IN_EMERGENCY
    return BY_MANDATE.format(number=mandates.naming(tx, right.seat.user_id, case_id, on).number)


def _named(fields: Sequence[str]) -> list[Text]:
    """Each kind of field once, in plain words."""
    kinds = dict.fromkeys(field if field in FIELDS else field.partition(".")[0] for field in fields)
    return [Text(one) for one in dict.fromkeys(FIELDS.get(kind, FIELDS[""]) for kind in kinds)]


def _seats(tx: Transaction, user_ids: Sequence[int]) -> dict[int, list[Any]]:
    query = (
        select(position, organisation.c.name)
        .join(organisation, organisation.c.id == position.c.organisation_id)
        .where(position.c.user_id.in_(user_ids))
        .order_by(position.c.id)
    )
    found: dict[int, list[Any]] = {}
    for row in tx.execute(query) if user_ids else ():
        found.setdefault(row.user_id, []).append(row)
    return found


def _on(held: Sequence[Any], day: date) -> list[Text]:
    return [
        Text("{position}, {organisation}", position=Text(POSITIONS[row.position]), organisation=row.name)
        for row in held
        if row.valid_from <= day and (row.valid_to is None or row.valid_to > day)
    ]
