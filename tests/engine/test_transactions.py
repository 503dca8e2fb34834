"""The transaction contract: all or nothing, no writing in a reading one, races told as conflicts."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from engine.errors import Conflict, ModelError
from engine.incidents import incidents
from engine.records import job_run
from engine.registry import Registry
from engine.transactions import Store

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ROW = {"name": "sweep", "day": NOW.date(), "at": NOW}


@pytest.fixture
def store(make_store: Callable[[Registry], Store]) -> Store:
    return make_store(Registry())


def count(store: Store) -> int:
    with store.transaction(writing=False) as tx:
        return len(tx.execute(select(job_run)).all())


def test_what_was_written_is_there_after_the_end(store: Store) -> None:
    with store.transaction() as tx:
        tx.execute(insert(job_run), ROW)
    with store.transaction(writing=False) as tx:
        assert tx.execute(select(job_run.c.at)).scalar_one() == NOW


def test_an_exception_undoes_everything(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction() as tx:
        tx.execute(insert(job_run), ROW)
        raise ZeroDivisionError
    assert count(store) == 0


def test_a_reading_transaction_refuses_to_write(store: Store) -> None:
    with pytest.raises(RuntimeError, match="cannot write"), store.transaction(writing=False) as tx:
        tx.execute(insert(job_run), ROW)


def test_the_same_row_twice_is_a_conflict_in_words(store: Store) -> None:
    with store.transaction() as tx:
        tx.execute(insert(job_run), ROW)
    with pytest.raises(Conflict, match="vừa được ghi"), store.transaction() as tx:
        tx.execute(insert(job_run), ROW)
    assert count(store) == 1


def test_a_model_error_undoes_the_step_and_leaves_one_incident_with_its_cause(store: Store) -> None:
    for _ in range(2):
        with pytest.raises(ModelError), store.transaction(now=NOW) as tx:
            tx.execute(insert(job_run), ROW)
            raise ModelError("lend_book", "no such word: lent")
    assert count(store) == 0
    with store.transaction(writing=False) as tx:
        [row] = incidents(tx)
    assert (row.element, row.cause, row.times, row.opened_at) == ("lend_book", "no such word: lent", 2, NOW)
