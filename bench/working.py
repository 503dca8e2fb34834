"""One worker process of a measurement, as `ketnap worker` is, with a clock of its own.

    python -m bench.working URL MOMENT [JOB…]

It begins at that moment, with these jobs or all that are not a night's sweep, and ends with who began it.
"""

import gc
import logging
import os
import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from engine.database import open_engine
from engine.scheduler import run_worker, until_told_to_end
from engine.secrets import Keys
from engine.transactions import Store
from engine.turns import give_way
from web.commands.serving import worker_jobs
from workflows.admission.registry import build_registry

KEYS = Keys(bytes(range(32)))


def start(url: str, moment: datetime, *jobs: str) -> int:
    """Starts one; gives the number of the process."""
    command = [sys.executable, "-m", "bench.working", url, moment.isoformat(), *jobs]
    return os.posix_spawn(sys.executable, command, os.environ)


def work(url: str, moment: datetime, names: Sequence[str]) -> None:
    logging.disable(logging.WARNING)
    store = Store(open_engine(url, KEYS.database), registry=build_registry(), keys=KEYS)
    gc.freeze()  # as `ketnap worker` does
    give_way(store)
    jobs = [job for job in worker_jobs() if (job.name in names if names else not job.by_day)]
    stop, began = until_told_to_end(), time.monotonic()
    threading.Thread(target=_end_with, args=(os.getppid(), stop), daemon=True).start()
    run_worker(store, jobs, clock=lambda: moment + timedelta(seconds=time.monotonic() - began), stop=stop)


def _end_with(parent: int, stop: threading.Event) -> None:
    """A measurement that was broken off leaves no worker behind."""
    while os.getppid() == parent:
        time.sleep(1)
    stop.set()


if __name__ == "__main__":
    work(sys.argv[1], datetime.fromisoformat(sys.argv[2]), sys.argv[3:])
