"""School years, regular meeting days and duties through the pages: who keeps them, and what comes of it."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.web.conftest import HASH, Person
from tests.workflows.builders import BEGINNING, World, noon
from workflows.organisations.queries import tree_of
from workflows.people.pool import confirm_pool
from workflows.people.users import add_position, add_user
from workflows.schedules.beginning import seed_school_years
from workflows.schedules.queries import meeting_days_of, school_days_of
from workflows.schedules.records import duty_done, meeting_day, school_period
from workflows.schedules.school_days import BREAK, EXAM, GRADUATION


@pytest.fixture
def keeper(world: World, person: Callable[[str], Person]) -> Person:
    """An administrator of the root."""
    with world.store.transaction() as tx:
        user = add_user(tx, "keeper", "Quản trị gốc", password=HASH)
        root = tree_of(tx).ancestors_on(world.commune, world.today)[-1]
        add_position(tx, user, root, "administrator", since=BEGINNING)
        seed_school_years(tx, now=noon(world.today))
    return person("keeper")


def read(user: Person) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", user.page).split())


EXAM_DAYS = {"kind": "exam", "name": "Thi thử", "first_day": "01/04/2026", "last_day": "03/04/2026"}


def test_a_school_keeps_its_own_year_and_has_the_provinces_rows_for_the_rest(
    world: World, keeper: Person, person: Callable[[str], Person]
) -> None:
    user, path = person("union1"), f"/school-years/{world.institution}"
    user.get(f"{path}?year=2025")
    assert "lịch chung" in user.page and "Thi tốt nghiệp trung học phổ thông" in user.page
    user.get(f"{path}/period?year=2025")
    assert (
        user.post(f"{path}/period", {**EXAM_DAYS, "year": "2025", "last_day": "01/03/2026"}).status_code
        == 422
    )
    assert "Thi thử" in user.page, "nothing typed is lost"
    user.post(f"{path}/period", {**EXAM_DAYS, "year": "2025"})
    assert "Thi thử" in user.page
    row = user.page[user.page.index("Thi tốt nghiệp trung học phổ thông") :]
    assert "lịch chung" not in row[: row.index("</tr>")], "the province's other exams became the school's own"
    assert "Nghỉ hè" in user.page
    with world.store.transaction(writing=False) as tx:
        days = school_days_of(tx, [world.institution])[world.institution]
    busy = days.busy_between(date(2026, 4, 1), date(2026, 6, 20))
    assert [(one.kind, one.name) for one in busy] == [
        (EXAM, "Thi thử"),
        (EXAM, "Kiểm tra học kỳ II"),
        (BREAK, "Nghỉ hè"),
        (EXAM, "Thi tốt nghiệp trung học phổ thông"),
    ]


def test_a_row_is_corrected_by_a_new_one_and_withdrawn_with_its_history(
    world: World, keeper: Person, person: Callable[[str], Person]
) -> None:
    user, path = person("cell1"), f"/school-years/{world.institution}"
    user.get(f"{path}/period?year=2025")
    user.post(f"{path}/period", {**EXAM_DAYS, "year": "2025"})
    p = school_period.c
    own = select(school_period).where(
        p.institution_id == world.institution, p.name.in_(("Thi thử", "Thi lại"))
    )
    first = world.rows(own)[0]
    user.get(f"{path}/period?instead={first.id}")
    assert 'value="2026-04-01"' in user.page or "01/04/2026" in user.page
    user.post(f"{path}/period", {**EXAM_DAYS, "name": "Thi lại", "instead": str(first.id)})
    rows = world.rows(own.order_by(school_period.c.id))
    assert [(row.name, row.withdrawn_at is None) for row in rows] == [("Thi thử", False), ("Thi lại", True)]
    user.post(f"{path}/withdraw/{rows[1].id}", {"year": "2025"})
    assert "Thi lại" not in read(user)
    assert user.post(f"{path}/withdraw/{rows[1].id}", {"year": "2025"}).status_code == 409


def test_taking_over_a_row_of_the_province_leaves_the_provinces_alone(
    world: World, keeper: Person, person: Callable[[str], Person]
) -> None:
    user, path = person("cell1"), f"/school-years/{world.institution}"
    common = world.rows(
        select(school_period).where(school_period.c.kind == GRADUATION, school_period.c.year == 2025)
    )[0]
    user.get(f"{path}/period?instead={common.id}")
    user.post(
        f"{path}/period",
        {
            "kind": "graduation",
            "name": "Bế giảng",
            "first_day": "28/05/2026",
            "instead": str(common.id),
        },
    )
    assert "Bế giảng" in user.page
    with world.store.transaction(writing=False) as tx:
        days = school_days_of(tx, [world.institution, 0])
    on = date(2025, 11, 1)
    assert days[world.institution].graduation_of(12, None, None, None, on) == date(2026, 5, 28)
    assert days[0].graduation_of(12, None, None, None, on) == common.first_day


def test_only_the_root_keeps_the_provinces_year_and_only_a_school_its_own(
    world: World, keeper: Person, person: Callable[[str], Person]
) -> None:
    keeper.get("/school-years/common?year=2025")
    keeper.get("/school-years/common/period?year=2025")
    keeper.post("/school-years/common/period", {**EXAM_DAYS, "year": "2025"})
    assert "Thi thử" in keeper.page
    assert keeper.get(f"/school-years/{world.institution}/period").status_code == 404
    user = person("commune1")
    user.get(f"/school-years/{world.institution}?year=2025")
    assert "Thi thử" in user.page and "/period" not in user.page
    assert user.get("/school-years/common/period").status_code == 404


def test_a_cell_keeps_its_regular_day_from_today_on(world: World, person: Callable[[str], Person]) -> None:
    user, path = person("cell1"), f"/organisations/{world.cell}/regular-day"
    user.get("/meetings")
    assert f'href="{path}' in user.page
    user.get(path)
    assert "Chưa ghi ngày riêng" in user.page
    today = f"{world.today:%d/%m/%Y}"
    sent = {"body": "cell", "how": "weekday", "nth": "1", "weekday": "3", "moved": "1", "since": today}
    yesterday = f"{world.today - timedelta(days=1):%d/%m/%Y}"
    assert user.post(path, {**sent, "since": yesterday}).status_code == 422
    assert user.post(path, {**sent, "how": "number", "day_of_month": "32"}).status_code == 422
    user.post(path, sent)
    assert "thứ Năm thứ nhất hằng tháng" in user.page and "Chưa ghi ngày riêng" not in user.page
    assert len(world.rows(select(meeting_day))) == 1
    with world.store.transaction(writing=False) as tx:
        found = meeting_days_of(tx, [world.cell, world.school], world.today)
    assert found[world.cell].pattern == found[world.school].pattern
    assert found[world.cell].later[0].weekday == 3
    user.post(path, {"body": "cell", "how": "default", "moved": "1", "since": today})
    assert "ngày 5 hằng tháng" in user.page
    assert person("union1").get(path).status_code == 404


def test_a_duty_is_written_down_seen_above_and_withdrawn(
    world: World, keeper: Person, person: Callable[[str], Person]
) -> None:
    user = person("school1")
    user.get("/duties")
    assert "Kế hoạch phát triển đảng viên năm" in user.page and "quá hạn" in user.page
    path = f"/duties/{world.school}"
    user.get(path)
    sent = {"what": f"plan:{world.today.year}", "done_on": f"{world.today:%d/%m/%Y}", "number": "05-KH/ĐU"}
    assert user.post(path, {**sent, "number": ""}).status_code == 422
    assert user.post(path, {**sent, "what": "plan:1999"}).status_code == 422
    user.post(path, sent)
    assert "05-KH/ĐU" in user.page and "sau hạn" in user.page
    above = person("commune1")
    above.get("/duties?duty=plan&state=done")
    assert "05-KH/ĐU" in above.page
    assert above.get(path).status_code == 404
    done = world.rows(select(duty_done))[0]
    user.get(path)
    user.post(f"{path}/withdraw/{done.id}", {})
    assert "05-KH/ĐU" not in user.page
    above.get("/duties?duty=plan&state=done")
    assert "Không có việc nào khớp" in above.page


def test_the_review_of_the_pool_is_owed_by_the_cell_and_done_where_it_is_done(
    world: World, keeper: Person, person: Callable[[str], Person]
) -> None:
    user = person("cell1")
    user.get("/duties?duty=pool_review")
    assert "Rà soát danh sách nguồn" in user.page and "chưa làm" in user.page
    with world.store.transaction() as tx:
        confirm_pool(tx, world.cell, world.today, by=None, now=noon(world.today))
    user.get("/duties?duty=pool_review")
    assert "đã làm" in user.page
    user.get(f"/duties/{world.cell}")
    assert 'value="pool_review' not in user.page
