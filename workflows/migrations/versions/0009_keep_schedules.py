"""Keep schedules: regular meeting days, school years, duties that come back, time given by a superior.

Revision 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

import engine.records

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = engine.records.Instant(timezone=True)


def upgrade() -> None:
    op.create_table(
        "meeting_day",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organisation_id", ID, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("body", sa.String(20), nullable=False),
        sa.Column("day", sa.Integer()),
        sa.Column("weekday", sa.Integer()),
        sa.Column("nth", sa.Integer()),
        sa.Column("moved", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("by_user", ID),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("body IN ('cell','plenum','standing','union_exec')", name="meeting_day_body"),
        sa.CheckConstraint("day BETWEEN 1 AND 31", name="meeting_day_day"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="meeting_day_weekday"),
        sa.CheckConstraint("nth IN (-1, 1, 2, 3, 4)", name="meeting_day_nth"),
        sa.CheckConstraint("(weekday IS NULL) = (nth IS NULL)", name="meeting_day_of_week"),
        sa.CheckConstraint("day IS NULL OR weekday IS NULL", name="meeting_day_one_way"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_meeting_day", "meeting_day", ["organisation_id", "body", "valid_from"])
    op.create_table(
        "school_period",
        sa.Column("id", ID, primary_key=True),
        sa.Column("institution_id", ID, sa.ForeignKey("institution.id")),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("grade", sa.Integer()),
        sa.Column("course", sa.String(40)),
        sa.Column("programme", sa.String(160)),
        sa.Column("by_user", ID),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("withdrawn_by", ID),
        sa.Column("withdrawn_at", INSTANT),
        sa.CheckConstraint("kind IN ('year','term','exam','break','graduation')", name="school_period_kind"),
        sa.CheckConstraint("last_day >= first_day", name="school_period_days"),
        sa.CheckConstraint("kind <> 'graduation' OR last_day = first_day", name="school_period_graduation"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_school_period", "school_period", ["institution_id", "year"])
    op.create_table(
        "duty_done",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organisation_id", ID, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("duty", sa.String(30), nullable=False),
        sa.Column("period", sa.String(12), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("by_user", ID),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("withdrawn_by", ID),
        sa.Column("withdrawn_at", INSTANT),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_duty_done", "duty_done", ["organisation_id", "duty", "period"])
    op.create_table(
        "clock_grant",
        sa.Column("id", ID, primary_key=True),
        sa.Column("clock_id", ID, sa.ForeignKey("clock.id"), nullable=False),
        sa.Column("act_id", ID, sa.ForeignKey("act.id"), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("clock_grant_clock", "clock_grant", ["clock_id"])


def downgrade() -> None:
    op.drop_table("clock_grant")
    op.drop_table("duty_done")
    op.drop_table("school_period")
    op.drop_table("meeting_day")
