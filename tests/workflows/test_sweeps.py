"""What the worker does for many never stops at a broken one: an incident is kept, the others are served."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from engine.incidents import incidents
from engine.records import outbox
from engine.transactions import Store
from tests.workflows.builders import World, build, noon
from tests.workflows.bulk.conftest import Batches
from tests.workflows.reorganisation.conftest import assistant_of
from workflows.bulk import running
from workflows.organisations.queries import tree_of
from workflows.reorganisation import carrying
from workflows.reorganisation.plans import find
from workflows.season import rising
from workflows.transfers import alarms
from workflows.transfers.queries import Unhelped


def kept(store: Store) -> list[tuple[str | None, str]]:
    with store.transaction(writing=False) as tx:
        return [(one.element, one.cause) for one in incidents(tx)]


@pytest.fixture
def world(store: Store) -> World:
    return build(store)


def failing(whole: Any, *, at: object) -> Any:
    """The function itself, but for the one where something of the program breaks."""

    def do(first: Any, thing: Any, *more: Any, **named: Any) -> Any:
        if thing == at:
            raise KeyError("Nguyễn Văn A")
        return whole(first, thing, *more, **named)

    return do


def test_a_plan_that_breaks_is_an_incident_and_the_next_is_carried_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = assistant_of(world)
    plans = [assistant.plan(number=f"{number}-QĐ/TU") for number in (1, 2)]
    for number, plan in enumerate(plans):
        assistant.add(plan, "rename", organisation=(world.cell, world.union)[number], name=f"Mới {number}")
        assistant.approve(plan)
    whole = carrying.advance
    monkeypatch.setattr(carrying, "advance", failing(whole, at=plans[0]))
    done = carrying.carry_due(world.store, assistant.now)
    assert (done.items, done.failed) == (1, 1)
    [(element, cause)] = kept(world.store)
    assert element == "reorganisation" and cause.endswith(f"({plans[0]})") and "Nguyễn" not in cause
    monkeypatch.setattr(carrying, "advance", whole)
    assert carrying.carry_due(world.store, assistant.now).items == 1


def test_a_change_that_breaks_stops_its_plan_with_words_and_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = assistant_of(world)
    plans = [assistant.plan(number=f"{number}-QĐ/TU") for number in (1, 2)]
    for number, plan in enumerate(plans):
        assistant.add(plan, "rename", organisation=(world.cell, world.union)[number], name=f"Mới {number}")
        assistant.approve(plan)
    whole = carrying.do

    def do(tx: Any, plan: Any, *more: Any, **named: Any) -> Any:
        if plan.id == plans[0]:
            raise KeyError("Nguyễn Văn A")
        return whole(tx, plan, *more, **named)

    monkeypatch.setattr(carrying, "do", do)
    assert carrying.carry_due(world.store, assistant.now).items == 1
    assert carrying.carry_due(world.store, assistant.now).items == 0, "it waits for somebody to go on with it"
    with world.store.transaction(writing=False) as tx:
        stopped, done = (find(tx, plan) for plan in plans)
        assert (stopped.state, done.state) == ("running", "done")
        [why] = stopped.stopped_because["why"]
        assert "lỗi" in str(carrying.text_of(why))
        names = {node.name for node in tree_of(tx).nodes.values()}
    assert "Mới 1" in names and "Mới 0" not in names
    assert [element for element, _cause in kept(world.store)] == ["reorganisation"]


def test_a_batch_that_breaks_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    batches = Batches(world)
    broken, sound = batches.ready(1), batches.ready(1, by="union2")
    monkeypatch.setattr(running, "advance", failing(running.advance, at=broken))
    done = running.continue_resting(world.store, batches.now + timedelta(minutes=1))
    assert (done.items, done.failed) == (1, 1)
    assert (batches.states(broken), batches.states(sound)) == (["ready"], ["done"])
    assert [element for element, _cause in kept(world.store)] == ["bulk"]


def test_one_newcomer_who_cannot_be_told_of_keeps_no_alarm_from_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [world.nominate(number) for number in range(2)]
    met = world.today - timedelta(days=3)
    waiting = [
        Unhelped(ids[0], world.cell, met, None, 1),  # type: ignore[arg-type]
        Unhelped(ids[1], world.cell, met, met, 1),
    ]
    monkeypatch.setattr(alarms, "waiting_for_helper", lambda tx, on: waiting)
    done = alarms.raise_unhelped(world.store, noon(world.today))
    assert (done.items, done.failed) == (1, 1)
    rows = world.rows(select(outbox.c.case_id).where(outbox.c.kind == "handover_unhelped"))
    assert [row.case_id for row in rows] == [ids[1]]


def test_one_school_that_cannot_be_told_of_its_leavers_keeps_nothing_from_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaver(institution_id: int, party_id: int | None) -> SimpleNamespace:
        row = SimpleNamespace(institution_id=institution_id, party_id=party_id)  # and no cell
        return SimpleNamespace(lost=True, row=row, leaves_on=world.today)

    found = [leaver(1, None), leaver(2, world.school)]
    monkeypatch.setattr(rising, "leavers", lambda tx, nodes, today: found)
    done = rising.raise_leavers(world.store, noon(world.today))
    assert (done.items, done.failed) == (1, 1)
    rows = world.rows(select(outbox.c.to_organisation).where(outbox.c.kind == "leavers_due"))
    assert [row.to_organisation for row in rows] == [world.school]
    assert [element for element, _cause in kept(world.store)] == ["raise_leavers"]
