"""Students come singly or in bulk, change, leave with a reason; results stay by term."""

from datetime import date

import pytest
from sqlalchemy import select

from engine.errors import Conflict, InvalidAnswers, NotFound
from engine.transactions import Store
from workflows.demo import School
from workflows.people.records import result, student
from workflows.people.students import (
    add_student,
    add_students,
    change_students,
    record_results,
    student_left,
)


def test_students_added_in_bulk_get_their_ids_in_order(bare_store: Store, school: School) -> None:
    drafts = [
        {"full_name": f"Lê Văn {word}", "birth_date": date(2009, 1, 1), "code": f"X{word}"}
        for word in ("An", "Bình", "Cường", "Dũng")
    ]
    with bare_store.transaction() as tx:
        ids = add_students(tx, school.institution_id, drafts)
        codes = [tx.execute(select(student.c.code).where(student.c.id == id_)).scalar() for id_ in ids]
    assert codes == ["XAn", "XBình", "XCường", "XDũng"]


def test_a_changed_name_changes_both_keys(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        one = add_student(tx, school.institution_id, "Lê Văn An", date(2009, 1, 1), class_name="12A1")
        change_students(tx, [(one, {"full_name": "Đỗ Thị Ơn", "class_name": "12A2"})])
        row = tx.execute(select(student).where(student.c.id == one)).one()
    assert (row.family_name, row.search_key, row.class_name) == ("Đỗ", "do thi on", "12A2")


def test_a_student_leaves_once_and_with_a_reason(bare_store: Store, school: School) -> None:
    one = school.students[0]
    with bare_store.transaction() as tx:
        with pytest.raises(InvalidAnswers):
            student_left(tx, one, on=date(2026, 11, 1), reason="bored")
        student_left(tx, one, on=date(2026, 11, 1), reason="transferred")
        with pytest.raises(Conflict):
            student_left(tx, one, on=date(2026, 11, 2), reason="graduated")
        with pytest.raises(NotFound):
            student_left(tx, 10**6, on=date(2026, 11, 2), reason="graduated")


def test_a_code_is_free_again_when_its_student_has_left(bare_store: Store, school: School) -> None:
    with bare_store.transaction() as tx:
        one = add_student(tx, school.institution_id, "Lê An", date(2009, 1, 1), code="X1")
        student_left(tx, one, on=date(2026, 11, 1), reason="graduated")
        add_student(tx, school.institution_id, "Lê Bình", date(2009, 1, 1), code="X1")
    with pytest.raises(Conflict), bare_store.transaction() as tx:
        add_student(tx, school.institution_id, "Lê Chi", date(2009, 1, 1), code="X1")


def test_a_later_result_replaces_the_earlier_and_half_a_result_keeps_the_other_half(
    bare_store: Store, school: School
) -> None:
    one = school.students[0]
    with bare_store.transaction() as tx:
        record_results(tx, [(one, "2026-2027/1", "good", "excellent")])
        record_results(tx, [(one, "2026-2027/1", "excellent", None)])
        row = tx.execute(
            select(result).where(result.c.student_id == one, result.c.term == "2026-2027/1")
        ).one()
        assert (row.study, row.conduct) == ("excellent", "excellent")
        with pytest.raises(InvalidAnswers):
            record_results(tx, [(one, "2026-2027/1", "8.5", None)])
