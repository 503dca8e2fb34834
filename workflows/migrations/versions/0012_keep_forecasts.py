"""Keep the figures of the last forecast.

Revision 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

import engine.records

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = engine.records.Instant(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "forecast_figures",
        sa.Column("id", ID, nullable=False),
        sa.Column("institution_id", ID, nullable=False),
        sa.Column("cell_id", ID, nullable=True),
        sa.Column("reckoned_on", sa.Date(), nullable=False),
        sa.Column("reckoned_at", INSTANT, nullable=False),
        sa.Column("students", sa.Integer(), nullable=False),
        sa.Column("pool", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["institution_id"], ["institution.id"]),
        sa.ForeignKeyConstraint(["cell_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_forecast_figures_institution", "forecast_figures", ["institution_id"])
    op.create_index("ix_forecast_figures_cell", "forecast_figures", ["cell_id"])


def downgrade() -> None:
    op.drop_table("forecast_figures")
