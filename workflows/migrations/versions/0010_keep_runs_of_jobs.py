"""Keep runs of jobs: who has a job, what its runs came to, which workers there are.

Revision 0010, after 0009. Runs kept so far said only that a day was begun; each job may be repeated.
"""

import sqlalchemy as sa
from alembic import op

import engine.records

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.drop_table("job_run")
    op.create_table(
        "job_run",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("done_at", engine.records.Instant(timezone=True)),
        sa.Column("worker", sa.String(length=120)),
        sa.Column("runs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("items", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("error", sa.String(length=120)),
        sa.UniqueConstraint("name", "day", name="job_run_once"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "job_state",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("worker", sa.String(length=120)),
        sa.Column("began_at", engine.records.Instant(timezone=True)),
        sa.Column("seen_at", engine.records.Instant(timezone=True)),
        sa.Column("asked_at", engine.records.Instant(timezone=True)),
        sa.Column("asked_by", ID),
        sa.Column("last_at", engine.records.Instant(timezone=True)),
        sa.Column("last_seconds", sa.Float()),
        sa.Column("last_worker", sa.String(length=120)),
        sa.Column("last_items", sa.Integer()),
        sa.Column("last_failed", sa.Integer()),
        sa.Column("last_left", sa.Integer()),
        sa.Column("last_error", sa.String(length=120)),
        sa.Column("next_at", engine.records.Instant(timezone=True)),
        sa.CheckConstraint("(worker IS NULL) = (seen_at IS NULL)", name="job_state_alive"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "worker",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("started_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("seen_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("stopped_at", engine.records.Instant(timezone=True)),
        sa.Column("astray", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("worker")
    op.drop_table("job_state")
    op.drop_table("job_run")
    op.create_table(
        "job_run",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("done_at", engine.records.Instant(timezone=True)),
        sa.PrimaryKeyConstraint("name", "day"),
    )
