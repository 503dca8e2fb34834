"""The uses of bulk work, from the ticks of the inbox to the report, by people without scripts."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.web.bulk.conftest import Batches
from tests.web.conftest import Person
from tests.workflows.builders import World
from workflows.admission.records import (
    act,
    ceremony,
    certificate,
    helper_assignment,
    opinion_request,
    verification_request,
)
from workflows.admission.records import vote as vote_table

Signed = Callable[[str], Person]


def today(world: World) -> str:
    return f"{world.today:%d/%m/%Y}"


def numbers(world: World, element: str) -> list[str | None]:
    query = select(act.c.number).where(act.c.element == element).order_by(act.c.id)
    return [row.number for row in world.rows(query)]


def test_class_results_are_written_for_all_with_certificates_counted_up(
    world: World, batches: Batches, person: Signed
) -> None:
    tasks = batches.open(4, "class_result")
    centre = person("centre1")
    number = batches.choose(centre, task=tasks)
    shared = {"on": today(world), "outcome": "passed", "numbering": "each"}
    batches.fill(centre, number, shared, n2={"outcome": "absent"}, n4={"number": "12"})
    assert "làm được 4" in centre.page and "Vắng, chưa học đủ" in centre.page
    assert "Số 01-" in centre.page and "Số 02-" in centre.page and "(dự kiến)" in centre.page
    assert world.rows(select(certificate)) == []  # only tried
    batches.confirm(centre, number)
    assert "đã ghi 4" in centre.page and batches.states(number) == ["done"] * 4
    assert "/cases/" not in centre.page.split("<main")[1]  # the centre owes a task and sees no case
    found = numbers(world, "class_result")
    assert [text and re.search(r"\d+", text)[0] for text in found] == ["01", None, "02", "12"]  # type: ignore[index]
    assert len(world.rows(select(certificate))) == 3


@pytest.mark.long_walk
def test_a_list_goes_from_nomination_to_the_ceremony_by_lists(
    world: World, batches: Batches, person: Signed
) -> None:
    """Nomination, helpers, class, letters and their replies, votes by two persons, decisions, ceremony."""
    nominate(world, batches, person("union1"))
    cell, second = person("cell1"), person("cell2")
    for case_id in batches.cases:
        world.until(case_id, "assign_helper")
    name_helpers(world, batches, cell)
    enrol(world, batches, cell)
    for case_id in batches.cases:
        world.until(case_id, "send_verifications")
    send_letters(world, batches, person("school1"), cell)
    reply(world, batches, person("school1"))
    vote(world, batches, cell, second)
    decide(world, batches, person("commune1"), person("commune2"))
    hold_ceremony(world, batches, cell)


def nominate(world: World, batches: Batches, union: Person) -> None:
    number = batches.choose(union, student=world.students[:3])
    assert "Mở hồ sơ cho cả danh sách" in union.page
    batches.fill(union, number, {"on": today(world)})
    assert "làm được 3" in union.page and "Bước tiếp: Ghi nhận nguyện vọng" in union.page
    batches.confirm(union, number)
    assert batches.states(number) == ["done"] * 3
    batches.cases = [line.case_id for line in batches.lines(number)]
    again = batches.choose(union, student=world.students[:4])  # three of them have a case already
    batches.fill(union, again, {"on": today(world)})
    assert (
        "không làm được 3" in union.page and "một hồ sơ đang mở" in union.page and "làm được 1" in union.page
    )


def name_helpers(world: World, batches: Batches, cell: Person) -> None:
    number = batches.choose(cell, task=batches.tasks("assign_helper"))
    shared = {"on": today(world), "member_id": str(world.members[0]), "shared_since": "05/09/2022"}
    batches.fill(cell, number, shared, n2={"member_id": str(world.members[1])})
    batches.confirm(cell, number)
    query = select(helper_assignment.c.member_id).order_by(helper_assignment.c.id)
    found = [row.member_id for row in world.rows(query)]
    assert found == [world.members[0], world.members[1], world.members[0]]


def enrol(world: World, batches: Batches, cell: Person) -> None:
    number = batches.choose(cell, task=batches.tasks("enrol_class"))
    batches.fill(cell, number, {"on": today(world), "organiser_id": str(world.centre)})
    batches.confirm(cell, number)
    assert "Bước tiếp: Ghi kết quả học tập" in cell.page


def send_letters(world: World, batches: Batches, school: Person, cell: Person) -> None:
    """Each to the place of each person: known by its name, or outside of the system."""
    number = batches.choose(school, task=batches.tasks("send_verifications"))
    place = "Đảng ủy phường Thử Nghiệm"
    batches.fill(school, number, {"on": today(world), "outcome": "sent"}, n1={"to_candidate": place})
    assert "Cần sửa ở 2 dòng" in school.page and f'value="{place}"' in school.page
    batches.fill(
        school,
        number,
        {"on": today(world), "outcome": "sent", "numbering": "each"},
        n1={"to_candidate": place, "to_father": place, "name_father": "Bùi Văn Cha"},
        n2={"to_candidate": "Đảng ủy xã ở tỉnh khác"},
        n3={"outcome": "none_needed", "reason": "Đã thẩm tra năm trước."},
    )
    batches.confirm(school, number)
    sent = world.rows(select(verification_request).order_by(verification_request.c.id))
    assert [(row.organisation_id, row.addressee) for row in sent] == [
        (world.commune, None),
        (world.commune, None),
        (None, "Đảng ủy xã ở tỉnh khác"),
    ]
    assert len({row.number for row in sent}) == 2  # a letter a person, counted up
    number = batches.choose(cell, task=batches.tasks("request_opinions"))
    union = "Đoàn Trường THPT Thử Nghiệm"
    assert f'value="{union}"' in cell.page  # proposed for all
    batches.fill(cell, number, {"on": today(world), "to_union": union}, n1={"to_residence": "Chi bộ thôn 1"})
    batches.confirm(cell, number)
    opinions = world.rows(select(opinion_request).order_by(opinion_request.c.id))
    givers = [(row.giver, row.organisation_id, row.addressee) for row in opinions]
    assert givers[:2] == [("residence", None, "Chi bộ thôn 1"), ("union", world.union, None)]
    assert len(givers) == 4


def reply(world: World, batches: Batches, school: Person) -> None:
    """Letters that came back: by whoever received the paper, each with its own number and answer."""
    number = batches.choose(school, task=batches.tasks("verification_reply"))
    assert "Cha: Đảng ủy phường Thử Nghiệm" in school.page
    shared = {"on": today(world), "answer": "clear"}
    batches.fill(school, number, shared, n1={"number": "15-CV/ĐU"}, n3={"answer": "unclear"})
    batches.confirm(school, number)
    answers = [row.answer for row in world.rows(select(verification_request))]
    assert sorted(answers) == ["clear", "clear", "unclear"]


def vote(world: World, batches: Batches, cell: Person, second: Person) -> None:
    """One meeting, one resolution, figures by person; the second person confirms all at once."""
    for case_id in batches.cases:
        world.until(case_id, "cell_vote")
    number = batches.choose(cell, task=batches.tasks("cell_vote"))
    for_all = {"votes_for": "8", "votes_against": "0", "invalid": "0", "method": "secret", "present": "8"}
    shared = {"on": today(world), "outcome": "carried", "numbering": "one", "meeting_kind": "regular"}
    batches.fill(
        cell, number, shared | for_all, n2={"votes_for": "7", "votes_against": "1"}, n3={"votes_for": "9"}
    )
    assert "làm được 2" in cell.page and "không làm được 1" in cell.page
    assert "người thứ hai xác nhận" in cell.page
    batches.confirm(cell, number)
    assert batches.states(number) == ["done", "done", "refused"]
    world.do(batches.cases[2], "cell_vote")  # alone, later
    waiting = batches.tasks("cell_vote")
    assert len(waiting) == 2
    chosen = batches.choose(second, task=waiting)
    batches.wait(second, chosen)
    assert "người nhập: cell 1" in second.page and "Xác nhận 2 biểu quyết" in second.page
    batches.confirm(second, chosen)
    assert "Bắt đầu tính hạn: Quyết định kết nạp" in second.page
    stands = world.rows(select(vote_table).where(vote_table.c.step == "cell_vote").order_by(vote_table.c.id))
    assert {(row.proposed_by, row.confirmed_by) for row in stands if row.status == "standing"} == {
        (world.users["cell1"], world.users["cell2"])
    }
    assert [row.votes_for for row in stands[:2]] == [8, 7]
    assert len({text for text in numbers(world, "cell_vote") if text}) == 1  # one resolution for both


def decide(world: World, batches: Batches, commune: Person, second: Person) -> None:
    """Decisions name one person each: a number for every line, counted up when they are confirmed."""
    for case_id in batches.cases:
        world.until(case_id, "admission_decision")
    number = batches.choose(commune, task=batches.tasks("admission_decision"))
    assert "như chung" in commune.page
    figures = {"votes_for": "5", "votes_against": "0", "invalid": "0", "method": "secret", "present": "5"}
    shared = {"on": today(world), "outcome": "admitted", "numbering": "each", "members": "5"}
    batches.fill(commune, number, shared | figures)
    batches.confirm(commune, number)
    chosen = batches.choose(second, task=batches.tasks("admission_decision"))
    batches.wait(second, chosen)
    batches.confirm(second, chosen)
    found = numbers(world, "admission_decision")
    assert len(set(found)) == 3 and None not in found
    assert "Bước tiếp: Nhận quyết định kết nạp" in second.page


def hold_ceremony(world: World, batches: Batches, cell: Person) -> None:
    number = batches.choose(cell, task=batches.tasks("decision_received"))
    batches.fill(cell, number, {"on": today(world)})
    batches.confirm(cell, number)
    number = batches.choose(cell, task=batches.tasks("admission_ceremony"))
    batches.fill(cell, number, {"on": today(world), "numbering": "one"})
    assert "Bắt đầu tính hạn: Thời gian dự bị" in cell.page
    batches.confirm(cell, number)
    assert batches.states(number) == ["done"] * 3
    assert len(world.rows(select(ceremony))) == 3
    assert len(set(numbers(world, "admission_ceremony"))) == 1
