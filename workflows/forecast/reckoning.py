"""The sweep over everybody, once a day: its figures are kept, so that a province is a few hundred rows."""

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import delete, insert

from engine.jobs import Done
from engine.sweeping import told_to_end
from engine.time import day_of
from engine.transactions import Store, Transaction
from workflows.forecast.months import Figures
from workflows.forecast.queries import foreseen, sweep_of
from workflows.forecast.records import forecast_figures

LOOK_UP_EVERY = 1000
Place = tuple[int, int | None]  # a school, and the cell that follows these students


def reckon(store: Store, now: datetime) -> Done:
    """Everybody anew; what was kept stays where the worker is told to end before it is through."""
    today = day_of(now)
    with store.transaction(writing=False) as tx:
        found = figures_of_all(tx, today)
    students = sum(figures.students for figures in (found or {}).values())
    if found is None:
        return Done(left=1)
    with store.transaction() as tx:
        _keep(tx, found, today, now)
    return Done(students)


def figures_of_all(tx: Transaction, today: date) -> dict[Place, Figures] | None:
    """By school and cell, in one pass; None where it was cut off."""
    found: dict[Place, Figures] = defaultdict(Figures)
    for number, one in enumerate(foreseen(tx, sweep_of(tx, today))):
        if number % LOOK_UP_EVERY == 0 and told_to_end():
            return None
        found[one.institution_id, one.cell_id].add(one, today)
    return found


def _keep(tx: Transaction, found: dict[Place, Figures], today: date, now: datetime) -> None:
    rows = [
        {
            "institution_id": institution,
            "cell_id": cell,
            "reckoned_on": today,
            "reckoned_at": now,
            "students": figures.students,
            "pool": figures.pool,
            "cases": figures.cases,
            "figures": figures.as_json(),
        }
        for (institution, cell), figures in found.items()
    ]
    tx.execute(delete(forecast_figures))
    if rows:
        tx.execute(insert(forecast_figures), rows)
