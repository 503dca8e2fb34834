"""People of the demonstration on their way elsewhere: really handed on, and known to the season."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from engine import cases
from engine.records import case, incident
from engine.transactions import Store
from workflows.demo import small_world
from workflows.demo.handovers import CASES_A_HANDOVER, STAGES, hand_over
from workflows.demo.measures import Measures
from workflows.organisations.queries import tree_of
from workflows.season.leavers import leavers
from workflows.transfers.records import handover_offer


def test_each_quiet_case_is_on_its_way_as_far_as_its_stage_says(store: Store) -> None:
    world = small_world(store, cases=True)
    with store.transaction(writing=False) as tx:
        assert tx.execute(select(case.c.id).where(case.c.kind == "handover")).first() is None, "too few cases"
    many = replace(Measures.at(0), cases=CASES_A_HANDOVER * len(STAGES))
    hand_over(store, world, many)
    with store.transaction(writing=False) as tx:
        found = list(tx.execute(select(case).where(case.c.kind == "handover").order_by(case.c.id)))
        assert len(found) >= 3
        steps = [[task.element for task in cases.open_tasks(tx, one.id)] for one in found]
        assert steps[0] == ["offer_handover"] and steps[1] == ["answer_handover"]
        for one in found:
            about = cases.get_case(tx, one.parent_id)
            assert about.custodian_id == one.custodian_id and about.closed_on is None
        late = select(handover_offer.c.id).where(
            handover_offer.c.offered_on <= world.today - timedelta(days=35), handover_offer.c.answer.is_(None)
        )
        assert tx.execute(late).first() is not None
        assert tx.execute(select(incident)).all() == []
        seen = {one.row.student_id for one in leavers(tx, tree_of(tx).nodes, world.today)}
        assert seen, "the season of graduation sees who leaves"
