"""The path of an act: rights first, then answers, dates, law; once only, and with what it leaves behind."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.documents import documents
from engine.errors import Conflict, InvalidAnswers, NotAllowed, NotFound, NotLawful
from engine.records import journal, outbox, personal
from tests.workflows.builders import World, noon
from workflows.admission import acts
from workflows.admission.records import act, verification_request
from workflows.documents.records import issued_number
from workflows.people.records import consent
from workflows.people.students import add_student
from workflows.people.users import add_position, add_user


def at(world: World, element: str) -> int:
    case_id = world.nominate()
    world.until(case_id, element)
    return case_id


# --- rights


@pytest.mark.parametrize("who", ["cell1", "school1", "commune1", "centre1", "other1"])
def test_a_step_is_done_only_by_who_owes_it(world: World, who: str) -> None:
    case_id = at(world, "union_exec_vote")
    task = world.task(case_id, "union_exec_vote")
    given = world.answers("union_exec_vote")
    with pytest.raises((NotFound, NotAllowed)), world.store.transaction() as tx:
        acts.complete(tx, task.id, given, by=world.users[who], now=noon(world.today))
    assert world.elements(case_id) == ["union_exec_vote"]


def test_a_position_that_does_not_prepare_the_step_is_told_so(world: World) -> None:
    with world.store.transaction() as tx:
        auditor = add_user(tx, "auditor", "Auditor")
        add_position(tx, auditor, world.cell, "helper", since=date(2020, 1, 1))
    case_id = at(world, "confirm_source")
    task = world.task(case_id, "confirm_source")
    with pytest.raises(NotAllowed), world.store.transaction() as tx:
        acts.complete(tx, task.id, world.answers("confirm_source"), by=auditor, now=noon(world.today))


def test_only_the_school_of_the_student_nominates(world: World) -> None:
    with pytest.raises(NotFound), world.store.transaction() as tx:
        acts.nominate(
            tx, world.students[0], by=world.users["commune1"], on=world.today, now=noon(world.today)
        )


def test_a_student_has_one_open_admission(world: World) -> None:
    world.nominate()
    with pytest.raises(Conflict):
        world.nominate()


def test_an_outside_answer_is_entered_on_behalf_by_who_received_the_paper(world: World) -> None:
    case_id = at(world, "send_verifications")
    world.do(case_id, "send_verifications")
    outside = [task for task in world.tasks(case_id) if task.element == "verification_reply"]
    assert {task.organisation_id for task in outside} == {world.commune, world.school}
    theirs = next(task for task in outside if task.organisation_id == world.school)
    answers = world.answers("verification_reply", number="15-CV/ĐU", content="Gia đình chấp hành tốt")
    with world.store.transaction() as tx:
        acts.complete(tx, theirs.id, answers, by=world.users["school1"], now=noon(world.today))
    row = world.rows(select(verification_request).where(verification_request.c.id == theirs.item))[0]
    assert (row.answer, row.answer_number, row.addressee) == (
        "clear",
        "15-CV/ĐU",
        "Đảng ủy xã Thử Nghiệm, tỉnh khác",
    )


# --- dates


def test_a_day_in_the_future_is_refused(world: World) -> None:
    case_id = at(world, "confirm_source")
    with pytest.raises(InvalidAnswers) as refused:
        world.do(case_id, "confirm_source", on=world.today + timedelta(days=1))
    assert "tương lai" in str(refused.value.fields["on"][0])


def test_a_day_before_the_act_that_it_follows_is_refused(world: World) -> None:
    case_id = at(world, "confirm_source")
    world.pass_days(5)
    with pytest.raises(InvalidAnswers) as refused:
        world.do(case_id, "confirm_source", on=world.today - timedelta(days=6))
    assert "liền trước" in str(refused.value.fields["on"][0])


@pytest.mark.parametrize(("waited", "needs_reason"), [(7, False), (8, True)])
def test_recording_more_than_five_working_days_late_needs_a_reason(
    world: World, waited: int, needs_reason: bool
) -> None:
    """From Monday 18/08/2025: seven days on is the fifth working day, Monday 25/08/2025."""
    case_id = at(world, "confirm_source")
    paper = world.today
    world.pass_days(waited)
    if needs_reason:
        with pytest.raises(InvalidAnswers) as refused:
            world.do(case_id, "confirm_source", on=paper)
        assert set(refused.value.fields) == {"late_reason"}
    world.do(case_id, "confirm_source", on=paper, **({"late_reason": "Chờ dấu"} if needs_reason else {}))
    row = world.rows(select(act).where(act.c.element == "confirm_source"))[0]
    assert (row.on_day, row.late) == (paper, needs_reason)


# --- law


def test_nothing_is_held_of_a_student_who_withdrew_the_consent(world: World) -> None:
    from workflows.people.consents import withdraw_consent

    case_id = at(world, "application")
    with world.store.transaction() as tx:
        withdraw_consent(tx, world.students[0], "political", on=world.today)
    with pytest.raises(NotLawful) as refused:
        world.do(case_id, "application")
    assert [unmet.condition for unmet in refused.value.unmet] == ["consent"]


def test_under_sixteen_a_parent_says_yes_too(world: World) -> None:
    with world.store.transaction() as tx:
        child = add_student(tx, world.institution, "Lê Nhỏ", date(2010, 1, 5), grade=10)
    world.students[0] = child
    case_id = world.nominate()
    with pytest.raises(NotLawful) as refused:
        world.do(case_id, "record_consent")
    assert refused.value.unmet[0].condition == "parent_consent"
    world.do(case_id, "record_consent", parent_on=world.today.isoformat())
    assert {row.kind for row in world.rows(select(consent))} == {"source", "political"}


def test_a_cell_of_two_cannot_recognise(world: World) -> None:
    from workflows.people.members import end_place

    case_id = at(world, "cell_recognition")
    with world.store.transaction() as tx:
        for member_id in world.members[1:]:
            end_place(tx, member_id, on=date(2025, 1, 1))
    world.pass_days(1)
    with pytest.raises(NotLawful) as refused:
        world.do(case_id, "cell_recognition", present=1, votes_for=1)
    assert "official_members" in {unmet.condition for unmet in refused.value.unmet}


def test_every_refusal_names_its_source_and_rating(world: World) -> None:
    case_id = at(world, "assign_helper")
    with world.store.transaction(writing=False) as tx:
        from workflows.admission.guards import unmet_for_vote

        found = unmet_for_vote(tx, world.case(case_id), world.today)
    assert {"certificate", "file_age", "helper", "verification"} <= {unmet.condition for unmet in found}
    assert all(unmet.source and unmet.rating in ("verified", "second_hand", "assumed") for unmet in found)


# --- once


def test_a_form_sent_twice_gets_the_first_answer(world: World) -> None:
    case_id = at(world, "confirm_source")
    task = world.task(case_id, "confirm_source")
    by, now = world.users["cell1"], noon(world.today)
    given = world.answers("confirm_source")
    with world.store.transaction() as tx:
        first = acts.complete(tx, task.id, given, by=by, now=now, request_key="k1")
    with world.store.transaction() as tx:
        again = acts.complete(tx, task.id, given, by=by, now=now, request_key="k1")
    assert again.repeated and [one.id for one in again.opened] == [one.id for one in first.opened]
    assert len(world.rows(select(act.c.id).where(act.c.element == "confirm_source"))) == 1


def test_a_page_older_than_the_case_is_refused(world: World) -> None:
    case_id = at(world, "union_resolution")
    seen = world.case(case_id).version
    world.do(case_id, "helper_letter")
    task = world.task(case_id, "request_opinions")
    given = world.answers("request_opinions")
    with pytest.raises(Conflict), world.store.transaction() as tx:
        acts.complete(tx, task.id, given, by=world.users["cell1"], now=noon(world.today), case_version=seen)


# --- what it leaves


def test_a_number_is_taken_from_the_register_of_who_issued_the_paper(world: World) -> None:
    case_id = at(world, "cell_vote")
    world.do(case_id, "cell_vote", take_number=True)
    with world.store.transaction(writing=False) as tx:
        paper = next(row for row in documents(tx, case_id) if row.type == "cell_resolution")
    assert (paper.number, paper.organisation_id, paper.before_system) == ("Số 01-NQ/CB", world.cell, False)
    assert world.rows(select(act.c.number).where(act.c.element == "cell_vote"))[0][0] == "Số 01-NQ/CB"


def test_a_number_on_the_paper_is_kept_and_a_taken_one_refused(world: World) -> None:
    first = at(world, "cell_vote")
    world.do(first, "cell_vote", number="05-NQ/CB")
    second = world.nominate(1)
    world.until(second, "cell_vote")
    world.pass_days(1)
    with pytest.raises(Conflict):
        world.do(second, "cell_vote", number="05")
    assert [
        row.number for row in world.rows(select(issued_number.c.number).where(issued_number.c.manual))
    ] == [5]


def test_one_paper_may_name_several_persons(world: World) -> None:
    first, second = at(world, "cell_vote"), world.nominate(1)
    world.until(second, "cell_vote")
    world.do(first, "cell_vote", number="05-NQ/CB")
    world.do(second, "cell_vote", number="05-NQ/CB")
    assert {world.case(one).stage for one in (first, second)} == {"committee_chain"}


def test_free_text_is_sealed_and_stands_nowhere_else(world: World) -> None:
    case_id = at(world, "send_verifications")
    world.do(case_id, "send_verifications")
    world.do(case_id, "verification_reply", content="Cha từng bị kỷ luật", note="Đã gọi điện")
    sealed = world.rows(
        select(personal.c.field, personal.c.sealed).where(personal.c.subject_kind == "student")
    )
    assert {name.split(".")[-1] for name, _ in sealed} >= {"content", "note", "person"}
    assert not any("kỷ luật".encode() in bytes(value) for _, value in sealed)
    assert "kỷ luật" not in str(world.rows(select(journal.c.facts, journal.c.inputs)))
    assert "kỷ luật" not in str(world.rows(select(act)))


def test_each_opened_task_is_told_once_to_who_owes_it(world: World) -> None:
    case_id = at(world, "committee_resolution")
    task = world.task(case_id, "committee_resolution")
    told = world.rows(select(outbox).where(outbox.c.key == f"task:{task.id}"))
    assert [(row.to_organisation, row.facts) for row in told] == [
        (world.school, {"task": task.id, "element": "committee_resolution"})
    ]


def test_the_page_of_a_step_shows_its_lists_first_values_and_what_is_missing(world: World) -> None:
    case_id = at(world, "assign_helper")
    task = world.task(case_id, "assign_helper")
    with world.store.transaction(writing=False) as tx:
        desk = acts.prepare(tx, task.id, by=world.users["cell1"], on=world.today)
    assert len(desk.choices["helpers"]) == 8 and desk.unmet == [] and desk.student.id == world.students[0]
    world.until(case_id, "cell_vote")
    task = world.task(case_id, "cell_vote")
    with world.store.transaction(writing=False) as tx:
        desk = acts.prepare(tx, task.id, by=world.users["cell1"], on=world.today)
    assert desk.clock is not None and desk.clock.name == "file_expiry"
    assert (desk.values["members"], desk.values["away"], desk.values["present"]) == (9, 1, 8)
    with pytest.raises(NotFound), world.store.transaction(writing=False) as tx:
        acts.prepare(tx, task.id, by=world.users["centre1"], on=world.today)


@pytest.mark.parametrize(
    ("named", "says"),
    [("nobody", "Không có tổ chức này"), ("centre", "Không có tổ chức này"), ("cell", "đang quản lý")],
    ids=["nobody", "a centre takes nobody over", "who answers already"],
)
def test_a_person_is_offered_only_to_who_may_take_over(world: World, named: str, says: str) -> None:
    at(world, "send_verifications")
    receiver = getattr(world, named, 999_999)
    with pytest.raises(InvalidAnswers) as refused:
        world.prepare_handover(receiver_id=receiver)
    assert says in str(refused.value.fields["receiver_id"][0])


def test_an_organisation_that_does_not_fit_is_refused_at_its_field(world: World) -> None:
    case_id = at(world, "send_verifications")
    more = {"addresses": [{"about": "father", "organisation_id": world.centre}]}
    with pytest.raises(InvalidAnswers) as refused:
        world.do(case_id, "send_verifications", **more)
    assert set(refused.value.fields) == {"addresses.0.organisation_id"}


def test_two_people_at_once_do_a_step_once(world: World) -> None:
    """Both have the page open and send at the same moment; one is told that it was done."""
    from threading import Barrier, Thread

    case_id = at(world, "file_precheck")
    task, given = world.task(case_id, "file_precheck"), world.answers("file_precheck")
    start, ends = Barrier(2), []

    def send(who: str) -> None:
        start.wait()
        try:
            with world.store.transaction() as tx:
                acts.complete(tx, task.id, given, by=world.users[who], now=noon(world.today))
            ends.append("done")
        except Conflict:
            ends.append("told")

    people = [Thread(target=send, args=(who,)) for who in ("cell1", "cell2")]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(ends) == ["done", "told"]
    assert len(world.rows(select(act.c.id).where(act.c.element == "file_precheck"))) == 1
