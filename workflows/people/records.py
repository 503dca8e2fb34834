"""Tables of people: students and what is known of them, members and their cells by date, users, positions.

School-roll data stand here in plain columns; identity number, address, relatives and telephone are sealed
by `engine.secrets` and never appear here. Names carry two stored keys: one to sort by, one to search.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from engine.records import Id, Instant, metadata


class PlainBytes(LargeBinary):
    """Bytes as they are: both drivers take and give them, a wrapper for each of many rows only costs time."""

    def bind_processor(self, dialect: Dialect) -> None:
        return None


student = Table(
    "student",
    metadata,
    Column("id", Id, primary_key=True),
    Column("institution_id", ForeignKey("institution.id"), nullable=False),
    Column("cell_id", ForeignKey("organisation.id")),  # the cell that follows the student
    Column("code", String(40)),  # the institution's own student number
    Column("family_name", String(60), nullable=False, default=""),
    Column("middle_name", String(120), nullable=False, default=""),
    Column("given_name", String(60), nullable=False),
    Column("sort_key", PlainBytes, nullable=False),
    Column("search_key", Text, nullable=False),
    Column("birth_date", Date, nullable=False),
    Column("gender", String(6)),  # male | female | NULL: not given
    Column("class_name", String(40)),
    Column("course", String(40)),  # colleges and universities: intake, e.g. "K17"
    Column("programme", String(160)),
    Column("grade", Integer),  # 10..12 at schools, NULL at colleges and universities
    Column("entered_on", Date),
    Column("graduation_on", Date),  # foreseen end of school or of the programme
    Column("commune_code", String(10)),  # residence
    Column("union_member", Boolean),  # NULL: not asked or no consent to keep it
    Column("union_joined_on", Date),
    Column("identity_index", PlainBytes),  # blind index; the number itself is sealed
    Column("identity_tail", String(3)),  # what a mask may show
    Column("ask_again_on", Date),  # "no" and "later" are kept only as this day
    Column("left_on", Date),
    Column("left_reason", String(20)),  # graduated | transferred | dropped_out | deceased
    CheckConstraint("gender IN ('male', 'female')", name="student_gender"),
    CheckConstraint("left_on IS NULL OR left_reason IS NOT NULL", name="student_left_with_reason"),
    Index("ix_student_list", "institution_id", "sort_key"),
    Index("ix_student_class", "institution_id", "class_name"),
    Index("ix_student_cell", "cell_id"),
    Index("ix_student_search", "search_key"),
    sqlite_autoincrement=True,
)
_present = text("left_on IS NULL")
Index(
    "ux_student_identity",
    student.c.identity_index,
    unique=True,
    sqlite_where=_present,
    postgresql_where=_present,
)
Index(
    "ux_student_code",
    student.c.institution_id,
    student.c.code,
    unique=True,
    sqlite_where=_present,
    postgresql_where=_present,
)

result = Table(
    "result",
    metadata,
    Column("student_id", ForeignKey("student.id"), primary_key=True),
    Column("term", String(12), primary_key=True),  # "2025-2026/1", "2025-2026/2", "2025-2026"
    Column("study", String(20)),  # one of words.STUDY
    Column("conduct", String(20)),  # one of words.CONDUCT
)

consent = Table(
    "consent",
    metadata,
    Column("id", Id, primary_key=True),
    Column("student_id", ForeignKey("student.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),  # source | union | political
    Column("given_on", Date, nullable=False),
    Column("parent_on", Date),  # a parent's consent, where the student is under sixteen
    Column("withdrawn_on", Date),
    Column("paper", String(80)),  # number or place of the signed paper
    Column("by_user", ForeignKey("user_account.id")),
    Column("recorded_at", Instant, nullable=False),
    CheckConstraint("withdrawn_on IS NULL OR withdrawn_on >= given_on", name="consent_withdrawn_after"),
    sqlite_autoincrement=True,
)

pool_entry = Table(
    "pool_entry",
    metadata,
    Column("id", Id, primary_key=True),
    Column("student_id", ForeignKey("student.id"), nullable=False),
    Column("cell_id", ForeignKey("organisation.id"), nullable=False, index=True),
    Column("proposer_id", ForeignKey("user_account.id")),
    Column("proposer_name", String(160), nullable=False),  # a proposer need not have an account
    Column("entered_on", Date, nullable=False),
    Column("left_on", Date),
    Column("reason", String(30)),  # one of words.LEAVING
    CheckConstraint("(left_on IS NULL) = (reason IS NULL)", name="pool_left_with_reason"),
    CheckConstraint("left_on IS NULL OR left_on >= entered_on", name="pool_left_after"),
    sqlite_autoincrement=True,
)
_open_entry = text("left_on IS NULL")
Index(
    "ux_pool_entry_open",
    pool_entry.c.student_id,
    unique=True,
    sqlite_where=_open_entry,
    postgresql_where=_open_entry,
)

pool_review = Table(
    "pool_review",
    metadata,
    Column("id", Id, primary_key=True),
    Column("cell_id", ForeignKey("organisation.id"), nullable=False),
    Column("meeting_on", Date, nullable=False),
    Column("by_user", ForeignKey("user_account.id")),
    Column("recorded_at", Instant, nullable=False),
    Column("reported_to", ForeignKey("organisation.id")),
    UniqueConstraint("cell_id", "meeting_on", name="ux_pool_review_meeting"),
    sqlite_autoincrement=True,
)

pool_review_line = Table(
    "pool_review_line",
    metadata,
    Column("review_id", ForeignKey("pool_review.id"), primary_key=True),
    Column("student_id", ForeignKey("student.id"), primary_key=True),
    Column("outcome", String(10), nullable=False),
    Column("reason", String(30)),
    CheckConstraint("outcome IN ('kept', 'added', 'removed')", name="pool_review_outcome"),
)

member = Table(
    "member",
    metadata,
    Column("id", Id, primary_key=True),
    Column("family_name", String(60), nullable=False, default=""),
    Column("middle_name", String(120), nullable=False, default=""),
    Column("given_name", String(60), nullable=False),
    Column("sort_key", PlainBytes, nullable=False),
    Column("search_key", Text, nullable=False),
    Column("birth_date", Date),
    Column("admitted_on", Date),  # date of the admission decision: party age counts from it
    Column("official_on", Date),
    Column("student_id", ForeignKey("student.id"), unique=True),  # the row of a school's roll, if known
    Column("left_on", Date),
    Index("ix_member_search", "search_key"),
    sqlite_autoincrement=True,
)

member_place = Table(
    "member_place",
    metadata,
    Column("id", Id, primary_key=True),
    Column("member_id", ForeignKey("member.id"), nullable=False),
    Column("cell_id", ForeignKey("organisation.id"), nullable=False),
    Column("status", String(12), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),  # first day no longer valid; NULL: still valid
    CheckConstraint("status IN ('official', 'probationary', 'exempt', 'away')", name="member_place_status"),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="member_place_days"),
    UniqueConstraint("member_id", "valid_from", name="ux_member_place_from"),
    Index("ix_member_place_cell", "cell_id", "valid_from"),
    sqlite_autoincrement=True,
)

user_account = Table(
    "user_account",
    metadata,
    Column("id", Id, primary_key=True),
    Column("username", String(64), nullable=False, unique=True),  # lower case, no marks
    Column("name", String(160), nullable=False),
    Column("sort_key", PlainBytes),  # of the name; a new account always has both keys
    Column("search_key", Text, nullable=False, server_default="", default=""),
    Column("active", Boolean, nullable=False, default=True),
    Column("fs_uniquifier", String(64), nullable=False, unique=True),
    Column("password", String(255)),  # a hash made in web; NULL: cannot sign in
    # the password stands on a printed slip: good until then, for one choice of an own password
    Column("must_change_password", Boolean, nullable=False, server_default=false(), default=False),
    Column("slip_expires_at", Instant),
    Column("second_factor_asked_at", Instant),  # since when a position of the user asks for one
    Column("email", String(255), unique=True),
    Column("member_id", ForeignKey("member.id")),
    Column("student_id", ForeignKey("student.id")),  # a candidate's own account
    Column("language", String(5), nullable=False, default="vi"),
    Column("tf_primary_method", String(64)),
    Column("tf_totp_secret", String(255)),
    Column("tf_last_counter", Integer),  # a code of a second factor is taken once
    Column("mf_recovery_codes", Text),
    Column("confirmed_at", DateTime),
    Column("last_login_at", DateTime),
    Column("current_login_at", DateTime),
    Column("last_login_ip", String(64)),
    Column("current_login_ip", String(64)),
    Column("login_count", Integer),
    Column("create_datetime", DateTime),
    Column("update_datetime", DateTime),
    sqlite_autoincrement=True,
)

position = Table(
    "position",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", ForeignKey("user_account.id"), nullable=False, index=True),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("position", String(24), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),  # first day no longer valid
    Column("deputises_id", ForeignKey("position.id")),  # stands in for the holder of that position
    Column("reason", String(200)),  # why somebody stands in
    CheckConstraint(
        "position IN ('secretary', 'deputy_secretary', 'committee_member', 'officer', 'union_secretary',"
        " 'centre_officer', 'helper', 'auditor', 'administrator')",
        name="position_word",
    ),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="position_days"),
    CheckConstraint("deputises_id IS NULL OR deputises_id <> id", name="position_deputises_another"),
    Index("ix_position_organisation", "organisation_id"),
    Index("ix_position_deputises", "deputises_id"),
    sqlite_autoincrement=True,
)
