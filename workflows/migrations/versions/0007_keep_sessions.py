"""Keep sessions, slips that expire, and since when a second factor is asked for.

Revision 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

import engine.records

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = engine.records.Instant(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("user_account") as table:
        table.add_column(
            sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(sa.Column("slip_expires_at", INSTANT, nullable=True))
        table.add_column(sa.Column("second_factor_asked_at", INSTANT, nullable=True))
    op.create_table(
        "session",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_session_user", "session", ["user_id"])
    op.create_index("ix_session_begun", "session", ["begun_at"])


def downgrade() -> None:
    op.drop_table("session")
    with op.batch_alter_table("user_account") as table:
        table.drop_column("second_factor_asked_at")
        table.drop_column("slip_expires_at")
        table.drop_column("must_change_password")
