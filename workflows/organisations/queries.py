"""The tree loaded as a value and kept in memory while nobody changes it; a few look-ups by name and kind."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, Result, Row, Select, func, select

from engine.among import among
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
STALE = "organisations.stale"  # organisations whose rows this transaction wrote since it read the tree
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
    stale = tx.notes.pop(STALE, None)
    if tree is not None and stale:
        tree = tx.notes[NOTE] = _renewed(tx, tree, stale)
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


def forget_tree(tx: "Transaction", organisation_id: int | None = None) -> None:
    """After a change within this transaction; whoever writes the tables without a verb calls it too.

    `organisation_id`: only rows of this one were written, so a plan of hundreds of changes does not read the
    whole tree again for each.
    """
    tx.notes[CHANGED] = True
    if organisation_id is None:
        tx.notes.pop(NOTE, None)
    else:
        tx.notes.setdefault(STALE, set()).add(organisation_id)


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


_O, _P, _S, _I = organisation.c, organisation_place.c, succession.c, institution.c
_NODES = select(_O.id, _O.kind, _O.name, _O.valid_from, _O.valid_to)
_PLACES = select(_P.organisation_id, _P.parent_id, _P.valid_from, _P.valid_to, _P.regime, _P.decided_by)
_SUCCESSIONS = select(_S.predecessor_id, _S.successor_id, _S.on_day, _S.rank)
_SCHOOLS = select(_I.id, _I.party_organisation_id, _I.union_organisation_id, _I.cell_id).order_by(_I.id)
_VERSION = select(func.coalesce(func.max(organisation_change.c.id), 0))


def _load(tx: "Transaction", version: int) -> Tree:
    return Tree.of(
        (Node._make(row) for row in tx.execute(_NODES)),
        (Place._make(row) for row in tx.execute(_PLACES)),
        (Succession._make(row) for row in tx.execute(_SUCCESSIONS)),
        (School._make(row) for row in tx.execute(_SCHOOLS)),
        version,
    )


def _renewed(tx: "Transaction", tree: Tree, stale: set[int]) -> Tree:
    """The tree with the rows of these organisations as they are now, and the few schools."""
    given = {"ids": stale}

    def fresh(query: Select[Any], column: ColumnElement[Any]) -> Result[Any]:
        return tx.execute(query.where(among(column, "ids")), given)

    return tree.renewed(
        stale,
        Tree.of(
            (Node._make(row) for row in fresh(_NODES, _O.id)),
            (Place._make(row) for row in fresh(_PLACES, _P.organisation_id)),
            (Succession._make(row) for row in fresh(_SUCCESSIONS, _S.predecessor_id)),
            (School._make(row) for row in tx.execute(_SCHOOLS)),
            int(tx.execute(_VERSION).scalar_one()),
        ),
    )
