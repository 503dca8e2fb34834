"""What was typed to name an organisation or a member: found, or refused with the candidates."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from engine.errors import InvalidAnswers, Text
from engine.transactions import Transaction
from workflows.organisations.queries import tree_of
from workflows.organisations.records import commune, organisation
from workflows.people.names import search_key
from workflows.people.records import member, member_place

MOST = 30


@dataclass(frozen=True)
class Candidate:
    id: int
    name: str
    note: str = ""

    @property
    def label(self) -> str:
        return f"{self.name} ({self.note})" if self.note else self.name


def organisations_named(
    tx: Transaction, words: str, on: date, *, among: Collection[int], kinds: Collection[str] = ()
) -> list[Candidate]:
    """Those that stand on the day: by code, by the whole name, else by a part of it; accents ignored."""
    folded = search_key(words)
    if not folded:
        return []
    o, tree = organisation.c, tree_of(tx)
    rows = tx.execute(
        select(o.id, o.name, o.name_key, o.code14)
        .where(or_(o.name_key.contains(folded, autoescape=True), o.code14 == words.strip()))
        .where(o.valid_from <= on, or_(o.valid_to.is_(None), o.valid_to > on))
        .order_by(o.name_key, o.id)
    ).all()
    found = [row for row in rows if row.id in among and (not kinds or tree.nodes[row.id].kind in kinds)]
    exact = [row for row in found if row.name_key == folded or row.code14 == words.strip()]
    return [Candidate(row.id, row.name, _above(tx, row.id, on)) for row in (exact or found)]


def _above(tx: Transaction, organisation_id: int, on: date) -> str:
    tree = tree_of(tx)
    parent = tree.parent_on(organisation_id, on)
    return tree.nodes[parent].name if parent is not None and parent in tree.nodes else ""


def members_named(tx: Transaction, words: str, on: date, *, among: Collection[int]) -> list[Candidate]:
    """Members on the rolls of these cells on the day."""
    folded = search_key(words)
    if not folded:
        return []
    m, p, o = member.c, member_place.c, organisation.c
    rows = tx.execute(
        select(m.id, m.family_name, m.middle_name, m.given_name, m.search_key, p.cell_id, o.name)
        .join(member_place, p.member_id == m.id)
        .join(organisation, o.id == p.cell_id)
        .where(m.search_key.contains(folded, autoescape=True))
        .where(p.valid_from <= on, or_(p.valid_to.is_(None), p.valid_to > on))
        .order_by(m.sort_key, m.id)
    ).all()
    return _people([row for row in rows if row.cell_id in among], folded)


def communes_named(tx: Transaction, words: str, *, code: str | None = None) -> list[Candidate]:
    """Communes of the province by a part of the name, or the one of a code; the number is the code."""
    c, folded = commune.c, search_key(words)
    rows = tx.execute(select(c.code, c.name).order_by(c.name)).all() if folded or code else []
    found = [row for row in rows if row.code == code or (folded and folded in search_key(row.name))]
    exact = [row for row in found if search_key(row.name) == folded]
    return [Candidate(int(row.code), row.name) for row in (exact or found)]


def _people(rows: list[Any], folded: str) -> list[Candidate]:
    exact = [row for row in rows if row.search_key == folded]
    return [
        Candidate(row.id, " ".join(part for part in tuple(row)[1:4] if part), row.name or "")
        for row in (exact or rows)
    ]


def only(found: list[Candidate], field: str, chosen: int | None, nobody: str) -> int:
    """The one that was meant. `chosen`: picked from the candidates shown before."""
    if chosen is not None and any(one.id == chosen for one in found):
        return chosen
    if len(found) == 1:
        return found[0].id
    if not found:
        raise InvalidAnswers({field: [Text(nobody)]})
    if len(found) > MOST:
        raise InvalidAnswers({field: [Text("Có {count} mục khớp. Hãy ghi rõ hơn.", count=len(found))]})
    raise InvalidAnswers({field: [Text("Có {count} mục khớp. Hãy chọn một ở ô bên dưới.", count=len(found))]})
