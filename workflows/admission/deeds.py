"""What each step adds to the business rows, one function an element; steps.py names them.

A deed takes the act in progress. Whether it was lawful was asked before, what comes next the model says.
"""

from datetime import date

from sqlalchemy import insert, select, update

from engine.errors import InvalidAnswers, Text
from engine.time import day_of
from workflows.admission import (
    certificates,
    history,
    membership,
    mentoring,
    requests,
    supplements,
)
from workflows.admission.acting import Acting
from workflows.admission.clocks import running, start, stop
from workflows.admission.records import ceremony, decision, opinion_request, verification_request
from workflows.admission.services import deciding_kept, probation_ends
from workflows.people.consents import ask_later, give_consent
from workflows.rules.ages import add_months
from workflows.rules.deadlines import ceremony_start
from workflows.rules.editions import edition_on

ASK_AGAIN_MONTHS = 6  # house convention: a "not now" is not asked again before


def nothing(acting: Acting) -> None:
    """The act itself is all that is kept."""


def record_consent(acting: Acting) -> None:
    if acting.outcome == "not_now":
        again = acting.answers.get("ask_again_on") or add_months(acting.on, ASK_AGAIN_MONTHS)
        if again <= acting.on:
            raise InvalidAnswers({"ask_again_on": [Text("Ngày hỏi lại phải sau ngày trả lời.")]})
        ask_later(acting.tx, acting.student_id, again_on=again)
        return
    parent_on = acting.answers.get("parent_on")
    if parent_on is not None and parent_on > acting.on:
        raise InvalidAnswers({"parent_on": [Text("Cha mẹ đồng ý trước, hoặc cùng ngày với học sinh.")]})
    for kind in ("source", "political"):
        give_consent(
            acting.tx,
            acting.student_id,
            kind,
            on=acting.on,
            by=acting.by,
            now=acting.now,
            parent_on=parent_on,
            paper=acting.answers.get("paper"),
        )


def assign_helper(acting: Acting) -> None:
    mentoring.assign(acting)


def enrol_class(acting: Acting) -> None:
    certificates.check_class(acting)


def class_result(acting: Acting) -> None:
    if acting.outcome == "passed":
        certificates.issue(acting, "awareness")


def new_member_class(acting: Acting) -> None:
    if acting.outcome == "passed":
        certificates.issue(acting, "new_member")


def return_file(acting: Acting) -> None:
    """A check that may return the file: with the list of what is missing; else it is accepted."""
    if acting.outcome == "returned":
        supplements.ask(acting)
    else:
        supplements.accept(acting)


def supply(acting: Acting) -> None:
    supplements.supply(acting)


def send_verifications(acting: Acting) -> None:
    requests.send_verifications(acting)


def verification_reply(acting: Acting) -> None:
    requests.answer_verification(acting)


def follow_up_verification(acting: Acting) -> None:
    requests.after_answers(acting, verification_request)
    if acting.outcome == "resent":
        requests.send_again(acting)
    else:
        requests.weigh(acting, ("unclear",))


def weigh_adverse(acting: Acting) -> None:
    requests.after_answers(acting, verification_request)
    requests.weigh(acting, ("adverse",))


def request_opinions(acting: Acting) -> None:
    requests.send_opinions(acting)


def opinion_reply(acting: Acting) -> None:
    requests.answer_opinion(acting)


def weigh_opinions(acting: Acting) -> None:
    """The opinions are summed up, and what speaks against is weighed, once all are there."""
    requests.after_answers(acting, opinion_request)


def conclude_history(acting: Acting) -> None:
    """From the certified conclusion on the file is complete, and its months run."""
    if acting.outcome == "certified":
        start(acting, "file_expiry", acting.on)
    else:
        stop(acting, "file_expiry")


def cell_vote(acting: Acting) -> None:
    """The resolution starts the days for the decision; the months of file and certificate have served."""
    if acting.outcome == "carried":
        stop(acting, "file_expiry")
        stop(acting, "certificate_expiry")
        start(acting, "admission_decision", acting.on)
    elif acting.outcome == "returned":
        supplements.ask(acting)


def redo_order(acting: Acting) -> None:
    _decided(acting, "redo", "ordered")
    stop(acting, "admission_decision")
    _resume_file(acting)


def admission_decision(acting: Acting) -> None:
    """Yes or no stops its days; where the rules count from the issue, the ceremony's begin."""
    _decided(acting, "admission", str(acting.outcome))
    stop(acting, "admission_decision")
    if acting.outcome == "admitted" and acting.edition.word("ceremony_start") == "issued":
        start(acting, "ceremony", acting.on)


def decision_received(acting: Acting) -> None:
    found = _latest_decision(acting, "admission")
    acting.tx.execute(update(decision).where(decision.c.id == found.id).values(received_on=acting.on))
    moved = history.moved_after(acting.tx, acting.case.id, found.act_id)
    if moved and deciding_kept(acting.tx, acting.case, acting.on) == "no":
        start(acting, "ceremony", acting.on)  # another unit: its days run from its own receipt
    elif running(acting, "ceremony") is None:
        edition = edition_on(found.on_day)
        start(acting, "ceremony", ceremony_start(edition, issued_on=found.on_day, received_on=acting.on))


def admission_ceremony(acting: Acting) -> None:
    """The ceremony starts probation, and says when it ends and the cell must review."""
    consent = acting.answers.get("late_consent")
    clock = running(acting, "ceremony")
    if clock is not None and acting.on > clock.due_on and not consent and not acting.before_system:
        late = Text(
            "Lễ kết nạp sau hạn {due}: cần ghi văn bản đồng ý của cấp ủy cấp trên trực tiếp.",
            due=f"{clock.due_on:%d/%m/%Y}",
        )
        raise InvalidAnswers({"late_consent": [late]})
    row = {
        "case_id": acting.case.id,
        "act_id": acting.act_id,
        "organisation_id": acting.organisation_id,
        "on_day": acting.on,
        "late_consent_number": consent,
    }
    acting.tx.execute(insert(ceremony), row)
    stop(acting, "ceremony")
    ends = start(acting, "probation_end", acting.on)
    start(acting, "cell_review", ends)
    if acting.answers.get("member_id"):
        mentoring.assign(acting)
    membership.admit(acting, decided_on=_latest_decision(acting, "admission").on_day)


def cell_review(acting: Acting) -> None:
    """A resolution in time stops the days for the review and starts those for the recognition."""
    if acting.outcome == "carried":
        stop(acting, "probation_end")
        stop(acting, "cell_review")
        start(acting, "recognition_decision", acting.on)


def superior_ruling(acting: Acting) -> None:
    if acting.outcome == "recognise":
        stop(acting, "probation_end")
        stop(acting, "cell_review")
        start(acting, "recognition_decision", acting.on)


def recognition_decision(acting: Acting) -> None:
    """However late the organs are, the member is official from the day on which probation was complete."""
    complete = probation_ends(acting.tx, acting.case.id)
    recognised = acting.outcome == "recognised"
    _decided(acting, "recognition", str(acting.outcome), effective_on=complete if recognised else None)
    stop(acting, "recognition_decision")
    if recognised:
        membership.recognise(acting, complete)


def notify_refusal(acting: Acting) -> None:
    stop(acting, "admission_decision")
    if acting.outcome == "resubmit":
        _resume_file(acting)


def strike_off_vote(acting: Acting) -> None:
    """Where the striking off does not carry, probation and its clocks go on."""
    if acting.outcome == "failed":
        _resume_probation(acting)


def strike_off_decision(acting: Acting) -> None:
    """Struck off from the decision on; the days for a complaint run from its receipt."""
    received = acting.answers.get("received_on") or acting.on
    if received < acting.on:
        raise InvalidAnswers({"received_on": [Text("Ngày nhận quyết định không thể trước ngày ký.")]})
    if received > day_of(acting.now):
        raise InvalidAnswers({"received_on": [Text("Ngày nhận quyết định ở tương lai.")]})
    _decided(acting, "strike_off", str(acting.outcome), received_on=received)
    if acting.outcome == "struck_off":
        start(acting, "complaint", received)
        membership.leave(acting)
    else:
        _resume_probation(acting)


def complaint(acting: Acting) -> None:
    """A complaint within its days; after the last of them the striking off stands."""
    clock = running(acting, "complaint")
    if acting.outcome == "filed" and clock is not None and acting.on > clock.due_on:
        due = f"{clock.due_on:%d/%m/%Y}"
        raise InvalidAnswers({"on": [Text("Thời hạn khiếu nại đã hết ngày {due}.", due=due)]})
    stop(acting, "complaint")
    if acting.outcome == "filed":
        rule = "settle_complaint_central" if acting.answers.get("to_central") else None
        start(acting, "settle_complaint", acting.on, rule=rule)


def settle_complaint(acting: Acting) -> None:
    stop(acting, "settle_complaint")
    if acting.outcome == "overturned":
        membership.restore(acting)
        _resume_probation(acting)


def annul_review(acting: Acting) -> None:
    _decided(acting, "annulment", str(acting.outcome))
    if acting.outcome == "annulled":
        membership.leave(acting)
    else:
        clocks_of_reentry(acting)


def _decided(
    acting: Acting,
    kind: str,
    result: str,
    *,
    effective_on: date | None = None,
    received_on: date | None = None,
) -> None:
    row = {
        "case_id": acting.case.id,
        "act_id": acting.act_id,
        "kind": kind,
        "result": result,
        "organisation_id": acting.organisation_id,
        "number": acting.number,
        "on_day": acting.on,
        "effective_on": effective_on,
        "received_on": received_on,
    }
    acting.facts |= {"decision": acting.tx.insert(decision, row)}


def _latest_decision(acting: Acting, kind: str):  # type: ignore[no-untyped-def]
    query = select(decision).where(decision.c.case_id == acting.case.id, decision.c.kind == kind)
    return acting.tx.execute(query.order_by(decision.c.id.desc()).limit(1)).one()


def _resume_file(acting: Acting) -> None:
    """The file goes back to the cell: its months and the certificate's run on from their own days."""
    found = history.conclusion(acting.tx, acting.case.id, acting.on)
    if found is not None:
        start(acting, "file_expiry", found.on_day)
    learned = certificates.latest(acting.tx, acting.student_id, "awareness")
    if learned is not None and learned.expires_on is not None:
        issued = learned.issued_on
        start(acting, "certificate_expiry", issued, edition=edition_on(issued))


def _resume_probation(acting: Acting) -> None:
    """Back in probation or its review: what had stopped runs again, from the days it always ran from."""
    held = acting.tx.execute(
        select(ceremony.c.on_day).where(ceremony.c.case_id == acting.case.id).order_by(ceremony.c.id.desc())
    ).scalar()
    if held is None:
        return
    ends = probation_ends(acting.tx, acting.case.id)
    if acting.on < ends and running(acting, "probation_end") is None:
        start(acting, "probation_end", held)
    if running(acting, "cell_review") is None:
        start(acting, "cell_review", ends)


def clocks_of_reentry(acting: Acting) -> None:
    """A resolution of the unit that was left is evidence, no more: its days end, those of the file go on."""
    left = history.stage_left(acting.tx, acting.case.id)
    if left == "decision" and deciding_kept(acting.tx, acting.case, acting.on) == "yes":
        return
    if left in ("committee_chain", "decision"):
        stop(acting, "admission_decision")
        _resume_file(acting)
    elif left in ("probation", "probation_review", "recognition"):
        stop(acting, "recognition_decision")
        _resume_probation(acting)
