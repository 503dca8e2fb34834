"""Plans at random over cases in many steps, killed at random: nothing is lost, each has one custodian."""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine import cases
from engine.database import open_engine
from engine.errors import Failure
from engine.records import document, timer
from engine.transactions import Store, Transaction
from tests.conftest import KEYS
from tests.workflows.builders import BEGINNING, build, noon
from tests.workflows.reorganisation.assistant import DEFAULTS, Assistant, assert_whole
from tests.workflows.reorganisation.conftest import assistant_of
from workflows.admission.records import act, vote
from workflows.admission.registry import build_registry
from workflows.organisations.changes import found
from workflows.organisations.kinds import COMMITTEES, PARTY_CELL
from workflows.organisations.queries import tree_of
from workflows.people.students import add_student
from workflows.reorganisation import drafting
from workflows.reorganisation.plans import changes_of, find
from workflows.reorganisation.words import REGISTERS, SEATS

STEPS = ("record_consent", "application", "send_verifications", "cell_vote", "section_appraisal",
         "committee_resolution", "board_appraisal", "admission_decision")  # fmt: skip
NEVER_LESS = (vote, act, document)
POWERS = ("", "standing", "plenum")
BORN = date(2007, 5, 10)


@pytest.fixture(scope="module")
def base(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Assistant]:
    """A database with a case at each of the steps, under a section, a school, a ward."""
    path = tmp_path_factory.mktemp("plans") / "base.db"
    shutil.copyfile(sqlite_template, path)
    store = opened(path)
    world = build(store, shape="under_section")
    with store.transaction() as tx:
        (root,) = tree_of(tx).children_on(None, world.today)
        how: dict[str, Any] = {"on": BEGINNING, "by": None, "now": noon(BEGINNING)}
        ward = found(
            tx, kind="commune_committee", name="Đảng ủy xã Khác", parent_id=root, decided_by="standing", **how
        )
        found(tx, kind="party_cell", name="Chi bộ xã Khác", parent_id=ward, **how)
        for number in range(len(STEPS) - len(world.students)):
            world.students.append(add_student(tx, world.institution, f"Học Sinh {number}", BORN))
    for number, step in enumerate(STEPS):
        world.until(world.nominate(number), step)
    assistant = assistant_of(world)
    store.engine.dispose()
    return path, assistant


def opened(path: Path) -> Store:
    engine = open_engine(f"sqlite:///{path}", KEYS.database)
    return Store(engine, registry=build_registry(), keys=KEYS)


@contextmanager
def copied(base: tuple[Path, Assistant], path: Path) -> Iterator[Assistant]:
    shutil.copyfile(base[0], path)
    told = base[1]
    store = opened(path)
    yield Assistant(store, told.head, told.maker, told.second, told.today)
    store.engine.dispose()


def some_change(
    chance: random.Random, tx: Transaction, changes: list[Any], on: Any
) -> tuple[str, dict[str, Any]]:
    """A change that may or may not be possible."""
    nodes = [node for node in tree_of(tx).nodes.values() if node.stands_on(on)]
    cells = [node.id for node in nodes if node.kind == PARTY_CELL]
    committees = [node.id for node in nodes if node.kind in COMMITTEES]
    fresh = {-one.id: one.answers["kind"] for one in changes if one.verb == "found"}
    cells += [ref for ref, kind in fresh.items() if kind == PARTY_CELL]
    committees += [ref for ref, kind in fresh.items() if kind != PARTY_CELL]
    verb = chance.choice(("found", "found", "move", "power", "merge", "merge", "split", "split"))
    pool = chance.choice((cells, committees))
    how = {"seats": chance.choice(SEATS)[0], "registers": chance.choice(REGISTERS)[0]}
    kind = chance.choice((PARTY_CELL, "grassroots_committee", "subordinate_committee", "section_committee"))
    answers: dict[str, dict[str, Any]] = {
        "found": {"name": f"Mới {chance.random()}", "kind": kind, "parent": chance.choice(committees)},
        "move": {"organisation": chance.choice(pool), "parent": chance.choice(committees)},
        "power": {"organisation": chance.choice(committees), "decided_by": chance.choice(POWERS)},
        "merge": {"organisations": [chance.choice(pool)], "into": chance.choice(pool)} | how,
        "split": {
            "organisation": chance.choice(pool),
            "into": chance.sample(pool, min(2, len(pool))),
            "stays": chance.random() < 0.3,
        }
        | how,
    }  # fmt: skip
    return verb, {**DEFAULTS.get(verb, {}), **answers[verb]}


def some_plan(chance: random.Random, assistant: Assistant) -> int | None:
    """A plan of changes each of which was possible after those before it."""
    plan = assistant.plan()
    for _ in range(chance.randint(2, 7)):
        try:
            with assistant.store.transaction() as tx:
                verb, answers = some_change(chance, tx, changes_of(tx, plan), assistant.today)
                reach = set(tree_of(tx).nodes)
                number = drafting.add_change(tx, plan, verb, answers, reach=reach)
        except Failure:
            continue
        if not assistant.foresee(plan).fine:
            with assistant.store.transaction() as tx:
                drafting.drop_change(tx, plan, number)
    with assistant.store.transaction(writing=False) as tx:
        return plan if changes_of(tx, plan) else None


def counted(store: Store) -> list[int]:
    with store.transaction(writing=False) as tx:
        return [int(tx.execute(select(func.count()).select_from(one)).scalar_one()) for one in NEVER_LESS]


class Killed(BaseException):
    """The process died here."""


def carried_out(
    chance: random.Random, assistant: Assistant, plan: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed now and then at a statement of its own choosing, until it is done."""
    execute = Transaction.execute
    for _ in range(40):
        left = chance.choice((20, 60, 150, 10_000))

        def counting(self: Transaction, *given: Any, **more: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            return execute(self, *given, **more)

        try:
            with monkeypatch.context() as patch:
                patch.setattr(Transaction, "execute", counting)
                assistant.carry_out(plan)
        except Killed:
            continue
        with assistant.store.transaction(writing=False) as tx:
            found = find(tx, plan)
        assert not found.stopped_because, found.stopped_because
        if found.state == "done":
            return
    raise AssertionError("never done")


def survives(seed: int, base: Any, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    with copied(base, path) as assistant:
        for _ in range(chance.randint(1, 3)):
            before = counted(assistant.store)
            plan = some_plan(chance, assistant)
            if plan is None:
                continue
            foreseen = assistant.foresee(plan)
            assistant.approve(plan)
            carried_out(chance, assistant, plan, monkeypatch)
            assert_whole(assistant.store, assistant.today)
            dropped = len(foreseen.dropped)
            after = counted(assistant.store)
            assert after == [before[0], before[1] + dropped, before[2]], (seed, before, after)
            for one in foreseen.cases:
                assert_as_foreseen(assistant.store, one)


def assert_as_foreseen(store: Store, one: Any) -> None:
    with store.transaction(writing=False) as tx:
        row = cases.get_case(tx, one.case_id)
        assert row.custodian_id == one.to_id
        opened = [task.element for task in cases.open_tasks(tx, one.case_id)]
        if one.dropped:
            assert opened == [one.leads_to]
        waits = tx.execute(select(timer.c.id).where(timer.c.case_id == one.case_id)).first()
        assert opened or waits


@pytest.mark.parametrize("seed", range(6))
def test_any_plan_killed_anywhere_loses_nothing(
    seed: int, base: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survives(seed, base, tmp_path / "copy.db", monkeypatch)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(6, 150))
def test_any_of_many_plans_killed_anywhere_loses_nothing(
    seed: int, base: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survives(seed, base, tmp_path / "copy.db", monkeypatch)
