"""The admission when another organisation takes the person over: it leaves its stage, and goes on there.

What was done stays; the table `reentry` says where it goes on. Called by an acceptance that holds both cases.
"""

from datetime import date

from engine import cases
from engine.errors import NotFound
from engine.rows import CaseRow
from engine.stepping import hold_case
from workflows.admission import helper_change, history, membership, mentoring, votes
from workflows.admission.acting import Acting, record_act
from workflows.admission.deeds import clocks_of_reentry
from workflows.transfers import custody

# Whoever goes on in one of these stages passes no step any more at which a helper is assigned.
AFTER_ASSIGNING = frozenset(
    {"decision", "ceremony", "probation", "probation_review", "recognition", "strike_off"}
)


def take_over(accepting: Acting, admission_id: int, cell_id: int | None) -> CaseRow:
    """The admission goes on at the cell; None: outside of the system, where this case ends.

    `accepting`: the act of the handover, whose paper and people stand behind this one too.
    """
    leaving = _act_of(accepting, admission_id, cell_id)
    record_act(leaving)
    tx, case_id, told = leaving.tx, leaving.case.id, {"act": leaving.act_id}
    for open_task in cases.open_tasks(tx, case_id):
        votes.withdraw(tx, open_task.id)
    mentoring.end(tx, case_id, leaving.on, "unit_changed")
    custody.hand(
        tx,
        leaving.student_id,
        cell_id,
        (case_id,),
        on=accepting.on,
        by=leaving.by,
        now=leaving.now,
        act_id=accepting.act_id,
        facts=told,
    )
    sought = False
    if cell_id is None:
        membership.leave(leaving)
    else:
        sought = helper_change.follow(leaving, cell_id)
        membership.move(leaving, cell_id)
        clocks_of_reentry(leaving)
    after = cases.send_message(
        tx,
        case_id,
        history.INTERRUPTION,
        str(leaving.outcome),
        on=leaving.on,
        by=leaving.by,
        now=leaving.now,
        facts=leaving.facts,
        edition=leaving.edition.name,
        on_behalf_of=leaving.on_behalf_of,
    )
    helper_change.settle(leaving, after)
    if not sought and after.stage in AFTER_ASSIGNING:
        helper_change.ask(leaving, told)
    accepting.opened_in.append(case_id)
    return after


def _act_of(accepting: Acting, admission_id: int, cell_id: int | None) -> Acting:
    """The act in the admission: never before what was done there last, whatever day the answer bears."""
    held = hold_case(accepting.tx, admission_id)
    if held is None:
        raise NotFound
    return Acting(
        tx=accepting.tx,
        case=held.row,
        element=history.INTERRUPTION,
        on=_not_before(accepting, held.row),
        by=accepting.by,
        now=accepting.now,
        edition=accepting.edition,
        calendar=accepting.calendar,
        answers={},
        outcome="moved_away" if cell_id is None else "unit_changed",
        organisation_id=cell_id or held.row.custodian_id,
        on_behalf_of=accepting.on_behalf_of,
        for_user=accepting.for_user,
        number=accepting.number,
        late=accepting.late,
    )


def _not_before(accepting: Acting, admission: CaseRow) -> date:
    tx = accepting.tx
    helper = mentoring.current(tx, admission.id)
    found = membership.member_with(tx, admission.subject_id)
    days = (
        accepting.on,
        history.last_day(tx, admission.id),
        helper.valid_from if helper is not None else None,
        membership.last_change(tx, found) if found is not None else None,
    )
    return max(day for day in days if day is not None)
