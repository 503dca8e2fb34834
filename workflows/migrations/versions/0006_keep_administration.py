"""Keep administration: accounts that can be searched, why somebody stands in, entries outside of cases.

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

from workflows.people.names import search_key, sort_key, split_name

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBERED = {"sqlite_autoincrement": True}  # ids are never given twice, also after a table was rebuilt


def upgrade() -> None:
    with op.batch_alter_table("user_account", table_kwargs=NUMBERED) as table:
        table.add_column(sa.Column("sort_key", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("search_key", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("position", table_kwargs=NUMBERED) as table:
        table.add_column(sa.Column("reason", sa.String(length=200), nullable=True))
        table.create_check_constraint(
            "position_deputises_another", "deputises_id IS NULL OR deputises_id <> id"
        )
    op.create_index("ix_position_deputises", "position", ["deputises_id"])
    outside = sa.text("case_id IS NULL")
    op.create_index("ix_journal_outside", "journal", ["id"], sqlite_where=outside, postgresql_where=outside)
    _fill_keys()


def _fill_keys() -> None:
    account = sa.table(
        "user_account", sa.column("id"), sa.column("name"), sa.column("sort_key"), sa.column("search_key")
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(account.c.id, account.c.name)).all():
        keys = {"sort_key": sort_key(split_name(row.name)), "search_key": search_key(row.name)}
        connection.execute(sa.update(account).where(account.c.id == row.id).values(keys))


def downgrade() -> None:
    op.drop_index("ix_journal_outside", "journal")
    op.drop_index("ix_position_deputises", "position")
    with op.batch_alter_table("position", table_kwargs=NUMBERED) as table:
        table.drop_constraint("position_deputises_another", type_="check")
        table.drop_column("reason")
    with op.batch_alter_table("user_account", table_kwargs=NUMBERED) as table:
        table.drop_column("search_key")
        table.drop_column("sort_key")
