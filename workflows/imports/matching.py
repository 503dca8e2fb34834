"""Who of the institution's students a row means, and whether an earlier row meant the same one."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.engine import Row

from engine.errors import Text
from engine.transactions import Transaction
from workflows.imports.drafting import Draft
from workflows.imports.faults import Fault
from workflows.people.identity import IDENTITY, index_of
from workflows.people.names import search_key

Triple = tuple[str, date | None, str]


class Roster:
    """The institution's students by each mark, and the rows of the list read so far by the same marks."""

    def __init__(self, tx: Transaction, students: Sequence[Row[Any]]) -> None:
        self.tx = tx
        self.by_identity = {row.identity_index: row for row in students if row.identity_index}
        self.by_code = {row.code: row for row in students if row.code}
        self.by_triple: dict[Triple, list[Row[Any]]] = {}
        for row in students:
            triple = (row.search_key, row.birth_date, _folded(row.class_name))
            self.by_triple.setdefault(triple, []).append(row)
        self.seen: dict[tuple[str, object], int] = {}

    def index(self, draft: Draft) -> bytes | None:
        number = draft.personal.get(IDENTITY)
        return index_of(self.tx, number) if number else None

    def match(self, number: int, draft: Draft) -> Row[Any] | None:
        """The student that the row means; None: not known yet. Faults of a double go to the draft."""
        if "full_name" not in draft.values or "birth_date" not in draft.values:
            return None
        index, code = self.index(draft), draft.values.get("code")
        if self._repeats(number, draft, index, code):
            return None
        known = self._known(draft, index, code)
        if known is not None and self._taken("student", known.id, number, draft):
            return None
        return known

    def _known(self, draft: Draft, index: bytes | None, code: str | None) -> Row[Any] | None:
        by_identity = self.by_identity.get(index) if index else None
        by_code = self.by_code.get(code) if code else None
        if by_identity is not None and by_code is not None and by_identity.id != by_code.id:
            draft.faults.append(
                Fault("code", Text("Mã {code} đang thuộc người khác có số định danh khác.", code=code))
            )
            return None
        if by_identity is not None:
            return by_identity
        if by_code is not None:
            other = index and by_code.identity_index and by_code.identity_index != index
            if other and (by_code.search_key, by_code.birth_date) != _triple(draft)[:2]:
                draft.faults.append(
                    Fault("code", Text("Mã {code} đang thuộc người khác có số định danh khác.", code=code))
                )
            return by_code
        alike = [
            row
            for row in self.by_triple.get(_triple(draft), ())
            if not (index and row.identity_index) and not (code and row.code)
        ]
        if len(alike) > 1:
            draft.faults.append(
                Fault(None, Text("Có nhiều người trùng họ tên, ngày sinh và lớp. Hãy ghi thêm mã học sinh."))
            )
        return alike[0] if alike else None

    def _repeats(self, number: int, draft: Draft, index: bytes | None, code: str | None) -> bool:
        """An earlier row with the same mark: identity and code always, the triple only without them."""
        if index and self._taken("identity", index, number, draft, IDENTITY):
            return True
        if code and self._taken("code", code, number, draft, "code"):
            return True
        return not index and not code and self._taken("triple", _triple(draft), number, draft)

    def _taken(self, mark: str, value: object, number: int, draft: Draft, field: str | None = None) -> bool:
        earlier = self.seen.setdefault((mark, value), number)
        if earlier == number:
            return False
        draft.faults.append(Fault(field, Text("Trùng với dòng {row} trong cùng tệp.", row=earlier)))
        return True


def _triple(draft: Draft) -> Triple:
    values = draft.values
    return search_key(values["full_name"]), values["birth_date"], _folded(values.get("class_name"))


def _folded(class_name: str | None) -> str:
    return search_key(class_name or "").replace(" ", "")
