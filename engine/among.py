"""`among(column, "name")`: is the column's number one of a list that is given when the statement runs?

A list of any length is one parameter, so the statement stays the same text: it is built, compiled and, by the
server, planned once. PostgreSQL takes an array, SQLite a list in JSON.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Dialect, String, TypeDecorator, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import Boolean, TypeEngine


class Numbers(TypeDecorator[Iterable[int]]):
    """Whole numbers as one parameter."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        array = postgresql.ARRAY(BigInteger) if dialect.name == "postgresql" else String()
        return dialect.type_descriptor(array)

    def process_bind_param(self, value: Iterable[int] | None, dialect: Dialect) -> Any:
        numbers = sorted(value or ())
        return numbers if dialect.name == "postgresql" else msgspec.json.encode(numbers).decode()


class Among(ColumnElement[bool]):
    """The condition; made by `among`."""

    inherit_cache = True
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012  what tells two of them apart in the cache of statements
        ("column", InternalTraversal.dp_clauseelement),
        ("numbers", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.numbers = bindparam(name, type_=Numbers())

    def self_group(self, against: Any = None) -> "Among":
        """As it is: SQLite would otherwise be asked whether it equals 1, and use no index."""
        return self

    @property
    def _from_objects(self) -> list[Any]:
        return list(self.column._from_objects)


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """`name`: the parameter that gives the numbers; an empty list means none."""
    return Among(column, name)


@compiles(Among, "postgresql")
def _array(element: Among, compiler: Any, **more: Any) -> str:
    column, numbers = compiler.process(element.column, **more), compiler.process(element.numbers, **more)
    return f"({column} = ANY ({numbers}))"


@compiles(Among, "sqlite")
def _json(element: Among, compiler: Any, **more: Any) -> str:
    column, numbers = compiler.process(element.column, **more), compiler.process(element.numbers, **more)
    return f"({column} IN (SELECT CAST(value AS INTEGER) FROM json_each({numbers})))"  # noqa: S608  both are compiled parts
