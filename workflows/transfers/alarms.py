"""What must not lie where nobody looks: a person taken over, whose new cell met and named no helper."""

from datetime import datetime

from engine.jobs import Done
from engine.outbox import tell
from engine.time import day_of
from engine.transactions import Store
from workflows.organisations.queries import tree_of
from workflows.transfers.queries import waiting_for_helper


def raise_unhelped(store: Store, now: datetime) -> Done:
    """After the first meeting the organisation above the cell is told, after each further one the next."""
    on, told = day_of(now), 0
    with store.transaction() as tx:
        tree = tree_of(tx)
        for one in waiting_for_helper(tx, on):
            cell = tree.standing(one.cell_id, on)
            above = tree.ancestors_on(cell, on) or [cell]
            key = f"unhelped:{one.case_id}:{one.meeting_on.isoformat()}"
            told += tell(
                tx,
                key,
                "handover_unhelped",
                to_organisation=above[min(one.meetings, len(above)) - 1],
                case_id=one.case_id,
                facts={"organisation": cell, "meeting_on": one.meeting_on.isoformat()},
                now=now,
            )
    return Done(told)
