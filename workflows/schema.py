"""The form of the database: every table there is, and the numbered steps (alembic) that lead to it.

The library is read only where a step is taken, or looked at: what keeps running asks for `head` alone.
"""

from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from engine.errors import Text, Unavailable
from engine.records import metadata
from workflows.tables import TABLES

__all__ = ["TABLES", "current", "head", "metadata", "upgrade"]

ORPHANS = "Nâng cấp dừng lại, dữ liệu giữ nguyên: {count} dòng không còn dòng cha."
MIGRATIONS = Path(__file__).parent / "migrations"


def head() -> str:
    """The revision that this program expects."""
    return max(step.name.partition("_")[0] for step in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def current(engine: Engine) -> str | None:
    """The revision of a database; None where nothing was made yet."""
    from alembic.runtime.migration import MigrationContext

    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring a database to `head()`; returns the revision before and after.

    SQLite rebuilds a table to change it; with foreign keys on this silently deleted child rows, and the
    pragma does nothing inside a transaction: so it is off for these connections, and checked afterwards.
    """
    from alembic import command
    from alembic.config import Config

    before = current(engine)
    if before == head():
        return before, head()
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        event.listen(engine, "connect", _without_foreign_keys)
        engine.dispose()
    try:
        with engine.begin() as connection:
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() if sqlite else []
            if broken:
                raise Unavailable(Text(ORPHANS, count=len(broken)))
    finally:
        if sqlite:
            event.remove(engine, "connect", _without_foreign_keys)
            engine.dispose()
    return before, head()


def _without_foreign_keys(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()
