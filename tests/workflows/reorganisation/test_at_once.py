"""Two who carry a plan out at once, and who may approve one: each on both databases."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.errors import Conflict, InvalidAnswers
from tests.workflows.builders import World
from tests.workflows.reorganisation.assistant import Assistant, assert_whole
from workflows.people.users import end_position, positions_on
from workflows.reorganisation import approving, drafting
from workflows.reorganisation.plans import find
from workflows.reorganisation.queries import cases_done


def test_a_page_and_the_worker_at_once_do_everything_once(world: World, assistant: Assistant) -> None:
    numbers = [world.nominate(0), world.nominate(1)]
    world.until(numbers[0], "committee_resolution")
    plan = assistant.plan()
    assistant.add(plan, "merge", organisations=[world.cell], into=world.other_cell)
    assistant.add(plan, "merge", organisations=[world.school], into=world.commune)
    assistant.approve(plan)

    def carry(_who: int) -> bool:
        try:
            return assistant.carry_out(plan)
        except Conflict:
            return False

    with ThreadPoolExecutor(2) as both:
        assert any(both.map(carry, range(2)))
    with world.store.transaction(writing=False) as tx:
        assert find(tx, plan).state == "done"
        assert [one.case_id for one in cases_done(tx, plan)] == numbers
    assert world.elements(numbers[0]) == ["board_appraisal"]
    assert_whole(world.store, world.today)


def test_nobody_approves_an_own_plan_while_another_could_and_alone_it_is_said(
    world: World, assistant: Assistant
) -> None:
    plan = assistant.plan()
    assistant.add(plan, "rename", organisation=world.cell, name="Chi bộ Một")
    who: dict[str, Any] = {"on": assistant.today, "now": assistant.now}
    with world.store.transaction() as tx:
        drafting.submit(tx, plan, revision=1, by=assistant.maker, **who)
    with pytest.raises(Conflict), world.store.transaction() as tx:
        approving.approve(tx, plan, revision=1, by=assistant.maker, **who)
    with pytest.raises(Conflict), world.store.transaction() as tx:  # not what was handed in
        approving.approve(tx, plan, revision=0, by=assistant.second, **who)
    with pytest.raises(InvalidAnswers), world.store.transaction() as tx:
        approving.send_back(tx, plan, "  ", by=assistant.second, **who)
    with world.store.transaction() as tx:
        (held,) = positions_on(tx, assistant.second, assistant.today)
        end_position(tx, held.id, on=assistant.today)
        approving.approve(tx, plan, revision=1, by=assistant.maker, **who)
    assert assistant.carry_out(plan)
    with world.store.transaction(writing=False) as tx:
        assert (find(tx, plan).approval, find(tx, plan).state) == ("one_person", "done")


def test_a_change_that_became_impossible_stops_the_plan_and_can_be_tried_again(
    world: World, assistant: Assistant
) -> None:
    plan, other = assistant.plan(), assistant.plan()
    for one in (plan, other):
        assistant.add(one, "rename", organisation=world.cell, name=f"Chi bộ {one}")
        assistant.add(one, "rename", organisation=world.other_cell, name=f"Chi bộ khác {one}")
    assistant.do(plan)
    assistant.approve(other)
    assert not assistant.carry_out(other)  # two names from one day on
    with world.store.transaction(writing=False) as tx:
        row = find(tx, other)
    assert row.state == "running"
    assert "Ngày đổi tên phải sau" in row.stopped_because["why"][0][0]
    who: dict[str, Any] = {"by": assistant.second, "on": assistant.today, "now": assistant.now}
    with world.store.transaction() as tx:  # nothing of it is done: it can still be written anew
        approving.send_back(tx, other, "Trùng ngày", **who)
    with world.store.transaction(writing=False) as tx:
        assert (find(tx, other).state, find(tx, other).approved_by) == ("draft", None)


def test_a_plan_that_stopped_halfway_goes_on_without_the_rest(world: World, assistant: Assistant) -> None:
    case_id = world.nominate()
    first, plan = assistant.plan(), assistant.plan()
    assistant.add(first, "rename", organisation=world.section, name="Đảng ủy bộ phận Một")
    assistant.add(plan, "merge", organisations=[world.cell], into=world.other_cell)
    assistant.add(plan, "rename", organisation=world.section, name="Đảng ủy bộ phận Hai")
    assistant.do(first)
    assistant.approve(plan)
    assert not assistant.carry_out(plan)
    assert world.case(case_id).custodian_id == world.cell  # the heir stands for it until it is moved
    who: dict[str, Any] = {"by": assistant.second, "on": assistant.today, "now": assistant.now}
    with pytest.raises(Conflict), world.store.transaction() as tx:
        approving.send_back(tx, plan, "Trùng ngày", **who)
    with world.store.transaction() as tx:
        approving.cut_short(tx, plan, **who)
    assert assistant.carry_out(plan)
    assert world.case(case_id).custodian_id == world.other_cell
    assert_whole(world.store, world.today)
