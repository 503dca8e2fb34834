"""The one form of a meeting, read row by row: what was typed, what it comes to, what is wrong with it.

A row is a person and a step. Everything typed comes back as it was typed; nothing is saved here.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from engine.errors import Text
from workflows.admission.choices import METHODS, OUTCOMES
from workflows.admission.fields import BIGGEST
from workflows.admission.forms import FORMS
from workflows.admission.votes import BALLOTS
from workflows.meetings.bodies import WITH_HELPER, other_ways, quota_of
from workflows.meetings.queries import Line, Planned
from workflows.meetings.rules import FIGURES, Room, counted_up, filled, may_come, result_of, room
from workflows.meetings.voting import Cast
from workflows.rules.ballots import Quota, Result
from workflows.rules.editions import Edition

FILL, CHECK, SAVE = "_fill", "_check", "_save"
NO_REASON = Text("Hãy ghi lý do.")
NOT_A_NUMBER = Text("Hãy ghi một số nguyên từ 0 đến {most}.", most=BIGGEST)

Sent = MultiDict[str, str]


@dataclass
class Row:
    """One person to be voted on. `typed`: field → what stands in the box."""

    line: Line
    quota: Quota
    ways: tuple[tuple[str, str], ...]
    typed: dict[str, str] = field(default_factory=dict)
    figures: dict[str, int] = field(default_factory=dict)
    result: Result | None = None
    faults: list[Text] = field(default_factory=list)

    @property
    def key(self) -> int:
        return self.line.task_id

    @property
    def way(self) -> str | None:
        return self.typed.get("how") or None

    @property
    def decided(self) -> bool:
        return bool(self.way or any(self.typed.get(name) for name in FIGURES))

    @property
    def sound(self) -> bool:
        return self.decided and not self.faults


@dataclass
class Matter:
    """One thing that the meeting settles without counting."""

    line: Line
    outcomes: Sequence[tuple[str, str]]
    helper: bool
    typed: dict[str, str] = field(default_factory=dict)
    faults: list[Text] = field(default_factory=list)

    @property
    def key(self) -> int:
        return self.line.task_id

    @property
    def decided(self) -> bool:
        return bool(self.typed.get("how") or self.typed.get("helper"))


@dataclass
class Seat:
    """One member of the roll on the page: what attendance offers, what stands there."""

    member_id: int
    name: str
    status: str
    came: str

    @property
    def words(self) -> Mapping[str, str]:
        return may_come(self.status)


@dataclass
class Sheet:
    """The whole page of a meeting."""

    of: Planned
    seats: list[Seat]
    figures: dict[str, str]
    room: Room | None
    rows: list[Row]
    matters: list[Matter]
    method: str = "secret"
    checked: bool = False
    changed: bool = False  # something is other than when it was looked at
    faults: dict[str, list[Text]] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Nothing is wrong with what was decided so far."""
        rows: Iterable[Any] = (*self.rows, *self.matters)
        return not self.faults and not any(one.faults for one in rows if one.decided)

    @property
    def decided(self) -> list[Row]:
        return [row for row in self.rows if row.decided]

    @property
    def parts(self) -> list[tuple[str, list[Row]]]:
        """The votes by step, in the order of the agenda."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.line.element, []).append(row)
        return list(found.items())


def digest_of(sheet: Sheet) -> str:
    """What was looked at before it is saved: a change after the look asks for another one."""
    typed = [(row.key, sorted(row.typed.items())) for row in sheet.rows]
    return hashlib.sha256(repr((sheet.room, sheet.method, typed)).encode()).hexdigest()[:16]


def read_seats(lines: Iterable[tuple[int, str, str]], sent: Sent | None) -> list[Seat]:
    """(member, name, status) of the roll with what was chosen for each; the usual word where nothing was."""
    seats = []
    for member_id, name, status in lines:
        words = may_come(status)
        chosen = (sent or {}).get(f"came-{member_id}", "")
        seats.append(Seat(member_id, name, status, chosen if chosen in words else next(iter(words))))
    return seats


def came_of(sent: Sent) -> dict[int, str]:
    """What attendance was sent, member by member."""
    found = {}
    for name, value in sent.items():
        number = name.removeprefix("came-")
        if name.startswith("came-") and number.isdecimal() and len(number) < 12:
            found[int(number)] = value
    return found


def read_room(sent: Mapping[str, str], faults: dict[str, list[Text]]) -> Room | None:
    """The figures of a body without a roll: everybody, and who was present."""
    values = {}
    for name in ("members", "present"):
        if not sent.get(name, "").strip():
            return None
        number = whole(sent[name])
        if number is None:
            faults[name] = [NOT_A_NUMBER]
            return None
        values[name] = number
    return Room(values["members"], 0, 0, values["present"])


def room_of(seats: Sequence[Seat]) -> Room:
    return room((seat.status, seat.came) for seat in seats)


def read_row(line: Line, of: Planned, edition: Edition, seats: Room | None, sent: Sent | None) -> Row:
    """One person's row with its result; before anything was sent it is empty."""
    row = Row(line, quota_of(line.element, of.body, edition), other_ways(line.element))
    names = ("how", "why", "number", *FIGURES)
    row.typed = {name: (sent or {}).get(f"{name}-{row.key}", "").strip() for name in names}
    if row.way is not None:
        if row.way not in dict(row.ways):
            row.faults.append(Text("Hãy chọn một mục trong danh sách."))
        elif not row.typed["why"]:
            row.faults.append(NO_REASON)
    elif row.decided:
        count(row, seats)
    return row


def count(row: Row, seats: Room | None) -> None:
    """Put figures and result on a row, or what is wrong with them."""
    numbers = {name: whole(row.typed[name]) for name in FIGURES if row.typed[name]}
    if None in numbers.values():
        row.faults.append(NOT_A_NUMBER)
        return
    row.figures = {name: number for name, number in numbers.items() if number is not None}
    if seats is None:
        row.faults.append(Text("Hãy ghi số người có mặt trước."))
        return
    found = result_of(row.figures, seats, row.quota)
    if not isinstance(found, Result):
        row.faults += list(found.values())
        return
    row.result = found
    ballot = BALLOTS[row.line.element]
    outcome = ballot.carried if found.carried else ballot.failed
    if asks_reason(row.line.element, outcome) and not row.typed["why"]:
        row.faults.append(NO_REASON)


def asks_reason(element: str, outcome: str) -> bool:
    """Does the step's form want a reason at this outcome?"""
    needed: Mapping[str, frozenset[str]] = getattr(FORMS[element], "needed", {})
    return outcome in needed.get("reason", frozenset())


def fill(sheet: Sheet, first: str) -> None:
    """All present voted for, and the numbers counted up from the first: only where nothing was typed."""
    if sheet.room is None:
        return
    for row in sheet.rows:
        if row.way is None and not row.faults:
            figures = filled(row.figures, sheet.room)
            row.typed |= {name: str(figures[name]) for name in FIGURES if name in figures}
            count(row, sheet.room)
    carried = [row for row in sheet.rows if row.result is not None and row.result.carried]
    empty = [row for row in carried if not row.typed["number"]]
    for row, number in zip(empty, counted_up(first, len(empty)), strict=True):
        row.typed["number"] = number


def read_matter(line: Line, sent: Sent | None) -> Matter:
    matter = Matter(line, OUTCOMES[line.element], line.element in WITH_HELPER)
    names = ("how", "why", "helper", "since")
    matter.typed = {name: (sent or {}).get(f"{name}-{matter.key}", "").strip() for name in names}
    if matter.typed["how"] and asks_reason(line.element, matter.typed["how"]) and not matter.typed["why"]:
        matter.faults.append(NO_REASON)
    if matter.helper and matter.typed["helper"] and read_day(matter.typed["since"]) is None:
        matter.faults.append(Text("Hãy ghi ngày cùng đơn vị, ví dụ 05/09/2025."))
    return matter


def result_words(result: Result) -> Text:
    """The count with its threshold, numerator and denominator in whole numbers."""
    quota = result.quota
    least = "cần hơn {share} của {base}" if quota.comparison == ">" else "cần ít nhất {share} của {base}"
    needed = Text(least, share=str(quota), base=result.base)
    return Text(
        "{votes}/{base} tán thành, {needed}, tức từ {count} phiếu",
        votes=result.vote.votes_for,
        base=result.base,
        needed=needed,
        count=result.needed,
    )


def cast_of(row: Row, method: str) -> Cast:
    return Cast(
        task_id=row.key,
        element=row.line.element,
        figures=row.figures,
        way=row.way,
        words=row.typed["why"] or None,
        number=row.typed["number"] or None,
        method=method,
    )


def cast_matter(matter: Matter) -> Cast:
    helper = whole(matter.typed["helper"])
    return Cast(
        task_id=matter.key,
        element=matter.line.element,
        way=matter.typed["how"] or matter.outcomes[0][0],
        words=matter.typed["why"] or None,
        member_id=helper if matter.helper else None,
        shared_since=read_day(matter.typed["since"]) if matter.helper else None,
    )


def method_of(sent: Mapping[str, str]) -> str:
    word = sent.get("method", "")
    return word if word in dict(METHODS) else "secret"


def whole(words: str) -> int | None:
    """A count from 0 on, or None."""
    stripped = words.strip()
    return int(stripped) if stripped.isdecimal() and len(stripped) < 6 and int(stripped) <= BIGGEST else None


def read_day(words: str) -> date | None:
    for pattern in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(words.strip(), pattern).date()
        except ValueError:
            continue
    return None
