"""What the database holds already, read once: organisations with all their names and places, schools, people.

Names are compared exactly but for case and the place of a tone ("Hoà" and "Hòa"): "Chi bộ thôn Hạ" and
"Chi bộ thôn Há" are two.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from engine.transactions import Transaction
from workflows.organisations.records import former_name, institution, organisation, organisation_place
from workflows.people.names import Name, sort_key
from workflows.people.records import member, member_place, position, user_account


def exact(name: str) -> bytes:
    """The key under which two spellings are the same name."""
    return sort_key(Name("", "", name))


@dataclass
class Standing:
    """An organisation of the database; `names` and `parents` are those of all its days."""

    row: Row[Any]
    place: Row[Any] | None = None
    names: set[bytes] = field(default_factory=set)
    parents: set[int | None] = field(default_factory=set)

    def lasts(self, since: date | None) -> bool:
        """Is this what a row of that day can mean? What has ended before may be founded again."""
        return self.row.valid_to is None or since is None or since < self.row.valid_to


@dataclass
class OnRoll:
    """A member of the database, with every place, the latest one last."""

    row: Row[Any]
    name: bytes
    places: list[Row[Any]] = field(default_factory=list)


def organisations(tx: Transaction) -> dict[int, Standing]:
    found = {row.id: Standing(row) for row in tx.execute(select(organisation))}
    for one in found.values():
        one.names.add(exact(one.row.name))
    for row in tx.execute(select(former_name.c.organisation_id, former_name.c.name)):
        found[row.organisation_id].names.add(exact(row.name))
    for row in tx.execute(select(organisation_place).order_by(organisation_place.c.valid_from)):
        one = found[row.organisation_id]
        one.parents.add(row.parent_id)
        one.place = row
    return found


def schools(tx: Transaction) -> dict[tuple[bytes, str | None], Row[Any]]:
    """By name and commune."""
    return {(exact(row.name), row.commune_code): row for row in tx.execute(select(institution))}


def members(tx: Transaction) -> dict[bytes, list[OnRoll]]:
    """By name."""
    by_id: dict[int, OnRoll] = {}
    columns = member.c
    query = select(
        columns.id,
        columns.family_name,
        columns.middle_name,
        columns.given_name,
        columns.birth_date,
        columns.admitted_on,
        columns.official_on,
    )
    for row in tx.execute(query):
        name = exact(Name(row.family_name, row.middle_name, row.given_name).full)
        by_id[row.id] = OnRoll(row, name)
    for row in tx.execute(select(member_place).order_by(member_place.c.valid_from)):
        by_id[row.member_id].places.append(row)
    found: dict[bytes, list[OnRoll]] = defaultdict(list)
    for one in by_id.values():
        found[one.name].append(one)
    return found


def accounts(tx: Transaction) -> dict[str, Row[Any]]:
    """By user name."""
    columns = user_account.c
    query = select(columns.id, columns.username, columns.name, columns.member_id, columns.active)
    return {row.username: row for row in tx.execute(query)}


def positions(tx: Transaction) -> dict[tuple[int, int, str], Row[Any]]:
    """By account, organisation and word: the latest."""
    query = select(position).order_by(position.c.valid_from, position.c.id)
    return {(row.user_id, row.organisation_id, row.position): row for row in tx.execute(query)}
