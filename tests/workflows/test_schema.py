"""The numbered steps lead to exactly the tables that the program knows, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

import workflows.tables  # noqa: F401
from engine.database import check_schema, open_engine
from engine.errors import Unavailable
from engine.records import metadata
from workflows import schema

KEY = bytes(range(32))


@pytest.fixture
def empty(tmp_path: Path) -> Engine:
    return open_engine(f"sqlite:///{tmp_path / 'empty.db'}", KEY, create=True)


def test_the_migrated_tables_are_those_of_the_program(engine: Engine) -> None:
    """The `engine` fixture's database was made by the migrations."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    assert differences == []


def test_the_last_step_is_the_one_that_the_program_expects() -> None:
    assert ScriptDirectory(str(schema.MIGRATIONS)).get_heads() == [schema.head()]


def test_constraints_and_triggers_came_along(engine: Engine) -> None:
    with engine.connect() as connection:
        names = {name for name in inspect(connection).get_table_names() if name in metadata.tables}
        assert names == set(metadata.tables)
        for table in metadata.tables.values():
            wanted = {c.name for c in table.constraints if c.name and type(c).__name__ == "CheckConstraint"}
            found = {row["name"] for row in inspect(connection).get_check_constraints(table.name)}
            assert wanted <= found, table.name
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO read_log (subject_kind, subject_id, fields, purpose, at) "
                "VALUES ('student', 1, '[]', 'kiểm thử', '2026-11-23 00:00:00')"
            )
        )
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text("DELETE FROM read_log"))


def test_an_open_clock_exists_once_a_case_and_item(engine: Engine) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            query = "SELECT sql FROM sqlite_master WHERE name = 'clock_one_open'"
        else:
            query = "SELECT indexdef FROM pg_indexes WHERE indexname = 'clock_one_open'"
        definition = str(connection.execute(text(query)).scalar_one()).lower()
    assert "unique" in definition
    assert "coalesce" in definition
    assert "closed_on is null" in definition


def test_upgrading_twice_changes_nothing(empty: Engine) -> None:
    assert schema.upgrade(empty) == (None, schema.head())
    assert schema.upgrade(empty) == (schema.head(), schema.head())
    check_schema(empty, schema.head())


def test_an_empty_database_is_refused_with_the_command_that_makes_it(empty: Engine) -> None:
    with pytest.raises(Unavailable, match="ketnap db upgrade"):
        check_schema(empty, schema.head())


def test_a_foreign_key_is_enforced_again_after_an_upgrade(empty: Engine) -> None:
    schema.upgrade(empty)
    with empty.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
