"""A meeting through its pages, on both databases: planned, voted on one page, confirmed, printed."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select, update

from engine.transactions import Store
from tests.web.conftest import HASH, Person, hidden, make_app
from tests.web.meeting_hand import boxes, cases_of, record, tasks_of, votes
from tests.workflows.builders import World
from tests.workflows.meetings.hall import assemble, meeting_of
from workflows.admission.records import act
from workflows.meetings.records import agenda_item, planned_meeting
from workflows.people.records import user_account


@pytest.fixture
def world(store: Store) -> World:
    made, cases = assemble(store, 3)
    made.users["case"] = cases[0]
    with store.transaction() as tx:
        tx.execute(update(user_account).values(password=HASH))
    return made


@pytest.fixture
def app(world: World) -> Iterator[Flask]:
    yield make_app(world)


def test_a_cell_goes_from_the_plan_to_the_confirmed_minutes(
    world: World, person: Callable[[str], Person]
) -> None:
    user = person("cell1")
    user.get("/meetings")
    assert "Hội nghị chi bộ" in user.page and "Chưa có cuộc họp nào đang chờ" in user.page
    user.get(f"/meetings/new/{world.cell}")
    sent = {"on_day": f"{world.today:%d/%m/%Y}", "place": "Phòng hội đồng", "starts_at": "15h30"}
    user.post(f"/meetings/new/{world.cell}", {**boxes(user.page), "kind": "regular", **sent})
    number = world.rows(select(planned_meeting.c.id))[0].id
    assert meeting_of(world, number).starts_at == "15:30"
    assert user.page.count("đủ điều kiện</span>") == 3
    user.post(f"/meetings/{number}/agenda", {"_all": "1"})
    assert "Đã ghi chương trình: 3 người." in user.page
    last = cases_of(world)[2]
    ticked = [f"{case_id}-cell_vote" for case_id in cases_of(world)]
    user.post(f"/meetings/{number}/agenda", {"on": ticked, f"rank-{last}-cell_vote": "1"})
    assert world.rows(select(agenda_item.c.case_id).order_by(agenda_item.c.rank))[0].case_id == last
    user.get(f"/meetings/{number}/agenda")
    assert "CHƯƠNG TRÌNH" in user.page and "Phòng hội đồng" in user.page

    user.get(f"/meetings/{number}/record")
    first, second, third = tasks_of(world)
    typed = {f"votes_for-{second}": "5", f"votes_against-{second}": "3", "chaired_by": "Bà Chủ Trì"}
    assert record(user, number, "_fill", first_number="21", **typed) == 200
    shown = boxes(user.page)
    assert (shown[f"votes_for-{first}"], shown[f"votes_for-{second}"]) == ("8", "5")
    assert "8/8 tán thành, cần ít nhất 2/3 của 8, tức từ 6 phiếu" in user.page
    assert "không đủ phiếu" in user.page and shown["chaired_by"] == "Bà Chủ Trì"
    assert {shown[f"number-{third}"], shown[f"number-{first}"]} == {"21", "22"}, "in the agenda's order"
    assert shown[f"number-{third}"] == "21" and shown[f"number-{second}"] == ""
    assert votes(world, "pending") == 0, "nothing is saved before it was looked at"
    record(user, number, "_save")
    assert "3 biểu quyết chờ người thứ hai xác nhận" in user.page
    assert votes(world, "pending") == 3

    user.get(f"/meetings/{number}/minutes")
    assert "Bản nháp" in user.page and "BIÊN BẢN" in user.page
    user.get(f"/meetings/{number}/confirm")
    assert "Đồng chí đã nhập" in user.page and 'name="vote"' not in user.page
    other = person("cell2")
    other.get(f"/meetings/{number}/confirm")
    ids = re.findall(r'name="vote" value="(\d+)"', other.page)
    assert len(ids) == 3
    key = hidden(other.page, "request_key")
    other.post(f"/meetings/{number}/confirm", {"vote": ids[:1], "request_key": key})
    assert votes(world, "standing") == 1
    other.get(f"/meetings/{number}/confirm")
    other.post(f"/meetings/{number}/confirm", {"vote": ids, "request_key": hidden(other.page, "request_key")})
    assert votes(world, "standing") == 3
    numbers = {row.number for row in world.rows(select(act).where(act.c.element == "cell_vote"))}
    assert numbers == {"Số 21-NQ/CB", "Số 22-NQ/CB", "Số 01-BB/CB"}
    other.get(f"/meetings/{number}/minutes")
    assert "Bản nháp" not in other.page and "5/8" in other.page and "(62,5%)" in other.page
    other.get(f"/meetings/{number}/resolutions")
    assert "21-NQ/CB" in other.page and other.page.count("<tr>") == 3
    other.get("/meetings")
    assert "Số 01-BB/CB" in other.page
