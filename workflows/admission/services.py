"""The verbs of the models' service tasks: each reads the tables and answers with one word, or a list of ids.

Verb and word bear the element's name (see the models); none of them writes anything.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from engine.belonging import Belonging
from engine.rows import CaseRow
from engine.transactions import Transaction
from workflows.admission import certificates, history
from workflows.admission.records import ceremony, opinion_request, verification_request
from workflows.organisations.chain import deciding_committee
from workflows.organisations.queries import chain_of, tree_of
from workflows.rules.ages import add_months
from workflows.rules.deadlines import RULES
from workflows.rules.editions import edition_on
from workflows.transfers import custody

Verb = Callable[[Transaction, CaseRow, date], str | list[int]]


def candidate_standing(tx: Transaction, case: CaseRow, on: date) -> str:
    """A cell that recognised the candidate before need not do it again (a change of unit carries it over)."""
    return (
        "recognised" if history.latest(tx, case.id, "cell_recognition", outcomes=("recognised",)) else "new"
    )


def check_certificate(tx: Transaction, case: CaseRow, on: date) -> str:
    return certificates.standing(tx, case.subject_id, on)


def file_state(tx: Transaction, case: CaseRow, on: date) -> str:
    """Application and history that both committees have sealed are kept."""
    sealed = history.latest(tx, case.id, "committee_precheck")
    return "kept" if sealed is not None and sealed.outcome == "sealed" else "new"


def checks_state(tx: Transaction, case: CaseRow, on: date) -> str:
    """A certified conclusion that is fresh, and made where the candidate still is, need not be made again."""
    found = history.conclusion(tx, case.id, on)
    return "concluded" if found is not None and not history.moved_after(tx, case.id, found.id) else "open"


VERIFICATIONS = Belonging(verification_request, "case_id")
OPINIONS = Belonging(opinion_request, "case_id")


def ahead(tx: Transaction, cases: Sequence[CaseRow]) -> None:
    """Reads what the verbs below ask of these cases, for all of them at once."""
    ids = [case.id for case in cases]
    for rows in (history.ACTS, VERIFICATIONS, OPINIONS):
        rows.read_ahead(tx, ids)
    certificates.CERTIFICATES.read_ahead(tx, [case.subject_id for case in cases])


def verifications_of_round(tx: Transaction, case: CaseRow, on: date) -> list[Any]:
    """The requests that count in the present round of checks."""
    since = history.checks_round(tx, case.id, on)
    found = VERIFICATIONS.to(tx, case.id)
    return [row for row in found if row.replaced_by_id is None and row.act_id > since]


def opinions_of_round(tx: Transaction, case: CaseRow, on: date) -> list[Any]:
    """Opinions count within a round of checks and within one unit: a new unit asks its own places."""
    since = max(history.checks_round(tx, case.id, on), history.last_move(tx, case.id))
    return [row for row in OPINIONS.to(tx, case.id) if row.act_id > since]


def verification_plan(tx: Transaction, case: CaseRow, on: date) -> str:
    since = history.checks_round(tx, case.id, on)
    planned = history.latest(tx, case.id, "send_verifications", after=since)
    return "sent" if planned is not None else "none_sent"


def list_verifications(tx: Transaction, case: CaseRow, on: date) -> list[int]:
    return [row.id for row in verifications_of_round(tx, case, on) if row.answered_on is None]


def judge_verification(tx: Transaction, case: CaseRow, on: date) -> str:
    """Adverse before unclear before clear; what the committee has weighed and accepted is settled."""
    answers = {row.answer for row in verifications_of_round(tx, case, on) if row.weighed != "accepted"}
    return next((word for word in ("adverse", "unclear") if word in answers), "clear")


def opinion_plan(tx: Transaction, case: CaseRow, on: date) -> str:
    return "sent" if opinions_of_round(tx, case, on) else "none_sent"


def list_opinions(tx: Transaction, case: CaseRow, on: date) -> list[int]:
    return [row.id for row in opinions_of_round(tx, case, on) if row.answered_on is None]


def assess_file(tx: Transaction, case: CaseRow, on: date) -> str:
    """complete | stale | certificate_expired on the day."""
    if certificates.standing(tx, case.subject_id, on) != "valid":
        return "certificate_expired"
    return "complete" if history.conclusion(tx, case.id, on) is not None else "stale"


def chain_regime(tx: Transaction, case: CaseRow, on: date) -> str:
    return chain_of(tx, case.custodian_id, on).regime


def chain_place(tx: Transaction, case: CaseRow, on: date) -> str:
    return chain_of(tx, case.custodian_id, on).place


def chain_power(tx: Transaction, case: CaseRow, on: date) -> str:
    return chain_of(tx, case.custodian_id, on).power


def class_standing(tx: Transaction, case: CaseRow, on: date) -> str:
    return "passed" if certificates.latest(tx, case.subject_id, "new_member") else "needed"


_LAST_CEREMONY = (
    select(ceremony.c.on_day)
    .where(ceremony.c.case_id == bindparam("of_case"))
    .order_by(ceremony.c.id.desc())
    .limit(1)
)


def probation_ends(tx: Transaction, case_id: int) -> date:
    """The day on which the months of probation are complete, by the edition of the ceremony."""
    held = tx.execute(_LAST_CEREMONY, {"of_case": case_id}).scalar_one()
    edition = edition_on(held)
    return add_months(held, edition.number(RULES["probation_end"].key))


def probation_standing(tx: Transaction, case: CaseRow, on: date) -> str:
    return "running" if on < probation_ends(tx, case.id) else "over"


def count_attempts(tx: Transaction, case: CaseRow, on: date) -> str:
    """After so many votes without result the superior decides; a ruling to vote again starts anew."""
    ruled = history.latest(tx, case.id, "superior_ruling", outcomes=("again",))
    after = ruled.id if ruled is not None else 0
    votes = history.count(tx, case.id, "cell_review", ("failed",), after)
    return "exhausted" if votes >= edition_on(on).number("max_votes_without_result") else "again"


def stage_left(tx: Transaction, case: CaseRow, on: date) -> str:
    """The stage in which the last interruption found the case."""
    return history.stage_left(tx, case.id)


def deciding_kept(tx: Transaction, case: CaseRow, on: date) -> str:
    """Whether the last change of unit left the person under the committee that decided before."""
    last = history.latest(tx, case.id, history.INTERRUPTION)
    steps = custody.last_steps(tx, case.subject_id)
    if last is None or last.outcome != "unit_changed" or len(steps) < 2:
        return "no"
    tree = tree_of(tx)
    then, before = (deciding_committee(tree, step.organisation_id, on) for step in steps)
    return "yes" if then is not None and then == before else "no"


SERVICES: Mapping[str, Verb] = {
    verb.__name__: verb
    for verb in (
        candidate_standing,
        check_certificate,
        file_state,
        checks_state,
        verification_plan,
        list_verifications,
        judge_verification,
        opinion_plan,
        list_opinions,
        assess_file,
        chain_regime,
        chain_place,
        chain_power,
        class_standing,
        probation_standing,
        count_attempts,
        stage_left,
        deciding_kept,
    )
} | {"reassess_file": assess_file}
