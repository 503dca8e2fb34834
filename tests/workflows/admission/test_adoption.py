"""A paper case enters at any step: same path, marked as before the system, nobody told of the past."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import cases
from engine.clocks import all_clocks, open_clocks
from engine.errors import Conflict, InvalidAnswers, Unavailable
from engine.journal import entries
from engine.records import document, outbox
from engine.rows import CaseRow
from tests.workflows.builders import World, noon
from workflows.admission.adoption import PaperAct, adopt
from workflows.admission.adoption_sheet import adopt_sheet
from workflows.admission.records import act, vote
from workflows.imports.reading import read

TODAY = date(2026, 3, 2)


def papers(world: World) -> list[PaperAct]:
    """The papers of one road, every one there is, up to the end of probation."""
    helper = {"member_id": world.members[0], "shared_since": date(2024, 1, 1)}
    return [
        PaperAct("record_consent", date(2024, 2, 1)),
        PaperAct("cell_recognition", date(2024, 4, 2), "recognised", "03-NQ/CB"),
        PaperAct("assign_helper", date(2024, 4, 2), answers=helper),
        PaperAct("class_result", date(2024, 6, 3), "passed", "118"),
        PaperAct("union_resolution", date(2024, 12, 2), "carried", "12-NQ/ĐTN"),
        PaperAct("conclude_history", date(2025, 1, 6), "certified"),
        PaperAct("cell_vote", date(2025, 5, 12), "carried", "05-NQ/CB"),
        PaperAct("committee_resolution", date(2025, 5, 20), "carried", "07-NQ/ĐU"),
        PaperAct("admission_decision", date(2025, 6, 10), "admitted", "21-QĐ/ĐU"),
        PaperAct("admission_ceremony", date(2025, 6, 20)),
        PaperAct("new_member_class", date(2025, 11, 3), "passed", "45"),
    ]


def adopted(world: World, count: int, *, now: date = TODAY, **more: Any) -> CaseRow:
    world.today = now
    with world.store.transaction() as tx:
        given = [PaperAct(**vars(one)) for one in papers(world)[:count]]
        return adopt(tx, world.students[0], given, by=world.users["cell1"], now=noon(now), **more)


@pytest.mark.parametrize(
    ("count", "stands_at", "clocks"),
    [
        (1, {"confirm_source"}, set()),
        (2, {"assign_helper"}, set()),
        (3, {"enrol_class"}, set()),
        (4, {"application"}, {"certificate_expiry"}),
        (
            5,
            {"helper_letter", "request_opinions", "send_verifications"},
            {"certificate_expiry"},
        ),
        (7, {"committee_resolution"}, {"admission_decision"}),
        (8, {"board_appraisal"}, {"admission_decision"}),
        (9, {"decision_received"}, set()),
        (10, {"new_member_class", "probation_report"}, {"probation_end", "cell_review"}),
        (11, {"probation_report"}, {"probation_end", "cell_review"}),
    ],
)
def test_a_paper_case_enters_where_its_papers_say(
    world: World, count: int, stands_at: set[str], clocks: set[str]
) -> None:
    case = adopted(world, count)
    assert set(world.elements(case.id)) == stands_at
    with world.store.transaction(writing=False) as tx:
        assert {clock.name for clock in open_clocks(tx, case.id)} == clocks
        assert {clock.name for clock in all_clocks(tx, case.id)} == clocks, "only clocks still running start"


def test_the_file_that_was_complete_in_time_waits_for_the_vote(world: World) -> None:
    case = adopted(world, 6, now=date(2025, 5, 9))
    assert world.elements(case.id) == []
    assert world.fire(case.id, date(2025, 5, 9)) == 0
    assert world.fire(case.id, date(2025, 5, 10)) == 1, "eighteen on 10/05/2025"
    assert world.elements(case.id) == ["cell_vote"]


def test_papers_and_acts_are_marked_as_before_the_system_and_nobody_is_told_of_the_past(world: World) -> None:
    case = adopted(world, 10)
    found = world.rows(select(document).where(document.c.case_id == case.id))
    assert found and all(row.before_system for row in found)
    assert {row.number for row in found} >= {"Số 05-NQ/CB", "Số 21-QĐ/ĐU"}
    acts = world.rows(select(act).where(act.c.case_id == case.id))
    assert all(row.before_system and row.confirmation == "paper" for row in acts)
    told = {row.facts["element"] for row in world.rows(select(outbox.c.facts))}
    assert told == {"new_member_class", "probation_report"}, "the present step, not the past"
    with world.store.transaction(writing=False) as tx:
        assert entries(tx, case.id)[-1].kind == "adoption"
        marked = [row for row in entries(tx, case.id) if row.kind == "task"]
        assert all(row.facts["before_system"] for row in marked)
        assert {row.edition for row in marked} == {"2021-09-28", "2025-01-20"}, "each act by its own edition"
    assert world.rows(select(vote.c.id)) == [], "results without figures are no votes of ours"


def test_an_adopted_case_goes_on_along_the_same_road(world: World) -> None:
    case = adopted(world, 10)
    assert world.walk(case.id).closed_as == "official_member"


def test_replaying_an_adopted_case_gives_its_present_state(world: World) -> None:
    case = adopted(world, 10)
    with world.store.transaction(writing=False) as tx:
        replayed = {item.element for item in cases.replay(tx, case.id) if item.kind == "task"}
    assert replayed == set(world.elements(case.id))


def refused(world: World, given: list[PaperAct], now: date = TODAY) -> dict[str, str]:
    with pytest.raises(InvalidAnswers) as failure, world.store.transaction() as tx:
        adopt(tx, world.students[0], given, by=world.users["cell1"], now=noon(now))
    assert world.rows(select(act.c.id)) == [], "nothing of a refused history is kept"
    return {name: str(texts[0]) for name, texts in failure.value.fields.items()}


def test_impossible_histories_are_refused_with_the_act_and_the_reason(world: World) -> None:
    all_papers = papers(world)
    without_class = [one for one in all_papers if one.element != "class_result"]
    assert "Ghi kết quả học tập" in refused(world, without_class)["3.element"]
    early = [*all_papers[:6], PaperAct("cell_vote", date(2025, 5, 9), "carried", "05-NQ/CB")]
    assert "Chưa thể đến" in refused(world, early, date(2025, 5, 9))["6.element"]
    backwards = [*all_papers[:8], PaperAct("admission_decision", date(2025, 5, 1), "admitted", "21-QĐ/ĐU")]
    assert "liền trước" in refused(world, backwards)["8.on"]
    unnumbered = [*all_papers[:3], PaperAct("class_result", date(2024, 6, 3), "passed")]
    assert "Cần ghi" in refused(world, unnumbered)["3.number"]


def test_a_vote_on_paper_before_the_birthday_is_refused(world: World) -> None:
    early = [*papers(world)[:6], PaperAct("cell_vote", date(2025, 5, 9), "carried", "05-NQ/CB")]
    assert "Chưa đủ 18 tuổi" in refused(world, early)["6.on"]


def test_all_faults_of_a_list_are_told_at_once(world: World) -> None:
    given = [
        PaperAct("no_such_step", date(2024, 1, 1)),
        PaperAct("cell_vote", date(2024, 1, 1), "admitted"),
        PaperAct("record_consent", TODAY + timedelta(days=1)),
    ]
    assert set(refused(world, given)) == {"0.element", "1.outcome", "2.on"}
    assert set(refused(world, [])) == {"papers"}


def test_figures_on_an_old_paper_must_add_up_too(world: World) -> None:
    figures = {"members": 9, "present": 9, "votes_for": 5, "votes_against": 4, "method": "secret"}
    given = [*papers(world)[:6], PaperAct("cell_vote", date(2025, 5, 12), "carried", "05", figures)]
    assert "không khớp số phiếu" in refused(world, given)["6.outcome"]


def test_a_student_with_an_open_case_is_not_adopted_again(world: World) -> None:
    adopted(world, 3)
    with pytest.raises(Conflict):
        adopted(world, 3)


def sheet(*rows: str) -> bytes:
    header = (
        "Họ và tên,Ngày sinh,Ngày đồng ý,Ngày công nhận đối tượng,Ngày phân công giúp đỡ,Người giúp đỡ,"
        "Cùng đơn vị từ ngày,Ngày giấy chứng nhận,Số giấy chứng nhận,Ngày nghị quyết Đoàn,"
        "Ngày chứng nhận lý lịch"
    )
    return "\n".join([header, *rows]).encode("utf-8-sig")


GOOD = (
    "Nguyễn Văn Thử,10/05/2007,01/02/2024,02/04/2024,02/04/2024,Đảng Viên A,01/01/2024,03/06/2024,0118,"
    "02/12/2024,06/01/2025"
)
BAD = "Trần Thị Nghiệm,10/05/2007,01/02/2024,02/04/2024,02/04/2024,Đảng Viên Z,01/01/2024,,,,"
NOBODY = "Lê Văn Không,10/05/2007,01/02/2024,,,,,,,,"


@pytest.mark.parametrize("dry", [True, False])
def test_a_sheet_is_adopted_row_by_row(world: World, dry: bool) -> None:
    found = read(sheet(GOOD, BAD, NOBODY), "giay.csv")
    with world.store.transaction() as tx:
        lines = adopt_sheet(
            tx, world.institution, found, by=world.users["cell1"], now=noon(date(2025, 3, 3)), dry=dry
        )
    assert [bool(line.faults) for line in lines] == [False, True, True]
    assert "cần đúng một" in str(lines[1].faults[0]) and "0 người" in str(lines[2].faults[0])
    kept = world.rows(select(act.c.case_id).distinct())
    assert len(kept) == (0 if dry else 1)
    if not dry:
        assert lines[0].case_id is not None and world.elements(lines[0].case_id) == []


def test_a_busy_database_is_no_fault_of_a_row(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_what: Any, **_more: Any) -> Any:
        raise Unavailable

    monkeypatch.setattr("workflows.admission.adoption_sheet.adopt", busy)
    found, who = read(sheet(GOOD), "giay.csv"), world.users["cell1"]
    with pytest.raises(Unavailable), world.store.transaction() as tx:
        adopt_sheet(tx, world.institution, found, by=who, now=noon(date(2025, 3, 3)))
