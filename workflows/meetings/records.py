"""Planned meetings, who stands on the agenda, who came. The votes themselves are rows of admission.

`meeting` of admission is the attendance that votes rest on; a planned meeting agrees with it once it is held.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    text,
)

from engine.records import Id, Instant, metadata

planned_meeting = Table(
    "planned_meeting",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("body", String(20), nullable=False),
    Column("branch", String(60), nullable=False),  # the class of a class union, empty for other bodies
    Column("kind", String(20), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("starts_at", String(5)),
    Column("place", String(200)),
    Column("status", String(12), nullable=False),
    Column("cancelled_because", String(20)),
    Column("chaired_by", String(120)),
    Column("written_by", String(120)),  # who kept the minutes
    Column("minutes_number", String(60)),
    Column("members", Integer),
    Column("exempt_absent", Integer),
    Column("away", Integer),
    Column("present", Integer),
    Column("by", Id),
    Column("recorded_at", Instant, nullable=False),
    Column("held_by", Id),
    Column("request_key", String(64)),
    CheckConstraint("status IN ('planned','held','cancelled')", name="planned_meeting_status"),
    CheckConstraint(
        "(status = 'cancelled') = (cancelled_because IS NOT NULL)", name="planned_meeting_cancelled"
    ),
    CheckConstraint(
        "body IN ('cell','plenum','standing','union_exec','union_branch')", name="planned_meeting_body"
    ),
    CheckConstraint("branch = '' OR body = 'union_branch'", name="planned_meeting_branch"),
    CheckConstraint("kind IN ('regular','thematic','extraordinary')", name="planned_meeting_kind"),
    CheckConstraint(
        "present IS NULL OR (members >= 0 AND exempt_absent >= 0 AND away >= 0 AND present >= 0"
        " AND present <= members - exempt_absent - away)",
        name="planned_meeting_present",
    ),
    CheckConstraint("status <> 'held' OR present IS NOT NULL", name="planned_meeting_held"),
    Index("ix_planned_meeting_day", "organisation_id", "on_day"),
    sqlite_autoincrement=True,
)
_stands = text("status <> 'cancelled'")
Index(
    "ux_planned_meeting_once",
    planned_meeting.c.organisation_id,
    planned_meeting.c.body,
    planned_meeting.c.branch,
    planned_meeting.c.on_day,
    unique=True,
    sqlite_where=_stands,
    postgresql_where=_stands,
)
_keyed = text("request_key IS NOT NULL")
Index(
    "ux_planned_meeting_request",
    planned_meeting.c.request_key,
    unique=True,
    sqlite_where=_keyed,
    postgresql_where=_keyed,
)

# The order of people is set by the cell: `rank` counts from 1 as the secretary wrote it.
agenda_item = Table(
    "agenda_item",
    metadata,
    Column("planned_meeting_id", ForeignKey("planned_meeting.id"), primary_key=True),
    Column("case_id", ForeignKey("case.id"), primary_key=True),
    Column("element", String(60), primary_key=True),
    Column("rank", Integer, nullable=False),
    CheckConstraint("rank > 0", name="agenda_item_rank"),
    Index("ix_agenda_item_case", "case_id", "element"),
)

# Who of the roll came, and why not, from a closed list: no free words about a person.
meeting_attendance = Table(
    "meeting_attendance",
    metadata,
    Column("planned_meeting_id", ForeignKey("planned_meeting.id"), primary_key=True),
    Column("member_id", ForeignKey("member.id"), primary_key=True),
    Column("status", String(12), nullable=False),  # on the roll of the day
    Column("came", String(12), nullable=False),
    CheckConstraint(
        "status IN ('official','probationary','exempt','away')", name="meeting_attendance_status"
    ),
    CheckConstraint(
        "came IN ('present','exempt','away','ill','work','family','study','unknown')",
        name="meeting_attendance_came",
    ),
)
