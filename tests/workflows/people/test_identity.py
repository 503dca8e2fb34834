"""What is personal is sealed, found by blind index, read only with a trace."""

from sqlalchemy import func, select

from engine.records import personal, read_log
from engine.secrets import look_up, reveal
from engine.transactions import Store
from tests.workflows.people.conftest import NOW
from workflows.demo import School
from workflows.people.identity import find_by_identity, seal_changed, write_student_personal
from workflows.people.records import student


def _reveal(store: Store, student_id: int, *fields: str) -> dict[str, str]:
    with store.transaction() as tx:
        return reveal(tx, "student", student_id, fields, by=1, purpose="kiểm thử", now=NOW)


def test_a_number_sealed_in_bulk_reads_back_like_any_other_and_leaves_a_trace(
    bare_store: Store, school: School
) -> None:
    first, second = school.students[:2]
    assert _reveal(bare_store, first, "identity_number") == {"identity_number": "999000000000"}
    assert _reveal(bare_store, second, "identity_number") == {"identity_number": "999000000001"}
    with bare_store.transaction(writing=False) as tx:
        assert tx.execute(select(func.count()).select_from(read_log)).scalar() == 2
        assert look_up(tx, "student", "identity_number", "999000000001") == [second]


def test_no_row_holds_an_identity_number_in_the_open(bare_store: Store, school: School) -> None:
    with bare_store.transaction(writing=False) as tx:
        sealed = tx.execute(select(personal.c.sealed)).scalars().all()
        tail = tx.execute(select(student.c.identity_tail).where(student.c.id == school.students[1])).scalar()
    assert tail == "001"
    assert not any(b"999000000001" in bytes(value) for value in sealed)


def test_a_student_is_found_by_the_whole_number_only(bare_store: Store, school: School) -> None:
    with bare_store.transaction(writing=False) as tx:
        assert find_by_identity(tx, "999000000001") == school.students[1]
        assert find_by_identity(tx, "999000009999") is None


def test_a_changed_field_replaces_the_sealed_one_and_keeps_the_others(
    bare_store: Store, school: School
) -> None:
    one, other = school.students[:2]
    with bare_store.transaction() as tx:
        seal_changed(tx, [(one, {"phone": "0912000001"}), (other, {"identity_number": "999000000777"})])
        seal_changed(tx, [(one, {"phone": "0912000002"})])
    assert _reveal(bare_store, one, "phone", "identity_number") == {
        "phone": "0912000002",
        "identity_number": "999000000000",
    }
    assert _reveal(bare_store, other, "identity_number") == {"identity_number": "999000000777"}


def test_a_number_written_singly_moves_index_and_tail_along(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        write_student_personal(
            tx, school.students[0], {"identity_number": "999000000888", "address": "Thôn 1"}
        )
        assert find_by_identity(tx, "999000000888") == school.students[0]
        assert find_by_identity(tx, "999000000000") is None
        tail = tx.execute(select(student.c.identity_tail).where(student.c.id == school.students[0])).scalar()
    assert tail == "888"
