"""Vì sao chưa, và khi nào?: what the pages say of a student, a case, to a family, and to whom they say it."""

import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from tests.web.conftest import HASH, Person
from tests.workflows.builders import BEGINNING, World, noon
from workflows.organisations.changes import found
from workflows.organisations.communes import communes_of, keep_communes
from workflows.organisations.records import institution
from workflows.people.pool import enter_pool
from workflows.people.records import student
from workflows.people.users import add_user

Sign = Callable[[str], Person]


@pytest.fixture
def sign(app: Flask) -> Sign:
    return lambda name: Person(app).sign_in(name)


def in_pool(world: World, number: int = 1, **columns: object) -> int:
    chosen = world.students[number]
    with world.store.transaction() as tx:
        if columns:
            tx.execute(update(student).where(student.c.id == chosen).values(**columns))
        enter_pool(tx, chosen, "Cô Chủ nhiệm", on=world.today, by=None, now=noon(world.today))
    return chosen


def text_of(person: Person, address: str) -> str:
    answer = person.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


def test_a_student_of_the_pool_has_conditions_a_meeting_a_road_and_a_plan(world: World, sign: Sign) -> None:
    number = in_pool(world, birth_date=date(2009, 3, 20), graduation_on=date(2027, 5, 28))
    page = text_of(sign("union1"), f"/students/{number}/outlook")
    assert "từ ngày 20/03/2027" in page
    assert "rơi vào kỳ họp ngày 05/04/2027" in page
    assert "Chưa đủ 18 tuổi" in page
    assert "60 ngày làm việc từ 05/04/2027" in page
    assert "Chi đoàn bình xét" in page and "Bắt đầu chậm nhất" in page
    assert "trước khi ra trường" in page


def test_a_meeting_of_the_address_says_what_is_late_for_it_and_what_is_no_meeting_is_left_out(
    world: World, sign: Sign
) -> None:
    number = in_pool(world, birth_date=date(2007, 1, 20))
    union = sign("union1")
    late = text_of(union, f"/students/{number}/outlook?meeting=2025-10-06")
    assert "đã trễ so với kỳ họp này" in late
    for odd in ("2020-01-01", "gibberish", "9999-12-31"):
        assert "đã trễ so với" not in text_of(union, f"/students/{number}/outlook?meeting={odd}")


def test_somebody_outside_the_pool_is_looked_at_by_birth_and_graduation_alone(
    world: World, sign: Sign
) -> None:
    page = text_of(sign("union1"), f"/students/{world.students[1]}/outlook")
    assert "Chưa ở trong nguồn" in page
    assert "Phải bắt đầu việc gì" not in page and "Thẩm tra" not in page


def test_after_graduation_the_file_goes_to_the_committee_where_the_student_lives(
    world: World, sign: Sign
) -> None:
    home = communes_of("Bắc Ninh")[0]
    leaves = {"birth_date": date(2008, 5, 20), "graduation_on": date(2026, 5, 28)}
    number = in_pool(world, **leaves, commune_code=home.code)
    cell = sign("cell1")
    page = text_of(cell, f"/students/{number}/outlook")
    assert "sau khi ra trường" in page and "chưa rõ, vì danh sách trường" in page
    with world.store.transaction() as tx:
        keep_communes(tx, "Bắc Ninh")
        found(tx, kind="commune_committee", name="Đảng ủy xã Nhà", parent_id=world.commune,
              on=BEGINNING, by=None, now=noon(BEGINNING), commune_code=home.code)  # fmt: skip
    assert "Đảng ủy xã Nhà" in text_of(cell, f"/students/{number}/outlook")


@pytest.fixture
def checked(world: World) -> int:
    """A case with its checks under way."""
    case_id = world.nominate()
    world.until(case_id, "send_verifications")
    world.do(case_id, "send_verifications")
    return case_id


def test_a_case_is_planned_from_where_it_stands_for_all_who_may_open_it(
    world: World, sign: Sign, checked: int
) -> None:
    for who in ("cell1", "school1", "commune1", "union1"):
        page = text_of(sign(who), f"/cases/{checked}/outlook")
        assert "đang làm, từ" in page
        assert ("Trả lời thẩm tra" in page) is (who != "union1")
        assert "Chi đoàn bình xét" not in page
    assert sign("centre1").get(f"/cases/{checked}/outlook").status_code == 404


def test_a_case_beyond_the_vote_shows_its_own_days_and_no_plan(world: World, sign: Sign) -> None:
    case_id = world.nominate()
    world.until(case_id, "cell_vote")
    world.do(case_id, "cell_vote")
    voted = world.today
    page = text_of(sign("cell1"), f"/cases/{case_id}/outlook")
    assert f"Chi bộ đã xét ngày {voted:%d/%m/%Y}" in page
    assert f"60 ngày làm việc từ {voted:%d/%m/%Y}" in page
    assert "Phải bắt đầu việc gì" not in page


OF_THE_FILE = (
    "Thẩm tra",
    "thẩm tra",
    "nhận xét của",
    "quần chúng ưu tú",
    "Đoàn Trường",
    "Chi bộ 1",
    "Nghị quyết",
)


def test_the_page_for_the_family_says_nothing_of_the_file(world: World, sign: Sign, checked: int) -> None:
    page = text_of(sign("union1"), f"/students/{world.students[0]}/outlook/paper")
    paper = page[page.index('<article class="paper">') : page.index("</article>")]
    assert "Đủ 18 tuổi từ ngày" in paper and "Ở nhà có thể chuẩn bị" in paper
    assert [words for words in OF_THE_FILE if words in paper] == []


def test_a_student_reads_the_same_page_and_no_other(world: World, app: Flask, sign: Sign) -> None:
    number = in_pool(world, birth_date=date(2009, 3, 20))
    with world.store.transaction() as tx:
        add_user(tx, "me", "Nguyễn Văn Thử", password=HASH, student_id=number)
    me = sign("me")
    mine = text_of(me, "/me/outlook")
    assert "Còn 20 tháng nữa mới đủ 18 tuổi: từ ngày 20/03/2027" in mine
    assert "/me/outlook" in text_of(me, "/me")
    for other in (f"/students/{number}/outlook", f"/students/{number}/outlook/paper", "/start-this-month"):
        assert me.get(other).status_code == 404


def test_a_person_whose_case_went_elsewhere_is_looked_at_by_the_roll(
    world: World, sign: Sign, checked: int
) -> None:
    with world.store.transaction() as tx:
        follows = update(student).where(student.c.id == world.students[0])
        tx.execute(follows.values(cell_id=world.other_cell))
    page = text_of(sign("union1"), f"/students/{world.students[0]}/outlook")
    assert "Chưa ở trong nguồn" in page and "đang làm, từ" not in page


# Bắt đầu trong tháng.


MONTHS = [f"2025-{month:02}" for month in range(8, 13)] + [f"2026-{month:02}" for month in range(1, 8)]


def months_of(person: Person, words: str) -> list[str]:
    """The months whose page says so."""
    return [month for month in MONTHS if words in text_of(person, f"/start-this-month?month={month}")]


def test_the_month_lists_each_step_once_by_its_day_for_the_organisation_that_owes_it(
    world: World, sign: Sign
) -> None:
    in_pool(world, birth_date=date(2008, 6, 12))
    union, cell = sign("union1"), sign("cell1")
    (first,) = months_of(union, "<td>Ghi nhận nguyện vọng")
    assert months_of(union, "<td>Chi bộ xác nhận") == []
    assert months_of(cell, "<td>Ghi nhận nguyện vọng") == []
    (then,) = months_of(cell, "<td>Chi bộ xác nhận")
    assert first <= then
    days = re.findall(
        r"<strong>(\d\d)/(\d\d)/(\d{4})</strong>", text_of(cell, f"/start-this-month?month={then}")
    )
    assert days == sorted(days)
    assert {f"{year}-{month}" for _, month, year in days} == {then}


def test_the_centre_sees_how_many_and_no_name(world: World, sign: Sign) -> None:
    number = in_pool(world, birth_date=date(2008, 6, 12))
    centre = sign("centre1")
    (month,) = months_of(centre, "Theo số lượng")
    page = text_of(centre, f"/start-this-month?month={month}")
    assert "Chi bộ 1" in page and "<td>Ghi kết quả học tập" in page
    assert f"/students/{number}" not in page and "outlook" not in page


def test_a_committee_that_is_not_of_the_school_is_told_no_name_of_a_pool(world: World, sign: Sign) -> None:
    in_pool(world, birth_date=date(2008, 6, 12))
    with world.store.transaction() as tx:
        tx.execute(update(institution).values(party_organisation_id=None))
    committee = sign("school1")
    for month in months_of(committee, "Theo số lượng"):
        assert "outlook" not in text_of(committee, f"/start-this-month?month={month}")
    assert months_of(committee, "Theo số lượng")


def test_a_committee_reads_the_names_of_cases_below_it(world: World, sign: Sign) -> None:
    case_id = world.nominate()
    world.until(case_id, "application")
    assert months_of(sign("school1"), f"/cases/{case_id}/outlook")


def test_the_sheet_of_the_month_has_the_lines_of_the_page(world: World, sign: Sign) -> None:
    in_pool(world, birth_date=date(2008, 6, 12))
    cell = sign("cell1")
    (month,) = months_of(cell, "<td>Chi bộ xác nhận")
    answer = cell.get(f"/start-this-month/export.xlsx?month={month}&step=confirm_source")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.get_data())).get_sheet_by_index(0).to_python()
    assert sheet[0][0] == "Bắt đầu chậm nhất"
    assert len(sheet) == 2
    assert sheet[1][2] == "Chi bộ xác nhận đưa vào nguồn"


def test_a_month_that_is_none_and_an_organisation_of_others_are_left_out(world: World, sign: Sign) -> None:
    page = text_of(sign("cell1"), f"/start-this-month?month=1999-13&organisation={world.union}&page=0&step=x")
    assert "Bắt đầu trong tháng 08/2025" in page
    assert "Không có việc nào" in page
