"""The rules to be read, the calendar to be kept, incidents and the journal to be watched."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine.incidents import open_incident
from engine.journal import seal, sign_head
from engine.records import clock, incident, journal_head
from tests.web.conftest import HASH, Person
from tests.workflows.builders import BEGINNING, World, noon
from workflows.jobs import recount_clocks
from workflows.organisations.queries import tree_of
from workflows.people.users import add_position, add_user
from workflows.rules.records import calendar_day

DAY = {"days-0-kind": "holiday", "days-0-name": "Nghỉ bão"}


@pytest.fixture
def keeper(world: World, person: Callable[[str], Person]) -> Person:
    """An administrator at the root of the tree."""
    with world.store.transaction() as tx:
        user = add_user(tx, "keeper", "Quản trị", password=HASH)
        root = tree_of(tx).ancestors_on(world.cell, BEGINNING)[-1]
        add_position(tx, user, root, "administrator", since=BEGINNING)
    return person("keeper")


def test_an_edition_shows_each_value_with_article_and_rating(person: Callable[[str], Person]) -> None:
    user = person("cell1")
    user.get("/rules")
    assert 'href="/rules/2025-07-01"' in user.page
    user.get("/rules/2025-07-01")
    assert "ít nhất 2/3 tổng số" in user.page
    assert "giả định" in user.page
    assert user.get("/rules/2001-01-01").status_code == 404


def test_two_editions_are_compared_in_the_order_of_time(person: Callable[[str], Person]) -> None:
    user = person("cell1")
    user.get("/rules/compare?from=2025-07-01&to=2025-01-20")
    assert user.page.index("Từ ngày 20/01/2025") < user.page.index("Từ ngày 01/07/2025")
    assert "Ba cấp (có cấp huyện)" in user.page and "Hai cấp" in user.page
    user.get("/rules/compare?from=2025-07-01&to=2025-07-01")
    assert "Hai bản là một" in user.page


def test_everybody_reads_the_calendar_and_only_an_administrator_changes_it(
    person: Callable[[str], Person],
) -> None:
    user = person("cell1")
    user.get("/calendar?year=2026")
    assert "Tết Nguyên Đán" in user.page and 'href="/calendar/change"' not in user.page
    assert user.get("/calendar/change").status_code == 404
    assert user.post("/calendar/change", DAY).status_code == 404
    assert user.get("/calendar?year=99999").status_code == 200


def test_an_administrator_below_the_root_keeps_neither_calendar_nor_incidents(
    world: World, person: Callable[[str], Person]
) -> None:
    with world.store.transaction() as tx:
        user = add_user(tx, "below", "Quản trị xã", password=HASH)
        add_position(tx, user, world.commune, "administrator", since=BEGINNING)
    below = person("below")
    below.get("/calendar")
    assert 'href="/calendar/change"' not in below.page and "Vận hành" not in below.page
    assert below.get("/calendar/change").status_code == 404
    assert below.get("/operations").status_code == 404


def test_the_union_sees_the_case_but_not_what_was_answered_about_parents(
    world: World, person: Callable[[str], Person]
) -> None:
    case_id = world.nominate()
    world.until(case_id, "cell_vote")
    for path in (f"/cases/{case_id}", f"/cases/{case_id}/dossier"):
        secretary, union = person("cell1"), person("union1")
        secretary.get(path)
        assert "<h3>Thẩm tra lý lịch</h3>" in secretary.page
        union.get(path)
        assert "<h3>Thẩm tra lý lịch</h3>" not in union.page
        assert "do các tổ chức đảng của hồ sơ xem" in union.page


def test_a_change_of_the_calendar_is_shown_before_it_is_made_and_moves_running_clocks(
    world: World, keeper: Person
) -> None:
    case_id = world.nominate()
    world.until(case_id, "committee_resolution")
    running = select(clock).where(clock.c.name == "admission_decision", clock.c.closed_on.is_(None))
    before = world.rows(running)[0].due_on
    day = before - timedelta(days=14)
    day -= timedelta(days=max(0, day.weekday() - 4))
    sent = {**DAY, "days-0-day": f"{day:%d/%m/%Y}", "source": "Công điện 12 thử"}
    keeper.get("/calendar/change")
    assert keeper.post("/calendar/change/preview", {**sent, "source": ""}).status_code == 422
    assert "Nghỉ bão" in keeper.page, "nothing typed is lost"
    keeper.post("/calendar/change/preview", sent)
    assert "Thời hạn quyết định" in keeper.page or "muộn hơn" in keeper.page
    assert world.rows(select(calendar_day.c.id).where(calendar_day.c.version > 1)) == []
    keeper.post("/calendar/change", sent)
    assert "Đã ghi bản lịch số 2" in keeper.page and "đang được tính lại" in keeper.page
    recount_clocks(world.store, noon(world.today))
    assert world.rows(running)[0].due_on > before
    keeper.get("/calendar")
    assert "đang được tính lại" not in keeper.page


def test_a_day_named_twice_or_worked_in_the_week_is_refused_with_its_date(keeper: Person) -> None:
    keeper.get("/calendar/change")
    twice = {
        "days-0-day": "01/03/2027",
        "days-0-kind": "holiday",
        "days-0-name": "A",
        "days-1-day": "01/03/2027",
        "days-1-kind": "rest",
        "days-1-name": "B",
        "source": "Thông báo thử",
    }
    assert keeper.post("/calendar/change", twice).status_code == 422
    assert "Ngày 01/03/2027 được ghi hai lần." in keeper.page
    worked = {**DAY, "days-0-day": "01/03/2027", "days-0-kind": "working_saturday", "source": "Thử"}
    assert keeper.post("/calendar/change", worked).status_code == 422
    assert "Ngày 01/03/2027: Ngày làm bù phải là ngày nghỉ cuối tuần." in keeper.page


def test_an_incident_is_closed_once_with_what_was_done(world: World, keeper: Person) -> None:
    with world.store.transaction() as tx:
        number = open_incident(tx, "job", case_id=None, element="x", cause="Hỏng", now=noon(world.today))
    keeper.get("/operations")
    assert "Hỏng" in keeper.page
    address = f"/operations/incidents/{number}"
    keeper.get(address)
    assert keeper.post(address, {}).status_code == 422
    keeper.post(address, {"note": "Đã khởi động lại"})
    assert "Đã đóng sự cố" in keeper.page
    assert world.rows(select(incident.c.note))[0].note == "Đã khởi động lại"
    assert keeper.post(address, {"note": "Lần nữa"}).status_code == 409
    assert keeper.get("/operations/incidents/999").status_code == 404


def test_a_journal_that_was_tampered_with_is_told(world: World, keeper: Person) -> None:
    world.nominate()
    with world.store.transaction() as tx:
        seal(tx)
        sign_head(tx, world.today)
    keeper.get("/operations")
    keeper.post("/operations/verify", {})
    assert "Nhật ký toàn vẹn" in keeper.page
    with world.store.transaction() as tx:
        tx.execute(update(journal_head).values(signature=b"x"))
    keeper.post("/operations/verify", {})
    assert "Nhật ký không còn khớp" in keeper.page


def test_a_forecast_year_says_so_is_confirmed_with_its_paper_and_the_next_is_added(
    world: World, keeper: Person
) -> None:
    keeper.get("/calendar?year=2027")
    assert "ngày nghỉ là dự kiến" in keeper.page
    assert keeper.post("/calendar/confirm", {"year": "2027"}).status_code == 422
    keeper.get("/calendar?year=2027")
    keeper.post("/calendar/confirm", {"year": "2027", "source": "Thông báo 1 thử"})
    assert "Đã xác nhận lịch nghỉ năm 2027" in keeper.page
    assert "ngày nghỉ là dự kiến" not in keeper.page and "(dự kiến)</td>" not in keeper.page
    assert keeper.post("/calendar/confirm", {"year": "2027", "source": "Lần nữa"}).status_code == 409
    keeper.get("/calendar?year=2027")
    keeper.post("/calendar/forecast", {"year": "2028"})
    assert "Ngày làm việc năm 2028" in keeper.page and "ngày nghỉ là dự kiến" in keeper.page
    assert keeper.post("/calendar/forecast", {"year": "2035"}).status_code == 409
    keeper.get("/administration/log")
    assert "Xác nhận lịch nghỉ năm 2027" in keeper.page
