"""Tables that forget (attempts to sign in, sessions, uploaded lists), and rights of one person by a row:
an auditor's mandate, a case opened in an emergency."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from engine.records import Id, Instant, metadata

sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(64), nullable=False),  # the name that was typed, folded
    Column("address", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_sign_in_attempt_account", "account", "at"),
    Index("ix_sign_in_attempt_address", "address", "at"),
    sqlite_autoincrement=True,
)

# Somebody signed in at one browser. The browser holds the key, this row only its hash: a copy of the
# database opens nobody's session. Ending a session is deleting the row.
session = Table(
    "session",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", ForeignKey("user_account.id"), nullable=False),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("begun_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),  # to the minute
    Column("address", String(64), nullable=False),
    Column("agent", String(200), nullable=False),  # what the browser says of itself
    Index("ix_session_user", "user_id"),
    Index("ix_session_begun", "begun_at"),
    sqlite_autoincrement=True,
)

# An uploaded list between its dry run and its taking over, sealed.
upload = Table(
    "upload",
    metadata,
    Column("id", Id, primary_key=True),
    Column("institution_id", ForeignKey("institution.id"), nullable=False),
    Column("by", Id, nullable=False),
    Column("filename", String(200), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_upload_at", "at"),
    sqlite_autoincrement=True,
)

# An auditor's mandate: the paper, its scope in `mandate_scope`, its days. It is ended, never deleted.
mandate = Table(
    "mandate",
    metadata,
    Column("id", Id, primary_key=True),
    Column("auditor_id", ForeignKey("user_account.id"), nullable=False),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),  # whose committee gave it
    Column("number", String(40), nullable=False),
    Column("paper_on", Date, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),  # first day no longer valid
    Column("given_by", ForeignKey("user_account.id"), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("ended_by", ForeignKey("user_account.id")),
    Column("ended_at", Instant),
    CheckConstraint("valid_to > valid_from", name="mandate_days"),
    CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="mandate_ended_by_somebody"),
    UniqueConstraint("auditor_id", "organisation_id", "number", "paper_on", name="ux_mandate_paper"),
    Index("ix_mandate_auditor", "auditor_id", "valid_to"),
    sqlite_autoincrement=True,
)

mandate_scope = Table(
    "mandate_scope",
    metadata,
    Column("id", Id, primary_key=True),
    Column("mandate_id", ForeignKey("mandate.id"), nullable=False, index=True),
    Column("organisation_id", ForeignKey("organisation.id")),  # with what stands under it on the day
    Column("case_id", ForeignKey("case.id")),
    CheckConstraint("(organisation_id IS NULL) <> (case_id IS NULL)", name="mandate_scope_one"),
    sqlite_autoincrement=True,
)

# A case opened in an emergency by somebody who has nothing to do with it. The words of the reason are
# sealed under the student's key: `glass.<id>.reason`.
glass = Table(
    "glass",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", ForeignKey("case.id"), nullable=False),
    Column("user_id", ForeignKey("user_account.id"), nullable=False),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),  # of the seat that opened
    Column("custodian_id", ForeignKey("organisation.id"), nullable=False),  # who was told
    Column("superior_id", ForeignKey("organisation.id")),  # who was told, ends and reviews it
    Column("cause", String(20), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("ended_by", ForeignKey("user_account.id")),
    Column("ended_at", Instant),
    Column("verdict", String(16)),  # justified | unjustified, once reviewed
    Column("reviewed_by", ForeignKey("user_account.id")),
    Column("reviewed_at", Instant),
    CheckConstraint("verdict IN ('justified', 'unjustified')", name="glass_verdict"),
    CheckConstraint("(verdict IS NULL) = (reviewed_at IS NULL)", name="glass_reviewed"),
    CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="glass_ended_by_somebody"),
    Index("ix_glass_user", "user_id", "opened_at"),
    Index("ix_glass_case", "case_id"),
    sqlite_autoincrement=True,
)

# Every attempt counts, whether the case exists or not: only so do absent and forbidden look alike.
glass_attempt = Table(
    "glass_attempt",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", ForeignKey("user_account.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_glass_attempt_user", "user_id", "at"),
    sqlite_autoincrement=True,
)
