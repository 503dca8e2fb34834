"""Votes as formal acts: thresholds, rolls, a second person, attempts, corrections."""

from typing import Any

import pytest
from sqlalchemy import select, update

from engine.errors import Conflict, InvalidAnswers, NotAllowed, NotFound
from engine.records import outbox, read_log
from tests.workflows.builders import World, noon
from workflows.admission import acts
from workflows.admission.corrections import correct_vote
from workflows.admission.records import act, meeting, vote
from workflows.people.records import student, user_account


def at(world: World, element: str) -> int:
    case_id = world.nominate()
    world.until(case_id, element)
    return case_id


@pytest.mark.parametrize(
    ("present", "votes_for", "carried", "why"),
    [
        (8, 8, True, "all of eight"),
        (8, 6, True, "six of eight is more than two thirds"),
        (8, 5, False, "five of eight is one short of two thirds"),
        (6, 6, True, "counted of the total, not of those present: six of eight"),
        (5, 5, False, "all five who came are still less than two thirds of eight"),
        (8, 0, False, "nobody"),
    ],
)
def test_the_cell_votes_by_two_thirds_of_all_who_count(
    world: World, present: int, votes_for: int, carried: bool, why: str
) -> None:
    """Nine on the roll, one of them away on duty: eight count."""
    case_id = at(world, "cell_vote")
    figures: dict[str, Any] = {
        "present": present,
        "votes_for": votes_for,
        "votes_against": present - votes_for,
    }
    figures["meeting_kind"] = "extraordinary"
    world.do(case_id, "cell_vote", "carried" if carried else "failed", **figures)
    row = world.rows(select(vote).where(vote.c.step == "cell_vote"))[0]
    assert (row.result == "carried") is carried, why
    assert (row.entitled, row.away, row.base, row.numerator, row.denominator) == (9, 1, 8, 2, 3)


@pytest.mark.parametrize(("votes_for", "carried"), [(5, True), (3, True), (2, False)])
def test_a_standing_committee_decides_by_more_than_half(world: World, votes_for: int, carried: bool) -> None:
    case_id = at(world, "admission_decision")
    world.do(
        case_id,
        "admission_decision",
        "admitted" if carried else "refused",
        votes_for=votes_for,
        votes_against=5 - votes_for,
    )
    row = world.rows(select(vote).where(vote.c.step == "admission_decision"))[0]
    assert (row.comparison, row.numerator, row.denominator) == (">", 1, 2)


def refused(world: World, case_id: int, element: str, outcome: str, **more: Any) -> set[str]:
    with pytest.raises(InvalidAnswers) as failure:
        world.do(case_id, element, outcome, **more)
    return set(failure.value.fields)


@pytest.mark.parametrize(
    ("figures", "field"),
    [
        ({"votes_for": 7, "votes_against": 0}, "votes_for"),
        ({"present": 9, "votes_for": 9}, "present"),
        ({"members": 12}, "members"),
        ({"away": 2}, "away"),
        ({"exempt_absent": 1}, "exempt_absent"),
        ({"votes_for": 2, "votes_against": 6}, "outcome"),
    ],
    ids=["does not add up", "more than count", "not the roll", "not away", "not exempt", "did not carry"],
)
def test_figures_that_cannot_be_are_refused_by_their_field(
    world: World, figures: dict[str, Any], field: str
) -> None:
    case_id = at(world, "cell_vote")
    assert refused(world, case_id, "cell_vote", "carried", **figures) == {field}
    assert world.rows(select(vote.c.id).where(vote.c.step == "cell_vote")) == []


def test_an_away_member_who_came_counts(world: World) -> None:
    case_id = at(world, "cell_vote")
    world.do(case_id, "cell_vote", present=9, votes_for=9, away=0, meeting_kind="thematic")
    assert world.rows(select(vote.c.base).where(vote.c.step == "cell_vote"))[0].base == 9


def test_the_first_persons_figures_wait_and_the_step_stays_open(world: World) -> None:
    case_id = at(world, "cell_vote")
    task = world.task(case_id, "cell_vote")
    done = world.do(case_id, "cell_vote", confirm=False)
    assert done.opened == [] and world.elements(case_id) == ["cell_vote"]
    row = world.rows(select(vote).where(vote.c.step == "cell_vote"))[0]
    assert (row.status, row.confirmed_by, row.act_id) == ("pending", None, None)
    told = world.rows(select(outbox.c.kind, outbox.c.facts).where(outbox.c.key == f"vote:{row.id}"))
    assert told[0].kind == "confirm" and set(told[0].facts) == {"task", "element", "vote"}
    with world.store.transaction() as tx:
        done = acts.confirm(tx, task.id, by=world.users["cell2"], now=noon(world.today))
    assert [one.element for one in done.opened] == ["committee_resolution"]
    row = world.rows(select(vote).where(vote.c.id == row.id))[0]
    assert (row.status, row.proposed_by, row.confirmed_by) == (
        "standing",
        world.users["cell1"],
        world.users["cell2"],
    )
    assert world.rows(select(act.c.confirmation).where(act.c.id == row.act_id))[0][0] == "two_persons"


def test_the_second_person_reads_the_first_persons_answers_and_that_is_logged(world: World) -> None:
    case_id = at(world, "cell_vote")
    world.do(case_id, "cell_vote")
    found = world.rows(select(read_log).where(read_log.c.purpose == "xác nhận biểu quyết"))
    assert any(row.by == world.users["cell2"] for row in found)


def test_nobody_confirms_alone(world: World) -> None:
    case_id = at(world, "cell_vote")
    task = world.task(case_id, "cell_vote")
    world.do(case_id, "cell_vote", confirm=False)
    with pytest.raises(NotAllowed), world.store.transaction() as tx:
        acts.confirm(tx, task.id, by=world.users["cell1"], now=noon(world.today))
    with pytest.raises(NotFound), world.store.transaction() as tx:
        acts.confirm(tx, task.id, by=world.users["other1"], now=noon(world.today))
    assert world.elements(case_id) == ["cell_vote"]


def test_nothing_is_confirmed_that_nobody_wrote(world: World) -> None:
    case_id = at(world, "cell_vote")
    task = world.task(case_id, "cell_vote")
    with pytest.raises(Conflict), world.store.transaction() as tx:
        acts.confirm(tx, task.id, by=world.users["cell2"], now=noon(world.today))


def test_a_second_confirmation_comes_too_late(world: World) -> None:
    case_id = at(world, "cell_vote")
    task = world.task(case_id, "cell_vote")
    world.do(case_id, "cell_vote")
    with pytest.raises(Conflict), world.store.transaction() as tx:
        acts.confirm(tx, task.id, by=world.users["cell2"], now=noon(world.today))


def test_figures_written_anew_take_the_place_of_those_that_wait(world: World) -> None:
    case_id = at(world, "cell_vote")
    world.do(case_id, "cell_vote", confirm=False)
    world.do(case_id, "cell_vote", confirm=False, votes_for=7, votes_against=1)
    found = world.rows(
        select(vote.c.status, vote.c.votes_for).where(vote.c.step == "cell_vote").order_by(vote.c.id)
    )
    assert [tuple(row) for row in found] == [("withdrawn", 8), ("pending", 7)]


def test_the_superiors_office_may_be_the_second_person(world: World) -> None:
    case_id = at(world, "cell_vote")
    task = world.task(case_id, "cell_vote")
    world.do(case_id, "cell_vote", confirm=False)
    with world.store.transaction() as tx:
        acts.confirm(tx, task.id, by=world.users["school1"], now=noon(world.today))
    assert world.rows(select(act.c.confirmation).where(act.c.element == "cell_vote"))[0][0] == "superior"


def test_one_account_alone_is_said_so(world: World) -> None:
    case_id = at(world, "cell_vote")
    with world.store.transaction() as tx:
        tx.execute(update(user_account).where(user_account.c.id == world.users["cell2"]).values(active=False))
    world.do(case_id, "cell_vote", confirm=False)
    assert world.elements(case_id) == ["committee_resolution"]
    assert world.rows(select(act.c.confirmation).where(act.c.element == "cell_vote"))[0][0] == "one_person"


def test_attempts_are_counted(world: World) -> None:
    case_id = at(world, "cell_vote")
    world.do_all(case_id, ("cell_vote", "failed"), ("after_failed_vote", "again"))
    world.do(case_id, "cell_vote", meeting_kind="extraordinary")
    found = world.rows(
        select(vote.c.attempt, vote.c.result).where(vote.c.step == "cell_vote").order_by(vote.c.id)
    )
    assert [tuple(row) for row in found] == [(1, "failed"), (2, "carried")]


def test_one_meeting_has_one_attendance_for_all_its_cases(world: World) -> None:
    first, second = at(world, "cell_vote"), world.nominate(1)
    world.until(second, "cell_vote")
    world.do(first, "cell_vote")
    assert refused(world, second, "cell_vote", "carried", present=7, votes_for=7) == {"present"}
    world.do(second, "cell_vote", votes_for=6, votes_against=2)
    cell_meetings = world.rows(
        select(meeting.c.id, vote.c.id)
        .join(vote, vote.c.meeting_id == meeting.c.id)
        .where(vote.c.step == "cell_vote")
    )
    assert len({row[0] for row in cell_meetings}) == 1 and len(cell_meetings) == 2


def test_two_class_unions_of_one_school_may_meet_on_the_same_day(world: World) -> None:
    first, second = world.nominate(0), world.nominate(1)
    with world.store.transaction() as tx:
        for number, class_name in ((0, "12A1"), (1, "12A2")):
            this = student.c.id == world.students[number]
            tx.execute(update(student).where(this).values(class_name=class_name))
    for case_id in (first, second):
        world.until(case_id, "branch_vote")
    world.do(first, "branch_vote", members=30, present=30, votes_for=30, votes_against=0, invalid=0)
    world.do(second, "branch_vote", members=28, present=25, votes_for=20, votes_against=5, invalid=0)
    found = world.rows(select(meeting.c.branch, meeting.c.present).where(meeting.c.body == "union_branch"))
    assert sorted((row.branch, row.present) for row in found) == [("12A1", 30), ("12A2", 25)]


def test_a_vote_is_corrected_by_a_new_act_that_names_the_old_one(world: World) -> None:
    case_id = at(world, "cell_vote")
    world.do(case_id, "cell_vote")
    old = world.rows(select(vote).where(vote.c.step == "cell_vote"))[0]
    right = {"votes_for": 7, "votes_against": 1}
    with pytest.raises(NotAllowed), world.store.transaction() as tx:
        correct_vote(tx, old.id, right, "Ghi nhầm", by=world.users["cell1"], now=noon(world.today))
    with world.store.transaction() as tx:
        new = correct_vote(tx, old.id, right, "Ghi nhầm", by=world.users["cell2"], now=noon(world.today))
    rows = {row.id: row for row in world.rows(select(vote).where(vote.c.step == "cell_vote"))}
    assert (rows[old.id].status, rows[old.id].votes_for) == ("corrected", 8)
    assert (rows[new].corrects_id, rows[new].votes_for, rows[new].attempt) == (old.id, 7, 1)
    assert world.rows(select(act.c.corrects_id).where(act.c.element == "correction"))[0][0] == old.act_id


def test_a_correction_that_would_turn_the_result_is_refused(world: World) -> None:
    case_id = at(world, "cell_vote")
    world.do(case_id, "cell_vote")
    old = world.rows(select(vote.c.id).where(vote.c.step == "cell_vote"))[0].id
    turned = {"votes_for": 5, "votes_against": 3}
    with pytest.raises(Conflict), world.store.transaction() as tx:
        correct_vote(tx, old, turned, "Ghi nhầm", by=world.users["cell2"], now=noon(world.today))
