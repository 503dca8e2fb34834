"""Builds the demonstration, step by step, with progress; the same seed and day give the same province."""

import random
from collections.abc import Callable
from datetime import date

from engine.transactions import Store
from workflows.demo.accounts import add_users, open_accounts, open_helper, open_students
from workflows.demo.cases import fill_pool, prepare_admissions, run_cases
from workflows.demo.handovers import hand_over
from workflows.demo.measures import Measures
from workflows.demo.population import add_members, add_pupils
from workflows.demo.schedules import keep_schedules
from workflows.demo.structure import found_province, found_schools
from workflows.demo.world import World

Progress = Callable[[str, int, int], None]


def silent(what: str, done: int, total: int) -> None:
    """No progress shown."""


def build(
    store: Store,
    *,
    seed: int,
    progress: Progress = silent,
    today: date,
    scale: float = 1.0,
    cases: bool = True,
    measures: Measures | None = None,
) -> World:
    """The province at a scale (1.0: the whole) or of these measures, as of `today`.

    `progress(what, done, total)` is told how far it is.

    Needs tables without organisations and people; what other rooms seed by themselves may be there.
    """
    measures = measures or Measures.at(scale)
    chance = random.Random(seed)  # noqa: S311 - made-up people need no strong chance
    world = World(today, seed)
    with store.transaction() as tx:
        found_province(tx, world, chance, measures)
        found_schools(tx, world, chance, measures)
        progress(
            "Tổ chức", len(world.communes) + len(world.schools), len(world.communes) + len(world.schools)
        )
        add_members(tx, world, chance, measures)
        progress("Đảng viên", world.members, world.members)
        add_users(tx, world, chance)
        open_accounts(tx, world)
    with store.transaction() as tx:
        add_pupils(tx, world, chance, measures, progress)
        prepare_admissions(tx, world)
        keep_schedules(tx, world)
        fill_pool(tx, world, chance)
    if cases:
        run_cases(store, world, chance, measures, progress)
        hand_over(store, world, measures)
        with store.transaction() as tx:
            open_helper(tx, world)
            open_students(tx, world)
    return world
