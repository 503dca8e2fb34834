"""Every route against every relation: who is answered, who is told that there is nothing, who must sign in.

A route without a rule, or a permission without a row in the table below, breaks the build.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from engine.cases import change_custodian
from engine.transactions import Transaction
from tests.web.conftest import HASH, PASSWORD, Person, hidden, make_app
from tests.workflows.builders import BEGINNING, World, build, noon
from web.entry import PUBLIC, SIGNED_IN, Rule
from workflows import comments
from workflows.access import PERMISSIONS
from workflows.admission.records import vote
from workflows.desk.uploads import keep_upload
from workflows.meetings import verbs as meetings
from workflows.organisations.changes import found
from workflows.people.records import user_account
from workflows.people.users import add_position, add_user, end_position, positions_on

FILES = {"static", "bootstrap.static"}
# Relation to the case of the world's first student → a user of the world.
RELATIONS = {
    "own cell": "cell1",
    "sibling cell": "other1",
    "school union": "union1",
    "school committee": "school1",
    "superior": "commune1",
    "board of the superior": "board1",
    "former custodian": "former1",
    "residence, asked for an opinion": "residence1",
    "another school": "stranger1",
    "auditor": "auditor1",
    "administrator": "administrator1",
}
CLERKS = set(RELATIONS) - {"auditor", "administrator"}
UNION_AND_PARTY = CLERKS
CASE = {"own cell", "school union", "school committee", "superior", "board of the superior"}
SCHOOL = {"own cell", "school union", "school committee"}
ROLL = {"own cell", "school committee", "superior", "board of the superior"}
# Permission → the relations that have it, about the first student, the case, its task `assign_helper`.
ALLOWED = {
    PUBLIC: set(RELATIONS),
    SIGNED_IN: set(RELATIONS),
    "desk.see": set(RELATIONS),
    "cases.list": CLERKS,
    "rules.list": set(RELATIONS),
    "calendar.list": set(RELATIONS),
    "calendar.change": {"administrator"},
    "operations.see": {"administrator"},
    "students.list": UNION_AND_PARTY,
    "students.import": UNION_AND_PARTY,
    "task.see": {"own cell", "school committee", "superior", "board of the superior"},
    "task.complete": {"own cell"},
    "task.confirm": {"own cell", "school committee", "superior", "board of the superior"},
    "case.see": CASE,
    "case.comment": CASE,
    "task.comment": {"own cell", "school committee", "superior", "board of the superior"},
    "case.read_texts": {"own cell", "school committee", "superior", "board of the superior"},
    "task.read_texts": {"own cell"},
    "case.interrupt": {"own cell", "school committee", "superior", "board of the superior"},
    "case.helper_lost": {"own cell"},
    "case.extend": {"superior", "board of the superior"},
    "vote.correct": {"own cell", "school committee", "superior"},
    "student.see": SCHOOL,
    "student.reveal": {"own cell", "school committee"},
    "student.nominate": SCHOOL,
    "pool.propose": SCHOOL,
    "pool.leave": SCHOOL,
    "pool.confirm": {"own cell"},
    "meetings.list": CLERKS,
    "meeting.plan": {"own cell"},
    "meeting.see": {"own cell", "school committee", "superior", "board of the superior"},
    "meeting.keep": {"own cell"},
    "meeting.confirm": {"own cell", "school committee", "superior", "board of the superior"},
    "upload.take": SCHOOL,
    "cases.adopt": CLERKS - {"school union"},
    "adoption.take": {"own cell", "school committee"},
    # about the cell, the account of its secretary, the school
    "organisations.list": set(RELATIONS) - {"auditor"},
    "organisation.see": {*ROLL, "administrator"},
    "organisation.work": ROLL,
    "organisation.members": ROLL,
    "organisation.change": {"administrator"},
    "institutions.list": {"administrator"},
    "institution.change": {"administrator"},
    "users.list": {"administrator"},
    "user.see": {"administrator"},
    "user.manage": {"administrator"},
    "user.seats": {"administrator"},
    "deputies.own": set(RELATIONS) - {"auditor"},
    "administration.log": {"auditor", "administrator"},
}


@pytest.fixture
def world(store: Any) -> World:
    made = build(store)
    with store.transaction() as tx:
        _others(tx, made)
        tx.execute(update(user_account).values(password=HASH))
    case_id = made.nominate()
    made.until(case_id, "assign_helper")
    with store.transaction() as tx:
        former = made.users["former_cell"]
        change_custodian(tx, case_id, former, on=made.today, by=None, now=noon(made.today))
        change_custodian(tx, case_id, made.cell, on=made.today, by=None, now=noon(made.today))
        made.users["upload"] = keep_upload(
            tx, made.institution, "danh-sach.csv", LIST, by=made.users["union1"], now=noon(made.today)
        )
    made.users["case"] = case_id
    task = made.task(case_id, "assign_helper")
    with store.transaction() as tx:
        given = {"task_id": task.id, "by": made.users["cell1"], "now": noon(made.today)}
        made.users["comment"] = comments.add(tx, case_id, "Đã hỏi lại.", **given)
        made.users["meeting"] = meetings.plan(
            tx, made.cell, "cell", made.today, by=made.users["cell1"], now=noon(made.today)
        )
    made.users["vote"] = made.rows(select(vote.c.id).where(vote.c.step == "cell_recognition"))[0].id
    return made


LIST = "Họ và tên,Ngày sinh\nNguyễn Thị Mới,01/02/2008\n".encode()


def _others(tx: Transaction, world: World) -> None:
    def cell(name: str) -> int:
        return found(
            tx,
            kind="party_cell",
            name=name,
            parent_id=world.commune,
            on=BEGINNING,
            by=None,
            now=noon(BEGINNING),
        )

    world.users["former_cell"] = cell("Chi bộ cũ")
    rows = (
        ("former1", world.users["former_cell"], "secretary"),
        ("residence1", cell("Chi bộ thôn"), "secretary"),
        ("stranger1", cell("Chi bộ trường khác"), "secretary"),
        ("auditor1", world.commune, "auditor"),
        ("administrator1", world.commune, "administrator"),
    )
    for name, organisation_id, word in rows:
        world.users[name] = add_user(tx, name, name)
        add_position(tx, world.users[name], organisation_id, word, since=BEGINNING)


def routes(app: Flask) -> Iterator[tuple[str, str, str, Rule | None]]:
    for one in app.url_map.iter_rules():
        if one.endpoint in FILES:
            continue
        rule = getattr(app.view_functions[one.endpoint], "rule", None)
        for method in sorted(one.methods & {"GET", "POST"}):
            yield method, one.rule, one.endpoint, rule


def address(pattern: str, world: World) -> str:
    numbers = {
        "task_id": world.task(world.users["case"], "assign_helper").id,
        "case_id": world.users["case"],
        "student_id": world.students[0],
        "vote_id": world.users["vote"],
        "cell_id": world.cell,
        "upload_id": world.users["upload"],
        "session_id": 987654321,
        "comment_id": world.users["comment"],
        "meeting_id": world.users["meeting"],
        "organisation_id": world.cell,
        "account_id": world.users["cell1"],
        "member_id": world.members[0],
        "institution_id": world.institution,
    }
    for name, number in numbers.items():
        pattern = pattern.replace(f"<number:{name}>", str(number))
    pattern = re.sub(r"<any\((\w+)[^>]*>", r"\1", pattern)
    assert "<" not in pattern, pattern
    return pattern


def test_every_route_says_what_it_asks_for_and_every_permission_is_used(app: Flask) -> None:
    unruled = [path for _method, path, _endpoint, rule in routes(app) if rule is None]
    assert unruled == []
    used = {rule.permission for *_rest, rule in routes(app) if rule is not None}
    assert used == set(ALLOWED)
    assert set(PERMISSIONS) == set(ALLOWED) - {PUBLIC, SIGNED_IN}


def test_somebody_signed_out_is_asked_to_sign_in_everywhere_but_at_the_door(app: Flask, world: World) -> None:
    stranger = Person(app)
    stranger.get("/sign-in")
    token = hidden(stranger.page, "csrf_token")
    wrong = []
    for method, pattern, _endpoint, rule in routes(app):
        if rule is None or rule.permission == PUBLIC:
            continue
        ask = stranger.client.get if method == "GET" else stranger.client.post
        answer = ask(
            address(pattern, world),
            base_url="https://localhost",
            headers={"Referer": "https://localhost/"},
            data={"csrf_token": token} if method == "POST" else None,
        )
        if answer.status_code != 303 or not answer.location.startswith("/sign-in"):
            wrong.append((method, pattern, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("relation", RELATIONS)
def test_each_route_answers_only_the_relations_that_have_the_permission(
    relation: str, app: Flask, world: World
) -> None:
    user = Person(app).sign_in(RELATIONS[relation])
    user.get("/account/password")
    token = hidden(user.page, "csrf_token")
    wrong = []
    for method, pattern, endpoint, rule in sorted(routes(app), key=lambda one: one[0] == "POST"):
        if rule is None or rule.permission in (PUBLIC, SIGNED_IN):
            continue
        ask = user.client.get if method == "GET" else user.client.post
        # an empty form changes nothing: it is refused for its answers, after the question of rights
        answer = ask(
            address(pattern, world),
            base_url="https://localhost",
            headers={"Referer": "https://localhost/"},
            data={"csrf_token": token} if method == "POST" else None,
        )
        allowed = relation in ALLOWED[rule.permission]
        fine = answer.status_code in ((200, 303, 422, 409) if allowed else (404,))
        if endpoint in ("comments.withdraw", "comments.withdraw_from_task") and allowed:
            fine = answer.status_code in (303, 404, 409)  # only who wrote it takes it back, and once
        if endpoint in ("tasks.show", "tasks.complete", "tasks.confirm") and not allowed:
            fine = answer.status_code == 404
        if not fine:
            wrong.append((method, pattern, rule.permission, answer.status_code, allowed))
        if endpoint in ("imports.take", "adoption.take"):  # taken over; put it back
            with world.store.transaction() as tx:
                world.users["upload"] = keep_upload(
                    tx, world.institution, "a.csv", LIST, by=0, now=noon(world.today)
                )
    assert wrong == []


THINGS = ("/tasks/{}", "/cases/{}", "/students/{}", "/import/{}", "/pool/{}/confirm")


@pytest.mark.parametrize("pattern", THINGS)
def test_absent_and_forbidden_look_the_same(pattern: str, app: Flask, world: World) -> None:
    user = Person(app).sign_in("stranger1")
    task = world.task(world.users["case"], "assign_helper").id
    there = (task, world.users["case"], world.students[0], world.users["upload"], world.cell)
    pages = []
    for number in (dict(zip(THINGS, there, strict=True))[pattern], 987654321):
        path = pattern.format(number)
        assert user.get(path).status_code == 404
        pages.append(re.sub(r'value="[^"]*"', "", user.page).replace(f'href="{path}"', ""))
    assert pages[0] == pages[1]


def test_a_position_that_has_ended_gives_nothing(app: Flask, world: World) -> None:
    user = Person(app).sign_in("cell1")
    assert user.get(f"/cases/{world.users['case']}").status_code == 200
    with world.store.transaction() as tx:
        for held in positions_on(tx, world.users["cell1"], world.today):
            end_position(tx, held.id, on=world.today)
    assert user.get(f"/cases/{world.users['case']}").status_code == 404


def test_an_organisation_asked_for_an_opinion_sees_its_task_and_not_the_case(
    app: Flask, world: World
) -> None:
    case_id = world.users["case"]
    world.until(case_id, "request_opinions")
    asked = {"giver": "residence", "organisation_id": _cell_of(world, "residence1")}
    world.do(case_id, "request_opinions", givers=[asked])
    task = world.task(case_id, "opinion_reply")
    user = Person(app).sign_in("residence1")
    assert user.get(f"/tasks/{task.id}").status_code == 200
    assert user.get(f"/cases/{case_id}").status_code == 404
    assert user.get(f"/students/{world.students[0]}").status_code == 404


def _cell_of(world: World, name: str) -> int:
    with world.store.transaction(writing=False) as tx:
        return positions_on(tx, world.users[name], world.today)[0].organisation_id


def test_the_clock_of_the_application_is_the_one_that_was_given(world: World) -> None:
    app = make_app(world)
    world.today = date(2025, 9, 1)
    user = Person(app).sign_in("cell1", PASSWORD)
    user.get(f"/cases/{world.users['case']}/interrupt")
    assert "01/09/2025" in user.page
