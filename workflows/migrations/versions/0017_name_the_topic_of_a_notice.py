"""Keep what a notice is about: a later one takes the place of an unread one, and what is over is put away.

Revision 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXES = {
    "ix_notice_topic": (["topic", "user_id"], sa.text("read_at IS NULL AND topic IS NOT NULL")),
    "ix_notice_student": (["student_id"], sa.text("read_at IS NULL AND student_id IS NOT NULL")),
}


def upgrade() -> None:
    op.add_column("notice", sa.Column("topic", sa.String(length=60)))
    op.add_column("notice", sa.Column("student_id", ID))
    for name, (columns, unread) in INDEXES.items():
        op.create_index(name, "notice", columns, sqlite_where=unread, postgresql_where=unread)


def downgrade() -> None:
    for name in reversed(INDEXES):
        op.drop_index(name, "notice")
    op.drop_column("notice", "student_id")
    op.drop_column("notice", "topic")
