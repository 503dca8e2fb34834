"""The roll of a cell kept by hand: a member added, another status, another cell, gone. Each leaves an entry.

Whoever was admitted through the program is placed by the case itself; here stands what comes on paper.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from engine.errors import InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from workflows.administration.log import note
from workflows.organisations.kinds import PARTY_CELL
from workflows.organisations.queries import tree_of
from workflows.people.members import add_member, end_place, place_member, place_of
from workflows.people.names import clean, search_key, split_name
from workflows.people.records import member, member_place


def enrol(
    tx: Transaction,
    cell_id: int,
    name: str,
    *,
    status: str,
    since: date,
    birth_date: date | None,
    admitted_on: date | None,
    official_on: date | None,
    by: int,
    on: date,
    now: datetime,
) -> int:
    """A member who comes with paper from elsewhere. The same name and birth date here is refused."""
    _require_cell(tx, cell_id, since)
    _require_past(since, on)
    if len(search_key(name)) < 2:
        raise _wrong("name", "Hãy ghi họ tên đầy đủ.")
    for field, day in (
        ("birth_date", birth_date),
        ("admitted_on", admitted_on),
        ("official_on", official_on),
    ):
        if day is not None and day > on:
            raise _wrong(field, "Ngày này còn ở tương lai.")
    if admitted_on is not None and official_on is not None and official_on < admitted_on:
        raise _wrong("official_on", "Ngày chính thức phải sau ngày kết nạp.")
    _require_new(tx, cell_id, name, birth_date, since)
    found = add_member(
        tx,
        name,
        cell_id=cell_id,
        status=status,
        since=since,
        birth_date=birth_date,
        admitted_on=admitted_on,
        official_on=official_on,
    )
    facts: dict[str, Any] = {"member": found, "status": status, "since": since}
    note(tx, "member_added", organisation_id=cell_id, on=on, by=by, now=now, **facts)
    return found


def _require_new(tx: Transaction, cell_id: int, name: str, birth_date: date | None, since: date) -> None:
    """A form sent twice would write the same person twice."""
    parts, m = split_name(clean(name)), member.c
    known = (
        select(m.id)
        .join(member_place, member_place.c.member_id == m.id)
        .where(member_place.c.cell_id == cell_id, member_place.c.valid_to.is_(None))
        .where(m.family_name == parts.family, m.middle_name == parts.middle, m.given_name == parts.given)
        .where(m.birth_date.is_not_distinct_from(birth_date))
    )
    if tx.execute(known.limit(1)).first() is not None:
        message = (
            "Trong danh sách đã có người cùng họ tên và ngày sinh. Nếu là người khác, hãy ghi ngày sinh."
        )
        raise _wrong("name", message)


def change_place(
    tx: Transaction,
    cell_id: int,
    member_id: int,
    *,
    status: str | None,
    to_cell: int | None,
    since: date,
    by: int,
    on: date,
    now: datetime,
) -> None:
    """Another status, another cell, or (`status` None) off every roll, from a day that has come."""
    place = place_of(tx, member_id, on)
    if place is None or place[0] != cell_id:
        raise NotFound
    _require_past(since, on)
    facts: dict[str, Any] = {"member": member_id, "since": since}
    if status is None:
        _require_later(tx, member_id, since)
        end_place(tx, member_id, on=since)
        note(tx, "member_left", organisation_id=cell_id, on=on, by=by, now=now, **facts)
        return
    target = to_cell or cell_id
    if (target, status) == place:
        raise _wrong("status", "Đảng viên đang như vậy: hãy chọn tình trạng khác hoặc chi bộ khác.")
    _require_cell(tx, target, since)
    place_member(tx, member_id, cell_id=target, status=status, since=since)
    kind = "member_placed" if target == cell_id else "member_moved"
    to = target if target != cell_id else None
    note(tx, kind, organisation_id=cell_id, on=on, by=by, now=now, status=status, to=to, **facts)


def _require_later(tx: Transaction, member_id: int, since: date) -> None:
    last = tx.execute(
        select(member_place.c.valid_from)
        .where(member_place.c.member_id == member_id)
        .order_by(member_place.c.valid_from.desc())
        .limit(1)
    ).scalar()
    if last is not None and since <= last:
        raise _wrong("since", "Ngày này phải sau lần thay đổi gần nhất ({day}).", day=f"{last:%d/%m/%Y}")


def _require_cell(tx: Transaction, cell_id: int, since: date) -> None:
    node = tree_of(tx).nodes.get(cell_id)
    if node is None or node.kind != PARTY_CELL:
        raise _wrong("cell", "Đảng viên chỉ sinh hoạt ở chi bộ. Hãy chọn một chi bộ.")
    if not node.stands_on(since):
        raise _wrong(
            "since", "{name} không hoạt động vào ngày {day}.", name=node.name, day=f"{since:%d/%m/%Y}"
        )


def _require_past(since: date, on: date) -> None:
    if since > on:
        raise _wrong("since", "Ngày này còn ở tương lai. Hãy ghi khi đã có hiệu lực.")


def _wrong(field: str, message: str, **params: object) -> InvalidAnswers:
    return InvalidAnswers({field: [Text(message, **params)]})
