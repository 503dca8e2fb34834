"""A backup opens with the same key and no other, holds what was committed, and overwrites nothing."""

from pathlib import Path

import pytest
from sqlalchemy import text

from engine.backup import back_up
from engine.database import open_engine
from engine.errors import Unavailable

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))


def made(path: Path) -> None:
    engine = open_engine(f"sqlite:///{path}", KEY, create=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (words TEXT)"))
        connection.execute(text("INSERT INTO note VALUES ('giữ lại')"))
    engine.dispose()


def test_a_backup_holds_what_was_committed_and_opens_with_the_same_key(tmp_path: Path) -> None:
    made(tmp_path / "a.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}", KEY)
    assert back_up(engine, KEY, tmp_path / "b.db") > 0
    copy = open_engine(f"sqlite:///{tmp_path / 'b.db'}", KEY)
    with copy.connect() as connection:
        assert connection.execute(text("SELECT words FROM note")).scalar_one() == "giữ lại"
    copy.dispose()
    with pytest.raises(Unavailable, match="Khóa không mở được"):
        open_engine(f"sqlite:///{tmp_path / 'b.db'}", OTHER)


def test_a_backup_never_writes_over_a_file(tmp_path: Path) -> None:
    made(tmp_path / "a.db")
    (tmp_path / "b.db").write_text("quan trọng")
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}", KEY)
    with pytest.raises(Unavailable, match="không ghi đè"):
        back_up(engine, KEY, tmp_path / "b.db")
    assert (tmp_path / "b.db").read_text() == "quan trọng"
