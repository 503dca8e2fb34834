"""Make the first tables.

Revision 0001, after nothing, 2026-11-23 05:22:26.676996.
"""

import sqlalchemy as sa
from alembic import op

import engine.records


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# The journal and the log of readings are append-only: the database itself refuses to change them.
TRIGGERS = {
    "postgresql": [
        "CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'journal is append-only'; END $$",
        "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal FOR EACH ROW WHEN "
        '(NEW."id"::text IS DISTINCT FROM OLD."id"::text OR NEW."case_id"::text IS '
        'DISTINCT FROM OLD."case_id"::text OR NEW."seq"::text IS DISTINCT FROM '
        'OLD."seq"::text OR NEW."kind"::text IS DISTINCT FROM OLD."kind"::text OR '
        'NEW."element"::text IS DISTINCT FROM OLD."element"::text OR NEW."on"::text IS '
        'DISTINCT FROM OLD."on"::text OR NEW."recorded_at"::text IS DISTINCT FROM '
        'OLD."recorded_at"::text OR NEW."by"::text IS DISTINCT FROM OLD."by"::text OR '
        'NEW."on_behalf_of"::text IS DISTINCT FROM OLD."on_behalf_of"::text OR '
        'NEW."edition"::text IS DISTINCT FROM OLD."edition"::text OR NEW."inputs"::text IS '
        'DISTINCT FROM OLD."inputs"::text OR NEW."facts"::text IS DISTINCT FROM '
        'OLD."facts"::text OR OLD."position" IS NOT NULL) EXECUTE FUNCTION '
        "journal_refuse()",
        "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal FOR EACH ROW EXECUTE "
        "FUNCTION journal_refuse()",
        "CREATE OR REPLACE FUNCTION read_log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'read_log is append-only'; END $$",
        "CREATE TRIGGER read_log_no_update BEFORE UPDATE ON read_log FOR EACH ROW WHEN "
        '(NEW."id"::text IS DISTINCT FROM OLD."id"::text OR NEW."subject_kind"::text IS '
        'DISTINCT FROM OLD."subject_kind"::text OR NEW."subject_id"::text IS DISTINCT FROM '
        'OLD."subject_id"::text OR NEW."fields"::text IS DISTINCT FROM OLD."fields"::text '
        'OR NEW."by"::text IS DISTINCT FROM OLD."by"::text OR NEW."purpose"::text IS '
        'DISTINCT FROM OLD."purpose"::text OR NEW."at"::text IS DISTINCT FROM '
        'OLD."at"::text) EXECUTE FUNCTION read_log_refuse()',
        "CREATE TRIGGER read_log_no_delete BEFORE DELETE ON read_log FOR EACH ROW EXECUTE "
        "FUNCTION read_log_refuse()",
    ],
    "sqlite": [
        'CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal WHEN NEW."id" IS NOT '
        'OLD."id" OR NEW."case_id" IS NOT OLD."case_id" OR NEW."seq" IS NOT OLD."seq" OR '
        'NEW."kind" IS NOT OLD."kind" OR NEW."element" IS NOT OLD."element" OR NEW."on" IS NOT '
        'OLD."on" OR NEW."recorded_at" IS NOT OLD."recorded_at" OR NEW."by" IS NOT OLD."by" OR '
        'NEW."on_behalf_of" IS NOT OLD."on_behalf_of" OR NEW."edition" IS NOT OLD."edition" OR '
        'NEW."inputs" IS NOT OLD."inputs" OR NEW."facts" IS NOT OLD."facts" OR OLD."position" '
        "IS NOT NULL BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END",
        "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, "
        "'journal is append-only'); END",
        'CREATE TRIGGER read_log_no_update BEFORE UPDATE ON read_log WHEN NEW."id" IS NOT '
        'OLD."id" OR NEW."subject_kind" IS NOT OLD."subject_kind" OR NEW."subject_id" IS NOT '
        'OLD."subject_id" OR NEW."fields" IS NOT OLD."fields" OR NEW."by" IS NOT OLD."by" OR '
        'NEW."purpose" IS NOT OLD."purpose" OR NEW."at" IS NOT OLD."at" BEGIN SELECT '
        "RAISE(ABORT, 'read_log is append-only'); END",
        "CREATE TRIGGER read_log_no_delete BEFORE DELETE ON read_log BEGIN SELECT RAISE(ABORT, "
        "'read_log is append-only'); END",
    ],
}


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=250), nullable=False),
        sa.Column("forecast", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by_user", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", engine.records.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'rest', 'working_saturday')", name="calendar_day_kind"),
        sa.CheckConstraint("version > 0", name="calendar_day_version"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_calendar_version", "calendar_day", ["version"], unique=False)
    op.create_index("ux_calendar_day", "calendar_day", ["day", "version"], unique=True)

    op.create_table(
        "commune",
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("province_code", sa.String(length=2), nullable=False),
        sa.Column("former_district", sa.String(length=60), nullable=True),
        sa.CheckConstraint("kind IN ('commune', 'ward', 'special_zone')", name="commune_kind"),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("ix_commune_province", "commune", ["province_code", "name"], unique=False)

    op.create_table(
        "job_run",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("done_at", engine.records.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", "day"),
    )
    op.create_table(
        "journal_head",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "model",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "rank", name="model_rank"),
        sa.UniqueConstraint("kind", "sha256", name="model_once"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "personal",
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column(
            "subject_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", "field"),
    )
    op.create_index("ix_personal_blind", "personal", ["field", "blind"], unique=False)

    op.create_table(
        "read_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fields", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("at", engine.records.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_read_log_subject", "read_log", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", engine.records.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sign_in_attempt_account", "sign_in_attempt", ["account", "at"], unique=False)
    op.create_index("ix_sign_in_attempt_address", "sign_in_attempt", ["address", "at"], unique=False)

    op.create_table(
        "subject_key",
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column(
            "subject_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("erased_at", engine.records.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("(wrapped IS NULL) = (erased_at IS NOT NULL)", name="subject_key_erased"),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id"),
    )
    op.create_table(
        "case",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("custodian_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=60), nullable=True),
        sa.Column("words", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_as", sa.String(length=60), nullable=True),
        sa.CheckConstraint("(closed_as IS NULL) = (closed_on IS NULL)", name="case_closed_as_something"),
        sa.CheckConstraint("(state IS NULL) = (closed_on IS NOT NULL)", name="case_closed_without_state"),
        sa.CheckConstraint("closed_on IS NULL OR stage IS NULL", name="case_closed_without_stage"),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["model.id"],
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["case.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "case_one_open",
        "case",
        ["kind", "subject_id"],
        unique=True,
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.create_index("ix_case_custodian", "case", ["custodian_id", "closed_on"], unique=False)
    op.create_index("ix_case_parent", "case", ["parent_id"], unique=False)
    op.create_index("ix_case_subject", "case", ["subject_id"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("code14", sa.String(length=18), nullable=True),
        sa.Column("commune_code", sa.String(length=5), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('province_committee', 'district_committee', 'commune_committee', 'grassroots_committee', 'subordinate_committee', 'section_committee', 'party_cell', 'party_building_board', 'political_centre', 'youth_union_base', 'union_branch')",
            name="organisation_kind",
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="organisation_days"),
        sa.ForeignKeyConstraint(
            ["commune_code"],
            ["commune.code"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_organisation_kind", "organisation", ["kind"], unique=False)
    op.create_index("ix_organisation_name", "organisation", ["name_key"], unique=False)
    op.create_index(
        "ux_organisation_code",
        "organisation",
        ["code14"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL AND code14 IS NOT NULL"),
        postgresql_where=sa.text("valid_to IS NULL AND code14 IS NOT NULL"),
    )

    op.create_table(
        "act",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("element", sa.String(length=60), nullable=False),
        sa.Column("item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("recorded_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("by_user", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmation", sa.String(length=20), server_default="none", nullable=False),
        sa.Column("on_behalf_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("edition", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("before_system", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("late", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("stage", sa.String(length=60), nullable=True),
        sa.Column("corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "confirmation IN ('none','two_persons','one_person','superior','paper')", name="act_confirmation"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"],
            ["act.id"],
        ),
        sa.ForeignKeyConstraint(
            ["on_behalf_of"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("act_case", "act", ["case_id", "element"], unique=False)

    op.create_table(
        "body",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("members > 0", name="body_members"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="body_dates"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("body_organisation", "body", ["organisation_id", "kind"], unique=False)

    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("calendar_version", sa.String(length=40), nullable=True),
        sa.Column("act_seq", sa.Integer(), nullable=True),
        sa.Column("extended_from", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("due_on >= started_on", name="clock_runs_forward"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_clock_case", "clock", ["case_id"], unique=False)
    op.create_index(
        "ix_clock_due",
        "clock",
        ["due_on"],
        unique=False,
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )

    op.create_table(
        "committee_term",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="committee_term_days"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "valid_from", name="ux_committee_term_from"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("original", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("before_system", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", engine.records.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_document_case", "document", ["case_id", "type"], unique=False)
    op.create_index("ix_document_subject", "document", ["subject_id", "type"], unique=False)

    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("element", sa.String(length=60), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("opened_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("last_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("closed_at", engine.records.Instant(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_incident_case", "incident", ["case_id"], unique=False)
    op.create_index(
        "ix_incident_open",
        "incident",
        ["opened_at"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "institution",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("commune_code", sa.String(length=5), nullable=True),
        sa.Column(
            "party_organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "union_organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("cell_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "kind IN ('high_school', 'vocational', 'boarding', 'college', 'university')",
            name="institution_kind",
        ),
        sa.ForeignKeyConstraint(
            ["cell_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["commune_code"],
            ["commune.code"],
        ),
        sa.ForeignKeyConstraint(
            ["party_organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["union_organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_institution_cell", "institution", ["cell_id"], unique=False)
    op.create_index("ix_institution_name", "institution", ["name_key"], unique=False)
    op.create_index("ix_institution_party", "institution", ["party_organisation_id"], unique=False)

    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("element", sa.String(length=60), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("on_behalf_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("edition", sa.String(length=40), nullable=True),
        sa.Column("inputs", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(position IS NULL) = (hash IS NULL)", name="journal_sealed_whole"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_journal_unsealed",
        "journal",
        ["id"],
        unique=False,
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )
    op.create_index(
        "journal_position",
        "journal",
        ["position"],
        unique=True,
        sqlite_where=sa.text("position IS NOT NULL"),
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.create_index(
        "journal_seq",
        "journal",
        ["case_id", "seq"],
        unique=True,
        sqlite_where=sa.text("case_id IS NOT NULL"),
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )

    op.create_table(
        "meeting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body", sa.String(length=20), nullable=False),
        sa.Column("branch", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("exempt_absent", sa.Integer(), nullable=False),
        sa.Column("away", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("chaired_by", sa.String(length=120), nullable=True),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", engine.records.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "body IN ('cell','plenum','standing','union_exec','union_branch')", name="meeting_body"
        ),
        sa.CheckConstraint("branch = '' OR body = 'union_branch'", name="meeting_branch"),
        sa.CheckConstraint("members >= 0 AND exempt_absent >= 0 AND away >= 0", name="meeting_figures"),
        sa.CheckConstraint(
            "present >= 0 AND present <= members - exempt_absent - away", name="meeting_present"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "body", "branch", "kind", "on_day", name="meeting_once"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "numbering",
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sign", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("organisation_id"),
    )
    op.create_table(
        "organisation_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("by_user", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", engine.records.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_organisation_change", "organisation_change", ["organisation_id"], unique=False)

    op.create_table(
        "organisation_former_name",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "valid_to", name="organisation_former_name_once"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "organisation_place",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("regime", sa.String(length=20), nullable=True),
        sa.Column("may_decide", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("decided_by", sa.String(length=10), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("decided_by IN ('standing', 'plenum')", name="organisation_place_decided_by"),
        sa.CheckConstraint(
            "regime IN ('three_level', 'two_level', 'two_level_208')", name="organisation_place_regime"
        ),
        sa.CheckConstraint("may_decide = (decided_by IS NOT NULL)", name="organisation_place_power"),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> organisation_id", name="organisation_place_parent"
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="organisation_place_days"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "valid_from", name="organisation_place_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_organisation_place_parent", "organisation_place", ["parent_id"], unique=False)
    op.create_index(
        "ux_organisation_place_present",
        "organisation_place",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )

    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("to_user", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_organisation", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("sent_at", engine.records.Instant(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retry_at", engine.records.Instant(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("to_user IS NOT NULL OR to_organisation IS NOT NULL", name="outbox_to_somebody"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_organisation", "outbox", ["to_organisation", "id"], unique=False)
    op.create_index(
        "ix_outbox_unsent",
        "outbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_index("ix_outbox_user", "outbox", ["to_user", "id"], unique=False)

    op.create_table(
        "request",
        sa.Column(
            "by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("at", engine.records.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.PrimaryKeyConstraint("by", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "succession",
        sa.Column("predecessor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("successor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("rank", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("predecessor_id <> successor_id", name="succession_other"),
        sa.CheckConstraint("rank > 0", name="succession_rank"),
        sa.ForeignKeyConstraint(
            ["predecessor_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("predecessor_id", "successor_id"),
        sa.UniqueConstraint("predecessor_id", "rank", name="succession_rank_once"),
    )
    op.create_index("ix_succession_successor", "succession", ["successor_id"], unique=False)

    op.create_table(
        "task",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("engine_id", sa.BigInteger(), nullable=False),
        sa.Column("process", sa.String(length=60), nullable=False),
        sa.Column("element", sa.String(length=60), nullable=False),
        sa.Column("item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lane", sa.String(length=60), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("assignee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "engine_id", name="task_once"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_task_assignee",
        "task",
        ["assignee_id", "due_on", "id"],
        unique=False,
        sqlite_where=sa.text("assignee_id IS NOT NULL"),
        postgresql_where=sa.text("assignee_id IS NOT NULL"),
    )
    op.create_index("ix_task_inbox", "task", ["organisation_id", "due_on", "id"], unique=False)

    op.create_table(
        "timer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("engine_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("due_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retry_at", engine.records.Instant(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "engine_id", name="timer_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_timer_due", "timer", ["due_at"], unique=False)

    op.create_table(
        "ceremony",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("late_consent_number", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["act.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('admission','recognition','strike_off','annulment','redo')", name="decision_kind"
        ),
        sa.CheckConstraint("received_on IS NULL OR received_on >= on_day", name="decision_received"),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["act.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("decision_case", "decision", ["case_id", "kind"], unique=False)

    op.create_table(
        "issued_number",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("term_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("symbol", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("suffix", sa.String(length=4), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=True),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("manual", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("by_user", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", engine.records.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name="issued_number_positive"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["term_id"],
            ["committee_term.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "organisation_id", "term_id", "symbol", "number", "suffix", name="ux_issued_number"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_issued_number_case", "issued_number", ["case_id"], unique=False)

    op.create_table(
        "number_register",
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("term_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("symbol", sa.String(length=10), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["term_id"],
            ["committee_term.id"],
        ),
        sa.PrimaryKeyConstraint("organisation_id", "term_id", "symbol"),
    )
    op.create_table(
        "opinion_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("giver", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("addressee", sa.String(length=250), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.String(length=12), nullable=True),
        sa.Column("answer_number", sa.String(length=60), nullable=True),
        sa.Column("answer_act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "answer IS NULL OR answer IN ('favourable','reserved','adverse')", name="opinion_word"
        ),
        sa.CheckConstraint("giver IN ('residence','union','organisation')", name="opinion_giver"),
        sa.CheckConstraint("(answered_on IS NULL) = (answer IS NULL)", name="opinion_answer"),
        sa.CheckConstraint("answered_on IS NULL OR answered_on >= sent_on", name="opinion_dates"),
        sa.CheckConstraint("organisation_id IS NOT NULL OR addressee IS NOT NULL", name="opinion_addressee"),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["act.id"],
        ),
        sa.ForeignKeyConstraint(
            ["answer_act_id"],
            ["act.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("opinion_request_case", "opinion_request", ["case_id"], unique=False)

    op.create_table(
        "student",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cell_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("family_name", sa.String(length=60), nullable=False),
        sa.Column("middle_name", sa.String(length=120), nullable=False),
        sa.Column("given_name", sa.String(length=60), nullable=False),
        sa.Column("sort_key", sa.LargeBinary(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("gender", sa.String(length=6), nullable=True),
        sa.Column("class_name", sa.String(length=40), nullable=True),
        sa.Column("course", sa.String(length=40), nullable=True),
        sa.Column("programme", sa.String(length=160), nullable=True),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("entered_on", sa.Date(), nullable=True),
        sa.Column("graduation_on", sa.Date(), nullable=True),
        sa.Column("commune_code", sa.String(length=10), nullable=True),
        sa.Column("union_member", sa.Boolean(), nullable=True),
        sa.Column("union_joined_on", sa.Date(), nullable=True),
        sa.Column("identity_index", sa.LargeBinary(), nullable=True),
        sa.Column("identity_tail", sa.String(length=3), nullable=True),
        sa.Column("ask_again_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_reason", sa.String(length=20), nullable=True),
        sa.CheckConstraint("gender IN ('male', 'female')", name="student_gender"),
        sa.CheckConstraint("left_on IS NULL OR left_reason IS NOT NULL", name="student_left_with_reason"),
        sa.ForeignKeyConstraint(
            ["cell_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_student_cell", "student", ["cell_id"], unique=False)
    op.create_index("ix_student_class", "student", ["institution_id", "class_name"], unique=False)
    op.create_index("ix_student_list", "student", ["institution_id", "sort_key"], unique=False)
    op.create_index("ix_student_search", "student", ["search_key"], unique=False)
    op.create_index(
        "ux_student_code",
        "student",
        ["institution_id", "code"],
        unique=True,
        sqlite_where=sa.text("left_on IS NULL"),
        postgresql_where=sa.text("left_on IS NULL"),
    )
    op.create_index(
        "ux_student_identity",
        "student",
        ["identity_index"],
        unique=True,
        sqlite_where=sa.text("left_on IS NULL"),
        postgresql_where=sa.text("left_on IS NULL"),
    )

    op.create_table(
        "supplement_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_type", sa.String(length=60), nullable=True),
        sa.Column("supplied_on", sa.Date(), nullable=True),
        sa.Column("supplied_act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["act.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["supplied_act_id"],
            ["act.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("supplement_item_case", "supplement_item", ["case_id"], unique=False)

    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", engine.records.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_upload_at", "upload", ["at"], unique=False)

    op.create_table(
        "verification_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("addressee", sa.String(length=250), nullable=True),
        sa.Column("abroad", sa.Boolean(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.String(length=12), nullable=True),
        sa.Column("answer_number", sa.String(length=60), nullable=True),
        sa.Column("answer_act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("weighed", sa.String(length=12), nullable=True),
        sa.Column("replaced_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "about IN ('candidate','father','mother','guardian','spouse','relative')",
            name="verification_about",
        ),
        sa.CheckConstraint(
            "answer IS NULL OR answer IN ('clear','adverse','unclear')", name="verification_word"
        ),
        sa.CheckConstraint("(answered_on IS NULL) = (answer IS NULL)", name="verification_answer"),
        sa.CheckConstraint("answered_on IS NULL OR answered_on >= sent_on", name="verification_dates"),
        sa.CheckConstraint(
            "organisation_id IS NOT NULL OR addressee IS NOT NULL", name="verification_addressee"
        ),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["act.id"],
        ),
        sa.ForeignKeyConstraint(
            ["answer_act_id"],
            ["act.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"],
            ["verification_request.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("verification_request_case", "verification_request", ["case_id"], unique=False)

    op.create_table(
        "vote",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("entitled", sa.Integer(), nullable=False),
        sa.Column("exempt_absent", sa.Integer(), nullable=False),
        sa.Column("away", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("votes_against", sa.Integer(), nullable=False),
        sa.Column("invalid", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.Column("comparison", sa.String(length=2), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("edition", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("proposed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposed_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed_at", engine.records.Instant(timezone=True), nullable=True),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("comparison IN ('>=','>')", name="vote_comparison"),
        sa.CheckConstraint("method IN ('secret','cards')", name="vote_method"),
        sa.CheckConstraint(
            "status <> 'pending' OR (confirmed_by IS NULL AND act_id IS NULL)",
            name="vote_pending_unconfirmed",
        ),
        sa.CheckConstraint("status IN ('pending','standing','withdrawn','corrected')", name="vote_status"),
        sa.CheckConstraint(
            "attempt > 0 AND numerator > 0 AND denominator >= numerator", name="vote_threshold"
        ),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="vote_two_persons"),
        sa.CheckConstraint("present <= entitled - exempt_absent - away AND base > 0", name="vote_present"),
        sa.CheckConstraint("votes_for + votes_against + invalid = present", name="vote_adds_up"),
        sa.CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND invalid >= 0", name="vote_figures"),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["act.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"],
            ["vote.id"],
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("vote_case", "vote", ["case_id", "step"], unique=False)
    op.create_index(
        "vote_pending_once",
        "vote",
        ["task_id"],
        unique=True,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )

    op.create_table(
        "certificate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("organiser_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organiser", sa.String(length=250), nullable=True),
        sa.Column("class_from", sa.Date(), nullable=True),
        sa.Column("class_to", sa.Date(), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("before_system", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('awareness','new_member')", name="certificate_kind"),
        sa.CheckConstraint(
            "class_to IS NULL OR class_from IS NULL OR class_to >= class_from", name="certificate_dates"
        ),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["act.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organiser_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("certificate_student", "certificate", ["student_id", "kind", "issued_on"], unique=False)

    op.create_table(
        "member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("family_name", sa.String(length=60), nullable=False),
        sa.Column("middle_name", sa.String(length=120), nullable=False),
        sa.Column("given_name", sa.String(length=60), nullable=False),
        sa.Column("sort_key", sa.LargeBinary(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("admitted_on", sa.Date(), nullable=True),
        sa.Column("official_on", sa.Date(), nullable=True),
        sa.Column("student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("student_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_member_search", "member", ["search_key"], unique=False)

    op.create_table(
        "result",
        sa.Column("student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("term", sa.String(length=12), nullable=False),
        sa.Column("study", sa.String(length=20), nullable=True),
        sa.Column("conduct", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
        ),
        sa.PrimaryKeyConstraint("student_id", "term"),
    )
    op.create_table(
        "helper_assignment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("shared_since", sa.Date(), nullable=True),
        sa.Column("after_transfer", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("ended_because", sa.String(length=20), nullable=True),
        sa.CheckConstraint(
            "ended_because IS NULL OR ended_because IN ('replaced','left','died','unit_changed','case_closed')",
            name="helper_reason",
        ),
        sa.CheckConstraint("(valid_to IS NULL) = (ended_because IS NULL)", name="helper_end"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="helper_dates"),
        sa.ForeignKeyConstraint(
            ["act_id"],
            ["act.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "helper_open",
        "helper_assignment",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )

    op.create_table(
        "member_place",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cell_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "status IN ('official', 'probationary', 'exempt', 'away')", name="member_place_status"
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="member_place_days"),
        sa.ForeignKeyConstraint(
            ["cell_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("member_id", "valid_from", name="ux_member_place_from"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_member_place_cell", "member_place", ["cell_id", "valid_from"], unique=False)

    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("tf_last_counter", sa.Integer(), nullable=True),
        sa.Column("mf_recovery_codes", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("last_login_at", sa.DateTime(), nullable=True),
        sa.Column("current_login_at", sa.DateTime(), nullable=True),
        sa.Column("last_login_ip", sa.String(length=64), nullable=True),
        sa.Column("current_login_ip", sa.String(length=64), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("create_datetime", sa.DateTime(), nullable=True),
        sa.Column("update_datetime", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
        sa.UniqueConstraint("fs_uniquifier"),
        sa.UniqueConstraint("username"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("parent_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("paper", sa.String(length=80), nullable=True),
        sa.Column("by_user", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", engine.records.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "withdrawn_on IS NULL OR withdrawn_on >= given_on", name="consent_withdrawn_after"
        ),
        sa.ForeignKeyConstraint(
            ["by_user"],
            ["user_account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consent_student_id", "consent", ["student_id"], unique=False)

    op.create_table(
        "pool_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cell_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposer_name", sa.String(length=160), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.CheckConstraint("(left_on IS NULL) = (reason IS NULL)", name="pool_left_with_reason"),
        sa.CheckConstraint("left_on IS NULL OR left_on >= entered_on", name="pool_left_after"),
        sa.ForeignKeyConstraint(
            ["cell_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["proposer_id"],
            ["user_account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pool_entry_cell_id", "pool_entry", ["cell_id"], unique=False)
    op.create_index(
        "ux_pool_entry_open",
        "pool_entry",
        ["student_id"],
        unique=True,
        sqlite_where=sa.text("left_on IS NULL"),
        postgresql_where=sa.text("left_on IS NULL"),
    )

    op.create_table(
        "pool_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cell_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting_on", sa.Date(), nullable=False),
        sa.Column("by_user", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_at", engine.records.Instant(timezone=True), nullable=False),
        sa.Column("reported_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_user"],
            ["user_account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["cell_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["reported_to"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("cell_id", "meeting_on", name="ux_pool_review_meeting"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "position",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.String(length=24), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("deputises_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "position IN ('secretary', 'deputy_secretary', 'committee_member', 'officer', 'union_secretary', 'centre_officer', 'helper', 'auditor', 'administrator')",
            name="position_word",
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="position_days"),
        sa.ForeignKeyConstraint(
            ["deputises_id"],
            ["position.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_position_organisation", "position", ["organisation_id"], unique=False)
    op.create_index("ix_position_user_id", "position", ["user_id"], unique=False)

    op.create_table(
        "pool_review_line",
        sa.Column("review_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("student_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.CheckConstraint("outcome IN ('kept', 'added', 'removed')", name="pool_review_outcome"),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["pool_review.id"],
        ),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["student.id"],
        ),
        sa.PrimaryKeyConstraint("review_id", "student_id"),
    )
    op.create_index(
        "clock_one_open",
        "clock",
        ["case_id", "name", sa.text("coalesce(item, 0)")],
        unique=True,
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)
