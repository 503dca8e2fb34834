"""Keep the sandbox: its mark and day, the moves of the day, the days on the way.

Revision 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

import engine.records
from workflows.sandbox.records import guards

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = engine.records.Instant(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sandbox",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.CheckConstraint("id = 1", name="sandbox_is_one"),
        sa.CheckConstraint("day >= began_on", name="sandbox_goes_forward"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sandbox_move",
        sa.Column("id", ID, nullable=False),
        sa.Column("sandbox_id", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("reached", sa.Date(), nullable=False),
        sa.Column("by", ID, nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("stopped", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint("to_day > from_day", name="sandbox_move_forward"),
        sa.CheckConstraint("reached >= from_day AND reached <= to_day", name="sandbox_move_reached"),
        sa.CheckConstraint("done_at IS NULL OR stopped OR reached = to_day", name="sandbox_move_done"),
        sa.ForeignKeyConstraint(["sandbox_id"], ["sandbox.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    open_ = sa.text("done_at IS NULL")
    op.create_index(
        "sandbox_one_move",
        "sandbox_move",
        ["sandbox_id"],
        unique=True,
        sqlite_where=open_,
        postgresql_where=open_,
    )
    op.create_table(
        "sandbox_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("move_id", ID, nullable=False),
        sa.Column("journal_from", ID, nullable=False),
        sa.Column("outbox_from", ID, nullable=False),
        sa.Column("journal_to", ID, nullable=True),
        sa.Column("outbox_to", ID, nullable=True),
        sa.CheckConstraint("(journal_to IS NULL) = (outbox_to IS NULL)", name="sandbox_day_ended"),
        sa.ForeignKeyConstraint(["move_id"], ["sandbox_move.id"]),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_index("ix_sandbox_day_move", "sandbox_day", ["move_id"])
    for statement in guards()[op.get_bind().dialect.name]:
        op.execute(sa.text(statement))


def downgrade() -> None:
    op.drop_table("sandbox_day")
    op.drop_table("sandbox_move")
    op.drop_table("sandbox")
