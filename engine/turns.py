"""How work in the background gives way to people: by the machine's scheduler, and at SQLite's one write lock.

A worker is a process of lower priority. On SQLite its writing transactions queue at a file beside the
database, so that one worker writes at a time, however many there are; and whoever has written for a while
keeps the others out while it rests: people, who look for the lock every 2 ms (engine.database), find it free.
"""

import fcntl
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from engine.transactions import Store

NICE = 10  # of 19: next to a process that serves pages, a tenth of a core that both want
LOOK = 0.005  # seconds between looks whether another worker's turn is over
PATIENCE = 5.0  # then the file is not waited for: whoever holds it has come to a stop
WORK, REST = 0.025, 0.006  # seconds of writing, then of rest: a person waits no longer than these
LONGEST = 0.2  # seconds of a transaction of many where others can write beside it


def has_one_writer(store: Store) -> bool:
    """Whether a transaction that writes keeps everybody else from writing."""
    return bool(store.engine.dialect.name == "sqlite")


def longest(store: Store) -> float:
    """Seconds after which a transaction that does many things ends: somebody may wait for one of its cases,
    or for the only writer."""
    return WORK if has_one_writer(store) else LONGEST


class Turn:
    """For many transactions one after the other: leaves a gap after some work, where there is one writer.

    Whoever gave way rests with each transaction already (`Queue`).
    """

    WORK, REST = WORK, REST

    def __init__(self, store: Store) -> None:
        self.rests = has_one_writer(store) and not isinstance(store.queue, Queue)
        self.since = time.monotonic()

    def rest(self) -> None:
        if self.rests and time.monotonic() - self.since > self.WORK:
            time.sleep(self.REST)
            self.since = time.monotonic()


class Queue:
    """One writing transaction of all workers of a database at a time; the kernel frees it when one dies."""

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self.threads = threading.Lock()  # the file is locked for the process
        self.written = self.began = 0.0

    def __enter__(self) -> None:
        end = time.monotonic() + PATIENCE
        self.threads.acquire()
        while not self._locked() and time.monotonic() < end:
            time.sleep(LOOK)
        self.began = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self.written += time.monotonic() - self.began
        if self.written > WORK:
            time.sleep(REST)
            self.written = 0.0
        fcntl.flock(self.file, fcntl.LOCK_UN)
        self.threads.release()

    def _locked(self) -> bool:
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def give_way(store: Store) -> None:
    """For a process that works in the background from now on: people's requests come first."""
    with suppress(AttributeError, OSError):  # not on every system, not to everybody
        os.nice(NICE)
    if has_one_writer(store):
        with suppress(OSError):
            store.queue = Queue(Path(f"{store.engine.url.database}-worker"))
