"""The dry run of a founding workbook: what each row would do, compared with what is stored today."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from engine.errors import Text
from engine.transactions import Transaction
from workflows.founding import stock
from workflows.founding.drafting import STATUSES, Line, line_of
from workflows.founding.places import Communes
from workflows.founding.reading import Book
from workflows.founding.roll import Members
from workflows.founding.schools import School, schools_of
from workflows.founding.seats import Accounts
from workflows.founding.sheets import ACCOUNTS, FORMS, MEMBERS, ORGANISATIONS, SCHOOLS
from workflows.founding.units import Units
from workflows.imports.collecting import put_off

MANY = 10  # organisations named in one remark


@dataclass(frozen=True)
class Plan:
    """The dry run of a whole workbook, with everything that carrying it out needs."""

    book: Book
    on: date
    lines: Mapping[str, Sequence[Line]]
    units: Units
    schools: Sequence[School]
    members: Members
    accounts: Accounts
    remarks: tuple[Text, ...] = field(default=())

    @property
    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """sheet → new, same, kept, error → number of rows."""
        counted = {key: Counter(line.status for line in lines) for key, lines in self.lines.items()}
        return {key: {status: number[status] for status in STATUSES} for key, number in counted.items()}

    def of(self, status: str) -> list[Line]:
        return [line for lines in self.lines.values() for line in lines if line.status == status]

    @property
    def clean(self) -> bool:
        """No row has a fault: it may be carried out."""
        return not self.of("error")


def plan(tx: Transaction, book: Book, province: str, on: date) -> Plan:
    """Writes nothing. `on`: the day of the founding; NotFound for a name that is no province."""
    with put_off():
        return _plan(tx, book, Communes(province), on)


def _plan(tx: Transaction, book: Book, communes: Communes, on: date) -> Plan:
    empty: dict[str, list[Line]] = {key: [] for key in FORMS}
    lines = empty | {
        key: [line_of(sheet.form, sheet.columns, number, row, on) for number, row in sheet.rows]
        for key, sheet in book.sheets.items()
    }
    units = Units(stock.organisations(tx), lines[ORGANISATIONS], communes)
    schools = schools_of(lines[SCHOOLS], units, communes, stock.schools(tx))
    known = stock.members(tx) if lines[MEMBERS] or lines[ACCOUNTS] else {}
    members = Members(lines[MEMBERS], units, known)
    accounts = Accounts(lines[ACCOUNTS], units, members, stock.accounts(tx), stock.positions(tx))
    remarks = (*book.remarks, *_without_decision(schools))
    return Plan(book, on, lines, units, schools, members, accounts, remarks)


def _without_decision(schools: Sequence[School]) -> list[Text]:
    """Cells whose cases nobody could decide: allowed, for the rows may come later, but told."""
    cells = {school.cell for school in schools if school.cell is not None}
    bare = sorted(cell.name for cell in cells if not any(over.decides for over in cell.above()))
    if not bare:
        return []
    names = ", ".join(bare[:MANY]) + (" …" if len(bare) > MANY else "")
    return [Text("Chưa có cấp nào quyết định kết nạp phía trên: {names}.", names=names)]


def reason_of(line: Line) -> str:
    """All faults of a row in one sentence each, the column named first."""
    form = FORMS[line.sheet]
    return "; ".join(
        f"{form.label(fault.field)}: {fault.text}" if fault.field else str(fault.text)
        for fault in line.faults
    )


def kept_in_words(line: Line) -> str:
    """Which cells of a row differ from what is stored and stays."""
    return ", ".join(FORMS[line.sheet].label(name) for name in line.differs)
