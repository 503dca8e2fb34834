"""The changes of 01/07/2025 and of QĐ 208 with open cases: live, recorded late, ahead; killed and resumed."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.database import open_engine
from engine.secrets import Keys
from engine.transactions import Store, Transaction
from tests.workflows.builders import noon
from tests.workflows.reorganisation.assistant import assert_whole
from tests.workflows.reorganisation.province import (
    DISTRICTS_END,
    NEW_RULES,
    Province,
    by_rule_208,
    end_districts,
    fingerprint,
    old_province,
    settle,
)
from workflows.admission.registry import build_registry
from workflows.organisations.chain import chain
from workflows.organisations.queries import name_on, tree_of
from workflows.reorganisation.carrying import carry_due


def under_way(of: Province, first: str, second: str) -> list[int]:
    """Two cases at these steps, not later than the eve of the change."""
    found = []
    for number, step in enumerate((first, second)):
        case_id = of.world.nominate(number)
        of.world.until(case_id, step)
        found.append(case_id)
    assert of.world.today < DISTRICTS_END
    return found


def test_districts_end_and_provinces_merge_on_the_day(store: Store) -> None:
    of = old_province(store)
    at_board, at_checks = under_way(of, "board_appraisal", "send_verifications")
    plan, refs = end_districts(of)
    of.assistant.today = of.world.today = DISTRICTS_END
    of.assistant.do(plan)
    settle(of, plan, refs)
    world = of.world
    assert world.task(at_board, "board_appraisal").organisation_id == world.board
    assert world.task(at_checks, "send_verifications").organisation_id == world.school
    with store.transaction(writing=False) as tx:
        tree = tree_of(tx)
        assert tree.ancestors_on(world.cell, DISTRICTS_END) == [world.school, world.commune, of.new]
        other = of.assistant.made(plan, refs["other"])
        assert tree.parent_on(of.lone_cell, DISTRICTS_END) == other
        assert tree.children_on(None, DISTRICTS_END) == [of.new]
        assert tree.ancestors_on(world.cell, DISTRICTS_END - timedelta(days=1))[-1] == of.old
    assert_whole(store, DISTRICTS_END)
    assert world.walk(at_board).closed_as == "official_member"  # the ward's own people take it to its end


@pytest.mark.long_walk
def test_a_change_recorded_late_keeps_what_was_done_meanwhile(store: Store) -> None:
    of = old_province(store)
    (case_id, _other) = under_way(of, "board_appraisal", "application")
    world = of.world
    world.today = date(2025, 7, 28)
    world.do_all(case_id, "board_appraisal", "admission_decision")  # nobody had told the program
    plan, refs = end_districts(of)
    of.assistant.today = world.today = date(2025, 8, 11)
    foreseen = of.assistant.foresee(plan)
    assert foreseen.fine
    assert foreseen.later_acts == 1  # the decision stands in the name of the district's committee
    of.assistant.do(plan)
    settle(of, plan, refs)
    with store.transaction(writing=False) as tx:
        assert chain(tree_of(tx), world.cell, DISTRICTS_END).power == "standing"
    assert_whole(store, world.today)
    assert world.walk(case_id).closed_as == "official_member"


@pytest.mark.long_walk
def test_rule_208_takes_sections_away_and_lets_the_ward_decide(store: Store) -> None:
    of = old_province(store, shape="under_section")
    plan, refs = end_districts(of)
    of.assistant.today = of.world.today = DISTRICTS_END
    of.assistant.do(plan)
    settle(of, plan, refs)
    world = of.world
    case_id = world.nominate()
    world.until(case_id, "section_appraisal")
    second, school = by_rule_208(of)
    of.assistant.today = world.today = NEW_RULES
    (dropped,) = of.assistant.foresee(second).dropped
    assert (dropped.dropped, dropped.leads_to) == ("section_appraisal", "committee_resolution")
    of.assistant.do(second)
    made = of.assistant.made(second, school)
    assert world.task(case_id, "committee_resolution").organisation_id == made
    with store.transaction(writing=False) as tx:
        tree = tree_of(tx)
        assert chain(tree, world.cell, NEW_RULES) == ("two_level_208", "under_committee", "standing")
        assert name_on(tx, of.lone_cell, NEW_RULES) == "Chi bộ Trường nhỏ"
    assert_whole(store, NEW_RULES)
    world.school = made
    assert world.walk(case_id).closed_as == "official_member"


def test_a_plan_for_a_day_to_come_is_carried_out_by_the_worker_on_its_day(store: Store) -> None:
    of = old_province(store)
    under_way(of, "application", "application")
    plan, _refs = end_districts(of)
    of.assistant.today = eve = DISTRICTS_END - timedelta(days=1)
    foreseen = of.assistant.foresee(plan)
    assert foreseen.on == DISTRICTS_END
    of.assistant.approve(plan)
    with store.transaction(writing=False) as tx:
        before = fingerprint(tx)
    assert carry_due(store, noon(eve)).items == 0
    with store.transaction(writing=False) as tx:
        assert fingerprint(tx) == before
    assert carry_due(store, noon(DISTRICTS_END)).items == 1
    assert carry_due(store, noon(DISTRICTS_END)).items == 0  # done once
    assert_whole(store, DISTRICTS_END)


class Killed(BaseException):
    """The process died here."""


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, after: int) -> Iterator[None]:
    """Within it, the process dies at the statement of that number."""
    count, execute = 0, Transaction.execute

    def counted(self: Transaction, *given: Any, **more: Any) -> Any:
        nonlocal count
        count += 1
        if count > after:
            raise Killed
        return execute(self, *given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "execute", counted)
        yield


@pytest.fixture
def twin(sqlite_template: Path, tmp_path: Path, keys: Keys) -> Callable[[], Store]:
    """A second database beside the first, for the same story told without a death."""

    def made() -> Store:
        path = tmp_path / "twin.db"
        shutil.copyfile(sqlite_template, path)
        engine = open_engine(f"sqlite:///{path}", keys.database)
        return Store(engine, registry=build_registry(), keys=keys)

    return made


def approved(store: Store) -> tuple[Province, int]:
    of = old_province(store)
    under_way(of, "committee_resolution", "board_appraisal")
    plan, _refs = end_districts(of)
    of.assistant.today = of.world.today = DISTRICTS_END
    of.assistant.approve(plan)
    return of, plan


@pytest.mark.long_walk
def test_killed_at_any_statement_and_resumed_it_comes_to_the_same_end(
    store: Store, twin: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    of, plan = approved(store)
    after, done = 3, False
    while not done:
        try:
            with dying(monkeypatch, after):
                done = of.assistant.carry_out(plan)
        except Killed:
            after += 17
    assert_whole(store, DISTRICTS_END)
    if store.engine.dialect.name == "sqlite":  # where both begin with the same numbers
        whole, same = approved(twin())
        assert whole.assistant.carry_out(same)
        with store.transaction(writing=False) as one, whole.world.store.transaction(writing=False) as other:
            assert fingerprint(one) == fingerprint(other)
        whole.world.store.engine.dispose()
