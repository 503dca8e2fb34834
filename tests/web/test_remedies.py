"""Putting right through the pages: a deadline is extended once, a vote's figures by a second person."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine.records import clock, personal
from tests.web.conftest import Person
from tests.workflows.builders import World
from workflows.admission.records import act, vote


@pytest.fixture
def case_id(world: World) -> int:
    return world.nominate()


@pytest.fixture
def voted(world: World, case_id: int) -> int:
    world.until(case_id, "cell_vote")
    world.do(case_id, "cell_vote")
    return case_id


def read(user: Person) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", user.page).split())


@pytest.mark.parametrize(
    ("language", "title", "done"),
    [("vi", "Gia hạn thời hạn", "Đã gia hạn đến ngày"), ("en", "Extend a deadline", "Extended until")],
)
def test_the_board_of_the_deciding_committee_extends_its_deadline_once(
    world: World, voted: int, person: Callable[[str], Person], language: str, title: str, done: str
) -> None:
    running = select(clock).where(clock.c.name == "admission_decision", clock.c.closed_on.is_(None))
    before = world.rows(running)[0]
    user = person("board1")
    user.get(f"/cases/{voted}")
    user.post("/language", {"language": language, "back": "/"})
    user.get(f"/cases/{voted}")
    assert f'href="/cases/{voted}/extend"' in user.page
    user.get(f"/cases/{voted}/extend")
    assert title in user.page
    assert f"{before.due_on:%d/%m/%Y}" in user.page
    sent = {"clock": "admission_decision", "on": f"{world.today:%d/%m/%Y}"}
    answer = user.post(f"/cases/{voted}/extend", sent)
    assert answer.status_code == 422  # a reason is asked for
    assert world.rows(running)[0].due_on == before.due_on
    user.post(f"/cases/{voted}/extend", {**sent, "reason": "Hồ sơ phức tạp, chờ thẩm tra thêm"})
    after = world.rows(running)[0]
    assert done in user.page
    assert after.extended_from == before.due_on < after.due_on
    assert f"{after.due_on:%d/%m/%Y}" in user.page
    assert f'href="/cases/{voted}/extend"' not in user.page  # once only
    user.get(f"/cases/{voted}/extend")
    assert 'name="reason"' not in user.page


def test_an_extension_written_long_after_its_day_asks_why_and_keeps_the_answer_sealed(
    world: World, voted: int, person: Callable[[str], Person]
) -> None:
    on = f"{world.today:%d/%m/%Y}"
    world.pass_days(60)
    user = person("commune1")
    user.get(f"/cases/{voted}/extend")
    sent = {"clock": "admission_decision", "on": on, "reason": "Vướng nghỉ hè"}
    assert user.post(f"/cases/{voted}/extend", sent).status_code == 422
    assert "hãy ghi lý do ghi muộn" in user.page
    assert "Vướng nghỉ hè" in user.page  # nothing typed is lost
    user.post(f"/cases/{voted}/extend", {**sent, "late_reason": "Văn thư nghỉ ốm"})
    assert "Đã gia hạn đến ngày" in user.page
    late = world.rows(select(act.c.late, act.c.id).where(act.c.element == "extension"))[0]
    assert late.late
    assert world.rows(select(personal.c.field).where(personal.c.field == f"act.{late.id}.late_reason"))


def test_cell_and_school_do_not_extend_the_deadline_of_who_decides(
    world: World, voted: int, person: Callable[[str], Person]
) -> None:
    for name in ("cell1", "school1", "union1"):
        user = person(name)
        user.get(f"/cases/{voted}")
        assert "/extend" not in user.page
        assert user.get(f"/cases/{voted}/extend").status_code == 404


def votes_of(world: World) -> list[vote]:  # type: ignore[valid-type]
    return world.rows(select(vote).where(vote.c.step == "cell_vote").order_by(vote.c.id))


FIGURES = {
    "entitled": "9", "exempt_absent": "0", "away": "1", "present": "8",
    "votes_for": "7", "votes_against": "1", "invalid": "0", "method": "secret",
}  # fmt: skip


def test_a_second_person_corrects_the_figures_and_both_stay_to_be_seen(
    world: World, voted: int, person: Callable[[str], Person]
) -> None:
    old = votes_of(world)[0]
    user = person("cell2")
    user.get(f"/cases/{voted}")
    path = f"/votes/{old.id}/correct"
    assert f'href="{path}"' in user.page
    user.get(path)
    assert re.search(r'(value="8"[^>]*name="votes_for"|name="votes_for"[^>]*value="8")', user.page)
    sent = {**FIGURES, "entitled": str(old.entitled), "away": str(old.away)}
    sent |= {"exempt_absent": str(old.exempt_absent), "present": str(old.present)}
    same = {**sent, "votes_for": "8", "votes_against": "0", "reason": "Ghi nhầm"}
    assert user.post(path, {**same, "method": old.method}).status_code == 422
    assert "không có gì để đính chính" in user.page
    assert user.post(path, sent).status_code == 422  # without a reason
    user.post(path, {**sent, "reason": "Ghi nhầm một phiếu"})
    found = votes_of(world)
    assert [(row.status, row.votes_for) for row in found] == [("corrected", 8), ("standing", 7)]
    words = read(user)
    assert "Tán thành 8, không tán thành 0" in words
    assert "Tán thành 7, không tán thành 1" in words
    assert f'href="#vote-{found[1].id}"' in user.page
    assert f'href="#vote-{found[0].id}"' in user.page
    assert "Đính chính số phiếu" in words[words.index("Nhật ký") :]
    assert user.post(path, {**sent, "reason": "Lần nữa"}).status_code == 409


def test_who_wrote_the_figures_does_not_correct_them(
    world: World, voted: int, person: Callable[[str], Person]
) -> None:
    old = votes_of(world)[0]
    user = person("cell1")
    user.get(f"/cases/{voted}")
    assert f"/votes/{old.id}/correct" not in user.page
    user.get(f"/votes/{old.id}/correct")
    assert "nên không tự đính chính được" in user.page
    assert 'name="votes_for"' not in user.page
    sent = {**FIGURES, "entitled": str(old.entitled), "reason": "Ghi nhầm"}
    assert user.post(f"/votes/{old.id}/correct", sent).status_code == 404
    assert "Hãy nhờ người thứ hai" in user.page
    assert len(votes_of(world)) == 1


def test_figures_that_turn_the_result_are_refused(
    world: World, voted: int, person: Callable[[str], Person]
) -> None:
    old = votes_of(world)[0]
    user = person("school1")
    user.get(f"/votes/{old.id}/correct")
    turned = {name: str(getattr(old, name)) for name in FIGURES}
    turned |= {"votes_for": "2", "votes_against": "6", "reason": "Ghi nhầm"}
    assert user.post(f"/votes/{old.id}/correct", turned).status_code == 409
    assert "phải làm lại theo quy định" in user.page
    assert [row.status for row in votes_of(world)] == ["standing"]


def test_a_superior_gives_a_new_day_on_paper_and_the_case_says_that_it_is_not_from_the_rules(
    world: World, case_id: int, person: Callable[[str], Person]
) -> None:
    world.until(case_id, "admission_ceremony")
    user, path = person("commune1"), f"/cases/{case_id}/grant-time"
    user.get(f"/cases/{case_id}")
    assert f'href="{path}"' in user.page
    user.get(path)
    assert "Lễ kết nạp: hạn" in user.page
    running = world.rows(select(clock).where(clock.c.name == "ceremony"))[0]
    sent = {"clock": str(running.id), "until": "15/01/2026", "on": f"{world.today:%d/%m/%Y}", "reason": "Bão"}
    assert user.post(path, sent).status_code == 422  # its paper has a number
    user.post(path, {**sent, "number": "12-CV/ĐU"})
    words = read(user)
    assert "Đã ghi hạn mới: 15/01/2026" in words
    assert "cấp trên gia hạn đến 15/01/2026, văn bản số 12-CV/ĐU" in words
    assert "không phải thời hạn của quy định" in words
    assert "Cấp trên gia hạn Lễ kết nạp đến 15/01/2026" in words
    assert user.post(path, {**sent, "number": "13-CV/ĐU", "clock": "abc"}).status_code == 422
    cell = person("cell1")
    cell.get(f"/cases/{case_id}")
    assert "/grant-time" not in cell.page
    assert cell.get(path).status_code == 404
