"""Tables of what students ask: a correction of their data, a paper handed in; and the erasing of a person.

What is personal in them (the new value, its evidence, a reason) is sealed under the student's own key.
"""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, String, Table, text

from engine.records import Id, Instant, metadata

# `correction.<id>.value`, `.evidence` and `.reason` are sealed.
correction = Table(
    "correction",
    metadata,
    Column("id", Id, primary_key=True),
    Column("student_id", ForeignKey("student.id"), nullable=False),
    Column("field", String(30), nullable=False),  # one of corrections.FIELDS
    Column("asked_by", ForeignKey("user_account.id"), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("decision", String(10)),  # accepted | refused | taken_back; NULL: waits
    Column("decided_by", ForeignKey("user_account.id")),
    Column("decided_at", Instant),
    CheckConstraint("decision IN ('accepted', 'refused', 'taken_back')", name="correction_decision"),
    CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="correction_decided"),
    Index("ix_correction_student", "student_id"),
    sqlite_autoincrement=True,
)
_waits = text("decision IS NULL")
Index(
    "ux_correction_waits",
    correction.c.student_id,
    correction.c.field,
    unique=True,
    sqlite_where=_waits,
    postgresql_where=_waits,
)

# The person says that a paper is written; the cell records the act itself when it holds the paper.
handed_in = Table(
    "handed_in",
    metadata,
    Column("id", Id, primary_key=True),
    Column("task_id", Id, nullable=False, unique=True),  # no foreign key: a task's row goes when it is done
    Column("case_id", ForeignKey("case.id"), nullable=False, index=True),
    Column("element", String(60), nullable=False),
    Column("on_day", Date, nullable=False),  # the day on the paper
    Column("by", ForeignKey("user_account.id"), nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

# Erasing destroys the key of a person for good: asked by one, approved by another.
erasure = Table(
    "erasure",
    metadata,
    Column("id", Id, primary_key=True),
    Column("student_id", ForeignKey("student.id"), nullable=False),
    Column("ground", String(20), nullable=False),  # own_request | no_longer_needed
    Column("paper", String(80), nullable=False),  # number or place of the signed paper
    Column("asked_by", ForeignKey("user_account.id"), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("decision", String(10)),  # approved | refused; NULL: waits
    Column("decided_by", ForeignKey("user_account.id")),
    Column("decided_at", Instant),
    CheckConstraint("ground IN ('own_request', 'no_longer_needed')", name="erasure_ground"),
    CheckConstraint("decision IN ('approved', 'refused')", name="erasure_decision"),
    CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="erasure_decided"),
    CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="erasure_two_persons"),
    sqlite_autoincrement=True,
)
Index(
    "ux_erasure_waits",
    erasure.c.student_id,
    unique=True,
    sqlite_where=_waits,
    postgresql_where=_waits,
)
