"""The pool: entered by a named proposer, left with a reason, confirmed once a meeting and reported upward."""

from datetime import date

import pytest
from sqlalchemy import delete, select, update

from engine.errors import Conflict, InvalidAnswers, NotFound, NotLawful
from engine.journal import entries
from engine.records import outbox
from engine.transactions import Store, Transaction
from tests.workflows.people.conftest import NOW
from workflows.demo import School, World
from workflows.organisations.queries import tree_of
from workflows.people.consents import ask_later
from workflows.people.pool import confirm_pool, enter_pool, in_pool, leave_pool, pool_on
from workflows.people.records import pool_entry, pool_review_line, student

DAY = date(2026, 10, 5)


@pytest.fixture(autouse=True)
def empty_pool(bare_store: Store, world: World) -> None:
    """The made-up world has a pool of its own; these tests begin without one."""
    with bare_store.transaction() as tx:
        tx.execute(delete(pool_entry))


def _enter(tx: Transaction, student_id: int, proposer: int | str = "Cô giáo Minh họa", on: date = DAY) -> int:
    return enter_pool(tx, student_id, proposer, on=on, by=1, now=NOW)


def test_a_proposer_is_a_user_or_a_name(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        _enter(tx, school.students[0], school.union_secretary_id)
        _enter(tx, school.students[1], "Trần Thị Chủ nhiệm")
        with pytest.raises(InvalidAnswers):
            _enter(tx, school.students[2], "  ")
        lines = pool_on(tx, school.cell_id, DAY)
        assert {line.student_id for line in lines} == set(school.students[:2])
        assert "Trần Thị Chủ nhiệm" in {line.proposer for line in lines}


def test_nobody_is_in_the_pool_twice_but_may_come_back(bare_store: Store, school: School) -> None:
    one = school.students[0]
    with bare_store.transaction() as tx:
        _enter(tx, one)
        with pytest.raises(Conflict):
            _enter(tx, one)
        leave_pool(tx, one, reason="own_wish", on=date(2026, 10, 20), by=1, now=NOW)
        assert not in_pool(tx, one, date(2026, 10, 20))
        assert in_pool(tx, one, date(2026, 10, 19))
        _enter(tx, one, on=date(2026, 11, 2))
        assert len(tx.execute(select(pool_entry).where(pool_entry.c.student_id == one)).all()) == 2


def test_a_pupil_below_grade_ten_waits_and_a_first_year_student_may_enter(
    bare_store: Store, world: World
) -> None:
    pupil, higher = world.schools[0].students[0], world.schools[-1]
    with bare_store.transaction() as tx:
        tx.execute(update(student).where(student.c.id == pupil).values(grade=9))
        with pytest.raises(NotLawful) as refused:
            _enter(tx, pupil)
        assert [unmet.condition for unmet in refused.value.unmet] == ["pool_from_grade"]
        _enter(tx, higher.students[-1])


def test_who_asked_not_to_be_asked_is_left_alone_until_the_day(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        ask_later(tx, school.students[0], again_on=date(2027, 4, 1))
        with pytest.raises(NotLawful) as refused:
            _enter(tx, school.students[0])
        assert refused.value.unmet[0].first_day == date(2027, 4, 1)
        _enter(tx, school.students[0], on=date(2027, 4, 1))


def test_leaving_needs_a_known_reason_a_day_after_entering_and_somebody_in_the_pool(
    bare_store: Store, school: School
) -> None:
    with bare_store.transaction() as tx:
        _enter(tx, school.students[0])
        with pytest.raises(InvalidAnswers):
            leave_pool(tx, school.students[0], reason="because", on=DAY, by=1, now=NOW)
        with pytest.raises(InvalidAnswers):
            leave_pool(tx, school.students[0], reason="own_wish", on=date(2026, 10, 1), by=1, now=NOW)
        with pytest.raises(NotFound):
            leave_pool(tx, school.students[1], reason="own_wish", on=DAY, by=1, now=NOW)


def test_a_meeting_confirms_the_list_in_one_act_and_reports_numbers_upward(
    bare_store: Store, school: School
) -> None:
    kept, gone, new = school.students[:3]
    meeting = date(2026, 11, 3)
    with bare_store.transaction() as tx:
        _enter(tx, kept)
        _enter(tx, gone)
        review = confirm_pool(
            tx,
            school.cell_id,
            meeting,
            by=school.secretary_id,
            now=NOW,
            add={new: "Cô giáo Minh họa"},
            remove={gone: "standards"},
        )
        assert (review.kept, review.added, review.removed) == (1, 1, 1)
        assert {line.student_id for line in pool_on(tx, school.cell_id, meeting)} == {kept, new}
        lines = {row.student_id: row.outcome for row in tx.execute(select(pool_review_line))}
        assert lines == {kept: "kept", new: "added", gone: "removed"}
        told = tx.execute(select(outbox).where(outbox.c.kind == "pool_confirmed")).one()
        assert told.to_organisation == tree_of(tx).parent_on(school.cell_id, meeting) == review.reported_to
        assert {"kept": 1, "added": 1, "removed": 1}.items() <= told.facts.items()
        assert "pool_confirmed" in [entry.kind for entry in entries(tx, None)]


def test_one_meeting_confirms_once_and_never_before_it_took_place(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        confirm_pool(tx, school.cell_id, date(2026, 11, 3), by=1, now=NOW)
        with pytest.raises(Conflict):
            confirm_pool(tx, school.cell_id, date(2026, 11, 3), by=1, now=NOW)
        with pytest.raises(InvalidAnswers):
            confirm_pool(tx, school.cell_id, date(2026, 12, 3), by=1, now=NOW)


def test_a_meeting_cannot_remove_somebody_of_another_cell(bare_store: Store, world: World) -> None:
    here, there = world.schools[0], world.schools[1]
    with bare_store.transaction() as tx:
        _enter(tx, there.students[0])
        with pytest.raises(InvalidAnswers):
            confirm_pool(
                tx, here.cell_id, date(2026, 11, 3), by=1, now=NOW, remove={there.students[0]: "standards"}
            )
