"""What the model of a handover asks: the person's standing, how far the move goes, how long, what is left.

The verbs of its service tasks, each under its element's name. None of them writes anything.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from engine import cases
from engine.rows import CaseRow
from engine.transactions import Transaction
from workflows.admission import history, mentoring
from workflows.admission.membership import member_with
from workflows.organisations import chain
from workflows.organisations.kinds import BASE_COMMITTEES, TWO_LEVEL_208
from workflows.organisations.queries import tree_of
from workflows.organisations.resolution import answering
from workflows.organisations.tree import Tree
from workflows.people.members import place_of
from workflows.transfers.records import handover
from workflows.transfers.words import MEMBERS

# Stage of the open admission → the person's standing; candidacy depends on whether the cell recognised.
OF_STAGE: Mapping[str, str] = {
    "source_building": "new",
    "union_nomination": "new",
    "awareness_class": "helped",
    "file_building": "helped",
    "file_checks": "helped",
    "admission_vote": "helped",
    "refusal": "helped",
    "committee_chain": "voted",
    "decision": "submitted",
    "ceremony": "decided",
    "probation": "probationary",
    "probation_review": "probationary",
    "recognition": "probationary",
    "strike_off": "probationary",
    "annulment": "probationary",
}

_ROW = select(handover).where(handover.c.case_id == bindparam("handover"))
RECOGNITION, CEREMONY = ("cell_recognition",), ("admission_ceremony",)


def row_of(tx: Transaction, handover_id: int) -> Any:
    """What the forms of a handover have said so far."""
    return tx.once(
        ("handover", handover_id), lambda: tx.execute(_ROW, {"handover": handover_id}).one(), handover
    )


def standing_of(tx: Transaction, student_id: int, admission: CaseRow | None, on: date) -> str | None:
    """The person's standing on a day; None for one who is neither on the road nor a member."""
    if admission is not None and admission.closed_on is None:
        return _on_the_road(tx, admission)
    found = member_with(tx, student_id)
    place = place_of(tx, found, on) if found is not None else None
    if place is None:
        return None
    return "probationary" if place[1] == "probationary" else "official"


def _on_the_road(tx: Transaction, admission: CaseRow) -> str:
    stage, recognised, met = admission.stage or "", False, False
    if stage == "candidacy":
        recognised = history.latest(tx, admission.id, *RECOGNITION, outcomes=("recognised",)) is not None
    if stage == "annulment":
        met = history.latest(tx, admission.id, *CEREMONY) is not None
    return on_the_road(stage, admission.words, recognised=recognised, met=met)


def on_the_road(stage: str, words: Mapping[str, Any], *, recognised: bool, met: bool) -> str:
    """By the stage; `recognised`: by the cell, `met`: the ceremony was held. Pure."""
    if stage == "candidacy":
        return "helped" if recognised else "new"
    if stage == "decision" and words.get("decided_by") == "plenum":
        return "voted"  # a delegated committee keeps the file: nothing was sent up
    if stage == "annulment" and not met:
        return "decided"
    return OF_STAGE[stage]


def admission_of(tx: Transaction, row: Any) -> CaseRow | None:
    """The admission that was open when the handover began, as it stands now."""
    return cases.find_case(tx, row.admission_id) if row.admission_id is not None else None


def transfer_standing(tx: Transaction, case: CaseRow, on: date) -> str:
    row = row_of(tx, case.id)
    return standing_of(tx, case.subject_id, admission_of(tx, row), on) or "official"


def transfer_reach(tx: Transaction, case: CaseRow, on: date) -> str:
    row = row_of(tx, case.id)
    return reach(tree_of(tx), case.custodian_id, row.receiver_id, on)


def reach(tree: Tree, sender: int, receiver: int | None, on: date) -> str:
    """same_committee: inside one grassroots organisation; same_deciding: the deciding committee stays."""
    if receiver is None:
        return "elsewhere"
    sender, receiver = tree.standing(sender, on), tree.standing(receiver, on)
    if grassroots_of(tree, sender, on) == grassroots_of(tree, receiver, on):
        return "same_committee"
    return (
        "same_deciding" if deciding_of(tree, sender, on) == deciding_of(tree, receiver, on) else "elsewhere"
    )


def grassroots_of(tree: Tree, organisation_id: int, on: date) -> int | None:
    """The grassroots organisation that something belongs to: its nearest committee at the base, or the cell
    alone; since QĐ 208 the commune's own (`regulations` §1.3)."""
    if chain.regime_word(tree, organisation_id, on) == TWO_LEVEL_208:
        return deciding_of(tree, organisation_id, on)
    for one in (organisation_id, *tree.ancestors_on(organisation_id, on)):
        if tree.nodes[one].kind in BASE_COMMITTEES:
            return one
    return organisation_id


def deciding_of(tree: Tree, organisation_id: int, on: date) -> int | None:
    """The committee that decides there; the organisation itself where it does."""
    place = tree.place_on(organisation_id, on)
    if place is not None and place.decided_by:
        return organisation_id
    return answering(tree, "deciding_committee", organisation_id, on)


def transfer_term(tx: Transaction, case: CaseRow, on: date) -> str:
    return str(row_of(tx, case.id).term or "lasting")


def after_arrival(tx: Transaction, case: CaseRow, on: date) -> str:
    """return: a temporary transfer waits for the way back; helper: the new cell still has to name one."""
    if case.words.get("variant") == "temporary":
        return "return"
    admission = admission_of(tx, row_of(tx, case.id))
    if admission is None or admission.closed_on is not None or not helped(tx, admission):
        return "closed"
    return "closed" if mentoring.current(tx, admission.id) is not None else "helper"


def helped(tx: Transaction, admission: CaseRow) -> bool:
    """Whether the road has come to where somebody helps: not before the cell has recognised the candidate."""
    return _on_the_road(tx, admission) != "new"


SERVICES: Mapping[str, Callable[[Transaction, CaseRow, date], str]] = {
    verb.__name__: verb for verb in (transfer_standing, transfer_reach, transfer_term, after_arrival)
}
LABELS: Mapping[str, str] = {
    "transfer_standing": "Tra tình trạng của người chuyển đi",
    "transfer_reach": "Tra phạm vi chuyển",
    "transfer_term": "Tra thời hạn chuyển",
    "after_arrival": "Tra việc còn lại ở nơi mới",
}


def is_member(standing: str | None) -> bool:
    return standing in MEMBERS
