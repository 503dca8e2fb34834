"""Planning, agenda, holding, voting and confirming, on both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.errors import Conflict, InvalidAnswers, NotFound
from engine.transactions import Store
from tests.workflows.builders import BEGINNING, World, build, noon
from tests.workflows.meetings.hall import assemble, meeting_of, plan, statuses
from workflows.admission.records import act, meeting, vote
from workflows.meetings import queries, results, verbs
from workflows.meetings.agenda import agenda
from workflows.meetings.records import agenda_item, meeting_attendance
from workflows.meetings.rules import Room
from workflows.meetings.voting import ALREADY, WAITS, Cast, Sitting, confirm, settle
from workflows.people.members import add_member


@pytest.fixture
def world(store: Store) -> World:
    return build(store)


def hold(world: World, number: int, came: dict[int, str] | None = None, **more: object) -> Room:
    with world.store.transaction() as tx:
        return verbs.hold(
            tx, number, came or {}, None, by=world.users["cell1"], now=noon(world.today), **more  # type: ignore[arg-type]
        )  # fmt: skip


def test_a_meeting_is_planned_once_a_day_and_a_repeated_request_gives_the_same_one(world: World) -> None:
    first = plan(world, request_key="k1")
    assert plan(world, request_key="k1") == first
    with pytest.raises(Conflict):
        plan(world, request_key="k2")
    with world.store.transaction() as tx:
        verbs.cancel(tx, first, "no_business", by=1, now=noon(world.today))
        verbs.cancel(tx, first, "no_business", by=1, now=noon(world.today))
    assert plan(world, request_key="k3") != first
    assert statuses(world) == ["cancelled", "planned"]


@pytest.mark.parametrize(
    ("day", "body", "field"),
    [
        (BEGINNING - timedelta(days=1), "cell", "on_day"),
        (date(2031, 1, 1), "cell", "on_day"),
        (date(2025, 8, 20), "plenum", "body"),
        (date(2025, 8, 20), "union_branch", "body"),
    ],
)
def test_a_day_or_body_that_cannot_be_is_refused(world: World, day: date, body: str, field: str) -> None:
    with pytest.raises(InvalidAnswers) as refused, world.store.transaction() as tx:
        verbs.plan(tx, world.cell, body, day, by=1, now=noon(world.today))
    assert field in refused.value.fields


def test_a_planned_meeting_moves_but_not_onto_another_and_not_once_it_was_held(world: World) -> None:
    one, today = plan(world), world.today
    world.pass_days(7)
    other = plan(world)
    more = {"by": 1, "now": noon(world.today), "kind": "thematic", "place": "Phòng họp", "starts_at": "15:30"}
    with pytest.raises(InvalidAnswers), world.store.transaction() as tx:
        verbs.change(tx, other, today, **more)  # type: ignore[arg-type]
    with world.store.transaction() as tx:
        verbs.change(tx, other, today + timedelta(days=3), **more)  # type: ignore[arg-type]
    assert meeting_of(world, other).on_day == today + timedelta(days=3)
    hold(world, one, late_reason="Nghỉ hè.")
    with pytest.raises(Conflict), world.store.transaction() as tx:
        verbs.change(tx, one, today, **more)  # type: ignore[arg-type]
    with pytest.raises(Conflict), world.store.transaction() as tx:
        verbs.cancel(tx, one, "mistake", by=1, now=noon(world.today))


def test_attendance_is_kept_once_by_name_and_another_one_is_refused(world: World) -> None:
    number = plan(world)
    came = {world.members[0]: "ill", world.members[1]: "unknown"}
    seats = hold(world, number, came, chaired_by="Bà Chủ Trì", take_number=True)
    assert seats == Room(9, 0, 1, 6)
    of = meeting_of(world, number)
    assert (of.status, of.present, of.minutes_number, of.chaired_by) == (
        "held",
        6,
        "Số 01-BB/CB",
        "Bà Chủ Trì",
    )
    assert hold(world, number, came) == seats, "the same again changes nothing"
    assert len(world.rows(select(meeting_attendance))) == 9
    with pytest.raises(InvalidAnswers):
        hold(world, number, {world.members[0]: "present"})
    assert meeting_of(world, number).minutes_number == "Số 01-BB/CB"


def test_impossible_attendance_is_refused(world: World) -> None:
    number = plan(world)
    with pytest.raises(InvalidAnswers):
        hold(world, number, {world.members[0]: "exempt"})
    with world.store.transaction() as tx:
        verbs.cancel(tx, number, "mistake", by=1, now=noon(world.today))
    with pytest.raises(Conflict):
        hold(world, number)
    world.today += timedelta(days=1)
    number = plan(world)
    world.today -= timedelta(days=1)
    with pytest.raises(InvalidAnswers) as early:
        hold(world, number)
    assert "on_day" in early.value.fields


def test_a_meeting_of_a_body_without_a_roll_takes_its_figures_from_the_paper(world: World) -> None:
    by, now = world.users["union1"], noon(world.today)
    with world.store.transaction() as tx:
        union = verbs.plan(tx, world.union, "union_exec", world.today, by=by, now=now)
        school = verbs.plan(tx, world.school, "plenum", world.today, by=by, now=now)
    for number, given, wrong in (
        (union, Room(9, 0, 0, 8), Room(9, 0, 0, 10)),
        (school, Room(9, 0, 0, 7), Room(8, 0, 0, 7)),
    ):
        with pytest.raises(InvalidAnswers), world.store.transaction() as tx:
            verbs.hold(tx, number, {}, wrong, by=by, now=now)
        with world.store.transaction() as tx:
            assert verbs.hold(tx, number, {}, given, by=by, now=now) == given


def test_a_meeting_of_last_month_asks_why_it_is_recorded_so_late(world: World) -> None:
    number = plan(world)
    world.pass_days(30)
    with pytest.raises(InvalidAnswers) as late:
        hold(world, number)
    assert "late_reason" in late.value.fields
    assert hold(world, number, late_reason="Thư ký nghỉ ốm.").present == 8


def test_a_whole_meeting_is_decided_case_by_case_and_confirmed(store: Store) -> None:
    world, cases = assemble(store, 3)
    number = plan(world, [cases[2], cases[0], cases[1]])
    of, by = meeting_of(world, number), world.users["cell1"]
    with store.transaction(writing=False) as tx:
        found = agenda(tx, of, by=by, today=world.today)
        assert {one.line.case_id for one in found.ready} == set(cases)
        assert [item.case_id for item in queries.items(tx, number)] == [cases[2], cases[0], cases[1]]
    seats = hold(world, number, {world.members[0]: "ill"}, take_number=True)
    sitting = Sitting(meeting_of(world, number), seats, take_numbers=True)
    figures = [{"votes_for": 7}, {"votes_for": 5, "votes_against": 2}, {"votes_for": 6, "votes_against": 1}]

    def write(place: int, who: str, **more: object) -> str:
        task = world.task(cases[place], "cell_vote")
        cast = Cast(task.id, "cell_vote", more.pop("figures", figures[place]))  # type: ignore[arg-type]
        with store.transaction() as tx:
            key = f"key-{task.id}"
            return settle(tx, sitting, cast, by=world.users[who], now=noon(world.today), request_key=key)

    assert [write(place, "cell1") for place in range(3)] == [WAITS] * 3
    assert write(0, "cell1") == ALREADY and write(0, "cell2") == ALREADY
    with pytest.raises(Conflict, match="Vừa có người ghi số phiếu khác"):
        write(0, "cell2", figures={"votes_for": 6, "votes_against": 1})
    assert len(world.rows(select(vote.c.id).where(vote.c.status == "pending"))) == 3
    rows = world.rows(select(meeting).where(meeting.c.on_day == world.today))
    assert [(row.members, row.away, row.present) for row in rows] == [(9, 1, 7)]

    with store.transaction(writing=False) as tx:
        counted = results.counted(tx, of)
    assert [one.row.case_id for one in counted] == [cases[2], cases[0], cases[1]]
    for one in counted:
        with store.transaction() as tx:
            confirm(
                tx, one.row.task_id, one.row.id, by=world.users["cell2"], now=noon(world.today),
                request_key=f"c-{one.row.id}",
            )  # fmt: skip
    papers = {
        row.case_id: (row.outcome, row.number, row.confirmation)
        for row in world.rows(select(act).where(act.c.element == "cell_vote"))
    }
    assert papers[cases[2]] == ("carried", papers[cases[2]][1], "two_persons")
    assert papers[cases[1]] == ("failed", "Số 01-BB/CB", "two_persons"), "a failed vote stands in the minutes"
    first, second = (int(papers[case][1].split()[1].split("-")[0]) for case in (cases[2], cases[0]))
    assert second == first + 1, "resolutions are counted up in the order of the agenda"
    assert "after_failed_vote" in world.elements(cases[1])


def test_new_figures_since_the_page_was_shown_are_not_confirmed(store: Store) -> None:
    world, cases = assemble(store, 1)
    world.do(cases[0], "cell_vote", confirm=False)
    seen = world.rows(select(vote).where(vote.c.status == "pending"))[0]
    world.do(cases[0], "cell_vote", confirm=False, votes_for=7, votes_against=1)
    with pytest.raises(Conflict), store.transaction() as tx:
        confirm(tx, seen.task_id, seen.id, by=world.users["cell2"], now=noon(world.today), request_key=None)


def test_a_vote_written_on_the_page_of_the_task_binds_the_attendance(store: Store) -> None:
    world, cases = assemble(store, 1)
    number = plan(world, cases)
    world.do(cases[0], "cell_vote", confirm=False)
    with pytest.raises(InvalidAnswers) as other:
        hold(world, number, {world.members[0]: "ill"})
    assert "có mặt 8" in str(other.value.fields["present"][0])
    assert hold(world, number).present == 8


def test_a_task_of_another_body_cannot_be_decided_in_this_meeting(store: Store) -> None:
    world, cases = assemble(store, 1)
    number = plan(world, cases)
    seats = hold(world, number)
    sitting = Sitting(meeting_of(world, number), seats)
    world.do(cases[0], "cell_vote")
    stranger = world.tasks(cases[0])[0]
    with pytest.raises(NotFound), store.transaction() as tx:
        cast = Cast(stranger.id, stranger.element, way="returned", words="Bản sao")
        settle(tx, sitting, cast, by=world.users["cell1"], now=noon(world.today), request_key="k")


def test_who_is_on_the_roll_that_day_is_asked_not_who_is_today(store: Store) -> None:
    world = build(store)
    number = plan(world)
    with store.transaction() as tx:
        add_member(
            tx, "Đảng Viên Mới", cell_id=world.cell, status="official", since=world.today + timedelta(days=1)
        )
    world.pass_days(1)
    assert hold(world, number).members == 9


def test_setting_the_agenda_again_replaces_it(store: Store) -> None:
    world = build(store)
    case_id = world.nominate()
    number = plan(world, [case_id])
    with store.transaction() as tx:
        assert verbs.set_agenda(tx, number, [], {}, by=1, now=noon(world.today)) == 0
    assert world.rows(select(agenda_item)) == []


def test_the_agenda_names_who_comes_up_what_is_missing_and_for_how_long_others_are_waited_for(
    store: Store,
) -> None:
    world = build(store)
    waiting, probation = world.nominate(0), world.nominate(1)
    world.until(probation, "new_member_class")
    world.until(waiting, "send_verifications")
    by, held = world.users["cell1"], world.today
    world.pass_days(10)
    with store.transaction() as tx:
        number = verbs.plan(
            tx, world.cell, "cell", held + timedelta(days=366), by=by, now=noon(world.today)
        )  # fmt: skip
    with store.transaction(writing=False) as tx:
        found = agenda(tx, meeting_of(world, number), by=by, today=world.today)
    assert found.ready == [] and found.unready == []
    [review] = found.reviews
    assert review.line.case_id == probation and review.over and review.due is not None
    [near] = found.near
    missing = {one.condition for one in near.unmet}
    assert near.line.case_id == waiting and {"verification", "helper_letter", "opinions"} <= missing
    assert all(one.source for one in near.unmet)
    assert ("send_verifications", 10) in {(one.line.element, one.days) for one in found.waiting}
    assert "probation_report" in {one.line.element for one in found.remarks}
