"""Members of the Party: where each one is on the roll, by day, and the roll of a cell on a day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Row, bindparam, or_, select, update

from engine.errors import InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from workflows.people.names import Name, search_key, sort_key, split_name
from workflows.people.records import member, member_place
from workflows.people.words import MEMBER_STATUSES


@dataclass(frozen=True)
class RollLine:
    """One member on a cell's roll on a day."""

    member_id: int
    name: str
    status: str  # official | probationary | exempt | away


@dataclass(frozen=True)
class Roll:
    """The roll of one cell on one day, in Vietnamese order of names.

    `exempt` and `away` are official members too: whether they count in a vote is the rules' affair.
    """

    cell_id: int
    on: date
    lines: tuple[RollLine, ...]

    def of(self, status: str) -> tuple[RollLine, ...]:
        return tuple(line for line in self.lines if line.status == status)

    @property
    def official(self) -> tuple[RollLine, ...]:
        return self.of("official")

    @property
    def probationary(self) -> tuple[RollLine, ...]:
        return self.of("probationary")

    @property
    def exempt(self) -> tuple[RollLine, ...]:
        return self.of("exempt")

    @property
    def away(self) -> tuple[RollLine, ...]:
        return self.of("away")


_ON = bindparam("day", type_=Date)
_VALID = (
    member_place.c.valid_from <= _ON,
    or_(member_place.c.valid_to.is_(None), member_place.c.valid_to > _ON),
)
_ROLL = (
    select(
        member.c.id, member.c.family_name, member.c.middle_name, member.c.given_name, member_place.c.status
    )
    .join(member_place, member_place.c.member_id == member.c.id)
    .where(member_place.c.cell_id == bindparam("cell"), *_VALID)
    .order_by(member.c.sort_key, member.c.id)
)
_PLACE = select(member_place.c.cell_id, member_place.c.status).where(
    member_place.c.member_id == bindparam("member"), *_VALID
)


def roll_on(tx: Transaction, cell_id: int, on: date) -> Roll:
    """Everybody who stands on the cell's roll on that day."""
    lines = tuple(
        RollLine(row.id, Name(row.family_name, row.middle_name, row.given_name).full, row.status)
        for row in tx.execute(_ROLL, {"cell": cell_id, "day": on})
    )
    return Roll(cell_id, on, lines)


def place_of(tx: Transaction, member_id: int, on: date) -> tuple[int, str] | None:
    """The cell and the status of a member on a day; None when on no roll."""
    row = tx.execute(_PLACE, {"member": member_id, "day": on}).first()
    return (row.cell_id, row.status) if row else None


def add_member(
    tx: Transaction,
    full_name: str,
    *,
    cell_id: int,
    status: str,
    since: date,
    birth_date: date | None = None,
    admitted_on: date | None = None,
    official_on: date | None = None,
    student_id: int | None = None,
) -> int:
    """A member, with the first place on a roll. `admitted_on`: date of the admission decision."""
    name = split_name(full_name)
    row = {
        "family_name": name.family,
        "middle_name": name.middle,
        "given_name": name.given,
        "sort_key": sort_key(name),
        "search_key": search_key(name.full),
        "birth_date": birth_date,
        "admitted_on": admitted_on,
        "official_on": official_on,
        "student_id": student_id,
    }
    member_id = tx.insert(member, row)
    place_member(tx, member_id, cell_id=cell_id, status=status, since=since)
    return member_id


def place_member(tx: Transaction, member_id: int, *, cell_id: int, status: str, since: date) -> None:
    """From that day on the member stands on this cell's roll with this status; the place before ends.

    A second change on the same day replaces the first; a day before the last change is InvalidAnswers.
    """
    if status not in MEMBER_STATUSES:
        raise InvalidAnswers({"status": [Text("Tình trạng đảng viên không hợp lệ.")]})
    if tx.execute(select(member.c.id).where(member.c.id == member_id)).scalar() is None:
        raise NotFound()
    last = _last_place(tx, member_id)
    if last is not None and since < last.valid_from:
        raise InvalidAnswers({"since": [Text("Ngày thay đổi phải sau ngày thay đổi gần nhất.")]})
    if last is not None and since == last.valid_from:
        change = update(member_place).where(member_place.c.id == last.id)
        tx.execute(change.values(cell_id=cell_id, status=status, valid_to=None))
        return
    end_place(tx, member_id, on=since)
    row = {"member_id": member_id, "cell_id": cell_id, "status": status, "valid_from": since}
    tx.insert(member_place, row)


def end_place(tx: Transaction, member_id: int, *, on: date) -> None:
    """The member stands on no roll from that day on."""
    tx.execute(
        update(member_place)
        .where(member_place.c.member_id == member_id, member_place.c.valid_to.is_(None))
        .values(valid_to=on)
    )


def _last_place(tx: Transaction, member_id: int) -> Row[Any] | None:
    query = select(member_place).where(member_place.c.member_id == member_id)
    return tx.execute(query.order_by(member_place.c.valid_from.desc()).limit(1)).first()
