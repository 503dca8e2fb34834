"""From a row of the workbook to a line: every cell read, every fault of the row at once. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from engine.errors import InvalidAnswers, Text
from workflows.founding import words
from workflows.founding.sheets import ACCOUNTS, MEMBERS, ORGANISATIONS, SCHOOLS, Form
from workflows.imports import cells
from workflows.imports.cells import CellFault
from workflows.imports.faults import Fault
from workflows.organisations.codes import DIGITS, code14
from workflows.people.names import search_key
from workflows.people.users import username_of

FIRST_DAY: Final = date(1930, 2, 3)  # nothing of what is founded here can be older
AHEAD: Final = timedelta(days=400)
NAME_LENGTH: Final = 200
USERNAME_LENGTH: Final = 64
STATUSES: Final = ("new", "same", "kept", "error")


@dataclass(eq=False)
class Line:
    """One row: what stands in it, what is wrong, and what it means for the database.

    `known`: id of the row that is there already; `differs`: fields in which that row is kept as it is.
    """

    sheet: str
    number: int
    cells: Sequence[object]
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    known: int | None = None
    differs: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """new, same, kept (there already, but different: it stays as it is) or error."""
        if self.faults:
            return "error"
        if self.known is None:
            return "new"
        return "kept" if self.differs else "same"

    def refuse(self, field: str | None, msgid: str, /, **params: object) -> None:
        self.faults.append(Fault(field, Text(msgid, **params)))


Reader = Callable[[object, date], Any]


def _name(value: object, _on: date) -> str | None:
    text = cells.text_of(value)
    if len(text) > NAME_LENGTH:
        raise CellFault("Dài quá {longest} ký tự. Hãy rút gọn.", longest=NAME_LENGTH)
    return text or None


def _person(value: object, _on: date) -> str | None:
    return cells.person_name(value)


def _day(value: object, on: date) -> date | None:
    found = cells.day(value)
    if found is not None and not FIRST_DAY <= found <= on + AHEAD:
        raise CellFault("Ngày {value} không hợp lý. Hãy xem lại năm.", value=f"{found:%d/%m/%Y}")
    return found


def _past_day(value: object, on: date) -> date | None:
    found = cells.day(value)
    if found is not None and not date(1900, 1, 1) <= found <= on:
        raise CellFault("Ngày {value} không hợp lý. Hãy xem lại năm.", value=f"{found:%d/%m/%Y}")
    return found


def _code(value: object, _on: date) -> str | None:
    """A number cell that lost the zero of its province gets it back."""
    text = cells.text_of(value)
    if not text:
        return None
    if not isinstance(value, str) and len(text) == DIGITS - 1:
        text = text.zfill(DIGITS)
    try:
        return code14(text)
    except InvalidAnswers as refused:
        raise CellFault(str(refused.fields["code14"][0])) from None


def _yes_no(value: object, _on: date) -> bool | None:
    return cells.yes_no(value)


def _username(value: object, _on: date) -> str | None:
    text = cells.text_of(value)
    if text and (username_of(text) != text.lower() or len(text) > USERNAME_LENGTH):
        raise CellFault(
            "Tên đăng nhập chỉ gồm chữ thường không dấu, chữ số, dấu chấm, dấu nối, không quá {longest} "
            "ký tự. Có thể dùng “{fit}”.",
            longest=USERNAME_LENGTH,
            fit=re.sub("^$", "chibo1.bithu", username_of(text)[:USERNAME_LENGTH]),
        )
    return text.lower() or None


def _one_of(known: Mapping[str, str], examples: str) -> Reader:
    def read(value: object, _on: date) -> str | None:
        text = cells.text_of(value)
        if not text:
            return None
        word = words.word_of(known, text)
        if word is None:
            raise CellFault("Không nhận ra “{value}”. Hãy ghi: {examples}.", value=text, examples=examples)
        return word

    return read


_KIND = _one_of(words.ORGANISATION_KINDS, "Tỉnh ủy, Đảng ủy xã, phường, Đảng ủy cơ sở, Chi bộ, Đoàn trường …")
_SCHOOL = _one_of(words.SCHOOL_KINDS, "THPT, GDNN-GDTX, Nội trú, Cao đẳng, Đại học")
_BODY = _one_of(words.BODIES, "Ban thường vụ hoặc Ban chấp hành")
_STATUS = _one_of(words.STATUSES, "Chính thức, Dự bị, Miễn, Đi vắng")
_POSITION = _one_of(words.POSITION_WORDS, "Bí thư, Phó bí thư, Chuyên viên, Bí thư Đoàn, Quản trị viên …")

READERS: Final[Mapping[str, Mapping[str, Reader]]] = {
    ORGANISATIONS: {
        "reference": _name,
        "name": _name,
        "kind": _KIND,
        "parent": _name,
        "since": _day,
        "code14": _code,
        "decides": _yes_no,
        "decided_by": _BODY,
        "commune": _name,
    },
    SCHOOLS: {
        "name": _name,
        "kind": _SCHOOL,
        "commune": _name,
        "party": _name,
        "union": _name,
        "cell": _name,
    },
    MEMBERS: {
        "name": _person,
        "birth_date": _past_day,
        "cell": _name,
        "status": _STATUS,
        "since": _day,
        "admitted_on": _past_day,
        "official_on": _past_day,
    },
    ACCOUNTS: {
        "username": _username,
        "name": _person,
        "position": _POSITION,
        "organisation": _name,
        "since": _day,
        "member": _name,
    },
}


def line_of(form: Form, columns: Mapping[str, int], number: int, row: Sequence[object], on: date) -> Line:
    """`on`: the day of the founding; days far beyond it are slips of the hand."""
    line = Line(form.key, number, row)
    for name, read in READERS[form.key].items():
        place = columns.get(name)
        cell = row[place] if place is not None and place < len(row) else None
        try:
            value = read(cell, on)
        except CellFault as fault:
            line.faults.append(Fault(name, fault.text))
            continue
        if value is not None:
            line.values[name] = value
        elif form.fields[name].needed:
            line.refuse(name, "Còn trống. {help}", help=form.fields[name].help)
    _agree(line)
    return line


def _agree(line: Line) -> None:
    """Cells of one row that have to fit each other."""
    values = line.values
    refused = {fault.field for fault in line.faults}
    if line.sheet == ORGANISATIONS and not refused & {"decides", "decided_by"}:
        if values.get("decides") and "decided_by" not in values:
            line.refuse(
                "decided_by", "Quyết định bằng tập thể nào? Hãy ghi Ban thường vụ hoặc Ban chấp hành."
            )
        if "decided_by" in values and not values.get("decides"):
            line.refuse("decides", "Có cơ quan quyết định thì ghi Có; nếu không, xóa ô cơ quan quyết định.")
    if line.sheet == MEMBERS:
        admitted, official, born = (values.get(name) for name in ("admitted_on", "official_on", "birth_date"))
        if admitted and official and official < admitted:
            line.refuse("official_on", "Ngày chính thức phải sau ngày vào Đảng.")
        if born and admitted and admitted <= born:
            line.refuse("admitted_on", "Ngày vào Đảng phải sau ngày sinh.")


def folded(text: str) -> str:
    """A reference as it is compared: "cb 01" and "CB01" are one."""
    return search_key(text).replace(" ", "")
