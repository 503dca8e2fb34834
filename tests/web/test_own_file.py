"""The student's own page: what it shows and what it never shows; correcting, handing in, leaving, erasing."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from engine.records import journal, outbox, personal, read_log
from engine.secrets import reveal
from tests.web.conftest import HASH, Person
from tests.workflows.builders import World, noon
from workflows.admission import acts
from workflows.admission.records import act
from workflows.own_file import erasing
from workflows.own_file.records import correction, handed_in
from workflows.own_file.view import own_file
from workflows.own_file.words import ENDS, PAPERS, STAGES
from workflows.people.consents import has_consent
from workflows.people.identity import write_student_personal
from workflows.people.pool import enter_pool, in_pool
from workflows.people.records import student, user_account
from workflows.people.users import add_user
from workflows.transfers.custody import hand

Sign = Callable[[str], Person]


@pytest.fixture
def me(world: World, app: Flask) -> Person:
    with world.store.transaction() as tx:
        for number, name in enumerate(("me", "neighbour")):
            world.users[name] = add_user(
                tx, name, "Nguyễn Văn Thử", password=HASH, student_id=world.students[number]
            )
        write_student_personal(
            tx, world.students[0], {"identity_number": "024207000123", "address": "Thôn Bảy"}
        )
    return Person(app).sign_in("me")


def test_an_account_of_a_student_opens_the_own_file_and_nothing_else(
    world: World, app: Flask, me: Person
) -> None:
    case_id = world.nominate()
    assert "Chào Thử" in me.get("/").get_data(as_text=True) or "Chào Thử" in me.get("/tasks").get_data(
        as_text=True
    )
    page = me.get("/me").get_data(as_text=True)
    assert "hỏi nguyện vọng" in page and "Chi bộ 1" in page
    assert "024207000123" not in page and "123" in page
    task_id = world.tasks(case_id)[0].id
    for path in (
        f"/cases/{case_id}",
        f"/tasks/{task_id}",
        f"/students/{world.students[0]}",
        f"/me/papers/{task_id}",
        "/cases",
        "/students",
        "/requests",
        "/glass",
        "/mandates",
    ):
        assert me.get(path).status_code == 404, path
    me.get("/me")
    assert "024207000123" in me.post("/me/reveal", {}).get_data(as_text=True)
    log = world.rows(select(read_log).where(read_log.c.by == world.users["me"]))
    assert [row.purpose for row in log] == ["Người có tên tự xem"]
    # somebody of the school has no own file
    assert Person(app).sign_in("cell1").get("/me").status_code == 404


def test_a_correction_is_asked_decided_and_written_through(world: World, app: Flask, me: Person) -> None:
    case_id = world.nominate()
    world.do(case_id, "record_consent", "agreed")
    me.get("/me/correction")
    for wrong in (
        {"field": "birth_date", "value": "31/02/2007"},
        {"field": "identity_number", "value": "12"},
    ):
        assert me.post("/me/correction", wrong).status_code == 422
        assert wrong["value"] in me.page
    assert me.post("/me/correction", {"field": "birth_date", "value": "11/06/2007"}).status_code == 200
    me.get("/me/correction")
    assert me.post("/me/correction", {"field": "birth_date", "value": "12/06/2007"}).status_code == 409
    me.get("/me/correction")
    me.post("/me/correction", {"field": "address", "value": "Thôn Tám", "evidence": "Thẻ căn cước"})
    me.get("/me/correction")
    me.post("/me/correction", {"field": "gender", "value": "khác"})
    rows = {row.field: row.id for row in world.rows(select(correction))}
    assert set(rows) == {"birth_date", "address"}
    sealed = world.rows(
        select(personal.c.sealed).where(personal.c.field == f"correction.{rows['address']}.value")
    )
    assert sealed and "Thôn Tám".encode() not in sealed[0].sealed

    clerk, stranger, neighbour = (Person(app).sign_in(name) for name in ("union1", "other1", "neighbour"))
    where = f"/corrections/{rows['birth_date']}"
    assert stranger.get(where).status_code == 404
    neighbour.get("/me")
    assert neighbour.post(f"/me/correction/{rows['address']}/take-back", {}).status_code == 404
    assert "Ngày sinh" in clerk.get("/requests").get_data(as_text=True)
    assert "11/06/2007" not in clerk.get(where).get_data(as_text=True)
    assert "11/06/2007" in clerk.post(f"{where}/open", {}).get_data(as_text=True)
    assert clerk.post(f"{where}/accept", {}).status_code == 200
    born = world.rows(select(student.c.birth_date).where(student.c.id == world.students[0]))[0]
    assert born.birth_date == date(2007, 6, 11)
    clerk.get(where)
    assert clerk.post(f"{where}/accept", {}).status_code == 409  # decided once

    where = f"/corrections/{rows['address']}"
    clerk.get(where)
    assert clerk.post(f"{where}/refuse", {"reason": ""}).status_code == 422
    assert clerk.post(f"{where}/refuse", {"reason": "Cần mang thẻ căn cước đến."}).status_code == 200
    me.get("/me")
    assert "Cần mang thẻ" not in me.page
    assert "Cần mang thẻ" in me.post(f"/me/correction/{rows['address']}/answer", {}).get_data(as_text=True)
    with world.store.transaction() as tx:
        held = reveal(
            tx, "student", world.students[0], ["address"], by=None, purpose="x", now=noon(world.today)
        )
    assert held == {"address": "Thôn Bảy"}


def test_who_took_a_person_over_decides_on_corrections_and_the_school_no_longer_does(
    world: World, app: Flask, me: Person
) -> None:
    case_id = world.nominate()
    me.get("/me/correction")
    me.post("/me/correction", {"field": "class_name", "value": "12A9"})
    with world.store.transaction() as tx:
        moved = {"on": world.today, "by": None, "now": noon(world.today)}
        hand(tx, world.students[0], world.commune, (case_id,), **moved)
    me.get("/me/correction")
    me.post("/me/correction", {"field": "birth_date", "value": "11/06/2007"})
    before, after = (row.id for row in world.rows(select(correction).order_by(correction.c.id)))
    told = select(outbox.c.to_organisation).where(outbox.c.key.startswith(f"correction:{after}:"))
    assert [row.to_organisation for row in world.rows(told)] == [world.commune]

    school, receiver = Person(app).sign_in("union1"), Person(app).sign_in("commune1")
    for number in (before, after):  # also one that the school had not answered
        assert school.get(f"/corrections/{number}").status_code == 404
        assert f"/corrections/{number}" not in school.get("/requests").get_data(as_text=True)
        assert f"/corrections/{number}" in receiver.get("/requests").get_data(as_text=True)
        receiver.get(f"/corrections/{number}")
        assert receiver.post(f"/corrections/{number}/accept", {}).status_code == 200
    born = world.rows(select(student.c.birth_date).where(student.c.id == world.students[0]))[0]
    assert born.birth_date == date(2007, 6, 11)


def test_a_paper_is_said_to_be_written_and_the_cell_records_it(world: World, app: Flask, me: Person) -> None:
    case_id = world.nominate()
    world.until(case_id, "application")
    task_id = world.task(case_id, "application").id
    page = me.get("/me").get_data(as_text=True)
    assert "Viết tay đơn" in page
    me.get(f"/me/papers/{task_id}")
    assert me.post(f"/me/papers/{task_id}", {"on": "01/01/2099"}).status_code == 422
    for _ in range(2):
        me.get("/me")
        sent = {"on": f"{world.today:%d/%m/%Y}"}
        assert me.post(f"/me/papers/{task_id}", sent).status_code == 200
    assert len(world.rows(select(handed_in))) == 1
    assert "chờ chi bộ nhận giấy" in me.page
    assert world.elements(case_id) == ["application"]  # nothing moved
    other = Person(app).sign_in("neighbour")
    assert other.get(f"/me/papers/{task_id}").status_code == 404
    assert "Nguyễn Văn Thử" in Person(app).sign_in("cell1").get("/requests").get_data(as_text=True)
    world.do(case_id, "application")
    assert "Chi bộ nhận đơn của bạn" in me.get("/me").get_data(as_text=True)


def test_leaving_works_at_the_first_question_in_a_case_and_before_any(
    world: World, app: Flask, me: Person
) -> None:
    first, second = world.nominate(), world.nominate(1)
    assert "Chưa, hoặc để sau" in me.get("/me/leave").get_data(as_text=True)
    assert me.post("/me/leave", {}).status_code == 200
    assert world.case(first).closed_as == "not_now"
    me.get("/me/leave")
    assert me.post("/me/leave", {}).status_code == 200  # twice does no harm
    # nobody sees the answer: not the superior, not the cell, not by the number
    for name in ("commune1", "school1", "cell1", "union1"):
        assert Person(app).sign_in(name).get(f"/cases/{first}").status_code == 404, name

    world.until(second, "assign_helper")
    neighbour = Person(app).sign_in("neighbour")
    neighbour.get("/me/leave")
    sent = {"note": "Em muốn tập trung học.", "request_key": "k" * 32}
    for _ in range(2):
        assert neighbour.post("/me/leave", sent).status_code == 200
    assert world.case(second).closed_as == "withdrawn"
    kept = world.rows(select(act).where(act.c.case_id == second, act.c.element == "interruption"))
    assert [row.by_user for row in kept] == [world.users["neighbour"]]
    assert "Bạn đã rút" in neighbour.get("/me").get_data(as_text=True)
    with world.store.transaction() as tx:
        assert not has_consent(tx, world.students[1], "source", world.today)
        enter_pool(tx, world.students[1], "Cô chủ nhiệm", on=world.today, by=None, now=noon(world.today))
    neighbour.get("/me/leave")
    neighbour.post("/me/leave", {})
    with world.store.transaction(writing=False) as tx:
        assert not in_pool(tx, world.students[1], world.today)


def test_the_clerk_gives_an_account_and_two_persons_erase(world: World, app: Flask) -> None:
    clerk, superior = Person(app).sign_in("school1"), Person(app).sign_in("commune1")
    where = f"/students/{world.students[1]}"
    assert superior.get(f"{where}/account").status_code == 404
    clerk.get(f"{where}/account")
    page = clerk.post(f"{where}/account", {"mark": ""}).get_data(as_text=True)
    found = re.findall(r'fw-semibold">([^<]+)</dd>', page)
    assert clerk.post(f"{where}/account", {"mark": ""}).status_code == 409  # sent twice
    assert world.rows(select(user_account.c.must_change_password).where(user_account.c.username == found[0]))[
        0
    ][0]
    student_self = Person(app)
    student_self.sign_in(found[0], found[1])
    assert "password" in student_self.page

    with world.store.transaction() as tx:
        write_student_personal(tx, world.students[1], {"address": "Thôn Chín"})
    case_id = world.nominate(1)
    clerk.get(f"{where}/erase")
    sent = {"ground": "own_request", "paper": "Đơn ngày 18/8"}
    assert clerk.post(f"{where}/erase", sent).status_code == 422  # the case is open
    assert "còn mở" in clerk.page
    with world.store.transaction() as tx:
        day = {"on": world.today, "now": noon(world.today)}
        acts.interrupt(tx, case_id, "withdrawn", by=world.users["cell1"], **day)
    assert clerk.post(f"{where}/erase", sent | {"ground": "no_longer_needed"}).status_code == 422
    assert clerk.post(f"{where}/erase", sent).status_code == 200
    number = world.rows(select(erasing.erasure.c.id))[0].id
    clerk.get("/requests")
    assert clerk.post(f"/erasures/{number}", {"decision": "approved"}).status_code == 404
    assert "xóa vĩnh viễn" in superior.get(f"/erasures/{number}").get_data(as_text=True)
    assert superior.post(f"/erasures/{number}", {"decision": "approved"}).status_code == 200
    superior.get("/requests")
    assert superior.post(f"/erasures/{number}", {"decision": "approved"}).status_code == 409
    theirs = (personal.c.subject_kind == "student", personal.c.subject_id == world.students[1])
    assert world.rows(select(personal).where(*theirs)) == []
    kinds = {row.kind for row in world.rows(select(journal.c.kind).where(journal.c.case_id.is_(None)))}
    assert {"student_slip", "erasure_asked", "erasure_approved"} <= kinds


def test_not_now_sent_twice_is_told_done_and_shows_nothing(world: World, app: Flask) -> None:
    case_id = world.nominate()
    union, where = Person(app).sign_in("union1"), f"/tasks/{world.tasks(case_id)[0].id}"
    sent = {"outcome": "not_now", "on": f"{world.today:%d/%m/%Y}", "request_key": "n" * 32}
    for _ in range(2):
        union.get("/tasks")
        assert union.post(f"{where}?case={case_id}", sent, follow=False).status_code == 303
    assert union.post(f"{where}?case={case_id}", sent | {"request_key": "m" * 32}).status_code == 404
    assert union.get(f"/cases/{case_id}").status_code == 404


def test_every_stage_end_and_paper_has_words(world: World) -> None:
    from tests.workflows.builders import model_files
    from web.case_words import ENDS as SHOWN
    from workflows.admission.steps import STEPS

    drawn = set(re.findall(r'callActivity id="([a-z_]+)"', model_files()["admission.bpmn"].decode()))
    assert drawn == set(STAGES)
    of_admissions = {end for end in SHOWN if not end.startswith("handover_")}
    assert of_admissions - {"replaced"} == set(ENDS)
    assert {step.element for step in STEPS.values() if step.lane == "candidate"} == set(PAPERS)
    with world.store.transaction(writing=False) as tx:
        assert own_file(tx, world.students[0], world.today).stage is None
