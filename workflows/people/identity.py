"""Personal fields of students: sealed one by one or in bulk, found by blind index, shown masked.

A list of thirty thousand is sealed with two statements a thousand students; `engine.secrets` reads it back
like any other field.
"""

import os
from collections.abc import Mapping, Sequence

from sqlalchemy import Table, bindparam, delete, insert, select, text, tuple_, update

from engine.records import personal, subject_key
from engine.secrets import seal, write_personal
from engine.transactions import Transaction
from workflows.people.records import PlainBytes, student

KIND = "student"
IDENTITY = "identity_number"
# Sealed fields of a student; for these an equal value can be recognised without opening it.
COMPARED = (IDENTITY, "address", "phone")
# Bytes go to the drivers as they are: in a list of thirty thousand, wrapping each one shows.
_INSERT_KEY = insert(subject_key).values(
    subject_kind=bindparam("subject_kind"),
    subject_id=bindparam("subject_id"),
    wrapped=bindparam("wrapped", type_=PlainBytes),
)
_INSERT_FIELD = insert(personal).values(
    subject_kind=bindparam("subject_kind"),
    subject_id=bindparam("subject_id"),
    field=bindparam("field"),
    sealed=bindparam("sealed", type_=PlainBytes),
    blind=bindparam("blind", type_=PlainBytes),
)


def index_of(tx: Transaction, number: str) -> bytes:
    """The blind index of an identity number."""
    return tx.keys.blind_index(IDENTITY, number)


def write_student_personal(tx: Transaction, student_id: int, fields: Mapping[str, str | None]) -> None:
    """Seals a student's personal fields; the identity number also gives its index and last three digits."""
    write_personal(tx, KIND, student_id, fields, look_up=[name for name in fields if name in COMPARED])
    if IDENTITY in fields:
        number = fields[IDENTITY]
        values = {
            "identity_index": index_of(tx, number) if number else None,
            "identity_tail": number[-3:] if number else None,
        }
        tx.execute(update(student).where(student.c.id == student_id).values(values))


def find_by_identity(tx: Transaction, number: str) -> int | None:
    """The student at an institution now who has this identity number."""
    query = select(student.c.id).where(
        student.c.identity_index == index_of(tx, number), student.c.left_on.is_(None)
    )
    return tx.execute(query).scalar()


def reserve_ids(tx: Transaction, table: Table, count: int) -> list[int]:
    """Ids for so many new rows, never given before: with them a thousand rows are one statement."""
    if tx.dialect == "postgresql":
        query = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
        return [int(id_) for id_ in tx.execute(query, {"name": table.name, "count": count}).scalars()]
    query = text("SELECT seq FROM sqlite_sequence WHERE name = :name")  # the write lock is held
    last = int(tx.execute(query, {"name": table.name}).scalar() or 0)
    return list(range(last + 1, last + 1 + count))


def seal_new(tx: Transaction, fields_of: Sequence[tuple[int, Mapping[str, str]]]) -> dict[int, bytes]:
    """Seals the fields of students that have none yet, in bulk: (student_id, {field: value}).

    Gives the blind index of each identity number, which the student's own row carries too.
    """
    keys: list[dict[str, object]] = []
    rows: list[dict[str, object]] = []
    indexes: dict[int, bytes] = {}
    for student_id, fields in fields_of:
        if not fields:
            continue
        key = os.urandom(32)
        wrapped = tx.keys.wrap(key, _owner(student_id))
        keys.append({"subject_kind": KIND, "subject_id": student_id, "wrapped": wrapped})
        for name, value in fields.items():
            blind = tx.keys.blind_index(name, value) if name in COMPARED else None
            rows.append(_sealed(key, student_id, name, value, blind))
            if name == IDENTITY and blind is not None:
                indexes[student_id] = blind
    if rows:
        tx.execute(_INSERT_KEY, keys)
        tx.execute(_INSERT_FIELD, rows)
    return indexes


def seal_changed(tx: Transaction, fields_of: Sequence[tuple[int, Mapping[str, str]]]) -> None:
    """Seals changed fields in bulk, replacing earlier values; keys that exist are opened, others made."""
    wrapped = _wrapped(tx, [student_id for student_id, _fields in fields_of])
    seal_new(tx, [(id_, fields) for id_, fields in fields_of if id_ not in wrapped])
    places, rows = [], []
    for student_id, fields in fields_of:
        known = wrapped.get(student_id)
        if known is None:
            continue
        key = tx.keys.unwrap(known, _owner(student_id))
        places += [(KIND, student_id, name) for name in fields]
        for name, value in fields.items():
            blind = tx.keys.blind_index(name, value) if name in COMPARED else None
            rows.append(_sealed(key, student_id, name, value, blind))
    for start in range(0, len(places), 500):
        place = tuple_(personal.c.subject_kind, personal.c.subject_id, personal.c.field)
        tx.execute(delete(personal).where(place.in_(places[start : start + 500])))
    if rows:
        tx.execute(_INSERT_FIELD, rows)


def blinds_of(tx: Transaction, student_ids: Sequence[int]) -> dict[tuple[int, str], bytes]:
    """(student, field) → blind index: enough to see whether a value of a list is the stored one."""
    found: dict[tuple[int, str], bytes] = {}
    for start in range(0, len(student_ids), 500):
        query = select(personal.c.subject_id, personal.c.field, personal.c.blind).where(
            personal.c.subject_kind == KIND,
            personal.c.subject_id.in_(student_ids[start : start + 500]),
            personal.c.blind.is_not(None),
        )
        found |= {(row.subject_id, row.field): row.blind for row in tx.execute(query)}
    return found


def _wrapped(tx: Transaction, student_ids: Sequence[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for start in range(0, len(student_ids), 500):
        query = select(subject_key.c.subject_id, subject_key.c.wrapped).where(
            subject_key.c.subject_kind == KIND,
            subject_key.c.subject_id.in_(student_ids[start : start + 500]),
        )
        found |= {row.subject_id: row.wrapped for row in tx.execute(query)}
    return found


def _sealed(key: bytes, student_id: int, name: str, value: str, blind: bytes | None) -> dict[str, object]:
    return {
        "subject_kind": KIND,
        "subject_id": student_id,
        "field": name,
        "sealed": seal(key, value.encode(), _owner(student_id, name)),
        "blind": blind,
    }


def _owner(student_id: int, field: str = "") -> bytes:
    """What a sealed value is bound to; the same bytes as in `engine.secrets`, a test compares them."""
    return f"{KIND}\0{student_id}\0{field}".encode()
