"""The made-up cases: told in the right proportions, really run, each where its story leaves it."""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine import cases, replaying
from engine.database import open_engine
from engine.records import case, incident, outbox, task
from engine.transactions import Store
from tests.conftest import KEYS
from workflows.admission.records import act, vote
from workflows.admission.registry import build_registry
from workflows.demo import World, building, small_world
from workflows.demo import cases as demo_cases
from workflows.demo.stories import Story, stories, told
from workflows.organisations.resolution import resolve

CLOSED_AS = {
    "official": "official_member",
    "refused": "refused",
    "history_refused": "refused",
    "withdrawn": "withdrawn",
    "withdrew_before_vote": "withdrawn",
    "removed": "removed",
    "deceased": "deceased",
    "annulled": "annulled",
    "struck_off": "struck_off",
    "not_now": "not_now",
    "left_source": "left_source",
    "back_to_pool": "back_to_pool",
    "declined": "not_recognised",
}


def test_every_story_is_told_in_the_province_and_in_proportion() -> None:
    counted = Counter(story.name for story in told(600))
    assert sum(counted.values()) == 600
    assert set(counted) == {story.name for story in stories()}
    assert counted["branch_meeting"] > counted["official"] > counted["deceased"] == 1


def test_the_small_world_has_the_ten_marked_stories() -> None:
    small = told(10)
    assert len({story.name for story in small}) == 10
    assert all(story.small for story in small)


@pytest.fixture
def world(store: Store) -> World:
    return small_world(store, cases=True)


def test_ten_cases_stand_where_their_stories_leave_them_and_nothing_went_wrong(
    store: Store, world: World
) -> None:
    _check_ends(store, world, told(10))
    with store.transaction(writing=False) as tx:
        assert tx.execute(select(func.count()).select_from(incident)).scalar() == 0
        told_by_now = tx.execute(select(outbox.c.created_at).where(outbox.c.sent_at.is_not(None))).scalars()
        still_to_tell = tx.execute(select(outbox.c.created_at).where(outbox.c.sent_at.is_(None))).scalars()
        assert len(list(told_by_now)) > 50
        assert all(moment.date() >= date(2026, 11, 9) for moment in still_to_tell)
        how = Counter(tx.execute(select(act.c.confirmation)).scalars())
        assert how["two_persons"] > 0
        assert how["one_person"] > 0
        same = select(func.count()).where(vote.c.confirmed_by == vote.c.proposed_by)
        assert tx.execute(same).scalar() == 0


def test_open_tasks_stand_where_the_tree_says_and_the_journal_replays_to_them(
    store: Store, world: World
) -> None:
    with store.transaction(writing=False) as tx:
        for case_id in world.cases:
            row = cases.get_case(tx, case_id)
            for one in cases.open_tasks(tx, case_id):
                assert one.organisation_id == resolve(tx, row, one.lane, one.item, one.opened_on)
            replayed = {item.engine_id for item in replaying.replay(tx, case_id) if item.kind == "task"}
            present = set(tx.execute(select(task.c.engine_id).where(task.c.case_id == case_id)).scalars())
            assert replayed == present


@pytest.fixture
def encrypted_file(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copyfile(sqlite_template, tmp_path / "ketnap.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'ketnap.db'}", KEYS.database)
    yield Store(engine, registry=build_registry(), keys=KEYS)
    engine.dispose()


@pytest.mark.thorough
def test_each_story_can_be_told_to_its_end(encrypted_file: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_cases, "told", lambda wanted: list(stories()))
    world = building.build(encrypted_file, seed=11, today=date(2026, 11, 23), scale=0.03)
    _check_ends(encrypted_file, world, list(stories()))


def _check_ends(store: Store, world: World, wanted: list[Story]) -> None:
    assert len(world.cases) == len(wanted)
    with store.transaction(writing=False) as tx:
        for story, case_id in zip(wanted, world.cases, strict=True):
            row = tx.execute(select(case.c.closed_as, case.c.stage).where(case.c.id == case_id)).one()
            open_elements = {one.element for one in cases.open_tasks(tx, case_id)}
            assert row.closed_as == CLOSED_AS.get(story.name), story.name
            if story.name == "waits_of_age":
                assert (row.stage, open_elements) == ("admission_vote", set())
            elif story.name == "probation":
                assert row.stage == "probation"
            elif story.stop:
                assert story.stop in open_elements, story.name
