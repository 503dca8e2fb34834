"""A process of its own that does loan tasks and may be killed at any moment, or kills itself.

python -m tests.faults.actor URL one TASK_ID KEY inside|before_commit|after_commit
python -m tests.faults.actor URL many SEED          completes tasks, printing each acknowledged one
python -m tests.faults.actor URL timers             fires due timers until none is left
"""

import os
import random
import signal
import sys
from datetime import timedelta

from sqlalchemy import select

from engine import cases
from engine.database import open_engine
from engine.errors import Conflict
from engine.rows import TASK_COLUMNS
from engine.secrets import Keys
from engine.timers import fire_due
from engine.transactions import Store, Transaction
from tests.engine.library import BY, NOW, PLEASANT, TODAY, Facts

KEYS = Keys(bytes(range(32)))  # those of tests/conftest.py, without importing every room


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def open_store(url: str, facts: Facts) -> Store:
    return Store(open_engine(url, KEYS.database), registry=facts.registry(), keys=KEYS)


def complete(tx: Transaction, task_id: int, word: str, key: str) -> None:
    cases.complete_task(tx, task_id, word, on=TODAY, by=BY, now=NOW, request_key=key)


def one(url: str, task_id: int, key: str, point: str) -> None:
    facts = Facts()
    registry = facts.registry()
    if point == "inside":
        registry = type(registry)(
            services={**registry.services, "shelf_state": lambda tx, case, on: die() or "free"},
            dues=registry.dues,
        )
    store = Store(open_engine(url, KEYS.database), registry=registry, keys=KEYS)
    with store.transaction() as tx:
        complete(tx, task_id, "chosen", key)
        if point == "before_commit":
            die()
    if point == "after_commit":
        die()
    print("done", flush=True)


def many(url: str, seed: int) -> None:
    store, chance = open_store(url, Facts()), random.Random(seed)
    while True:
        with store.transaction(writing=False) as tx:
            rows = tx.execute(select(*TASK_COLUMNS)).all()
        if not rows:
            return
        row = chance.choice(rows)
        try:
            with store.transaction() as tx:
                complete(tx, row.id, PLEASANT[row.element], f"task-{row.id}")
        except Conflict:
            continue
        print(f"task-{row.id}", flush=True)


def timers(url: str) -> None:
    store = open_store(url, Facts())
    print("ready", flush=True)
    while fire_due(store, NOW + timedelta(days=400), limit=20).left:
        pass


if __name__ == "__main__":
    url, what, *rest = sys.argv[1:]
    if what == "one":
        one(url, int(rest[0]), rest[1], rest[2])
    elif what == "many":
        many(url, int(rest[0]))
    else:
        timers(url)
