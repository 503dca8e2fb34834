"""A task in somebody's hands: said in the journal, gone with the task, and no step of the case."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.assignment import assign, follow_up
from engine.cases import change_custodian, replay
from engine.errors import Conflict
from engine.journal import entries
from engine.records import task
from tests.engine.library import BY, NOW, TODAY, Library

WHO = {"by": BY, "on": TODAY, "now": NOW}


def in_hand(library: Library, task_id: int) -> tuple[int | None, object]:
    with library.tx(writing=False) as tx:
        row = tx.execute(select(task.c.assignee_id, task.c.follow_up_on).where(task.c.id == task_id)).one()
        return tuple(row)  # type: ignore[return-value]


def test_a_task_is_put_into_hands_and_out_of_them_and_the_case_stays_as_it_is(library: Library) -> None:
    opened = library.lend()
    [row] = library.tasks(opened.id)
    with library.tx() as tx:
        assert assign(tx, row.id, 7, **WHO)
        assert not assign(tx, row.id, 7, **WHO)  # a second click says nothing new
        assert assign(tx, row.id, None, was=7, **WHO)
    assert in_hand(library, row.id) == (None, None)
    assert library.case(opened.id) == opened
    with library.tx(writing=False) as tx:
        said = [entry.facts for entry in entries(tx, opened.id) if entry.kind == "assignment"]
        assert [(one["from"], one["to"]) for one in said] == [(None, 7), (7, None)]
        assert replay(tx, opened.id)


def test_who_looked_at_an_older_state_is_told_that_somebody_was_quicker(library: Library) -> None:
    [row] = library.tasks(library.lend().id)
    with library.tx() as tx:
        assign(tx, row.id, 7, was=None, **WHO)
    with pytest.raises(Conflict), library.tx() as tx:
        assign(tx, row.id, 8, was=None, **WHO)
    assert in_hand(library, row.id)[0] == 7
    library.do(row.id, "chosen")
    with pytest.raises(Conflict), library.tx() as tx:
        assign(tx, row.id, 8, **WHO)


def test_the_day_to_look_again_is_kept_and_taken_away(library: Library) -> None:
    opened = library.lend()
    [row] = library.tasks(opened.id)
    day = TODAY + timedelta(days=12)
    with library.tx() as tx:
        assert follow_up(tx, row.id, day, **WHO)
        assert not follow_up(tx, row.id, day, **WHO)
    assert in_hand(library, row.id) == (None, day)
    with library.tx() as tx:
        assert follow_up(tx, row.id, None, **WHO)
        said = [entry.facts["day"] for entry in entries(tx, opened.id) if entry.kind == "follow_up"]
    assert said == [day.isoformat(), None]


def test_what_an_organisation_agreed_about_a_task_stays_behind_when_the_task_moves(library: Library) -> None:
    opened = library.lend()
    [row] = library.tasks(opened.id)
    with library.tx() as tx:
        assign(tx, row.id, 7, **WHO)
        follow_up(tx, row.id, TODAY + timedelta(days=3), **WHO)
        change_custodian(tx, opened.id, 99, on=TODAY, by=BY, now=NOW)
    assert in_hand(library, row.id) == (None, None)


def test_an_answer_is_asked_for_again_only_after_something_was_written(library: Library) -> None:
    [row] = library.tasks(library.lend().id)
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    with library.tx() as tx:
        assert (tx.once("it", ask), tx.once("it", ask)) == (1, 1)
        assign(tx, row.id, 7, **WHO)
        assert tx.once("it", ask) == 2
