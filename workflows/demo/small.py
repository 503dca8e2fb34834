"""A small world for tests: two schools, one university, sixty students, everybody who acts; in a second."""

from datetime import date

from engine.transactions import Store
from workflows.demo.building import build
from workflows.demo.world import World

TODAY = date(2026, 11, 23)


def small_world(store: Store, *, seed: int = 7, today: date = TODAY, cases: bool = False) -> World:
    """Organisations, members, users and students; with `cases=True` also ten cases over the stages."""
    return build(store, seed=seed, today=today, scale=0.0, cases=cases)
