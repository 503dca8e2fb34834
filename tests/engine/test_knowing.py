"""What a transaction has read it asks again exactly when it may have become another."""

from dataclasses import replace

import pytest
from sqlalchemy import Table, event, select, text, update

from engine import cases
from engine.belonging import Belonging
from engine.clocks import open_clock, open_clocks
from engine.records import case, clock, journal, task
from engine.stepping import hold_case, hold_free
from engine.transactions import Transaction
from tests.engine.library import NOW, PLEASANT, TODAY, Library

RULE = {"due_on": TODAY, "rule": "loan", "edition": "2026", "started_on": TODAY}


class Asking:
    """Counts how often it was asked."""

    def __init__(self, tx: Transaction) -> None:
        self.tx, self.times = tx, 0

    def about(self, *of: Table) -> int:
        def ask() -> int:
            self.times += 1
            return self.times

        return self.tx.once(("it", of), ask, *of)


class Undone(Exception):
    pass


def test_an_answer_made_of_named_tables_stands_until_one_of_them_is_written_or_a_lock_is_waited_for(
    library: Library,
) -> None:
    opened, other = library.lend(), library.lend(2)
    with library.tx() as tx:
        asking = Asking(tx)
        assert (asking.about(clock), asking.about(clock)) == (1, 1)
        cases.complete_task(
            tx, cases.open_tasks(tx, opened.id)[0].id, "chosen", on=TODAY, by=1, now=NOW
        )  # holds the case, and writes tasks, case and journal
        assert asking.about(clock) == 2, "while a lock was waited for, others may have written"
        assert asking.about(clock) == 2
        open_clock(tx, opened.id, "loan_period", **RULE)
        assert asking.about(clock, journal) == 3
        assert asking.about(clock) == 4
        hold_case(tx, opened.id)
        assert asking.about(clock) == 4, "it was held already: nothing to wait for"
        hold_case(tx, other.id)
        assert asking.about(clock) == 5


@pytest.mark.parametrize("undone", [False, True])
def test_what_a_part_wrote_is_known_afterwards_as_it_is(library: Library, undone: bool) -> None:
    opened = library.lend()
    with library.tx() as tx:
        hold_case(tx, opened.id)
        assert open_clocks(tx, opened.id) == []
        try:
            with tx.aside() as part:
                open_clock(part, opened.id, "loan_period", **RULE)
                assert len(open_clocks(part, opened.id)) == 1
                [waiting] = cases.open_tasks(part, opened.id)
                done = cases.complete_task(part, waiting.id, "chosen", on=TODAY, by=1, now=NOW)
                assert cases.get_case(part, opened.id) == done.case
                if undone:
                    raise Undone
        except Undone:
            pass
        assert len(open_clocks(tx, opened.id)) == (0 if undone else 1)
        expected = opened if undone else done.case
        assert cases.get_case(tx, opened.id) == expected
        assert {row.element for row in cases.open_tasks(tx, opened.id)} == set(
            tx.execute(select(task.c.element).where(task.c.case_id == opened.id)).scalars()
        )
        held = hold_case(tx, opened.id)
        assert held is not None and held.row == expected
    assert library.case(opened.id) == expected


def test_a_part_leaves_to_the_whole_what_it_read_and_did_not_write(library: Library) -> None:
    with library.tx() as tx:
        with tx.aside() as part:
            assert Asking(part).about(journal) == 1
        later = Asking(tx)
        assert later.about(journal) == 1 and later.times == 0


def test_a_case_is_read_once_and_stands_as_the_last_step_left_it(library: Library) -> None:
    opened = library.lend()
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    event.listen(library.store.engine, "before_cursor_execute", listen)
    with library.tx() as tx:
        acts = {"on": TODAY, "by": 1, "now": NOW}
        done = cases.complete_task(tx, cases.open_tasks(tx, opened.id)[0].id, "chosen", **acts)
        moved = cases.change_custodian(tx, opened.id, 3, **acts)
        assert moved == replace(done.case, custodian_id=3, version=done.case.version + 1)
        assert cases.find_case(tx, opened.id) == moved
    event.remove(library.store.engine, "before_cursor_execute", listen)
    reads = [one for one in said if one.startswith("SELECT") and 'FROM "case" JOIN model' in one]
    assert len(reads) == 1
    assert library.case(opened.id) == moved


def test_cases_that_somebody_else_has_are_left(library: Library) -> None:
    mine, taken = library.lend(), library.lend(2)
    if library.store.engine.dialect.name == "sqlite":
        with library.tx() as tx:
            assert hold_free(tx, [mine.id, taken.id]) == {mine.id, taken.id}, "the only writer has them all"
        return
    with library.tx() as other:
        hold_case(other, taken.id)
        with library.tx() as tx:
            assert hold_free(tx, [mine.id, taken.id]) == {mine.id}
            tx.execute(update(case).where(case.c.id == mine.id).values(version=case.c.version))


def test_rows_of_many_are_read_at_once_and_again_after_one_was_written(library: Library) -> None:
    one, two = library.lend(), library.lend(2)
    entries = Belonging(journal, "case_id")
    with library.tx() as tx:
        entries.read_ahead(tx, [one.id, two.id, 999_999])
        found = entries.to(tx, one.id)
        assert [row.kind for row in found] == ["start"] and entries.to(tx, one.id) is found
        assert entries.to(tx, 999_999) == []
        cases.change_custodian(tx, two.id, 3, on=TODAY, by=1, now=NOW)
        assert [row.kind for row in entries.to(tx, two.id)] == ["start", "custodian"]


def test_words_of_our_own_may_lock_a_table_so_everything_is_asked_again(library: Library) -> None:
    with library.tx() as tx:
        asking = Asking(tx)
        assert asking.about(clock) == 1
        tx.execute(text("SELECT 1"))
        assert asking.about(clock) == 2


def test_the_clocks_of_a_case_that_a_part_moved_reach_its_tasks(library: Library) -> None:
    opened = library.lend()
    with library.tx() as tx:
        acts = {"on": TODAY, "by": 1, "now": NOW}
        cases.complete_task(tx, cases.open_tasks(tx, opened.id)[0].id, "chosen", **acts)
        with tx.aside() as part:
            while not any(row.element == "keep_book" for row in cases.open_tasks(part, opened.id)):
                first = cases.open_tasks(part, opened.id)[0]
                cases.complete_task(part, first.id, PLEASANT[first.element], **acts)
        open_clock(tx, opened.id, "loan_period", **RULE)
    assert library.task(opened.id, "keep_book").due_on == TODAY
