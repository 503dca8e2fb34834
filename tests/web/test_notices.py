"""Notices as people meet them: unread first, names only where one may see them, a line that leads on."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select, update

from engine.outbox import tell
from engine.records import case, outbox
from tests.web.conftest import HASH, Person
from tests.workflows.builders import BEGINNING, World, noon
from workflows.organisations.queries import tree_of
from workflows.people.records import position, user_account
from workflows.people.users import add_position, add_user
from workflows.reminders import channels, reading
from workflows.reminders.distributing import distribute
from workflows.reminders.raising import remind
from workflows.reminders.records import network_zone, notice
from workflows.schedules.beginning import seed_school_years

Sit = Callable[[str], Person]


def lines(page: str) -> list[str]:
    found = re.findall(r'(?:notice-open" type="submit"|class="main")>([^<]+)<', page)
    return [" ".join(one.split()) for one in found]


def number(page: str, words: str) -> str:
    """The address behind the line with these words."""
    found = re.search(rf'action="(/notices/\d+/open)">(?:(?!</form>).)*{re.escape(words)}', page, re.DOTALL)
    assert found, page
    return found[1]


def bring(world: World) -> None:
    distribute(world.store, noon(world.today))


def leave(world: World, key: str, kind: str, **to: Any) -> None:
    facts = to.pop("facts", {})
    with world.store.transaction() as tx:
        tell(tx, key, kind, facts=facts, now=noon(world.today), **to)
    bring(world)


@pytest.fixture
def nominated(world: World) -> int:
    case_id = world.nominate()
    bring(world)
    return case_id


def test_a_notice_names_the_person_to_who_may_see_the_case_and_to_nobody_else(
    world: World, nominated: int, person: Sit
) -> None:
    facts = {"task": world.task(nominated, "record_consent").id, "element": "record_consent"}
    leave(world, "far", "task", to_user=world.users["other1"], case_id=nominated, facts=facts)
    near, far = person("union1"), person("other1")
    near.get("/notices")
    assert lines(near.page)[0].endswith("Nguyễn Văn Thử")
    far.get("/notices")
    assert lines(far.page)[0].endswith(f"hồ sơ số {nominated}")
    assert "Nguyễn" not in far.page


def test_opening_a_line_leads_to_the_task_and_marks_it_as_read(
    world: World, nominated: int, person: Sit
) -> None:
    user = person("union1")
    user.get("/notices")
    assert 'class="count">1<' in user.page
    answer = user.post(number(user.page, "Việc mới"), {}, follow=False)
    task = world.task(nominated, "record_consent").id
    assert answer.headers["Location"] == f"/tasks/{task}"
    user.get("/notices")
    assert "Đã đọc hết." in user.page
    user.get("/notices?state=all")
    assert len(lines(user.page)) == 1


def test_the_line_of_a_done_task_leads_to_the_case_and_asks_the_rights_of_the_day(
    world: World, nominated: int, person: Sit
) -> None:
    user = person("union1")
    world.do(nominated, "record_consent")
    user.get("/notices?state=all")
    assert "đã xong" in user.page
    address = number(user.page, "Việc mới")
    assert user.post(address, {}, follow=False).headers["Location"] == f"/cases/{nominated}"
    leave(world, "far", "task", to_user=world.users["other1"], case_id=nominated, facts={})
    stranger = person("other1")
    stranger.get("/notices")
    stranger.post(number(stranger.page, "Việc mới"), {})
    assert "Việc này đã xong, hoặc nay thuộc nơi khác." in stranger.page


def test_nobody_opens_or_reads_a_notice_of_somebody_else(world: World, nominated: int, person: Sit) -> None:
    user, other = person("union1"), person("union2")
    user.get("/notices")
    other.get("/notices")
    assert other.post(number(user.page, "Việc mới"), {}).status_code == 404
    other.get("/notices")
    last = re.search(r'name="upto" value="(\d+)"', other.page)
    assert last
    other.post("/notices/read", {"upto": last[1]})
    user.get("/notices")
    assert len(lines(user.page)) == 1


def test_who_left_an_office_keeps_the_lines_and_not_what_they_said(
    world: World, nominated: int, person: Sit
) -> None:
    with world.store.transaction() as tx:
        tx.execute(
            update(position).where(position.c.user_id == world.users["union1"]).values(valid_to=world.today)
        )
        add_position(tx, world.users["union1"], world.other_cell, "secretary", since=world.today)
    user = person("union1")
    user.get("/notices")
    assert lines(user.page) == ["Thông báo của nơi đồng chí không còn công tác"]


def test_marking_as_read_takes_what_the_page_showed_and_nothing_that_came_later(
    world: World, nominated: int, person: Sit
) -> None:
    user = person("union1")
    user.get("/notices")
    upto = re.search(r'name="upto" value="(\d+)"', user.page)
    assert upto
    leave(world, "later", "correction_asked", to_organisation=world.union, facts={"correction": 1})
    user.post("/notices/read", {"upto": upto[1]})
    assert "Đã đánh dấu 1 thông báo là đã đọc." in user.page
    assert lines(user.page) == ["Có đề nghị sửa thông tin trong hồ sơ chờ giải quyết"]
    for nonsense in ("", "x", "9" * 40):
        user.post("/notices/read", {"upto": nonsense})
        assert len(lines(user.page)) == 1


def test_filters_stay_in_the_address_and_pages_lead_on(
    world: World, nominated: int, person: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    for key in range(4):
        leave(world, f"own{key}", "correction_decided", to_user=world.users["union1"])
    user = person("union1")
    user.get("/notices?group=work")
    assert len(lines(user.page)) == 1
    user.get("/notices?group=due")
    assert "Không có thông báo nào khớp với bộ lọc." in user.page
    user.get("/notices?whose=own")
    assert "4 thông báo" in user.page
    seen = lines(user.page)
    following = re.search(r'rel="next" href="([^"]+)"', user.page)
    assert following
    assert "whose=own" in following[1]
    user.get(following[1].replace("&amp;", "&"))
    assert len(seen + lines(user.page)) == 4
    user.get("/notices?group=nonsense&whose=nonsense&after=nonsense&state=nonsense")
    assert "5 thông báo" in user.page


def test_of_a_student_who_said_not_now_nothing_is_listed(world: World, nominated: int, person: Sit) -> None:
    with world.store.transaction() as tx:
        ended = {"closed_as": "not_now", "closed_on": world.today, "state": None, "stage": None}
        tx.execute(update(case).where(case.c.id == nominated).values(ended))
    user = person("union1")
    for state in ("", "?state=all"):
        user.get(f"/notices{state}")
        assert lines(user.page) == []
        assert "Nguyễn" not in user.page


def test_a_student_reads_the_answer_and_is_led_to_the_own_file(world: World, person: Sit) -> None:
    with world.store.transaction() as tx:
        user = add_user(tx, "student1", "Nguyễn Văn Thử", student_id=world.students[0], password=HASH)
    leave(world, "answer", "correction_decided", to_user=user, facts={"student": world.students[0]})
    student = person("student1")
    student.get("/notices")
    assert lines(student.page) == ["Đề nghị sửa thông tin của bạn đã được trả lời"]
    answer = student.post(number(student.page, "Đề nghị"), {}, follow=False)
    assert answer.headers["Location"] == "/me"


def test_a_page_of_notices_asks_as_much_for_many_as_for_one(world: World, person: Sit) -> None:
    first = world.nominate(0)
    bring(world)
    user = person("union1")
    sent: list[str] = []
    event.listen(world.store.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    user.get("/notices")
    sent.clear()
    user.get("/notices")
    few = len(sent)
    world.nominate(1)
    for key in range(12):
        leave(world, f"more{key}", "task", to_organisation=world.union, case_id=first)
    sent.clear()
    user.get("/notices")
    assert len(lines(user.page)) == 14
    assert len(sent) <= few


def test_each_person_chooses_how_to_be_told_on_the_own_account_page(world: World, person: Sit) -> None:
    user = person("cell1")
    user.get("/account")
    assert 'value="digest" checked' in user.page
    user.post("/account/channels", {"mail": "off"})
    assert 'value="off" checked' in user.page
    assert "Đã ghi cách nhận tin." in user.page
    assert user.post("/account/channels", {"mail": "telegram"}).status_code == 422
    with world.store.transaction(writing=False) as tx:
        assert channels.mail_choice(tx, world.users["cell1"]) == "off"
        assert channels.mail_choice(tx, world.users["cell2"]) == "digest"


@pytest.fixture
def administrator(world: World, person: Sit) -> Person:
    with world.store.transaction() as tx:
        user = world.users["administrator1"] = add_user(tx, "administrator1", "Quản trị", password=HASH)
        root = tree_of(tx).ancestors_on(world.commune, BEGINNING)[-1]
        add_position(tx, user, root, "administrator", since=BEGINNING)
    return person("administrator1")


def test_the_administrator_declares_the_network_and_closes_it_again(
    world: World, administrator: Person
) -> None:
    administrator.get("/operations/channels")
    assert "Không gửi gì ra ngoài." in administrator.page
    refused = administrator.post("/operations/channels", {"zone": "alone", "mail": "1"})
    assert refused.status_code == 422
    assert "Máy đơn lẻ không gửi được thư." in administrator.page
    administrator.post("/operations/channels", {"zone": "internal", "mail": "1"})
    assert "Đang gửi thư điện tử" in administrator.page
    assert "Chưa đặt máy chủ thư" in administrator.page
    administrator.post("/operations/channels", {"zone": "internal"})
    assert "Không gửi gì ra ngoài." in administrator.page
    kept = [
        (row.zone, row.mail, row.by) for row in world.rows(select(network_zone).order_by(network_zone.c.id))
    ]
    me = world.users["administrator1"]
    assert kept == [("internal", True, me), ("internal", False, me)]


def test_refused_mail_is_listed_sent_again_or_dropped(world: World, administrator: Person) -> None:
    with world.store.transaction() as tx:
        channels.declare(tx, "connected", True, by=world.users["administrator1"], now=noon(world.today))
        for name in ("cell1", "cell2"):
            facts = {"notices": 1, "tasks": 2, "late": 0}
            tell(tx, f"mail:{name}", "mail", to_user=world.users[name], facts=facts, now=noon(world.today))
        tx.execute(
            update(outbox)
            .where(outbox.c.key == "mail:cell1")
            .values(attempts=3, retry_at=noon(world.today), last_error="Refused: recipient 550")
        )
    administrator.get("/operations/channels")
    assert "không nhận thư này (mã 550)" in administrator.page
    assert "chưa đến lượt" in administrator.page
    first = re.search(r'action="(/operations/channels/\d+)/again"', administrator.page)
    assert first
    administrator.post(f"{first[1]}/again", {})
    waiting = world.rows(select(outbox.c.retry_at).where(outbox.c.key == "mail:cell1"))
    assert waiting[0].retry_at is None
    administrator.post(f"{first[1]}/drop", {})
    assert "Đã bỏ thư ấy" in administrator.page
    assert world.rows(select(outbox.c.id).where(outbox.c.key == "mail:cell1")) == []
    assert administrator.post(f"{first[1]}/again", {}).status_code == 409
    names = world.rows(select(user_account.c.name).join(notice, notice.c.user_id == user_account.c.id))
    assert names == []


def test_a_duty_leads_to_where_it_is_written_down_and_a_gathered_one_to_the_late_ones(
    world: World, person: Sit
) -> None:
    with world.store.transaction() as tx:
        seed_school_years(tx, now=noon(world.today))
    world.today = date(2026, 1, 3)
    remind(world.store, noon(world.today))
    bring(world)
    school, commune = person("school1"), person("commune1")
    school.get("/notices?group=due")
    late = [line for line in lines(school.page) if "Đánh giá, xếp loại năm, năm 2025" in line]
    assert any(line.startswith("Quá hạn 3 ngày (hạn 31/12/2025)") for line in late)
    answer = school.post(number(school.page, "Quá hạn 3 ngày"), {}, follow=False)
    assert answer.headers["Location"] == f"/duties/{world.school}"
    assert school.get(f"/duties/{world.school}").status_code == 200
    commune.get("/notices?group=due")
    assert any("1 tổ chức trực thuộc quá hạn 3 ngày" in line for line in lines(commune.page))
    answer = commune.post(number(commune.page, "1 tổ chức trực thuộc"), {}, follow=False)
    assert answer.headers["Location"].startswith("/duties?")
    commune.get(answer.headers["Location"])
    assert "Đảng ủy" in commune.page or "Chi bộ" in commune.page
    assert "Chưa làm" not in re.sub(r"<select.*?</select>", "", commune.page, flags=re.DOTALL)
