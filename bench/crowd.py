"""Thousands of real cases that wait for a timer: those of the demonstration, copied by SQL with their rows.

Every number of a copied case and student is shifted by the same stride, as the desk's province is.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, func, select, text

from bench.province import STRIDE, TODAY, count_on, know_rows, numbers, without_keys
from engine.records import metadata, timer
from engine.time import start_of
from engine.transactions import Store

OF_A_CASE = ("task", "timer", "clock", "act", "document", "vote", "certificate", "helper_assignment")
# What was open before was told long ago: the storm is of what opens now.
TOLD = """
INSERT INTO outbox (key, kind, to_organisation, case_id, facts, created_at, sent_at)
SELECT 'task:' || t.id, 'task', t.organisation_id, t.case_id, '{}', :now, :now
FROM task t WHERE t.organisation_id IS NOT NULL ON CONFLICT DO NOTHING
"""
SHIFTED = frozenset({"case_id", "student_id", "subject_id"})


def crowd(store: Store, count: int) -> tuple[int, datetime]:
    """Makes so many waiting timers at least; gives their number and a moment at which all are due."""
    with without_keys(store) as connection:
        if connection.dialect.name == "postgresql":
            count_on(connection)
        waiting = "SELECT case_id FROM timer WHERE case_id < :stride"
        subjects = f'SELECT subject_id FROM "case" WHERE id IN ({waiting})'
        there = connection.execute(
            text(f"SELECT count(*) FROM ({waiting}) w"), {"stride": STRIDE}
        ).scalar_one()
        copies = -(-count // there) - 1
        _copy(connection, metadata.tables["student"], f"id IN ({subjects})", copies)
        _copy(connection, metadata.tables["case"], f"id IN ({waiting})", copies)
        for name in OF_A_CASE:
            _copy(connection, metadata.tables[name], f"case_id IN ({waiting})", copies)
        connection.execute(text(TOLD), {"now": start_of(TODAY).replace(tzinfo=None)})
    know_rows(store)
    with store.transaction(writing=False) as tx:
        made, last = tx.execute(select(func.count(), func.max(timer.c.due_at))).one()
    return int(made), last + timedelta(days=1)


def _copy(connection: Connection, table: Table, which: str, copies: int) -> None:
    own = table.name in ("case", "student")  # others get the next numbers
    names = [column.name for column in table.columns if own or column.name != "id"]
    shifted = SHIFTED | ({"id"} if own else set())
    anew: Mapping[str, str] = {name: f't."{name}" + n.i * {STRIDE}' for name in shifted}
    if table.name == "student":
        anew = {**anew, "identity_index": "NULL", "code": "t.code || '.' || n.i"}
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(anew.get(name, f't."{name}"') for name in names)
    rows = f'"{table.name}" t, {numbers(connection, 1, copies)} n WHERE t.{which}'
    connection.execute(
        text(f'INSERT INTO "{table.name}" ({columns}) SELECT {values} FROM {rows}'), {"stride": STRIDE}
    )
