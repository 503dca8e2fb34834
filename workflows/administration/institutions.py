"""Schools, colleges and universities: listed, added, their links to Party, union and cell edited."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select, update

from engine.errors import InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from workflows.administration.log import note
from workflows.organisations.kinds import COMMITTEES, INSTITUTIONS, PARTY_CELL, UNION_BRANCH, YOUTH_UNION_BASE
from workflows.organisations.queries import forget_tree, tree_of
from workflows.organisations.records import commune, institution, organisation, organisation_change
from workflows.people.names import clean, search_key
from workflows.people.records import student

PAGE = 50
LINKS = ("party_organisation_id", "union_organisation_id", "cell_id")
# Which kinds of organisation each link may name.
KINDS_OF: Mapping[str, frozenset[str]] = {
    "party_organisation_id": COMMITTEES | {PARTY_CELL},
    "union_organisation_id": frozenset({YOUTH_UNION_BASE, UNION_BRANCH}),
    "cell_id": frozenset({PARTY_CELL}),
}


class Line(NamedTuple):
    """A school with its organisations in names and how many students are on its roll."""

    id: int
    name: str
    kind: str
    commune: str | None
    party: str | None
    union: str | None
    cell: str | None
    students: int


@dataclass(frozen=True)
class Schools:
    lines: list[Line]
    count: int
    next: int | None


def listed(
    tx: Transaction, scope: Collection[int] | None, *, words: str = "", kind: str = "", page: int = 0
) -> Schools:
    """Schools with an organisation in this scope (None: all), by name, a page at a time."""
    i, o = institution.c, organisation
    party, union, cell = o.alias("party"), o.alias("own_union"), o.alias("cell")
    where = [i.name_key.contains(search_key(words), autoescape=True)] if words.strip() else []
    where += [i.kind == kind] if kind in INSTITUTIONS else []
    if scope is not None:
        where.append(or_(*(i[link].in_(sorted(scope)) for link in LINKS)))
    on_roll = (
        select(func.count())
        .where(student.c.institution_id == i.id, student.c.left_on.is_(None))
        .correlate(institution)
        .scalar_subquery()
    )
    rows = tx.execute(
        select(i.id, i.name, i.kind, commune.c.name, party.c.name, union.c.name, cell.c.name, on_roll)
        .select_from(institution)
        .outerjoin(commune, commune.c.code == i.commune_code)
        .outerjoin(party, party.c.id == i.party_organisation_id)
        .outerjoin(union, union.c.id == i.union_organisation_id)
        .outerjoin(cell, cell.c.id == i.cell_id)
        .where(*where)
        .order_by(i.name_key, i.id)
        .offset(page * PAGE)
        .limit(PAGE + 1)
    ).all()
    count = tx.execute(select(func.count()).select_from(institution).where(*where)).scalar_one()
    return Schools([Line(*tuple(row)) for row in rows[:PAGE]], count, page + 1 if len(rows) > PAGE else None)


def institution_row(tx: Transaction, institution_id: int) -> Any:
    row = tx.execute(select(institution).where(institution.c.id == institution_id)).first()
    if row is None:
        raise NotFound
    return row


def keep(
    tx: Transaction,
    institution_id: int | None,
    answers: Mapping[str, Any],
    *,
    by: int,
    on: date,
    now: datetime,
) -> int:
    """Adds a school (no number yet) or changes one; gives its number."""
    name = clean(answers["name"])
    if not name:
        raise _wrong("name", "Hãy ghi tên trường.")
    if answers["kind"] not in INSTITUTIONS:
        raise _wrong("kind", "Loại trường không có trong danh mục.")
    values: dict[str, Any] = {"name": name, "name_key": search_key(name), "kind": answers["kind"]}
    values |= {link: _fitting(tx, link, answers.get(link), on) for link in LINKS}
    values["commune_code"] = answers.get("commune_code")
    _require_own_name(tx, institution_id, values)
    organisation_id = values["party_organisation_id"] or values["cell_id"] or values["union_organisation_id"]
    if institution_id is None:
        found = tx.insert(institution, values)
        kind = "institution_added"
    else:
        row = institution_row(tx, institution_id)
        found, kind = institution_id, "institution_changed"
        if all(getattr(row, field) == value for field, value in values.items()):
            return found
        tx.execute(update(institution).where(institution.c.id == institution_id).values(values))
    _note_tree(tx, organisation_id, found, on, by, now)
    note(tx, kind, organisation_id=organisation_id, on=on, by=by, now=now, name=name, institution=found)
    return found


def _note_tree(
    tx: Transaction, organisation_id: int | None, institution_id: int, on: date, by: int, now: datetime
) -> None:
    """The tree knows schools too: a note moves its version, so that other processes read it again."""
    if organisation_id is not None:
        facts = {"institution": institution_id}
        row = {"organisation_id": organisation_id, "verb": "school", "on_day": on, "facts": facts}
        tx.insert(organisation_change, row | {"by_user": by, "recorded_at": now})
    forget_tree(tx)


def _fitting(tx: Transaction, link: str, organisation_id: int | None, on: date) -> int | None:
    if organisation_id is None:
        return None
    node = tree_of(tx).nodes.get(organisation_id)
    if node is None or node.kind not in KINDS_OF[link] or (node.valid_to is not None and node.valid_to <= on):
        raise _wrong(link.removesuffix("_id"), "Tổ chức này không hợp ở đây. Hãy chọn tổ chức khác.")
    return organisation_id


def _require_own_name(tx: Transaction, institution_id: int | None, values: Mapping[str, Any]) -> None:
    """Two schools of one name in one commune are one school typed twice."""
    i = institution.c
    same = select(i.id, i.name).where(
        i.name_key == values["name_key"], i.commune_code.is_not_distinct_from(values["commune_code"])
    )
    for row in tx.execute(same).all():
        if row.id != institution_id and row.name.casefold() == values["name"].casefold():
            raise _wrong("name", "Đã có trường mang tên này ở đây.")


def _wrong(field: str, message: str, **params: object) -> InvalidAnswers:
    return InvalidAnswers({field: [Text(message, **params)]})
