"""Students of schools, colleges and universities: added singly or in bulk, changed, left; their results."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.errors import Conflict, InvalidAnswers, NotFound, Text
from engine.transactions import Transaction
from workflows.people.identity import IDENTITY, reserve_ids, seal_new
from workflows.people.names import search_key, sort_key, split_name
from workflows.people.records import result, student
from workflows.people.words import CONDUCT, STUDENT_LEAVING, STUDY

# What a school list may say about a student in plain columns; the name is given whole as `full_name`.
ROLL_FIELDS = (
    "code",
    "birth_date",
    "gender",
    "class_name",
    "course",
    "programme",
    "grade",
    "entered_on",
    "graduation_on",
    "commune_code",
    "union_member",
    "union_joined_on",
    "cell_id",
)


def name_columns(full_name: str) -> dict[str, Any]:
    """The three parts of a name with its two keys, as columns."""
    name = split_name(full_name)
    return {
        "family_name": name.family,
        "middle_name": name.middle,
        "given_name": name.given,
        "sort_key": sort_key(name),
        "search_key": search_key(name.full),
    }


def add_student(tx: Transaction, institution_id: int, full_name: str, birth_date: date, **fields: Any) -> int:
    """One student; `fields` as in ROLL_FIELDS, `personal` for what is to be sealed."""
    draft = {"full_name": full_name, "birth_date": birth_date, **fields}
    return add_students(tx, institution_id, [draft])[0]


def add_students(tx: Transaction, institution_id: int, drafts: Sequence[Mapping[str, Any]]) -> list[int]:
    """Many students at once, ids in the order given. `personal` of a draft: {field: value}, to be sealed."""
    if not drafts:
        return []
    ids = reserve_ids(tx, student, len(drafts))
    sealed = [draft.get("personal") or {} for draft in drafts]
    indexes = seal_new(tx, list(zip(ids, sealed, strict=True)))
    rows = [
        {"id": id_, "institution_id": institution_id, **_columns(draft, indexes.get(id_))}
        for id_, draft in zip(ids, drafts, strict=True)
    ]
    tx.execute(insert(student), rows)
    return ids


def _columns(draft: Mapping[str, Any], index: bytes | None) -> dict[str, Any]:
    number = (draft.get("personal") or {}).get(IDENTITY)
    return {
        **name_columns(draft["full_name"]),
        **{field: draft.get(field) for field in ROLL_FIELDS},
        "identity_index": index,
        "identity_tail": number[-3:] if number else None,
    }


def change_students(tx: Transaction, changes: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Many changed students; columns as in ROLL_FIELDS, `full_name`, `identity_index`, `identity_tail`."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for student_id, fields in changes:
        columns = dict(fields)
        if "full_name" in columns:
            columns |= name_columns(columns.pop("full_name"))
        if columns:
            alike.setdefault(tuple(sorted(columns)), []).append({"student": student_id, **columns})
    for names, rows in alike.items():
        statement = update(student).where(student.c.id == bindparam("student"))
        tx.execute(statement.values({name: bindparam(name) for name in names}), rows)


def student_left(tx: Transaction, student_id: int, *, on: date, reason: str) -> None:
    """The student leaves the institution. Raises InvalidAnswers, NotFound, Conflict (left before)."""
    if reason not in STUDENT_LEAVING:
        raise InvalidAnswers({"reason": [Text("Lý do rời trường không hợp lệ.")]})
    left = tx.execute(
        update(student)
        .where(student.c.id == student_id, student.c.left_on.is_(None))
        .values(left_on=on, left_reason=reason)
    )
    if left.rowcount == 0:
        if tx.execute(select(student.c.id).where(student.c.id == student_id)).scalar() is None:
            raise NotFound()
        raise Conflict(Text("Học sinh, sinh viên này đã được ghi là rời trường."))


def record_results(tx: Transaction, lines: Iterable[tuple[int, str, str | None, str | None]]) -> None:
    """Results by term: (student, term "2025-2026/1", study, conduct); the latest entry stands."""
    rows = [
        {"student_id": student_id, "term": term, "study": study, "conduct": conduct}
        for student_id, term, study, conduct in lines
    ]
    for row in rows:
        if row["study"] not in {None, *STUDY} or row["conduct"] not in {None, *CONDUCT}:
            raise InvalidAnswers({"study": [Text("Kết quả học tập hoặc rèn luyện không hợp lệ.")]})
    if not rows:
        return
    dialect = postgresql if tx.dialect == "postgresql" else sqlite
    statement = dialect.insert(result)
    excluded = statement.excluded
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["student_id", "term"],
            set_={
                "study": func.coalesce(excluded.study, result.c.study),
                "conduct": func.coalesce(excluded.conduct, result.c.conduct),
            },
        ),
        rows,
    )
