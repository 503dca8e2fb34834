"""Whole cases, driven at random: whatever people do, and in whatever order, four sentences stay true.

One custodian answers; the open tasks are those the engine waits for; the clocks are those of the rules; the
journal alone gives the present state. An act that is refused leaves everything as it was.
"""

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
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
from workflows.admission.recalculation import birth_date_corrected
from workflows.admission.records import act, decision, helper_assignment, vote
from workflows.admission.registry import build_registry
from workflows.admission.votes import BALLOTS
from workflows.organisations.resolution import resolve
from workflows.people.members import roll_on
from workflows.people.records import student
from workflows.rules import deadlines
from workflows.rules.editions import edition_named
from workflows.rules.queries import calendar_of

EXAMPLES, STEPS_EACH = 24, 16  # about forty seconds
LAWFUL_REFUSALS = (NotLawful, InvalidAnswers, Conflict)
# Stage → the clock that must run while the case is in it.
MUST_RUN = {
    "committee_chain": "admission_decision",
    "probation": "probation_end",
    "probation_review": "cell_review",
    "recognition": "recognition_decision",
}


# Steps at which runs begin; each is walked to once and copied.
STARTS = (
    "record_consent",
    "assign_helper",
    "union_resolution",
    "cell_vote",
    "admission_decision",
    "new_member_class",
    "cell_review",
    "recognition_decision",
)


class WholeCase(RuleBasedStateMachine):
    """One student's case in the small world; `make_world` gives it fresh for each run."""

    make_world: Callable[[str], tuple[World, int]]
    world: World
    case_id: int

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start: str) -> None:
        """Somewhere on the road, so that every stretch of it is driven."""
        self.world, self.case_id = type(self).make_world(start)
        self.done: list[int] = []

    # --- what people do

    @rule(chance=st.integers(0, 2**20))
    def act(self, chance: int) -> None:
        """Some open step, with some outcome, some days later; a vote is confirmed or left waiting."""
        dice = random.Random(chance)
        open_tasks = [*self.world.tasks(self.case_id), *self.side_tasks()]
        if not open_tasks:
            self.wait()
            return
        self.world.pass_days(dice.choice([0, 0, 1, 2, 7]))
        task = dice.choice(open_tasks)
        outcome = dice.choice([word for word, _ in OUTCOMES[task.element]])
        more: dict[str, Any] = {}
        if task.element in ("assign_helper", "replace_helper"):
            more = self.helper()
        if task.element in ("prepare_handover", "answer_handover"):
            more = self.receiver(task.element, outcome, dice)
        if task.element == "admission_ceremony":
            more = {"late_consent": "1-CV/ĐU"}
        if task.element == "verification_reply":
            more = {"answer": dice.choice(["clear", "clear", "unclear", "adverse"])}
        confirm, figures = dice.random() < 0.9, self.figures(task, outcome)
        self.attempt(
            lambda: self.world.do(task.case_id, task.element, outcome, confirm=confirm, **{**figures, **more})
        )
        if all(one.id != task.id for one in self.world.tasks(task.case_id)):
            self.done.append(task.id)

    @rule(chance=st.integers(0, 2**20), steps=st.integers(1, 6))
    def act_on(self, chance: int, steps: int) -> None:
        for step in range(steps):
            self.act(chance + step)

    @rule(chance=st.integers(0, 2**20))
    def happen(self, chance: int) -> None:
        """What nobody planned. The ends of a case are rare, or most runs would be short."""
        dice = random.Random(chance)
        rare = [self.let_time_pass, self.lose_helper, self.correct_birth_date, self.send_a_form_twice]
        dice.choice([*[self.interrupt] * 4, *rare])(dice)

    def wait(self) -> None:
        """Nothing is open: until the next timer fires."""
        due = self.world.rows(
            select(timer.c.due_at).where(timer.c.case_id == self.case_id).order_by(timer.c.due_at)
        )
        if due:
            self.world.today = max(self.world.today, day_of(due[0].due_at))
            assert self.world.fire(self.case_id) >= 1

    def let_time_pass(self, dice: random.Random) -> None:
        self.world.pass_days(dice.choice([1, 30, 200, 400]))
        self.world.fire(self.case_id)

    def interrupt(self, dice: random.Random) -> None:
        if dice.random() < 0.5:
            self.attempt(self.world.prepare_handover)
            return
        reasons = ["strike_off", "wrong_admission"] * 2
        reason = dice.choice([*reasons, "withdrawn", "removed", "deceased"])
        by, now = self.secretary(), noon(self.world.today)

        def leave() -> None:
            with self.world.store.transaction() as tx:
                acts.interrupt(tx, self.case_id, reason, on=self.world.today, by=by, now=now, note="Lý do")

        self.attempt(leave)

    def lose_helper(self, dice: random.Random) -> None:
        by, now, reason = self.secretary(), noon(self.world.today), dice.choice(["left", "died"])

        def lose() -> None:
            with self.world.store.transaction() as tx:
                acts.report_helper_lost(tx, self.case_id, reason, on=self.world.today, by=by, now=now)

        self.attempt(lose)

    def correct_birth_date(self, dice: random.Random) -> None:
        born = date(2006, 1, 1) + timedelta(days=dice.randrange(800))
        with self.world.store.transaction() as tx:
            tx.execute(update(student).where(student.c.id == self.world.students[0]).values(birth_date=born))
            birth_date_corrected(tx, self.world.students[0], on=self.world.today, now=noon(self.world.today))

    def send_a_form_twice(self, _dice: random.Random) -> None:
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

    def secretary(self) -> int:
        """The first account of the cell that has the case."""
        return self.world.users["other1" if self.custodian() == self.world.other_cell else "cell1"]

    def custodian(self) -> int:
        return self.world.case(self.case_id).custodian_id

    def side_tasks(self) -> list[Any]:
        sides = self.world.rows(
            select(case_table.c.id).where(
                case_table.c.parent_id == self.case_id, case_table.c.closed_on.is_(None)
            )
        )
        return [task for side in sides for task in self.world.tasks(side.id)]

    def receiver(self, element: str, outcome: str, dice: random.Random) -> dict[str, Any]:
        """The other cell, or now and then an organisation outside of the system."""
        here = self.custodian()
        other = self.world.cell if here == self.world.other_cell else self.world.other_cell
        if element == "answer_handover":
            return {"receiver_id": self.world.school} if outcome == "forwarded" else {"number": "1-CV"}
        outside = dice.random() < 0.1
        return {"receiver_id": None, "addressee": "Nơi khác"} if outside else {"receiver_id": other}

    def helper(self) -> dict[str, Any]:
        here = self.custodian()
        helpers = self.world.other_members if here == self.world.other_cell else self.world.members
        return {"member_id": helpers[self.world.today.toordinal() % len(helpers)]}

    def figures(self, task: Any, outcome: str | None) -> dict[str, Any]:
        """Everybody on the roll of the day came; the other cell is smaller, and cells grow."""
        made = self.world.answers(task.element, outcome)
        if "present" not in made or BALLOTS[task.element].body != "cell":
            return {}
        with self.world.store.transaction(writing=False) as tx:
            came = len(roll_on(tx, task.organisation_id, self.world.today).official)
        votes_for = came if made["votes_for"] > 1 else 1
        return {"present": came, "votes_for": votes_for, "votes_against": came - votes_for}

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


@pytest.fixture
def worlds(sqlite_template: Path, keys: Keys, tmp_path: Path) -> Iterator[Callable[[str], tuple[World, int]]]:
    """The small world at each start, as files; every run gets its own copy."""
    prepared, opened = tmp_path / "prepared.db", []

    def open_store(path: Path) -> Store:
        opened.append(open_engine(f"sqlite:///{path}", keys.database))
        return Store(opened[-1], registry=build_registry(), keys=keys)

    def close_all() -> None:
        while opened:
            opened.pop().dispose()

    shutil.copyfile(sqlite_template, prepared)
    built = build(open_store(prepared))
    case_id, days = built.nominate(), {}
    for start in STARTS:
        built.until(case_id, start)
        close_all()
        shutil.copyfile(prepared, tmp_path / f"{start}.db")
        days[start] = built.today
        built.store = open_store(prepared)
    close_all()
    ids = {name: value for name, value in vars(built).items() if name not in ("store", "today")}

    def make_world(start: str) -> tuple[World, int]:
        close_all()
        for leftover in tmp_path.glob("case.db*"):
            leftover.unlink()
        shutil.copyfile(tmp_path / f"{start}.db", tmp_path / "case.db")
        return World(open_store(tmp_path / "case.db"), **ids, today=days[start]), case_id

    yield make_world
    close_all()


def test_whole_cases_keep_their_promises(worlds: Callable[[str], tuple[World, int]]) -> None:
    machine: Any = type("Machine", (WholeCase,), {"make_world": staticmethod(worlds)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS_EACH,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
