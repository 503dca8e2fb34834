"""The inbox as its user meets it: groups, filters in the address, pages both ways, the sheet, hands."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import event, insert, select, update

from engine.records import journal
from engine.records import task as task_table
from tests.web.conftest import Person, hidden
from tests.workflows.builders import World, noon
from workflows.desk import inbox
from workflows.meetings.records import agenda_item, planned_meeting
from workflows.people.records import student, user_account
from workflows.people.students import add_student


def numbers(page: str) -> list[int]:
    return [int(one) for one in re.findall(r'class="main" href="/tasks/(\d+)', page)]


@pytest.fixture
def crowd(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Seven nominated students, two to a page."""
    monkeypatch.setattr(inbox, "PAGE", 2)
    names = ("Lê Văn Ánh", "Lê Văn Ân", "Trần Đức", "Vũ Thị Dung", "=1+1 Bình")
    with world.store.transaction() as tx:
        for name in names:
            world.students.append(
                add_student(tx, world.institution, name, date(2007, 5, 10), grade=12, class_name="12A1")
            )
    for number in range(len(world.students)):
        world.nominate(number)
    return world


def test_pages_lead_on_and_back_by_due_day_and_by_name(crowd: World, person: Callable[[str], Person]) -> None:
    user = person("union1")
    for sort in ("", "?sort=name"):
        forward, path = [], f"/tasks{sort}"
        while path:
            user.get(path)
            forward.append(numbers(user.page))
            found = re.search(r'rel="next" href="(/tasks\?[^"]*)"', user.page)
            path = found[1].replace("&amp;", "&") if found else ""
        assert [len(page) for page in forward] == [2, 2, 2, 1]
        back = [numbers(user.page)]
        while found := re.search(r'rel="prev" href="(/tasks\?[^"]*)"', user.page):
            user.get(found[1].replace("&amp;", "&"))
            back.append(numbers(user.page))
        assert back[::-1] == forward
    user.get("/tasks?after=nonsense_1&sort=name")
    assert numbers(user.page) == forward[0]


def test_names_stand_in_vietnamese_order(crowd: World, person: Callable[[str], Person]) -> None:
    user = person("union1")
    seen = []
    path = "/tasks?sort=name"
    while path:
        user.get(path)
        seen += re.findall(r"</td>\s*<td>([^<]+)<span", user.page)
        found = re.search(r'rel="next" href="(/tasks\?[^"]*)"', user.page)
        path = found[1].replace("&amp;", "&") if found else ""
    given = [name.split()[-1] for name in seen]
    assert given == ["Ánh", "Ân", "Bình", "Dung", "Đức", "Nghiệm", "Thử"]


def test_filters_narrow_and_the_sheet_has_every_line_of_them_as_text(
    crowd: World, person: Callable[[str], Person]
) -> None:
    user = person("union1")
    user.get("/tasks?q=le+van")
    assert len(numbers(user.page)) == 2
    case_id = crowd.rows(select(task_table.c.case_id).where(task_table.c.id == numbers(user.page)[0]))[0][0]
    user.get(f"/tasks?q={case_id}")
    assert len(numbers(user.page)) == 1
    user.get("/tasks?step=record_consent&hand=nobody&follow=no&due=none&stage=source_building")
    assert len(numbers(user.page)) == 2
    assert "7 việc" in user.page
    user.get("/tasks?due=paper")
    assert "Không có việc nào khớp với bộ lọc." in user.page
    answer = user.get("/tasks/export.xlsx?step=record_consent&sort=name")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.get_data())).get_sheet_by_index(0).to_python()
    assert [row[1] for row in sheet[1:]][2] == "=1+1 Bình"
    assert len(sheet) == 1 + 7
    stranger = person("other1").get("/tasks/export.xlsx")
    empty = CalamineWorkbook.from_filelike(io.BytesIO(stranger.get_data())).get_sheet_by_index(0).to_python()
    assert len(empty) == 1


def test_the_meeting_filter_shows_what_stands_on_its_agenda(
    crowd: World, person: Callable[[str], Person]
) -> None:
    task = crowd.rows(select(task_table.c.case_id, task_table.c.id).order_by(task_table.c.id))[3]
    with crowd.store.transaction() as tx:
        day = crowd.today + timedelta(days=5)
        row = {"organisation_id": crowd.union, "body": "union_exec", "branch": "", "kind": "regular"}
        meeting = tx.insert(
            planned_meeting, row | {"on_day": day, "status": "planned", "recorded_at": noon(crowd.today)}
        )
        agenda = {"planned_meeting_id": meeting, "case_id": task.case_id, "element": "record_consent"}
        tx.execute(insert(agenda_item), agenda | {"rank": 1})
    user = person("union1")
    user.get("/tasks")
    assert "Họp ngày 23/08/2025" in user.page
    user.get(f"/tasks?meeting={meeting}")
    assert numbers(user.page) == [task.id]


def test_a_task_is_taken_given_and_put_back_on_its_page(
    crowd: World, person: Callable[[str], Person]
) -> None:
    first, second = person("union1"), person("union2")
    first.get("/tasks")
    task = numbers(first.page)[0]
    first.get(f"/tasks/{task}")
    assert "Chưa ai nhận riêng" in first.page
    assert "Vì sao tôi thấy việc này?" in first.page
    second.get(f"/tasks/{task}")
    assert first.post(f"/tasks/{task}/claim", {}).status_code == 200
    assert "Đồng chí đã nhận việc này." in first.page
    late = second.post(f"/tasks/{task}/claim", {})
    assert late.status_code == 409
    assert "Đồng chí union 1 vừa nhận việc này." in second.page
    first.get("/tasks?whose=mine")
    assert numbers(first.page) == [task]
    first.get(f"/tasks/{task}")
    wrong = first.post(f"/tasks/{task}/give", {"assignee": str(crowd.users["cell1"]), "was": "0"})
    assert wrong.status_code == 422
    assert "Hãy chọn người khác" in first.page
    assert 'value="18/08/2025"' in first.page  # the form of the step is as it was
    given = {"assignee": str(crowd.users["union2"]), "was": str(crowd.users["union1"])}
    first.post(f"/tasks/{task}/give", given)
    assert "Đồng chí union 2 đã nhận việc này." in first.page
    typed = first.post(f"/tasks/{task}/follow-up", {"follow_up": "31/02/2026"})
    assert typed.status_code == 422
    assert 'value="31/02/2026"' in first.page
    first.post(f"/tasks/{task}/follow-up", {"follow_up": "05/12/2025"})
    second.get("/tasks?follow=later")
    assert "hẹn lại 05/12" in second.page
    second.get(f"/tasks/{task}")
    second.post(f"/tasks/{task}/release", {"was": hidden(second.page, "was") or ""})
    assert "Chưa ai nhận riêng" in second.page
    kinds = crowd.rows(select(journal.c.kind).where(journal.c.kind.in_(("assignment", "follow_up"))))
    assert len(kinds) == 4


def test_what_waits_for_others_without_an_account_says_so_and_why(
    crowd: World, person: Callable[[str], Person]
) -> None:
    with crowd.store.transaction() as tx:
        ids = [crowd.users["union1"], crowd.users["union2"]]
        tx.execute(update(user_account).where(user_account.c.id.in_(ids)).values(password=None))
    user = person("school1")
    user.get("/tasks")
    assert "Làm thay nơi chưa có tài khoản" in user.page
    user.get("/tasks?whose=behalf")
    assert "làm thay" in user.page
    user.get(f"/tasks/{numbers(user.page)[0]}")
    assert "nhật ký ghi rõ là nhập thay" in user.page


def test_the_search_knows_names_numbers_of_cases_and_of_papers(
    crowd: World, person: Callable[[str], Person]
) -> None:
    case_id = crowd.rows(select(task_table.c.case_id).order_by(task_table.c.id))[0][0]
    crowd.do(case_id, "record_consent", number="07-ĐN/ĐTN", take_number=False)
    user = person("cell1")
    for words in ("thu nguyen", str(case_id), "07-dn"):
        user.get(f"/search?q={words}")
        assert f'href="/cases/{case_id}"' in user.page, words
    assert "07-ĐN/ĐTN" in user.page
    user.get("/search?q=%25%25")
    assert "/cases/" not in user.page
    outside = person("other1")
    outside.get("/search?q=thu nguyen")
    assert f'href="/cases/{case_id}"' not in outside.page


def test_inbox_filter_and_search_need_few_statements(crowd: World, person: Callable[[str], Person]) -> None:
    user = person("cell1")
    sent: list[str] = []
    event.listen(crowd.store.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    for path in ("/tasks", "/tasks?q=van&step=confirm_source&sort=name", "/search?q=van", "/search?q=07"):
        user.get(path)  # the tree is read once a process
        sent.clear()
        assert user.get(path).status_code == 200
        assert len(sent) <= 6, (path, sent)


def test_a_name_without_marks_finds_the_one_with_them(crowd: World, person: Callable[[str], Person]) -> None:
    rows = crowd.rows(select(student.c.search_key).where(student.c.given_name == "Đức"))
    assert rows[0].search_key == "tran duc"
    user = person("union1")
    user.get("/tasks?q=DUC%20tr")
    assert len(numbers(user.page)) == 1
