"""The paper behind an act: its type, its number from the register of who issued it, and where it is kept.

Several cases may stand on one paper (one resolution that names three persons): the same number, type and
date in the same register is the same paper. Without a number the act shows as "chờ văn bản".
"""

import re

from sqlalchemy import select

from engine.documents import add_document
from engine.errors import Conflict, InvalidAnswers
from workflows.admission.acting import Acting
from workflows.admission.unions import of_outside_union
from workflows.documents.catalogue import papers
from workflows.documents.records import issued_number
from workflows.documents.registers import next_number

FOREIGN = frozenset(
    {"verification_reply", "opinion_reply", "application_letter", "personal_history", "complaint_letter"}
    | {"consent_paper", "withdrawal_letter", "self_review", "helper_remark"}
)  # written by others: their number, if any, is not of our registers


PERSONAL = frozenset(
    {"admission_decision", "recognition_decision", "strike_off_decision", "annulment_decision"}
    | {"awareness_certificate", "new_member_certificate", "under_consideration_certificate"}
    | {"formal_transfer_letter", "temporary_transfer_letter", "internal_transfer_letter"}
)  # issued to one person: their number is never that of somebody else's paper


def number_paper(acting: Acting, type: str | None) -> None:
    """Take the number that the paper bears into its register, or the next one where that was asked for."""
    typed, wants_next = acting.answers.get("number"), acting.answers.get("take_number")
    if typed:
        acting.number = str(typed)
    if (
        type is None
        or acting.organisation_id is None
        or not papers()[type].numbered
        or _foreign(acting, type)
    ):
        return
    if not typed and not wants_next:
        return
    if typed and _same_paper(acting, type, str(typed)):
        return
    try:
        acting.number = _take(acting, type)
    except (InvalidAnswers, Conflict):
        if not acting.before_system:
            raise  # numbers of the past may be of any form, and taken


def _take(acting: Acting, type: str) -> str:
    typed = acting.answers.get("number")
    taken = next_number(
        acting.tx,
        acting.organisation_id or acting.case.custodian_id,
        None,
        type,
        on=acting.on,
        by=acting.by,
        now=acting.now,
        wanted=str(typed) if typed else None,
        case_id=acting.case.id,
    )
    return taken.text


def keep_paper(acting: Acting, type: str | None) -> int | None:
    """The row of the paper, once its act is recorded."""
    if type is None:
        return None
    number = add_document(
        acting.tx,
        case_id=acting.main_case_id,
        subject_id=acting.student_id,
        type=type,
        number=acting.number,
        on=acting.on,
        organisation_id=None if _foreign(acting, type) else acting.organisation_id,
        title=papers()[type].title,
        original=True,
        place=acting.answers.get("place"),
        by=acting.by,
        now=acting.now,
        before_system=acting.before_system,
    )
    acting.facts |= {"document": number}
    return number


def _foreign(acting: Acting, type: str) -> bool:
    """A paper of somebody else's, with a number of theirs: never in our registers."""
    return type in FOREIGN or of_outside_union(acting)


def _same_paper(acting: Acting, type: str, typed: str) -> bool:
    """Is this number already the one of a paper of that type and day?"""
    found = re.search(r"(\d+)([a-zđ]?)", typed.lower())
    query = select(issued_number.c.number, issued_number.c.suffix).where(
        issued_number.c.organisation_id == acting.organisation_id,
        issued_number.c.type == type,
        issued_number.c.on == acting.on,
    )
    if type in PERSONAL:
        query = query.where(issued_number.c.case_id == acting.case.id)
    taken = {tuple(row) for row in acting.tx.execute(query)}
    return found is not None and (int(found[1]), found[2]) in taken
