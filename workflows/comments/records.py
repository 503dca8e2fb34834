"""The table of comments: who, where, when; the words lie sealed under the student's own key."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint

from engine.records import Id, Instant, metadata

# `task_id` has no foreign key: the task's row goes when it is done, the comment stays.
comment = Table(
    "comment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", ForeignKey("case.id"), nullable=False),
    Column("task_id", Id),
    Column("element", String(60)),  # the step that it was written at
    Column("organisation_id", ForeignKey("organisation.id")),  # for which its writer spoke
    Column("by", Id, nullable=False),
    Column("at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    Column("request_key", String(80)),
    UniqueConstraint("by", "request_key", name="comment_once"),
    Index("comment_case", "case_id", "id"),
    sqlite_autoincrement=True,
)
