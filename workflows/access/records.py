"""Table of failed attempts to sign in: counted across all processes, kept for minutes."""

from sqlalchemy import Column, Index, String, Table

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
