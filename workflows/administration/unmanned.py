"""Open tasks that nobody may do: the organisation has accounts, but none in a position of the step, and
nobody may type its paper; or nobody up to the root has an account. Its administrator is told, once a month.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select

from engine.jobs import Done
from engine.outbox import tell
from engine.records import case, task
from engine.time import day_of
from engine.transactions import Store, Transaction
from workflows.access.permissions import CLERKS, HELPER
from workflows.access.queries import BY_PAPER
from workflows.access.standing_in import on_day
from workflows.admission.steps import STEPS
from workflows.desk.untold import ELEMENTS, VERIFICATION
from workflows.organisations.queries import tree_of
from workflows.organisations.tree import Tree
from workflows.people.records import position, user_account

Held = Mapping[int, Collection[str]]  # organisation → positions of those there who can sign in


class Unmanned(NamedTuple):
    """So many open tasks of one step that wait with an organisation where nobody may do them."""

    organisation_id: int
    element: str
    tasks: int


def unmanned(tx: Transaction, on: date) -> list[Unmanned]:
    """By the same rules as the rights of a task; one statement for the tasks, one for all accounts."""
    tree, held, found = tree_of(tx), _held(tx, on), defaultdict[tuple[int, str], int](int)
    owing = func.coalesce(task.c.organisation_id, case.c.custodian_id).label("owing")
    columns = (owing, task.c.element, task.c.lane, case.c.custodian_id)
    query = select(*columns, func.count().label("tasks")).join(case, case.c.id == task.c.case_id)
    for row in tx.execute(query.group_by(*columns)):
        if not _somebody(tree, held, row, on):
            element = VERIFICATION if row.element in ELEMENTS else row.element  # how one stands is not told
            found[row.owing, element] += row.tasks
    return [Unmanned(*mark, tasks) for mark, tasks in sorted(found.items())]


def _held(tx: Transaction, on: date) -> Held:
    """A deputy sits in the very seat stood in for, while both rows hold."""
    original = position.alias("original")
    rows = tx.execute(
        select(
            func.coalesce(original.c.organisation_id, position.c.organisation_id).label("organisation_id"),
            func.coalesce(original.c.position, position.c.position).label("position"),
        )
        .select_from(position)
        .join(user_account, user_account.c.id == position.c.user_id)
        .outerjoin(original, original.c.id == position.c.deputises_id)
        .where(on_day(position, on), user_account.c.active.is_(True), user_account.c.password.is_not(None))
        .where(or_(position.c.deputises_id.is_(None), on_day(original, on)))
        .distinct()
    )
    found = defaultdict[int, set[str]](set)
    for row in rows:
        found[row.organisation_id].add(row.position)
    return found


def _somebody(tree: Tree, held: Held, row: Any, on: date) -> bool:
    """Whether somebody there holds a position of the step; else whether somebody may type the paper."""
    step, node = STEPS.get(row.element), tree.nodes.get(row.owing)
    here = set(held.get(row.owing, ()))
    if step is None or here & step.prepare_at(node.kind if node is not None else None):
        return True
    if here and row.lane not in BY_PAPER:
        return False
    line = [row.owing, *tree.ancestors_on(row.owing, on)]
    desk = next((one for one in line if held.get(one)), None)
    typing = {row.custodian_id, tree.parent_on(row.custodian_id, on), desk} - {row.owing, None}
    return any(set(held.get(one, ())) & (CLERKS | HELPER) for one in typing)


def raise_unmanned(store: Store, now: datetime) -> Done:
    """Tells the administrator nearest above, who can give somebody the position that is missing."""
    on, told = day_of(now), 0
    with store.transaction() as tx:
        for one in unmanned(tx, on):
            facts = {"organisation": one.organisation_id, "element": one.element, "count": one.tasks}
            key = f"unmanned:{one.organisation_id}:{one.element}:{on:%Y-%m}"
            told += tell(tx, key, "unmanned", to_organisation=one.organisation_id, facts=facts, now=now)
    return Done(told)
