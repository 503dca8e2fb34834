"""The school roll and the pool as their screens show them: always of one's own institutions only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy import case as when

from engine.records import case, read_log
from engine.transactions import Transaction
from workflows.access.permissions import PARTY, UNION
from workflows.access.seats import Seat
from workflows.desk.cases import LISTED
from workflows.organisations.kinds import PARTY_CELL
from workflows.organisations.records import institution, organisation
from workflows.people.names import search_key
from workflows.people.records import pool_entry, pool_review, result, student, user_account
from workflows.rules import ages
from workflows.rules.editions import edition_on

PAGE = 50
POOL_WORDS = ("in", "case", "out")
# How far a case is, a school knows only while one of its own keeps the file.
STILL_HERE = or_(
    case.c.custodian_id == func.coalesce(student.c.cell_id, institution.c.cell_id),
    case.c.custodian_id == institution.c.party_organisation_id,
)
AGE_WORDS = ("of_age", "within_year", "younger")


class StudentLine(NamedTuple):
    """One line of the student list; `pool_on` is the day of entering the pool, `case_id` an open case."""

    id: int
    code: str | None
    family_name: str
    middle_name: str
    given_name: str
    birth_date: date
    gender: str | None
    class_name: str | None
    course: str | None
    grade: int | None
    sort_key: bytes
    pool_on: date | None
    proposer: str | None
    cell_id: int | None
    case_id: int | None
    stage: str | None

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.family_name, self.middle_name, self.given_name) if part)


@dataclass(frozen=True)
class Wanted:
    """Filters of the list. `of_age_born` and `within_year_born`: latest birth dates of those two groups."""

    words: str = ""
    class_name: str | None = None
    age: str | None = None
    pool: str | None = None
    after: str | None = None
    school: int | None = None
    of_age_born: date | None = None
    within_year_born: date | None = None


@dataclass(frozen=True)
class StudentList:
    """One page of the list."""

    lines: list[StudentLine]
    count: int
    next: str | None
    classes: list[str]


@dataclass(frozen=True)
class Roll:
    """Whose students one sees: of whole institutions, and those whom one's own cells follow elsewhere."""

    institutions: list[int]
    cells: list[int]

    @property
    def students(self) -> ColumnElement[bool]:
        theirs = student.c.institution_id.in_(self.institutions)
        return or_(theirs, student.c.cell_id.in_(self.cells)) if self.cells else theirs


def institutions_of(tx: Transaction, seats: Sequence[Seat]) -> list[int]:
    """Institutions whose Party or union organisation, or whose cell for all, one acts for."""
    own = [seat.organisation_id for seat in seats if seat.position in PARTY | UNION]
    if not own:
        return []
    theirs = or_(
        institution.c.party_organisation_id.in_(own),
        institution.c.union_organisation_id.in_(own),
        institution.c.cell_id.in_(own),
    )
    return list(tx.execute(select(institution.c.id).where(theirs)).scalars())


def roll_of(tx: Transaction, seats: Sequence[Seat]) -> Roll:
    """The need to know of the roll: the cell of one faculty follows its own students, not the others."""
    schools = institutions_of(tx, seats)
    own = [seat.organisation_id for seat in seats if seat.position in PARTY | UNION]
    elsewhere = student.c.institution_id.not_in(schools)
    cells = select(student.c.cell_id).where(student.c.cell_id.in_(own), elsewhere).distinct()
    return Roll(schools, list(tx.execute(cells).scalars()) if own else [])


def student_list(tx: Transaction, roll: Roll, wanted: Wanted) -> StudentList:
    """A page of the roll, by given name in Vietnamese order."""
    ours = and_(roll.students, student.c.left_on.is_(None))
    filtered = and_(ours, *_filters(wanted))
    count = tx.execute(_joined(select(func.count())).where(filtered)).scalar_one()
    page = tx.execute(
        _lines()
        .where(and_(filtered, *_beyond(wanted.after)))
        .order_by(student.c.sort_key, student.c.id)
        .limit(PAGE + 1)
    ).all()
    lines = [StudentLine(*tuple(row)) for row in page[:PAGE]]
    classes = tx.execute(
        select(student.c.class_name)
        .where(ours, student.c.class_name.is_not(None))
        .distinct()
        .order_by("class_name")
    )
    return StudentList(
        lines, count, _key(lines[-1]) if len(page) > PAGE else None, [row[0] for row in classes]
    )


def all_students(tx: Transaction, roll: Roll, wanted: Wanted) -> Iterator[StudentLine]:
    """Every line of the list, for the file."""
    ours = and_(roll.students, student.c.left_on.is_(None))
    rows = tx.execute(
        _lines().where(and_(ours, *_filters(wanted))).order_by(student.c.sort_key, student.c.id)
    )
    return (StudentLine(*tuple(row)) for row in rows)


def named_institutions(tx: Transaction, numbers: Sequence[int]) -> list[tuple[int, str]]:
    """(institution, name), by name."""
    rows = tx.execute(
        select(institution.c.id, institution.c.name)
        .where(institution.c.id.in_(numbers))
        .order_by(institution.c.name_key)
    )
    return [(row.id, row.name) for row in rows]


def cells_of(tx: Transaction, seats: Sequence[Seat]) -> list[tuple[int, str]]:
    """Cells whose pool one sees: those of one's institutions, one's own among them."""
    schools = institutions_of(tx, seats)
    own = [seat.organisation_id for seat in seats if seat.position in PARTY]
    of_school = select(institution.c.cell_id).where(institution.c.id.in_(schools))
    of_students = select(student.c.cell_id).where(student.c.institution_id.in_(schools)).distinct()
    rows = tx.execute(
        select(organisation.c.id, organisation.c.name)
        .where(
            organisation.c.kind == PARTY_CELL,
            or_(
                organisation.c.id.in_(of_school),
                organisation.c.id.in_(of_students),
                organisation.c.id.in_(own),
            ),
        )
        .order_by(organisation.c.name_key)
    )
    return [(row.id, row.name) for row in rows]


def admission_age(on: date) -> int:
    """The least age of the edition in force."""
    return edition_on(on).number("min_age")


def first_day_of_age(born: date, on: date) -> date:
    """The first day on which the edition in force counts the person as of age."""
    edition = edition_on(on)
    return ages.first_day_of_age(born, edition.number("min_age"), edition.word("age_reading"))


def latest_births(on: date) -> tuple[date, date]:
    """Latest birth dates of those who are of age on the day, and of those who will be within a year."""
    years, reading = admission_age(on), edition_on(on).word("age_reading")
    return _latest_birth(years, reading, on), _latest_birth(years, reading, ages.add_months(on, 12))


def _latest_birth(years: int, reading: str, on: date) -> date:
    if reading == ages.MONTH_OF_BIRTH:
        return ages.month_end(ages.add_months(ages.month_start(on), -12 * years))
    if reading == ages.MONTH_AFTER:
        return ages.month_end(ages.add_months(ages.month_start(on), -12 * years - 1))
    return ages.add_months(on, -12 * years)


def one_student(tx: Transaction, student_id: int) -> Any:
    """The roll of one student: plain columns only."""
    return tx.execute(
        select(student, institution.c.name.label("institution"))
        .join(institution, institution.c.id == student.c.institution_id)
        .where(student.c.id == student_id)
    ).one_or_none()


def pool_state(tx: Transaction, student_id: int) -> Any:
    """The open pool entry of a student, or None."""
    return tx.execute(
        select(pool_entry).where(pool_entry.c.student_id == student_id, pool_entry.c.left_on.is_(None))
    ).one_or_none()


def results_of(tx: Transaction, student_id: int) -> list[Any]:
    rows = tx.execute(select(result).where(result.c.student_id == student_id).order_by(result.c.term.desc()))
    return list(rows.all())


def cases_of(tx: Transaction, student_id: int) -> list[Any]:
    """Cases of a student, the open one first."""
    rows = tx.execute(
        select(case.c.id, case.c.kind, case.c.stage, case.c.opened_on, case.c.closed_on, case.c.closed_as)
        .where(case.c.subject_id == student_id, case.c.kind == "admission", LISTED)
        .order_by(case.c.closed_on.is_not(None), case.c.id.desc())
    )
    return list(rows.all())


def readings_of(tx: Transaction, student_id: int) -> list[Any]:
    """The last readings of sealed fields: shown to those who may read them themselves."""
    rows = tx.execute(
        select(read_log, user_account.c.name.label("who"))
        .outerjoin(user_account, user_account.c.id == read_log.c.by)
        .where(read_log.c.subject_kind == "student", read_log.c.subject_id == student_id)
        .order_by(read_log.c.id.desc())
        .limit(10)
    )
    return list(rows.all())


def pool_of(tx: Transaction, cells: Sequence[int]) -> list[StudentLine]:
    """Everybody in the pool of these cells, by name."""
    rows = tx.execute(
        _lines().where(pool_entry.c.cell_id.in_(cells)).order_by(student.c.sort_key, student.c.id)
    )
    return [StudentLine(*tuple(row)) for row in rows]


def last_reviews(tx: Transaction, cells: Sequence[int]) -> dict[int, date]:
    """The day of the last confirmed list of each cell."""
    rows = tx.execute(
        select(pool_review.c.cell_id, func.max(pool_review.c.meeting_on))
        .where(pool_review.c.cell_id.in_(cells))
        .group_by(pool_review.c.cell_id)
    )
    return dict(tuple(row) for row in rows)


def _lines() -> Select[Any]:
    columns = [student.c[name] for name in StudentLine._fields[:11]]
    return _joined(
        select(
            *columns,
            pool_entry.c.entered_on,
            pool_entry.c.proposer_name,
            pool_entry.c.cell_id,
            case.c.id,
            when((STILL_HERE, case.c.stage)).label("stage"),
        )
    ).join(institution, institution.c.id == student.c.institution_id)


def _joined(query: Select[Any]) -> Select[Any]:
    open_case = and_(
        case.c.subject_id == student.c.id, case.c.kind == "admission", case.c.closed_on.is_(None)
    )
    open_entry = and_(pool_entry.c.student_id == student.c.id, pool_entry.c.left_on.is_(None))
    return query.select_from(student).outerjoin(pool_entry, open_entry).outerjoin(case, open_case)


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [*_age(wanted), *_pool(wanted.pool)]
    if wanted.school:
        found.append(student.c.institution_id == wanted.school)
    if wanted.class_name:
        found.append(student.c.class_name == wanted.class_name)
    folded = search_key(wanted.words).replace("\\", "").replace("%", "").replace("_", "")
    if folded:
        found.append(or_(student.c.search_key.contains(folded), func.lower(student.c.code) == folded))
    return found or [true()]


def _age(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    born, grown, soon = student.c.birth_date, wanted.of_age_born, wanted.within_year_born
    if grown is None or soon is None:
        return []
    groups: dict[str, Sequence[ColumnElement[bool]]] = {
        "of_age": [born <= grown],
        "within_year": [born > grown, born <= soon],
        "younger": [born > soon],
    }
    return groups.get(wanted.age or "", [])


def _pool(word: str | None) -> Sequence[ColumnElement[bool]]:
    groups: dict[str, Sequence[ColumnElement[bool]]] = {
        "in": [pool_entry.c.id.is_not(None), case.c.id.is_(None)],
        "case": [case.c.id.is_not(None)],
        "out": [pool_entry.c.id.is_(None), case.c.id.is_(None)],
    }
    return groups.get(word or "", [])


def _key(line: StudentLine) -> str:
    return f"{line.sort_key.hex()}_{line.id}"


def _beyond(after: str | None) -> Sequence[ColumnElement[bool]]:
    if not after:
        return []
    try:
        text, _, number = after.partition("_")
        key, last = bytes.fromhex(text), int(number[:18])
    except ValueError:
        return []
    return [or_(student.c.sort_key > key, and_(student.c.sort_key == key, student.c.id > last))]
