"""The pages of bulk work: what may be chosen, what is kept, who sees it, what is sent twice."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select

from engine.records import case, task
from tests.web.bulk.conftest import Batches, wrong
from tests.web.conftest import Person
from tests.workflows.builders import World
from workflows.bulk import table
from workflows.bulk.records import batch, batch_line

Signed = Callable[[str], Person]


def today(world: World) -> str:
    return f"{world.today:%d/%m/%Y}"


def test_tasks_of_several_steps_are_sorted_and_one_list_is_picked(
    world: World, batches: Batches, person: Signed
) -> None:
    batches.open(2, "assign_helper")
    world.do(batches.cases[0], "assign_helper", member_id=world.members[0])
    cell = person("cell1")
    ticked = [row.id for row in world.rows(select(task.c.id))]
    answer = cell.post("/bulk", {"task": [*ticked, 987654321]})
    assert answer.status_code == 200 and "bỏ ra" in cell.page
    assert "Phân công đảng viên chính thức giúp đỡ" in cell.page and world.rows(select(batch)) == []
    [helper_task] = batches.tasks("assign_helper")
    number = batches.choose(cell, task=[helper_task], anyway=["1"])
    assert [line.task_id for line in batches.lines(number)] == [helper_task]


def test_nothing_ticked_says_what_to_do(person: Signed, world: World) -> None:
    cell = person("cell1")
    assert cell.post("/bulk", {}).status_code == 422
    assert "Chưa chọn dòng nào" in cell.page


def test_a_step_that_must_be_looked_at_one_by_one_says_so(
    world: World, batches: Batches, person: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = batches.open(2, "assign_helper")
    monkeypatch.setattr(table, "SHARING", {**table.SHARING, "assign_helper": table.ALONE})
    cell = person("cell1")
    cell.post("/bulk", {"task": tasks, "anyway": "1"})
    assert "chỉ làm từng người một" in cell.page and f"/tasks/{tasks[0]}" in cell.page
    assert world.rows(select(batch)) == []


def test_what_others_owe_is_not_even_named(world: World, batches: Batches, person: Signed) -> None:
    tasks = batches.open(1, "assign_helper")
    stranger = person("other1")
    assert stranger.post("/bulk", {"task": tasks}).status_code == 422
    assert "Bùi Văn An" not in stranger.page
    assert stranger.post("/bulk", {"student": world.students}).status_code == 422
    assert "Bùi Văn An" not in stranger.page


def test_a_batch_is_its_makers_alone(world: World, batches: Batches, person: Signed) -> None:
    number = batches.choose(person("union1"), student=world.students[:2])
    colleague = person("union2")
    for path in (f"/bulk/{number}", f"/bulk/{number}/form", "/bulk/987654321"):
        assert colleague.get(path).status_code == 404
    for verb in ("form", "start", "retry", "stop", "correct"):
        assert colleague.post(f"/bulk/{number}/{verb}", {}).status_code == 404
    assert colleague.get("/bulk").status_code == 200 and f"/bulk/{number}" not in colleague.page


def test_more_than_the_limit_is_said_and_the_first_are_taken(
    world: World, person: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    from web.pages import bulk
    from workflows.bulk import choosing

    monkeypatch.setattr(choosing, "MOST_LINES", 3)
    monkeypatch.setattr(bulk, "MOST_LINES", 3)
    union = person("union1")
    union.post("/bulk", {"student": world.students})
    assert "tối đa 3 dòng; đã chọn 5" in union.page
    taken = re.findall(r'name="student" value="(\d+)"', union.page)
    assert len(taken) == 3
    union.post("/bulk", {"student": taken, "anyway": "1"})
    assert world.rows(select(func.count()).select_from(batch_line))[0][0] == 3


def test_all_that_wait_at_the_step_are_taken_beyond_the_page_that_was_ticked(
    world: World, batches: Batches, person: Signed
) -> None:
    tasks = batches.open(3, "assign_helper")
    cell = person("cell1")
    number = batches.choose(cell, task=tasks[:1])
    assert "có 3 dòng đang chờ" in cell.page
    cell.post(f"/bulk/{number}/widen", {})
    wider = max(row.id for row in world.rows(select(batch)))
    assert [line.task_id for line in batches.lines(wider)] == tasks and "đang chờ" not in cell.page


def test_a_refused_form_keeps_everything_that_was_typed(
    world: World, batches: Batches, person: Signed
) -> None:
    tasks = batches.open(2, "assign_helper")
    cell = person("cell1")
    number = batches.choose(cell, task=tasks)
    batches.fill(cell, number, {"on": "31/02/2026", "note": "Họp tổ"}, n2={"shared_since": "hôm qua"})
    found = wrong(cell.page)
    assert any("Ngày không có thật" in text for text in found)
    assert 'value="31/02/2026"' in cell.page and "Họp tổ" in cell.page and 'value="hôm qua"' in cell.page
    assert batches.states(number) == ["waiting"] * 2
    batches.fill(
        cell,
        number,
        {"on": today(world), "member_id": str(world.members[0]), "shared_since": "05/09/2022", "note": "Họp"},
        n2={"member_id": str(world.members[1])},
    )
    cell.get(f"/bulk/{number}/form")  # "sửa lại biểu": it is all there
    assert "Họp" in cell.page and 'value="05/09/2022"' in cell.page
    assert cell.page.count("selected") >= 2


def test_the_law_says_why_some_cannot_with_source_and_first_day(
    world: World, batches: Batches, person: Signed
) -> None:
    tasks = batches.open(2, "cell_vote")
    cell = person("cell1")
    number = batches.choose(cell, task=tasks)
    early = {"votes_for": "8", "votes_against": "0", "invalid": "0", "present": "8", "method": "secret"}
    shared = {"on": today(world), "outcome": "carried"}
    for case_id in batches.cases[:1]:  # a helper was lost: one cannot be voted on
        with world.store.transaction() as tx:
            from tests.workflows.builders import noon
            from workflows.admission import acts

            acts.report_helper_lost(
                tx, case_id, "left", on=world.today, by=world.users["cell1"], now=noon(world.today)
            )
    batches.fill(cell, number, shared | early)
    assert "làm được 1" in cell.page and "không làm được 1" in cell.page and "Căn cứ:" in cell.page
    batches.confirm(cell, number)
    assert sorted(batches.states(number)) == ["done", "refused"]
    cell.post(f"/bulk/{number}/correct", {})
    assert 'value="8"' in cell.page and world.rows(select(func.count()).select_from(batch))[0][0] == 2


def test_buttons_pressed_twice_do_nothing_twice(world: World, batches: Batches, person: Signed) -> None:
    union = person("union1")
    number = batches.choose(union, student=world.students[:2])
    for _ in range(2):
        batches.fill(union, number, {"on": today(world)})
    revision = re.search(r'name="revision" value="(\d+)"', union.page)
    assert revision
    for _ in range(2):
        union.post(f"/bulk/{number}/start", {"revision": revision[1]})
    batches.wait(union, number)
    assert batches.states(number) == ["done"] * 2
    assert world.rows(select(func.count()).select_from(case))[0][0] == 2
    for verb in ("retry", "stop"):
        union.post(f"/bulk/{number}/{verb}", {})
    assert batches.states(number) == ["done"] * 2
    assert union.post(f"/bulk/{number}/form", {"on": today(world)}).status_code == 409


def test_a_day_in_the_future_is_told_at_every_line_in_one_sentence(
    world: World, batches: Batches, person: Signed
) -> None:
    union = person("union1")
    number = batches.choose(union, student=world.students[:3])
    batches.fill(union, number, {"on": f"{date(world.today.year + 1, 1, 1):%d/%m/%Y}"})
    assert "không làm được 3" in union.page and union.page.count("ở tương lai") == 1
    assert 'name="revision"' not in union.page  # nothing to confirm
    assert union.post(f"/bulk/{number}/start", {"revision": "1"}).status_code == 409
