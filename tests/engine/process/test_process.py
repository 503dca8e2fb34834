"""One case of the library loan, step by step: what it waits for, what it refuses, what it remembers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from engine.errors import Conflict, ModelError, NotFound
from engine.process import Functions, OpenItem, Process, SpecSet
from engine.time import start_of
from tests.engine.models.drawn import draw, operator
from tests.engine.process.cases import NOW, loan_files, specs

TODAY = date(2026, 11, 23)
LATER = date(2027, 5, 14)


@dataclass
class Desk:
    """Answers the services of the loan, and takes every step on the saved and loaded case."""

    words: dict[str, str | list[int]] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    now: datetime = NOW
    process: Process = field(init=False)

    def __post_init__(self) -> None:
        self.process = Process.start(specs("loan"), self.functions(), self.now)

    def functions(self) -> Functions:
        usual: dict[str, str | list[int]] = {
            "check_reader": "reader",
            "shelf_state": "free",
            "list_experts": [],
            "next_volume": "enough",
            "stage_left": "lending",
        }
        return Functions(lambda name: {**usual, **self.words}[name], lambda name: self.days.get(name, LATER))

    def load(self) -> Process:
        self.process = Process.load(self.process.state(), specs("loan"), self.functions())
        return self.process

    def item(self, element: str) -> OpenItem:
        return next(item for item in self.process.open_items() if item.element == element)

    def do(self, element: str, word: str = "done") -> Process:
        self.load().complete(self.item(element).engine_id, word, self.now)
        return self.process

    def open(self) -> list[str]:
        return sorted(item.element for item in self.process.open_items() if item.kind != "message")

    def lend(self) -> Process:
        """The usual way through the stage."""
        for element in ("request_book", "sign_card", "pack", "hand_out"):
            self.do(element, "out" if element == "hand_out" else "done")
        return self.process


def test_a_case_starts_in_its_first_stage_and_tells_whose_task_is_open() -> None:
    desk = Desk()
    task = desk.item("request_book")
    assert (task.kind, task.process, task.lane, task.item) == ("task", "lending", "reader", None)
    assert desk.process.stage() == "lending"
    assert desk.process.words() == {"check_reader": "reader"}


def test_a_step_tells_the_elements_and_flows_it_passed() -> None:
    process = Desk().do("request_book", "chosen")
    assert process.trail[:3] == ["request_book", "shelf_state", "is_free"]
    assert ("is_free", "book_there") in process.flows
    assert ("is_free", "book_free") not in process.flows


def test_a_case_runs_to_its_end_and_then_waits_for_nothing() -> None:
    desk = Desk()
    desk.lend()
    assert desk.process.stage() is None
    process = desk.do("keep_book", "returned")
    assert process.ended_at() == "book_back"
    assert process.open_items() == []
    again = Process.load(process.state(), specs("loan"), desk.functions())
    assert again.ended_at() == "book_back"
    assert again.words() == process.words()
    assert again.words()["hand_out"] == "out"
    assert not again.send("withdrawal", "moved", NOW)
    with pytest.raises(Conflict):
        again.complete(1, "late", NOW)


# --- what is refused ----------------------------------------------------------------------------


def test_a_task_that_is_done_cannot_be_done_again() -> None:
    desk = Desk()
    done = desk.item("request_book").engine_id
    desk.do("request_book")
    with pytest.raises(Conflict):
        desk.load().complete(done, "chosen", NOW)


@pytest.mark.parametrize("kind", ["timer", "message"])
def test_what_is_not_a_task_cannot_be_completed(kind: str) -> None:
    desk = Desk(words={"shelf_state": "taken"})
    desk.do("request_book")
    waiting = next(item for item in desk.process.open_items() if item.kind == kind)
    with pytest.raises(Conflict):
        desk.load().complete(waiting.engine_id, "done", NOW)


def test_an_engine_id_is_never_given_twice() -> None:
    desk = Desk(words={"next_volume": "again"})
    seen: dict[int, str] = {}
    for _ in range(4):
        desk.lend()
        for item in desk.process.open_items():
            assert seen.setdefault(item.engine_id, item.element) == item.element
        desk.do("keep_book", "returned")


def test_a_service_may_only_answer_a_word_or_a_list_of_ids() -> None:
    desk = Desk(words={"shelf_state": {"shelf": "A"}})  # type: ignore[dict-item]
    with pytest.raises(ModelError, match="shelf_state"):
        desk.do("request_book")


def test_a_failure_of_a_service_comes_out_as_it_was_raised() -> None:
    def missing(name: str) -> str:
        raise NotFound

    with pytest.raises(NotFound):
        Process.start(specs("loan"), Functions(missing, lambda name: LATER), NOW)


def test_words_that_fit_no_row_of_a_decision_stop_the_step_and_name_the_table() -> None:
    desk = Desk(words={"shelf_state": "on_fire"})
    desk.do("request_book")
    desk.do("sign_card")
    with pytest.raises(ModelError, match=r"loan_terms.*shelf_state = on_fire"):
        desk.do("pack")


def test_a_model_that_runs_in_circles_is_stopped() -> None:
    circle = draw(
        "circle",
        {
            "a": "startEvent",
            "b": f"serviceTask | | {operator('b')}",
            "c": 'exclusiveGateway | default="f3"',
            "d": "endEvent",
        },
        {"f1": ("a", "b", ""), "f2": ("b", "c", ""), "f3": ("c", "b", ""), "f4": ("c", "d", 'b == "x"')},
    )
    functions = Functions(lambda name: "again", lambda name: TODAY)
    with pytest.raises(ModelError, match="vòng mãi"):
        Process.start(SpecSet.parse({"circle.bpmn": circle}, "circle"), functions, NOW)


# --- days ---------------------------------------------------------------------------------------


def waiting_for_book(**given: object) -> Desk:
    desk = Desk(words={"shelf_state": "taken"}, **given)  # type: ignore[arg-type]
    desk.do("request_book")
    return desk


def test_a_timer_waits_for_the_first_moment_of_its_day_in_vietnam() -> None:
    desk = waiting_for_book(days={"book_free": LATER})
    timer = desk.item("book_free")
    assert timer.due == start_of(LATER) == datetime(2027, 5, 13, 17, tzinfo=UTC)
    before = desk.process.state()
    assert not desk.load().fire(timer.engine_id, timer.due - timedelta(seconds=1))
    assert desk.process.state() == before
    assert desk.load().fire(timer.engine_id, timer.due)
    assert desk.open() == ["pack", "sign_card"]


def test_a_timer_fires_once() -> None:
    desk = waiting_for_book(days={"book_free": LATER})
    timer = desk.item("book_free").engine_id
    desk.load().fire(timer, start_of(LATER))
    with pytest.raises(Conflict):
        desk.load().fire(timer, start_of(LATER))


def test_a_timer_whose_day_is_past_on_arrival_does_not_wait() -> None:
    assert waiting_for_book(days={"book_free": TODAY}).open() == ["pack", "sign_card"]


def test_without_a_now_no_timer_fires() -> None:
    desk = Desk(words={"shelf_state": "taken"}, days={"book_free": date(2000, 1, 1)})
    desk.load().complete(desk.item("request_book").engine_id, "chosen")
    assert desk.open() == ["book_free"]


def test_any_step_lets_an_overdue_timer_of_the_case_fire() -> None:
    desk = waiting_for_book(days={"book_free": LATER})
    desk.load().fire(desk.item("book_free").engine_id, start_of(LATER))
    desk.days["loan_overdue"] = date(2027, 6, 1)
    for element in ("sign_card", "pack", "approve_long"):
        desk.do(element)
    desk.now = start_of(date(2027, 6, 2))
    assert desk.do("hand_out", "out").trail[-1] == "loan_overdue"
    assert desk.open() == ["fetch_book"]


def test_a_waiting_timer_can_be_given_another_day() -> None:
    desk = waiting_for_book(days={"book_free": LATER})
    timer = desk.item("book_free").engine_id
    desk.load().reschedule(timer, date(2026, 11, 24))
    desk.load()
    assert desk.item("book_free").due == start_of(date(2026, 11, 24))
    assert desk.process.fire(timer, start_of(date(2026, 11, 24)))


def test_the_library_never_looks_at_the_clock_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case of 2090 waits although its day is past today, and one of 2001 although the day has long come."""
    for now, day, waits in [
        (datetime(2001, 1, 1, tzinfo=UTC), date(2001, 1, 2), True),
        (datetime(2090, 1, 1, tzinfo=UTC), date(2089, 12, 31), False),
    ]:
        desk = waiting_for_book(days={"book_free": day}, now=now)
        assert ("book_free" in desk.open()) is waits


# --- messages and rounds ------------------------------------------------------------------------


def test_a_message_interrupts_the_stage_and_says_which() -> None:
    desk = Desk()
    desk.do("request_book")
    assert desk.load().send("withdrawal", "moved", NOW)
    assert desk.open() == ["hand_on"]
    words = desk.load().words()
    assert words["withdrawal"] == "moved"
    assert words["withdrawal_at"] == "lending"
    desk.do("hand_on")
    assert (desk.process.stage(), desk.open()) == ("lending", ["request_book"])


def test_a_message_nobody_waits_for_changes_nothing() -> None:
    desk = Desk()
    desk.lend()
    before = desk.process.state()
    assert not desk.load().send("withdrawal", "moved", NOW)
    assert not desk.process.send("no_such_message", "moved", NOW)
    assert desk.process.state() == before


def test_a_second_round_does_not_see_the_words_of_the_first() -> None:
    desk = Desk(words={"next_volume": "again", "shelf_state": "taken"}, days={"book_free": TODAY})
    for element in ("request_book", "sign_card", "pack", "approve_long"):
        desk.do(element, "first")
    desk.do("hand_out", "out")
    assert desk.process.words()["sign_card"] == "first"
    desk.do("keep_book", "returned")
    assert "sign_card" not in desk.process.words()
    desk.do("request_book", "second")
    desk.do("sign_card", "second")
    desk.do("pack", "second")
    assert {desk.process.words()[name] for name in ("request_book", "sign_card", "pack")} == {"second"}


# --- many at once -------------------------------------------------------------------------------


def test_each_item_of_a_list_has_its_own_task() -> None:
    desk = Desk(words={"list_experts": [7, 3, 9]})
    desk.do("request_book")
    asked = [item for item in desk.process.open_items() if item.element == "expert_opinion"]
    assert [item.item for item in asked] == [3, 7, 9]
    desk.load().complete(asked[1].engine_id, "given", NOW)
    left = [item for item in desk.load().open_items() if item.element == "expert_opinion"]
    assert [(item.item, item.engine_id) for item in left] == [
        (3, asked[0].engine_id),
        (9, asked[2].engine_id),
    ]
    assert "item" not in desk.process.words()


def test_a_list_that_gets_other_items_in_a_second_round_is_asked_anew() -> None:
    desk = Desk(words={"list_experts": [1, 2, 3], "next_volume": "again"})
    for items in ([1, 2, 3], [3, 9], [5]):
        desk.words["list_experts"] = items
        desk.do("request_book")
        asked = [item.item for item in desk.process.open_items() if item.element == "expert_opinion"]
        assert asked == items
        for _ in items:
            desk.do("expert_opinion", "given")
        for element in ("sign_card", "pack"):
            desk.do(element)
        desk.do("hand_out", "out")
        assert desk.process.words()["list_experts"] == items
        desk.do("keep_book", "returned")


def test_a_list_of_nobody_is_passed_at_once() -> None:
    desk = Desk()
    assert "asked_experts" in desk.do("request_book").trail
    assert desk.open() == ["pack", "sign_card"]


# --- memory -------------------------------------------------------------------------------------


def replay(steps: list[tuple[int, str]]) -> Process:
    desk = Desk(words={"list_experts": [4, 5]})
    for engine_id, word in steps:
        desk.load().complete(engine_id, word, NOW)
    return desk.process


def test_the_same_acts_give_the_same_bytes() -> None:
    desk = Desk(words={"list_experts": [4, 5]})
    steps = []
    for element in ("request_book", "pack", "expert_opinion", "sign_card", "expert_opinion", "hand_out"):
        steps.append((desk.item(element).engine_id, "out"))
        desk.do(element, "out")
    assert replay(steps).state() == desk.process.state()


def test_acts_replayed_in_memory_open_the_same_items_as_those_saved_between() -> None:
    desk = Desk(words={"list_experts": [4, 5]})
    kept = Process.start(specs("loan"), desk.functions(), NOW)
    for element in ("request_book", "pack", "expert_opinion", "sign_card", "expert_opinion", "hand_out"):
        kept.complete(desk.item(element).engine_id, "out", NOW)
        desk.do(element, "out")
    assert kept.open_items() == desk.process.open_items()
    assert kept.state() == desk.process.state()


@pytest.mark.parametrize("rounds", [200])
def test_two_hundred_returns_through_a_loop_leave_the_state_as_small_as_one(rounds: int) -> None:
    desk = Desk()
    desk.lend()
    desk.do("keep_book", "extended")
    after_one = len(desk.process.state())
    for _ in range(rounds):
        desk.do("keep_book", "extended")
    assert len(desk.process.state()) <= after_one + 8  # engine ids above 127 take more bytes
    assert desk.do("keep_book", "returned").ended_at() == "book_back"


def test_a_case_goes_on_with_models_parsed_afresh() -> None:
    """In another process of the operating system nothing of the library has been wired by earlier cases."""
    desk = Desk(words={"list_experts": [1, 2]})
    desk.do("request_book")
    fresh: Callable[[], SpecSet] = lambda: SpecSet.parse(loan_files(), "loan")  # noqa: E731
    state = desk.process.state()
    for element in ("expert_opinion", "expert_opinion", "sign_card", "pack", "hand_out", "keep_book"):
        process = Process.load(state, fresh(), desk.functions())
        item = next(item for item in process.open_items() if item.element == element)
        process.complete(item.engine_id, "out", NOW)
        state = process.state()
    assert process.ended_at() == "book_back"


def test_cases_that_share_their_models_do_not_touch_each_other() -> None:
    left, right = Desk(words={"list_experts": [1]}), Desk(words={"list_experts": [1]})
    left.do("request_book")
    left.load().send("withdrawal", "moved", NOW)
    right.do("request_book")
    right.do("expert_opinion")
    assert right.open() == ["pack", "sign_card"]
    assert Desk().open() == ["request_book"]


def test_threads_that_share_the_models_come_to_the_same_bytes() -> None:
    def borrow(turn: int) -> bytes:
        desk = Desk(words={"list_experts": [1, 2, 3], "next_volume": "again"})
        for _ in range(3):
            desk.do("request_book")
            for _ in range(3):
                desk.do("expert_opinion")
            for element in ("sign_card", "pack"):
                desk.do(element)
            desk.do("hand_out", "out")
            desk.do("keep_book", "returned")
        return desk.process.state()

    with ThreadPoolExecutor(4) as threads:
        assert len({borrow(0), *threads.map(borrow, range(12))}) == 1
