"""A copy of the embedded database while people work, in one go: the chunked form never ends under writes."""

from pathlib import Path

from sqlalchemy import Engine
from sqlcipher3 import dbapi2

from engine.errors import Text, Unavailable

EXISTS = "Đã có tệp {place}. Bản sao lưu không ghi đè; hãy chọn tên khác."
NOT_EMBEDDED = "Cơ sở dữ liệu này ở trên máy chủ PostgreSQL. Hãy sao lưu bằng pg_dump, và cất riêng tệp khóa."


def back_up(engine: Engine, key: bytes, target: Path) -> int:
    """Copy a SQLite database to a new file that the same key opens; the size in bytes. Never overwrites."""
    if engine.dialect.name != "sqlite":
        raise Unavailable(Text(NOT_EMBEDDED))
    if target.exists():
        raise Unavailable(Text(EXISTS, place=str(target)))
    with engine.connect() as connection:
        source = connection.connection.driver_connection
        copy = dbapi2.connect(str(target))  # type: ignore[attr-defined]
        try:
            copy.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            source.backup(copy)  # type: ignore[union-attr]
        finally:
            copy.close()
    target.chmod(0o600)
    return target.stat().st_size
