"""What somebody's seats reach of the forecast: the own students as they stand now, those below as last swept.

A school's people read their own roll anew and may go on to the names; who stands above reads kept figures.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select

from engine.among import among
from engine.transactions import Transaction
from workflows.access.permissions import PARTY
from workflows.access.queries import below
from workflows.access.seats import Seat
from workflows.desk.people import Roll, named_institutions, roll_of
from workflows.forecast.months import CASE, POOL, WHATS, Figures, Foreseen, months_from
from workflows.forecast.queries import foreseen, sweep_of
from workflows.forecast.records import forecast_figures
from workflows.organisations.queries import tree_of
from workflows.organisations.records import commune, institution
from workflows.people.records import student

OWN, BELOW = "own", "below"
ONLY_WHERE_FOUND: Final = ("vote_unknown",)
HORIZONS: Final = (12, 24, 36, 48)
USUAL: Final = 24
FOLLOWED: Final = {"followed": "Đang theo dõi", POOL: "Trong nguồn, chưa có hồ sơ", CASE: "Có hồ sơ"}
# The charts and tables of the page, each of some counts that belong together.
PARTS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "age": ("Đến ngày đủ tuổi", ("of_age", "of_age_late", "of_age_followed")),
    "vote": ("Hồ sơ và kỳ họp chi bộ", ("ready", "vote_before", "vote_after", "vote_unknown")),
    "leaving": ("Khi tốt nghiệp và khi giấy tờ hết hạn", ("handover", "transfer", "certificate")),
}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for. `where`: own students, or those of schools below."""

    where: str = ""
    school: int | None = None
    commune: str | None = None
    class_name: str | None = None
    course: str | None = None
    programme: str | None = None
    followed: str | None = None
    horizon: int = USUAL
    what: str | None = None
    month: str | None = None

    @classmethod
    def read(cls, sent: Mapping[str, str]) -> "Wanted":
        """From an address; what nobody knows is as good as nothing."""
        horizon = _number(sent.get("horizon"))
        return cls(
            where=sent["where"] if sent.get("where") in (OWN, BELOW) else "",
            school=_number(sent.get("school")),
            commune=_short(sent.get("commune"), 5),
            class_name=_short(sent.get("class"), 40),
            course=_short(sent.get("course"), 40),
            programme=_short(sent.get("programme"), 160),
            followed=sent["followed"] if sent.get("followed") in FOLLOWED else None,
            horizon=horizon if horizon in HORIZONS else USUAL,
            what=sent["what"] if sent.get("what") in WHATS else None,
            month=_month(sent.get("month")),
        )

    def address(self) -> dict[str, Any]:
        """As parameters of an address, without the page of names."""
        asked = {
            "where": self.where,
            "school": self.school,
            "commune": self.commune,
            "class": self.class_name,
            "course": self.course,
            "programme": self.programme,
            "followed": self.followed,
        }
        kept = {name: value for name, value in asked.items() if value}
        return kept | ({"horizon": self.horizon} if self.horizon != USUAL else {})

    def within(self, reach: "Reach") -> "Wanted":
        """Without a choice one's own students, where there are any; nothing beyond one's reach."""
        where = self.where or (OWN if reach.own else BELOW)
        if where == OWN:
            return replace(self, where=OWN, commune=None)
        return replace(self, where=BELOW, class_name=None, course=None, programme=None, followed=None)

    @property
    def narrowed(self) -> bool:
        return bool(
            self.school or self.commune or self.class_name or self.course or self.programme or self.followed
        )


@dataclass(frozen=True)
class Reach:
    """Whose figures one sees: the own roll, and the organisations at and below the own Party seats."""

    roll: Roll
    schools: list[tuple[int, str]]
    organisations: frozenset[int]
    higher: bool = False  # schools that are not one's own lie below

    @property
    def own(self) -> bool:
        return bool(self.roll.institutions or self.roll.cells)


@dataclass(frozen=True)
class Group:
    """The figures of one school below, with its commune."""

    institution_id: int
    name: str
    commune_code: str | None
    commune: str | None
    figures: Figures


@dataclass(frozen=True)
class Forecast:
    """`at`: when the kept figures were reckoned; None where everything was read now."""

    figures: Figures
    months: list[str]
    at: datetime | None = None
    schools: Sequence[Group] = ()

    def totals(self, whats: Sequence[str]) -> dict[str, int]:
        """Of all months of the page."""
        return {what: self.figures.of(what, self.months) for what in whats}

    def shown(self, whats: Sequence[str]) -> list[str]:
        """Without those that are only there where the school's list lacks a day."""
        totals = self.totals(whats)
        return [what for what in whats if totals[what] or what not in ONLY_WHERE_FOUND]

    def filled(self, whats: Sequence[str]) -> list[str]:
        """The months in which anybody is counted."""
        counts = self.figures.counts
        return [month for month in self.months if any(counts[what, month] for what in whats)]


def reach_of(tx: Transaction, seats: Sequence[Seat], on: date) -> Reach:
    roll = roll_of(tx, seats)
    party = sorted({seat.organisation_id for seat in seats if seat.position in PARTY})
    reached, own = frozenset(below(tx, party, on)), set(roll.institutions)
    higher = any(
        school.id not in own and not reached.isdisjoint((school.cell_id, school.party_organisation_id))
        for school in tree_of(tx).schools
    )
    return Reach(roll, named_institutions(tx, roll.institutions), reached, higher)


def of_own(tx: Transaction, reach: Reach, wanted: Wanted, on: date) -> Forecast:
    """The own students as they stand now."""
    found = Figures()
    for one in own_people(tx, reach, wanted, on):
        found.add(one, on)
    return Forecast(found, months_from(on, wanted.horizon))


def own_people(tx: Transaction, reach: Reach, wanted: Wanted, on: date) -> Iterator[Foreseen]:
    """Everybody of the own roll whom the filters leave."""
    roll = reach.roll
    elsewhere = select(student.c.institution_id).where(student.c.cell_id.in_(roll.cells)).distinct()
    institutions = {*roll.institutions, *(tx.execute(elsewhere).scalars() if roll.cells else ())}
    people = foreseen(tx, sweep_of(tx, on, institutions), and_(roll.students, *_filters(wanted)))
    if wanted.followed is None:
        return people
    words = (POOL, CASE) if wanted.followed == "followed" else (wanted.followed,)
    return (one for one in people if one.followed in words)


def of_below(tx: Transaction, reach: Reach, wanted: Wanted, on: date) -> Forecast:
    """The figures of the last sweep, of the schools whose students cells of one's reach follow."""
    asked = {"organisations": reach.organisations}
    query = _KEPT.order_by(institution.c.name_key, institution.c.id)
    if wanted.commune:
        query = query.where(institution.c.commune_code == wanted.commune)
    if wanted.school:
        query = query.where(institution.c.id == wanted.school)
    groups: dict[int, Group] = {}
    whole, at = Figures(), None
    for row in tx.execute(query, asked):
        figures = Figures.read(row)
        whole += figures
        at = min(at or row.reckoned_at, row.reckoned_at)
        if row.id not in groups:
            groups[row.id] = Group(row.id, row.name, row.commune_code, row.commune, Figures())
        groups[row.id].figures.__iadd__(figures)
    return Forecast(whole, months_from(on, wanted.horizon), at, list(groups.values()))


def by_commune(forecast: Forecast) -> list[Group]:
    """The schools of a commune as one line, by the commune's name as the schools come."""
    found: dict[str | None, Group] = {}
    for group in forecast.schools:
        if group.commune_code not in found:
            found[group.commune_code] = Group(0, "", group.commune_code, group.commune, Figures())
        found[group.commune_code].figures.__iadd__(group.figures)
    return sorted(found.values(), key=lambda one: (one.commune is None, one.commune or ""))


def choices(tx: Transaction, reach: Reach) -> dict[str, list[str]]:
    """Classes, courses and programmes of the own students, for the filters."""
    names = ("class_name", "course", "programme")
    found: dict[str, set[str]] = defaultdict(set)
    own = select(*(student.c[name] for name in names)).where(reach.roll.students, student.c.left_on.is_(None))
    for row in tx.execute(own.distinct()):
        for name, value in zip(names, row, strict=True):
            if value:
                found[name].add(value)
    return {name: sorted(found[name]) for name in names}


def schools_below(tx: Transaction, reach: Reach) -> tuple[list[tuple[int, str]], list[tuple[str, str]]]:
    """Schools and communes with figures within reach, for the filters."""
    rows = tx.execute(
        _KEPT.order_by(institution.c.name_key, institution.c.id), {"organisations": reach.organisations}
    ).all()
    schools = {row.id: row.name for row in rows}
    communes = {row.commune_code: row.commune for row in rows if row.commune_code}
    return list(schools.items()), sorted(communes.items(), key=lambda one: one[1])


_f = forecast_figures.c
_KEPT = (
    select(
        institution.c.id,
        institution.c.name,
        institution.c.commune_code,
        commune.c.name.label("commune"),
        *(_f[name] for name in ("reckoned_at", "students", "pool", "cases", "figures")),
    )
    .join(institution, institution.c.id == _f.institution_id)
    .outerjoin(commune, commune.c.code == institution.c.commune_code)
    .where(
        or_(
            among(_f.cell_id, "organisations"),
            and_(_f.cell_id.is_(None), among(institution.c.party_organisation_id, "organisations")),
        )
    )
)


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    asked = {
        student.c.institution_id: wanted.school,
        student.c.class_name: wanted.class_name,
        student.c.course: wanted.course,
        student.c.programme: wanted.programme,
    }
    return [column == value for column, value in asked.items() if value]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _short(text: str | None, longest: int) -> str | None:
    return text.strip()[:longest] or None if text else None


def _month(text: str | None) -> str | None:
    if not text or len(text) != 7:
        return None
    try:
        return f"{date.fromisoformat(text + '-01'):%Y-%m}"
    except ValueError:
        return None
