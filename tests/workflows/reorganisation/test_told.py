"""Who hears of a plan, and of whom a plan says nothing."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine.records import outbox
from tests.workflows.builders import World, noon
from tests.workflows.reorganisation.assistant import Assistant
from workflows.admission import acts
from workflows.organisations.changes import end
from workflows.people.users import end_position, positions_on
from workflows.reminders.distributing import distribute
from workflows.reminders.reading import Wanted, notices
from workflows.reorganisation import approving, drafting, queries
from workflows.reorganisation.plans import find


def renaming(world: World, assistant: Assistant, **more: Any) -> int:
    plan = assistant.plan(**more)
    assistant.add(plan, "rename", organisation=world.other_cell, name="Chi bộ Hai")
    return plan


def told(world: World) -> list[tuple[str, int | None]]:
    """(kind, user) of everything said about plans, in its order."""
    query = select(outbox.c.kind, outbox.c.to_user).where(outbox.c.kind.like("plan_%"))
    return [tuple(row) for row in world.rows(query.order_by(outbox.c.id))]


def test_the_second_person_hears_that_a_plan_waits_and_the_maker_what_became_of_it(
    world: World, assistant: Assistant
) -> None:
    plan = renaming(world, assistant)
    who: dict[str, Any] = {"on": world.today, "now": assistant.now}
    with world.store.transaction() as tx:
        drafting.submit(tx, plan, revision=find(tx, plan).revision, by=assistant.maker, **who)
        approving.send_back(tx, plan, "Thiếu mã", by=assistant.second, **who)
    assistant.approve(plan)
    assistant.carry_out(plan)
    maker, second = assistant.maker, assistant.second
    again = [("plan_waits", second), ("plan_approved", maker), ("plan_done", maker)]
    assert told(world) == [("plan_waits", second), ("plan_returned", maker), *again]


def test_the_notice_is_read_by_who_may_approve_and_names_the_paper_until_it_is_given_up(
    world: World, assistant: Assistant
) -> None:
    plan = renaming(world, assistant, number="77-QĐ/TU")
    with world.store.transaction() as tx:
        revision = find(tx, plan).revision
        drafting.submit(tx, plan, revision=revision, by=assistant.maker, on=world.today, now=assistant.now)
    assert distribute(world.store, noon(world.today)).items == 1
    with world.store.transaction(writing=False) as tx:
        (line,) = notices(tx, assistant.second, [], Wanted(), world.today).lines
        assert notices(tx, assistant.maker, [], Wanted(), world.today).lines == []
    assert "77-QĐ/TU" in str(line.text)
    assert line.leads
    with world.store.transaction() as tx:
        drafting.withdraw(tx, plan, by=assistant.maker, on=world.today, now=assistant.now)
    with world.store.transaction(writing=False) as tx:
        assert notices(tx, assistant.second, [], Wanted(), world.today).lines == []


def test_a_plan_that_cannot_go_on_tells_its_maker_once_for_each_time_it_stops(
    world: World, assistant: Assistant
) -> None:
    plan = renaming(world, assistant, on=world.today)
    assistant.approve(plan)
    with world.store.transaction() as tx:  # meanwhile somebody ended it by the tree's own page
        end(tx, world.other_cell, on=world.today - timedelta(days=1), by=None, now=assistant.now)
    assert not assistant.carry_out(plan)
    stopped = [one for one in told(world) if one[0] == "plan_stopped"]
    assert stopped == [("plan_stopped", assistant.maker)]


def test_whoever_alone_makes_and_approves_is_told_that_it_is_done_and_nothing_else(
    world: World, assistant: Assistant
) -> None:
    with world.store.transaction() as tx:
        (held,) = positions_on(tx, assistant.second, world.today)
        end_position(tx, held.id, on=world.today)
    plan = renaming(world, assistant)
    assistant.second = assistant.maker
    assistant.approve(plan)
    assistant.carry_out(plan)
    assert told(world) == [("plan_done", assistant.maker)]


def test_not_now_moves_along_and_stands_in_no_figure_of_preview_and_report(
    world: World, assistant: Assistant
) -> None:
    answered, withdrawn = world.nominate(0), world.nominate(1)
    world.until(answered, "record_consent")
    world.do(answered, "record_consent", "not_now")
    world.until(withdrawn, "application")
    given: dict[str, Any] = {"on": world.today, "by": world.users["cell1"], "now": noon(world.today)}
    with world.store.transaction() as tx:
        acts.interrupt(tx, withdrawn, "withdrawn", **given)
    assert [world.case(one).closed_as for one in (answered, withdrawn)] == ["not_now", "withdrawn"]
    plan = assistant.plan()
    assistant.add(plan, "merge", organisations=[world.cell], into=world.other_cell)
    assert assistant.foresee(plan).closed == 1
    assistant.do(plan)
    assert {world.case(one).custodian_id for one in (answered, withdrawn)} == {world.other_cell}
    with world.store.transaction(writing=False) as tx:
        assert [one.case_id for one in queries.cases_done(tx, plan)] == [withdrawn]
