"""Takes a list of thirty thousand over in a process of its own and prints what it cost, as JSON.

Run by `test_long_list.py`, and by hand: python -m tests.workflows.imports.long_list FILE.xlsx FOLDER
"""

import json
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

from engine.database import open_engine
from engine.registry import Registry
from engine.secrets import Keys
from engine.transactions import Store
from workflows.imports import read, take_over
from workflows.organisations.records import institution
from workflows.tables import metadata

ON = date(2026, 11, 23)


def main(file: Path, folder: Path) -> None:
    keys = Keys(bytes(range(32)))
    engine = open_engine(f"sqlite:///{folder / 'long.db'}", keys.database, create=True)
    metadata.create_all(engine)
    store = Store(engine, registry=Registry(), keys=keys)
    row = {"name": "Trường THPT Minh họa Dài", "name_key": "dai", "kind": "high_school"}
    with store.transaction() as tx:
        school = tx.insert(institution, row)
    data = file.read_bytes()
    cpu, clock = time.process_time(), time.perf_counter()
    with store.transaction() as tx:
        report = take_over(
            tx, school, read(data, file.name), on=ON, by=None, now=datetime(2026, 11, 23, 3, tzinfo=UTC)
        )
    cost = {"cpu": time.process_time() - cpu, "seconds": time.perf_counter() - clock}
    with store.transaction() as tx:
        again = take_over(
            tx, school, read(data, file.name), on=ON, by=None, now=datetime(2026, 11, 23, 4, tzinfo=UTC)
        )
    print(json.dumps({**cost, "megabytes": most_memory(), "first": report.counts, "again": again.counts}))


def most_memory() -> float:
    """Megabytes at the highest. Not `ru_maxrss`: that begins with what the starting process had."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
