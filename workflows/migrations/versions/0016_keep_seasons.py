"""Keep where leavers go, and the list of letters that are drawn.

Revision 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

import engine.records

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = engine.records.Instant(timezone=True)


def upgrade() -> None:
    op.create_table(
        "leaver_destination",
        sa.Column("id", ID, nullable=False),
        sa.Column("student_id", ID, nullable=False),
        sa.Column("organisation_id", ID),
        sa.Column("addressee", sa.String(length=250)),
        sa.Column("reason", sa.String(length=20)),
        sa.Column("by_user", ID),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["by_user"], ["user_account.id"]),
        sa.CheckConstraint(
            "organisation_id IS NULL OR addressee IS NULL", name="leaver_destination_one_place"
        ),
        sa.CheckConstraint(
            "reason IS NULL OR (organisation_id IS NULL AND addressee IS NULL)",
            name="leaver_destination_or_reason",
        ),
        sa.CheckConstraint(
            "reason IN ('undecided', 'stays', 'abroad', 'unreachable')", name="leaver_destination_reason"
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_leaver_destination", "leaver_destination", ["student_id"])
    op.create_table(
        "ready_letter",
        sa.Column("offer_id", ID, autoincrement=False, nullable=False),
        sa.Column("student_id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("drawn_at", INSTANT, nullable=False),
        sa.Column("printed_at", INSTANT),
        sa.Column("printed_by", ID),
        sa.ForeignKeyConstraint(["offer_id"], ["handover_offer.id"]),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["printed_by"], ["user_account.id"]),
        sa.CheckConstraint("(printed_at IS NULL) = (printed_by IS NULL)", name="ready_letter_printed"),
        sa.PrimaryKeyConstraint("offer_id"),
    )
    op.create_index("ix_ready_letter", "ready_letter", ["organisation_id", "printed_at"])


def downgrade() -> None:
    op.drop_table("ready_letter")
    op.drop_table("leaver_destination")
