"""Plan meetings.

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

import engine.records

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "planned_meeting",
        sa.Column("id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("body", sa.String(length=20), nullable=False),
        sa.Column("branch", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.String(length=5), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("cancelled_because", sa.String(length=20), nullable=True),
        sa.Column("chaired_by", sa.String(length=120), nullable=True),
        sa.Column("written_by", sa.String(length=120), nullable=True),
        sa.Column("minutes_number", sa.String(length=60), nullable=True),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("exempt_absent", sa.Integer(), nullable=True),
        sa.Column("away", sa.Integer(), nullable=True),
        sa.Column("present", sa.Integer(), nullable=True),
        sa.Column("by", ID, nullable=True),
        sa.Column("recorded_at", engine.records.Instant(), nullable=False),
        sa.Column("held_by", ID, nullable=True),
        sa.Column("request_key", sa.String(length=64), nullable=True),
        sa.CheckConstraint("status IN ('planned','held','cancelled')", name="planned_meeting_status"),
        sa.CheckConstraint(
            "(status = 'cancelled') = (cancelled_because IS NOT NULL)", name="planned_meeting_cancelled"
        ),
        sa.CheckConstraint(
            "body IN ('cell','plenum','standing','union_exec','union_branch')", name="planned_meeting_body"
        ),
        sa.CheckConstraint("branch = '' OR body = 'union_branch'", name="planned_meeting_branch"),
        sa.CheckConstraint("kind IN ('regular','thematic','extraordinary')", name="planned_meeting_kind"),
        sa.CheckConstraint(
            "present IS NULL OR (members >= 0 AND exempt_absent >= 0 AND away >= 0 AND present >= 0"
            " AND present <= members - exempt_absent - away)",
            name="planned_meeting_present",
        ),
        sa.CheckConstraint("status <> 'held' OR present IS NOT NULL", name="planned_meeting_held"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_planned_meeting_day", "planned_meeting", ["organisation_id", "on_day"])
    op.create_index(
        "ux_planned_meeting_once",
        "planned_meeting",
        ["organisation_id", "body", "branch", "on_day"],
        unique=True,
        sqlite_where=sa.text("status <> 'cancelled'"),
        postgresql_where=sa.text("status <> 'cancelled'"),
    )
    op.create_index(
        "ux_planned_meeting_request",
        "planned_meeting",
        ["request_key"],
        unique=True,
        sqlite_where=sa.text("request_key IS NOT NULL"),
        postgresql_where=sa.text("request_key IS NOT NULL"),
    )
    op.create_table(
        "agenda_item",
        sa.Column("planned_meeting_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("element", sa.String(length=60), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.CheckConstraint("rank > 0", name="agenda_item_rank"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["planned_meeting_id"], ["planned_meeting.id"]),
        sa.PrimaryKeyConstraint("planned_meeting_id", "case_id", "element"),
    )
    op.create_index("ix_agenda_item_case", "agenda_item", ["case_id", "element"])
    op.create_table(
        "meeting_attendance",
        sa.Column("planned_meeting_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("came", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "status IN ('official','probationary','exempt','away')", name="meeting_attendance_status"
        ),
        sa.CheckConstraint(
            "came IN ('present','exempt','away','ill','work','family','study','unknown')",
            name="meeting_attendance_came",
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.ForeignKeyConstraint(["planned_meeting_id"], ["planned_meeting.id"]),
        sa.PrimaryKeyConstraint("planned_meeting_id", "member_id"),
    )


def downgrade() -> None:
    op.drop_table("meeting_attendance")
    op.drop_table("agenda_item")
    op.drop_table("planned_meeting")
