"""Keep bulk work.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

import engine.records

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", _id(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("element", sa.String(length=60), nullable=True),
        sa.Column("organisation_id", _id(), nullable=True),
        sa.Column("by", _id(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("created_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("touched_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("finished_at", engine.records.Instant(timezone=True), nullable=True),
        sa.Column("erased_at", engine.records.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('complete', 'confirm', 'nominate')", name="batch_kind"),
        sa.CheckConstraint("(kind = 'nominate') = (element IS NULL)", name="batch_of_a_step"),
        sa.CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name="batch_finished"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_batch_by", "batch", ["by", "id"], unique=False)
    op.create_index("ix_batch_state", "batch", ["state", "touched_at"], unique=False)
    op.create_table(
        "batch_line",
        sa.Column("id", _id(), nullable=False),
        sa.Column("batch_id", _id(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("task_id", _id(), nullable=True),
        sa.Column("case_id", _id(), nullable=True),
        sa.Column("student_id", _id(), nullable=False),
        sa.Column("item", _id(), nullable=True),
        sa.Column("vote_id", _id(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("why", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("done_at", engine.records.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("batch_id", "rank", name="batch_line_rank"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_batch_line_state", "batch_line", ["batch_id", "state", "rank"], unique=False)


def downgrade() -> None:
    op.drop_table("batch_line")
    op.drop_table("batch")
