"""Opens a database, the same way everywhere: SQLite (encrypted build) or PostgreSQL, by URL and key.

Why these settings: WAL and FULL keep an acknowledged act through a power cut; a writing transaction takes the
write lock at once (BEGIN IMMEDIATE), because a deferred one fails at its first write; no `mmap_size`.

SQLite has one write lock and no queue, and who waits for it looks again every 100 ms only. Here one looks
every 2 ms: whoever writes much leaves a gap of a few now and then (engine.turns), and people get in.
"""

import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlcipher3 import dbapi2

from engine.errors import Conflict, Failure, Text, Unavailable

BUSY_SECONDS = 5.0
LOOK = 0.002  # seconds between looks whether the write lock is free
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cache_size=-16384",  # 16 MB: the upper levels of every index stay decrypted
)
SETTINGS = "-c timezone=UTC -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
READING = {"ketnap_reading": True}

MISSING = "Không có cơ sở dữ liệu ở {place}. Hãy kiểm tra đường dẫn, hoặc tạo mới bằng “ketnap db upgrade”."
EMPTY = "Cơ sở dữ liệu chưa có bảng nào. Hãy chạy “ketnap db upgrade”."
TOO_OLD = "Cơ sở dữ liệu thuộc phiên bản cũ hơn chương trình. Hãy sao lưu rồi chạy “ketnap db upgrade”."
TOO_NEW = "Cơ sở dữ liệu thuộc phiên bản mới hơn chương trình. Hãy cài bản chương trình mới nhất."
LOCKED = "Cơ sở dữ liệu đang bận ghi việc khác. Hãy thử lại sau ít phút; nếu vẫn thế, hãy báo quản trị viên."
READ_ONLY = "Cơ sở dữ liệu chỉ đọc được. Hãy cấp quyền ghi cho tệp {place} và thư mục chứa tệp."
WRONG_KEY = "Khóa không mở được cơ sở dữ liệu {place}. Hãy đặt lại đúng tệp khóa, hoặc nhập phiếu khôi phục."
FULL = "Ổ đĩa của cơ sở dữ liệu đã đầy, chưa ghi gì. Hãy giải phóng chỗ trống rồi thử lại."
SERVER_DOWN = (
    "Không kết nối được máy chủ cơ sở dữ liệu {place}. Hãy kiểm tra máy chủ có chạy và địa chỉ có đúng."
)
REFUSED = "Máy chủ cơ sở dữ liệu từ chối tài khoản {place}. Hãy kiểm tra tên và mật khẩu trong địa chỉ."


def _to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


# Functions of a module, not made anew for each engine: psycopg keeps what it is given for ever.
JSON: dict[str, Any] = {"json_serializer": _to_json, "json_deserializer": msgspec.json.decode}


def open_engine(url: str, key: bytes | None = None, *, create: bool = False) -> Engine:
    """An engine for `sqlite:///path` (encrypted with the 32 bytes `key`) or `postgresql+psycopg://…`.

    Raises Unavailable, with a sentence that says what to do, where the database does not open. Only
    `create=True` makes a new SQLite file.
    """
    address = make_url(url)
    sqlite = address.get_backend_name() == "sqlite"
    engine = _open_sqlite(address, key, create) if sqlite else _open_postgresql(address)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    except DBAPIError as error:
        engine.dispose()
        raise failure_of(error, place_of(engine)) or error from error
    return engine


def place_of(engine: Engine) -> str:
    """Where the database is, without its password."""
    return engine.url.database or "" if engine.dialect.name == "sqlite" else engine.url.render_as_string()


def check_schema(engine: Engine, revision: str) -> None:
    """Refuses a database whose tables are not those of this program (`revision`: alembic's head)."""
    if not inspect(engine).has_table("alembic_version"):
        raise Unavailable(Text(EMPTY))
    with engine.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found != revision:
        raise Unavailable(Text(TOO_OLD if found is None or found < revision else TOO_NEW))


def _open_sqlite(url: URL, key: bytes | None, create: bool) -> Engine:
    path = Path(url.database or "")
    if not create and not path.is_file():
        raise Unavailable(Text(MISSING, place=str(path)))
    if path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise Unavailable(Text(READ_ONLY, place=str(path)))
    name = f"file:{quote(str(path.absolute()))}?mode={'rwc' if create else 'rw'}"

    def connect() -> Any:
        # A connection changes threads with the pool, one thread at a time.
        raw = dbapi2.connect(  # type: ignore[attr-defined]
            name, uri=True, timeout=BUSY_SECONDS, check_same_thread=False
        )
        raw.isolation_level = None
        if key is not None:
            raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for pragma in (_patience(BUSY_SECONDS), *PRAGMAS):
            raw.execute("PRAGMA " + pragma)
        return raw

    engine = create_engine(url, module=dbapi2, creator=connect, hide_parameters=True, **JSON)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Straight to the driver: through the library this costs as much as a real statement.
        raw: Any = connection.connection.dbapi_connection
        reading = connection.get_execution_options().get("ketnap_reading")
        try:
            raw.execute("BEGIN") if reading else _begin_writing(raw)
        except dbapi2.Error as error:  # type: ignore[attr-defined]
            raise OperationalError("BEGIN", None, error) from error

    return engine


def _patience(seconds: float) -> str:
    return f"busy_timeout={round(seconds * 1000)}"


def _begin_writing(raw: Any) -> None:
    """Takes the write lock as soon as it is free; gives up as late as the library would."""
    end = time.monotonic() + BUSY_SECONDS
    raw.execute("PRAGMA " + _patience(0))
    try:
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except dbapi2.OperationalError as error:  # type: ignore[attr-defined]
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(LOOK)
            else:
                return
    finally:
        raw.execute("PRAGMA " + _patience(BUSY_SECONDS))


def _open_postgresql(url: URL) -> Engine:
    engine = create_engine(
        url,
        pool_pre_ping=True,  # a server that was started anew costs one ping, not one failed act
        connect_args={"options": SETTINGS, "connect_timeout": round(BUSY_SECONDS)},
        hide_parameters=True,
        **JSON,
    )
    event.listen(engine, "handle_error", _without_values)
    return engine


def _without_values(context: ExceptionContext) -> None:
    """The first sentence alone: details repeat whole rows, and errors go into logs and incidents."""
    said, ours = context.original_exception, context.sqlalchemy_exception
    first = getattr(getattr(said, "diag", None), "message_primary", None)
    if first and ours is not None:
        said.args = (first,)
        ours.args = (f"({type(said).__module__}.{type(said).__name__}) {first}",)


def failure_of(error: DBAPIError, place: str) -> Failure | None:
    """The failure, in the user's words, that a driver's error means; None for a mistake of ours."""
    if isinstance(error, IntegrityError):
        return None
    state = getattr(error.orig, "sqlstate", None)
    message = str(error.orig)
    if state in ("40001", "40P01"):  # serialisation failure, deadlock: somebody else was first
        return Conflict()
    for states, words, sentence in _SIGNS:
        if state in states or any(word in message for word in words):
            return Unavailable(Text(sentence, place=place) if "{place}" in sentence else Text(sentence))
    if error.connection_invalidated or (state or "").startswith(("08", "57P")):
        return Unavailable(Text(SERVER_DOWN, place=place))
    return None


_SIGNS: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (("55P03",), ("database is locked", "database table is locked"), LOCKED),
    (("25006",), ("readonly database",), READ_ONLY),
    ((), ("file is not a database", "file is encrypted", "hmac check failed"), WRONG_KEY),
    (("42P01", "42703"), ("no such table", "no such column", "has no column named"), TOO_OLD),
    (("53100",), ("disk is full",), FULL),
    ((), ("unable to open database file",), MISSING),
    (("28P01", "28000"), ("password authentication failed", "no password supplied", 'role "'), REFUSED),
    (("3D000",), ("does not exist",), MISSING),
    ((), ("connection failed", "connection is bad", "onnection refused", "connection timeout"), SERVER_DOWN),
)
