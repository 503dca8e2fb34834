"""Keep who answers for a person, handovers with their offers, and where the Party's portal is in force.

Revision 0014, after 0013. Whoever has an admission already gets the first step of the stair from it.
"""

import sqlalchemy as sa
from alembic import op

import engine.records
from workflows.transfers.records import custody_rules

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# The last admission of each person; an open one before those that are closed.
FROM_ADMISSIONS = """
INSERT INTO custody (student_id, seq, organisation_id, since_on, since_at)
SELECT subject_id, 1, custodian_id, opened_on, opened_at FROM "case" c
WHERE kind = 'admission' AND id = (
    SELECT id FROM "case" d WHERE d.kind = 'admission' AND d.subject_id = c.subject_id
    ORDER BY CASE WHEN closed_on IS NULL THEN 0 ELSE 1 END, id DESC LIMIT 1
)
"""


def upgrade() -> None:
    op.create_table(
        "custody",
        sa.Column("id", ID, nullable=False),
        sa.Column("student_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("organisation_id", ID),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("since_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("act_id", ID),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"]),
        sa.CheckConstraint("seq > 0", name="custody_seq"),
        sa.UniqueConstraint("student_id", "seq", name="custody_once"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_custody_organisation", "custody", ["organisation_id"], unique=False)

    op.create_table(
        "handover",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("student_id", ID, nullable=False),
        sa.Column("admission_id", ID),
        sa.Column("from_id", ID, nullable=False),
        sa.Column("receiver_id", ID),
        sa.Column("addressee", sa.String(length=250)),
        sa.Column("reason", sa.String(length=20)),
        sa.Column("moved_on", sa.Date()),
        sa.Column("term", sa.String(length=10)),
        sa.Column("until_on", sa.Date()),
        sa.Column("cell_id", ID),
        sa.Column("arrived_on", sa.Date()),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"]),
        sa.ForeignKeyConstraint(["admission_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["from_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["receiver_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["cell_id"], ["organisation.id"]),
        sa.CheckConstraint("receiver_id IS NULL OR addressee IS NULL", name="handover_one_receiver"),
        sa.CheckConstraint(
            "reason IN ('graduated','study','work','residence','service','other')", name="handover_reason"
        ),
        sa.CheckConstraint("term IN ('lasting','temporary')", name="handover_term"),
        sa.CheckConstraint(
            "until_on IS NULL OR (term = 'temporary' AND until_on > moved_on)", name="handover_until"
        ),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_index("ix_handover_admission", "handover", ["admission_id"], unique=False)
    op.create_index("ix_handover_from", "handover", ["from_id"], unique=False)
    op.create_index("ix_handover_receiver", "handover", ["receiver_id"], unique=False)
    op.create_index("ix_handover_student", "handover", ["student_id"], unique=False)

    op.create_table(
        "handover_offer",
        sa.Column("id", ID, nullable=False),
        sa.Column("handover_id", ID, nullable=False),
        sa.Column("student_id", ID, nullable=False),
        sa.Column("sender_id", ID),
        sa.Column("receiver_id", ID),
        sa.Column("addressee", sa.String(length=250)),
        sa.Column("variant", sa.String(length=12), nullable=False),
        sa.Column("offered_on", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=60)),
        sa.Column("portal_number", sa.String(length=60)),
        sa.Column("act_id", ID),
        sa.Column("answer", sa.String(length=12)),
        sa.Column("answered_on", sa.Date()),
        sa.Column("answer_number", sa.String(length=60)),
        sa.Column("answer_act_id", ID),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.case_id"]),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"]),
        sa.ForeignKeyConstraint(["sender_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["receiver_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"]),
        sa.ForeignKeyConstraint(["answer_act_id"], ["act.id"]),
        sa.CheckConstraint(
            "answer IN ('accepted','taken_away','returned','forwarded','recalled','called_off')",
            name="handover_offer_answer",
        ),
        sa.CheckConstraint("(answer IS NULL) = (answered_on IS NULL)", name="handover_offer_answered"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_handover_offer", "handover_offer", ["handover_id"], unique=False)
    op.create_index("ix_handover_offer_receiver", "handover_offer", ["receiver_id"], unique=False)
    op.create_index(
        "ux_handover_offer_open",
        "handover_offer",
        ["student_id"],
        unique=True,
        sqlite_where=sa.text("answer IS NULL"),
        postgresql_where=sa.text("answer IS NULL"),
    )

    op.create_table(
        "portal_period",
        sa.Column("id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("variant", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("paper", sa.String(length=80), nullable=False),
        sa.Column("by_user", ID),
        sa.Column("recorded_at", engine.records.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["by_user"], ["user_account.id"]),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="portal_period_days"),
        sa.CheckConstraint("variant IN ('formal','temporary')", name="portal_period_variant"),
        sa.UniqueConstraint("organisation_id", "variant", "valid_from", name="portal_period_once"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )

    op.execute(FROM_ADMISSIONS)
    for statement in custody_rules(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER case_custodian_holds")
    else:
        op.execute("DROP FUNCTION case_custodian_holds() CASCADE")
    for table in ("portal_period", "handover_offer", "handover", "custody"):
        op.drop_table(table)
