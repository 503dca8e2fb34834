"""A loan under anything that may happen to it: after every step rows, engine, clocks and journal agree."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from engine import cases
from engine.cases import CaseRow
from engine.clocks import close_clock, open_clock, open_clocks
from engine.errors import Conflict
from engine.process import OpenItem
from engine.records import timer
from engine.replaying import replay_process
from engine.stepping import Step, hold_case
from engine.time import day_of
from engine.timers import fire_due
from engine.transactions import Transaction
from tests.engine.library import BY, NOW, TODAY, Library

READERS = count(1)
WORDS = {
    "pack": ["packed", "torn"],
    "hand_out": ["handed", "postponed", "refused"],
    "keep_book": ["returned", "extended"],
    "fetch_book": ["fetched", "lost"],
}


class Loan(RuleBasedStateMachine):
    """One loan, one custodian, and a clerk who does what the inbox holds."""

    library: Library  # given by the test, anew for each kind of database

    def __init__(self) -> None:
        super().__init__()
        facts = self.library.facts
        facts.services |= {"check_reader": "reader", "shelf_state": "free", "list_experts": []}
        facts.services |= {"next_volume": "done"}
        facts.days |= {"book_free": TODAY + timedelta(10), "loan_overdue": TODAY + timedelta(30)}
        self.id = self.library.lend(next(READERS)).id
        self.now: datetime = NOW
        self.done: list[int] = []

    def acts(self, **more: Any) -> dict[str, Any]:
        return {"on": day_of(self.now), "by": BY, "now": self.now} | more

    def is_open(self) -> bool:
        return self.library.case(self.id).closed_on is None

    @initialize(experts=st.integers(0, 3), shelf=st.sampled_from(["free", "taken"]), more=st.booleans())
    def the_world_begins(self, experts: int, shelf: str, more: bool) -> None:
        self.library.facts.services |= {
            "list_experts": list(range(1, experts + 1)),
            "shelf_state": shelf,
            "next_volume": "again" if more else "done",
        }

    @rule(choice=st.randoms(use_true_random=False), times=st.integers(1, 4))
    def tasks_are_done(self, choice: Any, times: int) -> None:
        for _ in range(times):
            waiting = self.library.tasks(self.id)
            if not waiting:
                return
            row = choice.choice(waiting)
            word = choice.choice(WORDS.get(row.element, ["done"]))
            done = self.library.do(row.id, word, **self.acts(request_key=f"t{row.id}"))
            assert done.closed_task == row and not done.repeated
            self.done.append(row.id)

    @precondition(lambda self: self.done)
    @rule(choice=st.randoms(use_true_random=False))
    def a_form_comes_twice(self, choice: Any) -> None:
        before = self.library.case(self.id)
        task_id = choice.choice(self.done)
        assert self.library.do(task_id, "done", **self.acts(request_key=f"t{task_id}")).repeated
        try:
            self.library.do(task_id, "done", **self.acts())
        except Conflict:
            assert self.library.case(self.id) == before
        else:
            raise AssertionError("done twice")

    @precondition(is_open)
    @rule(word=st.sampled_from(["moved", "gone"]))
    def the_reader_withdraws(self, word: str) -> None:
        with self.library.tx() as tx:
            waits = self.library.case(self.id).stage == "lending"
            try:
                cases.send_message(tx, self.id, "withdrawal", word, **self.acts())
                assert waits
            except Conflict:
                assert not waits

    @rule(days=st.integers(0, 40))
    def days_pass_and_the_worker_sweeps(self, days: int) -> None:
        self.now += timedelta(days=days)
        assert fire_due(self.library.store, self.now).failed == 0

    @precondition(is_open)
    @rule(days=st.integers(-20, 60))
    def the_calendar_changes(self, days: int) -> None:
        for name in self.library.facts.days:
            self.library.facts.days[name] = day_of(self.now) + timedelta(days)
        with self.library.tx() as tx:
            cases.reschedule(tx, self.id, on=day_of(self.now), now=self.now, why="lịch")
            due = tx.execute(select(timer.c.due_at).where(timer.c.case_id == self.id)).scalars().all()
        assert {day_of(moment) for moment in due} <= set(self.library.facts.days.values())

    @precondition(is_open)
    @rule(place=st.integers(1, 4))
    def the_loan_is_handed_on(self, place: int) -> None:
        with self.library.tx() as tx:
            cases.change_custodian(tx, self.id, place, **self.acts())

    @precondition(is_open)
    @rule(days=st.integers(0, 30), item=st.none() | st.integers(1, 3))
    def a_clock_starts_or_stops(self, days: int, item: int | None) -> None:
        name, on = ("opinion" if item else "loan_period"), day_of(self.now)
        with self.library.tx() as tx:
            if not close_clock(tx, self.id, name, item=item, on=on):
                due_on = on + timedelta(days)
                open_clock(tx, self.id, name, item=item, started_on=on, due_on=due_on, rule="r", edition="e")

    @invariant()
    def rows_engine_clocks_and_journal_agree(self) -> None:
        with self.library.tx() as tx:
            row, told = cases.get_case(tx, self.id), replay_process(tx, self.id)
            assert (told.words(), told.stage(), told.ended_at()) == (row.words, row.stage, row.closed_as)
            held = hold_case(tx, self.id)
            if held and held.state is not None:
                present = Step(tx, held, on=TODAY, now=NOW).process
                assert (present.open_items(), held.state) == (told.open_items(), told.state())
            self._rows_agree(tx, row, told.open_items())

    def _rows_agree(self, tx: Transaction, row: CaseRow, items: list[OpenItem]) -> None:
        waiting = cases.open_tasks(tx, self.id)
        found = tx.execute(select(timer.c.engine_id, timer.c.due_at).where(timer.c.case_id == self.id)).all()
        clocks = {(clock.name, clock.item): clock.due_on for clock in open_clocks(tx, self.id)}
        assert {i.engine_id for i in items if i.kind == "task"} == {task.engine_id for task in waiting}
        assert {i.engine_id: i.due for i in items if i.kind == "timer"} == dict(map(tuple, found))
        for task in waiting:
            assert task.organisation_id == tx.registry.place(tx, row, task.lane, task.item, TODAY)
            name = tx.registry.task_clock.get(task.element, "")
            assert task.due_on == (clocks.get((name, task.item)) or clocks.get((name, None)))


def test_a_loan_stays_whole_whatever_happens_to_it(library: Library) -> None:
    machine = type("LoanHere", (Loan,), {"library": library})
    unhurried = settings(
        max_examples=15,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=unhurried)
