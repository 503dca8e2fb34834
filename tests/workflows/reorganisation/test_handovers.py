"""Handovers under way while the organisations of the sender, or of the receiver, are rearranged."""

import pytest

from engine.journal import entries
from engine.transactions import Store
from tests.workflows.builders import BEGINNING, World
from tests.workflows.reorganisation.assistant import Assistant, assert_whole
from tests.workflows.transfers.town import Town, extend
from workflows.organisations.queries import tree_of
from workflows.transfers import custody, verbs


@pytest.fixture
def town(world: World, assistant: Assistant) -> Town:
    made = Town(**vars(world))
    with made.store.transaction() as tx:
        made.province = tree_of(tx).ancestors_on(made.commune, BEGINNING)[-1]
        extend(tx, made)
    made.case_id = made.nominate()
    made.until(made.case_id, "application")
    return made


def holder(store: Store, town: Town) -> int | None:
    with store.transaction(writing=False) as tx:
        return custody.last_step(tx, town.students[0]).organisation_id  # type: ignore[no-any-return]


def test_a_letter_to_a_cell_that_merges_is_answered_by_the_heir(town: Town, assistant: Assistant) -> None:
    handover = town.offered(town.village)
    plan = assistant.plan()
    assistant.add(plan, "merge", organisations=[town.village], into=town.street)
    assistant.do(plan)
    assert town.task(handover, "answer_handover").organisation_id == town.street
    assert holder(town.store, town) == town.cell  # until it is accepted, the sender answers
    with town.store.transaction(writing=False) as tx:
        (moved,) = [row for row in entries(tx, handover) if row.kind == "receiver_moved"]
    assert (moved.facts["from"], moved.facts["to"]) == (town.village, town.street)
    assert_whole(town.store, town.today)
    town.do_verb(verbs.accept, handover, "home1", number="3-CV/ĐU")
    assert town.case(town.case_id).custodian_id == town.street
    assert holder(town.store, town) == town.street
    assert_whole(town.store, town.today)


def test_a_sender_that_merges_hands_its_case_and_the_handover_to_the_heir_at_once(
    town: Town, assistant: Assistant
) -> None:
    handover = town.offered(town.village)
    plan = assistant.plan()
    assistant.add(plan, "merge", organisations=[town.cell], into=town.other_cell)
    found = assistant.foresee(plan)
    assert [len(some) for _pair, some in found.moving] == [2]
    assistant.do(plan)
    assert {town.case(one).custodian_id for one in (town.case_id, handover)} == {town.other_cell}
    assert holder(town.store, town) == town.other_cell
    assert town.task(handover, "answer_handover").organisation_id == town.village
    assert_whole(town.store, town.today)
