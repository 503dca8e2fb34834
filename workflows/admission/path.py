"""The path that every act takes, adoption's included: answers, law, business rows, the model, paper, notice.

The order is that of the architecture (§3). The caller opens the transaction; nothing here commits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError
from sqlalchemy import bindparam, select, update

from engine import cases, stepping
from engine.errors import Conflict, InvalidAnswers, NotLawful, Text
from engine.records import case, clock
from engine.rows import CaseRow, Done, TaskRow
from engine.stepping import hold_case
from engine.time import day_of
from engine.transactions import Transaction
from workflows.admission import guards, helper_change, notices, votes
from workflows.admission.acting import Acting, record_act, standing_in
from workflows.admission.dates import check_day, check_late, earliest
from workflows.admission.forms import FORMS
from workflows.admission.papers import keep_paper, number_paper
from workflows.admission.picks import refuse_unknown
from workflows.admission.steps import Step
from workflows.admission.unions import form_at
from workflows.rules.editions import edition_on
from workflows.rules.queries import calendar_of
from workflows.transfers import following

ON_PAPER = frozenset({"number", "addresses", "givers"})  # what a paper of the past must still say


@dataclass(frozen=True)
class Confirmation:
    """Who stands behind a vote: the second person, or why there is none."""

    how: str  # two_persons | one_person | superior | paper | none
    by: int | None = None
    vote_id: int | None = None
    for_user: int | None = None  # whom the second person stands in for as a deputy


def begin(
    tx: Transaction,
    found: TaskRow,
    answers: Mapping[str, Any],
    *,
    by: int | None,
    now: datetime,
    on_behalf_of: int | None = None,
    for_user: int | None = None,
    before_system: bool = False,
    written_at: datetime | None = None,
) -> Acting:
    """Check the answers of a form and its dates; gives the act, not yet recorded.

    `written_at`: when the first person wrote what is confirmed only now; lateness counts to that day.
    """
    form = FORMS[found.element] if before_system else form_at(tx, found)
    read = read_answers(found.element, answers, before_system=before_system, form=form)
    held = hold_case(tx, found.case_id)  # from here on nobody else moves this case
    if held is None:
        raise Conflict
    case, on, today = held.row, read["on"], day_of(now)
    check_day(on, today, earliest(tx, case, found))
    edition, calendar = edition_on(on), calendar_of(tx)
    written = day_of(written_at or now)
    late = check_late(on, written, read.get("late_reason"), edition, calendar, before_system=before_system)
    acting = Acting(
        tx=tx,
        case=case,
        element=found.element,
        on=on,
        by=by,
        now=now,
        edition=edition,
        calendar=calendar,
        answers=read,
        outcome=read.get("outcome"),
        task_id=found.id,
        item=found.item,
        organisation_id=found.organisation_id,
        on_behalf_of=on_behalf_of,
        for_user=for_user,
        before_system=before_system,
        late=late,
    )
    refuse_unknown(acting)
    return acting


def propose(acting: Acting, found: TaskRow, step: Step) -> Done:
    """The first person's figures wait; the step stays open and says so."""
    refuse_unlawful(acting, step)
    number = votes.propose(acting)
    notices.tell_confirmation(acting.tx, found, number, now=acting.now)
    return Done(acting.case, found, [], repeated=False, seq=0)


def perform(
    acting: Acting, found: TaskRow, step: Step, confirmation: Confirmation, request_key: str | None = None
) -> Done:
    """Record a step and run the model on. The part of the path that adoption shares."""
    tx = acting.tx
    refuse_unlawful(acting, step)
    kind = step.paper_of(acting)
    number_paper(acting, kind)
    record_act(
        acting,
        confirmed_by=confirmation.by,
        confirmed_for=confirmation.for_user,
        confirmation=confirmation.how,
    )
    record_ballot(acting, confirmation)
    step.deed(acting)
    keep_paper(acting, kind)
    done = cases.complete_task(
        tx,
        found.id,
        acting.outcome,
        on=acting.on,
        by=confirmation.by or acting.by,
        now=acting.now,
        facts=journal_facts(acting, confirmation),
        request_key=request_key,
        edition=acting.edition.name,
        on_behalf_of=acting.on_behalf_of,
    )
    name_clocks(acting, done.seq)
    helper_change.settle(acting, done.case)
    following.settle(acting, done.case)
    if step.parallel:  # only beside each other can one step close another
        votes.withdraw_closed(tx, done.case.id)
    if not acting.before_system:
        opened = [task for case_id in acting.opened_in for task in cases.open_tasks(tx, case_id)]
        notices.tell_opened(tx, [*done.opened, *opened], now=acting.now)
    return done


def record_ballot(acting: Acting, confirmation: Confirmation) -> None:
    """The vote behind the act: the pending one that was confirmed, or one that stands at once."""
    if not votes.taken(acting.element, acting.outcome):
        return
    if confirmation.vote_id is not None:
        votes.stand(acting, confirmation.vote_id, confirmed_by=confirmation.by or 0)
        return
    if acting.before_system and acting.answers.get("votes_for") is None:
        return  # the paper kept the result without its figures
    votes.withdraw(acting.tx, acting.task_id)
    votes.record_vote(acting, status="standing")


def journal_facts(acting: Acting, confirmation: Confirmation) -> dict[str, Any]:
    """Ids and words only: the journal is never erased, so nothing personal goes into it."""
    facts = dict(acting.facts)
    if confirmation.how != "none":
        facts |= {"confirmation": confirmation.how}
    if confirmation.by is not None:
        facts |= {"proposed_by": acting.by}  # the entry itself names the second person
        facts |= {"proposed_for": facts.pop("for_user")} if "for_user" in facts else {}
        facts |= standing_in(confirmation.for_user)
    if acting.before_system:
        facts |= {"before_system": True}
    if acting.late:
        facts |= {"late": True}
    return facts


_NAME_CLOCK = update(clock).where(clock.c.id == bindparam("of_clock")).values(act_seq=bindparam("to_seq"))


def name_clocks(acting: Acting, seq: int) -> None:
    """Clocks that the act started name its journal entry."""
    if acting.clocks:
        named = [{"of_clock": one, "to_seq": seq} for one in acting.clocks]
        acting.tx.execute(_NAME_CLOCK, named if len(named) > 1 else named[0])


def refuse_unlawful(acting: Acting, step: Step) -> None:
    found = guards.unmet(acting, step.guards)
    if found:
        raise NotLawful(found)


def read_answers(
    element: str,
    answers: Mapping[str, Any],
    *,
    before_system: bool = False,
    form: type[Schema] | None = None,
) -> dict[str, Any]:
    """The answers of a form, typed; every fault by its field. Of the past only numbers are insisted on."""
    asked: Any = (form or FORMS[element])()
    if before_system:
        asked.needed = {name: words for name, words in asked.needed.items() if name in ON_PAPER}
    try:
        read: dict[str, Any] = asked.load(dict(answers))
    except ValidationError as error:
        raise InvalidAnswers(faults_of(error.messages)) from None
    return read


def faults_of(messages: Any) -> dict[str, list[Text]]:
    """marshmallow's nested messages as field → texts; a row's field is named `items.0.wanted`."""
    found: dict[str, list[Text]] = {}

    def walk(name: str, value: Any) -> None:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                walk(f"{name}.{key}" if name else str(key), inner)
            return
        for one in value if isinstance(value, list) else [value]:
            found.setdefault(name, []).append(one if isinstance(one, Text) else Text(str(one)))

    walk("", messages)
    return found


_PARENT = select(case.c.parent_id).where(case.c.id == bindparam("case"))


def find_task(tx: Transaction, task_id: int) -> TaskRow | None:
    """An open task; None once it is done. A writing transaction holds its case first, so that of two people
    at once the second finds it done, whatever was asked in between."""
    found = stepping.find_task(tx, task_id)
    if found is None or not tx.writing or found.case_id in tx.held:
        return found
    # An admission is held before what hangs under it, always in this order: so nobody waits for each other.
    case_id = found.case_id
    parent_id = tx.execute(_PARENT, {"case": case_id}).scalar()
    for one in (parent_id, case_id):
        if one is not None:
            hold_case(tx, one)
    return stepping.find_task(tx, task_id)


def same_version(case: CaseRow, case_version: int | None) -> None:
    """Somebody changed the case since the page was shown."""
    if case_version is not None and case_version != case.version:
        raise Conflict
