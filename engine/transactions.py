"""The only file that commits or rolls back. Whoever starts an action opens the transaction and hands on `tx`.

All or nothing: any exception undoes everything. A ModelError is kept as an incident in a transaction of its
own, so that a broken step leaves its case as it was and still gets seen.
"""

import logging
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Engine, Executable, Insert, Table, TextClause, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.sql.dml import ReturningInsert

from engine.database import READING, failure_of, place_of
from engine.errors import Conflict, ModelError, Text
from engine.registry import Registry
from engine.secrets import Keys
from engine.time import utcnow

ROWS_AT_ONCE = 500  # PostgreSQL takes 65,535 values in one statement
Answer = TypeVar("Answer")
log = logging.getLogger(__name__)
ALREADY_THERE = "Mục này vừa được ghi rồi nên không ghi lần nữa. Hãy tải lại trang để xem."


@cache
def _insertion(table: Table) -> Insert:
    return insert(table)


@cache
def _new_only(table: Table, dialect: str) -> ReturningInsert[Any]:
    """Adds what no unique key is taken of yet, and gives the key of what was added."""
    adding = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return adding.on_conflict_do_nothing().returning(*table.primary_key.columns)


class Transaction:
    """One open transaction with what verbs need: its connection, the domain's registry, the keys."""

    __slots__ = (
        "changes",
        "connection",
        "dialect",
        "held",
        "keys",
        "known",
        "locks",
        "notes",
        "registry",
        "writing",
        "written",
    )

    def __init__(self, connection: Connection, registry: Registry, keys: Keys, writing: bool) -> None:
        self.connection = connection
        self.dialect = connection.dialect.name
        self.registry = registry
        self.keys = keys
        self.writing = writing
        self.notes: dict[Any, Any] = {}  # what one verb leaves for another within this transaction
        self.known: dict[Hashable, tuple[Any, Any]] = {}  # answers made of named tables, and as of when
        self.held: dict[int, Any] = {}  # the cases that it holds, as they stand now (engine.stepping)
        self.changes = 0  # how often it wrote, or waited for a lock: what was read before may be old then
        self.locks = 0  # how often it waited for a lock
        self.written: dict[str, int] = {}  # how often it wrote, by table

    def execute(self, statement: Executable, params: Any = None) -> CursorResult[Any]:
        """Runs a statement. A reading transaction refuses to write, on both databases alike."""
        if not self.writing and getattr(statement, "is_dml", False):
            raise RuntimeError("a reading transaction cannot write; open transaction(writing=True)")
        if getattr(statement, "is_dml", False):
            name = statement.table.name  # type: ignore[attr-defined]
            self.written[name] = self.written.get(name, 0) + 1
            self.changes += 1
        elif isinstance(statement, TextClause) or getattr(statement, "_for_update_arg", None) is not None:
            self.locks += 1  # words of our own lock a table
            self.changes += 1
        return self.connection.execute(statement, params)

    def once(self, key: Hashable, ask: Callable[[], Answer], *of: Table) -> Answer:
        """The answer to a question, asked again only after this transaction has written, or locked.

        `of`: the answer is made of these tables alone, so that only what is written to them counts.
        """
        stamp = self._stamp(of) if of else self.changes
        answers = self.known if of else self.notes
        kept = answers.get(key)
        if kept is None or kept[0] != stamp:
            kept = answers[key] = (stamp, ask())
        answer: Answer = kept[1]
        return answer

    def know(self, key: Hashable, answer: object, *of: Table) -> None:
        """What `once` would ask: it was read for many at once."""
        self.known[key] = (self._stamp(of), answer)

    def _stamp(self, of: tuple[Table, ...]) -> tuple[int, ...]:
        return (self.locks, *(self.written.get(table.name, 0) for table in of))

    @contextmanager
    def aside(self) -> Iterator["Transaction"]:
        """A part of this transaction that can be undone alone: any exception undoes it, and nothing else.

        It knows what the whole has read so far. What it decides goes no further than itself; what it reads
        of tables that it did not write, the whole knows from then on.
        """
        part = Transaction(self.connection, self.registry, self.keys, self.writing)
        part.known, part.notes, part.held = self.known, dict(self.notes), dict(self.held)
        part.changes, part.locks, part.written = self.changes, self.locks, dict(self.written)
        self.connection.exec_driver_sql("SAVEPOINT aside")
        try:
            with failures_named(self.connection.engine):
                yield part
        except BaseException:
            self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT aside")
            for name, count in part.written.items():  # what the part saw of its own writing is true no more
                part.written[name] = count + (count != self.written.get(name, 0))
            raise
        else:
            self.connection.exec_driver_sql("RELEASE SAVEPOINT aside")
            self.held = part.held
        finally:
            self.changes, self.locks, self.written = part.changes + 1, part.locks, part.written

    def insert(self, table: Table, row: Mapping[str, Any]) -> int:
        """Adds one row and gives its id."""
        key = self.execute(_insertion(table), row).inserted_primary_key
        return int(key[0]) if key else 0

    def insert_new(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
        """Adds the rows that are not there yet (by any unique key); says how many were added."""
        added = 0
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = list(rows[start : start + ROWS_AT_ONCE])
            found = self.execute(_new_only(table, self.dialect), some if len(some) > 1 else some[0])
            added += len(found.all())
        return added

    def insert_unless_there(self, table: Table, row: Mapping[str, Any]) -> int | None:
        """Adds one row and gives its id; None where a unique key is taken. The transaction stays usable."""
        found: int | None = self.execute(_new_only(table, self.dialect), row).scalar()
        return found


@contextmanager
def failures_named(engine: Engine) -> Iterator[None]:
    """What the driver says, as a failure in the user's words; a mistake of ours stays as it is."""
    try:
        yield
    except IntegrityError as error:
        if _is_duplicate(error):
            raise Conflict(Text(ALREADY_THERE)) from error
        raise
    except DBAPIError as error:
        failure = failure_of(error, place_of(engine))
        if failure is None:
            raise
        raise failure from error


class Store:
    """A database with the domain that lives in it, and the clock that entries read who work on it."""

    def __init__(self, engine: Engine, *, registry: Registry, keys: Keys) -> None:
        self.engine = engine
        self.registry = registry
        self.keys = keys
        self.clock: Callable[[], datetime] = utcnow
        self.queue: AbstractContextManager[None] = nullcontext()  # where writers wait that give way

    @contextmanager
    def transaction(self, writing: bool = True, *, now: datetime | None = None) -> Iterator[Transaction]:
        """Opens a transaction; commits at the end, undoes everything on any exception.

        Raises Conflict for a lost race and Unavailable for trouble with the database. `now` dates the
        incident of a ModelError (default: the present).
        """
        try:
            with failures_named(self.engine), self._begun(writing) as tx:
                yield tx
        except ModelError as error:
            self._keep_incident(error, now or utcnow())
            raise

    @contextmanager
    def _begun(self, writing: bool) -> Iterator[Transaction]:
        with self.queue if writing else nullcontext(), self.engine.connect() as connection:
            if not writing:
                connection = connection.execution_options(**READING)
            connection.begin()
            try:
                yield Transaction(connection, self.registry, self.keys, writing)
            except BaseException:
                connection.rollback()
                raise
            connection.commit() if writing else connection.rollback()

    def _keep_incident(self, error: ModelError, now: datetime) -> None:
        from engine.incidents import open_incident

        try:
            with self._begun(True) as tx:
                open_incident(
                    tx, "model", case_id=error.case_id, element=error.element, cause=error.reason, now=now
                )
        except DBAPIError:  # the model's error matters more than its record
            log.exception("the incident of case %s at %s could not be kept", error.case_id, error.element)


def _is_duplicate(error: IntegrityError) -> bool:
    return getattr(error.orig, "sqlstate", None) == "23505" or "UNIQUE constraint failed" in str(error.orig)
