"""Reading, planning and taking over a workbook on the day of the tests."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import pytest

from engine.time import VIETNAM
from engine.transactions import Store
from tests.workflows.founding.books import PROVINCE, Row, book
from workflows.founding.planning import Plan, plan
from workflows.founding.reading import read
from workflows.founding.slips import Slip
from workflows.founding.taking import take_over

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=VIETNAM)
Rows = Mapping[str, Sequence[Row]]


@pytest.fixture
def planned(store: Store) -> Callable[[Rows], Plan]:
    def run(rows: Rows) -> Plan:
        with store.transaction(writing=False) as tx:
            return plan(tx, read(book(rows)), PROVINCE, TODAY)

    return run


@pytest.fixture
def taken(store: Store, planned: Callable[[Rows], Plan]) -> Callable[[Rows], Plan]:
    """Both steps of the command, with a made-up hash instead of a slow one."""

    def run(rows: Rows) -> Plan:
        names = [seat.line.values["username"] for seat in planned(rows).accounts.new]
        slips = [Slip(name, name, "clear", f"hash of {name}") for name in names]
        with store.transaction() as tx:
            return take_over(tx, read(book(rows)), PROVINCE, slips, on=TODAY, now=NOW)

    return run
