"""What people do wrong at a meeting's pages, two at once included; on copies of one furnished file."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from engine.transactions import Store
from tests.web.conftest import Person, make_app
from tests.web.meeting_hand import boxes, cases_of, record, tasks_of, votes
from tests.workflows.builders import World, noon
from tests.workflows.meetings.hall import Hall, meeting_of, plan
from workflows.admission.records import act, meeting, vote
from workflows.meetings import verbs
from workflows.meetings.records import planned_meeting
from workflows.people import pool
from workflows.people.records import pool_review
from workflows.people.students import add_student
from workflows.people.users import end_position, positions_on


@pytest.fixture(scope="module")
def hall(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Hall:
    return Hall(sqlite_template, tmp_path_factory.mktemp("hall"), 3)


@pytest.fixture
def database_url(hall: Hall, tmp_path: Path) -> str:
    return hall.copy(tmp_path / "ketnap.db")


@pytest.fixture
def world(hall: Hall, store: Store) -> World:
    return hall.world_in(store)


@pytest.fixture
def app(world: World) -> Iterator[Flask]:
    yield make_app(world)


def test_one_refusal_does_not_undo_the_others_and_keeps_what_was_typed(
    world: World, person: Callable[[str], Person]
) -> None:
    """One candidate withdraws from under the page; one row is wrong; the third is saved."""
    number = plan(world, cases_of(world))
    user = person("cell1")
    user.get(f"/meetings/{number}/record")
    first, second, third = tasks_of(world)
    record(user, number, "_fill")
    world.do(cases_of(world)[0], "cell_vote", confirm=False, votes_for=7, votes_against=1)
    wrong = {f"votes_for-{second}": "9", "late_reason": "", "written_by": "Ông Thư Ký"}
    assert record(user, number, "_save", **wrong) == 200, "other figures than those looked at are shown first"
    assert votes(world, "pending") == 1
    assert record(user, number, "_save") == 422
    assert "Tán thành, không tán thành và không hợp lệ cộng lại là 9, phải bằng số có mặt là 8." in user.page
    assert boxes(user.page)[f"votes_for-{second}"] == "9"
    assert f"votes_for-{third}" not in boxes(user.page), "what was saved is not asked again"
    assert votes(world, "pending") == 2
    record(user, number, "_check", **{f"votes_for-{second}": "8"})
    record(user, number, "_save")
    assert votes(world, "pending") == 3
    assert meeting_of(world, number).written_by == "Ông Thư Ký"
    assert first not in tasks_of(world)[1:]


def test_a_second_press_and_a_second_person_change_nothing(
    world: World, person: Callable[[str], Person]
) -> None:
    number = plan(world, cases_of(world))
    one, two = person("cell1"), person("cell2")
    for user in (one, two):
        user.get(f"/meetings/{number}/record")
        record(user, number, "_fill")
    stale = one.page
    tasks = tasks_of(world)
    other = {f"votes_for-{tasks[0]}": "7", f"votes_against-{tasks[0]}": "1"}
    record(two, number, "_check", **other)
    record(one, number, "_save")
    assert votes(world, "pending") == 3
    one.page = stale  # the button once more, and the back button
    assert record(one, number, "_save") == 200
    assert votes(world, "pending") == 3 and votes(world, "withdrawn") == 0
    record(two, number, "_save")
    assert votes(world, "pending") == 3 and votes(world, "withdrawn") == 0
    meetings = world.rows(select(meeting).where(meeting.c.on_day == world.today))
    assert len(meetings) == 1 and meetings[0].present == 8


def test_another_attendance_than_the_recorded_one_is_told(
    world: World, person: Callable[[str], Person]
) -> None:
    number = plan(world, cases_of(world))
    one, two = person("cell1"), person("cell2")
    two.get(f"/meetings/{number}/record")
    absent = {f"came-{world.members[0]}": "ill"}
    record(two, number, "_fill", **absent)
    assert "Có mặt 7/9" in two.page
    one.get(f"/meetings/{number}/record")
    record(one, number, "_fill")
    record(one, number, "_save")
    assert record(two, number, "_save", **absent) == 200
    assert "Trang này vừa thay đổi" in two.page and "có mặt 8" in two.page
    assert votes(world, "pending") == 3
    assert meeting_of(world, number).present == 8


def test_postponing_needs_a_reason_and_is_no_vote(world: World, person: Callable[[str], Person]) -> None:
    number = plan(world, cases_of(world)[:1])
    user = person("cell1")
    user.get(f"/meetings/{number}/record")
    task = tasks_of(world)[0]
    record(user, number, "_check", **{f"how-{task}": "postponed"})
    assert "Hãy ghi lý do." in user.page
    record(
        user, number, "_check", **{f"how-{task}": "postponed", f"why-{task}": "Chờ ý kiến chi bộ nơi cư trú."}
    )
    record(user, number, "_save")
    found = world.rows(select(act.c.outcome).where(act.c.element == "cell_vote"))
    assert [row.outcome for row in found] == ["postponed"]
    assert "Hoãn, chưa biểu quyết" in user.page and votes(world, "pending") == 0
    user.get(f"/meetings/{number}/minutes")
    assert "hoãn, chưa biểu quyết" in user.page and "nơi cư trú" not in user.page, "reasons stay sealed"


def test_the_pool_and_other_matters_are_settled_on_the_same_page(
    world: World, person: Callable[[str], Person]
) -> None:
    with world.store.transaction() as tx:
        student = add_student(
            tx, world.institution, "Đỗ Thị Sáu", date(2007, 1, 1), grade=12, entered_on=date(2022, 9, 5)
        )
        pool.enter_pool(tx, student, "Cô giáo Mẫu", on=world.today, by=None, now=noon(world.today))
        world.students.append(student)
    extra = world.nominate(3)
    world.until(extra, "assign_helper")
    number = plan(world)
    task = world.task(extra, "assign_helper").id
    user = person("cell1")
    user.get(f"/meetings/{number}/record")
    assert "danh sách nguồn (1 người)" in user.page
    helper = {f"helper-{task}": str(world.members[2]), "pool": "1", f"leave-{student}": "declined"}
    record(user, number, "_check", **{**helper, f"leave-{student}": ""})
    record(user, number, "_save")
    assert "Hãy ghi ngày cùng đơn vị" in user.page, "the matter is refused, the pool is confirmed"
    assert len(world.rows(select(pool_review))) == 1 and 'name="pool"' not in user.page
    record(user, number, "_check", **{f"since-{task}": "05/09/2023"})
    record(user, number, "_save")
    assert "assign_helper" not in world.elements(extra)
    assert "Phân công đảng viên chính thức giúp đỡ" in user.page


def test_where_one_person_sits_alone_the_votes_stand_at_once(
    world: World, person: Callable[[str], Person]
) -> None:
    with world.store.transaction() as tx:
        for held in positions_on(tx, world.users["cell2"], world.today):
            end_position(tx, held.id, on=world.today)
    number = plan(world, cases_of(world))
    user = person("cell1")
    user.get(f"/meetings/{number}/record")
    record(user, number, "_fill")
    stale = user.page
    record(user, number, "_save")
    assert votes(world, "standing") == 3
    user.page = stale
    record(user, number, "_save")
    assert votes(world, "standing") == 3
    rows = world.rows(select(act.c.confirmation).where(act.c.element == "cell_vote"))
    assert {row.confirmation for row in rows} == {"one_person"}


def test_a_meeting_to_come_cannot_be_recorded_and_its_agenda_asks_for_its_own_day(
    world: World, person: Callable[[str], Person]
) -> None:
    today = world.today
    world.today = today + timedelta(days=370)
    number = None
    with world.store.transaction() as tx:
        number = verbs.plan(
            tx, world.cell, "cell", world.today, by=world.users["cell1"], now=noon(today)
        )  # fmt: skip
    world.today = today
    user = person("cell1")
    user.get(f"/meetings/{number}")
    assert "đã quá 12 tháng" in user.page, "on the day of the meeting the file will be too old"
    assert "Ghi kết quả" not in user.page
    user.get(f"/meetings/{number}/record")
    assert "votes_for" not in user.page


PATHS = ["", "/record", "/confirm", "/minutes", "/agenda", "/resolutions", "/change"]


def test_a_meeting_is_there_only_for_those_it_concerns(world: World, person: Callable[[str], Person]) -> None:
    number = plan(world, cases_of(world))
    keeping = ("/record", "/change")
    own, above = person("cell2"), person("commune1")
    strangers = [person(name) for name in ("other1", "union1", "centre1")]
    for path in PATHS:
        assert own.get(f"/meetings/{number}{path}").status_code == 200
        expected = 404 if path in keeping else 200
        assert above.get(f"/meetings/{number}{path}").status_code == expected, path
        for stranger in strangers:
            assert stranger.get(f"/meetings/{number}{path}").status_code == 404
            assert stranger.get(f"/meetings/987654{path}").status_code == 404


def test_a_union_without_a_roll_writes_its_figures(world: World, person: Callable[[str], Person]) -> None:
    with world.store.transaction() as tx:
        student = add_student(
            tx, world.institution, "Đỗ Thị Bảy", date(2007, 1, 1), grade=12, entered_on=date(2022, 9, 5)
        )
    world.students.append(student)
    extra = world.nominate(3)
    world.until(extra, "union_exec_vote")
    by = world.users["union1"]
    with world.store.transaction() as tx:
        number = verbs.plan(tx, world.union, "union_exec", world.today, by=by, now=noon(world.today))
        verbs.set_agenda(tx, number, [(extra, "union_exec_vote")], {}, by=by, now=noon(world.today))
    task = world.task(extra, "union_exec_vote").id
    user = person("union1")
    user.get(f"/meetings/{number}/record")
    record(user, number, "_check", **{f"votes_for-{task}": "7"})
    assert "Hãy ghi số người có mặt trước." in user.page
    record(user, number, "_check", members="9", present="10", **{f"votes_for-{task}": "10"})
    assert "Có mặt 10 nhưng chỉ phải tính 9" in user.page
    record(user, number, "_check", members="9", present="8", **{f"votes_for-{task}": "8"})
    record(user, number, "_save")
    pending = world.rows(select(vote).where(vote.c.status == "pending"))
    assert [(row.step, row.entitled, row.present) for row in pending] == [("union_exec_vote", 9, 8)]
    user.get(f"/meetings/{number}/minutes")
    assert "ĐOÀN TNCS HỒ CHÍ MINH" in user.page


def test_planning_asks_again_for_what_is_wrong_and_keeps_the_rest(
    world: World, person: Callable[[str], Person]
) -> None:
    user = person("cell1")
    user.get(f"/meetings/new/{world.cell}")
    sent = {**boxes(user.page), "kind": "regular", "on_day": "31/02/2026", "place": "Hội trường A"}
    assert user.post(f"/meetings/new/{world.cell}", sent).status_code == 422
    assert "Hội trường A" in user.page
    sent |= {"on_day": f"{world.today:%d/%m/%Y}", "starts_at": "25:00"}
    assert user.post(f"/meetings/new/{world.cell}", sent).status_code == 422
    sent["starts_at"] = ""
    user.post(f"/meetings/new/{world.cell}", sent)
    user.post(f"/meetings/new/{world.cell}", sent)
    assert len(world.rows(select(planned_meeting))) == 1, "a second press gives the same meeting"
    number = world.rows(select(planned_meeting.c.id))[0].id
    user.get(f"/meetings/{number}/change")
    assert user.post(f"/meetings/{number}/cancel", {}).status_code == 422
    user.post(f"/meetings/{number}/cancel", {"reason": "too_few"})
    assert "Không đủ số người dự" in user.page


def test_the_office_above_keeps_the_meeting_of_a_cell_without_an_account(
    world: World, person: Callable[[str], Person]
) -> None:
    number = plan(world, cases_of(world))
    assert person("school1").get(f"/meetings/{number}/record").status_code == 404
    with world.store.transaction() as tx:
        for name in ("cell1", "cell2"):
            for held in positions_on(tx, world.users[name], world.today):
                end_position(tx, held.id, on=world.today)
    user = person("school1")
    user.get("/meetings")
    assert "làm thay" in user.page and f"/meetings/{number}/record" in user.page
    user.get(f"/meetings/{number}/record")
    record(user, number, "_fill")
    record(user, number, "_save")
    assert votes(world, "pending") == 3
    second = person("school2")
    second.get(f"/meetings/{number}/confirm")
    ids = re.findall(r'name="vote" value="(\d+)"', second.page)
    second.post(f"/meetings/{number}/confirm", {"vote": ids})
    assert votes(world, "standing") == 3
    rows = world.rows(select(act).where(act.c.element == "cell_vote"))
    assert {(row.organisation_id, row.confirmation) for row in rows} == {(world.cell, "superior")}


def test_a_standing_committee_decides_and_says_why_where_it_refuses(
    world: World, person: Callable[[str], Person]
) -> None:
    first, second, _third = cases_of(world)
    for case_id in (first, second):
        world.until(case_id, "admission_decision")
    by, now = world.users["commune1"], noon(world.today)
    with world.store.transaction() as tx:
        number = verbs.plan(tx, world.commune, "standing", world.today, by=by, now=now)
        chosen = [(case_id, "admission_decision") for case_id in (first, second)]
        verbs.set_agenda(tx, number, chosen, {}, by=by, now=now)
    yes, no = (world.task(case_id, "admission_decision").id for case_id in (first, second))
    user = person("commune1")
    user.get(f"/meetings/{number}/record")
    assert boxes(user.page)["members"] == "5", "the committee's seats are known"
    figures = {f"votes_for-{yes}": "3", f"votes_against-{yes}": "2", f"votes_against-{no}": "5"}
    record(user, number, "_check", present="5", **figures)
    assert "3/5 tán thành, cần hơn 1/2 của 5, tức từ 3 phiếu" in user.page
    assert "Hãy ghi lý do." in user.page, "a refusal has a reason"
    record(user, number, "_check", present="5", **figures, **{f"why-{no}": "Chưa đủ tiêu chuẩn."})
    record(user, number, "_save")
    other = person("commune2")
    other.get(f"/meetings/{number}/confirm")
    ids = re.findall(r'name="vote" value="(\d+)"', other.page)
    other.post(f"/meetings/{number}/confirm", {"vote": ids})
    rows = world.rows(select(act.c.outcome, act.c.number).where(act.c.element == "admission_decision"))
    assert {row.outcome: (row.number or "")[-5:] for row in rows} == {"admitted": "QĐ/ĐU", "refused": "BB/ĐU"}


def test_two_class_unions_meet_on_one_day_each_with_its_own_people(
    world: World, person: Callable[[str], Person]
) -> None:
    for name, room in (("Đỗ Thị Tám", "12A2"), ("Đỗ Thị Chín", "12A3")):
        with world.store.transaction() as tx:
            student = add_student(
                tx, world.institution, name, date(2007, 1, 1), grade=12, class_name=room,
                entered_on=date(2022, 9, 5),
            )  # fmt: skip
        world.students.append(student)
        world.until(world.nominate(len(world.students) - 1), "branch_vote")
    user = person("union1")
    for room in ("12A2", "12A3"):
        user.get(f"/meetings/new/{world.union}?body=union_branch")
        sent = {
            "body": "union_branch",
            "branch": room,
            "on_day": f"{world.today:%d/%m/%Y}",
            "kind": "regular",
        }
        user.post(f"/meetings/new/{world.union}", {**boxes(user.page), **sent})
        assert f"Hội nghị chi đoàn {room}" in user.page
        assert ("Tám" in user.page, "Chín" in user.page) == (room == "12A2", room == "12A3")
    assert len(world.rows(select(planned_meeting))) == 2
