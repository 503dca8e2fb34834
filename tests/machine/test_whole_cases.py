"""Whole cases, driven at random: whatever people do, and in whatever order, four sentences stay true.

One custodian answers; the open tasks are those the engine waits for; the clocks are those of the rules; the
journal alone gives the present state. An act that is refused leaves everything as it was.
"""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select, update

from engine import cases
from engine.clocks import open_clocks
from engine.database import open_engine
from engine.errors import Conflict, Failure, InvalidAnswers, ModelError, NotFound, NotLawful
from engine.journal import entries
from engine.records import case as case_table
from engine.records import clock, timer
from engine.secrets import Keys
from engine.time import day_of
from engine.transactions import Store
from tests.workflows.builders import World, build, noon
from workflows.admission import acts
from workflows.admission.choices import OUTCOMES
from workflows.admission.clocks import TASK_CLOCK
from workflows.admission.forms import REASONS
from workflows.admission.recalculation import birth_date_corrected
from workflows.admission.records import act, decision, helper_assignment, vote
from workflows.admission.registry import build_registry
from workflows.organisations.resolution import resolve
from workflows.people.records import student
from workflows.rules import deadlines
from workflows.rules.editions import edition_named
from workflows.rules.queries import calendar_of

LAWFUL_REFUSALS = (NotLawful, InvalidAnswers, Conflict)
# Stage → the clock that must run while the case is in it.
MUST_RUN = {
    "committee_chain": "admission_decision",
    "probation": "probation_end",
    "probation_review": "cell_review",
    "recognition": "recognition_decision",
}


class WholeCase(RuleBasedStateMachine):
    """One student's case in the small world; `make_world` gives it fresh for each run."""

    make_world: Callable[[], World]
    world: World
    case_id: int

    @initialize(born=st.dates(date(2006, 1, 1), date(2008, 6, 1)))
    def nominate(self, born: date) -> None:
        self.world = type(self).make_world()
        self.world.today = date(2025, 8, 18)
        with self.world.store.transaction() as tx:
            tx.execute(update(student).values(birth_date=born))
        self.case_id = self.world.nominate()
        self.done: list[int] = []

    # --- what people do

    @rule(pick=st.integers(0, 20), word=st.integers(0, 9), days=st.integers(0, 25), confirm=st.booleans())
    def act(self, pick: int, word: int, days: int, confirm: bool) -> None:
        """Some open step, with some outcome, a while later; most outcomes go on along the road."""
        open_tasks = [*self.world.tasks(self.case_id), *self.side_tasks()]
        if not open_tasks:
            return
        self.world.pass_days(days)
        task = open_tasks[pick % len(open_tasks)]
        words = [one for one, _ in OUTCOMES[task.element]]
        outcome = words[word] if word < len(words) else None
        more: dict[str, Any] = {}
        if task.element in ("assign_helper", "replace_helper", "hand_over"):
            more = self.helper(task.element)
        if task.element == "admission_ceremony":
            more = {"late_consent": "1-CV/ĐU"}
        if task.element in ("verification_reply", "opinion_reply") and word > 7:
            more = {"answer": "adverse"}
        self.attempt(
            lambda: self.world.do(
                task.case_id, task.element, outcome, confirm=confirm, **self.figures(task, outcome), **more
            )
        )
        if all(one.id != task.id for one in self.world.tasks(task.case_id)):
            self.done.append(task.id)

    @rule(pick=st.integers(0, 5))
    def go_on(self, pick: int) -> None:
        """A few steps along the road, so that runs get far."""
        for _ in range(pick):
            if self.world.case(self.case_id).closed_on is None:
                open_elements = self.world.elements(self.case_id)
                if open_elements:
                    self.act(0, 9, 1, True)
                else:
                    self.wait()

    @rule()
    def wait(self) -> None:
        """Until the next timer fires."""
        due = self.world.rows(
            select(timer.c.due_at).where(timer.c.case_id == self.case_id).order_by(timer.c.due_at)
        )
        if due and not self.world.elements(self.case_id):
            self.world.today = max(self.world.today, day_of(due[0].due_at))
            assert self.world.fire(self.case_id) >= 1

    @rule(days=st.sampled_from([1, 30, 200, 400]))
    def let_time_pass(self, days: int) -> None:
        self.world.pass_days(days)
        self.world.fire(self.case_id)

    @rule(
        reason=st.sampled_from([*(word for word, _ in REASONS), "unit_changed", "unit_changed"]),
        sure=st.integers(0, 2),
    )
    def interrupt(self, reason: str, sure: int) -> None:
        if sure and reason in ("withdrawn", "removed", "deceased"):
            return  # the ends would cut most runs short
        by = self.world.users["other1" if self.custodian() == self.world.other_cell else "cell1"]
        with_today = {"on": self.world.today, "by": by, "now": noon(self.world.today)}

        def leave() -> None:
            with self.world.store.transaction() as tx:
                acts.interrupt(tx, self.case_id, reason, note="Chuyển trường", **with_today)

        self.attempt(leave)

    @rule(reason=st.sampled_from(["left", "died"]))
    def lose_helper(self, reason: str) -> None:
        by = self.world.users["other1" if self.custodian() == self.world.other_cell else "cell1"]

        def lose() -> None:
            with self.world.store.transaction() as tx:
                acts.report_helper_lost(
                    tx, self.case_id, reason, on=self.world.today, by=by, now=noon(self.world.today)
                )

        self.attempt(lose)

    @rule(born=st.dates(date(2006, 1, 1), date(2008, 6, 1)))
    def correct_birth_date(self, born: date) -> None:
        with self.world.store.transaction() as tx:
            tx.execute(update(student).where(student.c.id == self.world.students[0]).values(birth_date=born))
            birth_date_corrected(tx, self.world.students[0], on=self.world.today, now=noon(self.world.today))

    @rule()
    def send_a_form_twice(self) -> None:
        """What was done stays done once."""
        for task_id in self.done[-1:]:
            with pytest.raises(Conflict), self.world.store.transaction() as tx:
                acts.complete(tx, task_id, {}, by=self.world.users["cell1"], now=noon(self.world.today))

    # --- how it is done

    def attempt(self, deed: Callable[[], Any]) -> None:
        """A refusal is lawful if it leaves everything as it was; trouble inside a model never is."""
        before = self.snapshot()
        try:
            deed()
        except ModelError:
            raise
        except (*LAWFUL_REFUSALS, NotFound) as refusal:
            assert str(refusal)
            assert self.snapshot() == before
        except Failure as failure:
            raise AssertionError(repr(failure)) from failure

    def snapshot(self) -> list[Any]:
        tables = (act, vote, decision, helper_assignment, clock)
        counts = [self.world.rows(select(func.count()).select_from(table))[0][0] for table in tables[2:]]
        acts_done = self.world.rows(select(func.count()).select_from(act))[0][0]
        return [*counts, acts_done, self.world.case(self.case_id), self.world.tasks(self.case_id)]

    def custodian(self) -> int:
        return self.world.case(self.case_id).custodian_id

    def side_tasks(self) -> list[Any]:
        sides = self.world.rows(
            select(case_table.c.id).where(
                case_table.c.parent_id == self.case_id, case_table.c.closed_on.is_(None)
            )
        )
        return [task for side in sides for task in self.world.tasks(side.id)]

    def helper(self, element: str) -> dict[str, Any]:
        here = self.custodian()
        if element == "hand_over":
            receiver = self.world.cell if here == self.world.other_cell else self.world.other_cell
            return {"receiver_id": receiver}
        helpers = self.world.other_members if here == self.world.other_cell else self.world.members
        return {"member_id": helpers[self.world.today.toordinal() % len(helpers)]}

    def figures(self, task: Any, outcome: str | None) -> dict[str, Any]:
        """The other cell is smaller."""
        made = self.world.answers(task.element, outcome)
        if "present" not in made or task.organisation_id != self.world.other_cell:
            return {}
        for_all = 5 if made["votes_for"] > 1 else 1
        return {"present": 5, "votes_for": for_all, "votes_against": 5 - for_all}

    # --- what stays true

    @invariant()
    def one_custodian_answers_for_every_task(self) -> None:
        with self.world.store.transaction(writing=False) as tx:
            case = cases.get_case(tx, self.case_id)
            assert case.custodian_id in (self.world.cell, self.world.other_cell)
            for task in cases.open_tasks(tx, self.case_id):
                assert task.organisation_id == resolve(tx, case, task.lane, task.item, self.world.today)

    @invariant()
    def open_tasks_are_what_the_engine_waits_for_and_the_journal_gives_them(self) -> None:
        with self.world.store.transaction(writing=False) as tx:
            replayed = cases.replay(tx, self.case_id)
            tasks = sorted((item.engine_id, item.element) for item in replayed if item.kind == "task")
            shown = sorted((task.engine_id, task.element) for task in cases.open_tasks(tx, self.case_id))
            assert tasks == shown
            timers = {item.engine_id: item.due for item in replayed if item.kind == "timer"}
            rows = tx.execute(
                select(timer.c.engine_id, timer.c.due_at).where(timer.c.case_id == self.case_id)
            )
            assert timers == {row.engine_id: row.due_at for row in rows}

    @invariant()
    def clocks_are_those_of_the_rules(self) -> None:
        with self.world.store.transaction(writing=False) as tx:
            case, calendar = cases.get_case(tx, self.case_id), calendar_of(tx)
            running = open_clocks(tx, self.case_id)
            for one in running:
                due = deadlines.due(one.rule, one.started_on, edition_named(one.edition), calendar)
                assert (one.due_on, one.note) == (due.day, due.text())
            names = {one.name for one in running}
            assert not (case.closed_on and names), "a closed case has no clock"
            wanted = MUST_RUN.get(case.stage or "")
            assert wanted is None or wanted in names, f"{case.stage} without {wanted}: {names}"
            due_on = {(one.name, one.item): one.due_on for one in running}
            for task in cases.open_tasks(tx, self.case_id):
                name = TASK_CLOCK.get(task.element, "")
                assert task.due_on == due_on.get((name, task.item), due_on.get((name, None)))

    @invariant()
    def every_act_stands_in_the_journal_with_its_edition(self) -> None:
        with self.world.store.transaction(writing=False) as tx:
            journalled = [
                row.facts["act"]
                for row in entries(tx, self.case_id)
                if row.kind in ("task", "message", "helper_lost")
            ]
            kept = tx.execute(select(act).where(act.c.case_id == self.case_id).order_by(act.c.id)).all()
            assert journalled == [row.id for row in kept]
            assert all(row.edition for row in kept)

    @invariant()
    def figures_wait_only_on_open_steps_and_one_helper_helps(self) -> None:
        with self.world.store.transaction(writing=False) as tx:
            waiting = select(vote.c.task_id).where(vote.c.status == "pending")
            assert set(tx.execute(waiting).scalars()) <= {
                task.id for task in cases.open_tasks(tx, self.case_id)
            }
            helping = select(func.count()).where(
                helper_assignment.c.case_id == self.case_id, helper_assignment.c.valid_to.is_(None)
            )
            assert tx.execute(helping).scalar_one() <= 1


def run(make_world: Callable[[], World], examples: int, steps: int) -> None:
    machine: Any = type("Machine", (WholeCase,), {"make_world": staticmethod(make_world)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whole_cases_keep_their_promises(sqlite_template: Path, keys: Keys, tmp_path: Path) -> None:
    """On the embedded database: a copy of the small world for every run."""
    prepared = tmp_path / "prepared.db"
    shutil.copyfile(sqlite_template, prepared)
    engine = open_engine(f"sqlite:///{prepared}", keys.database)
    built = build(Store(engine, registry=build_registry(), keys=keys))
    engine.dispose()
    made: list[Any] = []

    def make_world() -> World:
        for one in made:
            one.dispose()
        made.clear()
        path = tmp_path / "case.db"
        for leftover in tmp_path.glob("case.db*"):
            leftover.unlink()
        shutil.copyfile(prepared, path)
        made.append(open_engine(f"sqlite:///{path}", keys.database))
        ids = {name: value for name, value in vars(built).items() if name != "store"}
        return World(Store(made[0], registry=build_registry(), keys=keys), **ids)

    run(make_world, examples=12, steps=30)
