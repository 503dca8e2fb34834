"""The list of cases that one may see: filters that stay in the address, pages by key, the sheet of it all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from engine.among import among
from engine.records import case, task, timer
from engine.transactions import Transaction
from workflows.access.permissions import CLERKS
from workflows.access.queries import below
from workflows.access.seats import Seat
from workflows.desk.finding import case_matches, folded, shape_of, values_of
from workflows.organisations.queries import tree_of
from workflows.organisations.records import institution, organisation
from workflows.people.records import student

PAGE = 50
MOST_SHEET: Final = 20_000
SOON = timedelta(days=7)
OPEN, CLOSED, ALL = "open", "closed", "all"
STATES: Final = {OPEN: "Đang theo dõi", CLOSED: "Đã kết thúc", ALL: "Tất cả"}
DUES: Final = {
    "late": "Quá hạn",
    "soon": "Sắp đến hạn",
    "ontime": "Còn hạn",
    "none": "Không định hạn",
    "waiting": "Chờ đến ngày",
}
COLUMNS: Final = (
    "Số hồ sơ",
    "Họ và tên",
    "Ngày sinh",
    "Lớp, khóa",
    "Trường",
    "Giai đoạn",
    "Nơi quản lý",
    "Mở ngày",
    "Việc đang mở",
    "Hạn gần nhất",
    "Chờ đến ngày",
    "Kết thúc ngày",
    "Kết quả",
)


class CaseLine(NamedTuple):
    """One line of the case list."""

    id: int
    stage: str | None
    closed_as: str | None
    closed_on: date | None
    opened_on: date
    custodian: str | None
    family_name: str
    middle_name: str
    given_name: str
    birth_date: date
    class_name: str | None
    course: str | None
    sort_key: bytes
    due_on: date | None
    tasks: int
    waits_until: datetime | None  # the soonest timer: of age, end of probation
    school: str | None

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.family_name, self.middle_name, self.given_name) if part)


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; `state`: open, closed or all."""

    words: str = ""
    stage: str | None = None
    school: int | None = None
    custodian: int | None = None
    due: str | None = None
    state: str = OPEN
    after: str | None = None

    @classmethod
    def read(cls, sent: Mapping[str, str]) -> "Wanted":
        """From an address; what nobody knows is as good as nothing."""
        return cls(
            words=sent.get("q", "").strip()[:80],
            stage=sent.get("stage") or None,
            school=_number(sent.get("school")),
            custodian=_number(sent.get("custodian")),
            due=sent["due"] if sent.get("due") in DUES else None,
            state=sent["state"] if sent.get("state") in STATES else OPEN,
            after=sent.get("after") or None,
        )

    @property
    def narrowed(self) -> bool:
        """Does anything leave lines out?"""
        return bool(
            self.words or self.stage or self.school or self.custodian or self.due or self.state != OPEN
        )

    def address(self) -> dict[str, Any]:
        """As parameters of an address, without the page."""
        asked = {
            "q": self.words,
            "stage": self.stage,
            "school": self.school,
            "custodian": self.custodian,
            "due": self.due,
        }
        kept = {name: value for name, value in asked.items() if value}
        return kept | ({"state": self.state} if self.state != OPEN else {})


@dataclass(frozen=True)
class CaseList:
    """One page of the list, how many there are in all, and what the filters may be set to, with counts."""

    lines: list[CaseLine]
    count: int
    next: str | None
    stages: dict[str, int]
    schools: list[tuple[int, str, int]]
    custodians: list[tuple[int, str, int]]


# Free will: "not now" is kept only as the day before which nobody asks again; never listed, never counted.
LISTED = or_(case.c.closed_as.is_(None), case.c.closed_as != "not_now")
JOINED = case.join(student, student.c.id == case.c.subject_id)


def case_list(tx: Transaction, seats: Sequence[Seat], wanted: Wanted, on: date) -> CaseList:
    """A page of cases by the person's name in Vietnamese order."""
    reached = reach_of(tx, seats, on)
    seen, given = _seen(reached), _sought(wanted) | reached.given
    filtered = and_(seen, *_filters(wanted, on))
    total = select(func.count()).select_from(JOINED).where(filtered).scalar_subquery()
    page = (  # the keys of the page first: the columns of a line are looked up for no other
        select(case.c.id.label("of_page"))
        .select_from(JOINED)
        .where(filtered, *_beyond(wanted.after))
        .order_by(student.c.sort_key, case.c.id)
        .limit(PAGE + 1)
    )
    query = _lines().add_columns(total).where(case.c.id.in_(select(page.subquery().c.of_page)))
    rows = tx.execute(query, given).all()
    lines = [CaseLine(*tuple(row)[:-1]) for row in rows[:PAGE]]
    key = f"{lines[-1].sort_key.hex()}_{lines[-1].id}" if len(rows) > PAGE else None
    return CaseList(lines, int(tuple(rows[0])[-1]) if rows else 0, key, *_options(tx, seen, wanted, given))


def sheet_rows(
    tx: Transaction,
    seats: Sequence[Seat],
    wanted: Wanted,
    on: date,
    labels: Mapping[str, str],
    ends: Mapping[str, str],
    words: Callable[[str], str],
) -> Iterator[Sequence[object]]:
    """The whole list behind the filters as rows of `COLUMNS`, at most MOST_SHEET."""
    reached = reach_of(tx, seats, on)
    given = _sought(wanted) | reached.given
    filtered = and_(_seen(reached), *_filters(replace(wanted, after=None), on))
    for row in tx.execute(_lines().where(filtered).limit(MOST_SHEET), given):
        line = CaseLine(*tuple(row))
        yield (
            line.id,
            line.name,
            line.birth_date,
            line.class_name or line.course,
            line.school,
            words(labels.get(line.stage, line.stage)) if line.stage else None,
            line.custodian,
            line.opened_on,
            line.tasks,
            line.due_on,
            line.waits_until,
            line.closed_on,
            words(ends.get(line.closed_as, line.closed_as)) if line.closed_as else None,
        )


@dataclass(frozen=True)
class Reach:
    """Whose cases one sees: `custodians` (None: all), those of `near` only of students of `schools`."""

    custodians: set[int] | None
    near: set[int]
    schools: set[int]

    @property
    def given(self) -> dict[str, Any]:
        return {"custodians": self.custodians or (), "near": self.near, "near_schools": self.schools}

    def conditions(self) -> list[ColumnElement[bool]]:
        found = [among(case.c.custodian_id, "custodians")] if self.custodians is not None else []
        if self.near:
            of_school = among(student.c.institution_id, "near_schools")
            found.append(or_(~among(case.c.custodian_id, "near"), of_school))
        return found


def reach_of(tx: Transaction, seats: Sequence[Seat], on: date) -> Reach:
    """Mine, what stands under mine, and of my institution's cell and committee those of its own students."""
    acting = {seat.organisation_id for seat in seats if seat.position in CLERKS}
    tree, near, schools = tree_of(tx), set[int](), set[int]()
    under = below(tx, sorted(acting), on)
    for school in tree.schools:
        keepers = {one for one in (school.party_organisation_id, school.cell_id) if one is not None} - under
        if keepers and acting & {school.party_organisation_id, school.union_organisation_id, school.cell_id}:
            near |= keepers
            schools.add(school.id)
    seen = under | near
    return Reach(None if seen >= tree.nodes.keys() else seen, near, schools)


def _seen(reached: Reach) -> ColumnElement[bool]:
    """The condition; the numbers come with the other parameters."""
    return and_(case.c.kind == "admission", LISTED, *reached.conditions())


def _filters(wanted: Wanted, on: date) -> list[ColumnElement[bool]]:
    state: dict[str, ColumnElement[bool]] = {
        OPEN: case.c.closed_on.is_(None),
        CLOSED: case.c.closed_on.is_not(None),
    }
    found = [state[wanted.state]] if wanted.state in state else []
    same = (
        (wanted.stage, case.c.stage),
        (wanted.school, student.c.institution_id),
        (wanted.custodian, case.c.custodian_id),
    )
    found += [column == value for value, column in same if value]
    if wanted.due in DUES:
        found.append(_due_state(wanted.due, on))
    if folded(wanted.words):
        found.append(case_matches(shape_of(wanted.words)))
    return found


def _sought(wanted: Wanted) -> dict[str, Any]:
    """The parameters of the search for words; none where nothing is sought."""
    return values_of(wanted.words) if folded(wanted.words) else {}


def _due_state(word: str, on: date) -> ColumnElement[bool]:
    """The state of a case is that of its most urgent open task."""

    def has(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(task.c.case_id == case.c.id, *conditions)

    late, soon = has(task.c.due_on < on), has(task.c.due_on >= on, task.c.due_on <= on + SOON)
    dated, still = has(task.c.due_on.is_not(None)), case.c.closed_on.is_(None)
    states: dict[str, ColumnElement[bool]] = {
        "late": late,
        "soon": and_(soon, ~late),
        "ontime": and_(dated, ~has(task.c.due_on <= on + SOON)),
        "none": and_(has(), ~dated),
        "waiting": and_(still, ~has(), exists().where(timer.c.case_id == case.c.id)),
    }
    return states[word]


def _options(
    tx: Transaction, seen: ColumnElement[bool], wanted: Wanted, given: Mapping[str, Any]
) -> tuple[dict[str, int], list[tuple[int, str, int]], list[tuple[int, str, int]]]:
    """What occurs among the cases that one sees, in one query; the names of organisations are at hand."""
    state = _filters(Wanted(state=wanted.state), date.min)
    rows = tx.execute(
        select(case.c.stage, case.c.custodian_id, student.c.institution_id, institution.c.name, func.count())
        .select_from(JOINED.outerjoin(institution, institution.c.id == student.c.institution_id))
        .where(seen, *state)
        .group_by(case.c.stage, case.c.custodian_id, student.c.institution_id, institution.c.name),
        given,
    )
    stages: dict[str, int] = {}
    schools: dict[int, tuple[str, int]] = {}
    custodians: dict[int, int] = {}
    for stage, custodian_id, school_id, school, count in (tuple(row) for row in rows):
        if stage:
            stages[stage] = stages.get(stage, 0) + count
        custodians[custodian_id] = custodians.get(custodian_id, 0) + count
        if school_id is not None:
            schools[school_id] = (school, schools.get(school_id, ("", 0))[1] + count)
    tree = tree_of(tx)
    named = [
        (number, tree.nodes[number].name if number in tree.nodes else str(number), count)
        for number, count in custodians.items()
    ]
    of_schools = [(number, name, count) for number, (name, count) in schools.items()]
    return stages, sorted(of_schools, key=lambda one: one[1]), sorted(named, key=lambda one: one[1])


def _lines() -> Any:
    waiting = select(func.count()).where(task.c.case_id == case.c.id).scalar_subquery()
    timer_due = select(func.min(timer.c.due_at)).where(timer.c.case_id == case.c.id).scalar_subquery()
    soonest = select(func.min(task.c.due_on)).where(task.c.case_id == case.c.id).scalar_subquery()
    return (
        select(
            *(case.c[name] for name in CaseLine._fields[:5]),
            organisation.c.name,
            *(student.c[name] for name in CaseLine._fields[6:13]),
            soonest,
            waiting,
            timer_due,
            institution.c.name,
        )
        .select_from(
            JOINED.outerjoin(organisation, organisation.c.id == case.c.custodian_id).outerjoin(
                institution, institution.c.id == student.c.institution_id
            )
        )
        .order_by(student.c.sort_key, case.c.id)
    )


def _beyond(after: str | None) -> list[ColumnElement[bool]]:
    if not after:
        return []
    try:
        text, _, number = after.partition("_")
        key, last = bytes.fromhex(text), int(number[:18])
    except ValueError:
        return []
    return [or_(student.c.sort_key > key, and_(student.c.sort_key == key, case.c.id > last))]


def _number(sent: str | None) -> int | None:
    return int(sent) if sent and sent.isascii() and sent.isdigit() and len(sent) < 10 else None
