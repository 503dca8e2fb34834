"""Two tables that forget: failed attempts to sign in (minutes), lists uploaded for a dry run (a day)."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table

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
