"""The journal: append-only, numbered within each case, sealed by a hash chain.

An entry of a step carries everything that went into the engine and every answer of services and timers, so a
case can be replayed from its journal alone. Sealing is done in batches by the worker, never inside the act.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, func, insert, select, update

from engine.records import journal, journal_head
from engine.transactions import Transaction

SEALED_AT_ONCE = 2000
_NEXT = select(func.coalesce(func.max(journal.c.seq), 0) + 1).where(journal.c.case_id == bindparam("of_case"))
_APPEND = (
    insert(journal)
    .values(
        {
            column.name: bindparam(f"p_{column.name}", type_=column.type)
            for column in journal.columns
            if column.name not in ("id", "seq", "position", "hash")
        }
        | {"seq": _NEXT.scalar_subquery()}
    )
    .returning(journal.c.seq)
)


def append(
    tx: Transaction,
    case_id: int | None,
    kind: str,
    *,
    on: date,
    by: int | None,
    now: datetime,
    element: str | None = None,
    facts: Mapping[str, Any] | None = None,
    edition: str | None = None,
    on_behalf_of: int | None = None,
    inputs: Mapping[str, Any] | None = None,
) -> int:
    """Adds an entry and gives its number within the case (0 outside of cases)."""
    row = {
        "case_id": case_id,
        "kind": kind,
        "element": element,
        "on": on,
        "recorded_at": now,
        "by": by,
        "on_behalf_of": on_behalf_of,
        "edition": edition,
        "inputs": inputs,
        "facts": dict(facts or {}),
    }
    if case_id is None:
        tx.execute(insert(journal), row | {"seq": 0})
        return 0
    values = {f"p_{name}": value for name, value in row.items()} | {"of_case": case_id}
    return int(tx.execute(_APPEND, values).scalar_one())


def entries(tx: Transaction, case_id: int | None) -> list[Row[Any]]:
    """The entries of a case, or those outside of cases, oldest first."""
    query = select(journal).where(journal.c.case_id.is_not_distinct_from(case_id))
    return list(tx.execute(query.order_by(journal.c.seq, journal.c.id)).all())


def seal(tx: Transaction, *, limit: int = SEALED_AT_ONCE) -> int:
    """Adds the oldest unsealed entries to the hash chain; gives their number."""
    found = tx.execute(
        select(journal).where(journal.c.position.is_(None)).order_by(journal.c.id).limit(limit)
    ).all()
    if not found:
        return 0
    position, last = _end_of_chain(tx)
    sealed = []
    for row in found:
        position, last = position + 1, _link(last, row)
        sealed.append({"of_id": row.id, "to_position": position, "to_hash": last})
    tx.execute(
        update(journal)
        .where(journal.c.id == bindparam("of_id"))
        .values(position=bindparam("to_position"), hash=bindparam("to_hash")),
        sealed,
    )
    return len(sealed)


def sign_head(tx: Transaction, day: date) -> None:
    """Signs the present end of the chain, once a day: cutting the chain off shows from then on."""
    position, last = _end_of_chain(tx)
    signature = tx.keys.sign(_head(day, position, last))
    tx.insert_new(journal_head, [{"day": day, "position": position, "hash": last, "signature": signature}])


@dataclass(frozen=True)
class Verdict:
    """What checking the chain found: ids of entries that do not fit, days whose signed head does not."""

    sealed: int
    unsealed: int
    broken_entries: list[int]
    broken_heads: list[date]

    @property
    def whole(self) -> bool:
        return not self.broken_entries and not self.broken_heads


def verify(tx: Transaction, *, batch: int = 5000) -> Verdict:
    """Recomputes the whole chain from the first entry. About 100,000 entries a second."""
    hashes: dict[int, bytes] = {0: b""}
    heads = {row.position: row for row in tx.execute(select(journal_head)).all()}
    broken: list[int] = []
    position, last = 0, b""
    while rows := _after(tx, position, batch):
        for row in rows:
            expected = _link(last, row)
            if row.position != position + 1 or row.hash != expected:
                broken.append(row.id)
            position, last = row.position, row.hash
            if position in heads:
                hashes[position] = last
    bad_days = [
        head.day
        for head in heads.values()
        if hashes.get(head.position) != head.hash
        or tx.keys.sign(_head(head.day, head.position, head.hash)) != head.signature
    ]
    unsealed = select(func.count()).select_from(journal).where(journal.c.position.is_(None))
    return Verdict(position, int(tx.execute(unsealed).scalar_one()), broken, sorted(bad_days))


def _after(tx: Transaction, position: int, batch: int) -> Sequence[Row[Any]]:
    query = select(journal).where(journal.c.position > position).order_by(journal.c.position).limit(batch)
    return tx.execute(query).all()


def _end_of_chain(tx: Transaction) -> tuple[int, bytes]:
    query = select(journal.c.position, journal.c.hash).where(journal.c.position.is_not(None))
    row = tx.execute(query.order_by(journal.c.position.desc()).limit(1)).first()
    return (row.position, row.hash) if row else (0, b"")


def _link(last: bytes, row: Row[Any]) -> bytes:
    """The hash of one entry on top of the one before. The order of the fields is part of the format."""
    content = msgspec.json.encode(
        [
            row.id,
            row.case_id,
            row.seq,
            row.kind,
            row.element,
            row.on,
            row.recorded_at,
            row.by,
            row.on_behalf_of,
            row.edition,
            row.inputs,
            row.facts,
        ],
        order="deterministic",
    )
    return hashlib.sha256(last + content).digest()


def _head(day: date, position: int, last: bytes) -> bytes:
    return f"{day.isoformat()} {position} ".encode() + last
