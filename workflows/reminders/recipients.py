"""Who of an organisation is told: those who may act there, else those at the nearest desk above it.

An organisation without accounts is answered for by whoever stands in, as its tasks are (`standing_in`).
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import select

from engine.transactions import Transaction
from workflows.access.permissions import HELPER, PARTY
from workflows.access.standing_in import Able, able_at
from workflows.admission.records import helper_assignment
from workflows.admission.steps import STEPS
from workflows.organisations.queries import tree_of
from workflows.people.records import user_account
from workflows.reminders.texts import DUE, WORK, Kind

# Who is named first where nobody has taken the task: who heads the office, then who works there.
RANKS: Final = (
    "secretary",
    "union_secretary",
    "centre_officer",
    "officer",
    "deputy_secretary",
    "committee_member",
)


def positions_of(kind: Kind, element: str | None, of: str | None = None) -> frozenset[str]:
    """Whoever prepares the step; for a message about no step, whoever the kind says.

    `of`: the kind of the organisation that is told.
    A helper sees tasks of the helper's lane only, even where the helper's word would do in another.
    """
    step = STEPS.get(element or "")
    if step is None or kind.group not in (WORK, DUE):
        return kind.positions
    acting = step.prepare_at(of) | step.confirm_at(of)
    return acting if step.lane == "helper" else acting - HELPER


def people_of(
    tx: Transaction, organisation_id: int, positions: Iterable[str], case_id: int | None, on: date
) -> list[int]:
    """Users to tell on the day. Of helpers only the one of this case: they see nobody else's candidate."""
    wanted = frozenset(positions)
    line = [organisation_id, *tree_of(tx).ancestors_on(organisation_id, on)]
    found: list[int] = []
    for one in line:
        found = [able.user_id for able in _able(tx, one, wanted - HELPER, on)]
        if found:
            break
    helpers = helpers_of(tx, case_id) if case_id is not None and wanted & HELPER else []
    return list(dict.fromkeys((*helpers, *found)))


def in_charge(
    tx: Transaction, organisation_id: int, positions: frozenset[str], assignee_id: int | None, on: date
) -> list[int]:
    """Who has the task in hand, else who heads the office; with whoever stands in for that person."""
    able = _able(tx, organisation_id, (positions | PARTY) - HELPER, on)
    chief = assignee_id if any(one.user_id == assignee_id for one in able) else _chief(able, positions)
    if chief is None:
        return []
    return [chief, *(one.user_id for one in able if one.stands_in_for == chief and one.user_id != chief)]


def helpers_of(tx: Transaction, case_id: int) -> list[int]:
    """The account of the member who helps the candidate of the case now, where there is one."""
    query = (
        select(user_account.c.id)
        .join(helper_assignment, helper_assignment.c.member_id == user_account.c.member_id)
        .where(helper_assignment.c.case_id == case_id, helper_assignment.c.valid_to.is_(None))
        .where(user_account.c.active.is_(True), user_account.c.password.is_not(None))
        .order_by(user_account.c.id)
    )
    return list(tx.execute(query).scalars())


def _chief(able: Iterable[Able], positions: frozenset[str]) -> int | None:
    ranked = [one for one in able if one.position in positions and one.position in RANKS]
    ranked.sort(key=lambda one: (one.stands_in_for is not None, RANKS.index(one.position)))
    return ranked[0].user_id if ranked else None


def _able(tx: Transaction, organisation_id: int, positions: frozenset[str], on: date) -> list[Able]:
    asked = ("reminders.able", organisation_id, positions, on)
    return tx.once(asked, lambda: able_at(tx, organisation_id, positions, on))
