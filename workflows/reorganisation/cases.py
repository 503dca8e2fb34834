"""The cases under a plan: whose they are from now on, and which steps the new chain does not have.

What is left is computed from the tables each time, so that a killed run goes on where it was: a case moved is
no longer with an organisation that went, a step dropped is no longer open.
"""

from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlalchemy import or_, select

from engine.among import among
from engine.models.store import model_of, specs_of
from engine.records import case, task
from engine.transactions import Transaction
from workflows.administration.placing import misplaced
from workflows.desk.cases import LISTED
from workflows.organisations.chain import chain
from workflows.organisations.queries import tree_of
from workflows.people.records import student
from workflows.reorganisation.going import Going
from workflows.transfers.records import custody

REARRANGED: Final = "rearranged"  # the message of the models, and the element of the act
# Step → the word of the approval chain that says whether it is needed, or by which body it is decided.
LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "section_appraisal": "needs_section",
        "committee_resolution": "needs_committee",
        "admission_decision": "decided_by",
        "section_review": "needs_section",
        "committee_review": "needs_committee",
        "recognition_decision": "decided_by",
        "strike_off_resolution": "needs_committee",
        "strike_off_decision": "decided_by",
    }
)
# Dropped step → where it leads by the word of the next level: needed, not needed. Others are decided anew.
AHEAD: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "section_appraisal": ("committee_resolution", "board_appraisal"),
        "committee_resolution": ("board_appraisal", "board_appraisal"),
        "section_review": ("committee_review", "recognition_appraisal"),
        "committee_review": ("recognition_appraisal", "recognition_appraisal"),
        "strike_off_resolution": ("strike_off_decision", "strike_off_decision"),
    }
)
PREFIX: Final = "chain_"


class CaseLeft(NamedTuple):
    """A case that the plan still has to touch. `dropped`: its open step that the new chain does not have.

    `listed` is False for one that ended with "not now": it moves along and stands in no figure.
    """

    case_id: int
    subject_id: int
    stage: str | None
    from_id: int
    to_id: int
    closed: bool
    listed: bool
    dropped: str | None
    leads_to: str | None
    tasks: int


_NOTHING: Final = (None, None)


class _Open(NamedTuple):
    id: int
    subject_id: int
    stage: str | None
    custodian_id: int
    closed: bool
    listed: bool


def left(tx: Transaction, goings: Collection[Going], touched: Collection[int], on: date) -> list[CaseLeft]:
    """Every case that is to change hands, lose a step, or has tasks with somebody who no longer owes them."""
    custodians = destinations(tx, goings, on)
    dropped = _dropped(tx, custodians, touched, on)
    tasks: dict[int, int] = {}
    for one in misplaced(tx, tree_of(tx), on, custodians=custodians):
        tasks[one.case_id] = tasks.get(one.case_id, 0) + 1
    rows = _rows(tx, {*custodians, *dropped, *tasks})
    return [
        CaseLeft(
            row.id,
            row.subject_id,
            row.stage,
            row.custodian_id,
            custodians.get(row.id, row.custodian_id),
            row.closed,
            row.listed,
            dropped.get(row.id, _NOTHING)[0],
            dropped.get(row.id, _NOTHING)[1],
            tasks.get(row.id, 0),
        )
        for row in rows
    ]


def _rows(tx: Transaction, ids: Collection[int]) -> list[_Open]:
    c = case.c
    columns = (c.id, c.subject_id, c.stage, c.custodian_id, c.closed_on.is_not(None), LISTED)
    query = select(*columns).where(among(c.id, "ids")).order_by(c.id)
    return [_Open(*tuple(row)) for row in tx.execute(query, {"ids": list(ids)})]


def destinations(tx: Transaction, goings: Collection[Going], on: date) -> dict[int, int]:
    """Case → who answers for it from now on, for every case that is with an organisation that gives it up.

    A listed case before its class, its class before the rest; a side process goes with its admission.
    """
    found: dict[int, int] = {}
    tree = tree_of(tx)
    for going in goings:
        for row in _held_by(tx, going.organisation_id):
            admission = row.parent_id or row.id
            to = going.cases.get(admission, going.classes.get(row.class_name or "", going.rest))
            if to is None and going.ends:
                to = tree.standing(going.organisation_id, on)
            if to is not None and (to := tree.standing(to, on)) != going.organisation_id:
                found[row.id] = to
    return found


def _held_by(tx: Transaction, organisation_id: int) -> list[Any]:
    """Open cases there, and closed ones of people for whom it answers still."""
    c = case.c
    latest = (
        select(custody.c.organisation_id)
        .where(custody.c.student_id == c.subject_id)
        .order_by(custody.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(c.id, c.parent_id, student.c.class_name)
        .outerjoin(student, student.c.id == c.subject_id)
        .where(c.custodian_id == organisation_id)
        .where(or_(c.closed_on.is_(None), latest == organisation_id))
    )
    return list(tx.execute(query.order_by(c.id)))


def _dropped(
    tx: Transaction, custodians: Mapping[int, int], touched: Collection[int], on: date
) -> dict[int, tuple[str, str]]:
    """Case → its open step that the chain of the day does not have and where it leads, as far as the plan
    concerns it."""
    query = (
        select(task.c.case_id, task.c.element, case.c.custodian_id, case.c.words, case.c.model_id)
        .join(case, case.c.id == task.c.case_id)
        .where(task.c.element.in_(list(LEVELS)))
    )
    found = {}
    for row in tx.execute(query).all():
        custodian = custodians.get(row.case_id, row.custodian_id)
        if custodian not in touched and row.case_id not in custodians:
            continue
        words = levels(tx, row.model_id, custodian, on)
        if words is not None and is_dropped(row.element, row.words, words):
            found[row.case_id] = row.element, leads_to(row.element, words)
    return found


def levels(tx: Transaction, model_id: int, custodian_id: int, on: date) -> dict[str, str] | None:
    """What the approval chain says for a cell by its case's own models; None where those take no message."""

    def ask() -> dict[str, str] | None:
        specs = specs_of(tx, model_of(tx, model_id))
        if REARRANGED not in specs.word_index:
            return None  # begun on older models: the step goes on with whoever owes it now
        told = {
            f"{PREFIX}{name}": word for name, word in chain(tree_of(tx), custodian_id, on)._asdict().items()
        }
        return specs.decisions["approval_chain"].decide(told)

    key = ("reorganisation.levels", tree_of(tx).version, model_id, custodian_id, on)
    if key not in tx.notes:
        tx.notes[key] = ask()
    answer: dict[str, str] | None = tx.notes[key]
    return answer


def is_dropped(element: str, before: Mapping[str, Any], now: Mapping[str, str]) -> bool:
    """A level that is not needed any more, or a decision that another body takes."""
    word = LEVELS[element]
    if word == "decided_by":
        return bool(before.get(word)) and now[word] != before[word]
    return now[word] == "no"


def leads_to(element: str, now: Mapping[str, str]) -> str:
    """What is resolved stays: on to the next level of the new chain, never back to the cell."""
    needed, skipped = AHEAD.get(element, (element, element))
    return needed if now["needs_committee"] == "yes" else skipped


def people_left(tx: Transaction, goings: Collection[Going], on: date) -> dict[int, int]:
    """Person → who answers from now on, for those without any case there for whom it still answered."""
    later = custody.alias("later")
    newer = select(later.c.id).where(later.c.student_id == custody.c.student_id, later.c.seq > custody.c.seq)
    tree, found = tree_of(tx), {}
    for going in goings:
        query = (
            select(custody.c.student_id, student.c.class_name)
            .join(student, student.c.id == custody.c.student_id)
            .where(custody.c.organisation_id == going.organisation_id, ~newer.exists())
            .order_by(custody.c.student_id)
        )
        for row in tx.execute(query):
            to = going.classes.get(row.class_name or "", going.rest)
            if to is not None:
                found[row.student_id] = tree.standing(to, on)
    return found
