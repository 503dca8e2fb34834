"""Thousands of leavers with open cases: those of the demonstration, copied with their rows by SQL.

People and cases are copied, organisations and accounts are not: each school has so many more leavers.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, Table, text

from bench.province import STRIDE, TODAY, count_on, know_rows, numbers, without_keys
from engine.records import metadata
from engine.transactions import Store
from workflows.organisations.queries import tree_of
from workflows.season.leavers import leavers

# Which rows are of the people copied.
_OF_PERSON = "IN (SELECT id FROM leaving)"
_OF_CASE = 't.case_id IN (SELECT c.id FROM "case" c JOIN leaving ON leaving.id = c.subject_id)'
_BY_STUDENT = ("custody", "pool_entry", "consent")
_BY_CASE = (
    *("task", "timer", "clock", "act", "vote", "certificate", "helper_assignment", "decision", "ceremony"),
    *("verification_request", "opinion_request"),
)
COPIED: Mapping[str, str] = {
    "student": f"t.id {_OF_PERSON}",
    **dict.fromkeys(_BY_STUDENT, f"t.student_id {_OF_PERSON}"),
    "document": f"t.subject_id {_OF_PERSON}",
    "case": f"t.subject_id {_OF_PERSON}",
    **dict.fromkeys(_BY_CASE, _OF_CASE),
}
NAMING = frozenset({"subject_id", "task_id", "item"})  # rows of a copied table, without a foreign key
OWN = {"identity_index": "NULL", "code": "t.code || '.' || n.i"}


def crowd_of_leavers(store: Store, count: int) -> list[int]:
    """Makes so many people with an open case who leave a school before long and live at a known place."""
    with store.transaction(writing=False) as tx:
        found = leavers(tx, tree_of(tx).nodes, TODAY)
        first = [
            one.row.student_id
            for one in found
            if one.row.admission_id
            and one.waits
            and not one.row.handover_id
            and not one.row.status
            and one.proposed
        ]
    with without_keys(store) as connection:
        if connection.dialect.name == "postgresql":
            count_on(connection)
        connection.execute(text("CREATE TEMPORARY TABLE leaving (id bigint PRIMARY KEY)"))
        connection.execute(text("INSERT INTO leaving VALUES (:id)"), [{"id": one} for one in first])
        copies = -(-count // len(first)) - 1
        for name, which in COPIED.items():
            _copy(connection, metadata.tables[name], which, copies)
        connection.commit()
    know_rows(store)
    return sorted(one + copy * STRIDE for copy in range(copies + 1) for one in first)[:count]


def _copy(connection: Connection, table: Table, which: str, copies: int) -> None:
    names = [column.name for column in table.columns]
    anew = {name: f't."{name}" + n.i * {STRIDE}' for name in names if _moves(table, name)}
    anew |= OWN if table.name == "student" else {}
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(anew.get(name, f't."{name}"') for name in names)
    rows = f'"{table.name}" t, {numbers(connection, 1, copies)} n WHERE {which}'
    connection.execute(text(f'INSERT INTO "{table.name}" ({columns}) SELECT {values} FROM {rows}'))


def _moves(table: Table, name: str) -> bool:
    named = (key.column.table.name for key in table.columns[name].foreign_keys)
    return name == "id" or name in NAMING or any(one in COPIED for one in named)
