"""A database or key that cannot be used: a sentence that says what to do, and nothing half done."""

import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.engine import make_url

from engine import database
from engine.database import check_schema, open_engine
from engine.errors import ModelError, Unavailable
from engine.incidents import incidents
from engine.records import case
from engine.registry import Registry
from engine.secrets import Keys
from engine.transactions import Store
from tests.engine.library import PLEASANT, Facts, Library, open_library


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def test_a_missing_file_is_told_and_not_made(tmp_path: Path, keys: Keys) -> None:
    with pytest.raises(Unavailable, match=r"Không có cơ sở dữ liệu ở .*ketnap.db. Hãy kiểm tra đường dẫn"):
        open_engine(f"sqlite:///{tmp_path}/ketnap.db", keys.database)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_or_of_another_key_is_told(tmp_path: Path, keys: Keys) -> None:
    path = tmp_path / "ketnap.db"
    path.write_bytes(b"this is not a database at all" * 200)
    with pytest.raises(Unavailable, match=r"Khóa không mở được .*phiếu khôi phục"):
        open_engine(f"sqlite:///{path}", keys.database)


def test_a_server_that_is_down_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="Không kết nối được máy chủ"):
        open_engine(f"postgresql+psycopg://ketnap@/ketnap?host={tmp_path}")


def test_a_database_that_does_not_exist_on_the_server_is_told(postgresql_server: str) -> None:
    with pytest.raises(Unavailable, match="Không có cơ sở dữ liệu"):
        open_engine(make_url(postgresql_server).set(database="nothing_here").render_as_string(False))


def test_the_address_that_is_told_hides_its_password(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as told:
        open_engine(f"postgresql+psycopg://ketnap:geheim@/ketnap?host={tmp_path}")
    assert "geheim" not in str(told.value)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [(None, "chưa có bảng"), ("0001", "phiên bản cũ hơn"), ("0009", "phiên bản mới hơn")],
)
def test_tables_of_another_version_are_told(engine: Engine, found: str | None, sentence: str) -> None:
    """The table that names the version says another one for a while, or has another name itself."""
    hide, put_back = (
        ("ALTER TABLE alembic_version RENAME TO hidden", "ALTER TABLE hidden RENAME TO alembic_version")
        if found is None
        else (
            f"UPDATE alembic_version SET version_num = '{found}'",
            "UPDATE alembic_version SET version_num = '0001'",
        )
    )
    with engine.begin() as connection:
        connection.execute(text(hide))
    try:
        if found is not None:
            check_schema(engine, found)
        with pytest.raises(Unavailable, match=sentence):
            check_schema(engine, "0002")
    finally:
        with engine.begin() as connection:
            connection.execute(text(put_back))


def test_a_table_or_column_that_is_not_there_yet_is_told_as_an_old_database(library: Library) -> None:
    for missing in ("SELECT * FROM not_yet_made", "SELECT not_yet_made FROM task"):
        with pytest.raises(Unavailable, match="phiên bản cũ hơn"), library.tx() as tx:
            tx.execute(text(missing))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, database_url: str, keys: Keys) -> Callable[[Registry], Store]:
    """A store that waits a tenth of a second for a lock instead of five."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(
        database, "SETTINGS", database.SETTINGS.replace("lock_timeout=5s", "lock_timeout=100ms")
    )
    return lambda registry: Store(open_engine(database_url, keys.database), registry=registry, keys=keys)


def test_a_database_locked_by_another_is_told_and_reading_goes_on(
    library: Library, impatient: Callable[[Registry], Store]
) -> None:
    opened = library.lend()
    other = Library(impatient(library.facts.registry()), library.facts)
    [row] = library.tasks(opened.id)
    with library.tx() as tx:
        tx.execute(select(case).with_for_update())
        with pytest.raises(Unavailable, match=r"đang bận .* thử lại sau"):
            other.do(row.id, "chosen")
        assert other.tasks(opened.id) == [row]
    assert other.do(row.id, "chosen").case.version == 2
    other.store.engine.dispose()


def test_a_database_that_only_reads_is_told(library: Library, database_url: str) -> None:
    opened = library.lend()
    [row] = library.tasks(opened.id)
    if library.store.engine.dialect.name == "sqlite":
        setting, back = "PRAGMA query_only = ON", "PRAGMA query_only = OFF"
    else:
        setting, back = "SET default_transaction_read_only = on", "SET default_transaction_read_only = off"

    def on_all(statement: str) -> None:
        with library.store.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw
            raw.execute(statement)  # type: ignore[attr-defined]
            if hasattr(raw, "pgconn"):
                raw.commit()

    on_all(setting)
    with pytest.raises(Unavailable, match=r"chỉ đọc được. Hãy cấp quyền ghi"):
        library.do(row.id, "chosen")
    on_all(back)
    assert library.do(row.id, "chosen").case.version == 2


def test_a_full_disk_is_told_and_nothing_is_half_done(tmp_path: Path, keys: Keys) -> None:
    from workflows.tables import metadata

    engine = open_engine(f"sqlite:///{tmp_path}/ketnap.db", keys.database, create=True)
    metadata.create_all(engine)
    facts = Facts()
    library = open_library(Store(engine, registry=facts.registry(), keys=keys), facts)
    opened = library.lend()
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Unavailable, match="đã đầy"):
        for _ in range(50):
            library.do(library.tasks(opened.id)[0].id, "chosen", facts={"long": "x" * 20000})
            raise AssertionError("there was room")
    assert library.case(opened.id) == opened


def test_a_connection_cut_in_the_middle_is_told_and_the_next_act_works(
    library: Library, database_url: str
) -> None:
    if library.store.engine.dialect.name == "sqlite":
        return  # a file has no connection to cut
    opened = library.lend()
    [row] = library.tasks(opened.id)
    with pytest.raises(Unavailable, match="Không kết nối được máy chủ"), library.tx() as tx:
        mine = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with psycopg.connect(plain(database_url), autocommit=True) as killer:
            killer.execute("SELECT pg_terminate_backend(%s)", (mine,))
        tx.execute(select(case))
    assert library.tasks(opened.id) == [row]
    assert library.do(row.id, "chosen").case.version == 2


def test_a_model_that_fails_in_a_step_leaves_the_case_as_it_was_and_an_incident(library: Library) -> None:
    library.facts.services["shelf_state"] = "burnt"  # the decision table knows no such word
    opened = library.lend()
    for element in ("request_book", "pack"):
        library.do(library.task(opened.id, element).id, PLEASANT[element])
    before, [last] = library.case(opened.id), library.tasks(opened.id)
    with pytest.raises(ModelError, match="loan_terms"):
        library.do(last.id, "signed", request_key="once")
    assert (library.case(opened.id), library.tasks(opened.id)) == (before, [last])
    with library.tx(writing=False) as tx:
        [told] = incidents(tx, case_id=opened.id)
    assert told.element == "loan_terms" and "burnt" in told.cause


def test_a_lost_connection_of_one_thread_does_not_touch_another(library: Library) -> None:
    opened = library.lend()
    failures: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(20):
                assert library.case(opened.id).version >= 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    library.walk(opened.id)
    for thread in threads:
        thread.join()
    assert failures == []
