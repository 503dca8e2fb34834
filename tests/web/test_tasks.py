"""A task's page: what was typed stays, refusals stand at their field, and a task is done once."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, update

from engine.records import journal
from tests.web.conftest import HASH, Person, as_sent, hidden
from tests.workflows.builders import World
from workflows.admission.records import act, vote
from workflows.desk import inbox
from workflows.people.records import user_account
from workflows.people.students import add_student
from workflows.people.users import add_position, add_user


@pytest.fixture
def case_id(world: World) -> int:
    return world.nominate()


def sent(user: Person, answers: dict[str, Any]) -> dict[str, str]:
    secrets = {name: hidden(user.page, name) or "" for name in ("request_key", "case_version")}
    return {**secrets, **as_sent(answers)}


def acts_of(world: World, element: str) -> int:
    return int(world.rows(select(func.count()).where(act.c.element == element))[0][0])


def test_a_refused_form_comes_back_with_everything_that_was_typed(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    world.until(case_id, "confirm_source")
    task, user = world.task(case_id, "confirm_source"), person("cell1")
    user.get(f"/tasks/{task.id}")
    typed = {"outcome": "left", "on": "31/02/2025", "number": "05-NQ/CB", "note": "<b>giữ nguyên</b>"}
    answer = user.post(f"/tasks/{task.id}", sent(user, typed))
    assert answer.status_code == 422
    assert "Ngày không có thật" in user.page
    assert "Cần ghi mục này." in user.page  # the reason that "left" needs
    assert 'value="31/02/2025"' in user.page
    assert 'value="05-NQ/CB"' in user.page
    assert "&lt;b&gt;giữ nguyên&lt;/b&gt;" in user.page
    assert world.elements(case_id) == ["confirm_source"]


def test_a_day_to_come_is_refused_at_its_field(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    task, user = world.task(case_id, "record_consent"), person("union1")
    user.get(f"/tasks/{task.id}")
    answer = user.post(f"/tasks/{task.id}", sent(user, {"outcome": "agreed", "on": "01/01/2099"}))
    assert answer.status_code == 422
    assert 'id="f-on-error"' in user.page


def test_days_are_accepted_as_people_write_them_and_shown_so(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    task, user = world.task(case_id, "record_consent"), person("union1")
    user.get(f"/tasks/{task.id}")
    assert 'value="18/08/2025"' in user.page
    user.post(f"/tasks/{task.id}", sent(user, {"outcome": "agreed", "on": "18/8/2025"}))
    assert world.elements(case_id) == ["confirm_source"]


def test_one_more_row_keeps_what_was_typed_and_checks_nothing(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    world.until(case_id, "send_verifications")
    task, user = world.task(case_id, "send_verifications"), person("school1")
    user.get(f"/tasks/{task.id}")
    assert user.page.count('name="addresses-') == 2 * 5
    typed = {"addresses-0-addressee": "Đảng ủy xã Xa", "addresses-1-addressee": "", "_more": "addresses"}
    answer = user.post(f"/tasks/{task.id}", {**sent(user, {}), **typed})
    assert answer.status_code == 200
    assert "Đảng ủy xã Xa" in user.page
    assert 'name="addresses-2-addressee"' in user.page
    assert "Chưa ghi được" not in user.page


def test_what_is_wrong_in_a_row_stands_at_that_row(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    world.until(case_id, "send_verifications")
    task, user = world.task(case_id, "send_verifications"), person("school1")
    user.get(f"/tasks/{task.id}")
    rows = {"addresses-0-about": "", "addresses-1-about": "father"}  # the first row is blank
    typed = {"outcome": "sent", "on": "18/08/2025", **rows}
    answer = user.post(f"/tasks/{task.id}", {**sent(user, {}), **typed})
    assert answer.status_code == 422
    assert 'id="f-addresses-1-addressee-error"' in user.page
    assert 'id="f-addresses-0-addressee-error"' not in user.page


def test_a_vote_that_is_not_lawful_shows_each_condition_with_its_source(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    world.until(case_id, "cell_vote")
    world.today = date(2027, 1, 4)  # the file is older than it may be
    task, user = world.task(case_id, "cell_vote"), person("cell1")
    user.get(f"/tasks/{task.id}")
    assert "Chưa đủ điều kiện" in user.page
    answer = user.post(f"/tasks/{task.id}", sent(user, world.answers("cell_vote")))
    assert answer.status_code == 422
    assert "đã quá 12 tháng" in user.page
    assert "Căn cứ:" in user.page
    assert acts_of(world, "cell_vote") == 0


def test_a_form_sent_twice_is_done_once_and_answered_the_same(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    task, user = world.task(case_id, "record_consent"), person("union1")
    path = f"/tasks/{task.id}?case={case_id}"
    user.get(path)
    form = sent(user, world.answers("record_consent"))
    first = user.post(path, form)
    again = user.post(path, form)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.request.path == again.request.path == f"/cases/{case_id}"
    assert acts_of(world, "record_consent") == 1
    done = world.rows(select(func.count()).where(journal.c.element == "record_consent"))
    assert done[0][0] == 1


def test_the_second_of_two_people_at_one_task_is_told_so(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    world.until(case_id, "confirm_source")
    task = world.task(case_id, "confirm_source")
    path = f"/tasks/{task.id}?case={case_id}"
    one, other = person("cell1"), person("cell2")
    one.get(path)
    other.get(path)
    assert one.post(path, sent(one, world.answers("confirm_source"))).status_code == 200
    late = other.post(path, sent(other, world.answers("confirm_source")))
    assert late.status_code == 409
    assert "Vừa có người làm việc này" in other.page
    assert acts_of(world, "confirm_source") == 1


def test_a_form_of_an_older_version_of_the_case_is_a_conflict(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    world.until(case_id, "helper_letter")
    letter, user = world.task(case_id, "helper_letter"), person("cell1")
    user.get(f"/tasks/{letter.id}")
    form = sent(user, world.answers("helper_letter"))
    world.do(case_id, "union_resolution")  # beside it, by somebody else
    assert user.post(f"/tasks/{letter.id}", form).status_code == 409
    assert user.get(f"/tasks/{letter.id}").status_code == 200


def test_going_back_to_a_task_that_is_done_leads_to_its_case(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    task, user = world.task(case_id, "record_consent"), person("union1")
    world.do(case_id, "record_consent")
    answer = user.get(f"/tasks/{task.id}?case={case_id}")
    assert answer.request.path == f"/cases/{case_id}"
    assert "Việc này đã xong." in user.page
    assert user.get(f"/tasks/{task.id}").status_code == 404  # who does not say which case learns nothing
    assert person("other1").get(f"/tasks/{task.id}?case={case_id}").status_code == 404


def test_a_vote_waits_for_a_second_person_and_the_first_cannot_confirm(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    world.until(case_id, "cell_vote")
    task, first, second = world.task(case_id, "cell_vote"), person("cell1"), person("cell2")
    path = f"/tasks/{task.id}?case={case_id}"
    first.get(path)
    first.post(path, sent(first, world.answers("cell_vote")))
    assert "Việc chờ người thứ hai xác nhận." in first.page
    assert "Xác nhận số phiếu" not in first.page
    refused = first.post(f"/tasks/{task.id}/confirm", {"request_key": "k"})
    assert refused.status_code == 404
    assert "Người ghi không tự xác nhận được" in first.page
    second.get("/tasks")
    assert "chờ xác nhận" in second.page
    second.get(path)
    assert "Xác nhận số phiếu" in second.page
    second.post(f"/tasks/{task.id}/confirm?case={case_id}", {"request_key": "k2"})
    rows = world.rows(select(vote.c.status, vote.c.confirmed_by).where(vote.c.task_id == task.id))
    assert [tuple(row) for row in rows] == [("standing", world.users["cell2"])]


def test_the_inbox_filters_by_step_words_without_accents_and_due_state(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    second = world.nominate(1)
    world.do(second, "record_consent")
    world.do(case_id, "record_consent")
    user = person("cell1")
    user.get("/tasks")
    assert "Nguyễn Văn Thử" in user.page
    assert "Trần Thị Nghiệm" in user.page
    user.get("/tasks?q=nguyen van thu")
    assert "Nguyễn Văn Thử" in user.page
    assert "Trần Thị Nghiệm" not in user.page
    user.get("/tasks?step=cell_vote")
    assert "Không có việc nào khớp với bộ lọc." in user.page
    user.get("/tasks?due=late")
    assert "Không có việc nào khớp với bộ lọc." in user.page
    user.get("/tasks?due=none&step=confirm_source")
    assert "Nguyễn Văn Thử" in user.page


def test_the_inbox_goes_on_page_by_page_without_losing_or_doubling(
    world: World, person: Callable[[str], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PAGE", 2)
    with world.store.transaction() as tx:
        for number in range(5):
            world.students.append(
                add_student(tx, world.institution, f"Lê Văn {number}", date(2007, 5, 10), grade=12)
            )
    for student in range(len(world.students)):
        world.nominate(student)
    user, seen, path = person("union1"), [], "/tasks"
    while path:
        user.get(path)
        seen += re.findall(r'class="main" href="/tasks/(\d+)', user.page)
        found = re.search(r'href="(/tasks\?[^"]*after=[^"]*)"', user.page)
        path = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == len(world.students)


def test_the_helper_of_a_candidate_sees_the_own_mentee_alone(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    with world.store.transaction() as tx:
        for name, member in (("giupdo1", world.members[0]), ("giupdo2", world.members[1])):
            user_id = add_user(tx, name, name, member_id=member, password=HASH)
            add_position(tx, user_id, world.cell, "helper", since=date(2020, 1, 1))
        tx.execute(update(user_account).values(password=HASH))
    world.until(case_id, "helper_letter")
    mine, other = person("giupdo1"), person("giupdo2")
    mine.get("/tasks")
    assert "Viết giấy giới thiệu người vào Đảng" in mine.page
    other.get("/tasks")
    assert "Viết giấy giới thiệu người vào Đảng" not in other.page
    assert mine.get(f"/tasks/{world.task(case_id, 'helper_letter').id}").status_code == 200
    assert other.get(f"/tasks/{world.task(case_id, 'helper_letter').id}").status_code == 404
    assert mine.get(f"/tasks/{world.task(case_id, 'union_resolution').id}").status_code == 404


def test_the_superior_finds_the_votes_that_wait_for_a_confirmation(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    world.until(case_id, "cell_vote")
    user = person("commune1")
    user.get("/tasks")
    assert "whose=confirm" not in user.page
    world.do(case_id, "cell_vote", confirm=False)
    task = world.task(case_id, "cell_vote")
    seen = {}
    for name in ("commune1", "school1", "cell2", "cell1", "other1", "union1"):
        user = person(name)
        user.get("/tasks?whose=confirm")
        seen[name] = f'href="/tasks/{task.id}?case={case_id}"' in user.page
    assert seen == {
        "commune1": True, "school1": True, "cell2": True, "cell1": False, "other1": False, "union1": False,
    }  # fmt: skip
    user = person("commune1")
    user.get("/tasks")
    assert "Chờ đồng chí xác nhận" in user.page
    user.get(f"/tasks/{task.id}?case={case_id}")
    secrets = {name: hidden(user.page, name) or "" for name in ("request_key", "case_version")}
    user.post(f"/tasks/{task.id}/confirm?case={case_id}", secrets)
    assert "cell_vote" not in world.elements(case_id)
    user.get("/tasks?whose=confirm")
    assert "Không có số phiếu nào chờ đồng chí xác nhận." in user.page
