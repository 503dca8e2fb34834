"""The season of graduation through the pages: where leavers go, many prepared, sent and taken over at once.

On the embedded database; what the lists say is tried on both (tests/workflows/season).
"""

import re
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from tests.web.bulk.conftest import wrong
from tests.web.conftest import HASH, Person, make_app
from tests.workflows.season.conftest import GRADUATION, HOME, town  # noqa: F401
from tests.workflows.transfers.town import Town
from workflows.people.records import student, user_account
from workflows.people.students import add_student
from workflows.reminders.distributing import distribute
from workflows.season.records import leaver_destination
from workflows.season.rising import raise_leavers
from workflows.transfers import custody

Ask = Callable[[str], Person]
NAME, MEMBER = "Nguyễn Văn Thử", "Lê Văn Đảng"


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "ketnap.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def world(town: Town) -> Town:  # noqa: F811
    with town.store.transaction() as tx:
        tx.execute(update(user_account).values(password=HASH))
    return town


@pytest.fixture
def app(world: Town) -> Flask:
    return make_app(world)


@pytest.fixture
def ask(app: Flask) -> Ask:
    known: dict[str, Person] = {}
    return lambda name: known.setdefault(name, Person(app).sign_in(name))


def said(world: Town, student_id: int) -> list[tuple[int | None, str | None, str | None]]:
    w = leaver_destination.c
    query = select(w.organisation_id, w.addressee, w.reason).where(w.student_id == student_id)
    return [tuple(row) for row in world.rows(query.order_by(w.id))]


def sheet(data: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()


def tile(page: str, words: str) -> int:
    found = re.search(r"<strong>(\d+)</strong>" + words, page)
    assert found is not None, words
    return int(found[1])


# --- the lists


def test_each_sees_the_schools_and_people_within_reach_and_nobody_else(world: Town, ask: Ask) -> None:
    for who in ("cell1", "school1", "commune1", "province1"):
        person = ask(who)
        person.get("/season")
        assert tile(person.page, "người ra trường") == 2, who
        assert "Trường THPT Thử Nghiệm" in person.page and f"{GRADUATION:%d/%m/%Y}" in person.page
        person.get(f"/season/people?school={world.institution}&day={GRADUATION}")
        assert NAME in person.page and MEMBER in person.page, who
    for who in ("home1", "other1"):
        person = ask(who)
        for path in ("/season", "/season/people", f"/season/people?school={world.institution}"):
            person.get(path)
            assert "Thử Nghiệm 1" not in person.page and NAME not in person.page, (who, path)
    assert ask("union1").get("/season").status_code == 404


def test_a_line_says_form_place_papers_and_what_follows_where_nobody_acts(world: Town, ask: Ask) -> None:
    person = ask("cell1")
    person.get("/season/people?q=nguyen+van+thu")
    assert MEMBER not in person.page
    for told in (
        "Giới thiệu người đang được giúp đỡ",
        "Đảng ủy xã Quê",
        "nơi cư trú, đề xuất",
        "còn thiếu 2 giấy tờ",
        "Đơn xin vào Đảng",
        "không ghi rời trường được",
        "Chưa biết nơi đến",
        "đã nhắc trường",
    ):
        assert told in person.page, told
    assert "giả định, chờ văn bản" in person.page, "how sure the days of the letter are"
    person.get("/season/people?state=offered")
    assert "Không có ai khớp với bộ lọc." in person.page


def test_sheets_hold_everything_behind_the_filters(world: Town, ask: Ask) -> None:
    person = ask("school1")
    schools = sheet(person.get("/season/export.xlsx").data)
    assert schools[1][0] == "Trường THPT Thử Nghiệm" and schools[1][2:4] == [2, 2]
    assert [row[0] for row in sheet(person.get("/season/people.xlsx").data)[1:]] == [MEMBER, NAME]
    assert len(sheet(person.get("/season/people.xlsx?q=dang").data)) == 2
    world.offered(world.home)
    board = sheet(person.get("/season/acceptance.xlsx").data)
    assert board[1][0] == "Đảng ủy xã Quê" and board[1][2] == 1
    assert [row[0] for row in sheet(person.get("/season/acceptance/people.xlsx?what=offered").data)[1:]] == [
        NAME
    ]


# --- where to


def test_a_place_is_recorded_by_name_kept_on_errors_and_taken_back(world: Town, ask: Ask) -> None:
    one, person = world.students[0], ask("cell1")
    path = f"/season/students/{one}/destination"
    person.get(path)
    assert f'value="{world.home}"' in person.page, "the residence is offered"
    answer = person.post(path, {"receiver": "khong co noi nay"})
    assert answer.status_code == 422 and "Không có tổ chức đảng nào như vậy" in person.page
    assert 'value="khong co noi nay"' in person.page
    answer = person.post(path, {"addressee": "Đại học Xa", "reason": "abroad"})
    assert answer.status_code == 422 and 'value="Đại học Xa"' in person.page
    assert re.search(r'id="f-receiver-error".*?không ghi cả hai', person.page, re.S)
    assert said(world, one) == []
    person.post(path, {"receiver": "dang uy truong dai hoc thu"})
    person.post(path, {"reason": "undecided"})
    person.post(path, {})
    assert said(world, one) == [(world.campus, None, None), (None, None, "undecided"), (None, None, None)]
    assert "Đã bỏ nơi đến" in person.page


def test_the_page_of_the_student_leads_there_and_a_handover_under_way_says_the_place_itself(
    world: Town, ask: Ask
) -> None:
    one, person = world.students[0], ask("cell1")
    path = f"/season/students/{one}/destination"
    person.get(f"/students/{one}")
    assert path in person.page
    handover = world.prepare(world.home)
    person.get(path)
    assert f'href="/transfers/{handover}"' in person.page and 'name="addressee"' not in person.page
    assert ask("home1").get(path).status_code == 404
    assert person.get(f"/season/students/{world.students[1]}/destination").status_code == 404


def test_many_go_home_each_to_their_own_place_or_all_to_one(world: Town, ask: Ask) -> None:
    one, member, person = world.students[0], world.extra["member"], ask("school1")
    person.get("/season/people")
    person.post(f"/season/chosen?school={world.institution}", {"student": [one, member]})
    assert NAME in person.page and MEMBER in person.page and "Đảng ủy xã Quê" in person.page
    both = {"student": [one, member], "home": "1"}
    answer = person.post("/season/destinations", both)
    assert answer.status_code == 422 and MEMBER in " ".join(wrong(person.page))
    assert re.search(r'name="home"[^>]* checked', person.page), "what was ticked stays"
    assert said(world, one) == [], "all of them or nobody"
    person.post(f"/season/destinations?school={world.institution}", {"student": [one], "home": "1"})
    assert said(world, one) == [(world.home, None, None)]
    assert "Đã ghi cho 1 người." in person.page
    person.post("/season/destinations", {"student": [one, member], "addressee": "Đại học Xa"})
    assert said(world, member) == [(None, "Đại học Xa", None)] == said(world, one)[1:]


def test_nobody_is_written_of_who_was_not_ticked_or_is_not_ones_own(world: Town, ask: Ask) -> None:
    stranger, own = ask("home1"), ask("cell1")
    for person, ticked in ((stranger, [world.students[0]]), (own, []), (own, [world.students[1], 10**15])):
        answer = person.post("/season/destinations", {"student": ticked, "reason": "abroad"})
        assert answer.status_code == 422 and "Không có ai để ghi" in person.page
    assert said(world, world.students[0]) == []


def test_nobody_leaves_without_a_place_and_the_refusal_says_where_to_write_it(world: Town, ask: Ask) -> None:
    person = ask("cell1")
    leaving = {"_form": "left", "reason": "graduated", "on": f"{world.today:%d/%m/%Y}"}
    person.get(f"/students/{world.extra['member']}")
    person.post(f"/students/{world.extra['member']}/left", leaving)
    assert "“Mùa tốt nghiệp”" in person.page


def test_the_notice_of_lost_leavers_leads_to_them(world: Town, ask: Ask) -> None:
    raise_leavers(world.store, world.now())
    distribute(world.store, world.now())
    person = ask("school1")
    person.get("/notices?state=all")
    number = re.search(r"/notices/(\d+)/open(?:(?!/open).)*người chưa biết nơi đến", person.page, re.S)
    assert number is not None
    person.post(f"/notices/{number[1]}/open", {})
    assert NAME in person.page and MEMBER in person.page
    assert f"{GRADUATION:%d/%m/%Y}" in person.page


# --- many at once, and the board of all three sides


def together(person: Person, path: str, **sent: object) -> int:
    """Press a button that makes a list of bulk work; gives the number of the list."""
    answer = person.post(path, sent)
    assert answer.status_code == 200, wrong(person.page)
    found = re.search(r"/bulk/(\d+)", answer.request.path)
    assert found is not None, wrong(person.page)
    return int(found[1])


def to_the_end(person: Person, number: int) -> None:
    for _ in range(50):
        if "Refresh" not in person.get(f"/bulk/{number}").headers:
            return
    raise AssertionError("it never ends")


def confirm(person: Person, number: int) -> None:
    """Look at the preview and start what it showed."""
    to_the_end(person, number)
    found = re.search(r'name="revision" value="(\d+)"', person.page)
    assert found is not None, wrong(person.page)
    person.post(f"/bulk/{number}/start", {"revision": found[1]})
    to_the_end(person, number)


def more_leavers(world: Town, count: int) -> None:
    """Candidates at the same step, who live in the same commune."""
    with world.store.transaction() as tx:
        for number in range(count):
            name = f"Phạm Thị {chr(65 + number)}"
            world.students.append(add_student(tx, world.institution, name, date(2007, 5, 10), grade=12))
            tx.execute(update(student).where(student.c.id == world.students[-1]).values(commune_code=HOME))
    today = world.today
    world.today = today - timedelta(days=60)
    for place in range(len(world.students) - count, len(world.students)):
        world.until(world.nominate(place), "application")
    world.today = today


def test_leavers_are_prepared_offered_and_taken_over_in_bulk_and_all_three_sides_read_it(
    world: Town, ask: Ask
) -> None:
    more_leavers(world, 2)
    cell, school, home, province = (ask(who) for who in ("cell1", "school1", "home1", "province1"))
    cell.get("/season/people")
    assert "Chuẩn bị chuyển giao cho cả 4 người" in cell.page
    batch = together(cell, "/season/prepare", all="1")
    to_the_end(cell, batch)
    assert cell.page.count("→ Đảng ủy xã Quê") == 3, "the preview says where each goes"
    assert "làm được 3" in cell.page and "không làm được 1" in cell.page, "nobody knows where the member goes"
    cell.get(f"/bulk/{batch}/form")
    assert f'<option value="{world.home}" selected' in cell.page, "the form offers the places of the lines"
    confirm(cell, batch)
    school.get("/season/acceptance")
    assert tile(school.page, "Chờ gửi giấy") == 3
    school.get("/season/people")
    assert "Gửi giấy giới thiệu cùng lúc: 3 người" in school.page
    batch = together(school, f"/season/letters?day={GRADUATION}")
    day = f"{world.today:%d/%m/%Y}"
    shared = {"outcome": "offered", "on": day, "numbering": "each"}
    school.get(f"/bulk/{batch}/form")
    school.post(f"/bulk/{batch}/form", shared)
    confirm(school, batch)
    home.get("/season/acceptance?side=in")
    assert tile(home.page, "Chờ trả lời") == 3
    home.get(f"/season/acceptance/people?side=in&what=offered&group={world.cell}")
    assert NAME in home.page and "Phạm Thị A" in home.page
    batch = together(home, f"/season/together?side=in&group={world.cell}", step="answer_handover")
    home.get(f"/bulk/{batch}/form")
    taken = {"outcome": "accepted", "on": day, "number": "5-CV/ĐU", "cell_id": str(world.village)}
    home.post(f"/bulk/{batch}/form", taken)
    confirm(home, batch)
    assert home.page.count("Chi bộ 1 → Đảng ủy xã Quê") == 3
    for person, query in ((cell, ""), (home, "?side=in"), (province, "")):
        person.get(f"/season/acceptance{query}")
        assert tile(person.page, "Đã tiếp nhận") == 3 and tile(person.page, "Chờ trả lời") == 0
    with world.store.transaction(writing=False) as tx:
        assert custody.last_step(tx, world.students[0]).organisation_id == world.village
    cell.get("/season/people?state=accepted")
    assert NAME in cell.page and "Đang được giúp đỡ, chi bộ chưa xét" not in cell.page
    world.today += timedelta(days=40)
    for person, query in ((cell, ""), (home, "?side=in"), (province, "")):
        person.get(f"/season/acceptance{query}")
        assert tile(person.page, "Chưa ai giúp đỡ") == 3 and "vẫn chưa phân công người giúp đỡ" in person.page


def test_a_step_that_nobody_of_ones_own_owes_makes_no_list(world: Town, ask: Ask) -> None:
    world.offered(world.home)
    for who, step in (("cell1", "answer_handover"), ("home1", "cell_vote"), ("home1", "")):
        person = ask(who)
        person.get("/season/acceptance")
        answer = person.post("/season/together?side=in", {"step": step})
        assert answer.status_code == 422 and "/bulk" not in answer.request.path


# --- too young


def test_who_is_too_young_appears_with_the_plan_and_above_only_with_a_name_one_may_read(
    world: Town, ask: Ask
) -> None:
    world.today = date(2025, 12, 1)
    with world.store.transaction() as tx:
        late = {"birth_date": date(2008, 7, 1)}
        tx.execute(update(student).where(student.c.id == world.students[0]).values(late))
    own, above, far = ask("cell1"), ask("commune1"), ask("home1")
    own.get("/season/too-young")
    assert NAME in own.page and "Đảng ủy xã Quê" in own.page
    assert "Không có kỳ họp nào xét được trước khi ra trường" in own.page
    own.get("/season/too-young?group=tight")
    assert NAME not in own.page and "Không có ai khớp" in own.page
    above.get(f"/season/too-young?school={world.institution}")
    assert NAME in above.page
    far.get(f"/season/too-young?school={world.institution}")
    assert NAME not in far.page
    assert [row[0] for row in sheet(own.get("/season/too-young.xlsx").data)[1:]] == [NAME]
