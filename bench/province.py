"""A large province for the desk's measurements: a small one really lived through, then copied by SQL.

The first is built by the demonstration: organisations, students and cases by the program's own verbs. Each
copy shifts every number by the same stride, so that organisations, accounts, cases and tasks of a copy belong
together as those of the first do. What the measured pages do not read (journals, acts) is not copied.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from engine.records import metadata
from engine.transactions import Store
from workflows.demo.building import build
from workflows.demo.measures import Measures
from workflows.demo.world import World

TODAY = date(2026, 11, 23)
FIRST = Measures(communes=4, schools=5, higher=1, members=200, students=1500, cases=260)
STRIDE = 100_000  # more than any number of the first
COPIED = (
    "organisation",
    "organisation_place",
    "organisation_change",
    "institution",
    "user_account",
    "position",
    "student",
    "case",
    "task",
    "document",
    "meeting",
    "vote",
    "verification_request",
    "opinion_request",
)
# Columns that name a row of a copied table without a foreign key.
NAMING = frozenset(
    {"subject_id", "custodian_id", "organisation_id", "assignee_id", "task_id", "item", "by", "proposed_by"}
)
KEPT = frozenset({"model_id", "commune_code"})  # the same in every copy
# What must be unique is told apart, or left out where it says nothing here.
OWN: Mapping[str, Mapping[str, str]] = {
    "user_account": {
        "username": "t.username || '.' || n.i",
        "fs_uniquifier": "t.fs_uniquifier || n.i",
        "member_id": "NULL",
        "email": "NULL",
    },
    "student": {"identity_index": "NULL"},
    "organisation": {"code14": "NULL"},
}
Say = Callable[[str], None]


def live_through(store: Store, say: Say) -> World:
    """The first province: some minutes of the past in a few seconds."""
    say("tỉnh mẫu")
    return build(store, seed=7, today=TODAY, measures=FIRST)


def multiply(store: Store, students: int, tasks: int, say: Say, also: tuple[str, ...] = ()) -> int:
    """Copies the first until there are so many students and open tasks at least; gives how many there are.

    `also`: tables that are copied beside the usual ones.
    """
    with without_keys(store) as connection:
        first = {name: _count(connection, metadata.tables[name]) for name in ("student", "task")}
        copies = max(-(-students // first["student"]), -(-tasks // first["task"]))
        there = 1 + _last(connection) // STRIDE
        for name in (*COPIED, *also):
            say(f"{copies} lần {name}")
            _copy(connection, metadata.tables[name], there, copies - 1, {*COPIED, *also})
    know_rows(store)
    return copies


def count_on(connection: Connection) -> None:
    """The database gives the next numbers after those that were copied."""
    for table in metadata.sorted_tables:
        if "id" in table.columns:
            sequence = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
            last = f'(SELECT coalesce(max(id), 1) FROM "{table.name}")'
            connection.execute(text(f"SELECT setval({sequence}, {last})"))
    connection.commit()


def know_rows(store: Store) -> None:
    """After copying: the next numbers, and what the planner knows of the tables."""
    with store.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            count_on(connection)
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
        else:
            connection.execute(text("ANALYZE"))
            connection.commit()


def move(source: Store, target: Store) -> None:
    """Everything of the first province into another database with the same tables."""
    with source.engine.connect() as old, without_keys(target) as new:
        for table in metadata.sorted_tables:
            rows = [dict(row._mapping) for row in old.execute(select(table))]
            if rows:
                new.execute(insert(table), rows)


def _count(connection: Connection, table: Table) -> int:
    """Rows of the first province."""
    query = select(func.count()).select_from(table).where(table.c.id < STRIDE)
    return int(connection.execute(query).scalar_one())


def _last(connection: Connection) -> int:
    return int(connection.execute(select(func.max(metadata.tables["student"].c.id))).scalar_one())


@contextmanager
def without_keys(store: Store) -> Iterator[Connection]:
    """Foreign keys hold by construction; checking each of millions of rows would only take time."""
    sqlite = store.engine.dialect.name == "sqlite"
    off, on = (
        ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON")
        if sqlite
        else ("SET session_replication_role = replica", "RESET session_replication_role")
    )
    with store.engine.connect() as connection:
        raw: Any = (
            connection.connection.dbapi_connection
        )  # before a transaction: within one, SQLite ignores it
        raw.execute(off)
        if not sqlite:
            raw.commit()
        yield connection
        connection.commit()
        raw.execute(on)
        if not sqlite:
            raw.commit()


def _copy(connection: Connection, table: Table, since: int, until: int, copied: Collection[str]) -> None:
    """Copies number `since` to `until` of every row of the first, each with its numbers shifted."""
    anew = {
        column.name: f't."{column.name}" + n.i * {STRIDE}'
        for column in table.columns
        if column.name not in KEPT
        and (column.name == "id" or column.foreign_keys or column.name in NAMING)
        and not _of_uncopied(column, copied)
    }
    own = OWN.get(table.name, {})
    connection.execute(text(_insertion(table, anew | dict(own), numbers(connection, since, until))))


def _of_uncopied(column: Any, copied: Collection[str]) -> bool:
    """A key into a table that is not copied goes on naming the first's row."""
    return any(key.column.table.name not in copied for key in column.foreign_keys)


def numbers(connection: Connection, since: int, until: int) -> str:
    if connection.dialect.name == "postgresql":
        return f"(SELECT generate_series({since}, {until}) AS i)"
    counting = f"SELECT {since} WHERE {since} <= {until} UNION ALL SELECT i + 1 FROM c WHERE i < {until}"
    return f"(WITH RECURSIVE c(i) AS ({counting}) SELECT i FROM c)"


def _insertion(table: Table, anew: Mapping[str, str], numbers: str) -> str:
    names = [column.name for column in table.columns]
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(anew.get(name, f't."{name}"') for name in names)
    first = f'"{table.name}" t, {numbers} n WHERE t.id < {STRIDE}'
    return f'INSERT INTO "{table.name}" ({columns}) SELECT {values} FROM {first}'
