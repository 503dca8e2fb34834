"""The database itself keeps what must always hold."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import DBAPIError, StatementError

from engine.documents import add_document, documents, documents_of_subject
from engine.errors import Conflict
from engine.records import case, clock, incident, journal, metadata
from tests.engine.library import BY, NOW, TODAY, Library


@pytest.mark.parametrize(
    "change",
    [
        {"closed_on": TODAY},
        {"state": None},
        {"closed_as": "book_back"},
        {"custodian_id": None},
        {"closed_on": TODAY, "closed_as": "book_back", "state": None, "stage": "lending"},
    ],
)
def test_a_case_is_closed_wholly_or_not_at_all_and_always_has_a_custodian(
    library: Library, change: Mapping[str, Any]
) -> None:
    library.lend()
    with pytest.raises(DBAPIError), library.tx() as tx:
        tx.execute(update(case).values(**change))


def test_a_clock_cannot_be_due_before_it_started_and_runs_once(library: Library) -> None:
    opened = library.lend()
    row = {"case_id": opened.id, "name": "loan_period", "rule": "r", "edition": "e", "started_on": TODAY}
    with pytest.raises(DBAPIError), library.tx() as tx:
        tx.execute(insert(clock), row | {"due_on": TODAY - timedelta(1)})
    for item in (None, 4):
        with pytest.raises(Conflict), library.tx() as tx:
            for _ in range(2):
                tx.execute(insert(clock), row | {"due_on": TODAY, "item": item})


def test_a_moment_without_a_time_zone_is_refused(library: Library) -> None:
    with pytest.raises(StatementError, match="time zone"), library.tx() as tx:
        naive = NOW.replace(tzinfo=None)
        tx.execute(insert(incident), {"kind": "job", "cause": "", "opened_at": naive, "last_at": naive})


def test_rows_of_a_case_cannot_outlive_it(library: Library) -> None:
    library.lend()
    with pytest.raises(DBAPIError), library.tx() as tx:
        tx.execute(case.delete())


def test_every_table_with_a_number_never_gives_it_twice() -> None:
    own = [table for table in metadata.tables.values() if "id" in table.c and table.c.id.primary_key]
    engine_tables = {"case", "task", "timer", "clock", "journal", "document", "outbox", "incident"}
    assert {table.name for table in own if table.dialect_options["sqlite"]["autoincrement"]} >= engine_tables
    assert journal.c.position.nullable


def test_documents_are_listed_by_their_date_for_the_case_and_for_its_subject(library: Library) -> None:
    first, second = library.lend(1), library.lend(2)
    common = {"type": "card", "organisation_id": 1, "original": True, "place": "tủ 3", "by": BY, "now": NOW}
    with library.tx() as tx:
        for case_id, days in [(first.id, 0), (first.id, 5), (second.id, 1), (None, 9)]:
            on = TODAY - timedelta(days)
            subject = 2 if case_id == second.id else 1
            title = f"Thẻ {days}"
            add_document(
                tx, case_id=case_id, subject_id=subject, number=str(days), on=on, title=title, **common
            )
        assert [row.title for row in documents(tx, first.id)] == ["Thẻ 5", "Thẻ 0"]
        assert [row.title for row in documents_of_subject(tx, 1)] == ["Thẻ 9", "Thẻ 5", "Thẻ 0"]
        assert documents(tx, first.id)[0].before_system is False
