"""Keep mandates, cases opened in an emergency, and what students ask.

Revision 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

import engine.records

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mandate",
        sa.Column("id", ID, nullable=False),
        sa.Column("auditor_id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("paper_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("given_by", ID, nullable=False),
        sa.Column("given_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("ended_by", ID),
        sa.Column("ended_at", engine.records.Instant(timezone=True)),
        sa.ForeignKeyConstraint(["auditor_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["given_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["ended_by"], ["user_account.id"]),
        sa.CheckConstraint("valid_to > valid_from", name="mandate_days"),
        sa.CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="mandate_ended_by_somebody"),
        sa.UniqueConstraint("auditor_id", "organisation_id", "number", "paper_on", name="ux_mandate_paper"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mandate_auditor", "mandate", ["auditor_id", "valid_to"], unique=False)

    op.create_table(
        "mandate_scope",
        sa.Column("id", ID, nullable=False),
        sa.Column("mandate_id", ID, nullable=False),
        sa.Column("organisation_id", ID),
        sa.Column("case_id", ID),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.CheckConstraint("(organisation_id IS NULL) <> (case_id IS NULL)", name="mandate_scope_one"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mandate_scope_mandate_id", "mandate_scope", ["mandate_id"], unique=False)

    op.create_table(
        "glass",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("custodian_id", ID, nullable=False),
        sa.Column("superior_id", ID),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("opened_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("until", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("ended_by", ID),
        sa.Column("ended_at", engine.records.Instant(timezone=True)),
        sa.Column("verdict", sa.String(length=16)),
        sa.Column("reviewed_by", ID),
        sa.Column("reviewed_at", engine.records.Instant(timezone=True)),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["custodian_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["superior_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["ended_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["reviewed_by"], ["user_account.id"]),
        sa.CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="glass_ended_by_somebody"),
        sa.CheckConstraint("(verdict IS NULL) = (reviewed_at IS NULL)", name="glass_reviewed"),
        sa.CheckConstraint("verdict IN ('justified', 'unjustified')", name="glass_verdict"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_glass_case", "glass", ["case_id"], unique=False)
    op.create_index("ix_glass_user", "glass", ["user_id", "opened_at"], unique=False)

    op.create_table(
        "glass_attempt",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("at", engine.records.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_glass_attempt_user", "glass_attempt", ["user_id", "at"], unique=False)

    op.create_table(
        "correction",
        sa.Column("id", ID, nullable=False),
        sa.Column("student_id", ID, nullable=False),
        sa.Column("field", sa.String(length=30), nullable=False),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=10)),
        sa.Column("decided_by", ID),
        sa.Column("decided_at", engine.records.Instant(timezone=True)),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"]),
        sa.ForeignKeyConstraint(["asked_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"]),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="correction_decided"),
        sa.CheckConstraint("decision IN ('accepted', 'refused', 'taken_back')", name="correction_decision"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_correction_student", "correction", ["student_id"], unique=False)
    op.create_index(
        "ux_correction_waits",
        "correction",
        ["student_id", "field"],
        unique=True,
        sqlite_where=sa.text("decision IS NULL"),
        postgresql_where=sa.text("decision IS NULL"),
    )

    op.create_table(
        "handed_in",
        sa.Column("id", ID, nullable=False),
        sa.Column("task_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("element", sa.String(length=60), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", engine.records.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["by"], ["user_account.id"]),
        sa.UniqueConstraint("task_id"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_handed_in_case_id", "handed_in", ["case_id"], unique=False)

    op.create_table(
        "erasure",
        sa.Column("id", ID, nullable=False),
        sa.Column("student_id", ID, nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("paper", sa.String(length=80), nullable=False),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=10)),
        sa.Column("decided_by", ID),
        sa.Column("decided_at", engine.records.Instant(timezone=True)),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"]),
        sa.ForeignKeyConstraint(["asked_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"]),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="erasure_decided"),
        sa.CheckConstraint("decision IN ('approved', 'refused')", name="erasure_decision"),
        sa.CheckConstraint("ground IN ('own_request', 'no_longer_needed')", name="erasure_ground"),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="erasure_two_persons"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ux_erasure_waits",
        "erasure",
        ["student_id"],
        unique=True,
        sqlite_where=sa.text("decision IS NULL"),
        postgresql_where=sa.text("decision IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("erasure")
    op.drop_table("handed_in")
    op.drop_table("correction")
    op.drop_table("glass_attempt")
    op.drop_table("glass")
    op.drop_table("mandate_scope")
    op.drop_table("mandate")
