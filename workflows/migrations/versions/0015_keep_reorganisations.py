"""Keep reorganisations.

Revision 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

import engine.records

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = engine.records.Instant(timezone=True)
WORDS = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "reorganisation",
        sa.Column("id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("paper_on", sa.Date(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("submitted_by", ID),
        sa.Column("submitted_at", INSTANT),
        sa.Column("returned_because", sa.String(length=300)),
        sa.Column("approved_by", ID),
        sa.Column("approved_at", INSTANT),
        sa.Column("approval", sa.String(length=12)),
        sa.Column("stopped_at", INSTANT),
        sa.Column("stopped_because", WORDS),
        sa.Column("finished_at", INSTANT),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["submitted_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["approved_by"], ["user_account.id"]),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'running', 'done', 'withdrawn')",
            name="reorganisation_state",
        ),
        sa.CheckConstraint(
            "approval IN ('two_persons', 'superior', 'one_person')", name="reorganisation_approval"
        ),
        sa.CheckConstraint("(approved_by IS NULL) = (approval IS NULL)", name="reorganisation_approved"),
        sa.CheckConstraint(
            "approval IS NULL OR approval = 'one_person' OR approved_by <> submitted_by",
            name="reorganisation_two_persons",
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'running', 'done') OR approved_by IS NOT NULL",
            name="reorganisation_needs_approval",
        ),
        sa.CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name="reorganisation_finished"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reorganisation_state", "reorganisation", ["state", "on_day"], unique=False)
    op.create_index("ix_reorganisation_organisation", "reorganisation", ["organisation_id"], unique=False)

    op.create_table(
        "reorganisation_change",
        sa.Column("id", ID, nullable=False),
        sa.Column("plan_id", ID, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=12), nullable=False),
        sa.Column("answers", WORDS, nullable=False),
        sa.Column("made_id", ID),
        sa.Column("done_at", INSTANT),
        sa.Column("result", WORDS),
        sa.ForeignKeyConstraint(["plan_id"], ["reorganisation.id"]),
        sa.ForeignKeyConstraint(["made_id"], ["organisation.id"]),
        sa.UniqueConstraint("plan_id", "rank", name="reorganisation_change_rank"),
        sa.CheckConstraint(
            "verb IN ('found', 'rename', 'move', 'power', 'merge', 'split', 'end')",
            name="reorganisation_change_verb",
        ),
        sa.CheckConstraint("rank > 0", name="reorganisation_change_order"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )

    op.create_table(
        "reorganisation_share",
        sa.Column("change_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("thing", sa.String(length=60), nullable=False),
        sa.Column("to_ref", ID, nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["reorganisation_change.id"]),
        sa.CheckConstraint(
            "kind IN ('below', 'member', 'position', 'class', 'case')", name="reorganisation_share_kind"
        ),
        sa.PrimaryKeyConstraint("change_id", "kind", "thing"),
    )

    op.create_table(
        "reorganisation_case",
        sa.Column("plan_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("from_id", ID, nullable=False),
        sa.Column("to_id", ID, nullable=False),
        sa.Column("dropped", sa.String(length=60)),
        sa.Column("next_step", sa.String(length=60)),
        sa.Column("tasks", sa.Integer(), nullable=False),
        sa.Column("done_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["reorganisation.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["from_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["to_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("plan_id", "case_id"),
    )


def downgrade() -> None:
    op.drop_table("reorganisation_case")
    op.drop_table("reorganisation_share")
    op.drop_table("reorganisation_change")
    op.drop_table("reorganisation")
