"""The one write path: a case moves, its inbox, timers and journal move with it, or nothing does."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select

from engine import cases
from engine.cases import CaseRow
from engine.clocks import all_clocks, close_clock, extend_clock, open_clock, open_clocks
from engine.errors import Conflict, ModelError, NotFound
from engine.incidents import close_incident, incidents
from engine.journal import entries
from engine.models.store import deploy, latest, specs_of
from engine.records import case, timer
from engine.replaying import replay_process
from engine.stepping import Step, hold_case
from tests.engine.library import BRANCH, DESK, NOW, PLEASANT, STORE_ROOM, TODAY, Library, files

Waiting = tuple[set[tuple[int, str, int | None]], dict[int, datetime]]  # tasks, and timers with their moment
RULE = {"rule": "loan", "edition": "2026"}


def engine_says(
    library: Library, case_id: int
) -> tuple[set[tuple[int, str, int | None]], dict[int, datetime]]:
    """What the saved state itself waits for: tasks and timers."""
    with library.tx() as tx:
        held = hold_case(tx, case_id)
        assert held
        items = Step(tx, held, on=TODAY, now=NOW).process.open_items()
    tasks = {(item.engine_id, item.element, item.item) for item in items if item.kind == "task"}
    return tasks, {item.engine_id: item.due for item in items if item.kind == "timer" and item.due}


def rows_say(library: Library, case_id: int) -> Waiting:
    with library.tx(writing=False) as tx:
        timers = tx.execute(select(timer.c.engine_id, timer.c.due_at).where(timer.c.case_id == case_id))
        due = {row.engine_id: row.due_at for row in timers}
    return {(row.engine_id, row.element, row.item) for row in library.tasks(case_id)}, due


def test_a_new_case_has_its_first_task_in_the_inbox_of_who_answers_for_it(library: Library) -> None:
    opened = library.lend(facts={"asked": "Truyện Kiều"})
    [row] = library.tasks(opened.id)
    assert (row.element, row.process, row.organisation_id, row.opened_on) == (
        "request_book",
        "lending",
        DESK,
        TODAY,
    )
    assert (opened.version, opened.stage, opened.closed_on) == (1, "lending", None)
    assert opened.words == {"check_reader": "reader"}
    assert library.case(opened.id) == opened


def test_completing_a_task_opens_the_next_ones_and_says_so(library: Library) -> None:
    library.facts.services["list_experts"] = [11, 12]
    opened = library.lend()
    done = library.do(library.tasks(opened.id)[0].id, "chosen")
    assert [row.element for row in done.opened] == ["expert_opinion", "expert_opinion", "sign_card", "pack"]
    assert [row.item for row in done.opened] == [11, 12, None, None]
    assert [row.organisation_id for row in done.opened[:2]] == [111, 112]
    assert done.opened == library.tasks(opened.id)
    assert done.case == library.case(opened.id)
    assert done.case.version == 2
    assert (done.closed_task.element, done.repeated) == ("request_book", False)


def test_a_whole_loan_ends_closed_without_state_tasks_timers_or_running_clocks(library: Library) -> None:
    opened = library.lend()
    library.walk(opened.id, until="keep_book")
    with library.tx() as tx:
        open_clock(tx, opened.id, "loan_period", started_on=TODAY, due_on=TODAY + timedelta(30), **RULE)
    assert len(rows_say(library, opened.id)[1]) == 1  # loan_overdue waits beside keep_book
    library.walk(opened.id)
    closed = library.case(opened.id)
    assert (closed.closed_as, closed.closed_on, closed.stage) == ("book_back", TODAY, None)
    assert closed.words["keep_book"] == "returned"
    assert rows_say(library, opened.id) == (set(), {})
    with library.tx(writing=False) as tx:
        assert tx.execute(select(case.c.state).where(case.c.id == opened.id)).scalar_one() is None
        assert open_clocks(tx, opened.id) == []
        assert all_clocks(tx, opened.id)[0].closed_on == TODAY


def test_the_rows_are_what_the_engine_waits_for_and_the_journal_replays_to_it(library: Library) -> None:
    library.facts.services |= {"list_experts": [11, 12, 13], "shelf_state": "taken", "next_volume": "again"}
    opened = library.lend()
    words = PLEASANT | {"pack": "torn"}
    for _ in range(25):
        assert rows_say(library, opened.id) == engine_says(library, opened.id)
        with library.tx(writing=False) as tx:
            process = replay_process(tx, opened.id)
            items = cases.replay(tx, opened.id)
        tasks = {(item.engine_id, item.element, item.item) for item in items if item.kind == "task"}
        assert tasks == rows_say(library, opened.id)[0]
        present = library.case(opened.id)
        assert (process.words(), process.stage()) == (present.words, present.stage)
        waiting = library.tasks(opened.id)
        if waiting:
            library.do(waiting[-1].id, words[waiting[-1].element])
        else:
            fire_all(library, opened.id)


def fire_all(library: Library, case_id: int) -> None:
    with library.tx() as tx:
        for row in tx.execute(select(timer).where(timer.c.case_id == case_id)).all():
            assert cases.fire_timer(tx, row.id, now=row.due_at)


def test_a_second_open_case_of_the_same_kind_is_a_conflict_and_a_new_one_after_closing_is_not(
    library: Library,
) -> None:
    first = library.lend(reader=5)
    with library.tx() as tx:
        with pytest.raises(Conflict, match="hồ sơ đang mở"):
            cases.start_case(tx, "loan", subject_id=5, custodian_id=1, on=TODAY, by=7, now=NOW)
        other = cases.start_case(tx, "loan", subject_id=6, custodian_id=1, on=TODAY, by=7, now=NOW)
    assert library.case(other.id).subject_id == 6, "the transaction stays usable after the conflict"
    library.walk(first.id)
    assert library.lend(reader=5).id != first.id


def test_a_case_that_ends_at_once_is_opened_and_closed(library: Library) -> None:
    library.facts.services["check_reader"] = "stranger"
    opened = library.lend()
    assert (opened.closed_as, opened.closed_on) == ("turned_away", TODAY)
    assert library.tasks(opened.id) == []


def test_a_task_done_twice_is_done_once_and_the_second_is_told(library: Library) -> None:
    opened = library.lend()
    [row] = library.tasks(opened.id)
    library.do(row.id, "chosen")
    after = library.tasks(opened.id)
    with pytest.raises(Conflict, match="vừa có người làm việc này"):
        library.do(row.id, "chosen")
    assert library.tasks(opened.id) == after


def test_a_repeat_with_the_same_request_key_gets_the_first_answer(library: Library) -> None:
    opened = library.lend(request_key="start-1")
    assert library.lend(request_key="start-1").id == opened.id
    [row] = library.tasks(opened.id)
    first = library.do(row.id, "chosen", request_key="k1")
    library.do(library.task(opened.id, "sign_card").id, "signed", request_key="k2")
    again = library.do(row.id, "chosen", request_key="k1")
    assert again.repeated
    assert (again.closed_task, again.opened, again.seq) == (first.closed_task, first.opened, first.seq)
    with pytest.raises(Conflict):
        library.do(row.id, "chosen", request_key="k1", by=8)  # somebody else's key is another key
    with pytest.raises(Conflict, match="đã được dùng"):
        library.do(row.id, "chosen", request_key="k2")


def test_a_form_that_showed_an_older_version_is_a_conflict(library: Library) -> None:
    opened = library.lend()
    [row] = library.tasks(opened.id)
    with pytest.raises(Conflict):
        library.do(row.id, "chosen", case_version=opened.version - 1)
    assert library.do(row.id, "chosen", case_version=opened.version).case.version == opened.version + 1


def test_task_ids_are_never_given_twice(library: Library) -> None:
    seen: set[int] = set()
    for reader in range(3):
        opened = library.lend(reader=reader)
        while waiting := library.tasks(opened.id):
            assert not seen & {row.id for row in waiting if row.id not in seen or row.opened_on != TODAY}
            last = max(row.id for row in waiting)
            assert not seen or last > min(seen)
            done = library.do(waiting[0].id, PLEASANT[waiting[0].element])
            seen.add(waiting[0].id)
            assert not seen & {row.id for row in done.opened}


def test_a_service_that_breaks_leaves_the_case_as_it_was_and_an_incident_with_the_cause(
    library: Library,
) -> None:
    opened = library.lend()
    [row] = library.tasks(opened.id)
    library.facts.services["shelf_state"] = KeyError("shelf 9")
    with pytest.raises(ModelError, match="shelf_state") as broken:
        library.do(row.id, "chosen")
    assert "sự cố đã được lưu" in str(broken.value)
    assert library.case(opened.id) == opened
    assert library.tasks(opened.id) == [row]
    with library.tx() as tx:
        [found] = incidents(tx, case_id=opened.id)
        assert (found.kind, found.element, found.cause) == ("model", "shelf_state", "KeyError: 'shelf 9'")
        assert len(entries(tx, opened.id)) == 1
        assert close_incident(tx, found.id, by=1, now=NOW, note="kệ đã có")
        assert incidents(tx, case_id=opened.id) == []
    library.facts.services["shelf_state"] = "free"
    assert library.do(row.id, "chosen").opened


def test_a_refusal_inside_a_step_stays_a_refusal_and_opens_no_incident(library: Library) -> None:
    opened = library.lend()
    library.facts.services["shelf_state"] = NotFound()
    with pytest.raises(NotFound):
        library.do(library.tasks(opened.id)[0].id, "chosen")
    with library.tx(writing=False) as tx:
        assert incidents(tx) == []


def test_a_message_interrupts_the_stage_it_waits_at_and_only_there(library: Library) -> None:
    opened = library.lend()
    library.do(library.tasks(opened.id)[0].id, "chosen")
    with library.tx() as tx:
        closed = cases.send_message(
            tx, opened.id, "withdrawal", "gone", on=TODAY, by=7, now=NOW, request_key="w", facts={"why": "x"}
        )
        assert closed.closed_as == "loan_withdrawn"
        again = cases.send_message(
            tx, opened.id, "withdrawal", "gone", on=TODAY, by=7, now=NOW, request_key="w"
        )
        assert again == closed
    assert library.tasks(opened.id) == []
    other = library.lend(reader=2)
    library.walk(other.id, until="keep_book")
    with library.tx() as tx, pytest.raises(Conflict, match="không chờ việc này"):
        cases.send_message(tx, other.id, "withdrawal", "gone", on=TODAY, by=7, now=NOW)


def test_a_timer_fires_once_from_the_first_moment_of_its_day_and_not_before(library: Library) -> None:
    library.facts.services["shelf_state"] = "taken"
    opened = library.lend()
    library.walk(opened.id)
    with library.tx(writing=False) as tx:
        [row] = tx.execute(select(timer).where(timer.c.case_id == opened.id)).all()
    assert row.due_at == datetime(2026, 12, 2, 17, tzinfo=UTC)  # midnight of 3 December in Vietnam
    for now, fires in [(row.due_at - timedelta(seconds=1), False), (row.due_at, True), (row.due_at, False)]:
        with library.tx() as tx:
            assert cases.fire_timer(tx, row.id, now=now) is fires
    assert "sign_card" in {task.element for task in library.tasks(opened.id)}
    assert library.task(opened.id, "sign_card").opened_on == date(2026, 12, 3)


def test_rescheduling_moves_waiting_timers_whose_day_changed_and_is_journalled(library: Library) -> None:
    library.facts.services["shelf_state"] = "taken"
    opened = library.lend()
    library.walk(opened.id)
    library.facts.days["book_free"] = TODAY + timedelta(days=3)
    with library.tx() as tx:
        assert cases.reschedule(tx, opened.id, on=TODAY, now=NOW, why="trả sớm") == ["book_free"]
        assert cases.reschedule(tx, opened.id, on=TODAY, now=NOW, why="như cũ") == []
    assert list(rows_say(library, opened.id)[1].values()) == [datetime(2026, 11, 25, 17, tzinfo=UTC)]
    assert rows_say(library, opened.id) == engine_says(library, opened.id)
    with library.tx(writing=False) as tx:
        assert [row.kind for row in entries(tx, opened.id)] == ["start", "task", "reschedule"]
        assert entries(tx, opened.id)[-1].facts == {"why": "trả sớm", "days": {"book_free": "2026-11-26"}}
        [item] = [item for item in cases.replay(tx, opened.id) if item.kind == "timer"]
    assert item.due == datetime(2026, 11, 25, 17, tzinfo=UTC)


def test_every_open_task_follows_the_custodian_except_those_placed_elsewhere(library: Library) -> None:
    library.facts.services["list_experts"] = [11]
    library.facts.rooms["reader"] = STORE_ROOM
    opened = library.lend()
    library.do(library.tasks(opened.id)[0].id, "chosen")
    with library.tx() as tx:
        moved = cases.change_custodian(
            tx, opened.id, BRANCH, on=TODAY, by=7, now=NOW, facts={"reason": "dọn nhà"}
        )
    assert moved.custodian_id == BRANCH
    places = {row.element: row.organisation_id for row in library.tasks(opened.id)}
    assert places["expert_opinion"] == 111
    assert set(places.values()) <= {111, BRANCH, STORE_ROOM}
    assert BRANCH in places.values()
    with library.tx(writing=False) as tx:
        assert cases.replay(tx, opened.id), "a handover changes nothing for the replay"
        for row in cases.open_tasks(tx, opened.id):
            assert row.organisation_id == tx.registry.place(tx, moved, row.lane, row.item, TODAY)


def test_a_closed_case_can_get_another_custodian_and_nothing_else(library: Library) -> None:
    opened = library.lend()
    library.walk(opened.id)
    closed = library.case(opened.id)
    with library.tx() as tx:
        moved = cases.change_custodian(tx, opened.id, BRANCH, on=TODAY, by=7, now=NOW)
    assert (
        library.case(opened.id) == moved == replace(closed, custodian_id=BRANCH, version=closed.version + 1)
    )
    with library.tx(writing=False) as tx:
        assert entries(tx, opened.id)[-1].kind == "custodian"


def test_placing_anew_moves_what_the_resolver_now_says(library: Library) -> None:
    opened = library.lend()
    [row] = library.tasks(opened.id)
    library.facts.rooms[row.lane.split("_")[-1]] = STORE_ROOM
    with library.tx() as tx:
        assert cases.place_tasks(tx, opened.id, on=TODAY) == [row]
        assert cases.place_tasks(tx, opened.id, on=TODAY) == []
    assert library.tasks(opened.id)[0].organisation_id == STORE_ROOM


def test_the_due_day_of_a_task_is_that_of_its_clock_whichever_came_first(library: Library) -> None:
    library.facts.services["list_experts"] = [11, 12]
    opened = library.lend()
    ten, twelve = TODAY + timedelta(10), TODAY + timedelta(12)
    with library.tx() as tx:
        open_clock(tx, opened.id, "opinion", item=11, started_on=TODAY, due_on=ten, **RULE)
    library.do(library.tasks(opened.id)[0].id, "chosen")
    due = {row.item: row.due_on for row in library.tasks(opened.id) if row.element == "expert_opinion"}
    assert due == {11: ten, 12: None}
    with library.tx() as tx:
        open_clock(tx, opened.id, "opinion", item=12, started_on=TODAY, due_on=ten, **RULE)
        extend_clock(tx, opened.id, "opinion", item=12, due_on=twelve, note="xin thêm")
        assert close_clock(tx, opened.id, "opinion", item=11, on=TODAY)
        assert not close_clock(tx, opened.id, "opinion", item=11, on=TODAY)
        assert [clock.extended_from for clock in open_clocks(tx, opened.id)] == [ten]
    due = {row.item: row.due_on for row in library.tasks(opened.id) if row.element == "expert_opinion"}
    assert due == {11: None, 12: twelve}


def test_a_clock_started_with_the_act_that_opened_its_task_gives_that_task_its_day(library: Library) -> None:
    library.facts.services["list_experts"] = [11]
    opened = library.lend()
    ten = TODAY + timedelta(10)
    with library.tx() as tx:
        first = cases.open_tasks(tx, opened.id)[0]
        cases.complete_task(tx, first.id, "chosen", on=TODAY, by=7, now=NOW)
        open_clock(tx, opened.id, "opinion", item=11, started_on=TODAY, due_on=ten, **RULE)
        open_clock(tx, opened.id, "loan_period", started_on=TODAY, due_on=ten, **RULE)  # its task comes later
    assert library.task(opened.id, "expert_opinion").due_on == ten
    library.walk(opened.id, until="keep_book")
    assert library.task(opened.id, "keep_book").due_on == ten


def test_a_running_case_keeps_its_models_and_a_new_one_takes_the_latest(library: Library) -> None:
    old = library.lend(reader=1)
    changed = files() | {"packing.bpmn": files()["packing.bpmn"] + b"<!-- second -->"}
    with library.tx() as tx:
        before = latest(tx, "loan")
        [after] = deploy(tx, changed)
        assert deploy(tx, changed) == [after]
        assert latest(tx, "loan") == after != before
    new = library.lend(reader=2)
    library.walk(old.id)
    with library.tx() as tx:
        ids = dict(tx.execute(select(case.c.id, case.c.model_id)).all())
        assert ids == {old.id: before.id, new.id: after.id}
        deploy(tx, files())
        assert latest(tx, "loan") == before, "putting the old files back makes them the latest again"
        assert specs_of(tx, before) is not specs_of(tx, after)


def test_an_unknown_kind_and_an_unknown_case_are_not_found(library: Library) -> None:
    with library.tx() as tx:
        with pytest.raises(NotFound, match="ketnap db upgrade"):
            cases.start_case(tx, "sale", subject_id=1, custodian_id=1, on=TODAY, by=7, now=NOW)
        with pytest.raises(NotFound):
            cases.reschedule(tx, 999, on=TODAY, now=NOW, why="")
        assert cases.find_case(tx, 999) is None


def test_completing_a_task_takes_at_most_twelve_statements(library: Library) -> None:
    library.facts.services["list_experts"] = list(range(100, 112))
    opened = library.lend()
    said: list[str] = []
    event.listen(library.store.engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    library.do(library.tasks(opened.id)[0].id, "chosen", request_key="k", facts={"book": 1})
    said.clear()
    library.do(library.task(opened.id, "sign_card").id, "signed", request_key="k2", facts={"card": 1})
    quiet = len(said)
    library.walk(opened.id, until="keep_book")
    said.clear()
    library.do(library.task(opened.id, "keep_book").id, "returned", request_key="k3")
    assert quiet <= 9 and len(said) <= 12, said


def test_a_case_is_a_plain_value(library: Library) -> None:
    opened = library.lend()
    assert isinstance(opened, CaseRow)
    with pytest.raises(AttributeError):
        opened.version = 9  # type: ignore[misc]
