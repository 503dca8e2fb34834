"""Leaving the path: withdrawal at every step, removal, death, a change of unit, a wrong admission."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine import cases
from engine.clocks import open_clocks
from engine.errors import Conflict, InvalidAnswers, NotFound
from engine.records import case
from tests.workflows.builders import World, noon
from workflows.admission import acts, mentoring
from workflows.admission.records import act, helper_assignment, opinion_request, verification_request
from workflows.people.members import place_of
from workflows.people.records import member


def at(world: World, element: str) -> int:
    case_id = world.nominate()
    world.until(case_id, element)
    return case_id


def interrupt(world: World, case_id: int, reason: str, **more: object) -> None:
    with world.store.transaction() as tx:
        acts.interrupt(
            tx,
            case_id,
            reason,
            on=world.today,
            by=world.users["cell1"],
            now=noon(world.today),
            **more,  # type: ignore[arg-type]
        )


class TakenBack(Exception):
    """Undoes what was only tried."""


def test_a_candidate_withdraws_at_every_step_of_the_road(world: World) -> None:
    """Tried at each step and taken back, so that one walk sees them all."""
    case_id, tried = world.nominate(), set()
    while world.case(case_id).closed_on is None:
        tried |= set(world.elements(case_id))
        with pytest.raises(TakenBack), world.store.transaction() as tx:
            by, now = world.users["cell1"], noon(world.today)
            closed = acts.interrupt(tx, case_id, "withdrawn", on=world.today, by=by, now=now)
            assert (closed.closed_as, closed.closed_on) == ("withdrawn", world.today)
            assert cases.open_tasks(tx, case_id) == [] and open_clocks(tx, case_id) == []
            assert mentoring.current(tx, case_id) is None
            raise TakenBack
        world.step(case_id)
    assert len(tried) == 35, "every step of the straight road"


def test_free_will_a_student_who_withdrew_may_be_nominated_again(world: World) -> None:
    case_id = at(world, "application")
    interrupt(world, case_id, "withdrawn")
    assert world.nominate() != case_id


@pytest.mark.parametrize(("reason", "end"), [("removed", "removed"), ("deceased", "deceased")])
def test_removal_and_death_close_the_case(world: World, reason: str, end: str) -> None:
    case_id = at(world, "new_member_class")
    world.pass_days(1)
    interrupt(world, case_id, reason)
    assert world.case(case_id).closed_as == end
    found = world.rows(select(member.c.id).where(member.c.student_id == world.students[0]))[0].id
    with world.store.transaction(writing=False) as tx:
        assert place_of(tx, found, world.today) is None


def test_a_candidate_may_withdraw_or_die_while_being_handed_over(world: World) -> None:
    case_id = at(world, "request_opinions")
    handover = world.prepare_handover()
    world.do(handover, "offer_handover")
    interrupt(world, case_id, "withdrawn")
    assert world.case(case_id).closed_as == "withdrawn"
    assert (world.case(handover).closed_as, world.elements(handover)) == ("handover_given_up", [])


@pytest.mark.parametrize("reason", ["unit_changed", "moved_away"])
def test_nobody_changes_the_unit_by_a_word_alone(world: World, reason: str) -> None:
    """Whoever moves is handed on, and only an acceptance lets the receiver answer."""
    case_id = at(world, "new_member_class")
    with pytest.raises(InvalidAnswers):
        interrupt(world, case_id, reason)


def test_a_refused_candidate_may_withdraw_before_being_told(world: World) -> None:
    case_id = at(world, "admission_decision")
    world.do(case_id, "admission_decision", "refused")
    assert world.elements(case_id) == ["notify_refusal"]
    interrupt(world, case_id, "withdrawn")
    assert world.case(case_id).closed_as == "withdrawn"


def test_a_closed_case_cannot_be_interrupted(world: World) -> None:
    case_id = at(world, "confirm_source")
    interrupt(world, case_id, "withdrawn")
    with pytest.raises(Conflict):
        interrupt(world, case_id, "withdrawn")


def test_only_who_has_the_case_may_interrupt_it(world: World) -> None:
    case_id = at(world, "confirm_source")
    with pytest.raises(NotFound), world.store.transaction() as tx:
        acts.interrupt(
            tx, case_id, "withdrawn", on=world.today, by=world.users["other1"], now=noon(world.today)
        )


def test_an_unknown_reason_is_refused(world: World) -> None:
    case_id = at(world, "confirm_source")
    with pytest.raises(InvalidAnswers):
        interrupt(world, case_id, "bored")


# stage left → the step at which the case goes on with the receiving cell
REENTRY = [
    ("confirm_source", "record_consent"),
    ("union_exec_vote", "branch_vote"),
    ("assign_helper", "assign_helper"),
    ("class_result", "assign_helper"),
    ("application", "assign_helper"),
    ("conclude_history", "assign_helper"),
    ("cell_vote", "assign_helper"),
    ("committee_resolution", "assign_helper"),
    ("admission_decision", "board_appraisal"),  # the same committee decides: it goes on with the file
    ("admission_ceremony", "decision_received"),
    ("new_member_class", "new_member_class"),
    ("cell_review", "self_review"),
    ("recognition_decision", "self_review"),
]


@pytest.mark.parametrize(("left_at", "goes_on_at"), REENTRY)
def test_after_a_change_of_unit_the_case_goes_on_where_the_table_says(
    world: World, left_at: str, goes_on_at: str
) -> None:
    case_id = at(world, left_at)
    handover = world.prepare_handover()
    world.do(handover, "offer_handover")
    assert world.case(case_id).custodian_id == world.cell, "until the receiver accepts the sender answers"
    assert left_at in world.elements(case_id), "and the road goes on there"
    world.do(handover, "answer_handover")
    assert world.case(case_id).custodian_id == world.other_cell
    assert goes_on_at in world.elements(case_id)
    at_cell = [task for task in world.tasks(case_id) if task.lane in ("party_cell", "candidate", "helper")]
    assert {task.organisation_id for task in at_cell} <= {world.other_cell}


def test_requests_sent_before_a_change_of_unit_keep_their_answers(world: World) -> None:
    case_id = at(world, "send_verifications")
    world.do(case_id, "send_verifications")
    world.do(case_id, "verification_reply")
    world.hand_over()
    world.do(case_id, "assign_helper", member_id=world.other_members[0])
    open_replies = [task for task in world.tasks(case_id) if task.element == "verification_reply"]
    assert len(open_replies) == 1, "one of two is still owed, and nothing is sent again"
    assert "send_verifications" not in world.elements(case_id)
    assert len(world.rows(select(verification_request.c.id))) == 2


def test_a_new_unit_asks_its_own_places_for_an_opinion(world: World) -> None:
    case_id = at(world, "cell_vote")
    world.hand_over()
    world.do(case_id, "assign_helper", member_id=world.other_members[0])
    assert {"request_opinions", "union_resolution", "helper_letter"} == set(world.elements(case_id))
    world.until(case_id, "conclude_history")
    assert len(world.rows(select(opinion_request.c.id))) == 4


def test_shared_time_is_not_asked_of_the_helper_after_a_change_of_unit(world: World) -> None:
    case_id = at(world, "cell_vote")
    world.hand_over()
    world.do(case_id, "assign_helper", member_id=world.other_members[0], shared_since=world.today.isoformat())
    world.until(case_id, "cell_vote")
    world.do(case_id, "cell_vote", present=5, votes_for=5, members=5)
    found = world.rows(select(helper_assignment).order_by(helper_assignment.c.id))
    assert [(row.ended_because, row.after_transfer) for row in found] == [
        ("unit_changed", False),
        (None, True),
    ]


def test_a_probationer_moves_with_the_case_and_the_twelve_months_run_on(world: World) -> None:
    case_id = at(world, "new_member_class")
    held = world.today
    world.do(case_id, "new_member_class")
    world.pass_days(100)
    handover = world.hand_over()
    world.do(handover, "confirm_arrival")
    looking = select(case.c.id).where(case.c.kind == "helper_change", case.c.closed_on.is_(None))
    (search,) = world.rows(looking)
    world.do(search.id, "replace_helper", member_id=world.other_members[0])
    assert world.elements(case_id) == ["probation_report"], "the certificate of the class is kept"
    found = world.rows(select(member.c.id).where(member.c.student_id == world.students[0]))[0].id
    with world.store.transaction(writing=False) as tx:
        assert place_of(tx, found, world.today) == (world.other_cell, "probationary")
        ends = next(clock for clock in open_clocks(tx, case_id) if clock.name == "probation_end")
    assert ends.due_on == date(held.year + 1, held.month, held.day)
    world.do(case_id, "probation_report", "final")
    assert world.fire(case_id, ends.due_on - timedelta(days=1)) == 0
    assert world.fire(case_id, ends.due_on) == 1
    assert world.elements(case_id) == ["self_review"]


def test_a_wrong_admission_is_annulled(world: World) -> None:
    case_id = at(world, "new_member_class")
    world.pass_days(1)
    interrupt(world, case_id, "wrong_admission")
    world.do(case_id, "annul_review", "annulled")
    assert world.case(case_id).closed_as == "annulled"


@pytest.mark.parametrize("outcome", ["redo", "kept"])
def test_a_wrong_admission_may_be_repaired_or_kept(world: World, outcome: str) -> None:
    case_id = at(world, "new_member_class")
    interrupt(world, case_id, "wrong_admission")
    world.do(case_id, "annul_review", outcome)
    if outcome == "redo":
        world.do(case_id, "redo_done")
    assert "new_member_class" in world.elements(case_id)


def test_a_probationer_is_struck_off_from_outside_of_the_review(world: World) -> None:
    case_id = at(world, "new_member_class")
    interrupt(world, case_id, "strike_off")
    assert world.elements(case_id) == ["strike_off_vote"]
    world.do_all(case_id, "strike_off_vote", "strike_off_resolution", ("strike_off_decision", "kept"))
    assert "new_member_class" in world.elements(case_id), "probation goes on: its months are not over"


def test_an_interruption_takes_back_figures_that_nobody_confirmed(world: World) -> None:
    from workflows.admission.records import vote

    case_id = at(world, "cell_vote")
    world.do(case_id, "cell_vote", confirm=False)
    interrupt(world, case_id, "withdrawn")
    assert world.rows(select(vote.c.status).where(vote.c.step == "cell_vote"))[0][0] == "withdrawn"


def test_an_interruption_keeps_the_stage_it_found(world: World) -> None:
    case_id = at(world, "cell_vote")
    interrupt(world, case_id, "withdrawn", note="Gia đình chuyển đi xa")
    row = world.rows(select(act).where(act.c.element == "interruption"))[0]
    assert (row.outcome, row.stage) == ("withdrawn", "admission_vote")
