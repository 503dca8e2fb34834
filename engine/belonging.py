"""The rows of a table that belong to one thing (a case, a student): read once between two writes.

Where many things are known ahead, their rows are read for all of them in one statement.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Table, bindparam, select

from engine.among import among
from engine.transactions import Transaction


class Belonging:
    """The rows of `table` by the number in its column `of`, in the order in which they were written."""

    def __init__(self, table: Table, of: str) -> None:
        self.table, self.column = table, table.c[of]
        self._one = select(table).where(self.column == bindparam("this")).order_by(table.c.id)
        self._many = select(table).where(among(self.column, "these")).order_by(table.c.id)

    def to(self, tx: Transaction, number: int) -> list[Row[Any]]:
        """What belongs to one. Not to be changed: whoever asks next gets the same list."""
        return tx.once(
            (self.table.name, number), lambda: list(tx.execute(self._one, {"this": number})), self.table
        )

    def read_ahead(self, tx: Transaction, numbers: Collection[int]) -> None:
        """What belongs to each of these, for whoever asks afterwards."""
        found: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in tx.execute(self._many, {"these": numbers}):
            found[row._mapping[self.column]].append(row)
        for number in numbers:
            tx.know((self.table.name, number), found[number], self.table)
