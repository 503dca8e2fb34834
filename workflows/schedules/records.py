"""Tables of what comes back: regular meeting days, the periods of school years, who did a duty when.

No row is changed: a newer one of the same place stands for it, or it is withdrawn and keeps its days.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, text

from engine.records import Id, Instant, metadata

# The latest row of a body that begins on a day stands. Neither day nor weekday: the default of the rules.
meeting_day = Table(
    "meeting_day",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("body", String(20), nullable=False),
    Column("day", Integer),
    Column("weekday", Integer),  # 0 is Monday
    Column("nth", Integer),  # 1..4, -1: the last of the month
    Column("moved", Boolean, nullable=False, server_default=text("true"), default=True),
    Column("valid_from", Date, nullable=False),
    Column("by_user", Id),
    Column("recorded_at", Instant, nullable=False),
    CheckConstraint("body IN ('cell','plenum','standing','union_exec')", name="meeting_day_body"),
    CheckConstraint("day BETWEEN 1 AND 31", name="meeting_day_day"),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="meeting_day_weekday"),
    CheckConstraint("nth IN (-1, 1, 2, 3, 4)", name="meeting_day_nth"),
    CheckConstraint("(weekday IS NULL) = (nth IS NULL)", name="meeting_day_of_week"),
    CheckConstraint("day IS NULL OR weekday IS NULL", name="meeting_day_one_way"),
    Index("ix_meeting_day", "organisation_id", "body", "valid_from"),
    sqlite_autoincrement=True,
)

# `institution_id` NULL: for every school of the province that wrote nothing of the kind for that year.
school_period = Table(
    "school_period",
    metadata,
    Column("id", Id, primary_key=True),
    Column("institution_id", ForeignKey("institution.id")),
    Column("year", Integer, nullable=False),  # in which the school year begins
    Column("kind", String(12), nullable=False),
    Column("name", String(80), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("grade", Integer),
    Column("course", String(40)),
    Column("programme", String(160)),
    Column("by_user", Id),
    Column("recorded_at", Instant, nullable=False),
    Column("withdrawn_by", Id),
    Column("withdrawn_at", Instant),
    CheckConstraint("kind IN ('year','term','exam','break','graduation')", name="school_period_kind"),
    CheckConstraint("last_day >= first_day", name="school_period_days"),
    CheckConstraint("kind <> 'graduation' OR last_day = first_day", name="school_period_graduation"),
    Index("ix_school_period", "institution_id", "year"),
    sqlite_autoincrement=True,
)

# A duty of an organisation done for a period, on which paper; several where a period asks for several.
duty_done = Table(
    "duty_done",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("duty", String(30), nullable=False),
    Column("period", String(12), nullable=False),  # "2026-11", "2026-2027/1", "2026"
    Column("on_day", Date, nullable=False),
    Column("number", String(60), nullable=False),
    Column("by_user", Id),
    Column("recorded_at", Instant, nullable=False),
    Column("withdrawn_by", Id),
    Column("withdrawn_at", Instant),
    Index("ix_duty_done", "organisation_id", "duty", "period"),
    sqlite_autoincrement=True,
)
