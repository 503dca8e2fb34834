"""Tables of number registers: a series runs per organisation, term of its committee and symbol.

The papers themselves are rows of the engine's table `document`; a number is taken here first.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from engine.records import Id, Instant, metadata

committee_term = Table(
    "committee_term",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("name", String(60), nullable=False),  # "2025-2030"
    Column("valid_from", Date, nullable=False),  # day of the congress
    Column("valid_to", Date),  # first day of the next term
    UniqueConstraint("organisation_id", "valid_from", name="ux_committee_term_from"),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="committee_term_days"),
    sqlite_autoincrement=True,
)

# An organisation's own custom of what stands after the stroke, where it differs from symbols.toml.
numbering = Table(
    "numbering",
    metadata,
    Column("organisation_id", ForeignKey("organisation.id"), primary_key=True),
    Column("sign", String(30), nullable=False),
)

number_register = Table(
    "number_register",
    metadata,
    Column("organisation_id", ForeignKey("organisation.id"), primary_key=True),
    Column("term_id", ForeignKey("committee_term.id"), primary_key=True),
    Column("symbol", String(10), primary_key=True),
    Column("last", Integer, nullable=False),
)

issued_number = Table(
    "issued_number",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("term_id", ForeignKey("committee_term.id"), nullable=False),
    Column("symbol", String(10), nullable=False),
    Column("number", Integer, nullable=False),
    Column("suffix", String(4), nullable=False, default=""),  # "a" of 05a-NQ/CB
    Column("on", Date, nullable=False),
    Column("type", String(60)),  # a word of the catalogue
    Column("case_id", ForeignKey("case.id")),
    Column("manual", Boolean, nullable=False, default=False),
    Column("note", Text),
    Column("by_user", Id),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("organisation_id", "term_id", "symbol", "number", "suffix", name="ux_issued_number"),
    CheckConstraint("number > 0", name="issued_number_positive"),
    Index("ix_issued_number_case", "case_id"),
    sqlite_autoincrement=True,
)
