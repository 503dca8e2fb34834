"""The dry run of a list: what each row would do, compared with the institution's students of today.

A student is known again by identity number, else by code, else by name, birth date and class. A weaker mark
never overrules a stronger one that differs, but for a corrected number beside code, name and birth date.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.engine import Row

from engine.errors import Text
from engine.transactions import Transaction
from workflows.imports import queries
from workflows.imports.collecting import put_off
from workflows.imports.drafting import Draft, Reading, commune_key, draft_of
from workflows.imports.faults import Fault
from workflows.imports.headers import label
from workflows.imports.matching import Roster
from workflows.imports.reading import Sheet
from workflows.people.identity import COMPARED, IDENTITY, blinds_of
from workflows.people.names import sort_key, split_name

GRADED = frozenset({"high_school", "vocational", "boarding"})
_UNION = ("union_member", "union_joined_on")


@dataclass(frozen=True)
class Line:
    """One row: what it would do (new, same, changed, error), to whom, and what is wrong with it."""

    number: int  # as counted in the file
    status: str
    draft: Draft
    student_id: int | None = None
    changes: tuple[str, ...] = ()
    cells: Sequence[object] = ()

    @property
    def faults(self) -> Sequence[Fault]:
        return self.draft.faults


@dataclass(frozen=True)
class Report:
    """The dry run of a whole list. `sheet` and `on` are enough to carry it out."""

    institution_id: int
    sheet: Sheet
    on: date
    lines: tuple[Line, ...]
    remarks: tuple[Text, ...] = field(default=())

    @property
    def counts(self) -> Mapping[str, int]:
        """new, same, changed, error → number of rows."""
        counted = Counter(line.status for line in self.lines)
        return {status: counted[status] for status in ("new", "same", "changed", "error")}

    def of(self, status: str) -> list[Line]:
        return [line for line in self.lines if line.status == status]


def plan(tx: Transaction, institution_id: int, sheet: Sheet, on: date) -> Report:
    """What taking over the list would do, row by row; writes nothing. `on`: the day of the import."""
    with put_off():
        return _plan(tx, institution_id, sheet, on)


def _plan(tx: Transaction, institution_id: int, sheet: Sheet, on: date) -> Report:
    school = queries.institution_for_import(tx, institution_id)
    reading = Reading(sheet.columns, on, _communes(tx), school.kind in GRADED)
    drafts = [(number, row, draft_of(row, reading)) for number, row in sheet.rows]
    named = [(number, row, draft) for number, row, draft in drafts if draft is not None]
    roster = Roster(tx, queries.students_of(tx, institution_id))
    found = [(number, row, draft, roster.match(number, draft)) for number, row, draft in named]
    _refuse_elsewhere(tx, institution_id, roster, found)
    dropped = _drop_union(tx, institution_id, on, found)
    stored = _Stored(tx, institution_id, found)
    lines = tuple(_line(number, row, draft, known, stored) for number, row, draft, known in found)
    return Report(institution_id, sheet, on, lines, _remarks(sheet, len(drafts) - len(named), dropped))


Found = Sequence[tuple[int, Sequence[object], Draft, Row[Any] | None]]


def _communes(tx: Transaction) -> dict[str, str]:
    """Folded name → code, for names that only one commune bears."""
    codes: dict[str, set[str]] = {}
    for name, known in queries.communes_by_name(tx).items():
        codes.setdefault(commune_key(name), set()).update(known)
    return {name: next(iter(known)) for name, known in codes.items() if len(known) == 1}


def _refuse_elsewhere(tx: Transaction, institution_id: int, roster: Roster, found: Found) -> None:
    unknown = {
        roster.index(draft): draft
        for _number, _row, draft, known in found
        if known is None and not draft.faults and IDENTITY in draft.personal
    }
    for index in queries.identities_elsewhere(tx, institution_id, (key for key in unknown if key)):
        unknown[index].faults.append(
            Fault(
                IDENTITY,
                Text("Số định danh này đang thuộc một trường khác. Hãy làm thủ tục chuyển đến trước."),
            )
        )


def _drop_union(tx: Transaction, institution_id: int, on: date, found: Found) -> int:
    """Membership in the youth union stays out where the student has not agreed to keeping it."""
    if not any("union_member" in draft.values for _n, _r, draft, _k in found):
        return 0
    agreed, dropped = queries.with_union_consent(tx, institution_id, on), 0
    for _number, _row, draft, known in found:
        if known is None or known.id not in agreed:
            removed = [draft.values.pop(name, None) for name in _UNION]
            dropped += any(value is not None for value in removed)
    return dropped


class _Stored:
    """What the database holds of the students found: blind indexes of sealed fields, results."""

    def __init__(self, tx: Transaction, institution_id: int, found: Found) -> None:
        known = [(draft, row) for _n, _r, draft, row in found if row is not None]
        self.tx = tx
        self.blinds = blinds_of(tx, [row.id for draft, row in known if draft.personal])
        terms = {draft.result[0] for draft, _row in known if draft.result}
        self.results = queries.results_of(tx, institution_id, terms) if terms else {}

    def changes(self, draft: Draft, known: Row[Any]) -> tuple[str, ...]:
        names = [name for name, value in draft.values.items() if self._differs(known, name, value)]
        for name, text in draft.personal.items():
            blind = self.tx.keys.blind_index(name, text) if name in COMPARED else None
            if self.blinds.get((known.id, name)) != blind:
                names.append(name)
        if draft.result is not None:
            term, study, conduct = draft.result
            old = self.results.get((known.id, term))
            if old is None or (study or old.study, conduct or old.conduct) != (old.study, old.conduct):
                names.append("study" if study else "conduct")
        return tuple(names)

    def _differs(self, known: Row[Any], name: str, value: Any) -> bool:
        if name == "full_name":  # "hoà" and "hòa", NFC and NFD are one name
            return bool(sort_key(split_name(value)) != known.sort_key)
        return bool(getattr(known, name) != value)


def _line(number: int, row: Sequence[object], draft: Draft, known: Row[Any] | None, stored: _Stored) -> Line:
    if draft.faults:
        return Line(number, "error", draft, known.id if known else None, cells=row)
    if known is None:
        return Line(number, "new", draft, cells=row)
    changes = stored.changes(draft, known)
    return Line(number, "changed" if changes else "same", draft, known.id, changes, row)


def _remarks(sheet: Sheet, nobody: int, dropped: int) -> tuple[Text, ...]:
    remarks = list(sheet.remarks)
    if nobody:
        remarks.append(Text("Bỏ qua {count} dòng không ghi tên ai (dòng tổng, chữ ký).", count=nobody))
    if dropped:
        remarks.append(
            Text("Chưa lưu thông tin đoàn viên của {count} người vì chưa có sự đồng ý.", count=dropped)
        )
    if {"study", "conduct"} & sheet.columns.keys() and "term" not in sheet.columns:
        remarks.append(
            Text("Chưa lưu kết quả học tập, rèn luyện vì không có cột “{term}”.", term=label("term"))
        )
    return tuple(remarks)
