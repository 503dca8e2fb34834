"""Outlooks and plans of many, read at once: as for each alone, with the same few statements."""

from datetime import date

import pytest
from sqlalchemy import event

from engine.transactions import Store, Transaction
from tests.workflows.builders import World, build, noon
from workflows.forecast.look import Look, Subject, looks, open_steps, subjects
from workflows.forecast.one import page_of
from workflows.forecast.starting import month_of
from workflows.people.pool import enter_pool
from workflows.people.records import consent, student
from workflows.people.students import add_student
from workflows.schedules.meeting_days import Pattern


@pytest.fixture
def world(store: Store) -> World:
    return build(store)


def everybody(tx: Transaction) -> list[Subject]:
    return [Subject(*tuple(row)) for row in tx.execute(subjects().order_by(student.c.id))]


def more_in_pool(world: World, count: int) -> None:
    with world.store.transaction() as tx:
        for number in range(count):
            born = date(2008, 1 + number % 12, 12)
            one = add_student(tx, world.institution, f"Trần Thị Số {number}", born, grade=10 + number % 3)
            enter_pool(tx, one, "Cô Chủ nhiệm", on=world.today, by=None, now=noon(world.today))


def counted(tx: Transaction, work: object) -> int:
    """How many statements something needs."""
    said: list[str] = []
    engine = tx.connection.engine
    listen = lambda *given: said.append(given[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", listen)
    try:
        work()  # type: ignore[operator]
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    return len(said)


def same(one: Look, other: Look) -> bool:
    return (one.of, one.seen.facts, one.seen.vote_on, one.plan, one.opened) == (
        other.of,
        other.seen.facts,
        other.seen.vote_on,
        other.plan,
        other.opened,
    )


def test_many_are_looked_at_as_each_alone_and_with_the_statements_of_one(world: World) -> None:
    case_id = world.nominate()
    world.until(case_id, "application")
    more_in_pool(world, 4)
    with world.store.transaction(writing=False) as tx:
        people = everybody(tx)
        together = looks(tx, people, world.today)
        assert all(same(one, looks(tx, [one.of], world.today)[0]) for one in together)
        assert [one.plan is not None for one in together] == [one.followed for one in people]
    few, month = statements(world)
    more_in_pool(world, 12)
    assert statements(world) == (few, month)


def statements(world: World) -> tuple[int, int]:
    """Of everybody's looks, and of the month of a cell; what is kept for the transaction is there already."""
    with world.store.transaction(writing=False) as tx:
        people, first = everybody(tx), date(2025, 9, 1)
        month_of(tx, world.cell, first, world.today)
        return (
            counted(tx, lambda: looks(tx, people, world.today)),
            counted(tx, lambda: month_of(tx, world.cell, first, world.today)),
        )


def test_a_case_that_waits_for_the_birthday_stands_before_the_vote(store: Store) -> None:
    world = build(store, born=date(2008, 5, 10))
    case_id = world.nominate()
    for _ in range(40):
        if not world.tasks(case_id):
            break
        world.step(case_id)
    with store.transaction(writing=False) as tx:
        assert open_steps(tx, [case_id], world.today) == {case_id: {"of_age": world.today}}
        one = next(one for one in everybody(tx) if one.case_id == case_id)
        page = page_of(tx, one, world.today)
    assert page.look.plan is not None
    assert [step.lead.element for step in page.look.plan.steps] == ["cell_vote"]
    assert page.look.plan.reachable == page.look.seen.vote_on == date(2026, 6, 5)
    assert page.meetings[0] == Pattern(day=5).in_month(2025, 9)
    assert page.doers == {"cell_vote": "Chi bộ 1"}


def test_who_took_the_yes_back_is_looked_at_by_the_roll(world: World) -> None:
    more_in_pool(world, 2)
    with world.store.transaction() as tx:
        first, second = (one.student_id for one in everybody(tx) if one.pool_id is not None)
        given = {"kind": "political", "given_on": world.today, "recorded_at": noon(world.today)}
        tx.insert(consent, given | {"student_id": first, "withdrawn_on": world.today})
        tx.insert(consent, given | {"student_id": second})
    with world.store.transaction(writing=False) as tx:
        found = {look.of.student_id: look for look in looks(tx, everybody(tx), world.today)}
    assert (found[first].plan, found[first].of.followed) == (None, False)
    assert found[second].plan is not None


def test_who_left_school_is_on_no_list_of_a_month(world: World) -> None:
    more_in_pool(world, 3)
    with world.store.transaction() as tx:
        tx.execute(student.update().values(left_on=world.today, left_reason="graduated"))
    with world.store.transaction(writing=False) as tx:
        found = [month_of(tx, world.cell, date(2026, month, 1), world.today) for month in range(1, 7)]
    assert all(month.lines == [] and month.figures == [] for month in found)
