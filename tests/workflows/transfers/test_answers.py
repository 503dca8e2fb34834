"""Answers of both sides, and what is refused: each with a clear word, and nothing lost."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from engine import cases
from engine.errors import Conflict, Failure, InvalidAnswers, NotFound
from engine.records import case as case_table
from engine.records import outbox
from engine.transactions import Transaction
from tests.workflows.builders import ABLE, BEGINNING
from tests.workflows.transfers.town import Town
from workflows import access
from workflows.admission import acts
from workflows.admission.records import act
from workflows.organisations.changes import succeed
from workflows.people.users import add_position, add_user
from workflows.transfers import custody, queries, verbs
from workflows.transfers.alarms import raise_unhelped
from workflows.transfers.outside import take_in
from workflows.transfers.records import custody as stair
from workflows.transfers.records import handover_offer

At = Callable[[str], Town]
Deed = tuple[Callable[..., object], int, str, dict[str, object]]  # verb, handover, who, its answers


def holder(town: Town) -> int | None:
    with town.store.transaction(writing=False) as tx:
        found: int | None = custody.last_step(tx, town.students[0]).organisation_id
    return found


def answers(town: Town) -> list[str | None]:
    return [row.answer for row in town.rows(select(handover_offer).order_by(handover_offer.c.id))]


def test_from_the_acceptance_on_every_open_task_follows_and_what_was_done_stays(town: Town) -> None:
    handover = town.offered(town.campus)
    before = town.rows(select(act.c.id).where(act.c.case_id == town.case_id).order_by(act.c.id))
    assert holder(town) == town.cell
    town.do_verb(verbs.accept, handover, "campus1")
    assert holder(town) == town.case(town.case_id).custodian_id == town.faculty
    assert {task.organisation_id for task in town.tasks(town.case_id)} == {town.faculty}
    after = town.rows(select(act.c.id).where(act.c.case_id == town.case_id).order_by(act.c.id))
    assert after[: len(before)] == before
    with town.store.transaction(writing=False) as tx:
        cases.replay(tx, town.case_id)
        cases.replay(tx, handover)


def test_the_handover_ends_when_the_new_cell_names_a_helper(at: At) -> None:
    town = at("helped")
    handover = town.offered(town.home)
    town.do_verb(verbs.accept, handover, "home1", cell_id=town.village)
    town.do_verb(verbs.arrive, handover, "home1", number="4-CV/CB")
    assert (town.elements(handover), town.case(handover).closed_on) == ([], None), "waits for a helper"
    from workflows.people.members import roll_on

    with town.store.transaction() as tx:
        member = roll_on(tx, town.village, town.today).official[0].member_id
        task = next(one for one in cases.open_tasks(tx, town.case_id) if one.element == "assign_helper")
        given = {"on": town.today, "member_id": member, "shared_since": town.today}
        acts.complete(tx, task.id, given, by=town.users["home1"], now=town.now())
    assert town.case(handover).closed_as == "handover_closed"


def test_a_receiver_that_is_the_wrong_one_hands_on_to_the_right_one(town: Town) -> None:
    handover = town.offered(town.home)
    town.do_verb(verbs.forward, handover, "home1", receiver_id=town.campus)
    assert town.task(handover, "answer_handover").organisation_id == town.campus
    assert holder(town) == town.cell, "until somebody accepts the sender answers"
    town.do_verb(verbs.accept, handover, "campus1")
    assert (holder(town), answers(town)) == (town.faculty, ["forwarded", "accepted"])


def test_a_return_needs_its_reason_and_goes_back_to_the_sender(at: At) -> None:
    town = at("helped")
    handover = town.offered(town.campus)
    with pytest.raises(InvalidAnswers) as refused:
        town.do_verb(verbs.return_, handover, "campus1")
    assert set(refused.value.fields) == {"reason"}
    town.do_verb(verbs.return_, handover, "campus1", reason="Không học ở trường này")
    assert town.task(handover, "prepare_handover").organisation_id == town.cell
    told = town.rows(select(outbox).where(outbox.c.kind == "handover_returned"))
    assert [row.to_organisation for row in told] == [town.cell]
    town.prepare(town.home)
    town.offer(handover)
    assert answers(town) == ["returned", None]


def test_the_sender_recalls_what_nobody_has_answered_and_may_give_up(at: At) -> None:
    town = at("helped")
    handover = town.offered(town.campus)
    town.do_verb(verbs.recall, handover, "cell1", reason="Gửi nhầm")
    town.do_verb(verbs.give_up, handover, "cell1", reason="Ở lại trường")
    assert (town.case(handover).closed_as, answers(town)) == ("handover_given_up", ["recalled"])
    assert "application" in town.elements(town.case_id), "the road went on meanwhile"


def test_too_late_is_said_with_what_happened_instead(at: At) -> None:
    town = at("helped")
    handover = town.offered(town.campus)
    town.do_verb(verbs.accept, handover, "campus1")
    for verb, who in ((verbs.accept, "campus1"), (verbs.recall, "cell1")):
        with pytest.raises(Conflict) as refused:
            town.do_verb(verb, handover, who, reason="Muộn")
        assert "Đã tiếp nhận ngày 18/08/2025" in str(refused.value)


def test_a_repeated_request_gets_the_first_answer(at: At) -> None:
    town = at("helped")
    handover = town.offered(town.campus)
    done = []
    for _ in range(2):
        with town.store.transaction() as tx:
            given = {"on": town.today}
            by, now = town.users["campus1"], town.now()
            done.append(verbs.accept(tx, handover, given, by=by, now=now, request_key="once"))
    assert (done[0].seq, done[0].repeated, done[1].repeated) == (done[1].seq, False, True)
    assert len(town.rows(select(stair.c.id))) == 2


def test_an_organisation_that_ended_names_the_one_that_follows_it(at: At) -> None:
    town = at("helped")
    town.pass_days(3)
    with town.store.transaction() as tx:
        yesterday = town.today - timedelta(days=1)
        succeed(tx, town.village, [town.street], on=yesterday, by=None, now=town.now())
    with pytest.raises(InvalidAnswers) as refused:
        town.prepare(town.village)
    words = refused.value.fields["receiver_id"][0]
    assert words.params["following"] == "Chi bộ thôn Hạ"


def test_a_letter_under_way_to_an_organisation_that_ends_goes_to_its_successor(at: At) -> None:
    town = at("helped")
    handover = town.offered(town.village)
    town.pass_days(3)
    with town.store.transaction() as tx:
        succeed(tx, town.village, [town.street], on=town.today, by=None, now=town.now())
        cases.place_tasks(tx, handover, on=town.today)
    assert town.task(handover, "answer_handover").organisation_id == town.street
    town.do_verb(verbs.accept, handover, "home1", number="3-CV/CB")
    assert holder(town) == town.street


def test_an_heir_has_the_case_before_the_case_itself_was_moved(at: At) -> None:
    town = at("helped")
    town.pass_days(3)
    with town.store.transaction() as tx:
        succeed(tx, town.cell, [town.other_cell], on=town.today, by=None, now=town.now())
        assert cases.get_case(tx, town.case_id).custodian_id == town.cell, "not moved yet"
        about = access.Case(town.case_id)
        assert access.relations.to_case(tx, town.other_cell, town.case_id, town.today) >= {"own"}
        assert access.may(tx, town.users["other1"], "case.interrupt", about, town.today)
        assert access.may(tx, town.users["school1"], "case.see", about, town.today)


def test_the_paper_of_a_receiver_without_an_account_is_typed_with_its_number(at: At) -> None:
    town = at("helped")
    handover = town.offered(town.village)
    with pytest.raises(InvalidAnswers) as refused:
        town.do_verb(verbs.accept, handover, "home1")
    assert set(refused.value.fields) == {"number"}
    town.do_verb(verbs.accept, handover, "home1", number="3-CV/CB")
    row = town.rows(select(act).where(act.c.element == "answer_handover"))[0]
    assert (row.on_behalf_of, row.number) == (town.village, "3-CV/CB")


def test_an_answer_that_is_older_than_the_last_act_of_the_sender_is_still_taken(at: At) -> None:
    """The paper was signed on Monday and typed on Friday; on Wednesday the sender's cell went on."""
    town = at("helped")
    handover = town.offered(town.campus)
    signed = town.pass_days(1)
    town.pass_days(2)
    town.do(town.case_id, "application")
    town.pass_days(1)
    town.do_verb(verbs.accept, handover, "campus1", on=signed.isoformat())
    assert holder(town) == town.faculty
    row = town.rows(select(act).where(act.c.element == "interruption"))[0]
    assert row.on_day == town.today - timedelta(days=1)


def test_a_case_that_ends_takes_its_handover_along_at_every_step(at: At) -> None:
    steps: list[Callable[[Town, int], object]] = [
        lambda town, handover: town.offer(handover),
        lambda town, handover: town.do_verb(verbs.accept, handover, "campus1"),
        lambda town, handover: town.do_verb(verbs.arrive, handover, "campus1", number="1"),
    ]
    for done in range(len(steps) + 1):
        town = at("helped")
        handover = town.prepare(town.campus)
        for step in steps[:done]:
            step(town, handover)
        with town.store.transaction() as tx:
            by = town.users["cell1" if done < 2 else "campus1"]
            acts.interrupt(tx, town.case_id, "withdrawn", on=town.today, by=by, now=town.now())
        assert town.case(handover).closed_on == town.today, done
        assert None not in answers(town)
        town.store.engine.dispose()


def test_a_striking_off_that_stands_by_its_timer_takes_the_handover_along(at: At) -> None:
    """Nobody complained in time: the worker closes the admission, and nothing is left to be handed on."""
    town = at("probationary")
    handover = town.offered(town.home)
    with town.store.transaction() as tx:
        by = town.users["cell1"]
        acts.interrupt(tx, town.case_id, "strike_off", on=town.today, by=by, now=town.now())
    town.do_all(town.case_id, "strike_off_vote", "strike_off_resolution", "strike_off_decision")
    assert answers(town) == [None], "until nobody may complain any more the letter waits"
    due = town.task(town.case_id, "complaint").due_on
    assert due is not None and town.fire(town.case_id, due + timedelta(days=1)) == 1
    assert town.case(town.case_id).closed_as == "struck_off"
    assert (town.case(handover).closed_as, answers(town)) == ("handover_given_up", ["called_off"])
    with town.store.transaction(writing=False) as tx:
        cases.replay(tx, handover)


def test_both_sides_keep_sight_of_the_handover_and_only_the_custodian_of_the_case(at: At) -> None:
    town = at("helped")
    handover = town.prepare(town.campus)

    def sees(who: str, permission: str, thing: object) -> bool:
        with town.store.transaction(writing=False) as tx:
            return access.may(tx, town.users[who], permission, thing, town.today)  # type: ignore[arg-type]

    assert not sees("campus1", "transfer.see", access.Handover(handover)), "nothing was sent yet"
    town.offer(handover)
    assert sees("campus1", "transfer.see", access.Handover(handover))
    assert not sees("campus1", "case.see", access.Case(town.case_id)), "not before it answers for the person"
    town.do_verb(verbs.accept, handover, "campus1")
    for who in ("cell1", "school1", "campus1", "home1"):
        assert sees(who, "transfer.see", access.Handover(handover)), who
    assert not sees("cell1", "case.see", access.Case(town.case_id))
    assert not sees("school1", "case.see", access.Case(town.case_id))
    with pytest.raises(NotFound):
        town.do_verb(verbs.recall, handover, "other1", reason="Không phải việc của tôi")


def test_lists_of_both_sides_and_the_page_of_one(at: At) -> None:
    town = at("helped")
    handover = town.offered(town.campus)
    with town.store.transaction(writing=False) as tx:
        out = queries.listed(tx, [town.school], queries.Wanted(queries.OUT), town.today)
        incoming = queries.listed(tx, [town.campus], queries.Wanted(queries.IN), town.today)
        late = queries.Wanted(queries.OUT, late=True)
        later = town.today + timedelta(days=60)
        assert queries.count(tx, [town.cell], late, town.today) == 0
        assert queries.count(tx, [town.cell], late, later) == 1
        assert queries.listed(tx, [town.village], queries.Wanted(queries.IN), town.today) == []
        both = queries.one(tx, handover, town.today)
    assert [line.case_id for line in out] == [line.case_id for line in incoming] == [handover]
    assert (out[0].variant, out[0].state, out[0].sender, out[0].receiver) == (
        "a",
        "answer_handover",
        "Chi bộ 1",
        "Đảng ủy Trường Đại học Thử",
    )
    assert [row.element for row in both.days] == ["prepare_handover", "offer_handover"]
    assert both.preview is not None and [row.organisation for row in both.custody] == ["Chi bộ 1"]


def test_a_cell_that_meets_and_names_no_helper_is_an_alarm_that_rises(at: At) -> None:
    town = at("helped")
    handover = town.offered(town.home)
    town.do_verb(verbs.accept, handover, "home1", cell_id=town.village)

    def told() -> list[int]:
        raise_unhelped(town.store, town.now())
        rows = town.rows(select(outbox).where(outbox.c.kind == "handover_unhelped").order_by(outbox.c.id))
        return [row.to_organisation for row in rows]

    assert told() == [], "it has not met yet"
    town.pass_days(35)
    assert told() == told() == [town.home]
    town.pass_days(31)
    assert told() == [town.home, town.province]


def test_a_leaver_from_outside_of_the_system_is_taken_in_with_the_paper(at: At) -> None:
    from workflows.admission.adoption import PaperAct

    town = at("new")
    given = {
        "full_name": "Nguyễn Văn Mới",
        "birth_date": "2007-03-01",
        "school": "Trường THPT Xa, tỉnh khác",
        "school_kind": "high_school",
        "left_on": (town.today - timedelta(days=20)).isoformat(),
        "sender": "Đảng ủy Trường THPT Xa",
        "variant": "a",
        "number": "9-GCN/ĐU",
        "on": (town.today - timedelta(days=10)).isoformat(),
    }
    day = town.today - timedelta(days=60)
    done = [PaperAct("cell_recognition", day, "recognised", "5-NQ/CB")]
    with town.store.transaction() as tx:
        by, now = town.users["home1"], town.now()
        student, opened = take_in(tx, town.village, given, by=by, now=now, done=done)
    assert opened is not None and town.elements(opened.id) == ["assign_helper"]
    steps = town.rows(select(stair).where(stair.c.student_id == student).order_by(stair.c.seq))
    assert [row.organisation_id for row in steps] == [None, town.village]
    with town.store.transaction() as tx:
        from workflows.admission import mentoring

        assert mentoring.moved(tx, opened.id, student), "shared time is not asked of the helper"
        again = {**given, "full_name": "Trần Thị Mới", "variant": "formal"}
        for elsewhere in ("temporary", "internal", "b2_within"):
            with pytest.raises(InvalidAnswers):
                take_in(tx, town.village, {**again, "variant": elsewhere}, by=by, now=now)
        _member, nothing = take_in(tx, town.village, again, by=by, now=now)
    assert nothing is None


# --- what the database itself refuses


def test_the_stair_of_custody_has_no_gap_and_is_never_rewritten(town: Town) -> None:
    student = town.students[0]
    row = {"student_id": student, "organisation_id": town.village, "since_on": town.today}
    early = town.now() - timedelta(days=4000)
    wrong = [
        insert(stair).values(**row, seq=3, since_at=town.now()),  # a step is left out
        insert(stair).values(**row, seq=1, since_at=town.now()),  # two at once
        insert(stair).values(**row, seq=2, since_at=early),  # time runs backwards
        update(stair).values(organisation_id=town.village),
        text("DELETE FROM custody"),
        update(case_table).where(case_table.c.id == town.case_id).values(custodian_id=town.village),
    ]
    for statement in wrong:
        with pytest.raises((DBAPIError, Failure)), town.store.transaction() as tx:
            tx.connection.execute(statement)
    assert holder(town) == town.case(town.case_id).custodian_id == town.cell


def test_one_letter_at_a_time_is_under_way_for_a_person(town: Town) -> None:
    handover = town.offered(town.campus)
    second = {
        "handover_id": handover,
        "student_id": town.students[0],
        "receiver_id": town.village,
        "variant": "a",
        "offered_on": town.today,
    }
    with pytest.raises(Conflict), town.store.transaction() as tx:
        tx.insert(handover_offer, second)


def against(town: Town, first: Deed, *others: Deed) -> list[str]:
    """The first is done and not yet committed while the others, each somebody else's, already wait for it."""
    ends: list[str] = []

    def try_(deed: Deed) -> None:
        try:
            do(town, deed)
            ends.append("done")
        except Conflict as told:
            ends.append(str(told))

    threads = [Thread(target=try_, args=(deed,)) for deed in others]
    with town.store.transaction() as tx:
        do(town, first, tx)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(0.1)
            assert thread.is_alive(), "waits until the first is done"
    for thread in threads:
        thread.join()
    return ends


def do(town: Town, deed: Deed, tx: Transaction | None = None) -> None:
    verb, handover, who, more = deed
    if tx is None:
        with town.store.transaction() as own:
            do(town, deed, own)
        return
    verb(tx, handover, {"on": town.today, **more}, by=town.users[who], now=town.now())


def test_whoever_comes_second_is_told_what_the_first_did(town: Town) -> None:
    """Acceptance against recall, return and acceptance, of two people: where it loses, then where it wins."""
    with town.store.transaction() as tx:
        town.users["campus2"] = add_user(tx, "campus2", "campus2", password=ABLE)
        add_position(tx, town.users["campus2"], town.campus, "deputy_secretary", since=BEGINNING)
    handover = town.offered(town.campus)
    accept: Deed = (verbs.accept, handover, "campus1", {})
    second: Deed = (verbs.accept, handover, "campus2", {})
    recall: Deed = (verbs.recall, handover, "cell1", {"reason": "Gửi nhầm"})
    return_: Deed = (verbs.return_, handover, "campus2", {"reason": "Không phải nơi này"})
    for winner, word in ((recall, "Nơi gửi thu hồi"), (return_, "Trả lại")):
        (told,) = against(town, winner, accept)
        assert word in told and "Đang chuẩn bị" in told
        assert holder(town) == town.case(town.case_id).custodian_id == town.cell
        town.prepare(town.campus)
        town.offer(handover)
    told = against(town, accept, second, recall, return_)
    assert ["Đã tiếp nhận" in one for one in told] == [True] * 3
    assert (holder(town), answers(town)) == (town.faculty, ["recalled", "returned", "accepted"])
    assert len(town.rows(select(stair.c.id))) == 2
