"""Keep comments.

Revision 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

import engine.records

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("task_id", ID, nullable=True),
        sa.Column("element", sa.String(length=60), nullable=True),
        sa.Column("organisation_id", ID, nullable=True),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", engine.records.Instant(), nullable=False),
        sa.Column("withdrawn_at", engine.records.Instant(), nullable=True),
        sa.Column("request_key", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("by", "request_key", name="comment_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("comment_case", "comment", ["case_id", "id"])


def downgrade() -> None:
    op.drop_index("comment_case", table_name="comment")
    op.drop_table("comment")
