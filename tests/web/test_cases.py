"""The case page: who, where, whose turn, by when, what is missing; and how a case leaves its path."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import update

from tests.web.conftest import Person, hidden
from tests.workflows.builders import PREFERRED, World
from workflows.people.records import student


def test_the_first_screen_says_where_the_case_is_and_whose_turn(
    world: World, person: Callable[[str], Person]
) -> None:
    case_id = world.nominate()
    world.until(case_id, "send_verifications")
    user = person("cell1")
    user.get(f"/cases/{case_id}")
    assert "Nguyễn Văn Thử" in user.page
    assert "Chặng 6 trên 13:" in user.page
    assert "Thẩm tra lý lịch, lấy ý kiến" in user.page
    assert "Gửi công văn đề nghị thẩm tra lý lịch" in user.page
    assert "Đảng ủy Trường THPT Thử Nghiệm" in user.page


def test_a_running_clock_shows_its_sum(world: World, person: Callable[[str], Person]) -> None:
    case_id = world.nominate()
    world.until(case_id, "verification_reply")
    user = person("school1")
    user.get(f"/cases/{case_id}")
    assert "30 ngày làm việc từ 18/08/2025 đến" in user.page
    assert "Quốc khánh" in user.page


def test_what_is_missing_stands_on_the_page_of_the_case(
    world: World, person: Callable[[str], Person]
) -> None:
    case_id = world.nominate()
    world.until(case_id, "cell_vote")
    world.today = date(2027, 1, 4)
    user = person("cell1")
    user.get(f"/cases/{case_id}")
    assert "Còn thiếu gì" in user.page
    assert "đã quá 12 tháng" in user.page


def test_the_journal_is_in_plain_words_with_the_person_and_the_day(
    world: World, person: Callable[[str], Person]
) -> None:
    case_id = world.nominate()
    world.until(case_id, "union_exec_vote")
    user = person("union1")
    user.get(f"/cases/{case_id}")
    read = " ".join(re.sub(r"<[^>]+>", " ", user.page).split())
    assert "Chi đoàn bình xét, giới thiệu đoàn viên ưu tú: Chi đoàn giới thiệu" in read
    assert "18/08/2025 · ghi lúc 18/08/2025 12:00" in read
    assert "Mở hồ sơ" in read
    journal = read[read.index("Nhật ký") :]
    assert not re.search(r"\b[a-z]+_[a-z]+\b", journal)  # no name of an element is left


def test_votes_documents_and_requests_are_listed(world: World, person: Callable[[str], Person]) -> None:
    case_id = world.nominate()
    world.until(case_id, "cell_vote")
    world.do(case_id, "cell_vote")
    user = person("cell1")
    user.get(f"/cases/{case_id}")
    assert "Tán thành 8, không tán thành 0, không hợp lệ 0; có mặt 8 trên 9" in user.page
    assert "cần ít nhất 2/3 của 8" in user.page
    assert "Đơn xin vào Đảng" in user.page
    assert "Chi bộ thôn Thử Nghiệm" in user.page


def test_a_case_leaves_its_path_by_the_form_and_says_so(
    world: World, person: Callable[[str], Person]
) -> None:
    case_id = world.nominate()
    world.until(case_id, "confirm_source")
    user = person("cell1")
    user.get(f"/cases/{case_id}/interrupt")
    key = hidden(user.page, "request_key")
    assert (
        user.post(f"/cases/{case_id}/interrupt", {"request_key": key, "on": "18/08/2025"}).status_code == 422
    )
    assert world.case(case_id).closed_on is None
    sent = {"request_key": key, "on": "18/08/2025", "reason": "withdrawn", "note": "Tự viết đơn"}
    user.post(f"/cases/{case_id}/interrupt", sent)
    assert world.case(case_id).closed_as == "withdrawn"
    assert "Tự rút" in user.page


def test_a_lost_helper_is_replaced_through_the_pages(world: World, person: Callable[[str], Person]) -> None:
    case_id = world.nominate()
    world.until(case_id, "enrol_class")
    user = person("cell1")
    user.get(f"/cases/{case_id}/helper-lost")
    sent = {"request_key": hidden(user.page, "request_key"), "on": "18/08/2025", "reason": "left"}
    user.post(f"/cases/{case_id}/helper-lost", sent)
    assert "Phân công người giúp đỡ khác" in user.page
    path = re.search(r'href="(/tasks/\d+\?case=\d+)">Phân công người giúp đỡ khác', user.page)
    assert path
    user.get(path[1])
    answers = {"on": "18/08/2025", "member_id": str(world.members[1]), "shared_since": "01/01/2024"}
    secrets = {name: hidden(user.page, name) for name in ("request_key", "case_version")}
    answer = user.post(path[1], {**secrets, **answers})
    assert answer.request.path == f"/cases/{case_id}", user.page
    assert "Đảng Viên B" in user.page


def test_a_case_that_waits_for_the_birthday_says_until_when(
    world: World, person: Callable[[str], Person]
) -> None:
    with world.store.transaction() as tx:
        born = date(2008, 6, 1)
        tx.execute(update(student).where(student.c.id == world.students[0]).values(birth_date=born))
    case_id = world.nominate()
    while world.elements(case_id):
        world.do(case_id, next(one for one in PREFERRED if one in world.elements(case_id)))
    user = person("cell1")
    user.get(f"/cases/{case_id}")
    assert "Đang chờ: Đủ tuổi kết nạp, đến ngày 01/06/2026." in user.page
    user.get("/cases")
    assert "chờ đến ngày 01/06/2026" in user.page


@pytest.mark.parametrize("query", ["", "?process=verification", "?process=source_building&near=360"])
def test_the_drawing_is_a_picture_without_script_or_style(
    world: World, person: Callable[[str], Person], query: str
) -> None:
    case_id = world.nominate()
    answer = person("cell1").get(f"/cases/{case_id}/model.svg{query}")
    svg = answer.get_data(as_text=True)
    assert answer.mimetype == "image/svg+xml"
    assert svg.startswith("<svg")
    assert "<script" not in svg
    assert " style=" not in svg
    if "near=360" in query:
        assert 'width="360"' in svg


@pytest.mark.parametrize("process", ["khong_co", "../admission", "admission.bpmn", "<x>"])
def test_a_process_that_is_not_there_is_not_drawn(
    world: World, person: Callable[[str], Person], process: str
) -> None:
    case_id = world.nominate()
    assert person("cell1").get(f"/cases/{case_id}/model.svg?process={process}").status_code == 404


def test_the_search_finds_cases_and_students_without_accents(
    world: World, person: Callable[[str], Person]
) -> None:
    world.nominate()
    user = person("school1")
    user.get("/search?q=van thu")
    assert user.page.count("Nguyễn Văn Thử") == 2  # the case and the student
    user.get("/search?q=khong ai")
    assert "Không có hồ sơ nào." in user.page


def test_a_superior_sees_cases_below_and_no_roll(world: World, person: Callable[[str], Person]) -> None:
    world.nominate()
    user = person("commune1")
    user.get("/cases")
    assert "Nguyễn Văn Thử" in user.page
    assert "Nhập danh sách" not in user.page
    user.get("/search?q=thu")
    assert user.page.count("Nguyễn Văn Thử") == 1
