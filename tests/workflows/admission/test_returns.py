"""The failures and returns of the regulations (§2.7): each leads where the models say and leaves its row."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.clocks import all_clocks, open_clocks
from engine.errors import InvalidAnswers, NotLawful
from engine.records import document, timer
from tests.workflows.builders import World, noon
from workflows.admission import acts
from workflows.admission.records import (
    act,
    certificate,
    decision,
    helper_assignment,
    supplement_item,
    verification_request,
)
from workflows.people.members import place_of
from workflows.people.records import member, student


def at(world: World, element: str) -> int:
    case_id = world.nominate()
    world.until(case_id, element)
    return case_id


def running(world: World, case_id: int) -> set[str]:
    with world.store.transaction(writing=False) as tx:
        return {clock.name for clock in open_clocks(tx, case_id)}


def documents(world: World, case_id: int) -> list[str]:
    return [row.type for row in world.rows(select(document.c.type).where(document.c.case_id == case_id))]


# --- the source and the union -------------------------------------------------------------------------------


def test_not_now_closes_the_case_and_keeps_only_a_day_before_which_nobody_asks(world: World) -> None:
    case_id = world.nominate()
    world.do(case_id, "record_consent", "not_now")
    assert world.case(case_id).closed_as == "not_now"
    again = world.rows(select(student.c.ask_again_on).where(student.c.id == world.students[0]))[0][0]
    assert again == date(2026, 2, 18)


def test_a_student_leaves_the_source_with_a_reason(world: World) -> None:
    case_id = at(world, "confirm_source")
    world.do(case_id, "confirm_source", "left")
    assert world.case(case_id).closed_as == "left_source"


def test_the_union_may_not_nominate_and_may_try_again(world: World) -> None:
    case_id = at(world, "branch_vote")
    world.do_all(case_id, ("branch_vote", "failed"), ("union_follow_up", "again"))
    world.do(case_id, "branch_vote", meeting_kind="extraordinary")
    world.do_all(case_id, ("union_exec_vote", "failed"), ("union_follow_up", "stop"))
    assert world.case(case_id).closed_as == "back_to_pool"


def test_the_cell_defers_and_declines(world: World) -> None:
    case_id = at(world, "cell_recognition")
    world.do_all(case_id, ("cell_recognition", "deferred"), ("cell_recognition", "declined"))
    assert world.case(case_id).closed_as == "not_recognised"


# --- class, file, checks ------------------------------------------------------------------------------------


def test_a_class_not_passed_is_taken_again(world: World) -> None:
    case_id = at(world, "enrol_class")
    world.do_all(case_id, "enrol_class", ("class_result", "not_passed"), "enrol_class")
    world.do_all(case_id, ("class_result", "absent"), "enrol_class", ("class_result", "passed"))
    assert world.elements(case_id) == ["application"]
    assert len(world.rows(select(certificate.c.id))) == 1


def test_a_file_is_returned_with_its_list_and_supplied(world: World) -> None:
    case_id = at(world, "file_precheck")
    world.do_all(case_id, ("file_precheck", "returned"), "supplement_file", ("file_precheck", "sealed"))
    world.do(
        case_id, "committee_precheck", "returned", items=[{"wanted": "Ảnh"}, {"wanted": "Giấy khai sinh"}]
    )
    world.do_all(case_id, "supplement_file", ("file_precheck", "sealed"), ("committee_precheck", "sealed"))
    found = world.rows(select(supplement_item).order_by(supplement_item.c.id))
    assert len(found) == 3 and all(row.supplied_on and row.accepted_on for row in found)


def test_the_union_that_stops_at_its_resolution_refuses_the_file(world: World) -> None:
    case_id = at(world, "union_resolution")
    world.do_all(case_id, ("union_resolution", "failed"), ("union_reconsider", "stop"))
    assert world.elements(case_id) == ["notify_refusal"]
    world.do(case_id, "notify_refusal", "stop")
    assert world.case(case_id).closed_as == "refused"


def test_an_unclear_answer_is_asked_again_and_an_adverse_one_weighed(world: World) -> None:
    case_id = at(world, "send_verifications")
    world.do(case_id, "send_verifications")
    world.do(case_id, "verification_reply", answer="unclear")
    world.do(case_id, "verification_reply", answer="clear")
    world.do(case_id, "follow_up_verification", "resent")
    world.do(case_id, "verification_reply", answer="adverse")
    world.do(case_id, "verification_reply", answer="clear")
    assert "weigh_adverse" in world.elements(case_id)
    world.do(case_id, "weigh_adverse", "accepted")
    assert "weigh_adverse" not in world.elements(case_id)
    world.until(case_id, "cell_vote")


def test_an_adverse_finding_may_end_in_refusal_and_resubmission(world: World) -> None:
    case_id = at(world, "send_verifications")
    world.do(case_id, "send_verifications")
    world.do(case_id, "verification_reply", answer="adverse")
    world.do(case_id, "verification_reply", answer="clear")
    world.do(case_id, "weigh_adverse", "refused")
    assert world.elements(case_id) == ["notify_refusal"]
    world.do(case_id, "notify_refusal", "resubmit")
    assert "weigh_adverse" in world.elements(case_id), "the answers are kept, the finding is weighed again"


def test_an_overdue_verification_stays_open_and_shows_its_due_day(world: World) -> None:
    case_id = at(world, "send_verifications")
    world.do(case_id, "send_verifications")
    due = {task.due_on for task in world.tasks(case_id) if task.element == "verification_reply"}
    assert due == {date(2025, 10, 1)}, "30 working days from 18/08/2025, without 01 and 02/09"
    world.pass_days(120)
    assert world.fire(case_id) == 0, "a late legal clock never moves a case"
    world.do(case_id, "verification_reply")
    assert world.rows(select(verification_request.c.answered_on).order_by(verification_request.c.id))[0][0]


def test_unfavourable_opinions_are_weighed(world: World) -> None:
    case_id = at(world, "summarise_opinions")
    world.do_all(case_id, ("summarise_opinions", "unfavourable"), ("weigh_opinions", "refused"))
    assert world.elements(case_id) == ["notify_refusal"]


def test_a_recheck_verifies_again_and_asks_nothing_else_anew(world: World) -> None:
    case_id = at(world, "conclude_history")
    world.do(case_id, "conclude_history", "recheck")
    assert world.elements(case_id) == ["send_verifications"]
    world.until(case_id, "conclude_history")
    world.do(case_id, "conclude_history")
    assert world.elements(case_id) == ["cell_vote"]


# --- the vote and what follows ------------------------------------------------------------------------------


def test_a_vote_is_postponed_returned_and_failed(world: World) -> None:
    case_id = at(world, "cell_vote")
    world.do_all(case_id, ("cell_vote", "postponed"), ("cell_vote", "returned"), "supply_supplement")
    world.do_all(case_id, ("check_supplement", "returned"), "supply_supplement", "check_supplement")
    world.do_all(case_id, ("cell_vote", "failed"), ("after_failed_vote", "stop"))
    assert world.elements(case_id) == ["notify_refusal"]
    assert "meeting_minutes" in documents(world, case_id), "the full result is reported all the same"


def test_a_file_older_than_twelve_months_is_checked_anew(world: World) -> None:
    case_id = at(world, "cell_vote")
    assert running(world, case_id) == {"certificate_expiry", "file_expiry"}
    world.pass_days(366)
    with pytest.raises(NotLawful) as refused:
        world.do(case_id, "cell_vote")
    assert [unmet.condition for unmet in refused.value.unmet][:1] == ["file_age"]
    world.do(case_id, "cell_vote", "postponed")
    assert "send_verifications" in world.elements(case_id)
    world.until(case_id, "cell_vote")


def test_a_certificate_older_than_sixty_months_is_taken_anew(world: World) -> None:
    case_id = at(world, "application")
    world.today += timedelta(days=365 * 5 + 20)
    world.until(case_id, "enrol_class")
    world.do_all(case_id, "enrol_class", "class_result")
    assert world.elements(case_id) == ["cell_vote"], "the checks are fresh and are not asked again"
    assert len(world.rows(select(certificate.c.id))) == 2


def test_the_committee_returns_and_then_fails(world: World) -> None:
    case_id = at(world, "committee_resolution")
    world.do_all(case_id, ("committee_resolution", "returned"), "supply_supplement", "check_supplement")
    world.do(case_id, "committee_resolution", "failed")
    assert world.elements(case_id) == ["notify_refusal"]
    world.do(case_id, "notify_refusal", "resubmit")
    assert running(world, case_id) == {"certificate_expiry", "file_expiry"}
    assert world.elements(case_id) == ["cell_vote"], "file and checks are fresh and kept"


def test_a_faulty_procedure_is_ordered_to_be_redone_from_the_vote(world: World) -> None:
    case_id = at(world, "board_appraisal")
    world.do_all(case_id, ("board_appraisal", "returned"), "supply_supplement", "check_supplement")
    world.do_all(case_id, ("board_appraisal", "procedure_error"), "redo_order")
    assert world.elements(case_id) == ["cell_vote"]
    assert running(world, case_id) == {"certificate_expiry", "file_expiry"}


def test_a_refusal_is_told_with_its_reason_and_may_end_the_case(world: World) -> None:
    case_id = at(world, "admission_decision")
    world.do_all(case_id, ("admission_decision", "refused"), ("notify_refusal", "stop"))
    assert world.case(case_id).closed_as == "refused"
    assert running(world, case_id) == set()
    assert world.rows(select(decision.c.result))[0][0] == "refused"


def test_a_late_ceremony_needs_the_superiors_consent(world: World) -> None:
    case_id = at(world, "admission_ceremony")
    world.pass_days(90)
    with pytest.raises(InvalidAnswers) as refused:
        world.do(case_id, "admission_ceremony")
    assert set(refused.value.fields) == {"late_consent"}
    world.do(case_id, "admission_ceremony", late_consent="12-CV/ĐU")


@pytest.mark.parametrize(
    ("decided", "runs_from"),
    [(date(2025, 9, 1), "received"), (date(2026, 8, 3), "issued")],
    ids=["until QĐ 208: from receipt", "from QĐ 208 on: from issue"],
)
def test_the_ceremonys_clock_runs_from_the_day_the_rules_say(
    world: World, decided: date, runs_from: str
) -> None:
    world.today = decided
    case_id = at(world, "admission_decision")
    world.do(case_id, "admission_decision")
    assert ("ceremony" in running(world, case_id)) is (runs_from == "issued")
    world.pass_days(7)
    world.do(case_id, "decision_received")
    with world.store.transaction(writing=False) as tx:
        clock = next(one for one in open_clocks(tx, case_id) if one.name == "ceremony")
    assert clock.started_on == (decided if runs_from == "issued" else world.today)


# --- probation ----------------------------------------------------------------------------------------------


def test_the_new_member_class_is_repeated_and_reports_go_on(world: World) -> None:
    case_id = at(world, "new_member_class")
    world.do_all(case_id, ("new_member_class", "not_passed"), ("probation_report", "more"))
    assert set(world.elements(case_id)) == {"new_member_class", "probation_report"}
    assert world.walk(case_id).closed_as == "official_member"


def test_late_organs_do_no_harm(world: World) -> None:
    case_id = at(world, "self_review")
    complete = world.today
    world.pass_days(100)
    world.walk(case_id)
    found = world.rows(select(member.c.official_on).where(member.c.student_id == world.students[0]))[0]
    assert found.official_on == complete
    assert (
        world.rows(select(decision.c.effective_on).where(decision.c.kind == "recognition"))[0][0] == complete
    )
    with world.store.transaction(writing=False) as tx:
        of = world.rows(select(member.c.id).where(member.c.student_id == world.students[0]))[0].id
        assert place_of(tx, of, complete) == (world.cell, "official")


def test_three_votes_without_result_go_to_the_superior(world: World) -> None:
    case_id = at(world, "cell_review")
    for kind in ("regular", "thematic", "extraordinary"):
        world.do(case_id, "cell_review", "failed", meeting_kind=kind)
    assert world.elements(case_id) == ["superior_ruling"]
    world.do(case_id, "superior_ruling", "again")
    assert world.elements(case_id) == ["cell_review"]
    world.pass_days(1)
    world.do(case_id, "cell_review", "failed")
    assert world.elements(case_id) == ["cell_review"], "the count began anew"


def test_the_superior_may_let_recognise_all_the_same(world: World) -> None:
    case_id = at(world, "cell_review")
    for kind in ("regular", "thematic", "extraordinary"):
        world.do(case_id, "cell_review", "failed", meeting_kind=kind)
    world.do(case_id, "superior_ruling", "recognise")
    assert world.walk(case_id).closed_as == "official_member"


def struck_off(world: World) -> int:
    case_id = at(world, "cell_review")
    world.do_all(case_id, ("cell_review", "strike_off"), "strike_off_vote", "strike_off_resolution")
    world.do(case_id, "strike_off_decision")
    return case_id


def of_roll(world: World, on: date) -> tuple[int, str] | None:
    found = world.rows(select(member.c.id).where(member.c.student_id == world.students[0]))[0].id
    with world.store.transaction(writing=False) as tx:
        return place_of(tx, found, on)


def test_a_probationer_is_struck_off_and_waives_the_complaint(world: World) -> None:
    case_id = struck_off(world)
    assert world.task(case_id, "complaint").due_on is not None
    assert of_roll(world, world.today + timedelta(days=1)) is None
    world.do(case_id, "complaint", "waived")
    assert world.case(case_id).closed_as == "struck_off"


def test_the_days_for_a_complaint_run_out_by_themselves(world: World) -> None:
    case_id = struck_off(world)
    due = world.task(case_id, "complaint").due_on
    assert due is not None
    assert world.fire(case_id, due) == 0, "the last day still counts"
    assert world.fire(case_id, due + timedelta(days=1)) == 1
    assert world.case(case_id).closed_as == "struck_off"


def test_a_complaint_is_settled_and_may_overturn(world: World) -> None:
    case_id = struck_off(world)
    world.pass_days(3)
    world.do(case_id, "complaint", "filed")
    assert "settle_complaint" in running(world, case_id)
    world.do(case_id, "settle_complaint", "overturned")
    assert world.elements(case_id) == ["self_review"]
    assert of_roll(world, world.today) == (world.cell, "probationary")


def test_a_complaint_that_is_upheld_ends_the_case(world: World) -> None:
    case_id = struck_off(world)
    world.do_all(case_id, ("complaint", "filed"), ("settle_complaint", "upheld"))
    assert world.case(case_id).closed_as == "struck_off"


@pytest.mark.parametrize("where", ["strike_off_vote", "strike_off_resolution", "strike_off_decision"])
def test_a_striking_off_that_does_not_carry_leads_back(world: World, where: str) -> None:
    case_id = at(world, "cell_review")
    world.do(case_id, "cell_review", "strike_off")
    for element in ("strike_off_vote", "strike_off_resolution", "strike_off_decision"):
        word = {"strike_off_decision": "kept"}.get(element, "failed") if element == where else None
        world.do(case_id, element, word)
        if element == where:
            break
    assert world.elements(case_id) == ["self_review"]


def test_a_recognition_refused_leads_to_striking_off(world: World) -> None:
    case_id = at(world, "recognition_decision")
    world.do(case_id, "recognition_decision", "refused")
    assert world.elements(case_id) == ["strike_off_vote"]


def test_the_review_on_paper_cannot_be_before_the_end_of_probation(world: World) -> None:
    case_id = at(world, "self_review")
    with pytest.raises((NotLawful, InvalidAnswers)):
        world.do(case_id, "self_review", on=world.today - timedelta(days=1), late_reason="muộn")


# --- the helper ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["left", "died"])
def test_a_lost_helper_is_replaced_and_until_then_the_cell_cannot_vote(world: World, reason: str) -> None:
    case_id = at(world, "cell_vote")
    with world.store.transaction() as tx:
        side = acts.report_helper_lost(
            tx, case_id, reason, on=world.today, by=world.users["cell1"], now=noon(world.today)
        )
    with pytest.raises(NotLawful) as refused:
        world.do(case_id, "cell_vote")
    assert "helper" in {unmet.condition for unmet in refused.value.unmet}
    world.do(side.id, "replace_helper")
    assert world.case(side.id).closed_as is not None
    world.do(case_id, "cell_vote")
    found = world.rows(select(helper_assignment).order_by(helper_assignment.c.id))
    assert [row.ended_because for row in found] == [reason, None]


def test_only_an_official_member_of_the_cell_may_help(world: World) -> None:
    case_id = at(world, "assign_helper")
    with pytest.raises(InvalidAnswers) as refused:
        world.do(case_id, "assign_helper", member_id=world.other_members[0])
    assert set(refused.value.fields) == {"member_id"}


def test_a_helper_of_less_than_twelve_shared_months_makes_the_vote_wait(world: World) -> None:
    case_id = at(world, "assign_helper")
    world.do(case_id, "assign_helper", shared_since=date(2025, 3, 1))
    world.until(case_id, "conclude_history")
    world.do(case_id, "conclude_history")
    assert world.elements(case_id) == []
    waits = world.rows(select(timer.c.name, timer.c.due_at))
    assert [row.name for row in waits] == ["of_age"]
    assert noon(date(2026, 3, 1)) > waits[0].due_at > noon(date(2026, 2, 28))


def test_an_adults_shared_time_is_counted_from_before_the_assignment(world: World) -> None:
    case_id = at(world, "cell_vote")
    assert world.today == date(2025, 8, 18)
    with world.store.transaction(writing=False) as tx:
        assert {clock.name for clock in all_clocks(tx, case_id)} >= {"verification", "file_expiry"}
    assert world.rows(select(act.c.edition).distinct())[0][0] == "2025-07-01"


def test_no_paper_says_more_than_its_kind_and_number(world: World) -> None:
    """The journal and the outbox carry ids and words only."""
    from engine.journal import entries
    from engine.records import outbox

    case_id = at(world, "cell_vote")
    with world.store.transaction(writing=False) as tx:
        text = str([row.facts for row in entries(tx, case_id)]) + str(
            tx.execute(select(outbox.c.facts)).all()
        )
    for personal in ("Nguyễn", "Thử", "2007-05-10", "10/05/2007", "2007, 5, 10", "biên bản"):
        assert personal not in text
