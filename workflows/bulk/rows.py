"""The rows of a batch, as the verbs of this room hold and change them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from engine.time import day_of
from engine.transactions import Transaction
from workflows.bulk.places import Places, places_of
from workflows.bulk.queries import find_batch
from workflows.bulk.records import batch, batch_line


def hold(tx: Transaction, batch_id: int) -> Any:
    tx.execute(select(batch.c.id).where(batch.c.id == batch_id).with_for_update())
    return find_batch(tx, batch_id)


def put(tx: Transaction, batch_id: int, **values: Any) -> None:
    tx.execute(update(batch).where(batch.c.id == batch_id).values(values))


def move(tx: Transaction, batch_id: int, before: str, after: str) -> int:
    ours = (batch_line.c.batch_id == batch_id, batch_line.c.state == before)
    return int(tx.execute(update(batch_line).where(*ours).values(state=after)).rowcount)


def students_of(tx: Transaction, batch_id: int) -> dict[int, int]:
    query = select(batch_line.c.id, batch_line.c.student_id).where(batch_line.c.batch_id == batch_id)
    return {row.id: row.student_id for row in tx.execute(query)}


def places_for(tx: Transaction, found: Any, lines: Mapping[int, int], now: datetime) -> Places:
    return places_of(tx, found.element, set(lines.values()), day_of(now))
