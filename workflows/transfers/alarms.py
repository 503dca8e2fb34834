"""What must not lie where nobody looks: a person taken over, whose new cell met and named no helper."""

from datetime import date, datetime
from typing import Final

from engine.jobs import Done
from engine.outbox import tell
from engine.sweeping import sweep
from engine.time import day_of
from engine.transactions import Store, Transaction
from workflows.organisations.queries import tree_of
from workflows.transfers.queries import Unhelped, waiting_for_helper

JOB: Final = "raise_unhelped"


def raise_unhelped(store: Store, now: datetime) -> Done:
    """After the first meeting the organisation above the cell is told, after each further one the next."""
    on = day_of(now)
    with store.transaction(writing=False) as tx:
        waiting = {one.case_id: one for one in waiting_for_helper(tx, on)}

    def tell_of(tx: Transaction, case_id: int) -> bool:
        return _tell(tx, waiting[case_id], on, now)

    return sweep(store, list(waiting), tell_of, job=JOB, now=now)


def _tell(tx: Transaction, one: Unhelped, on: date, now: datetime) -> bool:
    tree = tree_of(tx)
    cell = tree.standing(one.cell_id, on)
    above = tree.ancestors_on(cell, on) or [cell]
    return tell(
        tx,
        f"unhelped:{one.case_id}:{one.meeting_on.isoformat()}",
        "handover_unhelped",
        to_organisation=above[min(one.meetings, len(above)) - 1],
        case_id=one.case_id,
        facts={"organisation": cell, "meeting_on": one.meeting_on.isoformat()},
        now=now,
    )
