"""The sheet of accounts: a person may hold several positions, one row each under one user name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row

from engine.errors import Text
from workflows.founding.drafting import Line
from workflows.founding.roll import Members, Person
from workflows.founding.stock import exact
from workflows.founding.units import Unit, Units
from workflows.imports import cells
from workflows.imports.cells import CellFault
from workflows.organisations.kinds import KINDS, PARTY_CELL, POLITICAL_CENTRE, UNION_BRANCH, YOUTH_UNION_BASE
from workflows.people.words import POSITIONS

UNIONS = frozenset({YOUTH_UNION_BASE, UNION_BRANCH})
# Positions that only make sense in organisations of these kinds.
ONLY_IN: Mapping[str, frozenset[str]] = {
    "union_secretary": UNIONS,
    "centre_officer": frozenset({POLITICAL_CENTRE}),
    "helper": frozenset({PARTY_CELL}),
}


@dataclass(frozen=True)
class Seat:
    """A row: an account (`account_id` where it is there already) that holds a position from a day on."""

    line: Line
    unit: Unit | None
    person: Person | None
    account_id: int | None


class Accounts:
    """Rows against stored accounts and positions. Faults go to the lines."""

    def __init__(
        self,
        lines: Sequence[Line],
        units: Units,
        members: Members,
        stored: Mapping[str, Row[Any]],
        held: Mapping[tuple[int, int, str], Row[Any]],
    ) -> None:
        self.units, self.members, self.stored, self.held = units, members, stored, held
        self.first: dict[str, Seat] = {}
        self.taken: dict[object, int] = {}
        self.seats = [self._seat(line) for line in lines]

    @property
    def new(self) -> list[Seat]:
        """The first row of every account that is not there yet."""
        return [seat for seat in self.first.values() if seat.account_id is None]

    def _seat(self, line: Line) -> Seat:
        unit = self.units.named(line, "organisation")
        if unit is not None:
            _check_position(line, unit)
        person = self._person(line, unit)
        account = self.stored.get(line.values.get("username", ""))
        seat = Seat(line, unit, person, account.id if account else None)
        self._same_person(seat, account)
        self._once(line, unit)
        if account is not None and unit is not None:
            self._know(seat, account, unit)
        if line.known is None and unit is not None:
            _check_day(line, unit)
        return seat

    def _person(self, line: Line, unit: Unit | None) -> Person | None:
        words, name = str(line.values.get("member", "")), line.values.get("name")
        helper = line.values.get("position") == "helper"
        try:
            yes = cells.yes_no(words)
        except CellFault:
            yes = None
        if yes is False or not words:
            if helper:
                line.refuse("member", "Người giúp đỡ phải là đảng viên trong danh sách. Hãy ghi Có.")
            return None
        if name is None:
            return None
        born = None
        if yes is None:
            name, born = _named(line, words)
        found = self.members.find(name, born, unit)
        if isinstance(found, Text):
            line.refuse("member", found.msgid, **found.params)
            return None
        return found

    def _same_person(self, seat: Seat, account: Row[Any] | None) -> None:
        """One user name is one person, in the file and in the database."""
        line, username, name = seat.line, seat.line.values.get("username"), seat.line.values.get("name")
        if username is None or name is None:
            return
        first = self.first.setdefault(username, seat)
        if exact(first.line.values["name"]) != exact(name) or first.person is not seat.person:
            line.refuse(
                "username",
                "Dòng {row} dùng tên đăng nhập này cho người khác (họ tên hoặc ô đảng viên khác nhau). "
                "Hãy sửa cho khớp, hoặc chọn tên đăng nhập khác.",
                row=first.line.number,
            )
        if account is not None and exact(account.name) != exact(name):
            line.refuse("username", "Tên đăng nhập này đã có người khác dùng. Hãy chọn tên khác.")

    def _once(self, line: Line, unit: Unit | None) -> None:
        mark = line.values.get("username"), unit, line.values.get("position")
        if None in mark:
            return
        earlier = self.taken.setdefault(mark, line.number)
        if earlier != line.number:
            line.refuse(None, "Trùng với dòng {row}. Hãy bỏ một dòng.", row=earlier)

    def _know(self, seat: Seat, account: Row[Any], unit: Unit) -> None:
        line, values = seat.line, seat.line.values
        row = self.held.get((account.id, unit.id or 0, values.get("position", "")))
        since: date | None = values.get("since")
        ended = row is not None and row.valid_to is not None
        if row is None or (ended and since is not None and since >= row.valid_to):
            if not account.active:
                line.refuse("username", "Tài khoản này đã khóa. Hãy mở khóa trước, hoặc dùng tên khác.")
            return
        line.known = row.id
        line.differs = ["position"] if ended else []
        if row.valid_from != since:
            line.differs.append("since")
        if account.member_id != (seat.person.id if seat.person else None):
            line.differs.append("member")


def _named(line: Line, words: str) -> tuple[str, date | None]:
    """ "Nguyễn Văn A, 01/02/1980" → name and birth date."""
    name, _comma, rest = words.partition(",")
    try:
        return name, cells.day(re.sub(r"^[\s(]+|[\s)]+$", "", rest))
    except CellFault as fault:
        line.refuse("member", fault.text.msgid, **fault.text.params)
        return name, None


def _check_position(line: Line, unit: Unit) -> None:
    word = line.values.get("position")
    if word == "secretary" and unit.kind in UNIONS:
        line.values["position"] = "union_secretary"
        return
    kinds = ONLY_IN.get(word or "")
    if kinds and unit.kind is not None and unit.kind not in kinds:
        line.refuse(
            "position",
            "“{position}” chỉ có ở: {wanted}; “{name}” là loại “{kind}”.",
            position=POSITIONS[word or ""],
            wanted="; ".join(label for kind, label in KINDS.items() if kind in kinds),
            name=unit.name,
            kind=KINDS[unit.kind],
        )


def _check_day(line: Line, unit: Unit) -> None:
    since = line.values.get("since")
    if since is not None and unit.since is not None and since < unit.since:
        line.refuse(
            "since",
            "Sớm hơn ngày của “{name}” ({day}). Hãy ghi ngày ấy hoặc muộn hơn.",
            name=unit.name,
            day=f"{unit.since:%d/%m/%Y}",
        )
    if unit.until is not None:
        line.refuse("organisation", "“{name}” đã kết thúc. Hãy ghi tổ chức kế tục.", name=unit.name)
