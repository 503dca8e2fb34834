"""Keys and sealed fields: what they open, what they refuse, what reading leaves behind."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.database import open_engine
from engine.errors import NotFound, Unavailable
from engine.records import personal, read_log
from engine.registry import Registry
from engine.secrets import Keys, erase_subject, look_up, reveal, seal, unseal, write_personal
from engine.transactions import Store

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NUMBER = "024305000123"


@pytest.fixture
def store(make_store: Callable[[Registry], Store]) -> Store:
    return make_store(Registry())


def read(store: Store, subject: int, *fields: str) -> dict[str, str]:
    with store.transaction() as tx:
        return reveal(tx, "student", subject, fields, by=7, purpose="thẩm tra lý lịch", now=NOW)


def test_a_sealed_field_comes_back_and_stands_nowhere_in_plain(store: Store) -> None:
    with store.transaction() as tx:
        write_personal(tx, "student", 1, {"identity_number": NUMBER, "phone": "0912 345 678"})
        write_personal(tx, "student", 2, {"identity_number": NUMBER})
        sealed = tx.execute(select(personal.c.sealed)).scalars().all()
    assert len(set(sealed)) == 3, "the same value is sealed differently each time"
    assert not any(NUMBER.encode() in one for one in sealed)
    assert read(store, 1, "identity_number", "address") == {"identity_number": NUMBER}


def test_writing_again_replaces_and_none_removes(store: Store) -> None:
    with store.transaction() as tx:
        write_personal(tx, "student", 1, {"phone": "1", "address": "Bắc Ninh"})
        write_personal(tx, "student", 1, {"phone": "2", "address": None})
    assert read(store, 1, "phone", "address") == {"phone": "2"}


def test_each_reading_leaves_a_row_who_what_why_when_even_of_nothing(store: Store) -> None:
    read(store, 5, "phone")
    with store.transaction(writing=False) as tx:
        [row] = tx.execute(select(read_log)).all()
    assert (row.subject_kind, row.subject_id, row.fields, row.by) == ("student", 5, ["phone"], 7)
    assert (row.purpose, row.at) == ("thẩm tra lý lịch", NOW)


def test_a_reading_transaction_cannot_reveal(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction(writing=False) as tx:
        reveal(tx, "student", 1, ["phone"], by=7, purpose="x", now=NOW)


def test_a_value_is_found_by_its_blind_index_only_where_that_was_asked_for(store: Store) -> None:
    with store.transaction() as tx:
        write_personal(
            tx, "student", 1, {"identity_number": NUMBER, "phone": "09"}, look_up=["identity_number"]
        )
        assert look_up(tx, "student", "identity_number", f" {NUMBER}") == [1]
        assert look_up(tx, "student", "identity_number", "024305000124") == []
        assert look_up(tx, "student", "phone", "09") == []
        assert look_up(tx, "member", "identity_number", NUMBER) == []


def test_an_erased_subject_can_never_be_read_or_written_again(store: Store) -> None:
    with store.transaction() as tx:
        write_personal(tx, "student", 1, {"phone": "1"}, look_up=["phone"])
        kept = tx.execute(select(personal)).one()._mapping
        erase_subject(tx, "student", 1, now=NOW)
        erase_subject(tx, "student", 2, now=NOW)
        assert look_up(tx, "student", "phone", "1") == []
        for subject in (1, 2):
            with pytest.raises(NotFound, match="xóa vĩnh viễn"):
                write_personal(tx, "student", subject, {"phone": "2"})
    with store.transaction() as tx:
        tx.execute(personal.insert(), dict(kept))  # as from an old backup of the fields
    with pytest.raises(NotFound, match="xóa vĩnh viễn"):
        read(store, 1, "phone")


def test_a_field_moved_to_another_subject_does_not_open(store: Store) -> None:
    with store.transaction() as tx:
        write_personal(tx, "student", 1, {"phone": "1"})
        write_personal(tx, "student", 2, {"phone": "2"})
        stolen = tx.execute(select(personal.c.sealed).where(personal.c.subject_id == 1)).scalar_one()
        tx.execute(personal.update().where(personal.c.subject_id == 2).values(sealed=stolen))
    with pytest.raises(Unavailable, match="không mở được"):
        read(store, 2, "phone")


def test_sealing_is_bound_to_its_owner_and_key() -> None:
    sealed = seal(bytes(32), b"plain", b"owner")
    assert unseal(bytes(32), sealed, b"owner") == b"plain"
    for key, owner in [(bytes(31) + b"1", b"owner"), (bytes(32), b"other")]:
        with pytest.raises(Unavailable):
            unseal(key, sealed, owner)


def test_a_key_file_is_made_once_closed_to_others_and_outside_of_the_data(tmp_path: Path) -> None:
    data, place = tmp_path / "var", tmp_path / "etc" / "ketnap.key"
    keys, new = Keys.load_or_create(place, data_folder=data)
    assert new and place.stat().st_mode & 0o777 == 0o600
    again, new = Keys.load_or_create(place, data_folder=data)
    assert not new and again.master == keys.master
    with pytest.raises(Unavailable, match="không được nằm trong thư mục dữ liệu"):
        Keys.create(data / "ketnap.key", data_folder=data)
    with pytest.raises(FileExistsError):
        Keys.create(place)


def test_a_key_file_that_others_can_read_is_refused_with_the_command_that_helps(tmp_path: Path) -> None:
    place = tmp_path / "ketnap.key"
    Keys.create(place)
    os.chmod(place, 0o640)
    with pytest.raises(Unavailable, match=f"chmod 600 {place}"):
        Keys.load(place)


@pytest.mark.parametrize(
    "content", ["", "ketnap key 1\n", "ketnap key 1\nAAAA BBBB\n", "something else\n", "ketnap key 2\nAAAA"]
)
def test_a_damaged_key_file_is_refused(tmp_path: Path, content: str) -> None:
    place = tmp_path / "ketnap.key"
    place.touch(0o600)
    place.write_text(content)
    with pytest.raises(Unavailable, match="phiếu khôi phục"):
        Keys.load(place)


def test_a_missing_key_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="Không có tệp khóa"):
        Keys.load(tmp_path / "none.key")


def test_the_recovery_sheet_gives_the_key_back_even_typed_badly_and_a_wrong_one_is_refused() -> None:
    keys = Keys(os.urandom(32))
    sheet = keys.recovery_sheet("var/ketnap.db")
    groups = " ".join(line for line in sheet.splitlines() if line.startswith("    "))
    assert Keys.from_recovery(groups.lower().replace(" ", "  ")).master == keys.master
    assert keys.fingerprint in sheet and keys.master.hex() not in repr(keys)
    letters = groups.split()
    letters[0], letters[1] = letters[1], letters[0]
    if letters[0] != letters[1]:
        with pytest.raises(Unavailable, match="so lại từng nhóm"):
            Keys.from_recovery(" ".join(letters))


def test_the_file_of_the_database_shows_nothing_and_opens_with_its_key_only(tmp_path: Path) -> None:
    path, keys = tmp_path / "ketnap.db", Keys(os.urandom(32))
    engine = open_engine(f"sqlite:///{path}", keys.database, create=True)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (text TEXT)")
        connection.exec_driver_sql("INSERT INTO note VALUES ('Nguyễn Văn An')")
    engine.dispose()
    assert b"SQLite format" not in path.read_bytes() and "Nguyễn".encode() not in path.read_bytes()
    with pytest.raises(Unavailable, match="Khóa không mở được"):
        open_engine(f"sqlite:///{path}", os.urandom(32))
    with pytest.raises(Unavailable, match="Khóa không mở được"):
        open_engine(f"sqlite:///{path}")
