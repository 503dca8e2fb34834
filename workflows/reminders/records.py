"""Tables of messages as people meet them: each person's notices, the channels chosen, the declared network.

The message itself is a row of the engine's `outbox`; a notice is one person's sight of it.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    text,
)

from engine.records import Id, Instant, metadata

notice = Table(
    "notice",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", ForeignKey("user_account.id"), nullable=False),
    Column("outbox_id", ForeignKey("outbox.id"), nullable=False),
    Column("organisation_id", ForeignKey("organisation.id")),  # told through it; NULL: to the person alone
    Column("task_id", Id),  # once the task is done, nobody needs to read about it
    Column("clock_id", Id),  # a later notice of the same deadline takes the place of an unread one
    Column("topic", String(60)),  # what it is about where that is no clock: a later one takes its place too
    Column("student_id", Id),  # whom it is about where that is no case: once nobody follows them, it is over
    Column("at", Instant, nullable=False),
    Column("read_at", Instant),
    Column("mailed_at", Instant),  # an e-mail has counted it
    UniqueConstraint("user_id", "outbox_id", name="notice_once"),
    Index("ix_notice_user", "user_id", "id"),
    sqlite_autoincrement=True,
)
_unread = text("read_at IS NULL")
Index("ix_notice_unread", notice.c.user_id, sqlite_where=_unread, postgresql_where=_unread)
_of_task = text("read_at IS NULL AND task_id IS NOT NULL")
Index("ix_notice_task", notice.c.task_id, sqlite_where=_of_task, postgresql_where=_of_task)
_of_clock = text("read_at IS NULL AND clock_id IS NOT NULL")
Index("ix_notice_clock", notice.c.clock_id, sqlite_where=_of_clock, postgresql_where=_of_clock)
_of_topic = text("read_at IS NULL AND topic IS NOT NULL")
Index("ix_notice_topic", notice.c.topic, notice.c.user_id, sqlite_where=_of_topic, postgresql_where=_of_topic)
_of_student = text("read_at IS NULL AND student_id IS NOT NULL")
Index("ix_notice_student", notice.c.student_id, sqlite_where=_of_student, postgresql_where=_of_student)
_unmailed = text("read_at IS NULL AND mailed_at IS NULL")
Index("ix_notice_unmailed", notice.c.user_id, sqlite_where=_unmailed, postgresql_where=_unmailed)

# How a person wants to be told beside the notices; without a row it is the digest.
channel = Table(
    "channel",
    metadata,
    Column("user_id", ForeignKey("user_account.id"), primary_key=True, autoincrement=False),
    Column("mail", String(10), nullable=False),
    Column("set_at", Instant, nullable=False),
    CheckConstraint("mail IN ('off', 'digest', 'at_once')", name="channel_mail"),
)

# What the administrator declared about the network; the latest row holds, none means "nothing leaves".
network_zone = Table(
    "network_zone",
    metadata,
    Column("id", Id, primary_key=True),
    Column("zone", String(10), nullable=False),
    Column("mail", Boolean, nullable=False),
    Column("by", ForeignKey("user_account.id"), nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint("zone IN ('alone', 'internal', 'connected')", name="network_zone_word"),
    CheckConstraint("zone <> 'alone' OR NOT mail", name="network_zone_alone"),
    sqlite_autoincrement=True,
)
