"""Keep work in hand.

Revision 0002, after 0001: when a task is looked at again, for whom a deputy acted, numbers to look for.
"""

import sqlalchemy as sa
from alembic import op

import engine.records

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FOR = {"act": ("for_user", "confirmed_for"), "vote": ("proposed_for",)}
NUMBER_KEY = "lower(replace(replace(number, 'Đ', 'D'), 'đ', 'd'))"


def upgrade() -> None:
    """Columns with no value for what was there before: nobody was a deputy, nothing was put off."""
    op.add_column("task", sa.Column("follow_up_on", sa.Date(), nullable=True))
    for table, columns in FOR.items():
        for column in columns:
            op.add_column(table, sa.Column(column, engine.records.Id, nullable=True))
    op.create_index("ix_document_number", "document", [sa.text(NUMBER_KEY)])


def downgrade() -> None:
    """Takes the columns away."""
    op.drop_index("ix_document_number", table_name="document")
    for table, columns in FOR.items():
        for column in columns:
            op.drop_column(table, column)
    op.drop_column("task", "follow_up_on")
