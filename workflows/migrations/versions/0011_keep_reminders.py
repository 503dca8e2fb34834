"""Keep notices, channels and the declared network.

Revision 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

import engine.records

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("outbox_id", ID, nullable=False),
        sa.Column("organisation_id", ID),
        sa.Column("task_id", ID),
        sa.Column("clock_id", ID),
        sa.Column("at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("read_at", engine.records.Instant(timezone=True)),
        sa.Column("mailed_at", engine.records.Instant(timezone=True)),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.UniqueConstraint("user_id", "outbox_id", name="notice_once"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notice_user", "notice", ["user_id", "id"], unique=False)
    for name, column, rows in (
        ("ix_notice_unread", "user_id", "read_at IS NULL"),
        ("ix_notice_task", "task_id", "read_at IS NULL AND task_id IS NOT NULL"),
        ("ix_notice_clock", "clock_id", "read_at IS NULL AND clock_id IS NOT NULL"),
        ("ix_notice_unmailed", "user_id", "read_at IS NULL AND mailed_at IS NULL"),
    ):
        where = sa.text(rows)
        op.create_index(name, "notice", [column], unique=False, sqlite_where=where, postgresql_where=where)

    op.create_index("ix_outbox_case", "outbox", ["case_id"], unique=False)

    op.create_table(
        "channel",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("mail", sa.String(length=10), nullable=False),
        sa.Column("set_at", engine.records.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.CheckConstraint("mail IN ('off', 'digest', 'at_once')", name="channel_mail"),
        sa.PrimaryKeyConstraint("user_id"),
    )

    op.create_table(
        "network_zone",
        sa.Column("id", ID, nullable=False),
        sa.Column("zone", sa.String(length=10), nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", engine.records.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["user_account.id"]),
        sa.CheckConstraint("zone IN ('alone', 'internal', 'connected')", name="network_zone_word"),
        sa.CheckConstraint("zone <> 'alone' OR NOT mail", name="network_zone_alone"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_case", table_name="outbox")
    op.drop_table("network_zone")
    op.drop_table("channel")
    op.drop_table("notice")
