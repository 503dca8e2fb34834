"""Who leaves, how far each is, where to, what is missing; nobody leaves without a place or a reason."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engine.errors import Conflict, InvalidAnswers, NotFound
from tests.workflows.builders import noon
from tests.workflows.season.conftest import GRADUATION
from tests.workflows.transfers.town import Town
from workflows.bulk import orders, running
from workflows.bulk.queries import find_batch, lines_of
from workflows.people.leaving import leave_school
from workflows.season.destinations import destination_of, record_destination, record_homes, record_same
from workflows.season.figures import days
from workflows.season.leavers import Leaver, leavers, with_papers
from workflows.season.preparing import prepare_many
from workflows.season.words import ACCEPTED, KNOWN, NAMED, OFFERED, PREPARED, RETURNED, UNKNOWN
from workflows.transfers import verbs

Whole = Callable[[], set[int]]


def seen(town: Town, mine: set[int], **asked: Any) -> dict[int, Leaver]:
    with town.store.transaction(writing=False) as tx:
        found = with_papers(tx, leavers(tx, mine, town.today, **asked))
    return {one.row.student_id: one for one in found}


def say(town: Town, student_id: int, who: str = "cell1", **answers: Any) -> None:
    with town.store.transaction() as tx:
        record_destination(tx, student_id, answers, by=town.users[who], now=town.now())


def test_candidates_and_members_who_graduate_are_seen_with_form_and_place(town: Town, whole: Whole) -> None:
    found = seen(town, whole())
    one, member = found[town.students[0]], found[town.extra["member"]]
    assert set(found) == {town.students[0], town.extra["member"]}
    assert one.leaves_on == member.leaves_on == GRADUATION
    assert (one.standing, one.variant, one.proposed, one.state) == ("helped", "a", town.home, UNKNOWN)
    assert one.missing == ("Đơn xin vào Đảng", "Lý lịch của người xin vào Đảng")
    assert (member.standing, member.variant, member.proposed) == ("official", "formal", None)
    [day] = days(list(found.values()), town.today)
    assert (day.count, day.of(UNKNOWN), day.late) == (2, 2, 0)


def test_only_whoever_answers_or_stands_above_sees_them(town: Town) -> None:
    assert set(seen(town, {town.cell})) == {town.students[0], town.extra["member"]}
    assert seen(town, {town.other_cell, town.home, town.village}) == {}


def test_each_step_of_the_handover_moves_the_state(town: Town, whole: Whole) -> None:
    one = town.students[0]

    def state() -> str:
        return seen(town, whole())[one].state

    say(town, one, reason="undecided")
    assert state() == NAMED
    say(town, one, organisation_id=town.campus)
    assert state() == KNOWN
    say(town, one)
    assert state() == UNKNOWN
    handover = town.prepare(town.home)
    assert state() == PREPARED
    town.offer(handover)
    assert state() == OFFERED
    town.do_verb(verbs.return_, handover, "home1", reason="Không ở đây.")
    assert state() == RETURNED
    handover = town.prepare(town.village)
    town.offer(handover)
    town.do_verb(verbs.accept, handover, "home1", number="5-CV/ĐU")
    found = seen(town, whole())[one]
    assert (found.state, found.waits, found.lost, found.missing) == (ACCEPTED, False, False, ())


def test_several_go_home_each_or_to_one_place_all_of_them_or_nobody(town: Town, whole: Whole) -> None:
    one, member = town.students[0], town.extra["member"]
    by = {"by": town.users["school1"], "now": town.now()}
    with pytest.raises(InvalidAnswers) as refusal, town.store.transaction() as tx:
        record_homes(tx, [one, member], **by)
    assert "Lê Văn Đảng" in str(refusal.value.fields["home"][0])
    assert seen(town, whole())[one].state == UNKNOWN
    with town.store.transaction() as tx:
        assert record_homes(tx, [one], **by) == 1
        assert record_same(tx, [one, member], {"addressee": "Đại học Xa"}, **by) == 2
        assert destination_of(tx, one).addressee == "Đại học Xa"
    with pytest.raises(NotFound), town.store.transaction() as tx:
        record_same(tx, [one], {"reason": "abroad"}, by=town.users["home1"], now=town.now())


def test_a_place_that_takes_nobody_or_a_place_with_a_reason_is_refused(town: Town) -> None:
    one = town.students[0]
    with pytest.raises(InvalidAnswers):
        say(town, one, organisation_id=town.union)
    with pytest.raises(InvalidAnswers):
        say(town, one, addressee="Đại học X", reason="abroad")
    with pytest.raises(InvalidAnswers):
        say(town, one, reason="no such reason")
    with pytest.raises(NotFound):
        say(town, one, "home1", reason="abroad")


def test_nobody_leaves_without_a_place_or_a_named_reason(town: Town, whole: Whole) -> None:
    gone = {"on": GRADUATION, "reason": "graduated", "by": town.users["cell1"]}
    town.today = GRADUATION + timedelta(days=1)
    for number in (town.students[0], town.extra["member"]):
        with pytest.raises(Conflict), town.store.transaction() as tx:
            leave_school(tx, number, now=town.now(), **gone)
    say(town, town.students[0], addressee="Đảng ủy Trường Đại học Xa")
    say(town, town.extra["member"], reason="unreachable")
    with town.store.transaction() as tx:
        for number in (town.students[0], town.extra["member"]):
            leave_school(tx, number, now=town.now(), **gone)
        leave_school(tx, town.students[1], now=town.now(), **gone)  # neither a candidate nor a member
    found = seen(town, whole())
    assert found[town.students[0]].late(town.today) and not found[town.extra["member"]].late(town.today)


def test_whoever_died_leaves_no_open_case_behind(town: Town) -> None:
    say(town, town.students[0], reason="unreachable")
    with pytest.raises(Conflict), town.store.transaction() as tx:
        leave_school(tx, town.students[0], on=town.today, reason="deceased", by=None, now=noon(town.today))


def test_many_are_tried_shown_and_prepared_line_by_line(town: Town, whole: Whole) -> None:
    one, member = town.students[0], town.extra["member"]
    wanted = {"mine": whole(), "moved_on": None, "by": town.users["school1"], "now": town.now()}
    with town.store.transaction() as tx:
        batch = prepare_many(tx, [one, member, town.students[1]], **wanted)
    running.advance(town.store, batch, now=town.now(), seconds=30)
    with town.store.transaction() as tx:
        states = {line.student_id: line.state for line in lines_of(tx, batch)}
        assert states == {one: "fine", member: "barred"}  # nobody knows where the member lives
        orders.start(tx, batch, find_batch(tx, batch).revision, now=town.now())
    assert seen(town, whole())[one].state == UNKNOWN  # only tried
    running.advance(town.store, batch, now=town.now(), seconds=30)
    found = seen(town, whole())
    assert found[one].state == PREPARED and found[one].to_id == town.home
    assert found[one].row.moved_on == GRADUATION
    with town.store.transaction() as tx, pytest.raises(Conflict):
        prepare_many(tx, [one], **wanted)
