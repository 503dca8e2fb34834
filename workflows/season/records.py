"""Where each leaver goes, as far as the school knows; and the letters that the worker has drawn.

A destination is never changed: the newest row of a person stands, one without anything takes back what was
said. The letters themselves are sealed under the person's own key (`letters.py`), only their list is here.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table

from engine.records import Id, Instant, metadata
from workflows.season.words import REASONS
from workflows.transfers.records import handover_offer  # noqa: F401  (named by foreign keys)

_REASONS = ", ".join(repr(word) for word, _label in REASONS)

leaver_destination = Table(
    "leaver_destination",
    metadata,
    Column("id", Id, primary_key=True),
    Column("student_id", ForeignKey("student.id"), nullable=False),
    Column("organisation_id", ForeignKey("organisation.id")),
    Column("addressee", String(250)),  # a place outside of the system
    Column("reason", String(20)),  # why there is none
    Column("by_user", ForeignKey("user_account.id")),
    Column("recorded_at", Instant, nullable=False),
    CheckConstraint("organisation_id IS NULL OR addressee IS NULL", name="leaver_destination_one_place"),
    CheckConstraint(
        "reason IS NULL OR (organisation_id IS NULL AND addressee IS NULL)",
        name="leaver_destination_or_reason",
    ),
    CheckConstraint(f"reason IN ({_REASONS})", name="leaver_destination_reason"),
    Index("ix_leaver_destination", "student_id"),
    sqlite_autoincrement=True,
)

ready_letter = Table(
    "ready_letter",
    metadata,
    Column("offer_id", ForeignKey("handover_offer.id"), primary_key=True, autoincrement=False),
    Column("student_id", ForeignKey("student.id"), nullable=False),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),  # who prints and signs it
    Column("drawn_at", Instant, nullable=False),
    Column("printed_at", Instant),
    Column("printed_by", ForeignKey("user_account.id")),
    CheckConstraint("(printed_at IS NULL) = (printed_by IS NULL)", name="ready_letter_printed"),
    Index("ix_ready_letter", "organisation_id", "printed_at"),
)
