"""The calendar table: days that are not what their weekday says, and the version of the whole table."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Index, Integer, String, Table, text

from engine.records import Id, Instant, metadata

# One row a change: the latest version of a day stands. A row is never edited, so a clock that names a
# version can be recounted as it was counted.
calendar_day = Table(
    "calendar_day",
    metadata,
    Column("id", Id, primary_key=True),
    Column("day", Date, nullable=False),
    Column("kind", String(20)),  # holiday | rest | working_saturday; NULL: an ordinary day again
    Column("name", String(120), nullable=False),
    Column("source", String(250), nullable=False),
    Column("forecast", Boolean, nullable=False, server_default=text("false"), default=False),
    Column("version", Integer, nullable=False),
    Column("by_user", Id),
    Column("recorded_at", Instant, nullable=False),
    CheckConstraint("kind IN ('holiday', 'rest', 'working_saturday')", name="calendar_day_kind"),
    CheckConstraint("version > 0", name="calendar_day_version"),
    Index("ux_calendar_day", "day", "version", unique=True),
    Index("ix_calendar_version", "version"),
    sqlite_autoincrement=True,
)
