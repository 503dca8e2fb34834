"""Tables of organisations: who exists, under which name, in which place of the tree, from when to when.

`valid_to` is always the first day on which the row no longer holds. Nothing is deleted and no past day
changes: the tree of any day can be read again.
"""

from collections.abc import Iterable

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from engine.records import Id, Instant, metadata
from workflows.organisations.kinds import INSTITUTIONS, KINDS, REGIMES


def _one_of(column: str, words: Iterable[str]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


# Reference data: the communes and wards of today, and the district each lay in before 01/07/2025 where known.
commune = Table(
    "commune",
    metadata,
    Column("code", String(5), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("province_code", String(2), nullable=False),
    Column("former_district", String(60)),
    CheckConstraint("kind IN ('commune', 'ward', 'special_zone')", name="commune_kind"),
    Index("ix_commune_province", "province_code", "name"),
)

organisation = Table(
    "organisation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(30), nullable=False),
    Column("name", String(200), nullable=False),  # the present one; earlier ones in organisation_former_name
    Column("name_key", String(200), nullable=False),  # folded, to search by
    Column("code14", String(18)),  # MM.MMM.MMM.MMM.MMM
    Column("commune_code", ForeignKey("commune.code")),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    CheckConstraint(_one_of("kind", KINDS), name="organisation_kind"),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="organisation_days"),
    Index("ix_organisation_name", "name_key"),
    Index("ix_organisation_kind", "kind"),
    sqlite_autoincrement=True,
)
_standing = text("valid_to IS NULL AND code14 IS NOT NULL")
Index(
    "ux_organisation_code",
    organisation.c.code14,
    unique=True,
    sqlite_where=_standing,
    postgresql_where=_standing,
)

# Names that no longer hold, and until when they did; the present name stands in `organisation`.
former_name = Table(
    "organisation_former_name",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("valid_to", Date, nullable=False),
    UniqueConstraint("organisation_id", "valid_to", name="organisation_former_name_once"),
    sqlite_autoincrement=True,
)

# `parent_id` NULL: the root. `may_decide`: decides on admissions itself, `decided_by` says with which body.
organisation_place = Table(
    "organisation_place",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("parent_id", ForeignKey("organisation.id")),
    Column("regime", String(20)),  # NULL: the regime of the day
    Column("may_decide", Boolean, nullable=False, server_default=text("false"), default=False),
    Column("decided_by", String(10)),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    CheckConstraint("parent_id IS NULL OR parent_id <> organisation_id", name="organisation_place_parent"),
    CheckConstraint(_one_of("regime", REGIMES), name="organisation_place_regime"),
    CheckConstraint("decided_by IN ('standing', 'plenum')", name="organisation_place_decided_by"),
    CheckConstraint("may_decide = (decided_by IS NOT NULL)", name="organisation_place_power"),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="organisation_place_days"),
    UniqueConstraint("organisation_id", "valid_from", name="organisation_place_once"),
    Index("ix_organisation_place_parent", "parent_id"),
    sqlite_autoincrement=True,
)
_present = text("valid_to IS NULL")
Index(
    "ux_organisation_place_present",
    organisation_place.c.organisation_id,
    unique=True,
    sqlite_where=_present,
    postgresql_where=_present,
)

succession = Table(
    "succession",
    metadata,
    Column("predecessor_id", ForeignKey("organisation.id"), primary_key=True),
    Column("successor_id", ForeignKey("organisation.id"), primary_key=True),
    Column("on_day", Date, nullable=False),
    Column("rank", Integer, nullable=False, server_default="1", default=1),  # 1: takes over the open cases
    CheckConstraint("predecessor_id <> successor_id", name="succession_other"),
    CheckConstraint("rank > 0", name="succession_rank"),
    Index("ix_succession_successor", "successor_id"),
    UniqueConstraint("predecessor_id", "rank", name="succession_rank_once"),
)

# Who changed the tree, when and how; the latest id is the version of the tree.
organisation_change = Table(
    "organisation_change",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("verb", String(20), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("by_user", Id),
    Column("recorded_at", Instant, nullable=False),
    Index("ix_organisation_change", "organisation_id"),
    sqlite_autoincrement=True,
)

institution = Table(
    "institution",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("name_key", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("commune_code", ForeignKey("commune.code")),
    Column("party_organisation_id", ForeignKey("organisation.id")),
    Column("union_organisation_id", ForeignKey("organisation.id")),
    Column("cell_id", ForeignKey("organisation.id")),  # the cell that follows its students by default
    CheckConstraint(_one_of("kind", INSTITUTIONS), name="institution_kind"),
    Index("ix_institution_name", "name_key"),
    Index("ix_institution_party", "party_organisation_id"),
    Index("ix_institution_cell", "cell_id"),
    sqlite_autoincrement=True,
)
