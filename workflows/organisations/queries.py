"""The tree loaded as a value and kept in memory while nobody changes it; a few look-ups by name and kind."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Row, func, select

from workflows.organisations.chain import Chain, chain
from workflows.organisations.records import (
    commune,
    former_name,
    institution,
    organisation,
    organisation_change,
    organisation_place,
    succession,
)
from workflows.organisations.tree import Node, Place, School, Succession, Tree

if TYPE_CHECKING:
    from engine.transactions import Transaction

NOTE = "organisations.tree"
CHANGED = "organisations.changed"
_Stamp = tuple[int, ...]
# The latest ids notice rows that were written without a verb, as the demonstration does.
_STAMP = select(
    *(
        select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery()
        for table in (organisation_change, organisation, organisation_place, institution)
    ),
    select(func.count()).select_from(succession).scalar_subquery(),
)
_cached: "WeakKeyDictionary[Engine, tuple[_Stamp, Tree]]" = WeakKeyDictionary()


def tree_of(tx: "Transaction") -> Tree:
    """The whole dated tree, read once a transaction and again only when it has changed.

    A transaction that changed the tree keeps its view to itself: it may still be undone.
    """
    tree: Tree | None = tx.notes.get(NOTE)
    if tree is None:
        stamp = _stamp(tx)
        engine = tx.connection.engine
        known = _cached.get(engine)
        if known is None or known[0] != stamp:
            known = stamp, _load(tx, stamp[0])
            if CHANGED not in tx.notes:
                _cached[engine] = known
        tree = tx.notes[NOTE] = known[1]
    return tree


def forget_tree(tx: "Transaction") -> None:
    """After a change within this transaction; whoever writes the tables without a verb calls it too."""
    tx.notes[CHANGED] = True
    tx.notes.pop(NOTE, None)


def ancestors_on(tx: "Transaction", organisation_id: int, day: date) -> list[int]:
    """Nearest first, without itself."""
    return tree_of(tx).ancestors_on(organisation_id, day)


def descendants_on(tx: "Transaction", organisation_id: int, day: date) -> list[int]:
    return tree_of(tx).descendants_on(organisation_id, day)


def chain_of(tx: "Transaction", organisation_id: int, day: date) -> Chain:
    """Regime, place and power word of a cell on a day."""
    return chain(tree_of(tx), organisation_id, day)


def organisation_row(tx: "Transaction", organisation_id: int) -> Row[Any] | None:
    return tx.execute(select(organisation).where(organisation.c.id == organisation_id)).first()


def name_on(tx: "Transaction", organisation_id: int, day: date) -> str:
    """The name it bore on that day; an empty string for an organisation that does not exist."""
    earlier = tx.execute(
        select(former_name.c.name)
        .where(former_name.c.organisation_id == organisation_id, former_name.c.valid_to > day)
        .order_by(former_name.c.valid_to)
        .limit(1)
    ).scalar()
    if earlier is not None:
        return str(earlier)
    return str(
        tx.execute(select(organisation.c.name).where(organisation.c.id == organisation_id)).scalar() or ""
    )


def organisations_of_kind(tx: "Transaction", kind: str, day: date) -> Sequence[Row[Any]]:
    """Those that stand on that day, by name."""
    return tx.execute(
        select(organisation)
        .where(
            organisation.c.kind == kind,
            organisation.c.valid_from <= day,
            (organisation.c.valid_to.is_(None)) | (organisation.c.valid_to > day),
        )
        .order_by(organisation.c.name_key, organisation.c.id)
    ).all()


def communes_by_code(tx: "Transaction") -> dict[str, Row[Any]]:
    return {row.code: row for row in tx.execute(select(commune))}


def _stamp(tx: "Transaction") -> _Stamp:
    """One cheap query, asked once a transaction."""
    return tuple(int(number) for number in tx.execute(_STAMP).one())


def _load(tx: "Transaction", version: int) -> Tree:
    o, p, s, i = organisation.c, organisation_place.c, succession.c, institution.c
    return Tree.of(
        (Node._make(row) for row in tx.execute(select(o.id, o.kind, o.name, o.valid_from, o.valid_to))),
        (
            Place._make(row)
            for row in tx.execute(
                select(p.organisation_id, p.parent_id, p.valid_from, p.valid_to, p.regime, p.decided_by)
            )
        ),
        (
            Succession._make(row)
            for row in tx.execute(select(s.predecessor_id, s.successor_id, s.on_day, s.rank))
        ),
        (
            School._make(row)
            for row in tx.execute(
                select(i.id, i.party_organisation_id, i.union_organisation_id, i.cell_id).order_by(i.id)
            )
        ),
        version,
    )
